"""The XML schemas of the descriptive metadata, made from the data on their elements.

The circular's own are not published in a form that compiles; these hold what it says of each element: that
it is there, code lists, lengths, dates, and what must not be empty.
"""

from __future__ import annotations

import re
from functools import cache

from lxml import etree

from digitize.archive.elements import Element, ElementType, Order, PackageType, Part, order_of
from digitize.archive.xml import serialized
from digitize.profiles.profile import PackageKind

_XS = "http://www.w3.org/2001/XMLSchema"
_DAY, _MONTH, _YEAR = "(0[1-9]|[12][0-9]|3[01])/", "(0[1-9]|1[0-2])/", "[0-9]{4}"
_COUNT = 9
"""Most digits of a count of which the circular gives no length."""


@cache
def element_schema(package: PackageType, kind: PackageKind, part: Part) -> bytes:
    """The schema of EAD.xml or EAD_doc_*.xml of a package."""
    order = order_of(package, kind, part)
    root = etree.Element(f"{{{_XS}}}schema", nsmap={"xs": _XS})
    root.set("elementFormDefault", "qualified")
    note = _add(_add(root, "annotation"), "documentation")
    note.text = f"Thông tư 05/2025/TT-BNV, {order.source}: {len(order.elements)} yếu tố"
    top = _add(root, "element", name="simpledc")
    # Readers must not depend on the order: the circular's own schemas differ in it.
    every = _add(_add(top, "complexType"), "all")
    for name, element in order.elements.items():
        declared = _add(every, "element", name=name)
        restriction = _add(_add(declared, "simpleType"), "restriction", base="xs:string")
        _restrict(restriction, element, order)
    return serialized(root)


def _restrict(restriction: etree._Element, element: Element, order: Order) -> None:
    pattern = ""
    codes = "|".join(map(re.escape, element.codes))
    match element.type:
        case ElementType.CODE:
            pattern = codes
        case ElementType.CODES:
            pattern = f"({codes})(;({codes}))*"
        case ElementType.DATE:
            pattern = f"{_DAY}{_MONTH}{_YEAR}" if order.whole_dates else f"(({_DAY})?{_MONTH})?{_YEAR}"
        case ElementType.COUNT:
            pattern = f"[0-9]{{1,{element.max or _COUNT}}}"
        case ElementType.NUMBER:
            pattern = "[^0-9]|.{2,}"
        case ElementType.TEXT:
            if element.required:
                _add(restriction, "minLength", value="1")
    if pattern:
        _add(restriction, "pattern", value=pattern if element.required else f"({pattern})?")
    if element.max is not None and element.type in (ElementType.TEXT, ElementType.NUMBER):
        _add(restriction, "maxLength", value=str(element.max))


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_XS}}}{tag}", attributes)

"""XML as it is written into packages, and read from our own."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def serialized(root: etree._Element) -> bytes:
    """An XML document as it is written into packages."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


def legal(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold, such as most control characters."""
    return _ILLEGAL.sub("", text)


def root_of(path: Path) -> etree._Element | None:
    """The root of an XML file, read without entities and network; None if it cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.parse(path, parser).getroot()
    except (OSError, etree.XMLSyntaxError):
        return None

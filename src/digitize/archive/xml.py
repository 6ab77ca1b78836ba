"""XML as it is written into packages, and as it is read from those of strangers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

MAX_XML = 64 * 1024 * 1024
"""Largest XML document that is read, in bytes."""

_EXCESSIVE = frozenset({110, 114})
"""Codes of libxml2 where one of its limits is passed: of a name's length, of depth, of a text."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an XML document is not read: the rule of packages that it breaks, and where."""

    rule: str
    detail: str


def parsed(data: bytes) -> etree._Element | Refusal:
    """The root of an XML document; without entities, without network and without document types."""
    if len(data) > MAX_XML:
        return Refusal("xml_too_large", f"{len(data)}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        rule = "xml_excessive" if getattr(error, "code", None) in _EXCESSIVE else "xml_broken"
        return Refusal(rule, f"{type(error).__name__}, {error.lineno}")
    except (ValueError, LookupError) as error:
        return Refusal("xml_broken", type(error).__name__)
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        return Refusal("xml_doctype", "DOCTYPE")
    return root


def root_of(path: Path) -> etree._Element | None:
    """The root of an XML file that ought to be one of ours; None if it cannot be read."""
    try:
        found = parsed(path.read_bytes())
    except OSError:
        return None
    return None if isinstance(found, Refusal) else found


def serialized(root: etree._Element) -> bytes:
    """An XML document as it is written into packages."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


def legal(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold, such as most control characters."""
    return _ILLEGAL.sub("", text)

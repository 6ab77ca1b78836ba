"""XML as it is written into packages."""

from __future__ import annotations

import re

from lxml import etree

_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def serialized(root: etree._Element) -> bytes:
    """An XML document as it is written into packages."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


def legal(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold, such as most control characters."""
    return _ILLEGAL.sub("", text)

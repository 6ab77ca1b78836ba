"""Which characters the codes of a font mean, so that text copies out as written (ISO 32000-1, 9.10.3)."""

from __future__ import annotations

from collections.abc import Mapping

_MOST = 100
"""A CMap may map so many characters at a time."""


def unicode_map(characters: Mapping[str, str]) -> bytes:
    """A ``/ToUnicode`` CMap; codes and characters (UTF-16) are four or more hexadecimal digits."""
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    pairs = list(characters.items())
    for start in range(0, len(pairs), _MOST):
        part = pairs[start : start + _MOST]
        lines.append(f"{len(part)} beginbfchar")
        lines.extend(f"<{code}> <{character}>" for code, character in part)
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode("ascii")

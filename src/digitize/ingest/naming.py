"""Names of files and dossiers: NFC, natural order, safe for a file system."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable
from pathlib import PurePath

from natsort import natsort_keygen, ns

_MOST_BYTES = 150
"""A code becomes part of longer names; file systems allow 255 bytes for each."""

_UNSAFE = frozenset('/\\:*?"<>|')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that nobody sees: with them two codes could look alike."""

_NATURAL = natsort_keygen(key=lambda path: nfc(path.as_posix()), alg=ns.PATH | ns.IGNORECASE)


def in_order(paths: Iterable[PurePath]) -> list[PurePath]:
    """Paths as a person would sort them: page 2 before page 10."""
    found = list(paths)
    # What comes first is costly to find out; most folders of an inbox hold one file.
    return found if len(found) <= 1 else sorted(found, key=_NATURAL)


def nfc(name: str) -> str:
    """A name in composed form; what is no Unicode in it is replaced."""
    clean = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", clean)


def safe_code(name: str) -> str:
    """A name as a dossier's code: NFC, trimmed, safe as a file name, never empty."""
    seen = ("_" if c in _UNSAFE or unicodedata.category(c) in _UNSEEN else c for c in nfc(name))
    code = "".join(seen).strip(" .")
    encoded = code.encode()[:_MOST_BYTES].decode(errors="ignore").strip(" .")
    return encoded or "ho-so"


def unused(name: str, taken: Container[str]) -> str:
    """``name``, or the first of ``name-2``, ``name-3`` … that is not taken."""
    if name not in taken:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 5:
        stem, suffix = name, ""
    number = 2
    while (numbered := f"{stem}-{number}{dot if suffix else ''}{suffix}") in taken:
        number += 1
    return numbered

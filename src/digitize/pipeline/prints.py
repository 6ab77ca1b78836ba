"""The pages that were read lately, to know a paper again that is scanned once more."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitize.imaging.likeness import distances
from digitize.model import PageReading
from digitize.pipeline.ledger import Ledger

KEPT = 20_000
"""Pages that are remembered."""

_SURE = 0.9
"""Confidence from which a word counts."""

_LEAST_WORDS = 8
_ALIKE = 0.8
"""Share of the words that two scans of a page have in common at least; forms of two people have fewer."""

_NEAR = 90
"""Of 256 bits that may differ; between pictures of nothing alike it is 128."""

_MOST_NEAR = 150
_MOST_LOOKS = 2
"""Pages whose words are compared, and pages that are worth a close look."""

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Known:
    """A page that was read before."""

    dossier: str
    ordinal: int


def words_of(reading: PageReading) -> list[str]:
    """The words of a page that were read for sure."""
    return [word.text.casefold() for word in reading.words if word.confidence >= _SURE]


class Prints:
    """The pages that a ledger remembers, in memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: list[Known] = []
        self._bits: list[bytes] = []
        self._loaded = False

    def remember(self, dossier: str, ordinal: int, likeness: bytes, words: list[str]) -> None:
        """Remember a page, inside a transaction; one with hardly a word cannot be told from others."""
        if not likeness or len(words) < _LEAST_WORDS:
            return
        self._load()
        packed = zlib.compress("\n".join(words).encode())
        sql = "INSERT OR REPLACE INTO page_print VALUES (?, ?, ?, ?)"
        self._ledger.execute(sql, dossier, ordinal, likeness, packed)
        self._known.append(Known(dossier, ordinal))
        self._bits.append(likeness)

    def forget_old(self) -> None:
        """Forget pages that were read long ago."""
        if len(self._known) <= KEPT:
            return
        with self._ledger.transaction():
            self._ledger.execute(
                "DELETE FROM page_print WHERE rowid <= (SELECT max(rowid) FROM page_print) - ?", KEPT
            )

    def candidates(self, dossier: str, ordinal: int) -> list[Known]:
        """Pages read before that may be the same paper, the likeliest first; none after it in its dossier."""
        own = self._row(dossier, ordinal)
        self._load()
        if own is None or not self._bits:
            return []
        bits = np.frombuffer(b"".join(self._bits), np.uint8).reshape(len(self._bits), -1)
        far = distances(own[0], bits)
        near = [
            int(place) for place in np.argsort(far, kind="stable")[: 2 * _MOST_NEAR] if far[place] <= _NEAR
        ]
        found: dict[Known, float] = {}
        for known in self._others(near, dossier, ordinal):
            row = self._row(known.dossier, known.ordinal)
            alike = _agreement(own[1], row[1]) if row else 0.0
            if alike >= _ALIKE:
                found[known] = alike
        return sorted(found, key=lambda known: -found[known])[:_MOST_LOOKS]

    def _others(self, places: list[int], dossier: str, ordinal: int) -> Iterator[Known]:
        others = (self._known[place] for place in places)
        kept = (k for k in others if k.dossier != dossier or k.ordinal < ordinal)
        for _, known in zip(range(_MOST_NEAR), dict.fromkeys(kept), strict=False):
            yield known

    def _row(self, dossier: str, ordinal: int) -> tuple[bytes, list[str]] | None:
        sql = "SELECT likeness, words FROM page_print WHERE dossier = ? AND ordinal = ?"
        rows = self._ledger.rows(sql, dossier, ordinal)
        if not rows:
            return None
        return rows[0]["likeness"], zlib.decompress(rows[0]["words"]).decode().split("\n")

    def _load(self) -> None:
        if self._loaded:
            return
        for row in self._ledger.rows("SELECT dossier, ordinal, likeness FROM page_print ORDER BY rowid"):
            self._known.append(Known(row["dossier"], row["ordinal"]))
            self._bits.append(row["likeness"])
        self._loaded = True


def _agreement(one: list[str], other: list[str]) -> float:
    """Share of their words that two pages have in common; none where each has numbers of its own."""
    first, second = Counter(one), Counter(other)
    if _numbers(first - second) and _numbers(second - first):
        return 0.0
    return (first & second).total() / max(len(one), len(other))


def _numbers(words: Counter[str]) -> bool:
    return any(_DIGIT.search(word) for word in words)

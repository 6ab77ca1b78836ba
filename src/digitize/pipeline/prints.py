"""The pages that were read lately, to know a paper again that is scanned once more."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from sqlite3 import Row

import numpy as np

from digitize.imaging.likeness import WORDS, distances, in_words
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
    """The pages that a ledger remembers; their prints are in memory, in a room that does not grow.

    Args:
        ledger: remembers them.
        kept: pages that are remembered.

    """

    def __init__(self, ledger: Ledger, kept: int = KEPT) -> None:
        self._ledger = ledger
        self._kept = kept
        self._likenesses = np.zeros((WORDS, kept), np.uint64)
        self._rows = np.zeros(kept, np.int64)
        self._number = 0
        self._loaded = False

    def remember(self, dossier: str, ordinal: int, likeness: bytes, words: list[str]) -> None:
        """Remember a page, inside a transaction; one with hardly a word cannot be told from others."""
        if not likeness or len(words) < _LEAST_WORDS:
            return
        self._load()
        packed = zlib.compress("\n".join(words).encode())
        sql = "INSERT OR REPLACE INTO page_print VALUES (?, ?, ?, ?)"
        self._ledger.execute(sql, dossier, ordinal, likeness, packed)
        self._put(self._ledger.rows("SELECT last_insert_rowid() AS row")[0]["row"], likeness)

    def forget_old(self) -> None:
        """Forget pages that were read long ago."""
        if not self._loaded:
            # None was added.
            return
        with self._ledger.transaction():
            self._ledger.execute(
                "DELETE FROM page_print WHERE rowid <= (SELECT max(rowid) FROM page_print) - ?", self._kept
            )

    def candidates(self, dossier: str, ordinal: int) -> list[Known]:
        """Pages read before that may be the same paper, the likeliest first; none after it in its dossier."""
        sql = "SELECT likeness, words FROM page_print WHERE dossier = ? AND ordinal = ?"
        own = self._ledger.rows(sql, dossier, ordinal)
        if not own:
            return []
        self._load()
        words = _words(own[0])
        found: dict[Known, float] = {}
        for known, theirs in islice(self._others(own[0]["likeness"], dossier, ordinal), _MOST_NEAR):
            alike = _agreement(words, theirs)
            if alike >= _ALIKE:
                found[known] = alike
        return sorted(found, key=lambda known: -found[known])[:_MOST_LOOKS]

    def _others(self, likeness: bytes, dossier: str, ordinal: int) -> Iterator[tuple[Known, list[str]]]:
        """Pages with a print that is near, the nearest first, and their words."""
        number = min(self._number, self._kept)
        far = distances(likeness, self._likenesses[:, :number])
        near = np.flatnonzero(far <= _NEAR)
        nearest = near[np.argsort(far[near], kind="stable")]
        for row in dict.fromkeys(self._rows[nearest[: 2 * _MOST_NEAR]].tolist()):
            found = self._ledger.rows("SELECT dossier, ordinal, words FROM page_print WHERE rowid = ?", row)
            # A page that was read anew has another row.
            if found and (found[0]["dossier"] != dossier or found[0]["ordinal"] < ordinal):
                yield Known(found[0]["dossier"], found[0]["ordinal"]), _words(found[0])

    def _load(self) -> None:
        if self._loaded:
            return
        sql = (
            "SELECT rowid, likeness FROM page_print "
            "WHERE rowid > (SELECT max(rowid) FROM page_print) - ? ORDER BY rowid"
        )
        for row in self._ledger.rows(sql, self._kept):
            self._put(row["rowid"], row["likeness"])
        self._loaded = True

    def _put(self, row: int, likeness: bytes) -> None:
        """Remember a print in place of the oldest."""
        place = self._number % self._kept
        self._likenesses[:, place] = in_words(likeness)
        self._rows[place] = row
        self._number += 1


def _words(row: Row) -> list[str]:
    return zlib.decompress(row["words"]).decode().split("\n")


def _agreement(one: list[str], other: list[str]) -> float:
    """Share of their words that two pages have in common; none where each has numbers of its own."""
    first, second = Counter(one), Counter(other)
    if _numbers(first - second) and _numbers(second - first):
        return 0.0
    return (first & second).total() / max(len(one), len(other))


def _numbers(words: Counter[str]) -> bool:
    return any(_DIGIT.search(word) for word in words)

"""What the parts of an official letter share while it is read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from digitize.forms.layout import Row, surround
from digitize.forms.second_look import clean_look, confirmed, seen_otherwise
from digitize.forms.value_texts import clean
from digitize.forms.view import PageView
from digitize.model import Box, FieldReading, Problem, Value, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import DOUBTFUL

AGREED = 0.9
"""Confidence of a value that two readings agree on, at least."""

_REACH, _GAP, _TALL = 22.0, 0.8, 1.3
"""Millimetres beside a line in which a missed word may stand, that its letters may reach there, and that
writing is tall at least."""

LEAST_WORD = 0.6
"""Least confidence of a word that is taken without a second look."""

_LEAST_NUMBER = 0.8
"""Least confidence of a number: a day written by hand into a printed line is read the same way twice, and
wrongly both times."""


class LetterPart:
    """One part of a letter, on one of its pages.

    Args:
        page: index of the page in its dossier.
        view: the page.
        engine: reads single lines again.

    """

    def __init__(self, page: int, view: PageView, engine: OcrEngine) -> None:
        self.page = page
        self.view = view
        self.engine = engine

    def again(self, rows: Sequence[Row]) -> str:
        """The text of some rows, read from their own small pictures."""
        return clean(clean_look(self.view, [row.box for row in rows], self.engine))

    def against(self, text: str, again: str, words: Sequence[Word]) -> list[Problem]:
        """What a second look says against a text; nothing where the network reads every word of it alike."""
        telling = [word for word in words if any(map(str.isalnum, word.text))]
        sure = min((word.confidence for word in telling), default=0.0) > DOUBTFUL
        if again == text or (sure and confirmed(self.view, telling)):
            return []
        return [disagreement(again)]

    def unread_beside(self, row: Row) -> bool:
        """Whether there is dark writing right before or behind a line: a word that was missed."""
        left, top, right, bottom = row.box
        reach, gap = self.view.millimetres(_REACH), self.view.millimetres(_GAP)
        return any(
            self._is_written(side)
            for side in ((left - reach, top, left - gap, bottom), (right + gap, top, right + reach, bottom))
        )

    def unread_within(self, row: Row) -> bool:
        """Whether there is dark writing between the words of a line, or right behind it."""
        _, top, right, bottom = row.box
        gap = self.view.millimetres(_GAP)
        between = [(one.box[2] + gap, top, other.box[0] - gap, bottom) for one, other in pairwise(row.words)]
        behind = (right + gap, top, right + self.view.millimetres(_REACH), bottom)
        return any(self._is_written(room) for room in (*between, behind) if room[2] - room[0] > 2 * gap)

    def _is_written(self, room: Box) -> bool:
        tall = self.view.millimetres(_TALL)
        return any(mark[3] - mark[1] >= tall for mark in self.view.marks(room, _TALL, dark=True))

    def reading(
        self, value: Value, words: Sequence[Word], *problems: Problem, read_twice: bool = False
    ) -> FieldReading:
        """A value with its place; one that was not read twice needs words read with confidence."""
        told = [word for word in words if any(map(str.isalnum, word.text))]
        confidence = min((word.confidence for word in told), default=0.0)
        found = list(problems)
        numbers = [word.confidence for word in told if any(map(str.isdigit, word.text))]
        unsure = (not read_twice and confidence < LEAST_WORD) or min(numbers, default=1.0) < _LEAST_NUMBER
        if value is not None and not found and unsure:
            found.append(Problem("low_confidence"))
        if value is not None and not found:
            # Two looks of one engine err alike.
            other = seen_otherwise(self.view, told)
            if other is not None:
                found.append(disagreement(other))
        return FieldReading(
            value=value,
            raw=" ".join(word.text for word in words),
            confidence=round(max(confidence, AGREED) if not found else min(confidence, 0.5), 3),
            page=self.page,
            box=surround(word.box for word in words) if words else None,
            needs_review=bool(found),
            problems=tuple(found),
        )


def disagreement(other: object) -> Problem:
    """Two looks at the same place gave different text."""
    return Problem("readings_disagree", {"other": str(other or "")})

"""What the parts of an official letter share while it is read."""

from __future__ import annotations

from collections.abc import Sequence

from digitize.forms.layout import Row, surround
from digitize.forms.missed import unread_writing
from digitize.forms.second_look import AGREED, clean_look, confirmed, seen_otherwise
from digitize.forms.value_texts import clean
from digitize.forms.view import PageView
from digitize.model import FieldReading, Problem, Value, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import DOUBTFUL

_REACH, _GAP = 22.0, 0.8
"""Millimetres beside a line in which a missed word may stand, and into which its letters may reach."""

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
        sides = ((left - reach, top, left - gap, bottom), (right + gap, top, right + reach, bottom))
        return any(unread_writing(side, row.words, self.view, dark=True) for side in sides)

    def unread_within(self, row: Row) -> bool:
        """Whether there is dark writing between the words of a line, or right behind it."""
        left, top, right, bottom = row.box
        room = (left, top, right + self.view.millimetres(_REACH), bottom)
        return bool(unread_writing(room, row.words, self.view, dark=True))

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

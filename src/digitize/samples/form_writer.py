"""Writes forms line by line: printed labels, dotted leaders, filled-in values over them."""

from __future__ import annotations

from dataclasses import dataclass

from digitize.fonts import Face
from digitize.samples.sheet import Sheet

LEFT, RIGHT = 28.0, 192.0
LINE = 6.7


@dataclass(frozen=True, slots=True)
class Fill:
    """How values are put on the form.

    Attributes:
        face, size: the type.
        lift: millimetres by which the values stand above the leaders.
        over_leader: the leader goes on under the value, as on a form that was printed empty; else
            the value stands in its place, as on a form that was filled in on a computer.
        strikes: how often each letter is struck; ribbons print fatter than fine fonts.

    """

    face: Face
    size: float
    lift: float = 0.7
    over_leader: bool = True
    strikes: int = 1


TYPEWRITER = Fill(Face.COURIER, 11.0, strikes=2)
PRINTER = Fill(Face.TIMES, 12.5)
COMPUTER = Fill(Face.TIMES, 12.5, lift=0.0, over_leader=False)


@dataclass(frozen=True, slots=True)
class Blank:
    """A label and the value written after it; ``share`` is its part of the line's width."""

    label: str
    value: str
    share: float = 1.0
    bold: bool = False


class TextDoesNotFit(ValueError):
    """A value is longer than the room for it."""


class FormWriter:
    """Keeps the place on a sheet while a form is written from top to bottom."""

    def __init__(self, sheet: Sheet, fill: Fill, *, top: float, size: float = 12.5) -> None:
        self.sheet = sheet
        self.fill = fill
        self.y = top
        self.size = size

    def skip(self, lines: float = 1.0) -> None:
        """Go down by some lines."""
        self.y += LINE * lines

    def text(self, text: str, *, face: Face = Face.TIMES) -> None:
        """Printed text, broken into lines."""
        for line in self.sheet.broken(text, face, self.size, RIGHT - LEFT):
            self.sheet.write(LEFT, self.y, line, face=face, size=self.size)
            self.skip()

    def blanks(self, *blanks: Blank, indent: float = 0.0, lines: int = 1) -> None:
        """One line of labels with leaders; the last value runs on to at most ``lines`` lines."""
        start = LEFT + indent
        room = RIGHT - start
        total = sum(blank.share for blank in blanks)
        x = start
        rest = ""
        for index, blank in enumerate(blanks):
            last = index == len(blanks) - 1
            end = RIGHT if last else x + room * blank.share / total
            face = Face.TIMES_BOLD if blank.bold else Face.TIMES
            at = self.sheet.write(x, self.y, blank.label, face=face, size=self.size) + 1.0
            rest = self._value(at, end, blank.value, whole=not last or lines == 1)
            x = end
        self.skip()
        for _ in range(lines - 1):
            rest = self._value(LEFT, RIGHT, rest, whole=False)
            self.skip()
        if rest:
            raise TextDoesNotFit(rest)

    def _value(self, start: float, end: float, value: str, *, whole: bool) -> str:
        """Write a leader with a value on it; return what did not find room."""
        fill = self.fill
        at = start + 1.0
        lines = self.sheet.broken(value, fill.face, fill.size, end - at)
        if whole and len(lines) > 1:
            raise TextDoesNotFit(value)
        written = at
        if lines:
            for strike in range(fill.strikes):
                written = self.sheet.write(
                    at + 0.12 * strike,
                    self.y - fill.lift,
                    lines[0],
                    face=fill.face,
                    size=fill.size,
                    kind="filled" if strike == 0 else "strike",
                )
        self.sheet.leader(
            start if fill.over_leader or not lines else written + 0.5, end, self.y, size=self.size
        )
        return " ".join(lines[1:])

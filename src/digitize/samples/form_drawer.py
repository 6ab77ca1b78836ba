"""Draws a paper that is described as data, filled in with the facts of a made-up case."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from digitize.fonts import Face
from digitize.samples.leaders import draw_leader, tick_box
from digitize.samples.paper import Label, Paper, Part, Slot, Tick, Token, tokens
from digitize.samples.pens import Pen, put, width_of
from digitize.samples.sheet import A4, Sheet
from digitize.samples.stationery import national_motto
from digitize.samples.text_block import balanced
from digitize.samples.writing import Facts, Manner, written

_FACES = {"plain": Face.TIMES, "bold": Face.TIMES_BOLD, "italic": Face.TIMES_ITALIC}
_RAISED = 0.62


@dataclass(slots=True)
class Filling:
    """With what a paper is filled in, by whom, and the sheets drawn so far."""

    paper: Paper
    facts: Facts
    kinds: dict[str, str]
    pen: Pen
    manner: Manner
    random: Random
    dpi: int = 200
    sheets: list[Sheet] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    y: float = 0.0

    def __post_init__(self) -> None:
        self.turn_page("portrait")

    @property
    def sheet(self) -> Sheet:
        """The sheet that is being drawn."""
        return self.sheets[-1]

    def turn_page(self, format_: str) -> None:
        """Begin a new sheet."""
        wide = format_ == "landscape"
        self.sheets.append(Sheet(dpi=self.dpi, extent=(A4[1], A4[0]) if wide else A4))
        margin = A4[0] - self.paper.right
        self.left = margin if wide else self.paper.left
        self.right = self.sheet.extent[0] - margin
        self.y = 16.0

    def text_of(self, key: str, part: str = "") -> str:
        """What is written for a field."""
        return written(self.facts.get(key), self.kinds.get(key, "text"), self.manner, part)


def draw_text(filling: Filling, part: Part) -> None:
    """A printed paragraph."""
    face, size = _FACES[part.face], part.size or filling.paper.size
    room = filling.right - filling.left
    for index, line in enumerate(filling.sheet.broken(part.text, face, size, room, first=part.indent)):
        x = filling.left + (part.indent if index == 0 else 0.0)
        if part.align == "centre":
            x = (filling.left + filling.right) / 2
        elif part.align == "right":
            x = filling.right
        filling.sheet.write(x, filling.y, line, face=face, size=size, align=part.align)
        filling.y += filling.paper.line * size / filling.paper.size


def draw_heading(filling: Filling, part: Part) -> None:
    """Motto, corner, title and the head of what an office issues."""
    sheet, middle = filling.sheet, (filling.left + filling.right) / 2
    for line in part.corner:
        sheet.write(
            filling.right, filling.y, line, face=Face.TIMES_ITALIC, size=part.size or 9.5, align="right"
        )
        filling.y += 4.2
    filling.y += 2.5 if part.corner else 0.0
    if part.motto:
        national_motto(sheet, middle, filling.y)
        filling.y += 14.0
    if part.head:
        top = filling.y
        for index, line in enumerate(part.head):
            _head_line(filling, tokens(line), Face.TIMES_BOLD if index == 0 else Face.TIMES)
        national_motto(sheet, 143, top)
        filling.y = max(filling.y, top + 14.0) + 4.0
    for line in part.title:
        sheet.write(middle, filling.y, line, face=Face.TIMES_BOLD, size=part.size or 14, align="centre")
        filling.y += 6.6


def _head_line(filling: Filling, row: list[Token], face: Face) -> None:
    """A centred line at the top left: a field alone, which may be broken, or words and a field."""
    sheet, centre = filling.sheet, 62.0
    if len(row) == 1 and isinstance(row[0], Slot):
        for piece in balanced(sheet, filling.text_of(row[0].key), face, 12, 66):
            sheet.write(
                centre, filling.y, piece, face=face, size=12, align="centre", kind="filled", key=row[0].key
            )
            filling.y += 5.6
        return
    texts = [token.text if isinstance(token, Label) else filling.text_of(_key(token)) for token in row]
    x = centre - sum(sheet.width_of(text, face, 12) + 1 for text in texts) / 2
    for token, text in zip(row, texts, strict=True):
        kind, key = ("printed", None) if isinstance(token, Label) else ("filled", _key(token))
        x = sheet.write(x, filling.y, text, face=face, size=12, kind=kind, key=key) + 1
    filling.y += 5.6


def draw_line(filling: Filling, part: Part) -> None:
    """A line of labels and fields."""
    row = tokens(part.line)
    start = filling.left + part.indent
    if part.align != "left":
        width = _width(filling, row, part)
        start = filling.right - width if part.align == "right" else (filling.left + filling.right - width) / 2
    size = part.size or filling.paper.size
    filling.y = draw_tokens(filling, row, (start, filling.right), _FACES[part.face], size)


def draw_tokens(
    filling: Filling, row: list[Token], span: tuple[float, float], face: Face, size: float
) -> float:
    """Draw tokens from left to right and return the baseline of the line that follows."""
    x, end = span
    for token in row:
        if isinstance(token, Label):
            raise_by, own = (1.6, size * _RAISED) if token.raised else (0.0, size)
            gap = 0.0 if token.raised or x == span[0] or token.text[0] in ",.;" else 0.8
            x = filling.sheet.write(x + gap, filling.y - raise_by, token.text, face=face, size=own)
        elif isinstance(token, Tick):
            ticked = _says(filling.facts.get(token.key), token.value)
            x = tick_box(filling.sheet, filling.random, filling.pen, x + 1.2, filling.y, ticked=ticked)
        elif token.boxes:
            x = _boxes(filling, token, x + 1.0, end, size)
        else:
            stop = min(end, x + token.width) if token.width else end
            left = _leaders(filling, token, x + 0.6, stop, size)
            for _ in range(token.lines - 1):
                filling.y += filling.paper.line
                left = _piece(filling, token, (filling.left, filling.right), left, size)
            x = stop
    return filling.y + filling.paper.line


def _leaders(filling: Filling, slot: Slot, start: float, stop: float, size: float) -> str:
    return _piece(filling, slot, (start, stop), filling.text_of(slot.key, slot.part), size)


def _piece(filling: Filling, slot: Slot, span: tuple[float, float], text: str, size: float) -> str:
    """One leader with as much of the text on it as fits; return the rest."""
    start, stop = span
    at = start + filling.random.uniform(0.6, 2.0)
    line, rest = text, ""
    if slot.lines > 1:
        line, rest = _fitting(filling, text, stop - at)
        if slot.lines == 2 and start == filling.left and rest:
            # The last line takes what is left, written smaller.
            line, rest = text, ""
    written_to = at
    sheet, pen = filling.sheet, filling.pen
    if line:
        place = (at, filling.y - pen.lift)
        written_to = put(sheet, filling.random, pen, place, line, key=_field_of(slot), room=stop - at)
    from_x = start if pen.over_leader or not line else written_to + 0.5
    draw_leader(sheet, filling.paper.leader, from_x, stop, filling.y, size)
    return rest


def _fitting(filling: Filling, text: str, room: float) -> tuple[str, str]:
    words = text.split()
    count = len(words)
    while count > 0 and width_of(filling.sheet, filling.pen, " ".join(words[:count])) > room:
        count -= 1
    return " ".join(words[:count]), " ".join(words[count:])


def _boxes(filling: Filling, slot: Slot, start: float, end: float, size: float) -> float:
    """A row of boxes with a letter in each."""
    side = min(6.0, (end - start) / slot.boxes)
    top = filling.y - side * 0.78
    sheet, text = filling.sheet, filling.text_of(slot.key, slot.part)
    for index in range(slot.boxes):
        sheet.frame(start + index * side, top, start + (index + 1) * side, top + side, width=0.22)
    pen, first = filling.pen, len(sheet.inscriptions)
    for index, letter in enumerate(text[: slot.boxes]):
        room = (side - width_of(sheet, pen, letter)) / 2 + filling.random.uniform(-0.5, 0.5)
        place = (start + index * side + max(0.2, room), filling.y - 0.3)
        put(sheet, filling.random, pen, place, letter, key=slot.key)
    filling.sheet.merge(first, text, _field_of(slot))
    filling.y += max(0.0, side - size * 0.35)
    return start + side * slot.boxes


def _width(filling: Filling, row: list[Token], part: Part) -> float:
    size, face = part.size or filling.paper.size, _FACES[part.face]
    total = 0.0
    for token in row:
        if isinstance(token, Label):
            total += filling.sheet.width_of(token.text, face, size * (_RAISED if token.raised else 1)) + 0.8
        elif isinstance(token, Slot):
            total += token.width or 40.0
        else:
            total += 6.0
    return total


def _says(value: object, wanted: bool | str) -> bool:  # noqa: FBT001 - it is what a tick stands for
    return value is wanted if isinstance(wanted, bool) else str(value) == wanted


def _field_of(slot: Slot) -> str:
    """The field that a slot fills; in a list it is the title of one of its rows."""
    return f"{slot.key}.{slot.part}.title" if slot.part.isdigit() else slot.key


def _key(token: Token) -> str:
    return "" if isinstance(token, Label) else token.key

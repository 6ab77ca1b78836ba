"""Tables, grids and places to sign, on papers that are described as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from digitize.fonts import Face
from digitize.samples.form_drawer import (
    Filling,
    draw_heading,
    draw_line,
    draw_text,
    draw_tokens,
)
from digitize.samples.paper import Label, Paper, Part, Signing, Slot, Token, tokens
from digitize.samples.pens import Pen, put, scribble
from digitize.samples.sheet import Sheet
from digitize.samples.stationery import seal
from digitize.samples.writing import written


def draw_paper(filling: Filling) -> list[Sheet]:
    """Draw all parts of a paper; return its sheets."""
    for part in filling.paper.parts:
        if part.page:
            filling.turn_page(part.page)
        if part.corner or part.motto or part.head or part.title:
            draw_heading(filling, part)
        if part.line:
            draw_line(filling, part)
        if part.text:
            draw_text(filling, part)
        if part.table:
            _draw_table(filling, part)
        if part.grid:
            _draw_grid(filling, part)
        if part.rule:
            filling.sheet.rule(filling.left, filling.y, filling.left + part.rule, filling.y)
        if part.signing:
            _draw_signing(filling, part.signing)
        filling.y += part.gap
    return filling.sheets


def truth_of(
    paper: Paper, fields: Mapping[str, str | list[str]], facts: Mapping[str, object]
) -> dict[str, object]:
    """What a reader of this version can know: every field, null where it has no place for one."""
    places = paper.written_keys()
    return {key: facts.get(key) if key in places else None for key in fields}


def _draw_table(filling: Filling, part: Part) -> None:
    sheet = filling.sheet
    rows = filling.facts.get(part.table)
    entries: Sequence[Mapping[str, object]] = rows if isinstance(rows, list) else []
    scale = min(1.0, (filling.right - filling.left) / sum(column.width for column in part.columns))
    edges = [filling.left]
    for column in part.columns:
        edges.append(edges[-1] + column.width * scale)
    top = filling.y - 4.0
    size = part.size or 10.5
    heads = [
        filling.sheet.broken(column.head, Face.TIMES_BOLD, size, column.width * scale - 1)
        for column in part.columns
    ]
    tall = max(len(lines) for lines in heads) * 4.6 + 2.4
    for index, lines in enumerate(heads):
        y = top + (tall - len(lines) * 4.6) / 2 + 3.6
        for line in lines:
            middle = (edges[index] + edges[index + 1]) / 2
            sheet.write(middle, y, line, face=Face.TIMES_BOLD, size=size, align="centre")
            y += 4.6
    bottoms = [top, top + tall]
    for number in range(max(part.rows, len(entries))):
        entry = entries[number] if number < len(entries) else {}
        for index, column in enumerate(part.columns):
            span = (edges[index], edges[index + 1])
            value = entry.get(column.key) if column.key else (str(number + 1) if entry else "")
            kind = _kind_of(column.key)
            text = "X" if value is True else written(value, kind, filling.manner)
            key = f"{part.table}.{number}.{column.key}" if column.key else None
            if text:
                _cell(filling, text, span, (bottoms[-1], part.height), key)
        bottoms.append(bottoms[-1] + part.height)
    for y in bottoms:
        sheet.rule(edges[0], y, edges[-1], y)
    for x in edges:
        sheet.rule(x, top, x, bottoms[-1])
    filling.y = bottoms[-1] + 6.0


def _kind_of(key: str) -> str:
    return {"dob": "date", "from": "date", "to": "date"}.get(key, "text")


def _cell(
    filling: Filling, text: str, span: tuple[float, float], row: tuple[float, float], key: str | None
) -> None:
    """Write into a cell of a table; what is too long for one line goes on two."""
    pen, random = filling.pen, filling.random
    small = _smaller(pen, 0.86)
    room = span[1] - span[0] - 1.6
    width = filling.sheet.width_of(text, small.face, small.size)
    words = text.split()
    if width > room * 1.35 and len(words) > 1:
        half = _half(words)
        for index, line in enumerate((" ".join(words[:half]), " ".join(words[half:]))):
            at = (span[0] + 0.8, row[0] + row[1] * (0.42 + 0.42 * index))
            put(filling.sheet, random, small, at, line, key=key, room=room)
        return
    drift = random.uniform(-0.6, 0.6)
    put(
        filling.sheet,
        random,
        small,
        (span[0] + 0.8, row[0] + row[1] * 0.66 + drift),
        text,
        key=key,
        room=room,
    )


def _half(words: list[str]) -> int:
    total = sum(map(len, words))
    so_far = 0
    for index, word in enumerate(words):
        so_far += len(word)
        if so_far * 2 >= total:
            return max(1, min(len(words) - 1, index + 1))
    return 1


def _smaller(pen: Pen, by: float) -> Pen:
    return replace(pen, size=pen.size * by)


def _draw_grid(filling: Filling, part: Part) -> None:
    """A table whose cells are labels and fields, as on the form for marriages."""
    sheet = filling.sheet
    edges = [filling.left]
    for width in part.widths:
        edges.append(edges[-1] + width)
    top = filling.y - 4.0
    size = part.size or 11.5
    bottoms = [top]
    for number, row in enumerate(part.grid):
        low = bottoms[-1]
        for index, cell in enumerate(row.split("|")):
            span = (edges[index], edges[index + 1])
            items = tokens(cell)
            labels = [item for item in items if isinstance(item, Label)]
            if len(labels) == len(items):
                words = " ".join(label.text for label in labels if not label.raised)
                face = Face.TIMES_BOLD if number == 0 else Face.TIMES
                lines = filling.sheet.broken(words, face, size, span[1] - span[0] - 2)
                for at, line in enumerate(lines):
                    sheet.write(span[0] + 1.2, low + 5.0 + 4.8 * at, line, face=face, size=size)
            else:
                _grid_value(filling, items[0], span, (low, part.height))
        bottoms.append(low + (7.0 if number == 0 else part.height))
    for y in bottoms:
        sheet.rule(edges[0], y, edges[-1], y)
    for x in edges:
        sheet.rule(x, top, x, bottoms[-1])
    filling.y = bottoms[-1] + 6.0


def _grid_value(filling: Filling, item: Token, span: tuple[float, float], row: tuple[float, float]) -> None:
    if isinstance(item, Slot):
        text = filling.text_of(item.key, item.part)
        if text:
            _cell(filling, text, span, row, item.key)


def _draw_signing(filling: Filling, places: tuple[Signing, ...]) -> None:
    """Places to sign side by side, the last at the right margin."""
    room = (filling.right - filling.left) / max(2, len(places))
    start = filling.right - room * len(places)
    # Landscape pages are lower than upright ones.
    top = min(filling.y + 1.2, filling.sheet.extent[1] - 6 - 34)
    deepest = top
    small = len(places) > 2
    for index, place in enumerate(places):
        middle = start + room * (index + 0.5)
        filling.y = top
        deepest = max(deepest, _sign(filling, place, middle, room, small=small))
    filling.y = deepest


def _sign(filling: Filling, place: Signing, middle: float, room: float, *, small: bool) -> float:
    sheet, size = filling.sheet, 8.5 if small else 12.0
    signed = filling.facts.get(place.key) is True if place.key else True
    if place.date:
        # Where nobody signs, the day stays open.
        row = tokens(place.date if signed else re.sub(r"\{_on", "{_open", place.date))
        width = sum(
            sheet.width_of(item.text, Face.TIMES_ITALIC, size) + 0.8
            if isinstance(item, Label)
            else getattr(item, "width", None) or 8.0
            for item in row
        )
        line = filling.paper.line
        draw_tokens(filling, row, (middle - width / 2, filling.right), Face.TIMES_ITALIC, size)
        filling.y += line * 0.85
    for head in place.head:
        for line_ in filling.sheet.broken(head, Face.TIMES_BOLD, size, room - 1):
            sheet.write(middle, filling.y, line_, face=Face.TIMES_BOLD, size=size, align="centre")
            filling.y += size * 0.42
    for hint in filling.sheet.broken(place.hint, Face.TIMES_ITALIC, size - 0.5, room - 1):
        sheet.write(middle, filling.y, hint, face=Face.TIMES_ITALIC, size=size - 0.5, align="centre")
        filling.y += size * 0.42
    if signed:
        colour = filling.pen.colour if filling.pen.wobble else (34, 48, 140)
        at = (middle + filling.random.uniform(-3, 3), filling.y + 8)
        scribble(sheet, filling.random, at, min(34.0, room * 0.7), colour)
        name = filling.text_of(place.name).title() if place.name else ""
        if name:
            pen = _smaller(filling.pen, 0.9)
            at = (middle - min(room - 2, sheet.width_of(name, pen.face, pen.size)) / 2, filling.y + 19)
            # A name that stands in a line as well is read there.
            own = place.name in filling.kinds and place.name not in filling.paper.line_keys()
            key = place.name if own else None
            put(sheet, filling.random, pen, at, name, key=key, room=room - 2)
        if place.seal:
            words = " ".join(
                item.text if isinstance(item, Label) else filling.text_of(item.key)
                for item in tokens(place.seal)
            )
            seal(sheet, filling.random, middle - 20, filling.y + 9, words.upper())
    return filling.y + 24

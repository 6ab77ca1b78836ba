"""Papers as data: what a version of a form looks like, and where its fields are filled in.

A paper is a file in ``papers/``: parts from top to bottom, each a small table with one of the keys
of ``Part``. Lines hold their fields in braces::

    Họ, chữ đệm, tên: {child_name}             a leader up to the margin with the value on it
    Giới tính: {child_sex:30} Dân tộc: …       a leader of 30 mm
    Nơi cư trú: {mother_residence*2}           two lines
    Số định danh cá nhân: {pid#12}             twelve boxes
    ngày {made_on.day:10} tháng …              a part of a value
    Có {?copies_wanted} Không {?!copies_wanted}    boxes to tick; {?founder_kind=household} as well
    Nơi sinh: ^(4)                             a raised footnote mark
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_TOKEN = re.compile(r"\{([^}]+)\}|\^(\(\w+\))")
_SLOT = re.compile(
    r"(?P<key>\w+)(?:\.(?P<part>\w+))?(?::(?P<width>[\d.]+))?(?:\*(?P<lines>\d))?(?:#(?P<boxes>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Label:
    """Printed words of a line; raised ones are footnote marks."""

    text: str
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value is written.

    Attributes:
        key: the field.
        part: a part of its value, such as ``day`` or ``number``; empty for all of it.
        width: millimetres; None reaches to the margin.
        lines: over how many lines it may run.
        boxes: the number of boxes, one for each letter; 0 for a leader.

    """

    key: str
    part: str = ""
    width: float | None = None
    lines: int = 1
    boxes: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """A box that is ticked when the field has this value."""

    key: str
    value: bool | str


Token = Label | Slot | Tick


def tokens(line: str) -> list[Token]:
    """The tokens of a line, from left to right."""
    found: list[Token] = []
    at = 0
    for match in _TOKEN.finditer(line):
        if words := line[at : match.start()].strip():
            found.append(Label(words))
        found.append(Label(match[2], raised=True) if match[2] else _field(match[1]))
        at = match.end()
    if words := line[at:].strip():
        found.append(Label(words))
    return found


def _field(text: str) -> Slot | Tick:
    if text.startswith("?"):
        key, _, value = text[1:].partition("=")
        return Tick(key.removeprefix("!"), value or not key.startswith("!"))
    match = _SLOT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return Slot(
        match["key"],
        match["part"] or "",
        float(match["width"]) if match["width"] else None,
        int(match["lines"] or 1),
        int(match["boxes"] or 0),
    )


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Data):
    """A column of a table; a column without ``key`` is numbered."""

    head: str
    width: float
    key: str = ""


class Signing(_Data):
    """A place to sign: words above it, and the field that says whether somebody has.

    Attributes:
        date: a line above the heading, as ``line`` of ``Part``.
        head, hint: printed above the signature.
        key: the field; without it, somebody has always signed.
        name: the field with the signer's name, written under the signature.
        seal: who has put a seal to it; a field in braces is filled in.

    """

    date: str = ""
    head: tuple[str, ...] = ()
    hint: str = ""
    key: str = ""
    name: str = ""
    seal: str = ""


class Part(_Data):
    """A piece of a paper, with one of the first keys saying what it is.

    Attributes:
        motto: quốc hiệu and tiêu ngữ in the middle.
        head: lines at the top left beside them, as on what an office issues.
        corner: small italic lines at the top right.
        title: centred bold lines.
        line: labels and fields.
        text: a printed paragraph.
        table: the field that is a table; with ``columns`` and ``rows``.
        grid: rows of cells divided by ``|``, each cell a line; with ``widths``.
        signing: places to sign, side by side.
        page: a new page, ``portrait`` or ``landscape``.
        gap: millimetres of nothing.
        rule: a rule of so many millimetres.
        face, size, align, indent: of ``line``, ``text`` and ``title``.

    """

    motto: bool = False
    head: tuple[str, ...] = ()
    corner: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    line: str = ""
    text: str = ""
    table: str = ""
    columns: tuple[Column, ...] = ()
    rows: int = 3
    grid: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    signing: tuple[Signing, ...] = ()
    page: Literal["", "portrait", "landscape"] = ""
    gap: float = 0.0
    rule: float = 0.0
    face: Literal["plain", "bold", "italic"] = "plain"
    size: float | None = None
    align: Literal["left", "centre", "right"] = "left"
    indent: float = 0.0
    height: float = 9.0


class Paper(_Data):
    """One version of a form.

    Attributes:
        form, version: as ``read --json`` reports them.
        source: who prescribes it, and what it was drawn after.
        used_from, used_until: between which days it was filled in.
        size: points of printed text.
        line: millimetres from line to line.
        left, right: margins in millimetres from the left edge of an upright page.
        leader: what stands where something is to be filled in.
        may_be_blank: fields that need not be filled in where a personal number is given.
        parts: from top to bottom.

    """

    form: str
    version: str
    source: str
    used_from: dt.date
    used_until: dt.date
    size: float = 12.5
    line: float = 6.7
    left: float = 28.0
    right: float = 192.0
    leader: Literal["periods", "dots", "ellipses", "solid"] = "periods"
    may_be_blank: tuple[str, ...] = ()
    parts: tuple[Part, ...] = Field(min_length=1)

    def line_keys(self) -> frozenset[str]:
        """The fields that are written in a line or a cell, or ticked."""
        lines = [
            line
            for part in self.parts
            for line in (part.line, *part.grid, *part.head, *(place.date for place in part.signing))
        ]
        items = [token for line in lines for token in tokens(line)]
        return frozenset(item.key for item in items if not isinstance(item, Label))

    def written_keys(self) -> frozenset[str]:
        """The fields that this version has a place for."""
        keys = set(self.line_keys())
        for part in self.parts:
            keys.update(name for place in part.signing for name in (place.key, place.name) if name)
            if part.table:
                keys.add(part.table)
        return frozenset(keys)


@cache
def load_papers() -> dict[str, tuple[Paper, ...]]:
    """The papers that can be drawn, by form, the newest version first."""
    found: dict[str, list[Paper]] = {}
    for entry in (resources.files("digitize.samples") / "papers").iterdir():
        if entry.name.endswith(".toml"):
            paper = Paper.model_validate(tomllib.loads(entry.read_text("utf-8")))
            found.setdefault(paper.form, []).append(paper)
    return {
        form: tuple(sorted(found[form], key=lambda paper: paper.used_from, reverse=True))
        for form in sorted(found)
    }


@cache
def load_fields() -> dict[str, dict[str, str | list[str]]]:
    """The fields of every form: their types, or for tables the keys of their columns."""
    text = resources.files("digitize.samples").joinpath("fields.toml").read_text("utf-8")
    return tomllib.loads(text)

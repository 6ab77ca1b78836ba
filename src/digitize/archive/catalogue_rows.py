"""From what a package says to the rows of the catalogue: the work that needs no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from digitize.archive.content import DocumentContent, Entry
from digitize.forms.template import FieldType, Template
from digitize.vietnamese.folding import pieces_of
from digitize.vietnamese.tokens import token_data

MOST = (1 << 16) - 1
"""Pages, and values, of one document that are kept: their numbers have sixteen bits."""

_LONGEST_PAGE = 200_000
_LONGEST_VALUE = 2_000
_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_CITIZEN = re.compile(r"\d{9}(?:\d{3})?")
_LARGEST_NUMBER = 10**15

_BREAK = " ¶ ".encode()
"""A word of its own between texts that do not belong together, so that no phrase goes across."""

_APART = "\f"
"""Parts the text of a page from the values that stand nowhere in the document's text."""


class Kind(StrEnum):
    """How the values of a field are compared."""

    TEXT = "text"
    DATE = "date"
    PID = "pid"
    COUNT = "count"
    CHECK = "check"


_WORDED = frozenset({Kind.TEXT, Kind.PID})
"""Values that are looked for on the pages, and are added to a page if they stand on none."""

_KINDS = {
    FieldType.DATE: Kind.DATE,
    FieldType.MONTH: Kind.DATE,
    FieldType.PID: Kind.PID,
    FieldType.INT: Kind.COUNT,
    FieldType.NUMBER: Kind.COUNT,
    FieldType.CHECK: Kind.CHECK,
    FieldType.TICK: Kind.CHECK,
}

Types = Mapping[str, Mapping[str, FieldType]]
"""Types of fields and of columns of tables, by form and key."""


ValueRow = tuple[str, str, str | None, str, bool, bytes, bytes]
"""A value: its key, its kind, what it is compared by, how it is shown, doubt, and its words.

A text is found by its words, and compared by None; others than citizens' numbers have no words. There are
very many of these and of the next: bare tuples travel between processes in a fraction of the time.
"""

PageRow = tuple[int, bytes, bytes, bytes]
"""A page: its number, its text, and its words, folded and exact."""


class DocumentRows(NamedTuple):
    """Everything that the catalogue keeps of a document."""

    file: str
    form: str
    title: str
    date: str
    values: tuple[ValueRow, ...]
    pages: tuple[PageRow, ...]


def types_of(templates: Mapping[str, Template]) -> Types:
    """The types of the fields of some forms, and of descriptive metadata, which are of none."""
    found: dict[str, dict[str, FieldType]] = {"": {"issued_date": FieldType.DATE}}
    for form, template in templates.items():
        own = {key: template.type_of(key) for key in template.field_keys}
        for key, table in template.tables.items():
            own |= {f"{key}.{column.key}": column.type for column in table.columns}
        found[form] = own
    return found


def rows_of(document: DocumentContent, types: Types) -> DocumentRows:
    """The rows of a document whose pages are known."""
    known = types.get(document.form, {})
    values = [
        row
        for entry in document.entries
        for key, value, kind in _parts(entry, known.get(entry.key))
        if (row := _row(key, value, kind, needs_review=entry.needs_review))
    ]
    pages: list[tuple[int, str]] = []
    words: list[tuple[bytes, bytes]] = []
    for number, text in (document.pages or ())[:MOST]:
        clean, pieces = _clean(text, _LONGEST_PAGE)
        pages.append((number, clean))
        words.append(token_data(pieces))
    lacking = list(dict.fromkeys(_lacking(values, [folded for folded, _ in words])))
    if lacking:
        number, text = pages[0] if pages else (1, "")
        text += _APART + _APART.join(lacking)
        pages[:1], words[:1] = [(number, text)], [page_words(text)]
    return DocumentRows(
        file=document.file,
        form=document.form[:_LONGEST_VALUE],
        title=_clean(document.title, _LONGEST_VALUE)[0],
        date=document.date if _ISO.fullmatch(document.date) else "",
        values=tuple(values[:MOST]),
        pages=tuple(
            (number, text.encode(), folded, exact)
            for (number, text), (folded, exact) in zip(pages, words, strict=True)
        ),
    )


def page_words(text: str) -> tuple[bytes, bytes]:
    """The words under which a kept text is found, folded and exact."""
    if _APART not in text:
        return token_data(text.split())
    parts = [token_data(part.split()) for part in text.split(_APART)]
    return _BREAK.join(part[0] for part in parts), _BREAK.join(part[1] for part in parts)


def readable(text: str) -> str:
    """A kept text as it is shown."""
    return text.replace(_APART, " | ")


def is_citizen_number(text: str) -> bool:
    """Whether a text has the form of a citizen's number: twelve digits, or nine of an old one."""
    return _CITIZEN.fullmatch(text) is not None


def sortable_number(number: float) -> str | None:
    """A number as a text whose order is that of the numbers; None for one that no field holds."""
    return f"{number:020.3f}" if 0 <= number < _LARGEST_NUMBER else None


def _clean(text: str, longest: int) -> tuple[str, list[str]]:
    """A text in NFC with single spaces, not longer than that, and its pieces between the spaces."""
    pieces = pieces_of(text)
    clean = " ".join(pieces)
    return (clean, pieces) if len(clean) <= longest else (clean[:longest], clean[:longest].split())


def _lacking(values: Iterable[ValueRow], pages: list[bytes]) -> Iterator[str]:
    """Values that are on no page, because they were corrected or written otherwise."""
    whole = b" ".join([b"", *pages, b""])
    for _, _, _, shown, _, folded, _ in values:
        if folded and b" %b " % folded not in whole:
            yield shown


def _parts(entry: Entry, known: FieldType | None) -> Iterable[tuple[str, object, Kind | None]]:
    """The scalars of a value, with their keys and how they are compared, where that is known."""
    value = entry.value
    if isinstance(value, dict):
        return [
            (entry.key if part == "number" else f"{entry.key}.{part}", one, None)
            for part, one in value.items()
        ]
    if isinstance(value, list):
        return [(entry.key, one, None) for one in value]
    return ((entry.key, value, _KINDS.get(known, Kind.TEXT) if known else None),)


def _row(key: str, value: object, kind: Kind | None, *, needs_review: bool) -> ValueRow | None:
    """The row of a scalar; None for what is none, or is empty."""
    sort: str | None
    pieces: list[str] = []
    if isinstance(value, str):
        shown, pieces = _clean(value, _LONGEST_VALUE)
        kind, sort = _compared(shown, kind)
    elif isinstance(value, bool):
        shown, kind, sort = str(value).lower(), Kind.CHECK, str(value).lower()
    elif isinstance(value, (int, float)) and abs(value) < _LARGEST_NUMBER:
        shown, sort = f"{value:.15g}", sortable_number(value)
        # One that is not compared is found by its words.
        kind, pieces = (Kind.COUNT, []) if sort is not None else (Kind.TEXT, [shown])
    else:
        return None
    if not shown:
        return None
    # What is compared is not looked for by its words.
    folded, exact = token_data(pieces) if kind in _WORDED else (b"", b"")
    return key, kind.value, sort, shown, needs_review, folded, exact


def _compared(shown: str, kind: Kind | None) -> tuple[Kind, str | None]:
    """How a text is compared, and by what; its look decides where no form says it."""
    if not shown[:1].isdecimal():
        return Kind.TEXT, None
    digits = shown.replace(" ", "")
    if kind in (Kind.PID, None) and is_citizen_number(digits):
        return Kind.PID, digits
    if kind in (Kind.DATE, None) and _ISO.fullmatch(shown) and (kind or "-" in shown):
        return Kind.DATE, shown
    return Kind.TEXT, None

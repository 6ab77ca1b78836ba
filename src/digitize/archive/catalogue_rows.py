"""From what a package says to the rows of the catalogue: the work that needs no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from digitize.archive.content import DocumentContent, Entry
from digitize.forms.template import FieldType, Template
from digitize.vietnamese.folding import single_spaced
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
    values: list[ValueRow] = []
    for entry in document.entries:
        values += _values(entry, known.get(entry.key))
    pages = [(number, _clean(text)[:_LONGEST_PAGE]) for number, text in (document.pages or ())[:MOST]]
    words = [token_data(text) for _, text in pages]
    lacking = list(dict.fromkeys(_lacking(values, [folded for folded, _ in words])))
    if lacking:
        number, text = pages[0] if pages else (1, "")
        text += _APART + _APART.join(lacking)
        pages[:1], words[:1] = [(number, text)], [page_words(text)]
    return DocumentRows(
        file=document.file,
        form=document.form[:_LONGEST_VALUE],
        title=_clean(document.title)[:_LONGEST_VALUE],
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
        return token_data(text)
    parts = [token_data(part) for part in text.split(_APART)]
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


def _clean(text: str) -> str:
    """A text in NFC with single spaces."""
    return single_spaced(text)


def _lacking(values: Iterable[ValueRow], pages: list[bytes]) -> Iterator[str]:
    """Values that are on no page, because they were corrected or written otherwise."""
    whole = b" ".join([b"", *pages, b""])
    for _, _, _, shown, _, folded, _ in values:
        if folded and b" %b " % folded not in whole:
            yield shown


def _values(entry: Entry, known: FieldType | None) -> Iterator[ValueRow]:
    value = entry.value
    if isinstance(value, dict):
        for part, one in value.items():
            key = entry.key if part == "number" else f"{entry.key}.{part}"
            yield from _scalar(key, one, entry, is_number=part == "number")
    elif isinstance(value, list):
        for one in value:
            yield from _scalar(entry.key, one, entry)
    else:
        kind = _KINDS.get(known, Kind.TEXT) if known else None
        yield from _scalar(entry.key, value, entry, kind=kind)


def _scalar(
    key: str, value: object, entry: Entry, *, kind: Kind | None = None, is_number: bool = False
) -> Iterator[ValueRow]:
    sort: str | None
    if isinstance(value, bool):
        shown, kind, sort = str(value).lower(), Kind.CHECK, str(value).lower()
    elif isinstance(value, (int, float)):
        if not abs(value) < _LARGEST_NUMBER:
            return
        shown, kind, sort = f"{value:.15g}", Kind.COUNT, sortable_number(value)
    elif isinstance(value, str):
        shown = _clean(value)[:_LONGEST_VALUE]
        kind, sort = _compared(shown, kind, is_number=is_number)
    else:
        return
    if shown:
        # What is compared is not looked for by its words.
        folded, exact = token_data(shown) if kind in _WORDED else (b"", b"")
        yield key, kind.value, sort, shown, entry.needs_review, folded, exact


def _compared(shown: str, kind: Kind | None, *, is_number: bool) -> tuple[Kind, str | None]:
    """How a text is compared, and by what; its look decides where no form says it."""
    digits = "".join(shown.split())
    if (kind is Kind.PID or is_number or kind is None) and is_citizen_number(digits):
        return Kind.PID, digits
    if kind in (Kind.DATE, None) and _ISO.fullmatch(shown) and (kind or "-" in shown):
        return Kind.DATE, shown
    return Kind.TEXT, None

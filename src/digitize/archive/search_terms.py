"""From the parts of a query to what the database is asked. Whatever was typed is handed over as a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from digitize.archive.catalogue_rows import Kind, sortable_number
from digitize.archive.catalogue_store import SHIFT, Store, field_word
from digitize.archive.query import Part, Query, Range, Special, Words
from digitize.errors import UsageProblem
from digitize.forms.template import Template
from digitize.vietnamese.folding import fold
from digitize.vietnamese.tokens import token_texts

_DAY_LAST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:(?:(\d{1,2})[-/.])?(\d{1,2})[-/.])?(\d{4})")
_AFTER = "~"
"""Comes behind every digit and stroke."""

_CHECKS = {"true": "true", "co": "true", "yes": "true", "false": "false", "khong": "false", "no": "false"}
_PID_LENGTHS = (9, 12)
_MOST_NAMED = 12
_IN_VALUES = f"SELECT id >> {SHIFT} AS document FROM value WHERE field = ? AND sort >= ? AND sort < ?"
_IN_WORDS = f"SELECT rowid >> {SHIFT} AS document FROM value_text WHERE value_text MATCH ?"
_IN_PAGES = f"SELECT rowid >> {SHIFT} AS document FROM page_text WHERE page_text MATCH ?"
_IN_CODES = (
    "SELECT document.id AS document FROM package CROSS JOIN document ON document.package = package.id"
    " WHERE instr(' ' || folded_code || ' ', ?)"
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What may be asked for: the forms that are known, with their names and the keys of their fields."""

    templates: Mapping[str, Template]

    @property
    def keys(self) -> frozenset[str]:
        """Keys of all fields, and of the columns of all tables."""
        return frozenset(key for one in self.templates.values() for key in (*one.field_keys, *one.tables))


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a document must fulfil, or must not.

    Attributes:
        wanted: whether it must.
        sql, values: the documents that do, as a column ``document``.
        shows, shown: which of the document's values it speaks of, as SQL; empty for none.

    """

    wanted: bool
    sql: str
    values: tuple[object, ...]
    shows: str = ""
    shown: tuple[object, ...] = ()


def conditions(store: Store, query: Query, vocabulary: Vocabulary) -> list[Condition]:
    """What a query asks of documents: fields, forms, dossiers and citizens' numbers.

    Raises:
        UsageProblem: there is no such field or form, or it cannot have such a value.

    """
    terms = _Terms(store, vocabulary)
    return [found for part in query.parts if (found := terms.condition(part)) is not None]


def is_text(part: Part) -> bool:
    """Whether a part asks for words on a page."""
    return not part.field and part.words is not None and not part.words.digits


def page_match(parts: Iterable[Part], *, exact: bool) -> str:
    """Words on one page, in the language of the index.

    Args:
        parts: at least one of them wanted.
        exact: words that were typed with diacritics have the very same ones.

    """
    texts = [(part, part.words) for part in parts if part.words]
    wanted = " AND ".join(_phrase(words, exact=exact) for part, words in texts if part.wanted)
    # What must not be there is what was typed, and nothing like it.
    unwanted = " OR ".join(_phrase(words, exact=True) for part, words in texts if not part.wanted)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _phrase(words: Words, *, exact: bool) -> str:
    if words.digits:
        return "folded : (" + " OR ".join(f'"{text}"' for text in _groupings(words.digits)) + ")"
    column, own = ("exact", words.exact) if exact and words.has_marks else ("folded", words.folded)
    # Words hold letters and digits alone: no sign of the index's own language gets here.
    return f'{column} : "{" ".join(own)}"{" *" if words.prefix else ""}'


def _groupings(digits: str) -> list[str]:
    """The ways in which a number is written: in one, in threes, digit by digit."""
    threes = " ".join(digits[start : start + 3] for start in range(0, len(digits), 3))
    return [digits, threes, " ".join(digits)]


class _Terms:
    def __init__(self, store: Store, vocabulary: Vocabulary) -> None:
        self._store = store
        self._vocabulary = vocabulary

    def condition(self, part: Part) -> Condition | None:
        if is_text(part):
            return None
        if not part.field:
            return self._number(part)
        match part.field:
            case Special.FORM:
                return self._form(part)
            case Special.DOSSIER:
                return self._dossier(part)
            case Special.PID:
                return self._pid(part)
        return self._field(part)

    def _number(self, part: Part) -> Condition:
        """A citizen's number anywhere: values that are on no page are found with the words of the pages."""
        digits = part.words.digits if part.words else ""
        match = page_match([replace(part, wanted=True)], exact=False)
        return Condition(part.wanted, _IN_PAGES, (match,), "sort = ?", (digits,))

    def _form(self, part: Part) -> Condition:
        words = part.words.folded if part.words else ()
        known = {form for (form,) in self._store.db.execute("SELECT DISTINCT form FROM document") if form}
        names = {form: [form] for form in known | set(self._vocabulary.templates)}
        for form, template in self._vocabulary.templates.items():
            names[form] += template.title.values()
        asked = f" {' '.join(words)} "
        chosen = [form for form in names if form == part.text.lower()] or [
            form for form, own in names.items() if any(asked in f" {token_texts(name)[0]} " for name in own)
        ]
        if not chosen:
            raise UsageProblem("query_form_unknown", form=part.text, known=", ".join(sorted(names)))
        # Packages without content do not say their forms, but call their documents after them.
        titles = [
            title
            for form, one in self._vocabulary.templates.items()
            if form in chosen
            for title in one.title.values()
        ]
        marks, others = (", ".join("?" * len(some)) for some in (chosen, titles))
        where = f"form IN ({marks}) OR form = '' AND title IN ({others})"
        sql = f"SELECT id AS document FROM document WHERE {where}"
        return Condition(part.wanted, sql, (*chosen, *titles))

    def _dossier(self, part: Part) -> Condition:
        if part.words is None:
            raise UsageProblem("query_range", field=part.field)
        asked = " " + " ".join(part.words.folded) + ("" if part.words.prefix else " ")
        return Condition(part.wanted, _IN_CODES, (asked,))

    def _pid(self, part: Part) -> Condition:
        digits = re.sub(r"[\s.*-]", "", part.text)
        if not digits.isascii() or not digits.isdigit() or len(digits) > max(_PID_LENGTHS):
            raise UsageProblem("query_pid", text=part.text)
        fields = [number for (_, kind), number in self._store.fields.items() if kind == Kind.PID]
        span = (digits, digits + _AFTER)
        sql, values = _union([(_IN_VALUES, (field, *span)) for field in fields])
        return Condition(part.wanted, sql, values, "sort >= ? AND sort < ?", span)

    def _field(self, part: Part) -> Condition:
        asked = [
            (number, Kind(kind))
            for (key, kind), number in self._store.fields.items()
            if key.lower() == part.field or key.lower().startswith(part.field + ".")
        ]
        if not asked and part.field not in {key.partition(".")[0] for key in self._vocabulary.keys}:
            raise UsageProblem("query_field_unknown", field=part.field, known=self._alike(part.field))
        found = [one for one in (self._compared(part, *one) for one in asked) if one is not None]
        texts = [number for number, kind in asked if kind is Kind.TEXT]
        if part.words is not None and texts:
            found.append((_IN_WORDS, (self._words(texts, part.words, wanted=part.wanted),)))
        if asked and not found:
            raise _not_comparable(part, {kind for _, kind in asked})
        sql, values = _union(found)
        numbers = ", ".join(str(number) for number, _ in asked) or "NULL"
        return Condition(part.wanted, sql, values, f"value.field IN ({numbers})")

    def _words(self, fields: Sequence[int], words: Words, *, wanted: bool) -> str:
        """Words in the values of some fields: with the very same diacritics, if that is found at all."""
        names = " OR ".join(f'"{field_word(field)}"' for field in fields)
        strict, loose = (f"field : ({names}) AND {_phrase(words, exact=exact)}" for exact in (True, False))
        if strict == loose or not wanted:
            return strict
        return strict if self._store.db.execute(f"{_IN_WORDS} LIMIT 1", (strict,)).fetchone() else loose

    def _compared(self, part: Part, field: int, kind: Kind) -> tuple[str, tuple[object, ...]] | None:
        """Documents whose value of one field lies where it is asked to; None where that cannot be asked."""
        span: tuple[str, str] | None
        asked = part.range or Range(part.text, part.text)
        match kind:
            case Kind.DATE:
                span = _days(asked)
            case Kind.COUNT:
                span = _numbers(asked)
            case Kind.PID if part.range is None:
                digits = re.sub(r"[\s.*-]", "", part.text)
                span = (digits, digits + _AFTER) if digits.isascii() and digits.isdigit() else None
            case Kind.CHECK if part.range is None:
                state = _CHECKS.get(fold(part.text.lower()))
                span = (state, state + _AFTER) if state else None
            case _:
                span = None
        return (_IN_VALUES, (field, *span)) if span else None

    def _alike(self, name: str) -> str:
        """The keys most like one that is none; all special names where nothing is alike."""
        own = {*self._vocabulary.keys, *(key for key, _ in self._store.fields), *Special}
        alike = get_close_matches(name, sorted(own), n=_MOST_NAMED, cutoff=0.5)
        alike += [key for key in sorted(own) if name in key and key not in alike]
        return ", ".join((alike or ["pid", "child_name", "issued_date", "form", "dossier"])[:_MOST_NAMED])


def _not_comparable(part: Part, kinds: set[Kind]) -> UsageProblem:
    """Why no value of a field can be what is asked for."""
    if Kind.DATE in kinds:
        return UsageProblem("query_date", field=part.field, text=part.text)
    if Kind.COUNT in kinds:
        return UsageProblem("query_number", field=part.field, text=part.text)
    if Kind.PID in kinds and part.range is None:
        return UsageProblem("query_pid", text=part.text)
    if Kind.CHECK in kinds and part.range is None:
        return UsageProblem("query_check", field=part.field)
    return UsageProblem("query_range", field=part.field)


def _union(found: Sequence[tuple[str, tuple[object, ...]]]) -> tuple[str, tuple[object, ...]]:
    """Documents of any of some selections; of none, if there are none."""
    if not found:
        return "SELECT id AS document FROM document WHERE 0", ()
    return " UNION ALL ".join(sql for sql, _ in found), tuple(value for _, own in found for value in own)


def _days(asked: Range) -> tuple[str, str] | None:
    first = _day(asked.first) if asked.first else ""
    last = _day(asked.last) if asked.last else _AFTER
    return None if first is None or last is None else (first, last + _AFTER)


def _day(text: str) -> str | None:
    """A day, a month or a year as ISO 8601, from either way of writing it; None for what is none."""
    if match := _DAY_LAST.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        return None
    return "-".join([year, *(f"{int(one):02}" for one in (month, day) if one)])


def _numbers(asked: Range) -> tuple[str, str] | None:
    try:
        first = sortable_number(float(asked.first)) if asked.first else ""
        last = sortable_number(float(asked.last)) if asked.last else _AFTER
    except ValueError:
        first = last = None
    return None if first is None or last is None else (first, last + _AFTER)

"""Variants of labels: what stood on paper where a label was not found, and people then gave a value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz

from digitize.forms.additions import unfit_label
from digitize.forms.gaps import LABEL_LOST
from digitize.forms.template import FieldType, Template
from digitize.forms.value_texts import EDGES, clean
from digitize.forms.values import read_value
from digitize.model import Value
from digitize.pipeline.answers import Answer, People, Seen, Sightings, is_textual
from digitize.vietnamese.folding import fold

_LONGEST = 12
"""Words of a label, at most."""

_ALIKE = 90.0
"""How alike, of 100, what stands on paper and what a person gave must be."""

_WHOLE = 0.8
"""Share of the dossiers with the end of a label that must have one word more of it."""

_COLON = (":", "：")


def label_variants(
    answers: Sequence[Answer], templates: Mapping[str, Template], people: People, fewest: int
) -> Iterator[tuple[str, str, Seen]]:
    """Form, key and text of labels that stood on so many dossiers of different people."""
    lost: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        template = templates.get(answer.form)
        if LABEL_LOST not in answer.causes or answer.value is None or not answer.raw:
            continue
        if template is not None and is_textual(template, answer.key):
            lost[answer.form, answer.key].append(answer)
    for (form, key), own in lost.items():
        ends = Sightings()
        kind = templates[form].type_of(key)
        for answer in own:
            words = label_before(answer.raw, answer.value, kind)
            # Everything that may be the label: what stands before it may be the end of another value.
            for count in range(1, min(len(words), _LONGEST) + 1):
                ends.add(" ".join(words[-count:]), answer.dossier)
        found = _longest(ends.all(), people, fewest)
        if found is not None and not unfit_label(templates[form], key, found.spelling):
            yield form, key, found


def label_before(raw: str, value: Value, kind: FieldType) -> list[str]:
    """The words in a text before the place where a value stands; none if it is not found there."""
    rows = [row.split() for row in raw.splitlines()]
    for number, row in enumerate(rows):
        rest = [word for later in rows[number + 1 : number + 2] for word in later]
        for words in (row, [*row, *rest]):
            fitting = [at for at in range(1, len(row)) if _is_value(" ".join(words[at:]), value, kind)]
            if fitting:
                # A colon tells where a label ends; a day may be found with words before it.
                behind = [at for at in fitting if row[at - 1].endswith(_COLON)]
                return _bare(row[: (behind or fitting)[-1]])
    return []


def _is_value(text: str, value: Value, kind: FieldType) -> bool:
    read = read_value(kind, clean(text)).value
    if isinstance(value, str) and isinstance(read, str):
        return fuzz.ratio(fold(value), fold(read)) >= (_ALIKE if kind in _WORDS else 100)
    return read is not None and read == value


_WORDS = (
    FieldType.TEXT,
    FieldType.NAME,
    FieldType.PARTY,
    FieldType.ADDRESS,
    FieldType.ETHNICITY,
    FieldType.NATIONALITY,
    FieldType.RELATION,
)
"""Types whose readings may differ from what a person gave by some letters."""


def _bare(words: Sequence[str]) -> list[str]:
    """Words without the marks around them, up to the last one that ends another label or sentence."""
    told = [word.strip(EDGES) for word in words]
    own: list[str] = []
    for word, bare in zip(words[:-1], told[:-1], strict=True):
        own = [] if word.endswith((*_COLON, ";", ",")) else [*own, bare]
    own = [*own, *told[-1:]]
    return [word for word in own if any(map(str.isalnum, word))]


def _longest(ends: Mapping[str, Seen], people: People, fewest: int) -> Seen | None:
    """The longest end of a label that is common to nearly all of them."""
    counts = {
        end: people.groups(seen.dossiers)
        for end, seen in ends.items()
        if len(seen.dossiers) >= fewest and not any(map(str.isdigit, end))
    }
    counts = {end: count for end, count in counts.items() if count >= fewest}
    if not counts:
        return None
    end = max((one for one in counts if " " not in one), key=lambda one: counts[one], default=None)
    while end is not None:
        longer = [
            one for one in counts if one.split(" ", 1)[1:] == [end] and counts[one] >= _WHOLE * counts[end]
        ]
        if not longer:
            break
        end = max(longer, key=lambda one: counts[one])
    return None if end is None else ends[end]

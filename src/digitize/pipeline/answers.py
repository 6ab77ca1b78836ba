"""The answers that people gave to doubts, as material to learn from, and whom their dossiers name."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from digitize.forms.template import FieldType, Template, is_cell
from digitize.model import UNKNOWN_FORM, Value
from digitize.pipeline.corrections import BEFORE
from digitize.pipeline.findings import Look, load_documents
from digitize.pipeline.ledger import Ledger
from digitize.vietnamese.folding import fold

_PERSONAL = frozenset({FieldType.NAME, FieldType.PARTY, FieldType.PID, FieldType.IDDOC})

_ANSWERS = """
SELECT first.dossier, first.form, first.key, first.raw, first.read, first.causes, last.value,
    (SELECT json_extract(f.reading, '$.confidence') FROM document AS d
        JOIN field AS f ON f.dossier = d.dossier AND f.document = d.ordinal AND f.key = first.key
        WHERE d.dossier = first.dossier AND d.anchor = first.anchor AND d.form = first.form) AS confidence
FROM (
    SELECT min(id) AS began, max(id) AS ended FROM answer
    WHERE look != ? AND causes != ? GROUP BY dossier, anchor, form, key
)
JOIN answer AS first ON first.id = began JOIN answer AS last ON last.id = ended
WHERE json_array_length(first.causes) > 0 ORDER BY first.id
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a doubt.

    Attributes:
        dossier, form, key: where.
        raw: what stood on the paper as read; where a label was not found, the text in which it must stand.
        read: what the program had read.
        value: what people gave at last; None if nothing.
        causes: codes of the doubts.
        confidence: of the reading, 0 to 1; None where it is known no more.

    """

    dossier: str
    form: str
    key: str
    raw: str
    read: Value
    value: Value
    causes: tuple[str, ...]
    confidence: float | None

    @property
    def confirmed(self) -> bool:
        """Whether it was right as read."""
        return self.value is not None and self.value == self.read


def answers(ledger: Ledger) -> list[Answer]:
    """The answers to all doubts, one for each field: its first reading and its last answer."""
    return [
        Answer(
            dossier=row["dossier"],
            form=row["form"],
            key=row["key"],
            raw=row["raw"],
            read=json.loads(row["read"]),
            value=json.loads(row["value"]),
            causes=tuple(dict.fromkeys(json.loads(row["causes"]))),
            confidence=row["confidence"],
        )
        for row in ledger.rows(_ANSWERS, Look.SECOND, json.dumps([BEFORE]))
    ]


class People:
    """Whom dossiers name, so that nothing is learnt of a single citizen.

    Args:
        ledger: where the dossiers stand.
        templates: the forms that are known.

    """

    def __init__(self, ledger: Ledger, templates: Mapping[str, Template]) -> None:
        self._ledger = ledger
        self._templates = templates
        self._known: dict[str, frozenset[str]] = {}

    def of(self, dossier: str) -> frozenset[str]:
        """Names and numbers of the people whom a dossier names, folded."""
        if dossier not in self._known:
            self._known[dossier] = frozenset(self._found(dossier))
        return self._known[dossier]

    def groups(self, dossiers: Iterable[str]) -> int:
        """How many groups of dossiers there are among some, none of which names anybody of another.

        Of a family that comes ten times nothing can be seen that way: its dossiers are one group.
        """
        leader: dict[str, str] = {}

        def top(one: str) -> str:
            while leader.setdefault(one, one) != one:
                one = leader[one]
            return one

        seen: dict[str, str] = {}
        for dossier in set(dossiers):
            for person in self.of(dossier):
                leader[top(dossier)] = top(seen.setdefault(person, dossier))
            top(dossier)
        return sum(one == other for one, other in leader.items())

    def _found(self, dossier: str) -> Iterable[str]:
        for document in load_documents(self._ledger, dossier):
            template = self._templates.get(document.form)
            if template is None or document.form == UNKNOWN_FORM:
                continue
            for key, reading in document.fields.items():
                value = reading.value
                if isinstance(value, dict):
                    value = value.get("number")
                if isinstance(value, str) and template.type_of(key) in _PERSONAL:
                    yield fold(value)


@dataclass(frozen=True)
class Seen:
    """In which dossiers something was seen, how often in each spelling."""

    spellings: dict[str, int]
    dossiers: frozenset[str]

    @cached_property
    def spelling(self) -> str:
        """The most frequent spelling; of several the first by the alphabet."""
        return min(self.spellings, key=lambda one: (-self.spellings[one], one))


class Sightings:
    """Counts in how many dossiers something was seen, whatever its case and accents."""

    def __init__(self) -> None:
        self._spellings: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._dossiers: dict[str, set[str]] = defaultdict(set)

    def add(self, text: str, dossier: str, *, accents: bool = False) -> None:
        """Something was seen in a dossier; with ``accents`` others are something else."""
        own = text.casefold() if accents else fold(text)
        self._spellings[own][text] += 1
        self._dossiers[own].add(dossier)

    def all(self) -> dict[str, Seen]:
        """Everything that was seen."""
        return {
            own: Seen(dict(self._spellings[own]), frozenset(self._dossiers[own])) for own in self._dossiers
        }


def is_textual(template: Template, key: str) -> bool:
    """Whether a field holds a text behind a label, and no mark, box or cell."""
    unfit = {FieldType.CHECK, FieldType.TICK, FieldType.CHOICE, FieldType.SIGNATURE, FieldType.SIGNER}
    own = any(item.key == key and not item.apart for item in template.items)
    return own and not is_cell(key) and template.type_of(key) not in unfit

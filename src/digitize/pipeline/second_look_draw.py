"""Which fields a second person looks at, drawn so that nobody can choose and everybody can check.

When the first look at a dossier is over, a share of its fields is drawn among all of them: those that a
person has settled and those that the program was sure of, so that errors which nobody noticed are counted,
too. Kinds of fields that the profile names are taken whole.

The seed is taken from the chain of events (``event_chain``) as it stands at that moment: nobody knows it
before the last answer is given, and nobody can choose it. Each field has a number that follows from the seed
and from what the field is (its scan, form and key); those with the smallest numbers are drawn. So the same
seed draws the same fields however often it is done, and a field that appears later changes little for the
others. The seed holds for a dossier until it is reopened. What was drawn once is never taken back.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digitize.forms.template import Template
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import Row
from digitize.profiles.profile import Profile

DRAWN = "second_look_drawn"
"""The event of a draw; its detail has the seed, the share, and how many fields there were."""

_SEED_DIGITS = 8
_LARGEST = 1 << 256


class Why(StrEnum):
    """Why a second person looks at a field."""

    DRAWN = "drawn"
    KIND = "kind"


@dataclass(frozen=True, slots=True, order=True)
class FieldPlace:
    """What a field is known by, wherever its document has come to stand."""

    anchor: str
    form: str
    key: str


@dataclass(frozen=True, slots=True)
class LookRules:
    """What a profile asks of second looks.

    Attributes:
        share: of the fields of a dossier, 0 to 1.
        kinds: types of fields, keys, or form and key, that are looked at without exception.
        unattended: share of the dossiers that need no person.

    """

    share: float
    kinds: frozenset[str]
    unattended: float

    @classmethod
    def of(cls, profile: Profile) -> LookRules:
        """The rules of a profile."""
        review = profile.review
        return cls(profile.second_look, frozenset(review.second_look_of), review.second_look_unattended)

    @property
    def asked(self) -> bool:
        """Whether second persons look at anything at all."""
        return self.share > 0 or bool(self.kinds)


def fields_to_draw_from(
    ledger: Ledger, dossier: str, templates: Mapping[str, Template]
) -> list[tuple[FieldPlace, str]]:
    """The fields of a dossier on forms that people look at, each with its type, in an order of their own."""
    sql = (
        "SELECT c.anchor, c.form, f.key FROM document AS c "
        "JOIN field AS f ON f.dossier = c.dossier AND f.document = c.ordinal WHERE c.dossier = ?"
    )
    reviewed = {form: template for form, template in templates.items() if template.review}
    return sorted(
        (FieldPlace(row["anchor"], row["form"], row["key"]), reviewed[row["form"]].type_of(row["key"]).value)
        for row in ledger.rows(sql, dossier)
        if row["form"] in reviewed
    )


def chosen(
    fields: Sequence[tuple[FieldPlace, str]], rules: LookRules, seed: int
) -> list[tuple[FieldPlace, Why]]:
    """Which of some fields are looked at again, each with the reason; the same for the same seed."""
    named = [place for place, kind in fields if _names(place, kind) & rules.kinds]
    wanted = math.ceil(round(len(fields) * rules.share, 6))
    drawn = sorted((place for place, _ in fields), key=lambda place: _number(seed, place))[:wanted]
    reasons = dict.fromkeys(drawn, Why.DRAWN) | dict.fromkeys(named, Why.KIND)
    return sorted(reasons.items())


def draw(
    ledger: Ledger,
    dossier: str,
    rules: LookRules,
    templates: Mapping[str, Template],
    *,
    follows: str,
) -> int:
    """Draw the fields of a dossier, or those that have come since; inside a transaction.

    Args:
        ledger: where it stands.
        dossier: its code; its first look is over.
        rules: of the profile.
        templates: the forms that are known.
        follows: the person whose first look it was; empty where nobody has looked.

    Returns:
        How many fields were not drawn before.

    """
    fields = fields_to_draw_from(ledger, dossier, templates)
    before = _seed_of(ledger, dossier)
    seed = before if before is not None else _seed_after(ledger.head().hash)
    insert = "INSERT OR IGNORE INTO second_look VALUES (?, ?, ?, ?, ?, 'waiting', ?)"
    new = [
        (place, why)
        for place, why in chosen(fields, rules, seed)
        if ledger.execute(insert, dossier, place.anchor, place.form, place.key, why, follows)
    ]
    if new or before is None:
        ledger.add_event(
            DRAWN,
            dossier,
            seed=seed,
            share=rules.share,
            kinds=sorted(rules.kinds),
            of=len(fields),
            drawn=sum(why is Why.DRAWN for _, why in new),
            named=sum(why is Why.KIND for _, why in new),
            fields=_digest(place for place, _ in fields),
        )
    return len(new)


def seeds(ledger: Ledger, dossier: str) -> list[int]:
    """Every seed that fields of a dossier were drawn with, in order."""
    sql = "SELECT detail FROM event WHERE dossier = ? AND kind = ? ORDER BY id"
    return list(dict.fromkeys(json.loads(row["detail"])["seed"] for row in ledger.rows(sql, dossier, DRAWN)))


def steered_draws(rows: Callable[[str], Sequence[Row]]) -> list[str]:
    """Dossiers with a draw whose seed does not follow from the log; ``rows`` gives those of a query.

    What a log that was made anew no longer holds cannot be checked, and is passed over.
    """
    seeds_now: dict[str, int] = {}
    steered: dict[str, None] = {}
    for row in rows(_DRAWS):
        dossier, seed = row["dossier"], row["seed"]
        if row["kind"] != DRAWN:
            seeds_now.pop(dossier, None)
            continue
        expected = seeds_now.get(dossier)
        if expected is None and row["before"] is not None:
            expected = _seed_after(row["before"])
        if expected is not None and seed != expected:
            steered[dossier] = None
        seeds_now.setdefault(dossier, seed)
    return list(steered)


_DRAWS = """
SELECT e.dossier, e.kind, p.hash AS before,
    CASE WHEN json_valid(e.detail) THEN json_extract(e.detail, '$.seed') END AS seed
FROM event AS e LEFT JOIN event AS p ON p.id = e.id - 1
WHERE e.kind IN ('second_look_drawn', 'reopened') ORDER BY e.id
"""


def _seed_after(head: str) -> int:
    """The seed of a draw that follows an event of some hash."""
    return int(head[:_SEED_DIGITS] or "0", 16)


def is_drawn_unattended(ledger: Ledger, dossier: str, share: float) -> bool:
    """Whether a dossier that needs no person is among those of which fields are drawn all the same.

    That follows from its first event alone, so that another reading of it draws no other lot.
    """
    if share <= 0:
        return False
    sql = "SELECT hash FROM event WHERE dossier = ? ORDER BY id LIMIT 1"
    first = next((row["hash"] for row in ledger.rows(sql, dossier)), "")
    lot = hashlib.sha256(f"unattended\n{first}".encode()).hexdigest()
    return int(lot, 16) < share * _LARGEST


def _seed_of(ledger: Ledger, dossier: str) -> int | None:
    """The seed that holds for a dossier; None where nothing was drawn since it was reopened."""
    sql = (
        "SELECT detail FROM event WHERE dossier = ? AND kind = ? AND id > "
        "(SELECT coalesce(max(id), 0) FROM event WHERE dossier = ? AND kind = 'reopened') "
        "ORDER BY id LIMIT 1"
    )
    found = ledger.rows(sql, dossier, DRAWN, dossier)
    return int(json.loads(found[0]["detail"])["seed"]) if found else None


def _names(place: FieldPlace, kind: str) -> set[str]:
    return {kind, place.key, f"{place.form}.{place.key}"}


def _number(seed: int, place: FieldPlace) -> bytes:
    return hashlib.sha256(f"{seed}\n{_line(place)}".encode()).digest()


def _line(place: FieldPlace) -> str:
    return f"{place.anchor}\n{place.form}\n{place.key}\n"


def _digest(places: Iterable[FieldPlace]) -> str:
    """A checksum of the fields that were drawn from, to see later whether they are still the same."""
    return hashlib.sha256("".join(map(_line, places)).encode()).hexdigest()

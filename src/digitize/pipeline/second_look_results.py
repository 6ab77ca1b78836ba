"""What second looks came to: which fields were drawn, who looked, who was right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digitize.forms.template import Template
from digitize.model import Value
from digitize.pipeline.findings import Look
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.look_values import alike
from digitize.pipeline.records import Row
from digitize.pipeline.second_look_draw import DRAWN
from digitize.pipeline.second_looks import LookState

_ROWS = """
SELECT s.*, c.ordinal, json_extract(f.reading, '$.page') AS page, json_extract(c.pages, '$[0]') AS first_page
FROM second_look AS s
LEFT JOIN document AS c ON c.dossier = s.dossier AND c.anchor = s.anchor AND c.form = s.form
LEFT JOIN field AS f ON f.dossier = s.dossier AND f.document = c.ordinal AND f.key = s.key
WHERE s.dossier = ? AND s.state <> 'gone' ORDER BY c.ordinal, f.position, s.form, s.key
"""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A field that was drawn, and what came of it.

    Attributes:
        dossier: whose it is.
        page: on which page of the dossier, from 1; None where no place is known.
        form, key, kind: which field, and the type of its values.
        state: what became of it.
        first: who settled it first; empty where the program alone was sure.
        second, third: who looked then; empty where nobody has.
        kept: whose value holds where the two differed: ``first``, ``second``, ``neither``; else empty.

    """

    dossier: str
    page: int | None
    form: str
    key: str
    kind: str
    state: LookState
    first: str
    second: str
    third: str
    kept: str

    @property
    def is_looked_at(self) -> bool:
        """Whether a second person has looked."""
        return self.state in (LookState.AGREED, LookState.DIFFERS, LookState.DECIDED)

    @property
    def is_settled(self) -> bool:
        """Whether it is known by now who was right."""
        return self.state in (LookState.AGREED, LookState.DECIDED)

    @property
    def was_wrong(self) -> bool:
        """Whether the first value turned out to be wrong."""
        return self.state is LookState.DECIDED and self.kept != "first"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of some fields; ``silent`` are those of the wrong ones that the program had been sure of."""

    drawn: int
    looked_at: int
    agreed: int
    differing: int
    decided: int
    wrong: int
    silent: int

    @classmethod
    def of(cls, fields: Iterable[LookedAt]) -> Tally:
        """Count fields."""
        every = list(fields)
        return cls(
            drawn=len(every),
            looked_at=sum(one.is_looked_at for one in every),
            agreed=sum(one.state is LookState.AGREED for one in every),
            differing=sum(one.state in (LookState.DIFFERS, LookState.DECIDED) for one in every),
            decided=sum(one.state is LookState.DECIDED for one in every),
            wrong=sum(one.was_wrong for one in every),
            silent=sum(one.was_wrong and not one.first for one in every),
        )

    @property
    def rate(self) -> float | None:
        """Wrong ones among those of which it is known, 0 to 1; None where of none."""
        settled = self.agreed + self.decided
        return self.wrong / settled if settled else None


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """The draws of a dossier: seeds and shares in their order, and how many fields there were last."""

    seeds: tuple[int, ...]
    shares: tuple[float, ...]
    fields: int


def draws_of(ledger: Ledger, dossier: str) -> DrawnFrom:
    """How the fields of a dossier were drawn."""
    sql = "SELECT detail FROM event WHERE dossier = ? AND kind = ? ORDER BY id"
    told = [json.loads(row["detail"]) for row in ledger.rows(sql, dossier, DRAWN)]
    seeds, shares = (tuple(dict.fromkeys(one[key] for one in told)) for key in ("seed", "share"))
    return DrawnFrom(seeds, shares, told[-1]["of"] if told else 0)


def looked_at(ledger: Ledger, dossier: str, templates: Mapping[str, Template]) -> list[LookedAt]:
    """The fields of a dossier that were drawn, in the order of its papers."""
    return [_looked_at(ledger, row, templates) for row in ledger.rows(_ROWS, dossier)]


def _looked_at(ledger: Ledger, row: Row, templates: Mapping[str, Template]) -> LookedAt:
    sql = (
        "SELECT look, value, read, who FROM answer WHERE dossier = ? AND anchor = ? AND form = ? AND key = ? "
        "ORDER BY id"
    )
    answers = ledger.rows(sql, row["dossier"], row["anchor"], row["form"], row["key"])
    last = {look: _last(answers, look) for look in Look}
    state = LookState(row["state"])
    template = templates.get(row["form"])
    page = row["page"] if row["page"] is not None else row["first_page"]
    seconds = state not in (LookState.WAITING, LookState.WAIVED)
    return LookedAt(
        dossier=row["dossier"],
        page=None if page is None else page + 1,
        form=row["form"],
        key=row["key"],
        kind=template.type_of(row["key"]).value if template else "",
        state=state,
        first=_who(last[Look.FIRST]),
        second=_who(last[Look.SECOND]) if seconds else "",
        third=_who(last[Look.DECIDING]) if state is LookState.DECIDED else "",
        kept=_kept(last) if state is LookState.DECIDED else "",
    )


def _last(answers: Sequence[Row], look: Look) -> Row | None:
    return next((one for one in reversed(answers) if one["look"] == look), None)


def _who(answer: Row | None) -> str:
    return str(answer["who"]) if answer is not None else ""


def _kept(last: Mapping[Look, Row | None]) -> str:
    first, second, third = (last[look] for look in Look)
    if second is None or third is None:
        return ""
    before: Value = json.loads(first["value"] if first is not None else second["read"])
    decided = json.loads(third["value"])
    if alike(decided, before):
        return "first"
    return "second" if alike(decided, json.loads(second["value"])) else "neither"

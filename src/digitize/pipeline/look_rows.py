"""What second looks came to, as rows for the minutes of quality control; no value stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digitize.forms.template import Template
from digitize.model import Language
from digitize.pipeline.paper_rows import Row, decimal
from digitize.pipeline.second_look_results import DrawnFrom, LookedAt, Tally
from digitize.pipeline.second_looks import LookState


def look_facts(fields: Sequence[LookedAt], draws: Sequence[DrawnFrom], share: float) -> Row:
    """What a text says of all second looks together; ``share`` is that of the profile as it is now."""
    tally = Tally.of(fields)
    shares = sorted({one for draw in draws for one in draw.shares}) or [share]
    return _counts(tally) | {
        "look_share": "; ".join(decimal(100 * one, 0) for one in shares),
        "look_of": str(sum(draw.fields for draw in draws)),
        "look_waiting": str(tally.drawn - tally.looked_at),
        "look_waived": str(sum(one.state is LookState.WAIVED for one in fields)),
        "look_undecided": str(tally.differing - tally.decided),
    }


def dossier_rows(dossiers: Sequence[tuple[str, DrawnFrom, Sequence[LookedAt]]]) -> list[Row]:
    """The dossiers of which fields were drawn, each with its seed."""
    return [
        {
            "ordinal": str(number),
            "code": code,
            "seed": ", ".join(map(str, draw.seeds)),
            "of": str(draw.fields),
        }
        | _counts(Tally.of(fields))
        for number, (code, draw, fields) in enumerate(dossiers, start=1)
    ]


def kind_rows(fields: Sequence[LookedAt], words: Mapping[str, str]) -> list[Row]:
    """The kinds of fields, each with its share of errors; those with most errors first."""
    kinds = sorted({one.kind for one in fields})
    tallies = {kind: Tally.of(one for one in fields if one.kind == kind) for kind in kinds}
    ordered = sorted(tallies.items(), key=lambda item: (-(item[1].rate or 0), item[0]))
    return [
        {"ordinal": str(number), "kind": words.get(kind, kind)} | _counts(tally)
        for number, (kind, tally) in enumerate(ordered, start=1)
    ]


def field_rows(
    fields: Sequence[LookedAt], templates: Mapping[str, Template], results: Mapping[str, str], program: str
) -> list[Row]:
    """Each field that a second person has looked at, with who looked and what came of it.

    What still waits is not named: who settled it first could look at it again before others do.

    Args:
        fields: in their order.
        templates: name the fields.
        results: what each outcome is called: the states, and ``decided_first`` and the like.
        program: what the program is called where it alone was sure.

    """
    return [
        {
            "ordinal": str(number),
            "code": one.dossier,
            "page": str(one.page or ""),
            "field": _name(one, templates),
            "first": one.first or program,
            "second": one.second,
            "third": one.third,
            "result": results[f"decided_{one.kept}" if one.kept else one.state.value],
        }
        for number, one in enumerate((one for one in fields if one.is_looked_at), start=1)
    ]


def _name(one: LookedAt, templates: Mapping[str, Template]) -> str:
    template = templates.get(one.form)
    return template.name_of(one.key, Language.VI) if template else one.key


def _counts(tally: Tally) -> dict[str, str]:
    return {
        "drawn": str(tally.drawn),
        "looked_at": str(tally.looked_at),
        "agreed": str(tally.agreed),
        "differing": str(tally.differing),
        "decided": str(tally.decided),
        "wrong": str(tally.wrong),
        "silent": str(tally.silent),
        "rate": decimal(None if tally.rate is None else 100 * tally.rate, 1) or "-",
    }

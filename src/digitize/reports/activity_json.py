"""The document of ``report --json``: every figure, plain."""

from __future__ import annotations

from dataclasses import asdict

from digitize.messages import Catalogue
from digitize.pipeline.corrections import Answered
from digitize.pipeline.statistics import Counts, Grouped
from digitize.pipeline.troubles import Reviewed, Trouble
from digitize.pipeline.turnaround import Spread
from digitize.reports.activity import ActivityReport, field_title, notes_of, procedure_name
from digitize.times import written


def activity_json(report: ActivityReport, catalogue: Catalogue) -> dict[str, object]:
    """Everything that a report says."""
    of = report.statistics
    head = {"number": of.head[0], "hash": of.head[1]} if of.head else None
    return {
        "organisation": {"name": report.organisation, "code": report.code},
        "profile": report.profile,
        "period": {"from": of.period.first.isoformat(), "to": of.period.last.isoformat()},
        "made_at": written(report.made_at),
        "last_event": head,
        "empty": of.is_empty,
        "total": _counts(of.total),
        "by_day": _grouped("day", of.by_day),
        "by_month": _grouped("month", of.by_month),
        "by_procedure": [
            {"procedure": key or None, "name": procedure_name(report, catalogue, key)} | _counts(counts)
            for key, counts in of.by_procedure
        ],
        "by_clerk": _grouped("clerk", of.by_clerk),
        "by_receiving_body": _grouped("body", of.by_receiving_body),
        "by_handling_body": _grouped("body", of.by_handling_body),
        "turnaround": {
            "working_days": _spread(of.turnaround.days),
            "working_hours": _spread(of.turnaround.hours),
            "reversed": of.turnaround.reversed,
        },
        "review": {
            "dossiers": of.review.dossiers,
            "doubtful_dossiers": of.review.doubtful_dossiers,
            "doubtful_fields": of.review.doubtful_fields,
            "fields_per_dossier": of.review.fields_per_dossier,
            "by_clerk": [_reviewed("clerk", one) for one in of.review.by_clerk],
            "by_form": [_reviewed("form", one) | {"waiting": one.waiting} for one in of.review.by_form],
        },
        "answers": {
            "total": _answered(of.corrections.total),
            "by_form": [{"form": one.form} | _answered(one) for one in of.corrections.by_form],
            "by_field": [
                {"form": one.form, "key": one.key, "name": field_title(report, catalogue, one.form, one.key)}
                | _answered(one)
                for one in of.corrections.by_field
            ],
            "by_cause": [
                {
                    "cause": one.cause or None,
                    "text": catalogue.kind_of_problem(one.cause) if one.cause else None,
                }
                | _answered(one)
                | {
                    "alone": {
                        "fields": one.alone,
                        "corrected": one.alone_corrected,
                        "confirmed": one.alone_confirmed,
                    }
                }
                for one in of.corrections.by_cause
            ],
        },
        "problems": {
            "quarantine": [
                {
                    "code": one.code,
                    "text": _text(catalogue, one),
                    "dossiers": one.times,
                    "still_there": one.open,
                }
                for one in of.troubles.quarantine
            ],
            "quality": [
                {"code": one.code, "text": _text(catalogue, one), "pages": one.times}
                for one in of.troubles.quality
            ],
            "pages": of.troubles.pages,
            "poor_pages": of.troubles.poor_pages,
        },
        "notes": notes_of(report, catalogue),
    }


def _counts(counts: Counts) -> dict[str, object]:
    rates = {
        "components": counts.components_rate,
        "results": counts.results_rate,
        "signing": counts.signing_rate,
    }
    return asdict(counts) | {"rates": rates}


def _grouped(name: str, grouped: Grouped) -> list[dict[str, object]]:
    return [{name: key or None} | _counts(counts) for key, counts in grouped]


def _spread(spread: Spread | None) -> dict[str, object] | None:
    if spread is None:
        return None
    return {"dossiers": spread.dossiers, "median": spread.median, "p90": spread.ninth}


def _reviewed(name: str, one: Reviewed) -> dict[str, object]:
    return {name: one.name, "dossiers": one.dossiers, "confirmed": one.confirmed, "corrected": one.corrected}


def _answered(one: Answered) -> dict[str, object]:
    return {
        "fields": one.fields,
        "corrected": one.corrected,
        "confirmed": one.confirmed,
        "unreadable": one.unreadable,
    }


def _text(catalogue: Catalogue, trouble: Trouble) -> str:
    return catalogue.kind_of_problem(trouble.code)

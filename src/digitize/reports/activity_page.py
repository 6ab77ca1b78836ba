"""What was done in a period as one page to read or to print, with charts, without anything from outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from digitize.messages import Catalogue
from digitize.messages.numbers import count_text, share_text
from digitize.messages.visible import visible_line
from digitize.pipeline.statistics import Counts, Grouped
from digitize.reports.activity import (
    ActivityReport,
    View,
    cell_text,
    notes_of,
    period_text,
    procedure_name,
    views_of,
)
from digitize.reports.charts import (
    Portion,
    Series,
    columns_chart,
    patterns,
    rates_chart,
    rows_chart,
    whole_chart,
)
from digitize.reports.html_page import write_html

_FEW_ROWS = 9
"""A table of no more rows is kept on one sheet."""

_MOST_DAYS = 31
_MOST_WEEKS = 26
_MOST_PROCEDURES = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and what it shows."""

    title: str
    drawing: Markup


@dataclass(frozen=True, slots=True)
class Section:
    """A table, and the charts that belong to it."""

    view: View
    charts: tuple[Chart, ...] = ()


def write_activity_page(report: ActivityReport, catalogue: Catalogue, path: Path) -> None:
    """Write the page.

    Args:
        report: the figures.
        catalogue: in which language the page is.
        path: its file.

    """
    head = report.statistics.head
    last_event = ""
    if head is not None:
        known = f" (SHA-256 {head[1]})" if head[1] else ""
        number = count_text(catalogue.language, head[0])
        last_event = catalogue.text("report.last_event", number=number, hash=known)
    write_html(
        "activity.html",
        path,
        catalogue,
        style="activity.css",
        report=report,
        patterns=patterns(),
        period=period_text(report, catalogue),
        last_event=last_event,
        sections=list(_sections(report, catalogue)),
        shown=lambda cell: cell_text(catalogue, cell),
        notes=notes_of(report, catalogue),
        few=_FEW_ROWS,
    )


def _sections(report: ActivityReport, catalogue: Catalogue) -> Iterator[Section]:
    charts = {
        "summary": (_due(report, catalogue), _course(report, catalogue)),
        "rates": (_rates(report, catalogue),),
        "by_procedure": (_procedures(report, catalogue),),
    }
    for view in views_of(report, catalogue):
        drawn = tuple(chart for chart in charts.get(view.key, ()) if chart is not None)
        yield Section(view, drawn)


def _rates(report: ActivityReport, catalogue: Catalogue) -> Chart | None:
    total = report.statistics.total
    portions = [
        Portion(catalogue.text(f"report.chart.{name}"), rate, _of(catalogue, rate, part, total.counted))
        for name, rate, part in (
            ("components", total.components_rate, total.with_components),
            ("results", total.results_rate, total.with_results),
            ("signing", total.signing_rate, total.finished),
        )
        if rate is not None
    ]
    title = catalogue.text("report.chart.rates")
    return Chart(title, rates_chart(title, portions)) if portions else None


def _of(catalogue: Catalogue, rate: float, part: int, whole: int) -> str:
    counted = "/".join(count_text(catalogue.language, number) for number in (part, whole))
    return f"{share_text(catalogue.language, rate)} ({counted})"


def _course(report: ActivityReport, catalogue: Catalogue) -> Chart | None:
    of = report.statistics
    if of.period.days <= _MOST_DAYS:
        unit, groups = "day", _days(report)
    elif of.period.days <= 7 * _MOST_WEEKS:
        unit, groups = "week", _weeks(of.by_day)
    else:
        unit, groups = "month", [(f"{key[5:]}/{key[:4]}", counts) for key, counts in of.by_month]
    if of.is_empty or len(groups) < 2:
        return None
    title = catalogue.text("report.chart.course", unit=catalogue.text(f"report.chart.{unit}"))
    return Chart(
        title, columns_chart(title, [label for label, _ in groups], _pair(catalogue, [c for _, c in groups]))
    )


def _days(report: ActivityReport) -> list[tuple[str, Counts]]:
    """Every day of the period that has come, those without figures as well."""
    period, known = report.statistics.period, dict(report.statistics.by_day)
    last = max(
        min(period.last, report.made_at.date()), max(map(dt.date.fromisoformat, known), default=period.first)
    )
    days = [period.first + dt.timedelta(days=number) for number in range((last - period.first).days + 1)]
    shape = "%d" if period.month is not None else "%d/%m"
    return [(f"{day:{shape}}", known.get(day.isoformat(), Counts())) for day in days]


def _weeks(by_day: Grouped) -> list[tuple[str, Counts]]:
    found: dict[dt.date, Counts] = {}
    for key, counts in by_day:
        day = dt.date.fromisoformat(key)
        monday = day - dt.timedelta(days=day.weekday())
        known = found.get(monday, Counts())
        found[monday] = replace(
            known, received=known.received + counts.received, packaged=known.packaged + counts.packaged
        )
    return [(f"{monday:%d/%m}", found[monday]) for monday in sorted(found)]


def _due(report: ActivityReport, catalogue: Catalogue) -> Chart | None:
    total = report.statistics.total
    portions = [
        Portion(
            catalogue.text(f"report.chart.{name}"),
            getattr(total, name),
            count_text(catalogue.language, getattr(total, name)),
        )
        for name in ("on_time", "late", "due_unknown")
    ]
    title = catalogue.text("report.chart.due")
    return Chart(title, whole_chart(title, portions)) if total.packaged else None


def _procedures(report: ActivityReport, catalogue: Catalogue) -> Chart | None:
    grouped = sorted(report.statistics.by_procedure, key=lambda one: -one[1].received)[:_MOST_PROCEDURES]
    if len(grouped) < 2:
        return None
    title = catalogue.text("report.chart.procedures")
    names = [procedure_name(report, catalogue, key) for key, _ in grouped]
    shown = [visible_line(name) for name in names]
    return Chart(title, rows_chart(title, shown, _pair(catalogue, [counts for _, counts in grouped])))


def _pair(catalogue: Catalogue, counts: list[Counts]) -> list[Series]:
    return [
        Series(catalogue.text("report.chart.received"), tuple(one.received for one in counts)),
        Series(catalogue.text("report.chart.packaged"), tuple(one.packaged for one in counts)),
    ]

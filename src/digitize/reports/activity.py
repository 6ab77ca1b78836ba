"""What was done in a period as tables that a terminal, a workbook and a page show alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digitize.forms.template import Template
from digitize.messages import Catalogue
from digitize.messages.numbers import count_text, day_text, decimal_text, month_text, share_text
from digitize.messages.visible import visible_line
from digitize.model import UNKNOWN_FORM
from digitize.pipeline.corrections import Answered
from digitize.pipeline.statistics import Counts, Grouped, Statistics
from digitize.pipeline.troubles import Reviewed, Trouble
from digitize.pipeline.turnaround import Spread
from digitize.procedures.completeness import load_procedures


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """The figures of a period, whose they are, and when they were taken.

    Attributes:
        statistics: the figures.
        organisation: name of the office.
        code: its identifier.
        profile: the rules it works by.
        made_at: when the figures were taken.
        templates: the forms that are known, to name them.

    """

    statistics: Statistics
    organisation: str
    code: str
    profile: str
    made_at: dt.datetime
    templates: Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Share:
    """A share, from 0 to 1; None where there is nothing to take it of."""

    value: float | None


@dataclass(frozen=True, slots=True)
class Month:
    """The month of a day."""

    first: dt.date


Cell = str | int | float | dt.date | Month | Share


@dataclass(frozen=True, slots=True)
class View:
    """A table.

    Attributes:
        key: what it is, under ``report.view`` in the catalogue.
        title: the same in words.
        headings: of its columns.
        rows: its cells.
        total: a last row that sums them up; empty where there is none.
        notes: what is to be known to read it.

    """

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    notes: tuple[str, ...] = ()


COUNTED = (
    "received",
    "digitized",
    "components",
    "results",
    "signed",
    "packaged",
    "on_time",
    "late",
    "due_unknown",
    "in_review",
    "quarantined",
    "overdue",
)
"""Figures that every table of groups has, in this order."""


def views_of(report: ActivityReport, catalogue: Catalogue) -> list[View]:
    """The tables of a report; those without a row are left out."""
    told = _Teller(report, catalogue)
    return [view for view in told.views() if view.rows]


def cell_text(catalogue: Catalogue, cell: Cell) -> str:
    """A cell as people read it."""
    if isinstance(cell, str):
        return visible_line(cell)
    if isinstance(cell, Share):
        return "–" if cell.value is None else share_text(catalogue.language, cell.value)
    if isinstance(cell, Month):
        return month_text(catalogue.language, cell.first)
    if isinstance(cell, dt.date):
        return day_text(catalogue.language, cell)
    if isinstance(cell, int):
        return count_text(catalogue.language, cell)
    return decimal_text(catalogue.language, cell)


def period_text(report: ActivityReport, catalogue: Catalogue) -> str:
    """The period in words."""
    period = report.statistics.period
    if period.month is not None:
        return catalogue.text("report.month", month=month_text(catalogue.language, period.month))
    first, last = (day_text(catalogue.language, day) for day in (period.first, period.last))
    return catalogue.text("report.from_to", first=first, last=last)


def notes_of(report: ActivityReport, catalogue: Catalogue) -> list[str]:
    """What has to be known to read the figures, and what is wrong with their sources."""
    keys = ["days", "rates", "papers", "signed", "due", "now"]
    notes = [catalogue.text(f"report.note.{key}") for key in keys]
    statistics = report.statistics
    if statistics.unclear_days:
        notes.append(catalogue.text("report.note.unclear_days", number=statistics.unclear_days))
    if statistics.turnaround.reversed:
        notes.append(catalogue.text("report.note.reversed", number=statistics.turnaround.reversed))
    if statistics.turnaround.years_unknown:
        years = ", ".join(map(str, statistics.turnaround.years_unknown))
        notes.append(catalogue.text("report.note.days_off", years=years))
    return notes


def procedure_name(report: ActivityReport, catalogue: Catalogue, key: str) -> str:
    """A procedure as people call it: by its id, that of a form, or as a sheet calls it."""
    for procedure in load_procedures().values():
        if procedure.id == key:
            return procedure.name[catalogue.language]
    if key in report.templates:
        return report.templates[key].title[catalogue.language]
    return key or catalogue.text("report.unknown_procedure")


def field_title(report: ActivityReport, catalogue: Catalogue, form: str, key: str) -> str:
    """A field as people call it, and its form."""
    template = report.templates.get(form)
    if template is None:
        return f"{catalogue.text('report.unknown_form')}: {key}"
    return f"{template.title[catalogue.language]}: {template.name_of(key, catalogue.language)}"


class _Teller:
    """Makes the tables."""

    def __init__(self, report: ActivityReport, catalogue: Catalogue) -> None:
        self._report = report
        self._statistics = report.statistics
        self._catalogue = catalogue

    def views(self) -> Iterator[View]:
        of = self._statistics
        yield self._summary()
        yield self._rates()
        yield self._grouped("by_month", of.by_month, lambda key: Month(dt.date.fromisoformat(f"{key}-01")))
        yield self._grouped("by_day", of.by_day, dt.date.fromisoformat)
        yield self._grouped("by_procedure", _largest_first(of.by_procedure), self._procedure)
        yield self._grouped("by_clerk", of.by_clerk, self._known)
        yield self._bodies("by_receiving_body", of.by_receiving_body)
        yield self._bodies("by_handling_body", of.by_handling_body)
        yield self._turnaround()
        yield self._effort()
        yield self._reviewed("review_by_clerk", of.review.by_clerk, self._known, waiting=False)
        yield self._reviewed("review_by_form", of.review.by_form, self._form, waiting=True)
        yield self._answered("answers_by_form", of.corrections.by_form, lambda one: self._form(one.form))
        yield self._answered("answers_by_field", of.corrections.by_field, self._field)
        yield self._causes(of.corrections.by_cause)
        yield self._quarantine()
        yield self._quality()

    def _text(self, key: str) -> str:
        return self._catalogue.text(key)

    def _view(
        self,
        key: str,
        headings: Sequence[str],
        rows: Sequence[tuple[Cell, ...]],
        total: tuple[Cell, ...] = (),
    ) -> View:
        note = f"report.view_note.{key}"
        notes = (self._catalogue.text(note),) if self._catalogue.has(note) else ()
        named = tuple(self._text(f"report.column.{heading}") for heading in headings)
        return View(key, self._text(f"report.view.{key}"), named, tuple(rows), total, notes)

    def _summary(self) -> View:
        total = self._statistics.total
        names = ("withdrawn", "unscanned")
        order = (COUNTED[0], *names, *COUNTED[1:])
        rows = [(self._text(f"report.figure.{name}"), int(getattr(total, name))) for name in order]
        return self._view("summary", ("figure", "number"), rows)

    def _rates(self) -> View:
        of = self._statistics
        rows = [self._rate(self._text("report.whole_period"), of.total)]
        groups: tuple[tuple[Grouped, Callable[[str], str]], ...] = (
            (of.by_month if len(of.by_month) > 1 else (), self._month_name),
            (_largest_first(of.by_procedure), self._procedure),
            (_known_bodies(of.by_receiving_body), self._receiving_body),
        )
        for grouped, name in groups:
            rows += [self._rate(name(key), counts) for key, counts in grouped if counts.counted]
        headings = (
            *("group", "counted", "with_components", "components_rate"),
            *("with_results", "results_rate", "finished", "signing_rate"),
        )
        return self._view("rates", headings, rows if of.total.counted else [])

    def _rate(self, name: str, counts: Counts) -> tuple[Cell, ...]:
        return (
            name,
            counts.counted,
            counts.with_components,
            Share(counts.components_rate),
            counts.with_results,
            Share(counts.results_rate),
            counts.finished,
            Share(counts.signing_rate),
        )

    def _grouped(self, view: str, grouped: Grouped, name: Callable[[str], Cell]) -> View:
        rows: list[tuple[Cell, ...]] = [(name(key), *_figures(counts)) for key, counts in grouped]
        total: tuple[Cell, ...] = ()
        if len(rows) > 1:
            total = (self._text("report.total"), *_figures(self._statistics.total))
        return self._view(view, (view, *COUNTED), rows, total)

    def _bodies(self, view: str, grouped: Grouped) -> View:
        return self._grouped(view, _known_bodies(grouped), self._known)

    def _turnaround(self) -> View:
        times = self._statistics.turnaround
        rows: list[tuple[Cell, ...]] = [
            (self._text(f"report.figure.{name}"), spread.dossiers, spread.median, spread.ninth)
            for name, spread in (("working_days", times.days), ("working_hours", times.hours))
            if isinstance(spread, Spread)
        ]
        return self._view("turnaround", ("figure", "dossiers", "median", "ninth"), rows)

    def _effort(self) -> View:
        review = self._statistics.review
        if review.fields_per_dossier is None:
            return self._view("effort", (), [])
        rows: list[tuple[Cell, ...]] = [
            (self._text("report.figure.read"), review.dossiers),
            (self._text("report.figure.doubtful_dossiers"), review.doubtful_dossiers),
            (self._text("report.figure.doubtful_fields"), review.doubtful_fields),
            (self._text("report.figure.fields_per_dossier"), review.fields_per_dossier),
        ]
        return self._view("effort", ("figure", "number"), rows)

    def _reviewed(
        self, view: str, reviewed: Sequence[Reviewed], name: Callable[[str], str], *, waiting: bool
    ) -> View:
        rows: list[tuple[Cell, ...]] = [
            (
                name(one.name),
                one.dossiers,
                one.confirmed,
                one.corrected,
                Share(one.corrected_share),
                *((one.waiting,) if waiting else ()),
            )
            for one in reviewed
        ]
        headings = ("name", "dossiers", "confirmed", "corrected", "corrected_share", "waiting")
        return self._view(view, headings if waiting else headings[:-1], rows)

    def _answered(self, view: str, answered: Sequence[Answered], name: Callable[[Answered], str]) -> View:
        rows: list[tuple[Cell, ...]] = [(name(one), *_answers(one)) for one in answered]
        total: tuple[Cell, ...] = ()
        if len(rows) > 1:
            total = (self._text("report.total"), *_answers(self._statistics.corrections.total))
        headings = ("name", "asked", "corrected", "confirmed", "unreadable", "needless_share")
        return self._view(view, headings, rows, total)

    def _causes(self, answered: Sequence[Answered]) -> View:
        rows: list[tuple[Cell, ...]] = [
            (self._cause(one.cause), *_answers(one), one.alone, one.alone_corrected, one.alone_confirmed)
            for one in answered
        ]
        headings = (
            *("cause", "asked", "corrected", "confirmed", "unreadable", "needless_share"),
            *("alone", "alone_corrected", "alone_confirmed"),
        )
        return self._view("answers_by_cause", headings, rows)

    def _field(self, one: Answered) -> str:
        return field_title(self._report, self._catalogue, one.form, one.key)

    def _cause(self, code: str) -> str:
        return self._catalogue.kind_of_problem(code) if code else self._text("report.no_cause")

    def _quarantine(self) -> View:
        rows = [(self._problem(one), one.times, one.open) for one in self._statistics.troubles.quarantine]
        return self._view("quarantine", ("reason", "dossiers", "still_there"), rows)

    def _quality(self) -> View:
        troubles = self._statistics.troubles
        rows: list[tuple[Cell, ...]] = [
            (self._problem(one), one.times, Share(one.times / troubles.pages)) for one in troubles.quality
        ]
        total: tuple[Cell, ...] = ()
        if rows:
            total = (
                self._text("report.poor_pages"),
                troubles.poor_pages,
                Share(troubles.poor_pages / troubles.pages),
            )
        return self._view("quality", ("shortcoming", "pages", "page_share"), rows, total)

    def _problem(self, trouble: Trouble) -> str:
        return self._catalogue.kind_of_problem(trouble.code)

    def _procedure(self, key: str) -> str:
        return procedure_name(self._report, self._catalogue, key)

    def _form(self, key: str) -> str:
        if key == UNKNOWN_FORM or key not in self._report.templates:
            return self._text("report.unknown_form")
        return self._report.templates[key].title[self._catalogue.language]

    def _known(self, key: str) -> str:
        return key or self._text("report.unknown")

    def _receiving_body(self, key: str) -> str:
        return self._catalogue.text("report.received_by_body", name=self._known(key))

    def _month_name(self, key: str) -> str:
        month = month_text(self._catalogue.language, dt.date.fromisoformat(f"{key}-01"))
        return self._catalogue.text("report.month", month=month)


def _answers(one: Answered) -> tuple[Cell, ...]:
    return (one.fields, one.corrected, one.confirmed, one.unreadable, Share(one.needless_share))


def _figures(counts: Counts) -> tuple[int, ...]:
    return tuple(getattr(counts, name) for name in COUNTED)


def _known_bodies(grouped: Grouped) -> Grouped:
    """Nothing where no sheet has said anything of bodies."""
    return grouped if any(key for key, _ in grouped) else ()


def _largest_first(grouped: Grouped) -> Grouped:
    """What is not known comes last."""
    return tuple(sorted(grouped, key=lambda one: (not one[0], -one[1].received, one[0])))

"""What ``report`` does: count what was done, tell it in every way that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from digitize.cli.options import who
from digitize.cli.session import Session
from digitize.cli.targets import require_free
from digitize.cli.theme import Style
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.periods import period_of
from digitize.pipeline.statistics import statistics_of
from digitize.pipeline.workspace import Workspace
from digitize.reports.activity import ActivityReport, Cell, View, cell_text, notes_of, period_text, views_of
from digitize.reports.activity_json import activity_json
from digitize.reports.facts import moment_text
from digitize.times import VIETNAM, now

_LAST = ("by_day",)
"""What comes last at a terminal, because it is long."""

_MOST_ROWS = {"answers_by_field": 15}
"""Rows of a long table that a terminal shows; files have them all."""

_NAME = 22
"""Letters of a name that are kept together where there is little room."""

_NO_EDGE = 1 << 20
_FEWEST = 3
"""A table of so few columns is not parted."""

_WIDE = 9
"""A table with more columns is wide."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as the options of the command have it."""

    month: str | None = None
    first: str | None = None
    last: str | None = None
    html: Path | None = None
    xlsx: Path | None = None
    json: bool = False


def report_and_tell(session: Session, place: Workspace, asked: Asked) -> None:
    """Count what was done in a period and tell it.

    Raises:
        UsageProblem: it is no period, or a report would be written over something.
        EnvironmentProblem: the ledger cannot be read, or the disk does not take a report.

    """
    moment = now()
    today = moment.astimezone(VIETNAM).date()
    period = period_of(asked.month, asked.first, asked.last, today)
    for target in (asked.html, asked.xlsx):
        if target is not None:
            place.require_outside(target)
            require_free(target)
    organisation, profile = place.settings.organisation, place.profile
    with closing(Ledger(place.ledger, now, who(None))) as ledger:
        statistics = statistics_of(ledger, organisation.name, place.templates, period, today)
    title = profile.title[session.catalogue.language]
    report = ActivityReport(
        statistics=statistics,
        organisation=organisation.name,
        code=organisation.code,
        profile=f"{profile.id} ({title})",
        made_at=moment,
        templates=place.templates,
    )
    _write(session, report, asked)
    if asked.json:
        session.report_json(activity_json(report, session.catalogue))
    elif not session.quiet:
        show_report(session, report)


def _write(session: Session, report: ActivityReport, asked: Asked) -> None:
    if asked.html is not None:
        from digitize.reports.activity_page import write_activity_page

        write_activity_page(report, session.catalogue, asked.html)
        session.say("pdf_written", path=str(asked.html))
    if asked.xlsx is not None:
        from digitize.reports.activity_workbook import write_workbook

        # Both options may name the same file.
        require_free(asked.xlsx)
        write_workbook(report, session.catalogue, asked.xlsx)
        session.say("pdf_written", path=str(asked.xlsx))


def show_report(session: Session, report: ActivityReport) -> None:
    """Tell the figures at a terminal."""
    catalogue = session.catalogue
    session.out.print(Text(report.organisation, style=Style.HEADING))
    title = f"{session.text('report.title')} - {period_text(report, catalogue)}"
    session.out.print(Text(title, style=Style.HEADING))
    session.out.print(
        session.text("report.made_at", moment=moment_text(catalogue, report.made_at)), markup=False
    )
    session.out.print(session.text("report.profile", profile=report.profile), markup=False)
    if report.statistics.is_empty:
        session.out.print(session.text("report.nothing"), markup=False)
        return
    views = views_of(report, catalogue)
    for view in sorted(views, key=lambda view: view.key in _LAST):
        _show_view(session, view)
    session.out.print()
    session.out.print(Text(session.text("report.how_counted"), style=Style.HEADING))
    for note in notes_of(report, catalogue):
        session.out.print(f"- {note}", markup=False)


def _show_view(session: Session, view: View) -> None:
    shown = view.rows[: _MOST_ROWS.get(view.key)]
    rows = [*shown, view.total] if view.total else list(shown)
    session.out.print()
    session.out.print(Text(view.title, style=Style.HEADING))
    for table in _tables(session, view, rows, _told(view, rows)):
        session.out.print(table)
    if len(shown) < len(view.rows):
        more = session.text("report.more_rows", number=len(view.rows) - len(shown))
        session.out.print(more, style=Style.ASIDE, markup=False)
    for note in view.notes:
        session.out.print(note, style=Style.ASIDE, markup=False)


def _tables(
    session: Session, view: View, rows: Sequence[tuple[Cell, ...]], columns: Sequence[int]
) -> list[Table]:
    """The table, or its halves under each other where the terminal is too narrow for it."""
    console = session.out
    free = console.options.update(width=_NO_EDGE)
    table = _table(session, view, rows, columns, None)
    if Measurement.get(console, free, table).maximum <= console.width:
        return [table]
    # Names are broken into lines where there is little room, but not letter by letter.
    longest = max(len(cell_text(session.catalogue, row[0])) for row in rows)
    table = _table(session, view, rows, columns, min(longest, _NAME))
    # Where there is not a letter to spare the library cuts some words to leave room beside others.
    needed = Measurement.get(console, free, table).minimum + len(columns)
    if needed <= console.width or len(columns) <= _FEWEST:
        return [table]
    name, *figures = columns
    half = (len(figures) + 1) // 2
    parts = ([name, *figures[:half]], [name, *figures[half:]])
    return [table for part in parts for table in _tables(session, view, rows, part)]


def _table(
    session: Session,
    view: View,
    rows: Sequence[tuple[Cell, ...]],
    columns: Sequence[int],
    name_width: int | None,
) -> Table:
    table = Table(box=None, pad_edge=False, header_style=Style.HEADING, padding=(0, 1, 0, 0))
    for place in columns:
        heading = view.headings[place]
        if place:
            table.add_column(heading, justify="right", vertical="bottom")
        else:
            table.add_column(heading, vertical="bottom", overflow="fold", width=name_width)
    for row in rows:
        cells = [Text(cell_text(session.catalogue, row[place])) for place in columns]
        table.add_row(*cells, style=Style.HEADING if row is view.total else None)
    return table


def _told(view: View, rows: Sequence[tuple[Cell, ...]]) -> list[int]:
    """The columns to show: of a wide table those that are 0 everywhere are left out; the summary has them."""
    wide = len(view.headings) > _WIDE
    return [place for place in range(len(view.headings)) if not wide or any(row[place] != 0 for row in rows)]

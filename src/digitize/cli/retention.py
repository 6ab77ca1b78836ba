"""``digitize retention``: what reaches the end of its retention."""

import datetime as dt
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.grid import Column, Grid
from digitize.cli.options import json_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode, UsageProblem

if TYPE_CHECKING:
    from digitize.pipeline.retention import RetentionLine, RetentionList


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "retention")
    def retention(
        by: Annotated[
            str | None,
            typer.Option("--by", metavar="YYYY-MM-DD", help=session.text("help.retention.by")),
        ] = None,
        within: Annotated[
            int | None,
            typer.Option("--within", min=0, metavar="DAYS", help=session.text("help.retention.within")),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.retention import list_retention
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        day = _day(by, within, now().date())
        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(None))) as ledger:
            found = list_retention(place, ledger, day)
        if json:
            session.report_json(_document(session, found, day))
        else:
            _show(session, found, day)
        return ExitCode.ITEMS if found.failed else ExitCode.DONE


def _day(by: str | None, within: int | None, today: dt.date) -> dt.date:
    """The day that is asked for; without any, the last of this year."""
    if by is not None and within is not None:
        raise UsageProblem("retention_two_ends")
    if within is not None:
        try:
            return today + dt.timedelta(days=within)
        except OverflowError:
            return dt.date.max
    if by is None:
        return dt.date(today.year, 12, 31)
    from digitize.pipeline.periods import read_day

    return read_day(by)


def _document(session: Session, found: "RetentionList", day: dt.date) -> dict[str, object]:
    return {
        "by": day.isoformat(),
        "dossiers": [_line_json(line) for line in found.due],
        "undated": [_line_json(line) for line in found.undated],
        "summary": {
            "due": len(found.due),
            "undated": len(found.undated),
            "later": found.later,
            "for_ever": found.for_ever,
        },
        "problems": {name: session.problem_json(problem) for name, problem in found.failed.items()},
    }


def _line_json(line: "RetentionLine") -> dict[str, object]:
    kept = line.retention
    return {
        "id": line.dossier,
        "package": line.package,
        "title": kept.title,
        "retention": kept.code,
        "closed": kept.closed or None,
        "ends": kept.ends.isoformat() if kept.ends else None,
    }


def _show(session: Session, found: "RetentionList", day: dt.date) -> None:
    names = ("dossier", "retention", "closed", "ends", "dossier_title")
    table = Grid(*(Column(session.text(f"column.{name}"), whole=name != "dossier_title") for name in names))
    for line in [*found.due, *found.undated]:
        kept = line.retention
        ends = f"{kept.ends:%d/%m/%Y}" if kept.ends else session.text("fact.unknown")
        closed = kept.closed or session.text("fact.unknown")
        table.add(line.dossier, kept.code or "-", closed, ends, kept.title)
    if found.due or found.undated:
        session.out.print(table)
    told = session.text(
        "say.retention_found",
        day=f"{day:%d/%m/%Y}",
        due=len(found.due),
        undated=len(found.undated),
        later=found.later,
        for_ever=found.for_ever,
    )
    session.out.print(told, markup=False)
    for dossier, problem in found.failed.items():
        session.show_failure(dossier, problem)

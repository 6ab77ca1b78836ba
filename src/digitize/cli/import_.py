"""``digitize import``: what an office's sheets say of its dossiers."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.grid import Column, Grid
from digitize.cli.options import as_kept, json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode, ItemProblem
from digitize.model import Problem

if TYPE_CHECKING:
    from digitize.pipeline.importing import Imported

_MOST_TOLD = 50


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "import")
    def import_(
        files: Annotated[list[Path], typer.Argument(metavar="FILE", help=session.text("help.import.file"))],
        dossier: Annotated[
            str | None, typer.Option("--dossier", help=session.text("help.import.dossier"))
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=session.text("help.import.dry_run"))] = False,
        skip_bad: Annotated[
            bool, typer.Option("--skip-bad", help=session.text("help.import.skip_bad"))
        ] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> ExitCode:
        from digitize.pipeline.deadlines import settler
        from digitize.pipeline.importing import import_sheets
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        chosen = as_kept(dossier) if dossier else None
        results: list[Imported] = []
        failed: list[tuple[Path, Problem]] = []
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            for file in files:
                try:
                    imported = import_sheets(
                        ledger,
                        file,
                        dossier=chosen,
                        rehearse=dry_run,
                        skip_bad=skip_bad,
                        settle=settler(place, ledger),
                    )
                    results.append(imported)
                except ItemProblem as error:
                    failed.append((file, Problem.of(error)))
        for path, problem in failed:
            session.show_failure(path, problem)
        if json:
            session.report_json(_json(session, results, failed))
        for result in results:
            _show(session, result, rehearsed=dry_run, table=not json)
        good = not failed and all(result.done or (dry_run and not result.bad) for result in results)
        return ExitCode.DONE if good else ExitCode.ITEMS


def _show(session: Session, result: "Imported", *, rehearsed: bool, table: bool) -> None:
    if table:
        session.out.print(_table(session, result))
    for note in result.notes:
        session.show_note(note)
    for problem in result.bad[:_MOST_TOLD]:
        session.show_failure(result.file, problem)
    if len(result.bad) > _MOST_TOLD:
        session.say("more_bad", number=len(result.bad) - _MOST_TOLD)
    if not result.done and not rehearsed:
        session.say("sheet_refused", file=result.file, bad=len(result.bad))
        return
    session.say(
        "sheet_imported" if result.done else "sheet_rehearsed",
        file=result.file,
        dossiers=len(result.dossiers),
        documents=sum(one.documents for one in result.dossiers),
        values=sum(len(values) for one in result.dossiers for values in one.values.values()),
    )


def _table(session: Session, result: "Imported") -> Grid:
    names = ("dossier", "matched", "documents", "values")
    table = Grid(
        *(Column(session.text(f"column.{name}"), whole=True, right=name in names[2:]) for name in names)
    )
    for one in result.dossiers:
        table.add(
            one.identifier,
            session.text("say.yes" if one.matched else "say.no"),
            str(one.documents),
            str(sum(map(len, one.values.values()))),
        )
    return table


def _json(
    session: Session, results: "list[Imported]", failed: list[tuple[Path, Problem]]
) -> dict[str, object]:
    return {
        "files": [
            {
                "file": result.file,
                "imported": result.done,
                "dossiers": [
                    {
                        "id": one.identifier,
                        "code": one.code,
                        "matched": one.matched is not None,
                        "sheet": one.where[0],
                        "row": one.where[1],
                        "documents": one.documents,
                        "values": sum(map(len, one.values.values())),
                    }
                    for one in result.dossiers
                ],
                "bad": [session.problem_json(problem) | {"facts": problem.facts} for problem in result.bad],
                "notes": [session.problem_json(note) for note in result.notes],
            }
            for result in results
        ],
        "failed": [{"file": str(path)} | session.problem_json(problem) for path, problem in failed],
    }

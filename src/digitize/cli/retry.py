"""``digitize retry``: let go what is set aside, so that it is tried again."""

import unicodedata
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.options import json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode, UsageProblem

if TYPE_CHECKING:
    from digitize.pipeline.retrying import RetryResult


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "retry")
    def retry(
        items: Annotated[
            list[str] | None,
            typer.Argument(metavar="ITEM", help=session.text("help.retry.item"), show_default=False),
        ] = None,
        reason: Annotated[
            str | None,
            typer.Option(
                "--reason", metavar="CODE", help=session.text("help.retry.reason"), show_default=False
            ),
        ] = None,
        everything: Annotated[bool, typer.Option("--all", help=session.text("help.retry.all"))] = False,
        picture: Annotated[
            bool, typer.Option("--as-picture", help=session.text("help.retry.as_picture"))
        ] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.retrying import Retrying
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        # Codes are in composed form, what people type or paste need not be.
        named = [unicodedata.normalize("NFC", item) for item in items or []]
        if (bool(named), reason is not None, everything).count(True) != 1 or (picture and not named):
            raise UsageProblem("retry_what")
        place = Workspace.open(workspace)
        place.require_folders()
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            retrying = Retrying(place, ledger, now)
            result = retrying.retry(named, picture=picture) if named else retrying.retry_reason(reason)
        if json:
            session.report_json(_json(session, result))
        else:
            _show(session, result)
        return ExitCode.ITEMS if result.refused else ExitCode.DONE


def _json(session: Session, result: "RetryResult") -> dict[str, object]:
    return {
        "released": [
            {
                "dossier": one.dossier,
                "pages": list(one.pages),
                "stage": one.stage.value,
                "code": one.code,
                "as_picture": one.picture,
            }
            for one in result.released
        ],
        "refused": [
            {"dossier": dossier, **session.problem_json(problem)} for dossier, problem in result.refused
        ],
        "unsigned": result.unsigned,
    }


def _show(session: Session, result: "RetryResult") -> None:
    for one in result.released:
        key = "say.released_picture" if one.picture else "say.released_pages"
        pages = ", ".join(map(str, one.pages))
        stage = session.text(f"stage.{one.stage.value}")
        told = session.text(
            key if one.pages else "say.released", dossier=one.dossier, stage=stage, pages=pages
        )
        session.out.print(told, markup=False)
    for dossier, problem in result.refused:
        session.show_failure(dossier, problem)
    if result.unsigned:
        session.out.print(session.text("say.unsigned_retried", count=len(result.unsigned)), markup=False)
    if result.released:
        session.say("released_next")
    elif not result.refused and not result.unsigned:
        session.say("nothing_set_aside")

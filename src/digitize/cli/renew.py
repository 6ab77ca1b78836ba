"""``digitize renew``: new timestamps before the old ones run out."""

import datetime as dt
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.options import MOST_DAYS, json_option, log_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode

if TYPE_CHECKING:
    from digitize.pipeline.renewal import RenewalResult

_SOON = 180
"""Days: long enough for a person to find the time to sign what was renewed."""


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "renew")
    def renew(
        within: Annotated[
            int,
            typer.Option(
                "--within", min=0, max=MOST_DAYS, metavar="DAYS", help=session.text("help.renew.within")
            ),
        ] = _SOON,
        log_json: Annotated[str | None, log_option(session)] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.operating import operating
        from digitize.model import Problem
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.renewal import renew_workspace
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with operating(session, place, "renew", who(user), log_json) as operation:
            place.require_folders()
            with closing(Ledger(place.ledger, now, who(user))) as ledger:
                result = renew_workspace(place, ledger, now, now() + dt.timedelta(days=within))
            operation.failed = list(result.failed)
            if result.stopped is not None:
                operation.exit_code, operation.problem = ExitCode.ENVIRONMENT, Problem.of(result.stopped)
            elif result.failed:
                operation.exit_code = ExitCode.ITEMS
        if json:
            session.report_json(_document(session, result))
        else:
            _show(session, result)
        if result.stopped is not None:
            session.show_error(result.stopped)
        return operation.exit_code


def _document(session: Session, result: "RenewalResult") -> dict[str, object]:
    from digitize.pipeline.renewal import RenewalState
    from digitize.times import written

    return {
        "dossiers": [
            {
                "id": line.dossier,
                "package": line.package,
                "expires": written(line.expiry.until),
                "rests_on": line.expiry.kind.value,
                "holder": line.expiry.holder,
                "renewed": line.state is not RenewalState.STANDS,
                "waits_for_signature": line.state is RenewalState.WAITS,
            }
            for line in result.lines
        ],
        "problems": {name: session.problem_json(problem) for name, problem in result.failed.items()},
    }


def _show(session: Session, result: "RenewalResult") -> None:
    if not session.quiet:
        for line in result.lines:
            text = session.text(
                f"renewal.{line.state.value}", dossier=line.dossier, until=f"{line.expiry.until:%d/%m/%Y}"
            )
            session.out.print(text, markup=False)
    for dossier, problem in result.failed.items():
        session.show_failure(dossier, problem)

"""``digitize approve``: say that dossiers are right that nothing waits in any more."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.options import as_kept, json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode

if TYPE_CHECKING:
    from digitize.pipeline.approving import Outcome


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "approve")
    def approve(
        dossiers: Annotated[
            list[str] | None,
            typer.Argument(metavar="DOSSIER", help=session.text("help.approve.dossier"), show_default=False),
        ] = None,
        every: Annotated[bool, typer.Option("--all", help=session.text("help.approve.all"))] = False,
        as_json: Annotated[bool, json_option(session)] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> int:
        from digitize.pipeline.approving import approve_dossiers, outcomes_json
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        place.require_rules()
        named = [as_kept(dossier) for dossier in dossiers or []]
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            outcomes = approve_dossiers(place, ledger, named, now, every=every)
        if as_json:
            session.report_json(outcomes_json(outcomes, session.problem_json))
        else:
            _tell(session, outcomes)
        failed = any(one.failed for one in outcomes)
        return ExitCode.ITEMS if failed else ExitCode.DONE


def _tell(session: Session, outcomes: Sequence["Outcome"]) -> None:
    for one in outcomes:
        if one.problem is not None:
            session.show_failure(one.dossier, one.problem)
        elif one.approved:
            session.say("dossier_approved" if one.is_new else "approved_before", dossier=one.dossier)
    approved, left = sum(one.is_new for one in outcomes), sum(not one.approved for one in outcomes)
    session.say("approved_count", approved=approved, left=left)
    if approved:
        session.say("review_next")

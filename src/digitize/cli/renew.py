"""``digitize renew``: new timestamps before the old ones run out."""

import datetime as dt
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.options import json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode, ItemProblem, SigningProblem
from digitize.model import Problem

if TYPE_CHECKING:
    from digitize.pipeline.ledger import Ledger
    from digitize.pipeline.renewal import PackageExpiry
    from digitize.pipeline.workspace import Workspace

_SOON = 180
"""Days: long enough for a person to find the time to sign what was renewed."""


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "renew")
    def renew(
        within: Annotated[
            int, typer.Option("--within", min=0, metavar="DAYS", help=session.text("help.renew.within"))
        ] = _SOON,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        place.require_folders()
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            call = _Renewing(session, place, ledger, now() + dt.timedelta(days=within))
            try:
                call.work()
            finally:
                call.report(json=json)
        return ExitCode.ITEMS if call.failed else ExitCode.DONE


class _Renewing:
    """One call: what runs out, what was renewed, what could not be."""

    def __init__(
        self, session: Session, workspace: "Workspace", ledger: "Ledger", limit: dt.datetime
    ) -> None:
        from digitize.pipeline.renewal import Renewal
        from digitize.times import now

        self._session = session
        self._workspace = workspace
        self._limit = limit
        self._renewal = Renewal(workspace, ledger, now)
        self.failed: dict[str, Problem] = {}
        self._renewed: dict[str, bool] = {}
        self._found: list[PackageExpiry] = []

    def work(self) -> None:
        from digitize.pipeline.sealing import make_renewer, make_seal

        self._renewal.tidy()
        for one in self._renewal.expiries():
            if isinstance(one, tuple):
                self.failed[one[0]] = Problem.of(one[1])
            else:
                self._found.append(one)
        due = [one for one in self._found if one.expiry.until <= self._limit and not one.waits]
        if not due:
            return
        unattended = self._workspace.profile.signing.unattended
        seal = make_seal(self._workspace, None) if unattended else None
        renewer = make_renewer(self._workspace)
        for one in due:
            try:
                self._renewed[one.dossier] = self._renewal.renew(one.dossier, renewer, seal)
            except SigningProblem:
                # What one cannot reach, the next cannot either; all the old packages stand.
                raise
            except ItemProblem as error:
                self.failed[one.dossier] = Problem.of(error)

    def report(self, *, json: bool) -> None:
        from digitize.times import written

        session = self._session
        lines = sorted(self._found, key=lambda one: one.expiry.until)
        if json:
            dossiers = [
                {
                    "id": one.dossier,
                    "package": one.package,
                    "expires": written(one.expiry.until),
                    "rests_on": one.expiry.kind.value,
                    "holder": one.expiry.holder,
                    "renewed": one.dossier in self._renewed,
                    "waits_for_signature": one.waits or self._renewed.get(one.dossier) is False,
                }
                for one in lines
            ]
            problems = {name: session.problem_json(problem) for name, problem in self.failed.items()}
            session.report_json({"dossiers": dossiers, "problems": problems})
            return
        for one in lines:
            key = "say.renew_stands"
            if one.waits or self._renewed.get(one.dossier) is False:
                key = "say.renew_waits"
            elif one.dossier in self._renewed:
                key = "say.renew_renewed"
            if not session.quiet:
                until = f"{one.expiry.until:%d/%m/%Y}"
                session.out.print(session.text(key, dossier=one.dossier, until=until), markup=False)
        for dossier, problem in self.failed.items():
            session.show_failure(dossier, problem)

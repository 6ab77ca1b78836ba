"""``digitize sign``: sign and package what is composed."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.options import as_kept, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode, ItemProblem, SigningProblem, UsageProblem
from digitize.model import Problem, Stage

if TYPE_CHECKING:
    from digitize.pipeline.ledger import Ledger
    from digitize.pipeline.workspace import Workspace


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "sign")
    def sign(
        dossiers: Annotated[
            list[str] | None,
            typer.Argument(metavar="DOSSIER", help=session.text("help.sign.dossier"), show_default=False),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> int:
        from digitize.pipeline.finding import follow
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.renewal import Renewal
        from digitize.pipeline.signing_trouble import trouble_noted
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        place.require_folders()
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            # Codes are in composed form, what people type or paste need not be.
            named = [as_kept(dossier) for dossier in dossiers or []]
            for dossier in named:
                if ledger.dossier(dossier) is None:
                    raise UsageProblem("dossier_unknown", dossier=dossier)
            renewed = [one for one in Renewal(place, ledger, now).waiting() if one in named or not named]
            composed = [record.id for record in ledger.dossiers(Stage.COMPOSED)]
            chosen = [one for one in named if one not in renewed] or ([] if named else composed)
            if not chosen and not renewed:
                session.say("nothing_to_sign")
                return ExitCode.DONE
            with trouble_noted(ledger, now):
                failed = _sign(session, place, ledger, chosen, renewed)
        follow(place)
        return ExitCode.ITEMS if failed else ExitCode.DONE


def _sign(
    session: Session, workspace: "Workspace", ledger: "Ledger", chosen: Sequence[str], renewed: Sequence[str]
) -> int:
    """Sign and package dossiers, and sign renewed packages, with one seal; return how many could not be."""
    from digitize.cli.key_holder import TerminalKeyHolder
    from digitize.pipeline.packaging import Packager
    from digitize.pipeline.renewal import Renewal
    from digitize.pipeline.sealing import make_seal
    from digitize.pipeline.signing_trouble import set_aside_unsigned
    from digitize.times import now

    seal = make_seal(workspace, TerminalKeyHolder(session) if sys.stdin.isatty() else None)
    for note in seal.require_usable(now()):
        session.show_note(note)
    packager = Packager(workspace, ledger, seal, now)
    renewal = Renewal(workspace, ledger, now)
    failed = 0
    waiting = [*chosen, *renewed]
    for done, dossier in enumerate(waiting):
        try:
            if dossier in renewed:
                session.say("renewal_signed", dossier=dossier, folder=str(renewal.sign(dossier, seal)))
                continue
            packaged = packager.package(dossier)
        except ItemProblem as error:
            failed += 1
            session.show_failure(dossier, Problem.of(error))
            if set_aside_unsigned(workspace, ledger, dossier, error, now):
                session.say("set_aside", dossier=dossier)
        except SigningProblem:
            session.say("sign_stopped", signed=done - failed, waiting=len(waiting) - done)
            raise
        else:
            session.say("signed", dossier=dossier, folder=str(packaged.folder))
            for note in packaged.notes:
                session.show_note(note)
    return failed

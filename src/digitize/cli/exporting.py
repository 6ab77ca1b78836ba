"""What ``export`` does: has the order carried out, and tells what was written and what was not."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from digitize.cli.counting import counting
from digitize.cli.deadline import deadline_json
from digitize.cli.dossier import detail_json
from digitize.cli.key_holder import TerminalKeyHolder
from digitize.cli.session import Session
from digitize.errors import ExitCode, SigningProblem
from digitize.model import Problem
from digitize.pipeline.deadlines import find_deadline
from digitize.pipeline.differences import compare
from digitize.pipeline.export import Exporter, Order, Writers
from digitize.pipeline.export_copies import ReaderCopy
from digitize.pipeline.export_formats import FOLDERS, ExportFormat
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.outlet import Exported, ExportResult
from digitize.pipeline.overview import DossierDetail
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.workspace import Workspace
from digitize.reports.reader_copy import write_reader_index
from digitize.signatures.sign import Seal
from digitize.times import now


def export_and_tell(
    session: Session, workspace: Workspace, order: Order, user: str, *, json: bool
) -> ExitCode:
    """Export and tell what came of it.

    Raises:
        UsageProblem: the order makes no sense, or something is in its way.
        EnvironmentProblem: the disk, the ledger, a font or the settings do not allow it.
        SigningProblem: the key cannot be used now; what had left stays, and nothing is half-written.

    """
    order.check()

    def index(copy: ReaderCopy, folder: Path) -> None:
        write_reader_index(copy, session.catalogue, folder)

    with closing(Ledger(workspace.ledger, now, user)) as ledger:

        def describe(detail: DossierDetail) -> object:
            compared = compare(ledger, detail.line.id, workspace.templates)
            record = ledger.dossier(detail.line.id)
            days = find_deadline(ledger, record, workspace.profile.deadlines) if record else None
            told = detail_json(session, detail, workspace.templates, len(compared.differences))
            return told | deadline_json(session, days)

        exporter = Exporter(workspace, ledger, now, session.catalogue, Writers(describe, index))
        dossiers = exporter.dossiers(order)
        seal = _seal(session, workspace, order) if dossiers else None
        result = _export(session, replace(exporter, seal=seal), order, dossiers)
    unsigned = order.output is ExportFormat.SIP and seal is None and bool(result.done)
    if json:
        session.report_json(_document(session, order, result, unsigned=unsigned))
    else:
        _summary(session, order, result)
    if unsigned:
        session.show_note(Problem("export_unsigned"), remedy=True)
    return ExitCode.ITEMS if result.failed else ExitCode.DONE


def _seal(session: Session, workspace: Workspace, order: Order) -> Seal | None:
    """Open the key, once for the whole call; tell what of it could not be checked."""
    seal = order.make_seal(workspace, TerminalKeyHolder(session) if sys.stdin.isatty() else None)
    for note in seal.require_usable(now()) if seal else ():
        session.show_note(note)
    return seal


def _export(
    session: Session, exporter: Exporter, order: Order, dossiers: Sequence[DossierRecord]
) -> ExportResult:
    left = seen = 0
    with counting(session, "exporting", len(dossiers)) as counted:

        def told(dossier: str, outcome: Exported | Problem) -> None:
            nonlocal left, seen
            seen += 1
            left += isinstance(outcome, Exported)
            counted()
            _tell(session, dossier, outcome)

        try:
            return exporter.export(order, dossiers, told)
        except SigningProblem:
            counted.close()
            session.say("export_sign_stopped", exported=left, waiting=len(dossiers) - seen)
            raise


def _tell(session: Session, dossier: str, outcome: Exported | Problem) -> None:
    if isinstance(outcome, Problem):
        session.show_failure(dossier, outcome)
        return
    for note in outcome.notes:
        session.show_note(note)
    for path in outcome.paths:
        session.say("exported", dossier=dossier, path=str(path))


def _summary(session: Session, order: Order, result: ExportResult) -> None:
    if order.output not in FOLDERS:
        if not result.done and not result.failed:
            session.say("nothing_to_export")
        for done in result.done:
            if len(done.dossiers) != 1:
                for path in done.paths:
                    session.say("pdf_written", path=str(path))
        return
    if not result.done and not result.failed:
        session.say("nothing_packaged")
        return
    session.say(
        "export_done", number=len(result.done), failed=len(result.failed), folder=str(order.to.absolute())
    )


def _document(session: Session, order: Order, result: ExportResult, *, unsigned: bool) -> dict[str, object]:
    return {
        "format": order.output.value,
        "to": str(order.to.absolute()),
        "exported": [
            {
                "dossiers": list(done.dossiers),
                "files": [path.name for path in done.paths],
                "notes": [session.problem_json(note) for note in done.notes],
            }
            for done in result.done
        ],
        "problems": {dossier: session.problem_json(problem) for dossier, problem in result.failed.items()},
        "notes": [session.problem_json(Problem("export_unsigned"))] if unsigned else [],
        "summary": {"exported": len(result.done), "failed": len(result.failed)},
    }

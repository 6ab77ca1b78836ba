"""Send a packaged dossier back to work, take one out of work, and bring it back.

What a clerk decides here is one transaction each, under the dossier's lease, so that it can be done
beside a run. What could not be made again is never removed: a renewal that waits for a signature and
half-built packages can.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from digitize.archive.naming import NewUuid
from digitize.errors import ItemProblem, UsageProblem
from digitize.files import remove_tree
from digitize.model import Stage
from digitize.pipeline.generations import RecordStatus, is_unrecorded, package_names, retire
from digitize.pipeline.intake import LATE, WITHDRAWN, is_divided
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.reasons import as_reason
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.renewal import Renewal
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


@dataclass(frozen=True, slots=True)
class Reopened:
    """What reopening a dossier came to.

    Attributes:
        stage: where it stands now.
        replaces: the package that its next one will stand for; None where a withdrawn dossier came back.
        late: how many files that came too late are taken in by the next run.

    """

    stage: Stage
    replaces: str | None
    late: int


@dataclass(frozen=True)
class Reopening:
    """Reopens and withdraws dossiers of one workspace.

    Attributes:
        workspace: whose dossiers.
        ledger: where they stand.
        clock: tells the time.
        new_uuid: makes identifiers.

    """

    workspace: Workspace
    ledger: Ledger
    clock: Clock
    new_uuid: NewUuid = uuid.uuid4

    def reopen(self, dossier: str, why: str, *, supplement: bool = False) -> Reopened:
        """Send a packaged dossier back to work, or bring a withdrawn one back.

        Its next package has an identity of its own, and is marked as a replacement of the present one, or
        as a supplement to it. The present one stays in the archive until then.

        Args:
            dossier: its code.
            why: a sentence for the record.
            supplement: the next package is marked so; it holds the whole dossier again.

        Raises:
            UsageProblem: there is no such dossier, or no reason is given.
            ItemProblem: it is neither packaged nor withdrawn, it is a stack that was divided, or somebody
                else works on it.

        """
        reason = as_reason(why)
        with self._held(dossier) as record:
            self._refuse_stack(record)
            if record.stage is Stage.WITHDRAWN and not supplement:
                return self._bring_back(record, reason)
            if record.stage is not Stage.PACKAGED:
                raise ItemProblem("not_reopenable", dossier=dossier, stage=record.stage.value)
            old = self._settled(record).package
            if old is None or not (self.workspace.archive / old).is_dir():
                raise ItemProblem("package_not_there", dossier=dossier)
            remove_tree(self.workspace.work / dossier)
            status = RecordStatus.SUPPLEMENT if supplement else RecordStatus.REPLACEMENT
            with self.ledger.transaction():
                late = self.ledger.forget_refused(record.source, (LATE, WITHDRAWN))
                self.ledger.set_package(dossier, uuid=str(self.new_uuid()))
                self.ledger.set_generation(dossier, replaces=old, status=status)
                self.ledger.set_problem(dossier, None)
                self.ledger.forget_pages(dossier, [page.ordinal for page in self.ledger.pages(dossier)])
                facts = {"why": reason, "replaces": old, "record_status": status.value}
                self.ledger.move(dossier, Stage.RECEIVED, "reopened", **facts)
            return Reopened(Stage.RECEIVED, old, late)

    def withdraw(self, dossier: str, why: str) -> Stage:
        """Take a dossier out of work; return where it stood.

        Its originals stay, and so does its package if there is one.

        Raises:
            UsageProblem: there is no such dossier, or no reason is given.
            ItemProblem: it is withdrawn already, a stack that was divided, or somebody else works on it.

        """
        reason = as_reason(why)
        with self._held(dossier) as record:
            self._refuse_stack(record)
            if record.stage is Stage.WITHDRAWN:
                raise ItemProblem("already_withdrawn", dossier=dossier)
            if is_unrecorded(self.workspace, record):
                raise ItemProblem("package_unrecorded", dossier=dossier)
            if record.stage is Stage.PACKAGED:
                self._settled(record)
            elif record.package_uuid:
                names = package_names(self.workspace, record, uuid.UUID(record.package_uuid))
                remove_tree(self.workspace.staging(names.folder))
            with self.ledger.transaction():
                # A run goes on beside this and may have moved it meanwhile.
                stage = self._record(dossier).stage
                self.ledger.move(dossier, Stage.WITHDRAWN, "withdrawn", why=reason, was=stage.value)
            return stage

    def _refuse_stack(self, record: DossierRecord) -> None:
        if is_divided(self.ledger, record):
            raise ItemProblem("stack_is_divided", dossier=record.id)

    def _bring_back(self, record: DossierRecord, reason: str) -> Reopened:
        """Put a withdrawn dossier where it stood; what is unfinished begins anew with what was read."""
        was = next(e.detail["was"] for e in reversed(self.ledger.events(record.id)) if e.kind == "withdrawn")
        stands = was in (Stage.PACKAGED, Stage.QUARANTINED)
        stage = Stage(str(was)) if stands else Stage.RECEIVED
        with self.ledger.transaction():
            late = self.ledger.forget_refused(record.source, (LATE, WITHDRAWN))
            if stage is not Stage.QUARANTINED:
                self.ledger.set_problem(record.id, None)
            self.ledger.move(record.id, stage, "returned", why=reason)
        return Reopened(stage, None, late)

    def _settled(self, record: DossierRecord) -> DossierRecord:
        """A packaged dossier after what was cut off is finished and what waits over it is discarded."""
        Renewal(self.workspace, self.ledger, self.clock).settle(record.id)
        record = self._record(record.id)
        retire(self.workspace, self.ledger, record)
        return record

    @contextmanager
    def _held(self, dossier: str) -> Iterator[DossierRecord]:
        self._record(dossier)
        with lease(self.ledger, dossier, self.clock):
            yield self._record(dossier)

    def _record(self, dossier: str) -> DossierRecord:
        record = self.ledger.dossier(dossier)
        if record is None:
            raise UsageProblem("dossier_unknown", dossier=dossier)
        return record

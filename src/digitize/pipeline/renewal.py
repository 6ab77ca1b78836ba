"""Renew the timestamps of packages before they run out: a new generation beside the old one.

The order is the promise. The new generation's identity is fixed in the ledger, then it is built in
staging and renamed to where it waits, then its METS is signed if the profile wants that, then it is
renamed into the archive, then the ledger names it, and last the old one is moved to ``superseded``.
A renewal that is cut off at any of these goes on there, and until the last of them the old one stands.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from digitize.archive.check import check_package
from digitize.archive.mets import object_id_of
from digitize.archive.naming import Names, NewUuid
from digitize.archive.package import METS_NAME, SIGNATURE_NAME, PackagePlan
from digitize.archive.renewal import package_expiry, renew_package
from digitize.errors import ItemProblem, SigningProblem
from digitize.files import make_folder, publish_folder, remove_tree, write_whole
from digitize.model import Problem, Stage
from digitize.pdf.compose import TOOL
from digitize.pipeline.generations import RecordStatus, package_names, retire, retire_leftovers
from digitize.pipeline.history import History
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.sealing import make_renewer, make_seal
from digitize.pipeline.workspace import Workspace
from digitize.signatures.renewal import Expiry, Renewer
from digitize.signatures.sign import Seal, sign_detached
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import DAMAGED
from digitize.times import Clock, written


class RenewalState(StrEnum):
    """How a package stands after ``renew``."""

    STANDS = "stands"
    RENEWED = "renewed"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class PackageLine:
    """When the proof of a dossier's package ends, and what was done about it.

    ``WAITS`` is a package whose next generation waits for a person's signature.
    """

    dossier: str
    package: str
    expiry: Expiry
    state: RenewalState = RenewalState.STANDS


@dataclass(slots=True)
class RenewalResult:
    """What a call of ``renew`` did.

    Attributes:
        lines: packages, those that end first before the others.
        failed: dossiers whose package could not be renewed, and why.
        stopped: what kept it from renewing the rest; None if nothing did.

    """

    lines: list[PackageLine] = field(default_factory=list)
    failed: dict[str, Problem] = field(default_factory=dict)
    stopped: SigningProblem | None = None


def renew_workspace(workspace: Workspace, ledger: Ledger, clock: Clock, limit: dt.datetime) -> RenewalResult:
    """Renew every package of a workspace whose proof ends by a time.

    What one of them cannot reach, the next cannot either: it ends there, and all the old packages stand.

    Raises:
        EnvironmentProblem: the settings name no authority, or the disk does not take what is written.

    """
    renewal, result = Renewal(workspace, ledger, clock), RenewalResult()
    renewal.tidy()
    found = sorted(renewal.expiries(result.failed), key=lambda line: line.expiry.until)
    done: dict[str, RenewalState] = {}
    due = [one for one in found if one.expiry.until <= limit and one.state is RenewalState.STANDS]
    if due:
        try:
            seal = make_seal(workspace, None) if workspace.profile.signing.unattended else None
            renewer = make_renewer(workspace)
            for line in due:
                try:
                    published = renewal.renew(line.dossier, renewer, seal)
                    done[line.dossier] = RenewalState.RENEWED if published else RenewalState.WAITS
                except ItemProblem as error:
                    result.failed[line.dossier] = Problem.of(error)
        except SigningProblem as error:
            result.stopped = error
    result.lines = [replace(line, state=done.get(line.dossier, line.state)) for line in found]
    return result


@dataclass(frozen=True)
class Renewal:
    """Renews packages of one workspace.

    Attributes:
        workspace: whose packages.
        ledger: where they stand.
        clock: tells the time.
        new_uuid: makes identifiers.

    """

    workspace: Workspace
    ledger: Ledger
    clock: Clock
    new_uuid: NewUuid = field(default=uuid.uuid4)

    def tidy(self) -> None:
        """Finish what was cut off after the ledger had named the new generation."""
        retire_leftovers(self.workspace, self.ledger, self.clock)

    def settle(self, dossier: str) -> None:
        """Finish a renewal of a dossier that is in the archive already, and discard one that is not.

        Whoever calls it holds the dossier. What is discarded was made from the package that stands.
        """
        record = self._record(dossier)
        names = self._begun(record)
        if names is None:
            return
        if (self.workspace.archive / names.folder).exists():
            self._publish(record, names, None)
        else:
            remove_tree(self._waiting(names))
            remove_tree(self.workspace.staging(names.folder))

    def expiries(self, failed: dict[str, Problem]) -> Iterator[PackageLine]:
        """Every package and when its proof ends; why one cannot be read goes into ``failed``."""
        for record in self._packaged():
            try:
                found = package_expiry(self._folder(record))
            except ItemProblem as error:
                failed[record.id] = Problem.of(error)
                continue
            except OSError as error:
                failed[record.id] = Problem("disk_trouble", {"detail": error.strerror or ""})
                continue
            names = self._begun(record)
            waits = names is not None and self._waiting(names).exists()
            state = RenewalState.WAITS if waits else RenewalState.STANDS
            yield PackageLine(record.id, record.package or "", found, state)

    def renew(self, dossier: str, renewer: Renewer, seal: Seal | None) -> bool:
        """Renew a dossier's package.

        Args:
            dossier: its code.
            renewer: puts timestamps.
            seal: signs the new METS; None where a person has to, later.

        Returns:
            Whether the new generation is in the archive; if not, it waits for a signature.

        Raises:
            ItemProblem: the package is damaged, or somebody else works on the dossier.
            SigningProblem: an authority or a key cannot be used now; the old package stands.

        """
        with lease(self.ledger, dossier, self.clock):
            record = self._record(dossier)
            names = self._begun(record) or self._begin(record)
            if not (self.workspace.archive / names.folder).exists() and not self._waiting(names).exists():
                self._build(record, names, renewer)
            if seal is None and not (self.workspace.archive / names.folder).exists():
                return False
            self._publish(record, names, seal)
            return True

    def sign(self, dossier: str, seal: Seal) -> Path:
        """Sign a renewed package that waits for it, and put it in the place of the old one.

        Raises:
            ItemProblem: nothing waits, or somebody else works on the dossier.
            SigningProblem: the key cannot be used now.

        """
        with lease(self.ledger, dossier, self.clock):
            record = self._record(dossier)
            names = self._begun(record)
            if names is None:
                raise ItemProblem("nothing_renewed", dossier=dossier)
            self._publish(record, names, seal)
            return self.workspace.archive / names.folder

    def waiting(self) -> list[str]:
        """Dossiers whose renewed packages wait for a signature."""
        begun = [(record.id, self._begun(record)) for record in self._packaged()]
        return [one for one, names in begun if names is not None and self._waiting(names).exists()]

    # --- steps --------------------------------------------------------------------------------

    def _begin(self, record: DossierRecord) -> Names:
        """Fix the identity of the next generation."""
        identity = self.new_uuid()
        with self.ledger.transaction():
            self.ledger.add_event(
                "renewal_begun", record.id, uuid=str(identity), replaces=record.package or ""
            )
        return self._names(record, identity)

    def _begun(self, record: DossierRecord) -> Names | None:
        """The names of a generation that was begun over the present one and is not in its place yet."""
        for event in reversed(self.ledger.events(record.id)):
            if event.kind == "renewal_begun" and event.detail["replaces"] == record.package:
                return self._names(record, uuid.UUID(str(event.detail["uuid"])))
        return None

    def _build(self, record: DossierRecord, names: Names, renewer: Renewer) -> None:
        old = self._folder(record)
        trust = TrustStore(renewer.evidence.anchors, renewer.evidence.revocations)
        report = check_package(old, trust, self.clock())
        if report.verdict in DAMAGED:
            raise ItemProblem("package_damaged", dossier=record.id, package=old.name)
        staging = self.workspace.staging(names.folder)
        remove_tree(staging)
        make_folder(staging)
        try:
            renew_package(old, staging, self._plan(record, names), renewer, self.new_uuid)
            publish_folder(staging, self._waiting(names))
        finally:
            remove_tree(staging)

    def _plan(self, record: DossierRecord, names: Names) -> PackagePlan:
        moment = self.clock()
        history = History(self.ledger, record.id)
        until = written(package_expiry(self._folder(record)).until)
        facts = {"replaces": record.package or "", "until": until}
        history.add("renewed", moment, facts)
        history.add_log_head(self.ledger.head(), moment)
        return PackagePlan(
            names=names,
            organisation=self.workspace.settings.organisation,
            rules=self.workspace.profile.package,
            documents=[],
            kept=[],
            events=history.events,
            agents=history.agents,
            moment=moment,
            record_status=RecordStatus.REPLACEMENT,
            replaces=object_id_of(self._folder(record)) or record.package,
        )

    def _publish(self, record: DossierRecord, names: Names, seal: Seal | None) -> None:
        """Sign the METS, move the generation into the archive, and the old one out of it."""
        waiting, target = self._waiting(names), self.workspace.archive / names.folder
        if not target.exists():
            if not waiting.exists() or seal is None:
                raise ItemProblem("nothing_renewed", dossier=record.id)
            seal.require_usable(self.clock())
            mets = (waiting / METS_NAME).read_bytes()
            write_whole(waiting / SIGNATURE_NAME, sign_detached(mets, seal))
            publish_folder(waiting, target)
        old = record.package or ""
        until = written(package_expiry(target).until)
        with self.ledger.transaction():
            self.ledger.set_package(record.id, uuid=str(self._identity(record)), folder=names.folder)
            self.ledger.set_generation(record.id, replaces=old, status=RecordStatus.REPLACEMENT)
            self.ledger.add_event(
                "renewed", record.id, replaces=old, package=names.folder, until=until, tool=TOOL
            )
        retire(self.workspace, self.ledger, self._record(record.id))

    def _identity(self, record: DossierRecord) -> str:
        event = next(e for e in reversed(self.ledger.events(record.id)) if e.kind == "renewal_begun")
        return str(event.detail["uuid"])

    # --- names --------------------------------------------------------------------------------

    def _packaged(self) -> list[DossierRecord]:
        return self.ledger.dossiers(Stage.PACKAGED)

    def _record(self, dossier: str) -> DossierRecord:
        record = self.ledger.dossier(dossier)
        if record is None or record.stage is not Stage.PACKAGED:
            raise ItemProblem("not_packaged", dossier=dossier)
        return record

    def _folder(self, record: DossierRecord) -> Path:
        folder = self.workspace.archive / (record.package or "")
        if not record.package or not folder.is_dir():
            raise ItemProblem("package_not_there", dossier=record.id)
        return folder

    def _waiting(self, names: Names) -> Path:
        return self.workspace.archive / f".renewed-{names.folder}"

    def _names(self, record: DossierRecord, identity: uuid.UUID) -> Names:
        return package_names(self.workspace, record, identity)

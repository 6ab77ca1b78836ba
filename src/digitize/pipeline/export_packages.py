"""Packages for others: as they stand in the archive (AIP), or made for another system (SIP).

TT 05/2025/TT-BNV, Art. 17: within the same system an AIP is handed over, to another one a SIP. Before a
package leaves it is verified; one that is damaged stays, is told, and the others go on.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from digitize.archive.check import PackageReport, look_at_package
from digitize.archive.contents import object_id
from digitize.archive.discovery import Found, ItemKind
from digitize.archive.findings import Severity
from digitize.archive.naming import NewUuid
from digitize.archive.sip import sign_sip, write_sip
from digitize.archive.verification import verify_found
from digitize.errors import ItemProblem
from digitize.files import copy_whole, fixity, make_folder
from digitize.model import Stage
from digitize.pipeline.export_formats import ExportFormat
from digitize.pipeline.generations import RecordStatus
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.outlet import EXPORT_FAILED, EXPORTED, Exported, Outlet
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.workspace import Workspace
from digitize.pipeline.wrapping import Parcel, Wrapper
from digitize.signatures.sign import Seal
from digitize.signatures.trust import TrustStore, load_workspace_trust
from digitize.signatures.verdict import DAMAGED
from digitize.times import Clock


@dataclass(frozen=True)
class Checked:
    """A package of the archive that was verified, and whose it is."""

    record: DossierRecord
    folder: Path
    report: PackageReport


@dataclass(frozen=True)
class PackageSource:
    """Gives packages of the archive that may leave.

    Attributes:
        workspace: whose packages.
        ledger: where they stand.
        clock: tells the time.
        trust: what their signatures are held against.

    """

    workspace: Workspace
    ledger: Ledger
    clock: Clock
    trust: TrustStore

    @classmethod
    def of(cls, workspace: Workspace, ledger: Ledger, clock: Clock) -> PackageSource:
        """With the anchors of the workspace."""
        named = workspace.settings.trust
        trust = load_workspace_trust(workspace.root, named.anchors, named.revocations)
        return cls(workspace, ledger, clock, trust)

    def checked(self, dossier: str) -> Checked:
        """The package of a dossier, once it has been verified; hold the dossier meanwhile.

        Raises:
            ItemProblem: there is none, or it is damaged.

        """
        record = self.ledger.dossier(dossier)
        if record is None or record.stage is not Stage.PACKAGED:
            raise ItemProblem("not_packaged", dossier=dossier)
        folder = self.workspace.archive / (record.package or "")
        if not record.package or not folder.is_dir():
            raise ItemProblem("package_not_there", dossier=dossier)
        # Its PDFs are looked at side by side, each in a process that may die of it.
        (item,) = verify_found([Found(folder, ItemKind.PACKAGE)], self.trust, self.clock())
        report = item.report
        if not isinstance(report, PackageReport) or report.verdict in DAMAGED:
            raise ItemProblem("export_damaged", package=folder.name)
        return Checked(record, folder, report)


@dataclass(frozen=True)
class PackageExport:
    """Hands over packages, one after the other.

    Attributes:
        source: gives what may leave.
        outlet: where to.
        wrapper: how they are wrapped.
        output: what they become: SIP or AIP.
        new_uuid: makes identifiers.
        seal: signs SIPs; None where they leave unsigned. An AIP has its signature already.

    """

    source: PackageSource
    outlet: Outlet
    wrapper: Wrapper
    output: ExportFormat
    new_uuid: NewUuid = field(default=uuid.uuid4)
    seal: Seal | None = None

    def export(self, dossier: str, ordinal: int) -> Exported:
        """Hand over the package of a dossier.

        Args:
            dossier: its code.
            ordinal: its place in what is handed over, from 1.

        Raises:
            ItemProblem: it may not leave, or something of its name is there already.
            EnvironmentProblem: the disk or the ledger does not take it.
            SigningProblem: the key cannot be used now; nothing of this dossier left.

        """
        with lease(self.source.ledger, dossier, self.source.clock):
            package = self.source.checked(dossier)
            if self.output is ExportFormat.AIP:
                # What cannot be published is not worth the copying; a SIP gets a new name each time.
                self.outlet.require_free(self.wrapper.names(package.folder.name, ordinal))
            with self.outlet.staging() as staging:
                folder = self._build(package, staging)
                self._look_again(folder)
                identifier = object_id(folder)
                parcel = Parcel(folder, identifier, dossier, self.output.value, ordinal)
                staged = self.wrapper.wrap(parcel)
                facts: dict[str, object] = {
                    "format": self.output.value,
                    "shape": self.wrapper.wrapping.shape,
                    "package": package.folder.name,
                    "object_id": identifier,
                    "verdict": package.report.verdict.value,
                }
                if self.seal is not None:
                    facts |= {"level": self.seal.level.value, "signer": self.seal.credentials.subject}
                if staged.is_file():
                    facts["sha256"] = fixity(staged).sha256
                paths = self.outlet.publish(EXPORTED, {dossier: facts}, [staged])
        return Exported((dossier,), paths)

    def _build(self, package: Checked, staging: Path) -> Path:
        if self.output is ExportFormat.AIP:
            return copy_package(package.folder, staging / package.folder.name)
        workspace = self.source.workspace
        folder = make_folder(staging / "sip")
        name = write_sip(
            package.folder,
            folder,
            workspace.profile.package,
            workspace.settings.organisation,
            self.source.clock(),
            self.new_uuid,
            record_status=self._record_status(package),
        )
        if self.seal is not None:
            sign_sip(folder, self.seal, self.source.clock())
        return folder.rename(staging / name)

    def _look_again(self, folder: Path) -> None:
        """See that what was written is whole, by the checksums in it: disks and memory fail, too."""
        report, _ = look_at_package(folder, self.source.trust, self.source.clock())
        if any(finding.severity is Severity.ERROR for finding in report.findings):
            raise ItemProblem("export_damaged", package=folder.name)

    def _record_status(self, package: Checked) -> str:
        """What the other system is told: a later generation takes the place of one that it was given."""
        events = self.source.ledger.events(package.record.id)
        broken = [event.detail["names"] for event in events if event.kind == EXPORT_FAILED]
        given = [
            event.detail.get("package")
            for event in events
            if event.kind == EXPORTED
            and event.detail.get("format") == self.output.value
            and event.detail.get("names") not in broken
        ]
        replaces = given and package.folder.name not in given
        return RecordStatus.REPLACEMENT if replaces else RecordStatus.NEW


def copy_package(package: Path, target: Path) -> Path:
    """Copy a package byte for byte.

    Raises:
        ItemProblem: a file in it is not what was verified: a link, or nothing that can be copied.

    """
    make_folder(target)
    for place, folders, names in os.walk(package, followlinks=False):
        folders.sort()
        own = Path(place).relative_to(package)
        for name in folders:
            make_folder(target / own / name)
        for name in sorted(names):
            copy_whole(Path(place) / name, target / own / name)
    return target

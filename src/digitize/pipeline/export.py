"""What ``export`` does: sees that the order makes sense, and has it carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digitize.errors import UsageProblem
from digitize.messages import Catalogue
from digitize.model import Stage
from digitize.pipeline.export_copies import CopyExport, ReaderCopy, mark_of
from digitize.pipeline.export_fields import DocumentExport, export_tables
from digitize.pipeline.export_formats import FOLDERS, ExportFormat
from digitize.pipeline.export_packages import PackageExport, PackageSource
from digitize.pipeline.keys import KeyHolder
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.outlet import (
    ExportResult,
    Outlet,
    Told,
    chosen_dossiers,
    export_each,
    open_outlet,
)
from digitize.pipeline.overview import DossierDetail, dossier_lines
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.workspace import Workspace
from digitize.pipeline.wrapping import Wrapper, Wrapping
from digitize.signatures.sign import Seal
from digitize.times import Clock


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported.

    Attributes:
        output: as what.
        to: the folder to write to.
        dossiers: codes; empty for all that can be exported so.
        wrapping: how folders are wrapped.
        document: of a reader's copy: one document alone, by its place from 1.
        reader: of a reader's copy: for whom.
        sign: whether a person opens the key that signs the SIPs; some profiles sign them without.

    """

    output: ExportFormat
    to: Path
    dossiers: tuple[str, ...] = ()
    wrapping: Wrapping = field(default_factory=Wrapping)
    document: int | None = None
    reader: str = ""
    sign: bool = False

    def check(self) -> None:
        """See that what was asked for fits together.

        Raises:
            UsageProblem: it does not.

        """
        if self.output not in FOLDERS and not self.wrapping.is_plain:
            raise UsageProblem("export_not_wrapped", format=self.output.value)
        if self.output is not ExportFormat.DIP and (self.document is not None or self.reader):
            raise UsageProblem("export_only_copies", format=self.output.value)
        if self.document is not None and len(self.dossiers) != 1:
            raise UsageProblem("export_document_of_which")
        if self.sign and self.output is not ExportFormat.SIP:
            raise UsageProblem("export_only_sip_signed", format=self.output.value)

    def signs(self, workspace: Workspace) -> bool:
        """Whether what leaves gets a signature of its own; what others are packages has theirs already."""
        return self.output is ExportFormat.SIP and (self.sign or workspace.profile.signing.unattended)

    def make_seal(self, workspace: Workspace, person: KeyHolder | None) -> Seal | None:
        """Open the key that signs what leaves; None where nothing is signed.

        Args:
            workspace: whose key.
            person: opens it; None where nobody is there.

        Raises:
            EnvironmentProblem: no key, or settings that contradict the profile.
            SigningProblem: the key cannot be opened, or belongs to somebody else.

        """
        if not self.signs(workspace):
            return None
        return make_seal(workspace, person if self.sign else None, for_pdfs=False)


@dataclass(frozen=True, slots=True)
class Writers:
    """What writes things whose wording belongs to rooms above this one.

    Attributes:
        describe: makes the JSON document of a dossier.
        index: writes the index of a reader's copy into its folder.

    """

    describe: Callable[[DossierDetail], object]
    index: Callable[[ReaderCopy, Path], None]


@dataclass(frozen=True, slots=True)
class Exporter:
    """Carries out an order.

    Attributes:
        workspace: whose dossiers.
        ledger: where they stand; it is told of everything that leaves.
        clock: tells the time.
        catalogue: in which language tables and instructions are.
        writers: see there.
        seal: signs the SIPs; None where they leave unsigned.

    """

    workspace: Workspace
    ledger: Ledger
    clock: Clock
    catalogue: Catalogue
    writers: Writers
    seal: Seal | None = None

    def dossiers(self, order: Order) -> list[DossierRecord]:
        """The dossiers that an order means; packages and copies are of packaged ones.

        Raises:
            UsageProblem: one of them does not exist.
            ItemProblem: one of them is withdrawn.

        """
        found = chosen_dossiers(self.ledger, order.dossiers)
        if order.output in FOLDERS and not order.dossiers:
            return [record for record in found if record.stage is Stage.PACKAGED]
        return found

    def export(self, order: Order, dossiers: Sequence[DossierRecord], told: Told) -> ExportResult:
        """Carry it out for some dossiers.

        Raises:
            UsageProblem: something is there already, or another export writes to the same folder.
            EnvironmentProblem: the disk, the ledger, a font or the settings do not allow it.
            SigningProblem: the key cannot be used now; what had left stays.

        """
        order.check()
        with open_outlet(self.workspace, self.ledger, order.to) as outlet:
            match order.output:
                case ExportFormat.XLSX | ExportFormat.CSV:
                    templates = self.workspace.templates
                    return export_tables(outlet, dossiers, order.output, templates, self.catalogue)
                case ExportFormat.JSON:
                    lines = {line.id: line for line in dossier_lines(self.ledger)}
                    documents = DocumentExport(outlet, self.writers.describe, lines)
                    return export_each(dossiers, documents.export, told)
                case ExportFormat.SIP | ExportFormat.AIP:
                    return export_each(dossiers, self._packages(order, outlet).export, told)
                case ExportFormat.DIP:
                    return export_each(dossiers, self._copies(order, outlet).export, told)

    def _packages(self, order: Order, outlet: Outlet) -> PackageExport:
        source = PackageSource.of(self.workspace, self.ledger, self.clock)
        return PackageExport(source, outlet, self._wrapper(order), order.output, seal=self.seal)

    def _copies(self, order: Order, outlet: Outlet) -> CopyExport:
        return CopyExport(
            source=PackageSource.of(self.workspace, self.ledger, self.clock),
            outlet=outlet,
            wrapper=self._wrapper(order),
            mark=mark_of(self.workspace),
            clock=self.clock,
            write_index=self.writers.index,
            reader=order.reader,
            document=order.document,
        )

    def _wrapper(self, order: Order) -> Wrapper:
        return Wrapper(
            order.wrapping,
            self.workspace.profile.export,
            self.workspace.settings.organisation,
            self.catalogue,
            self.clock(),
        )

"""Reader's copies (DIP): the PDFs of a dossier with the mark of a copy, an index, and who asked for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digitize.archive.check import PackageReport
from digitize.archive.contents import PackageEntry, dossier_description, object_id, package_entries
from digitize.errors import ItemProblem
from digitize.files import fixity, make_folder
from digitize.fonts import Face, find_font
from digitize.model import Problem
from digitize.pdf.copies import Copied, Mark, write_copy
from digitize.pipeline.export_packages import Checked, PackageSource
from digitize.pipeline.leases import lease
from digitize.pipeline.outlet import EXPORTED, Exported, Outlet
from digitize.pipeline.workspace import Workspace
from digitize.pipeline.wrapping import Parcel, Wrapper
from digitize.signatures.verdict import SignatureReport, Verdict
from digitize.times import Clock

FORMAT = "dip"


@dataclass(frozen=True, slots=True)
class CopiedDocument:
    """A copy, and what is known of the signed file that it was made from.

    Attributes:
        entry: the document in its package.
        copied: what was written.
        sha256: of the copy.
        original_sha256: of the signed file.
        verdict: on the signed file, when the copy was made.
        signature: the first signature of the signed file; None if it has none.

    """

    entry: PackageEntry
    copied: Copied
    sha256: str
    original_sha256: str
    verdict: Verdict
    signature: SignatureReport | None


@dataclass(frozen=True, slots=True)
class ReaderCopy:
    """What a reader is given.

    Attributes:
        dossier: code of the dossier.
        description: its descriptive elements.
        organisation: who gives it.
        package: folder of the package it was made from.
        object_id: identifier of that package.
        made_at: when.
        made_by: by whom.
        reader: for whom; empty if that was not said.
        mark: what stands on the copies.
        documents: the copies in their order.

    """

    dossier: str
    description: dict[str, str]
    organisation: str
    package: str
    object_id: str
    made_at: dt.datetime
    made_by: str
    reader: str
    mark: str
    documents: tuple[CopiedDocument, ...]


@dataclass(frozen=True, slots=True)
class CopyExport:
    """Makes reader's copies, one dossier after the other.

    Attributes:
        source: gives packages that may leave.
        outlet: where to.
        wrapper: how the folders are wrapped.
        mark: what stands on the copies.
        clock: tells the time.
        write_index: writes the index of a copy into its folder.
        reader: for whom; empty if that was not said.
        document: one document alone, by its place from 1; None for all.

    """

    source: PackageSource
    outlet: Outlet
    wrapper: Wrapper
    mark: Mark
    clock: Clock
    write_index: Callable[[ReaderCopy, Path], None]
    reader: str = ""
    document: int | None = None

    def export(self, dossier: str, ordinal: int) -> Exported:
        """Make the copy of a dossier.

        Raises:
            ItemProblem: its package may not leave, it has no such document, or something of the copy's name
                is there already.
            EnvironmentProblem: the disk or the ledger does not take it.

        """
        name = f"DIP_{dossier}" if self.document is None else f"DIP_{dossier}.{self.document}"
        self.outlet.require_free(self.wrapper.names(name, ordinal))
        with lease(self.source.ledger, dossier, self.source.clock), self.outlet.staging() as staging:
            package = self.source.checked(dossier)
            folder = make_folder(staging / name)
            copy = self._copy(package, folder)
            self.write_index(copy, folder)
            staged = self.wrapper.wrap(Parcel(folder, copy.object_id, dossier, FORMAT, ordinal))
            facts = {
                "format": FORMAT,
                "shape": self.wrapper.wrapping.shape,
                "package": copy.package,
                "documents": [one.entry.ordinal for one in copy.documents],
                "reader": self.reader,
            }
            paths = self.outlet.publish(EXPORTED, {dossier: facts}, [staged])
        return Exported((dossier,), paths, _notes(copy))

    def _copy(self, package: Checked, folder: Path) -> ReaderCopy:
        entries = package_entries(package.folder)
        chosen = [entry for entry in entries if self.document in (None, entry.ordinal)]
        if not chosen:
            raise ItemProblem(
                "document_unknown",
                dossier=package.record.id,
                document=self.document or 0,
                number=len(entries),
            )
        moment = self.clock()
        return ReaderCopy(
            dossier=package.record.id,
            description=dossier_description(package.folder),
            organisation=self.source.workspace.settings.organisation.name,
            package=package.folder.name,
            object_id=object_id(package.folder),
            made_at=moment,
            made_by=self.source.ledger.who,
            reader=self.reader,
            mark=self.mark.text,
            documents=tuple(self._one(package, entry, folder, moment) for entry in chosen),
        )

    def _one(
        self, package: Checked, entry: PackageEntry, folder: Path, moment: dt.datetime
    ) -> CopiedDocument:
        signed, target = package.folder / entry.file, folder / entry.name
        original = fixity(signed).sha256
        copied = write_copy(signed, target, self.mark, original, moment)
        verdict, signature = _signature(package.report, entry.file)
        return CopiedDocument(entry, copied, fixity(target).sha256, original, verdict, signature)


def mark_of(workspace: Workspace) -> Mark:
    """The mark that the profile of a workspace asks for.

    Raises:
        EnvironmentProblem: the font is not there.

    """
    rules = workspace.profile.export
    return Mark(
        text=rules.copy_mark,
        font_file=find_font(Face.TIMES, workspace.settings.fonts.times),
        size=rules.copy_mark_size,
        every_page=rules.copy_mark_pages == "all",
    )


def _signature(report: PackageReport, file: str) -> tuple[Verdict, SignatureReport | None]:
    found = dict(report.documents).get(file)
    if found is None:
        return Verdict.UNSIGNED, None
    return found.verdict, next(iter(found.signatures), None)


def _notes(copy: ReaderCopy) -> tuple[Problem, ...]:
    """What the clerk should look at."""
    return tuple(
        Problem("copy_mark_covers", {"file": one.entry.name, "page": page})
        for one in copy.documents
        for page in one.copied.covering
    )

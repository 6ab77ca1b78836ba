"""Sign and package one dossier: from ``composed`` to ``packaged``.

The identity of a package is fixed in the ledger before anything is built. So a run that finds a
package of that identity in the archive knows that the rename had happened, and only writes down
what was done.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digitize.archive.mets import object_id_of
from digitize.archive.naming import Names, NewUuid
from digitize.archive.package import PackagedDocument, PackagePlan, build_package
from digitize.archive.parts import ORIGINALS
from digitize.errors import DigitizeError, ItemProblem
from digitize.files import make_folder, publish_folder, remove_tree
from digitize.model import Document, PageReading, Problem, Stage
from digitize.pdf.compose import TOOL
from digitize.pipeline.content import ReadDocument, content_json
from digitize.pipeline.demand import Demand
from digitize.pipeline.described import described
from digitize.pipeline.findings import load_documents
from digitize.pipeline.generations import package_names, reason_for_next, retire
from digitize.pipeline.history import ORGANIZATION, PERSON, History
from digitize.pipeline.layout import document_file, excerpts, page_target, suffixes_of
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord, OriginalRecord
from digitize.pipeline.roles_apart import Role, require_apart
from digitize.pipeline.space import Disk, Space, disk_of
from digitize.pipeline.statements import known_values
from digitize.pipeline.tasks import load_reading, uncut_mark, words_file
from digitize.pipeline.workspace import Workspace
from digitize.signatures.sign import Seal
from digitize.signatures.stamp import Rectangle
from digitize.times import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Packaged:
    """A package, and what the signer should know about it."""

    folder: Path
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Packager:
    """Signs and packages dossiers, one after another, with one seal.

    Attributes:
        workspace: whose dossiers.
        ledger: where they stand.
        seal: the key and how to sign.
        clock: tells the signing time.
        new_uuid: makes identifiers.
        look: finds out how full a disk is.

    """

    workspace: Workspace
    ledger: Ledger
    seal: Seal
    clock: Clock
    new_uuid: NewUuid = field(default=uuid.uuid4)
    look: Callable[[Path], Disk] = field(default=disk_of)

    def package(self, dossier: str) -> Packaged:
        """Sign and package a composed dossier.

        Raises:
            ItemProblem: the dossier is not composed, somebody else works on it, another person has to
                sign it, or a file of it cannot be signed.
            SigningProblem: key, certificate, token or an authority cannot be used now.
            EnvironmentProblem: the disk does not take it, or has not enough room for it.

        """
        notes: tuple[Problem, ...] = ()
        with lease(self.ledger, dossier, self.clock):
            record = self.ledger.dossier(dossier)
            if record is None or record.stage is not Stage.COMPOSED:
                stage = record.stage.value if record else "-"
                raise ItemProblem("not_composed", dossier=dossier, stage=stage)
            names = self._names(record)
            target = self.workspace.archive / names.folder
            if not target.exists():
                if not self.can_package(record):
                    raise ItemProblem("derived_missing", file=dossier)
                require_apart(self.ledger, dossier, self.workspace.profile.roles, Role.SIGN)
                self._require_room(record)
                notes = self._build(record, names, target)
            generation = self._generation(record)
            with self.ledger.transaction():
                self.ledger.set_package(dossier, folder=names.folder)
                self.ledger.move(
                    dossier,
                    Stage.PACKAGED,
                    "packaged",
                    package=names.folder,
                    level=self.seal.level.value,
                    signer=self.seal.credentials.subject,
                    officer=self.seal.officer.subject if self.seal.officer else "",
                    notes=[[note.code, note.facts] for note in notes],
                    tool=TOOL,
                    **generation,
                )
            packaged = self.ledger.dossier(dossier)
            assert packaged is not None
            retire(self.workspace, self.ledger, packaged)
            remove_tree(self.workspace.work / dossier)
        return Packaged(target, notes)

    def _require_room(self, record: DossierRecord) -> None:
        documents = len(load_documents(self.ledger, record.id))
        space = Space(self.workspace.limits.free_megabytes, self.look)
        space.require(Demand(self.workspace, self.ledger, space).of_package(record, documents), begun=True)

    def can_package(self, record: DossierRecord) -> bool:
        """Whether what a package is made of is there, or the package itself is already."""
        if record.package_uuid and (self.workspace.archive / self._names(record).folder).exists():
            return True
        documents = load_documents(self.ledger, record.id)
        pdfs = [document_file(self.workspace, record.id, n + 1) for n in range(len(documents))]
        pages = [words_file(self._page(record.id, page)) for one in documents for page in one.pages]
        cut = excerpts(self.workspace, self.ledger.originals(record.id)).values()
        settled = all(path.is_file() or uncut_mark(path).is_file() for path in cut)
        return settled and all(path.is_file() for path in [*pdfs, *pages])

    def _page(self, dossier: str, index: int) -> Path:
        return page_target(self.workspace, dossier, index + 1)

    def _names(self, record: DossierRecord) -> Names:
        identity = uuid.UUID(record.package_uuid) if record.package_uuid else self.new_uuid()
        if not record.package_uuid:
            with self.ledger.transaction():
                self.ledger.set_package(record.id, uuid=str(identity))
        return package_names(self.workspace, record, identity)

    def _generation(self, record: DossierRecord) -> dict[str, str]:
        """What the event of a package says of the one before it; nothing for the first one."""
        if not record.replaces:
            return {}
        why = reason_for_next(self.ledger, record)
        return {"replaces": record.replaces, "record_status": record.record_status, "why": why}

    def _build(self, record: DossierRecord, names: Names, target: Path) -> tuple[Problem, ...]:
        staging = self.workspace.staging(names.folder)
        # What an interrupted attempt has left is no package and never was one.
        remove_tree(staging)
        make_folder(staging)
        try:
            notes = build_package(staging, self._plan(record, names), self.seal, self.new_uuid)
            publish_folder(staging, target)
        except (DigitizeError, OSError):
            raise
        except Exception as error:
            # What a library trips over in one dossier must not stop the others.
            log.debug("unexpected while packaging", exc_info=error)
            raise ItemProblem("unexpected", detail=type(error).__name__) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return notes

    def _plan(self, record: DossierRecord, names: Names) -> PackagePlan:
        documents = [
            self._document(record.id, ordinal, document)
            for ordinal, document in enumerate(load_documents(self.ledger, record.id), start=1)
        ]
        history = self._history(record.id)
        sheet = known_values(self.ledger, record.id, self.workspace.templates)
        return PackagePlan(
            names=names,
            organisation=self.workspace.settings.organisation,
            rules=self.workspace.profile.package,
            documents=[packaged for packaged, _ in documents],
            kept=self._kept(record.id),
            events=history.events,
            agents=history.agents,
            moment=self.clock(),
            record_status=record.record_status,
            replaces=self._object_id(record.replaces),
            content=self._content(names, documents, sheet),
            sheet=sheet,
        )

    def _document(
        self, dossier: str, ordinal: int, document: Document
    ) -> tuple[PackagedDocument, list[PageReading]]:
        """A document with what was read on its pages."""
        pages = [load_reading(self._page(dossier, index)) for index in document.pages]
        pdf = document_file(self.workspace, dossier, ordinal)
        return PackagedDocument(
            described(ordinal, document, self.workspace.templates), pdf, _occupied(pages[0])
        ), pages

    def _content(
        self,
        names: Names,
        documents: Sequence[tuple[PackagedDocument, list[PageReading]]],
        sheet: Mapping[int, Mapping[str, str]],
    ) -> bytes:
        read = [
            ReadDocument(
                packaged.described.document,
                f"{names.doc_id(packaged.described.ordinal)}.pdf",
                [page.text for page in pages],
            )
            for packaged, pages in documents
        ]
        return content_json(read, self.workspace.templates, sheet)

    def _kept(self, dossier: str) -> list[tuple[str, Path]]:
        """The files as they came that go along: those that were signed already, or all of them.

        Of a file that others have pages in, a cut with the dossier's own pages, if it can be made.
        """
        folder = self.workspace.originals / dossier
        originals = self.ledger.originals(dossier)
        if self.workspace.profile.package.originals == "inside":
            cut = excerpts(self.workspace, originals)
            inside = {one.name: folder / one.name for one in originals if one.frames is None}
            for one in originals:
                if one.ordinal in cut and cut[one.ordinal].is_file():
                    inside[_excerpt_name(one, inside)] = cut[one.ordinal]
            return [(f"{ORIGINALS}/{name}", path) for name, path in inside.items()]
        return [(one.name, folder / one.name) for one in originals if one.signed]

    def _object_id(self, package: str | None) -> str | None:
        """What a package before this one calls itself; its folder's name where it cannot be asked."""
        places = (self.workspace.archive, self.workspace.superseded)
        found = (object_id_of(place / package) for place in places if package)
        return next(filter(None, found), package)

    def _history(self, dossier: str) -> History:
        """The dossier's events, and those of its packaging."""
        history = History(self.ledger, dossier)
        signers = {self.seal.officer.holder: PERSON} if self.seal.officer else {}
        signers[self.seal.credentials.holder] = ORGANIZATION
        history.add("signed", self.clock(), {"level": self.seal.level.value}, signers)
        history.add("packaged", self.clock(), {})
        history.add_log_head(self.ledger.head(), self.clock())
        return history


def _excerpt_name(original: OriginalRecord, taken: Container[str]) -> str:
    """What the cut of a stack's file is called: ``chong-1.HS-5.pdf``."""
    stack, suffixes = Path(original.name), suffixes_of(original)
    # The name may lie about what the file is.
    suffix = stack.suffix if stack.suffix.lower() in suffixes else suffixes[0]
    name = f"{stack.stem}.{original.dossier}"
    clash = f"{name}{suffix}" in taken
    return f"{name}.{original.ordinal}{suffix}" if clash else f"{name}{suffix}"


def _occupied(reading: PageReading) -> tuple[Rectangle, ...]:
    """Where words stand on a page, in points from its lower left."""
    scale = 72.0 / reading.dpi

    def to_points(box: Sequence[int]) -> Rectangle:
        left, top, right, bottom = box
        return (
            round(left * scale),
            round((reading.height - bottom) * scale),
            round(right * scale),
            round((reading.height - top) * scale),
        )

    boxes = [word.box for word in reading.words]
    return tuple(to_points(box) for box in [*boxes, *reading.unread])

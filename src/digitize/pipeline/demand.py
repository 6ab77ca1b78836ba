"""How much room is needed: to take in files, to read pages, to build a package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from digitize.files import size_of
from digitize.model import Stage
from digitize.pipeline.layout import document_file, excerpts
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.space import PACKAGE_BESIDE, Space
from digitize.pipeline.workspace import Workspace

Needs = Counter[Path]
"""Bytes for each place."""

_AS_IT_IS = frozenset({".jpg", ".jpeg", ".pdf", ".jp2"})
"""What is compressed for good; other scans become about a quarter as large."""

_IN_LEDGER = 20_000
"""Bytes of the ledger for a page: its words are not in it."""


class Demand:
    """What the work of one workspace needs.

    Args:
        workspace: whose work.
        ledger: where its dossiers stand.
        space: knows how large pages have been.

    """

    def __init__(self, workspace: Workspace, ledger: Ledger, space: Space) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._space = space

    def of_pages(self, number: int) -> Needs:
        """To read so many pages."""
        place = self._workspace
        return Counter({place.work: number * self._space.page, place.root: number * _IN_LEDGER})

    def of_files(self, files: Iterable[Path]) -> Needs:
        """Of new scans besides their own size, until they are packaged."""
        place, kept = self._workspace, self._workspace.profile.package.originals == "inside"
        derived = inside = 0
        for path in files:
            size = size_of(path)
            shrunk = size if path.suffix.lower() in _AS_IT_IS else size // 4
            derived += max(self._space.page, shrunk)
            inside += size if kept else 0
        # The pictures, the PDF that they go into, and the PDF in the package.
        return Counter(
            {
                place.work: 2 * derived,
                place.archive: derived + inside + PACKAGE_BESIDE,
                place.root: _IN_LEDGER,
            }
        )

    def of_documents(self, dossier: str) -> Needs:
        """To compose the documents of a dossier: they hold its pictures; to cut its pages out of stacks."""
        folder = self._workspace.work / dossier
        pictures = folder.iterdir() if folder.is_dir() else ()
        originals = self._ledger.originals(dossier)
        cut = excerpts(self._workspace, originals)
        shares = [
            one.size * len(one.own_frames) // max(1, one.pages or 0)
            for one in originals
            if one.ordinal in cut
        ]
        return Counter({self._workspace.work: sum(size_of(one) for one in pictures) + sum(shares)})

    def of_package(self, record: DossierRecord, documents: int) -> Needs:
        """To build the package of a composed dossier, with room for one document that is being signed."""
        place = self._workspace
        sizes = [size_of(document_file(place, record.id, n + 1)) for n in range(documents)]
        inside = place.profile.package.originals == "inside"
        originals = self._ledger.originals(record.id)
        cut = excerpts(place, originals)
        kept = [
            size_of(cut[one.ordinal]) if one.ordinal in cut else one.size
            for one in originals
            if inside or one.signed
        ]
        return Counter({place.archive: sum(sizes) + max(sizes, default=0) + sum(kept) + PACKAGE_BESIDE})

    def of_rest(self, waiting: int, held: Sequence[str], left: Needs) -> Needs:
        """Of all that a run has left: pages, dossiers for which there was no room, files not taken in."""
        place, page = self._workspace, self._space.page
        rest = left + Counter({place.work: 2 * waiting * page, place.archive: waiting * page})
        for dossier in held:
            record = self._ledger.dossier(dossier)
            if record is not None and record.stage is Stage.COMPOSED:
                rest += self.of_package(record, self._documents(dossier))
            elif record is not None:
                needs = self.of_documents(dossier)
                rest += needs + Counter({place.archive: needs.total() + PACKAGE_BESIDE})
        return rest

    def _documents(self, dossier: str) -> int:
        sql = "SELECT count(*) AS n FROM document WHERE dossier = ?"
        return int(self._ledger.rows(sql, dossier)[0]["n"])

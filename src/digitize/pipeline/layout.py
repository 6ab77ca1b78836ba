"""Where derived data lie in ``work/``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from digitize.ingest.kinds import FileKind
from digitize.pipeline.records import OriginalRecord
from digitize.pipeline.workspace import Workspace


def page_target(workspace: Workspace, dossier: str, page: int) -> Path:
    """The name, without a suffix, of what is made from a page; pages count from 1."""
    return workspace.work / dossier / f"page-{page:05}"


def document_file(workspace: Workspace, dossier: str, document: int) -> Path:
    """The composed PDF of a document; documents count from 1."""
    return workspace.work / dossier / f"document-{document:04}.pdf"


def excerpts(workspace: Workspace, originals: Iterable[OriginalRecord]) -> dict[int, Path]:
    """Files to be made of a stack's files with a dossier's own pages, by the ordinals of its originals.

    A package that takes its scans along must not hold papers of others. Where pages cannot be taken out as
    they are, ``tasks.uncut_mark`` lies there instead: the file stays beside the package, which names it.
    """
    if workspace.profile.package.originals != "inside":
        return {}
    return {
        one.ordinal: workspace.work / one.dossier / f"original-{one.ordinal:04}{suffixes_of(one)[0]}"
        for one in originals
        if one.frames is not None
    }


def suffixes_of(original: OriginalRecord) -> tuple[str, ...]:
    """What a file may be called that has pages of an original: of pictures, TIFF files have several."""
    return (".pdf",) if original.kind is FileKind.PDF else (".tif", ".tiff")

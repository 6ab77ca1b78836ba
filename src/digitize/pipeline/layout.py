"""Where derived data lie in ``work/``."""

from __future__ import annotations

from pathlib import Path

from digitize.pipeline.workspace import Workspace


def page_target(workspace: Workspace, dossier: str, page: int) -> Path:
    """The name, without a suffix, of what is made from a page; pages count from 1."""
    return workspace.work / dossier / f"page-{page:05}"


def document_file(workspace: Workspace, dossier: str, document: int) -> Path:
    """The composed PDF of a document; documents count from 1."""
    return workspace.work / dossier / f"document-{document:04}.pdf"

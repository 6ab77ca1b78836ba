"""An archive to search, and searches in it."""

from __future__ import annotations

from pathlib import Path

from digitize.archive.catalogue import Catalogue, Places
from digitize.archive.catalogue_reading import Effort
from digitize.archive.query import parse_query
from digitize.archive.search import Found, Scope, search
from digitize.archive.search_terms import Vocabulary
from digitize.forms.template_files import load_templates


def catalogue_in(root: Path) -> Catalogue:
    """The catalogue of the packages under ``root``."""
    places = Places(root / "catalogue.db", root / "archive", root / "superseded")
    return Catalogue(places, load_templates(), Effort(jobs=1))


def ask(root: Path, text: str, *, limit: int = 20, superseded: bool = False) -> Found:
    """Search what is under ``root``, the catalogue brought up to date before."""
    catalogue = catalogue_in(root)
    catalogue.refresh()
    with catalogue.opened() as store:
        vocabulary = Vocabulary(catalogue.templates)
        return search(store, parse_query(text), vocabulary, Scope(limit, superseded))


def places_of(found: Found) -> list[tuple[str, int]]:
    """Where the hits are: the end of the dossier's code with the document's number, and the page."""
    return [(Path(hit.file).stem.partition(".2026.")[2], hit.page) for hit in found.hits]


def asked(root: Path, text: str, *, superseded: bool = False) -> set[tuple[str, int]]:
    """Where the hits of a query are, without their order."""
    return set(places_of(ask(root, text, limit=1000, superseded=superseded)))


def made_anew(root: Path) -> bool:
    """Make the catalogue anew; for another process."""
    return catalogue_in(root).refresh(anew=True).anew

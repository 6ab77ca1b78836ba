"""The catalogue of a workspace, and what is found in it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from digitize.archive.catalogue import Catalogue, Places, Refreshed
from digitize.archive.catalogue_store import BrokenCatalogueError
from digitize.archive.naming import dossier_of
from digitize.archive.query import parse_query
from digitize.archive.search import Found, Hit, Scope, search
from digitize.archive.search_terms import Vocabulary
from digitize.errors import DigitizeError, EnvironmentProblem
from digitize.pipeline.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Attributes:
        found: the hits.
        refreshed: what it took to bring the catalogue up to date before.
        seconds: what the search itself took, without that.

    """

    found: Found
    refreshed: Refreshed
    seconds: float


def catalogue_of(
    workspace: Workspace, told: Callable[[int, int], None] = lambda _done, _all: None
) -> Catalogue:
    """The catalogue of a workspace's packages.

    Raises:
        EnvironmentProblem: there is no archive.

    """
    workspace.require_archive()
    places = Places(workspace.catalogue, workspace.archive, workspace.superseded)
    return Catalogue(places, workspace.templates, told=told)


def find(
    workspace: Workspace,
    text: str,
    scope: Scope,
    *,
    anew: bool = False,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Answer:
    """Search the packages of a workspace.

    Args:
        workspace: whose packages.
        text: the query, as it was typed.
        scope: where to look, and how many hits are wanted.
        anew: make the catalogue anew before.
        told: is told how many packages have been read, of how many.

    Raises:
        UsageProblem: the query cannot be understood.
        EnvironmentProblem: there is no archive, or the catalogue cannot be written or read.

    """
    query = parse_query(text)
    catalogue = catalogue_of(workspace, told)
    refreshed = catalogue.refresh(anew=anew)
    vocabulary = Vocabulary(workspace.templates)

    def ask() -> Answer:
        started = time.perf_counter()
        with catalogue.opened() as store:
            found = search(store, query, vocabulary, scope)
        return Answer(found, refreshed, time.perf_counter() - started)

    try:
        return ask()
    except BrokenCatalogueError:
        refreshed = catalogue.refresh(anew=True)
        refreshed.broken = True
    try:
        return ask()
    except BrokenCatalogueError as error:
        raise EnvironmentProblem("catalogue_unusable", path=str(workspace.catalogue)) from error


def rebuild(workspace: Workspace, told: Callable[[int, int], None]) -> Refreshed:
    """Make the catalogue of a workspace anew from its packages.

    Raises:
        EnvironmentProblem: there is no archive, or the disk does not take it.

    """
    return catalogue_of(workspace, told).refresh(anew=True)


def follow(workspace: Workspace) -> None:
    """Take new packages into the catalogue, if there is one.

    What goes wrong stops nothing: the next search tries again.
    """
    try:
        if workspace.catalogue.exists():
            catalogue_of(workspace).refresh()
    except (DigitizeError, OSError) as error:
        log.debug("catalogue not brought up to date", exc_info=error)


def dossier_code(workspace: Workspace, hit: Hit) -> str:
    """The dossier that a hit belongs to; the code of its package where another office has made it."""
    rules, organisation = workspace.profile.package, workspace.settings.organisation
    return dossier_of(rules, organisation, hit.file_code) or hit.file_code

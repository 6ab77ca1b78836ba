"""What the ledger's rows say, as values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from digitize.errors import Fact
from digitize.ingest.kinds import FileKind
from digitize.model import Problem, Stage

Row = sqlite3.Row


class PageRole(StrEnum):
    """What a page is: a paper of its dossier, a separator sheet or its back, or the empty back of a paper.

    An excluded one is a paper that a person has left out of documents.
    """

    SCAN = "scan"
    SEPARATOR = "separator"
    BACK = "back"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """A dossier as the ledger knows it; ``stack`` is the stack that it was cut from."""

    id: str
    stage: Stage
    source: str
    received_at: str
    updated_at: str
    problem: Problem | None
    package_uuid: str | None
    package: str | None
    replaces: str | None
    record_status: str
    received_on: str | None = None
    due_on: str | None = None
    stack: str | None = None


@dataclass(frozen=True, slots=True)
class OriginalRecord:
    """A file that was taken in.

    ``pages`` is None until a worker has looked into it. Of a file of a stack, ``frames`` are the pages that
    are this dossier's, from 0; None for all of them.
    """

    dossier: str
    ordinal: int
    name: str
    source: str
    source_size: int
    source_time: int
    kind: FileKind
    sha256: str
    size: int
    pages: int | None
    signed: bool
    frames: tuple[int, ...] | None = None

    @property
    def own_frames(self) -> tuple[int, ...]:
        """The pages of it that are this dossier's, from 0."""
        return tuple(range(self.pages or 0)) if self.frames is None else self.frames


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page of a dossier: which page of which file, and whether it has been read.

    Attributes:
        attempts: how often it was begun, in all.
        unsettled: how often it was begun without an outcome that anybody knows of.
        picture: a person has accepted it as a picture that nobody reads.
        problem: why it failed; None where it has not.

    """

    dossier: str
    ordinal: int
    original: int
    frame: int
    read: bool
    attempts: int
    summary: dict[str, object] | None
    unsettled: int = 0
    picture: bool = False
    problem: Problem | None = None
    role: PageRole = PageRole.SCAN


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page as it is laid out: which page of which file; what is known of it, if it need not be read."""

    original: int
    frame: int
    role: PageRole = PageRole.SCAN
    summary: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that happened."""

    id: int
    at: str
    who: str
    dossier: str | None
    kind: str
    detail: dict[str, object]


def problem_from(text: str | None) -> Problem | None:
    """A problem as the ledger keeps it."""
    if not text:
        return None
    raw = json.loads(text)
    facts: dict[str, Fact] = raw.get("facts", {})
    return Problem(raw["code"], facts)


def problems_of(page: PageRecord) -> tuple[Problem, ...]:
    """What was noticed of a page when it was read."""
    found = (page.summary or {}).get("problems")
    return tuple(Problem(one["code"], one["facts"]) for one in found) if isinstance(found, list) else ()


def dossier_of(row: Row) -> DossierRecord:
    """A dossier out of a row."""
    return DossierRecord(
        id=row["id"],
        stage=Stage(row["stage"]),
        source=row["source"],
        received_at=row["received_at"],
        updated_at=row["updated_at"],
        problem=problem_from(row["problem"]),
        package_uuid=row["package_uuid"],
        package=row["package"],
        replaces=row["replaces"],
        record_status=row["record_status"],
        received_on=row["received_on"],
        due_on=row["due_on"],
        stack=row["stack"],
    )


def original_of(row: Row) -> OriginalRecord:
    """A file that was taken in out of a row."""
    return OriginalRecord(
        dossier=row["dossier"],
        ordinal=row["ordinal"],
        name=row["name"],
        source=row["source"],
        source_size=row["source_size"],
        source_time=row["source_time"],
        kind=FileKind(row["kind"]),
        sha256=row["sha256"],
        size=row["size"],
        pages=row["pages"],
        signed=bool(row["signed"]),
        frames=tuple(json.loads(row["frames"])) if row["frames"] else None,
    )


def page_of(row: Row) -> PageRecord:
    """A page out of a row."""
    return PageRecord(
        dossier=row["dossier"],
        ordinal=row["ordinal"],
        original=row["original"],
        frame=row["frame"],
        read=row["state"] == "read",
        attempts=row["attempts"],
        summary=json.loads(row["summary"]) if row["summary"] else None,
        unsettled=row["unsettled"],
        picture=bool(row["picture"]),
        problem=problem_from(row["problem"]),
        role=PageRole(row["role"]),
    )

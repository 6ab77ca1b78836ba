"""What there is to audit in a workspace: packages, generations that were replaced, and originals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from digitize.archive.discovery import ItemKind
from digitize.model import Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace

_PASSING = (".staging-", ".renewed-", ".digitize-")
"""How the names of things begin that a run, a renewal or an interrupted write has in the archive."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is checked again and again.

    Attributes:
        key: its name in the table of checks: the folder in ``archive``, or the path in the workspace.
        kind: a package, or the originals of a dossier.
        path: its folder.
        dossier: whose it is; None where that is not known.
        checked_at: when it was checked last, as the ledger writes it; empty for never.
        since: when it was checked last or, if never, came into being.
        current: whether it is the package of a dossier, not one that was replaced.
        replaced_at: when a later generation took its place; empty where that is not so or not known.

    """

    key: str
    kind: ItemKind
    path: Path
    dossier: str | None
    checked_at: str
    since: str
    current: bool = False
    replaced_at: str = ""

    def is_overdue(self, now: dt.datetime, years: int) -> bool:
        """Whether it has not been checked for so many years."""
        return bool(self.since) and dt.datetime.fromisoformat(self.since) < now - dt.timedelta(
            days=365 * years
        )


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is there and what is not.

    Attributes:
        subjects: least recently checked first, never checked before all others.
        missing: packages that the ledger names and that lie nowhere.
        strays: what lies in the archive and nothing in the ledger names.

    """

    subjects: tuple[Subject, ...]
    missing: tuple[Subject, ...]
    strays: tuple[Path, ...]


def find_holdings(workspace: Workspace, ledger: Ledger) -> Holdings:
    """Look what a workspace holds, and what its ledger says of it.

    Raises:
        OSError: a folder cannot be read.

    """
    # Before the ledger: what a run publishes meanwhile is then known already.
    there = {path.name: path for path in _entries(workspace.archive)}
    old = {path.name: path for path in _entries(workspace.superseded) if path.is_dir()}
    _follow(ledger, there, old)
    names = _named(ledger)
    named = names.packages
    # The package of a dossier that was reopened stands until the next one is there.
    present = {
        record.package: record.id
        for record in ledger.dossiers()
        if record.package and record.stage is not Stage.WITHDRAWN
    }
    subject = _Maker(ledger, present).subject
    known = {
        name for name in there if name in named or any(one in name.casefold() for one in names.identities)
    }
    subjects = [subject(name, there[name], named.get(name)) for name in known]
    subjects += [
        replace(subject(f"superseded/{name}", path, named.get(name)), replaced_at=names.when.get(name, ""))
        for name, path in old.items()
    ]
    for row in ledger.rows("SELECT DISTINCT dossier FROM original"):
        dossier = row["dossier"]
        folder = workspace.originals / dossier
        subjects.append(subject(f"originals/{dossier}", folder, dossier, ItemKind.ORIGINALS))

    def is_missing(name: str) -> bool:
        # A run may have published it, or a renewal moved it, since the folders were looked into.
        if (workspace.archive / name).is_dir():
            return False
        if not (workspace.superseded / name).is_dir():
            return True
        now = ledger.dossier(present[name]) if name in present else None
        return now is not None and now.package == name

    missing = [
        subject(name, workspace.archive / name, dossier)
        for name, dossier in named.items()
        if is_missing(name)
    ]
    return Holdings(
        tuple(sorted(subjects, key=lambda one: (one.checked_at, one.kind is ItemKind.ORIGINALS, one.key))),
        tuple(sorted(missing, key=lambda one: one.key)),
        tuple(sorted(path for name, path in there.items() if name not in known)),
    )


class _Maker:
    """Makes subjects with what the ledger knows of them."""

    def __init__(self, ledger: Ledger, present: Container[str]) -> None:
        rows = ledger.rows("SELECT package, checked_at, findings FROM package_check")
        # One that was gone and is back is looked at first.
        self._checked = {
            row["package"]: row["checked_at"] for row in rows if "package_not_there" not in row["findings"]
        }
        self._born = {record.id: record.received_at for record in ledger.dossiers()}
        self._present = present

    def subject(
        self, key: str, path: Path, dossier: str | None, kind: ItemKind = ItemKind.PACKAGE
    ) -> Subject:
        last = self._checked.get(key, "")
        since = last or self._born.get(dossier or "", "")
        return Subject(key, kind, path, dossier, last, since, key in self._present)


def newest_packages(workspace: Workspace, ledger: Ledger, number: int) -> Sequence[Path]:
    """The packages that came last: what they tell of the log covers all that was before them."""
    sql = "SELECT package FROM dossier WHERE package IS NOT NULL ORDER BY updated_at DESC LIMIT ?"
    return [workspace.archive / row["package"] for row in ledger.rows(sql, number)]


def _entries(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.iterdir() if not path.name.startswith(_PASSING))


def _follow(ledger: Ledger, there: dict[str, Path], replaced: dict[str, Path]) -> None:
    """Let what is known of a package go with it when it was moved because a later one replaced it."""
    for row in ledger.rows("SELECT package FROM package_check"):
        name = row["package"]
        if name in replaced and name not in there:
            with ledger.transaction():
                sql = "UPDATE OR REPLACE package_check SET package = ? WHERE package = ?"
                ledger.execute(sql, f"superseded/{name}", name)


@dataclass(slots=True)
class _Named:
    """What the ledger names.

    Attributes:
        packages: each with its dossier.
        identities: of packages that are being made, in lower case.
        when: at what time a later generation took a package's place.

    """

    packages: dict[str, str | None] = field(default_factory=dict)
    identities: set[str] = field(default_factory=set)
    when: dict[str, str] = field(default_factory=dict)


def _named(ledger: Ledger) -> _Named:
    named = _Named()
    sql = "SELECT '' AS at, '' AS kind, id AS dossier, package, replaces, package_uuid AS uuid FROM dossier"
    events = (
        "SELECT at, kind, dossier, json_extract(detail, '$.package') AS package, "
        "json_extract(detail, '$.replaces') AS replaces, json_extract(detail, '$.uuid') AS uuid FROM event "
        "WHERE kind IN ('packaged', 'renewed', 'renewal_begun', 'reopened', 'withdrawn') "
        "AND json_valid(detail) ORDER BY id"
    )
    for row in (*ledger.rows(sql), *ledger.rows(events)):
        named.packages |= {str(name): row["dossier"] for name in (row["package"], row["replaces"]) if name}
        named.identities |= {str(row["uuid"]).casefold()} if row["uuid"] else set()
        if row["replaces"] and row["at"] and row["kind"] != "renewal_begun":
            named.when[str(row["replaces"])] = row["at"]
    return named

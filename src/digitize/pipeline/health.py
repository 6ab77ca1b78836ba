"""Whether everything that the work needs is there: the answers behind ``doctor``."""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from digitize.errors import DigitizeError, EnvironmentProblem, Fact
from digitize.fonts import Face, find_font
from digitize.model import Problem
from digitize.mounts import WITHOUT_LOCKS, mount_of, require_local
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import data_checksum, find_tessdata
from digitize.pipeline.access import group_number, is_open_to_group, passes_on, require_account
from digitize.pipeline.cluster_plan import keys_expire
from digitize.pipeline.hooks import find_hook
from digitize.pipeline.keys import KeyOpener
from digitize.pipeline.ledger import VERSION
from digitize.pipeline.ledger_files import flaws, read_only, require_first
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.space import disk_of
from digitize.pipeline.workspace import Workspace
from digitize.signatures.tokens import Tries
from digitize.times import Clock

_PACKAGES = ("pillow", "opencv-python-headless", "pikepdf", "pyhanko", "pypdfium2")
_LEAST_FREE = 2 * 1024**3
_EXPIRES_SOON = dt.timedelta(days=30)
_BUILT_AFTER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: key of its name in the catalogue.
        state: how it came out.
        detail: what was found.
        problem: what is wrong; None if nothing is.

    """

    name: str
    state: State
    detail: str = ""
    problem: Problem | None = None


def examine(workspace: Workspace | None, clock: Clock) -> list[Check]:
    """Look at engine, language data, fonts and clock, and at a workspace if there is one."""
    checks = [
        Check("python", State.OK, sys.version.split()[0]),
        *(_package(name) for name in _PACKAGES),
        _attempt("language_data", _language_data, workspace),
        _attempt("engine", _engine, workspace),
        _attempt("font", _font, workspace),
        _clock(clock),
    ]
    if workspace is not None:
        checks += [
            *_folders(workspace),
            *_ledger(workspace),
            *_access(workspace),
            *_mounts(workspace),
            *_disks(workspace),
            *_key(workspace, clock),
            *_operations(workspace),
            *_codes(workspace),
            *_cluster(workspace, clock),
        ]
    return checks


def _package(name: str) -> Check:
    try:
        return Check("package", State.OK, f"{name} {version(name)}")
    except PackageNotFoundError:
        return Check("package", State.FAILURE, name, Problem("package_missing", {"name": name}))


def _attempt(name: str, look: Callable[[Workspace | None], str], workspace: Workspace | None) -> Check:
    try:
        return Check(name, State.OK, look(workspace))
    except DigitizeError as error:
        return Check(name, State.FAILURE, "", Problem.of(error))


def _tessdata(workspace: Workspace | None) -> Path:
    return find_tessdata(workspace.settings.reading.tessdata if workspace else None)


def _language_data(workspace: Workspace | None) -> str:
    folder = _tessdata(workspace)
    return f"{folder} ({data_checksum(folder)})"


def _engine(workspace: Workspace | None) -> str:
    name = EngineName(workspace.settings.reading.engine) if workspace else EngineName.AUTO
    return open_engine(name, _tessdata(workspace)).identity


def _font(workspace: Workspace | None) -> str:
    return str(find_font(Face.TIMES, workspace.settings.fonts.times if workspace else None))


def _clock(clock: Clock) -> Check:
    moment = clock()
    if moment < _BUILT_AFTER:
        return _bad("clock", State.FAILURE, "clock_wrong", now=str(moment))
    return Check("clock", State.OK, moment.isoformat())


def _folders(workspace: Workspace) -> Iterator[Check]:
    for folder in (
        workspace.inbox,
        workspace.originals,
        workspace.archive,
        workspace.quarantine,
        workspace.work,
    ):
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield _bad("folder", State.FAILURE, "folder_unusable", path=str(folder))
        elif folder.stat().st_mode & 0o007:
            yield _bad("folder", State.WARNING, "folder_open_to_all", path=str(folder))
        else:
            yield Check("folder", State.OK, str(folder))


def _ledger(workspace: Workspace) -> Iterator[Check]:
    path = workspace.ledger
    if not path.exists():
        try:
            require_first(path)
        except EnvironmentProblem as error:
            yield Check("ledger", State.FAILURE, "", Problem.of(error))
        return
    version = 0
    try:
        with closing(read_only(path)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            database.execute("SELECT max(id) FROM event")
            flaw = next(flaws(database, 1), None)
    except sqlite3.Error as error:
        flaw = str(error)
    if flaw is not None:
        yield _bad("ledger", State.FAILURE, "ledger_unusable", path=str(path), detail=flaw)
    elif version > VERSION:
        yield _bad("ledger", State.FAILURE, "ledger_version", found=version, known=VERSION)
    else:
        yield Check("ledger", State.OK, str(path))


def _access(workspace: Workspace) -> Iterator[Check]:
    """Whether the account is the right one, and whether the group gets what is made here."""
    access = workspace.settings.access
    if not access.group and not access.owner:
        return
    try:
        require_account(access)
        group = group_number(access)
    except DigitizeError as error:
        yield Check("access", State.FAILURE, "", Problem.of(error))
        return
    if group is None:
        yield Check("access", State.OK, access.owner)
        return
    folders = [workspace.root, *workspace.own_folders]
    folders += [path for folder in (workspace.archive, workspace.originals) for path in _subfolders(folder)]
    closed = next((f for f in folders if f.is_dir() and not is_open_to_group(f)), None)
    kept = next((f for f in folders if f.is_dir() and not passes_on(f, group)), None)
    if kept is not None:
        facts: dict[str, Fact] = {"path": str(kept), "group": access.group, "root": str(workspace.root)}
        yield _bad("access", State.WARNING, "access_group_partly", **facts)
    elif closed is not None:
        yield _bad("access", State.WARNING, "access_umask_strict", path=str(closed), group=access.group)
    else:
        yield Check("access", State.OK, access.group)


def _subfolders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _mounts(workspace: Workspace) -> Iterator[Check]:
    """Whether the ledger lies on this machine, and locks hold where others can reach them."""
    try:
        require_local(workspace.ledger)
    except DigitizeError as error:
        yield Check("ledger_place", State.FAILURE, "", Problem.of(error))
    else:
        mount = mount_of(workspace.ledger)
        yield Check("ledger_place", State.OK, mount.kind if mount else "-")
    mount = mount_of(workspace.root)
    if mount is not None and mount.locks_stay_here:
        options = ",".join(sorted(mount.options & WITHOUT_LOCKS))
        facts: dict[str, Fact] = {"path": str(workspace.root), "options": options}
        yield _bad("lock", State.WARNING, "locks_not_shared", **facts)


def _disks(workspace: Workspace) -> Iterator[Check]:
    """Each disk of the workspace once, under the first folder that lies on it."""
    told: set[int] = set()
    for folder in (workspace.root, workspace.originals, workspace.work, workspace.archive):
        disk = disk_of(folder)
        if disk.number in told:
            continue
        told.add(disk.number)
        free = f"{disk.free / 1024**3:.1f} GiB"
        if disk.free < _LEAST_FREE:
            yield _bad("disk", State.WARNING, "disk_nearly_full", path=str(folder), free=free)
        else:
            yield Check("disk", State.OK, f"{folder}: {free}")


def _key(workspace: Workspace, clock: Clock) -> Iterator[Check]:
    signing = workspace.settings.signing
    if not signing.is_set:
        yield _bad("key", State.WARNING, "key_not_set")
        return
    try:
        if signing.module is not None:
            yield from _token(workspace, signing.module, clock)
            return
        credentials = make_seal(workspace, None).credentials
        credentials.require_usable(clock())
    except DigitizeError as error:
        # Without anybody to ask, a missing passphrase says nothing against the key.
        state = State.WARNING if error.code == "passphrase_missing" else State.FAILURE
        yield Check("key", state, "", Problem.of(error))
        return
    yield _key_until(credentials.holder, credentials.not_after, clock)


def _token(workspace: Workspace, module: Path, clock: Clock) -> Iterator[Check]:
    """A token, as far as it shows itself without a PIN."""
    found = KeyOpener(workspace, None).look(workspace.settings.signing, module)
    if found.tries is not Tries.USUAL:
        yield _bad("key", State.WARNING, "token_tries_low", token=found.label)
    if not found.certificates:
        yield Check("key", State.OK, found.label)
    for one in found.certificates:
        until = dt.datetime.fromisoformat(one.not_after).replace(tzinfo=dt.UTC)
        yield _key_until(f"{found.label}: {one.subject}", until, clock)


def _cluster(workspace: Workspace, clock: Clock) -> Iterator[Check]:
    """Library and certificates of a cluster, where the settings name one; nobody is called."""
    try:
        until = keys_expire(workspace)
    except DigitizeError as error:
        yield Check("cluster", State.FAILURE, "", Problem.of(error))
        return
    if until is None:
        return
    left = until - clock()
    if left < _EXPIRES_SOON:
        yield _bad("cluster", State.WARNING, "cluster_key_expires_soon", days=left.days)
    else:
        yield Check("cluster", State.OK, f"{until:%d/%m/%Y}")


def _codes(workspace: Workspace) -> Iterator[Check]:
    """The list of codes, without which no run does anything where the settings name one."""
    source = workspace.settings.stacks.codes
    if source is None:
        return
    # What prints sheets takes long to load, and few offices keep a list.
    from digitize.pipeline.separators import listed_dossiers

    yield _attempt("codes", lambda _: f"{source}: {len(listed_dossiers(source).dossiers)}", workspace)


def _operations(workspace: Workspace) -> Iterator[Check]:
    """Whether what surrounds the commands can be written and run; only what the settings name."""
    wanted = workspace.settings.operations
    if wanted.log_file is not None:
        yield _written_to(wanted.log_file, "log_unwritable")
    if wanted.metrics is not None:
        yield _written_to(wanted.metrics, "metrics_unwritable")
    for command in filter(None, (wanted.on_finish, wanted.on_trouble)):
        try:
            yield Check("operations", State.OK, str(find_hook(workspace.root, command)))
        except DigitizeError as error:
            yield Check("operations", State.FAILURE, "", Problem.of(error))


def _written_to(path: Path, code: str) -> Check:
    if os.access(path.parent, os.W_OK | os.X_OK):
        return Check("operations", State.OK, str(path))
    return _bad("operations", State.FAILURE, code, path=str(path), detail=os.strerror(errno.EACCES))


def _key_until(holder: str, until: dt.datetime, clock: Clock) -> Check:
    left = until - clock()
    if left < _EXPIRES_SOON:
        return _bad("key", State.WARNING, "certificate_expires_soon", days=left.days)
    return Check("key", State.OK, f"{holder}, {until:%d/%m/%Y}")


def _bad(name: str, state: State, code: str, **facts: Fact) -> Check:
    return Check(name, state, "", Problem(code, facts))

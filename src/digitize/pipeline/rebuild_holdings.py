"""What lies in a workspace, gathered by dossier: originals, packages and their generations, quarantine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from digitize.archive.naming import dossier_of, shortened
from digitize.archive.past import PackagePast, read_past
from digitize.model import Problem
from digitize.pipeline.cut_record import CutFrom, read_cut
from digitize.pipeline.intake import CHECKSUMS
from digitize.pipeline.quarantine import REASON
from digitize.pipeline.rebuild_sources import KnownOriginal
from digitize.pipeline.records import problem_from
from digitize.pipeline.workspace import Workspace

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_HIDDEN = "."


@dataclass(frozen=True, slots=True)
class Generation:
    """A package of a dossier; ``mark`` is what was written when it was replaced."""

    past: PackagePast
    superseded: bool
    mark: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Holding:
    """What there is of a dossier.

    Attributes:
        code: its code.
        originals: in the order in which they came.
        generations: its packages, the first one first.
        problem: why it is in quarantine; None if it is not.
        cut: the stack that it was cut from; None if it was not.
        is_stack: whether dossiers were cut from it.

    """

    code: str
    originals: list[KnownOriginal] = field(default_factory=list)
    generations: list[Generation] = field(default_factory=list)
    problem: Problem | None = None
    cut: CutFrom | None = None
    is_stack: bool = False

    @property
    def current(self) -> Generation | None:
        """The package that stands: the last one in the archive, else the last of all."""
        standing = [one for one in self.generations if not one.superseded]
        return next(reversed(standing or self.generations), None)

    def before(self, generation: Generation) -> str | None:
        """The folder of the package that one replaced; its identifier where that is not there."""
        named = generation.past.replaces
        if not named:
            return None
        folders = {one.past.object_id: one.past.folder for one in self.generations}
        return folders.get(named, named.replace(":", "_"))


@dataclass(slots=True)
class Holdings:
    """All that lies in a workspace.

    Attributes:
        dossiers: by their codes.
        unknown: packages of which nobody can say whose they are.
        unread: dossiers whose package does not say what was read, or not reliably.

    """

    dossiers: dict[str, Holding] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def packages(self) -> int:
        """How many packages were tied to dossiers."""
        return sum(len(one.generations) for one in self.dossiers.values())


def gather_holdings(workspace: Workspace) -> Holdings:
    """Look through originals, archive, superseded packages and quarantine.

    Raises:
        OSError: a folder cannot be read.

    """
    found = Holdings()
    _gather_originals(workspace, found)
    _gather_packages(workspace, found)
    for folder in _folders(workspace.quarantine):
        reason = _json(folder / REASON)
        # What was released keeps its folder under another name.
        if reason.get("item") == folder.name and isinstance(reason.get("code"), str):
            holding = found.dossiers.setdefault(folder.name, Holding(folder.name))
            holding.problem = problem_from(json.dumps(reason))
    return found


def _gather_originals(workspace: Workspace, found: Holdings) -> None:
    for folder in _folders(workspace.originals):
        originals = list(_originals(folder))
        if originals:
            found.dossiers[folder.name] = Holding(folder.name, originals, cut=read_cut(folder))
    for stack in {one.cut.stack for one in found.dossiers.values() if one.cut}:
        found.dossiers.setdefault(stack, Holding(stack)).is_stack = True


def _gather_packages(workspace: Workspace, found: Holdings) -> None:
    record = workspace.profile.package.aip.previous_record
    for place, superseded in ((workspace.superseded, True), (workspace.archive, False)):
        for folder in _folders(place):
            past = read_past(folder, record)
            code = _dossier(workspace, past, found.dossiers)
            if code is None:
                found.unknown.append(folder.name)
                continue
            holding = found.dossiers.setdefault(code, Holding(code))
            mark = _json(place / f"{folder.name}.json") if superseded else {}
            holding.generations.append(Generation(past, superseded, mark))
    for holding in found.dossiers.values():
        holding.generations.sort(key=lambda one: (one.past.made_at, not one.superseded))
        current = holding.current
        if current is not None and current.past.content is None:
            found.unread.append(holding.code)


def _folders(place: Path) -> Iterator[Path]:
    if place.is_dir():
        folders = (path for path in place.iterdir() if path.is_dir() and not path.is_symlink())
        yield from sorted(path for path in folders if not path.name.startswith(_HIDDEN))


def _originals(folder: Path) -> Iterator[KnownOriginal]:
    """What the list of checksums names; a file that it does not name was never written down."""
    with suppress(OSError, UnicodeDecodeError):
        for line in (folder / CHECKSUMS).read_text("utf-8").splitlines():
            match = _LINE.fullmatch(line)
            if match:
                path = folder / match[2]
                size = path.stat().st_size if path.is_file() else 0
                yield KnownOriginal(folder.name, match[2], match[1], size)


def _dossier(workspace: Workspace, past: PackagePast, known: Mapping[str, Holding]) -> str | None:
    """Whose a package is: after the rules of today, else the dossier whose code ends its own."""
    if not past.file_code:
        return None
    named = dossier_of(workspace.profile.package, workspace.settings.organisation, past.file_code)
    if named in known:
        return named
    if named is not None:
        # A code that was too long was cut when the package was named.
        cut = [code for code in known if len(code) > len(named) and shortened(code, len(named)) == named]
        return cut[0] if len(cut) == 1 else named
    ends = [code for code in known if past.file_code.endswith(f".{code}")]
    return max(ends, key=len, default=None)


def _json(path: Path) -> Mapping[str, object]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text("utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def all_originals(holdings: Holdings) -> Sequence[KnownOriginal]:
    """Every original of every dossier."""
    return [one for holding in holdings.dossiers.values() for one in holding.originals]

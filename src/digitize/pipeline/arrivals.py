"""Which dossiers of the inbox may be taken in now: whole ones that have come to rest and are not our own.

A share that does not answer ends the looking, never the run: what was found before it went is taken, and
the trouble is told at the end. Nothing is concluded from what is not there.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import fixity
from digitize.ingest.discover import Found, Rejected, discover, discover_inbox, own_output, rediscover
from digitize.ingest.kinds import FileKind, kind_of
from digitize.ingest.own import is_own_pdf, is_within_own
from digitize.ingest.shares import answers, is_away
from digitize.ingest.stillness import Stillness, look_at
from digitize.ingest.writers import Writers
from digitize.model import Problem
from digitize.pipeline.workspace import Workspace

_OF_THE_TARGET = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""What reading never fails with."""

_SHORTEST = 0.05
_OWN = "source_is_own"


class Arrivals:
    """Looks at sources once.

    Args:
        workspace: whose inbox, and what it must not be.
        stillness: what is known of dossiers that were in motion.
        pause: waits for so many seconds; None if what is in motion is left for the next time.

    Attributes:
        notes: what was left and why, each with the code of the dossier.
        trouble: why not everything could be looked at.

    """

    def __init__(
        self, workspace: Workspace, stillness: Stillness, pause: Callable[[float], None] | None
    ) -> None:
        self.notes: list[tuple[str, Problem]] = []
        self.trouble: EnvironmentProblem | None = None
        self._workspace = workspace
        self._stillness = stillness
        self._pause = pause
        self._writers = Writers(time.monotonic)
        self._met: set[Path] = set()
        self._own = _identities(workspace.own_folders)
        self._root = workspace.inbox
        self._identity: tuple[int, int] | None = None
        self._over = False

    def ready(
        self,
        sources: Sequence[Path],
        is_taken: Callable[[Path], bool],
        has_news: Callable[[Found], bool],
    ) -> Iterator[tuple[Found, bool]]:
        """The dossiers that may be taken now, and whether there is anything new in them.

        Args:
            sources: where to look; the workspace's inbox if none is named.
            is_taken: whether a file was taken in as it is.
            has_news: whether there is something in a dossier that was neither taken in nor refused.

        Raises:
            UsageProblem: a source does not exist, or is of this program's own making.
            EnvironmentProblem: the inbox is of this program's own making.

        """
        moving: list[Found] = []
        for found in self._listed(sources):
            if found.trouble is not None:
                self.stumble(found, found.trouble)
                continue
            if not has_news(found):
                yield found, False
                continue
            looked = self._foreign(self._without_own(found, is_taken))
            problem = self._motion(looked)
            if problem is None:
                yield looked, True
            elif self._pause is None or looked.unfinished:
                self.notes.append((found.code, problem))
            else:
                moving.append(looked)
        if moving and self._pause is not None and not self._over:
            self._pause(max(_SHORTEST, *(self._stillness.rests_in(one.source) for one in moving)))
            yield from self._settled(moving, is_taken)
        self._stillness.keep(self._met)

    def blames(self, found: Found, error: OSError) -> bool:
        """Whether a failed copy is the fault of where the dossier lies, not of the disk that takes it."""
        if error.errno in _OF_THE_TARGET:
            return False
        try:
            for path in found.files:
                fixity(path)
        except OSError:
            return True
        return False

    def stumble(self, found: Found, error: OSError) -> None:
        """Leave a dossier because of an error where it lies; look no further if all of it has gone."""
        if is_away(error) or self._has_gone():
            self._tell_away(error)
        elif error.errno in (errno.ENOENT, errno.ENOTDIR):
            self.notes.append((found.code, Problem("dossier_in_motion", {"name": found.source.name})))
        else:
            detail = error.strerror or ""
            problem = Problem("file_unreadable_here", {"file": found.source.name, "detail": detail})
            self.notes.append((found.code, problem))

    # --- where ----------------------------------------------------------------------------------

    def _listed(self, sources: Sequence[Path]) -> Iterator[Found]:
        # All are looked at before anything is taken: a wrong call does nothing.
        for source in sources:
            self._require_scans(source)
        for root in sources or self._inbox():
            self._root, self._identity = root, _identity(root)
            try:
                for found in discover(root) if sources else discover_inbox(root):
                    yield found
                    if self._over:
                        return
            except OSError as error:
                self._tell_away(error)

    def _require_scans(self, source: Path) -> None:
        with suppress(OSError):
            if not source.exists() and not source.is_symlink():
                raise UsageProblem("source_missing", path=str(source))
            if _is_own(self._workspace, source):
                raise UsageProblem(_OWN, path=str(source))

    def _inbox(self) -> tuple[Path, ...]:
        try:
            require_inbox(self._workspace)
        except EnvironmentProblem as error:
            if error.code == _OWN:
                raise
            self.trouble = error
            return ()
        return (self._workspace.inbox,)

    def _has_gone(self) -> bool:
        """Whether the place that is looked through is not the one any more that it was."""
        if self._identity is None or _identity(self._root) != self._identity or not _is_there(self._root):
            return True
        marker = self._workspace.settings.inbox.marker
        return self._root == self._workspace.inbox and bool(marker) and not _is_there(self._root / marker)

    def _tell_away(self, error: OSError) -> None:
        if self.trouble is None:
            detail = error.strerror or ""
            self.trouble = EnvironmentProblem("inbox_away", path=str(self._root), detail=detail)
        # A share that is gone may take minutes to say so for each dossier.
        self._over = self._has_gone() or not answers(self._root if self._root.is_dir() else self._root.parent)

    # --- what -----------------------------------------------------------------------------------

    def _without_own(self, found: Found, is_taken: Callable[[Path], bool]) -> Found:
        """A dossier with the PDFs among its rejects that this program has composed itself."""
        own: list[Path] = []
        for path in found.files:
            with suppress(OSError):
                # What cannot be read now is met again when it is copied.
                if not is_taken(path) and kind_of(path) is FileKind.PDF and is_own_pdf(path):
                    own.append(path)
        if not own:
            return found
        rejected = (*found.rejected, *(Rejected(path, own_output(path)) for path in own))
        return replace(found, files=tuple(path for path in found.files if path not in own), rejected=rejected)

    def _foreign(self, found: Found) -> Found:
        """A dossier, refused whole if one of the program's own folders is mounted under its name."""
        with suppress(OSError):
            if not self._own.isdisjoint(look_at(found.source).folders):
                return replace(found, files=(), rejected=(Rejected(found.source, own_output(found.source)),))
        return found

    def _motion(self, found: Found) -> Problem | None:
        """Why a dossier must not be taken yet; None if it may."""
        self._met.add(found.source)
        try:
            look = look_at(found.source)
            at_rest = self._stillness.is_at_rest(found.source, look)
            written = self._writers.at_work_on(found.files) if at_rest else ()
        except OSError as error:
            if is_away(error):
                self._tell_away(error)
            return Problem("dossier_in_motion", {"name": found.source.name})
        if found.unfinished:
            return Problem("dossier_unfinished", {"file": found.unfinished[0].name})
        if written:
            # Nothing tells that a file was closed; file servers keep one open after its last page.
            self._stillness.remember(found.source, look)
            return Problem("file_in_motion", {"file": min(written).name})
        if not at_rest:
            return Problem("dossier_in_motion", {"name": found.source.name})
        return None

    def _settled(
        self, moving: Sequence[Found], is_taken: Callable[[Path], bool]
    ) -> Iterator[tuple[Found, bool]]:
        for one in moving:
            found = rediscover(one.source)
            if found is None or self._over:
                continue
            if found.trouble is not None:
                self.stumble(found, found.trouble)
                continue
            looked = self._foreign(self._without_own(found, is_taken))
            problem = self._motion(looked)
            if problem is None:
                yield looked, True
            else:
                self.notes.append((found.code, problem))


def require_inbox(workspace: Workspace) -> None:
    """Make sure that a workspace's inbox is there, and is one.

    Raises:
        EnvironmentProblem: it is not there, its share is not connected, or it is one of the folders that this
            program writes.

    """
    inbox, marker = workspace.inbox, workspace.settings.inbox.marker
    if not _is_there(inbox) or not inbox.is_dir():
        raise EnvironmentProblem("inbox_missing", path=str(inbox))
    if _is_own(workspace, inbox):
        raise EnvironmentProblem(_OWN, path=str(inbox))
    if marker and not _is_there(inbox / marker):
        raise EnvironmentProblem("inbox_marker_missing", path=str(inbox), marker=marker)


def _is_own(workspace: Workspace, folder: Path) -> bool:
    same = _identity(folder) in _identities(workspace.own_folders)
    return same or workspace.is_inside(folder) or is_within_own(folder)


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _identities(folders: Sequence[Path]) -> frozenset[tuple[int, int]]:
    return frozenset(one for one in map(_identity, folders) if one is not None)

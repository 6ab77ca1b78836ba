"""On which file system a folder lies, and whether other machines share it (proc(5), ``mountinfo``)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from digitize.errors import EnvironmentProblem

TABLE = Path("/proc/self/mountinfo")

_SHARED = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "smb",
        "smb3",
        "smbfs",
        "virtiofs",
        "vboxsf",
        "fuse.ceph",
        "fuse.davfs",
        "fuse.glusterfs",
        "fuse.mfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
    }
)
"""File systems on which SQLite's write-ahead log is not safe: its shared memory stays on one machine."""

WITHOUT_LOCKS = frozenset({"nolock", "local_lock=all", "local_lock=flock", "nobrl"})
"""Options of nfs(5) and mount.cifs(8) with which other machines never hear of a lock."""

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system.

    Attributes:
        place: where it is mounted.
        kind: its type, such as ``ext4`` or ``nfs4``.
        options: of the mount and of the file system.

    """

    place: Path
    kind: str
    options: frozenset[str]

    @property
    def is_shared(self) -> bool:
        """Whether other machines may use the same files."""
        return self.kind in _SHARED

    @property
    def may_be_shared(self) -> bool:
        """Whether others may use the same files, as far as is known: FUSE may hide anything."""
        return self.is_shared or self.kind == "fuse" or self.kind.startswith("fuse.")

    @property
    def locks_stay_here(self) -> bool:
        """Whether locks on it are not known to the other machines."""
        return self.is_shared and bool(self.options & WITHOUT_LOCKS)


def mount_of(path: Path, table: Path = TABLE) -> Mount | None:
    """The file system that a path lies on; None where the machine does not tell."""
    real = Path(os.path.realpath(path))
    try:
        mounts = [_read(line) for line in table.read_text("utf-8", errors="surrogateescape").splitlines()]
    except (OSError, IndexError, ValueError):
        return None
    # A later mount hides an earlier one at the same place.
    found = [mount for mount in reversed(mounts) if real.is_relative_to(mount.place)]
    return max(found, key=lambda mount: len(mount.place.parts), default=None)


def require_local(ledger: Path, table: Path = TABLE) -> None:
    """Make sure that a ledger lies, or will lie, on a disk of this machine.

    Raises:
        EnvironmentProblem: it is on a network share.

    """
    mount = mount_of(ledger, table)
    if mount is not None and mount.is_shared:
        raise EnvironmentProblem("ledger_on_share", path=str(ledger), kind=mount.kind)


def _read(line: str) -> Mount:
    fields = line.split(" ")
    after = fields.index("-") + 1
    options = [*fields[5].split(","), *fields[after + 2].split(",")]
    return Mount(Path(_plain(fields[4])), fields[after], frozenset(options))


def _plain(text: str) -> str:
    """A path of the table: blanks and the like stand in it as octal numbers."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)

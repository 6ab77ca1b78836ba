"""Who may read a workspace besides the account that works in it.

The way of Unix: the workspace's own folders belong to the group and pass it on (set-group-ID), so that
every file that is made in them belongs to it too, whoever makes it and by whichever program. Modes stay
``0640`` and ``0750``, less the umask; keys and passphrases are ``0600`` and nobody's but their owner's.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Sequence
from pathlib import Path

from digitize.errors import EnvironmentProblem
from digitize.settings import Access

_FOR_GROUP = 0o050


def require_account(access: Access) -> None:
    """Make sure that the account that runs the program is the one that owns the workspace's files.

    Raises:
        EnvironmentProblem: it is another one; nothing was written.

    """
    if not access.owner:
        return
    try:
        wanted = pwd.getpwnam(access.owner).pw_uid
    except KeyError as error:
        raise EnvironmentProblem("access_owner_unknown", owner=access.owner) from error
    if os.geteuid() != wanted:
        raise EnvironmentProblem("access_owner_other", owner=access.owner)


def group_number(access: Access) -> int | None:
    """The number of the group that the settings name; None if they name none.

    Raises:
        EnvironmentProblem: this machine does not know it.

    """
    if not access.group:
        return None
    try:
        return grp.getgrnam(access.group).gr_gid
    except KeyError as error:
        raise EnvironmentProblem("access_group_unknown", group=access.group) from error


def give_to_group(access: Access, folders: Sequence[Path]) -> None:
    """Let folders belong to the group and pass it on; what lies in them already is left alone.

    Raises:
        EnvironmentProblem: the group is unknown, or this account may not give anything to it.

    """
    group = group_number(access)
    if group is None:
        return
    for folder in folders:
        if passes_on(folder, group):
            continue
        try:
            os.chown(folder, -1, group)
            # After the change of the group, which takes the bit away.
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_ISGID)
        except OSError as error:
            facts = {"group": access.group, "path": str(folder)}
            raise EnvironmentProblem("access_group_refused", **facts) from error
        if not passes_on(folder, group):
            # An account that is not in the group loses the bit without a word.
            raise EnvironmentProblem("access_group_refused", group=access.group, path=str(folder))


def passes_on(folder: Path, group: int) -> bool:
    """Whether what is made in a folder will belong to the group."""
    found = folder.stat()
    return found.st_gid == group and bool(found.st_mode & stat.S_ISGID)


def is_open_to_group(folder: Path) -> bool:
    """Whether the group may read a folder and enter it; a strict umask prevents it."""
    return folder.stat().st_mode & _FOR_GROUP == _FOR_GROUP

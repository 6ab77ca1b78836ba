"""Files that decide what is run: believed only where nobody else can have written them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from digitize.errors import EnvironmentProblem


def require_own(path: Path, code: str) -> None:
    """Refuse a file that anybody but its user and the administrator can have written.

    Raises:
        EnvironmentProblem: others own it or can write it, or it is not there.

    """
    try:
        found = path.stat()
    except OSError as error:
        raise EnvironmentProblem("module_unusable", path=str(path)) from error
    if found.st_uid not in (0, os.getuid()) or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EnvironmentProblem(code, path=str(path))

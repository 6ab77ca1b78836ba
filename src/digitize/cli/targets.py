"""Files that a command is asked to write."""

from __future__ import annotations

from pathlib import Path

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import make_folder


def require_free(target: Path) -> None:
    """See before the work whether a report can be written.

    Raises:
        UsageProblem: something of that name is there.
        EnvironmentProblem: its folder cannot be made.

    """
    if target.is_symlink() or target.exists():
        raise UsageProblem("report_exists", path=str(target))
    try:
        make_folder(target.absolute().parent)
    except OSError as error:
        raise EnvironmentProblem("folder_unusable", path=str(target.parent)) from error

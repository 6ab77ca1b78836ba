"""Programs of the office that are run when a command has ended, with its summary on their standard input.

The settings name a program, so they are believed only where nobody else can have written them or it;
``verify`` reads no settings of a workspace. No shell comes between; of the environment only what is listed
here is handed on, so that no passphrase or PIN is.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from digitize.errors import EnvironmentProblem
from digitize.pipeline.ownership import require_own
from digitize.pipeline.workspace import SETTINGS_NAME

_HANDED_ON = frozenset(
    {"HOME", "LANG", "LANGUAGE", "LOGNAME", "MAILTO", "PATH", "SHELL", "TMPDIR", "TZ", "USER"}
)

_MOST_TOLD = 300
"""Characters of what a hook says about its failure."""


def run_hook(root: Path, command: Sequence[str], document: Mapping[str, object], seconds: float) -> None:
    """Run a hook in the folder of its workspace, and wait for it.

    Args:
        root: the workspace.
        command: program and arguments, as its settings have them.
        document: given to it as JSON.
        seconds: longest time; then it is ended with all that it has started.

    Raises:
        EnvironmentProblem: others can have named or written it, it cannot be run, took too long or failed.

    """
    name = command[0]
    program = find_hook(root, command)
    with _in_memory("summary") as summary, _in_memory("said") as said:
        summary.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
        summary.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - whose it is was looked at
                [str(program), *command[1:]],
                cwd=root,
                env={k: v for k, v in os.environ.items() if k in _HANDED_ON or k.startswith("LC_")},
                stdin=summary,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        except OSError as error:
            raise EnvironmentProblem("hook_unusable", program=name, detail=error.strerror or "") from error
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise EnvironmentProblem("hook_too_slow", program=name, seconds=round(seconds)) from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode != 0:
            said.seek(max(0, said.seek(0, os.SEEK_END) - _MOST_TOLD))
            detail = said.read().decode("utf-8", "replace").strip()
            raise EnvironmentProblem("hook_failed", program=name, exit_code=process.returncode, detail=detail)


def _in_memory(name: str) -> BinaryIO:
    """A file that is on no disk, which may be full just now.

    No pipe: what a hook leaves in the background, such as a mail on its way, holds that open, and would be
    waited for.
    """
    return os.fdopen(os.memfd_create(f"digitize-{name}"), "w+b")


def find_hook(root: Path, command: Sequence[str]) -> Path:
    """The program of a hook, if it may be believed.

    Raises:
        EnvironmentProblem: others can have named or written it, or it is not there.

    """
    program = _program(root, command[0])
    require_own(root / SETTINGS_NAME, "hook_settings_of_others")
    for part in (program, *(root / argument for argument in command[1:])):
        # A script may be an argument of its interpreter.
        if part.is_file():
            require_own(part, "hook_of_others")
    return program


def _program(root: Path, name: str) -> Path:
    """Where a program lies: a path is one from the workspace's folder, a name is looked for in ``PATH``."""
    found = root / name if "/" in name else Path(shutil.which(name) or "")
    if not found.is_file():
        raise EnvironmentProblem("hook_unusable", program=name, detail=os.strerror(2))
    return found

"""What goes to a worker of the cluster and what comes back. Everything here is small but for the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from digitize.errors import DigitizeError
from digitize.ocr.engine import EngineName

PLUGIN = "digitize"
"""Under this name a worker of ours keeps what it works with; other workers of Dask have nothing there."""


class DataMode(StrEnum):
    """How scans come to the workers: they see the same folders, or page data travel with the tasks."""

    AUTO = "auto"
    SHARED = "shared"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """What a task may cost: seconds for each page, and most address space in megabytes (0: no limit)."""

    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class SharedFolders:
    """Folders that a worker has to see under the same names, to work without page data being sent."""

    work: Path
    originals: Path


@dataclass(frozen=True, slots=True)
class Needed:
    """What a worker must have, for its results to be those of this machine.

    Attributes:
        engine: the OCR engine that is asked for.
        tessdata: folder of the language data here.
        seal: of all versions here.

    """

    engine: EngineName
    tessdata: Path | None
    seal: str


@dataclass(frozen=True, slots=True)
class Order:
    """A task for a worker.

    Attributes:
        function: one of the tasks.
        args: its arguments.
        limits: what it may cost.
        needed: what the worker must have.
        original: name of the original's bytes, if they are sent along; the worker keeps them for the
            next page under this name.

    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    limits: TaskLimits
    needed: Needed
    original: str = ""


class Fate(StrEnum):
    """What became of an order."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an order.

    Attributes:
        fate: what became of it; what is refused or lost can be done elsewhere.
        worker: the address of the worker.
        result: what the task returned.
        files: what the task wrote, by suffix, where the folders are not shared.
        problem: why it failed.

    """

    fate: Fate
    worker: str
    result: Any = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    problem: DigitizeError | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that can only be answered by who sees the same folders.

    Attributes:
        question: a file to read.
        answer: a file to write, with what stood in the other.
        originals: a folder that has to be there.

    """

    question: Path
    answer: Path
    originals: Path


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker says of itself.

    Attributes:
        versions: what it has that changes results.
        tasks: how many tasks it does at once.
        problem: why it cannot read pages.

    """

    versions: Mapping[str, str]
    tasks: int
    problem: DigitizeError | None = None


def look_again(args: tuple[Any, ...]) -> None:
    """Make a network share look for what other machines have written; opening a folder does."""
    named = (getattr(arg, name, None) for arg in args for name in ("original", "target", "pages"))
    paths = [path for one in named for path in (one if isinstance(one, tuple) else (one,))]
    for folder in {path.parent for path in paths if isinstance(path, Path)}:
        if folder.is_dir():
            list(folder.iterdir())

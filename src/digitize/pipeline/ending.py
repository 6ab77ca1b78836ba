"""How a command that nobody watched has ended: as a document for programs, and as words for a mail."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from digitize.errors import ExitCode
from digitize.messages import Catalogue
from digitize.model import Problem
from digitize.pipeline.deadlines import DueLists, due_json
from digitize.pipeline.figures import Figures
from digitize.pipeline.workspace import Workspace
from digitize.times import written

_UNTOLD = frozenset({ExitCode.LOCKED, ExitCode.USAGE, ExitCode.INTERRUPTED})
"""Ends of which nobody is told: the work was done by another, was not asked for rightly, or goes on later."""


_MOST = 20
"""So many dossiers are named in a mail; its document has all of them."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command has ended.

    Attributes:
        command: its name, such as ``run``.
        exit_code: what it told the one who called it.
        began, ended: when.
        pages_read: in it.
        failed: dossiers that were set aside or could not be worked on in it.
        problem: why it ended early; None if it did not.
        goes_on: only a batch of it has ended, and the next one begins when there is something to do.

    """

    command: str
    exit_code: ExitCode
    began: dt.datetime
    ended: dt.datetime
    pages_read: int = 0
    failed: tuple[str, ...] = ()
    problem: Problem | None = None
    goes_on: bool = False

    @property
    def seconds(self) -> float:
        """How long it took; nothing where the clock was put back meanwhile."""
        return max(0.0, (self.ended - self.began).total_seconds())

    @property
    def is_told(self) -> bool:
        """Whether anybody is told of it."""
        return self.exit_code not in _UNTOLD

    @property
    def is_trouble(self) -> bool:
        """Whether a person must look at something."""
        return self.is_told and self.exit_code is not ExitCode.DONE

    @property
    def is_complete(self) -> bool:
        """Whether it came to its end, whatever it found."""
        return self.exit_code in (ExitCode.DONE, ExitCode.ITEMS, ExitCode.INDETERMINATE)


def ending_json(workspace: Workspace, ending: Ending, figures: Figures | None) -> dict[str, object]:
    """The document that hooks are given: codes, counts and reasons, nothing of what stands on papers."""
    catalogue = Catalogue(workspace.settings.language)
    return {
        "kind": "digitize_summary",
        "command": ending.command,
        "host": socket.gethostname(),
        "workspace": str(workspace.root),
        "organisation": workspace.settings.organisation.name,
        "began": written(ending.began),
        "ended": written(ending.ended),
        "exit_code": int(ending.exit_code),
        "trouble": ending.is_trouble,
        "problem": _problem(catalogue, ending.problem) if ending.problem else None,
        "failed": list(ending.failed),
        "summary": {stage.value: n for stage, n in figures.stages.items() if n} if figures else {},
        "pages_read": ending.pages_read,
        "seconds": round(ending.seconds, 1),
        "quarantine": [
            {
                "code": group.code,
                "waits": group.waits.value,
                "text": catalogue.kind_of_problem(group.code),
                "dossiers": group.dossiers,
            }
            for group in (figures.groups if figures else ())
        ],
        **due_json(figures.due if figures else DueLists()),
        "text": "\n".join(_words(catalogue, workspace, ending, figures)),
    }


def _problem(catalogue: Catalogue, problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "text": catalogue.problem(problem), "remedy": catalogue.remedy(problem)}


def _words(
    catalogue: Catalogue, workspace: Workspace, ending: Ending, figures: Figures | None
) -> Iterator[str]:
    """The same for people, a line for each thing."""
    text = catalogue.text
    head = "night.trouble" if ending.is_trouble else "night.well"
    yield text(head, command=ending.command, host=socket.gethostname(), workspace=str(workspace.root))
    yield text(
        "night.times",
        began=f"{ending.began:%d/%m/%Y %H:%M}",
        ended=f"{ending.ended:%d/%m/%Y %H:%M}",
        code=int(ending.exit_code),
    )
    if ending.pages_read:
        yield text("night.pages", pages=ending.pages_read)
    if ending.problem is not None:
        yield catalogue.problem(ending.problem)
        yield f"{text('say.remedy')} {catalogue.remedy(ending.problem)}"
    if ending.failed:
        yield text("night.failed", dossiers=", ".join(ending.failed))
    if figures is None:
        return
    counted = [f"{text(f'stage.{stage.value}')}: {n}" for stage, n in figures.stages.items() if n]
    if counted:
        yield text("night.stages", stages="; ".join(counted))
    for group in figures.groups:
        key = f"night.{group.waits.value}"
        yield text(key, dossiers=group.dossiers, reason=catalogue.kind_of_problem(group.code))
    for key, lines in (("night.late", figures.due.late), ("night.soon", figures.due.soon)):
        if lines:
            named = ", ".join(f"{one.dossier} ({one.due_on:%d/%m/%Y})" for one in lines[:_MOST])
            more = f", … +{len(lines) - _MOST}" if len(lines) > _MOST else ""
            yield text(key, number=len(lines), dossiers=named + more)

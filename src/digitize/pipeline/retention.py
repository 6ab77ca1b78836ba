"""What reaches the end of its retention. It is only listed: people decide, and nothing is deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from digitize.archive.retention import Retention, package_retention
from digitize.errors import ItemProblem
from digitize.model import Problem
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RetentionLine:
    """A dossier's package in the archive, and how long it is to be kept."""

    dossier: str
    package: str
    retention: Retention


@dataclass(slots=True)
class RetentionList:
    """What was found in an archive.

    Attributes:
        due: packages whose time is over by the day that was asked for, the first to end first.
        undated: packages that have an end which nobody can tell, for want of a closing date or of years.
        later, for_ever: how many others there are.
        failed: dossiers whose package says nothing that can be read, and why.

    """

    due: list[RetentionLine] = field(default_factory=list)
    undated: list[RetentionLine] = field(default_factory=list)
    later: int = 0
    for_ever: int = 0
    failed: dict[str, Problem] = field(default_factory=dict)


def list_retention(workspace: Workspace, ledger: Ledger, by: dt.date) -> RetentionList:
    """Look at every package that stands in the archive: whose time is over by a day."""
    found = RetentionList()
    for record in ledger.dossiers():
        if record.package is None:
            continue
        try:
            line = RetentionLine(
                record.id, record.package, package_retention(workspace.archive / record.package)
            )
        except ItemProblem as error:
            found.failed[record.id] = Problem.of(error)
            continue
        ends = line.retention.ends
        if line.retention.for_ever:
            found.for_ever += 1
        elif ends is None:
            found.undated.append(line)
        elif ends <= by:
            found.due.append(line)
        else:
            found.later += 1
    found.due.sort(key=lambda line: (line.retention.ends or dt.date.max, line.dossier))
    return found

"""What follows when a command has ended that nobody may have watched: figures for monitoring, and hooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from digitize.errors import DigitizeError
from digitize.model import Problem
from digitize.pipeline.ending import Ending, ending_json
from digitize.pipeline.figures import Figures, figures_of
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


def follow_up(workspace: Workspace, ending: Ending, who: str, clock: Clock) -> Iterator[Problem]:
    """Do what the settings ask for, and tell what of it failed; what was done before stays done."""
    wanted = workspace.settings.operations
    if not ending.is_told or not (wanted.metrics or wanted.on_finish or wanted.on_trouble):
        return
    figures = _figures(workspace, who, clock)
    if wanted.metrics is not None:
        from digitize.pipeline.metrics import write_metrics

        try:
            write_metrics(wanted.metrics, workspace, ending, figures)
        except DigitizeError as error:
            yield Problem.of(error)
    hooks = [() if ending.goes_on else wanted.on_finish, wanted.on_trouble if ending.is_trouble else ()]
    document = ending_json(workspace, ending, figures) if any(hooks) else {}
    if not any(hooks):
        return
    from digitize.pipeline.hooks import run_hook

    for command in filter(None, hooks):
        try:
            run_hook(workspace.root, command, document, wanted.hook_seconds)
        except DigitizeError as error:
            yield Problem.of(error)


def _figures(workspace: Workspace, who: str, clock: Clock) -> Figures | None:
    if not workspace.ledger.exists():
        return None
    try:
        with closing(Ledger(workspace.ledger, clock, who)) as ledger:
            return figures_of(ledger, workspace.profile.deadlines, clock)
    except DigitizeError:
        # The ending tells of it if it is why the command ended.
        return None

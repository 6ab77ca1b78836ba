"""What surrounds a command that cron may have called: its log for programs, figures and hooks at its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from digitize.cli.session import Session
from digitize.errors import DigitizeError, ExitCode
from digitize.model import Problem
from digitize.pipeline.aftermath import follow_up
from digitize.pipeline.batch import RunResult
from digitize.pipeline.ending import Ending
from digitize.pipeline.json_log import JsonLog, Level, open_log
from digitize.pipeline.memory import return_freed_memory
from digitize.pipeline.processes import give_way
from digitize.pipeline.workspace import Workspace
from digitize.times import now

_SCREEN = "-"


@dataclass(slots=True)
class Operation:
    """A command under way, and what it has come to.

    Attributes:
        log: where its lines for programs go; None if nobody wants them.
        exit_code: what it will tell the one who called it.
        pages_read, failed, problem: see ``Ending``.
        is_rehearsal: nothing is done, so that nobody is told of its end.

    """

    log: JsonLog | None = None
    exit_code: ExitCode = ExitCode.DONE
    pages_read: int = 0
    failed: list[str] = field(default_factory=list)
    problem: Problem | None = None
    is_rehearsal: bool = False

    def came_to(self, result: RunResult) -> None:
        """Take over what a run did."""
        self.pages_read = result.pages_read
        self.failed = list(result.failed)
        if result.kept_from is not None:
            self.exit_code, self.problem = ExitCode.ENVIRONMENT, Problem.of(result.kept_from)
        elif result.failed:
            self.exit_code = ExitCode.ITEMS

    def ending(
        self, command: str, began: dt.datetime, ended: dt.datetime, *, goes_on: bool = False
    ) -> Ending:
        """How it has ended."""
        return Ending(
            command=command,
            exit_code=self.exit_code,
            began=began,
            ended=ended,
            pages_read=self.pages_read,
            failed=tuple(self.failed),
            problem=self.problem,
            goes_on=goes_on,
        )


@contextmanager
def operating(
    session: Session, workspace: Workspace, command: str, who: str, log_json: str | None
) -> Iterator[Operation]:
    """Let a command take what others leave of the machine, write its log, and follow up on its end.

    Args:
        session: speaks to people.
        workspace: whose command it is.
        command: its name.
        who: calls it.
        log_json: file of the log, ``-`` for standard error; None for what the settings say.

    Raises:
        EnvironmentProblem: the log cannot be written.

    """
    began = now()
    give_way(workspace.profile.machine.nice)
    return_freed_memory()
    with ExitStack() as stack:
        operation = Operation(_log(session, workspace, command, log_json, stack))
        if operation.log is not None:
            operation.log.write(Level.INFO, "started", workspace=str(workspace.root))
        try:
            yield operation
        except DigitizeError as error:
            operation.exit_code, operation.problem = error.exit_code, Problem.of(error)
            raise
        except KeyboardInterrupt:
            operation.exit_code = ExitCode.INTERRUPTED
            raise
        except OSError as error:
            operation.exit_code = ExitCode.ENVIRONMENT
            operation.problem = Problem("disk_trouble", {"detail": error.strerror or ""})
            raise
        except Exception as error:
            operation.exit_code = ExitCode.ENVIRONMENT
            operation.problem = Problem("program_error", {"detail": type(error).__name__})
            raise
        finally:
            _end(session, workspace, command, who, began, operation)


def _log(
    session: Session, workspace: Workspace, command: str, chosen: str | None, stack: ExitStack
) -> JsonLog | None:
    wanted = workspace.settings.operations
    if chosen is None and wanted.log_file is None and wanted.log != "json":
        return None
    path = wanted.log_file if chosen is None else None if chosen == _SCREEN else Path(chosen)
    log = stack.enter_context(open_log(path, now, command, quiet=session.quiet))
    if log.is_on_screen:
        session.log = log
    return log


def _end(
    session: Session, workspace: Workspace, command: str, who: str, began: dt.datetime, operation: Operation
) -> None:
    ending = operation.ending(command, began, now())
    for problem in () if operation.is_rehearsal else follow_up(workspace, ending, who, now):
        # It changes nothing of what was done, so that the exit code stays.
        session.show_failure(command, problem)
    if operation.log is not None:
        operation.log.write(
            Level.ERROR if ending.exit_code is ExitCode.ENVIRONMENT else Level.INFO,
            "ended",
            exit_code=int(ending.exit_code),
            seconds=ending.seconds,
            pages_read=ending.pages_read,
            failed=list(ending.failed) or None,
            code=ending.problem.code if ending.problem else None,
        )

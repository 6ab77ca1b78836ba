"""Start the program: find the language, build the commands, turn what goes wrong into words."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from types import FrameType, ModuleType
from typing import TextIO

import typer
from typer.exceptions import TyperException

from digitize.cli import (
    approve,
    audit,
    completion,
    differences,
    doctor,
    export,
    find,
    forms,
    import_,
    init,
    ledger,
    ocr,
    pages,
    papers,
    program,
    quarantine,
    read,
    renew,
    reopen,
    report,
    retention,
    retry,
    review,
    run,
    sample,
    separator,
    show,
    sign,
    status,
    tidy,
    trust,
    urgent,
    verify,
    withdraw,
    worker,
)
from digitize.cli.help_page import dress_help, group_class
from digitize.cli.session import Session, find_session
from digitize.cli.terminal import silence
from digitize.errors import DigitizeError, EnvironmentProblem, ExitCode, WorkspaceBusy

_COMMANDS = (
    init,
    run,
    status,
    show,
    review,
    pages,
    approve,
    sign,
    urgent,
    reopen,
    withdraw,
    renew,
    retention,
    find,
    export,
    tidy,
    report,
    import_,
    separator,
    differences,
    papers,
    verify,
    audit,
    quarantine,
    retry,
    trust,
    ocr,
    read,
    forms,
    doctor,
    worker,
    ledger,
    sample,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    _have_streams()
    sys.exit(run_command(sys.argv[1:] if arguments is None else arguments))


def run_command(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code. Nothing but words comes out of it."""
    _write_everything()
    session, rest = find_session(arguments)
    if completion.ASKED_BY in os.environ:
        completion.answer(partial(build, session), arguments)
        completion.flush_answer()
        return ExitCode.DONE
    _quiet_libraries(session)
    _end_on_sigterm()
    try:
        result = build(session)(rest, prog_name="digitize", standalone_mode=False)
        # Standard output may be a pipe whose reader has gone.
        sys.stdout.flush()
    except DigitizeError as error:
        _tell(session, error)
        return error.exit_code
    except TyperException as error:
        session.show_usage_error(error)
        return ExitCode.USAGE
    except (KeyboardInterrupt, typer.Abort):
        session.say("interrupted")
        return ExitCode.INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The CLI library ends the process itself when nobody reads its help any more.
        silence(sys.stdout)
        return ExitCode.DONE
    except OSError as error:
        session.show_error(EnvironmentProblem("disk_trouble", detail=error.strerror or ""))
        _give_up(sys.stdout)
        return ExitCode.ENVIRONMENT
    except Exception as error:  # noqa: BLE001 - the last net before a traceback
        session.show_unexpected(error)
        return ExitCode.ENVIRONMENT
    if result == ExitCode.INTERRUPTED:
        session.say("interrupted")
    return int(result or 0)


def build(session: Session, only: str | None = None) -> typer.Typer:
    """The commands, with their help in the session's language.

    Args:
        session: the call.
        only: the one command that is wanted, if it is known; all if there is none of that name.

    """
    dress_help(session.catalogue)
    app = typer.Typer(
        cls=group_class(session.catalogue),
        add_completion=False,
        invoke_without_command=True,
        options_metavar=session.text("help_page.some_options"),
        subcommand_metavar=session.text("help_page.some_command"),
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        help=session.text("help.program"),
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    program.register(app, session)
    for module in [one for one in _COMMANDS if _called(one) == only] or _COMMANDS:
        module.register(app, session)
    return app


def _called(module: ModuleType) -> str:
    """The name of the command, or group of commands, that a module adds."""
    return module.__name__.rpartition(".")[2].rstrip("_")


def _tell(session: Session, error: DigitizeError) -> None:
    """Say why a command has ended, unless cron would send letters because the one before is at work."""
    if not (session.quiet and isinstance(error, WorkspaceBusy)):
        session.show_error(error)


def _have_streams() -> None:
    """Put nothing in the place of streams that the caller has closed.

    The next file that is opened would get a stream's number, and what libraries say would be written into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, so this one. Workers are to have it as well.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - the library's way
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _write_everything() -> None:
    """Make the streams take every character: names of files need not be in their encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _give_up(stream: TextIO) -> None:
    """Drop what a stream cannot write, or Python tries again at its end and complains."""
    try:
        stream.flush()
    except OSError:
        silence(stream)


def _quiet_libraries(session: Session) -> None:
    """Libraries speak to developers, in English; people are told things by us."""
    logging.basicConfig(level=logging.CRITICAL + 1, format="%(name)s: %(message)s", stream=sys.stderr)
    if session.verbose:
        logging.getLogger("digitize").setLevel(logging.DEBUG)


def _end_on_sigterm() -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)

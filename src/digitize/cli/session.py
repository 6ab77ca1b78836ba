"""One call of the program: its language, how much it says, and where it says it."""

from __future__ import annotations

import getpass
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text
from typer.exceptions import TyperException

from digitize.cli.completion import completer_of
from digitize.cli.places import SETTINGS, workspace_near
from digitize.cli.terminal import PlainConsole, silence
from digitize.cli.theme import THEME, Style
from digitize.cli.usage import explained
from digitize.errors import DigitizeError, EnvironmentProblem, Fact
from digitize.messages import Catalogue, preferred_language
from digitize.messages.visible import visible_line
from digitize.model import Language, Problem

if TYPE_CHECKING:
    from digitize.pipeline.json_log import JsonLog

_LANGUAGE = re.compile(rf"""^language\s*=\s*["']({"|".join(Language)})["']""", re.MULTILINE)

_NO_EDGE = 1 << 20
"""Columns of a file or pipe."""

_LINES_AT_ONCE = 1000

_FLAGS = {"--quiet": "quiet", "-q": "quiet", "--verbose": "verbose", "-v": "verbose"}


class Session:
    """What every command needs to speak: reports on standard output, the rest on standard error."""

    def __init__(self, language: Language, *, quiet: bool = False, verbose: bool = False) -> None:
        self.catalogue = Catalogue(language)
        self.quiet = quiet
        self.verbose = verbose
        self.log: JsonLog | None = None
        """Takes what goes to standard error, where programs read that."""
        # What a program reads is not broken into lines of a terminal.
        width = None if sys.stdout.isatty() else _NO_EDGE
        self.out = PlainConsole(file=sys.stdout, highlight=False, soft_wrap=False, width=width, theme=THEME)
        self.err = PlainConsole(file=sys.stderr, highlight=False, soft_wrap=True, theme=THEME)

    def text(self, key: str, /, **facts: Fact) -> str:
        """A text of the catalogue."""
        return self.catalogue.text(key, **facts)

    def say(self, key: str, /, **facts: Fact) -> None:
        """Tell something on standard error, unless the call is quiet."""
        if not self.quiet and self.log is None:
            self.err.print(self.text(f"say.{key}", **facts), markup=False)

    def say_text(self, text: str) -> None:
        """Tell a text that is made already, which no command is of use without."""
        self.err.print(text, markup=False)

    def report_json(self, document: object) -> None:
        """Print one JSON document on standard output, and nothing else."""
        plain = sys.stdout.encoding.lower() not in ("utf-8", "utf8")
        self.write(json.dumps(document, ensure_ascii=plain, indent=1) + "\n")

    def report_listing(self, name: str, items: Iterable[object], rest: Mapping[str, object]) -> None:
        """Print one JSON document of a list, an item in each line, and what goes with it.

        Written as it is made: a list may be long.
        """
        plain = sys.stdout.encoding.lower() not in ("utf-8", "utf8")

        def written(value: object) -> str:
            return json.dumps(value, ensure_ascii=plain)

        lines = (f"{',' if number else ''}\n  {written(item)}" for number, item in enumerate(items))
        tail = "".join(f",\n {written(key)}: {written(value)}" for key, value in rest.items())
        for part in (f"{{\n {written(name)}: [", *_pieces(lines), f"\n ]{tail}\n}}\n"):
            self.write(part)

    def write(self, text: str) -> None:
        """Write to standard output as it is; a reader that has gone (``| head``) is no failure."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            silence(sys.stdout)

    def problem_json(self, problem: Problem) -> dict[str, str]:
        """A problem as the contract has it."""
        return {"code": problem.code, "text": self.catalogue.problem(problem)}

    def warn(self, key: str, /, **facts: Fact) -> None:
        """Tell what somebody has to do something about, also in a quiet call."""
        if self.log is not None:
            self.log.warning(key, **facts)
            return
        warning = (self.text("say.warning"), Style.DOUBTFUL)
        self.err.print(Text.assemble(warning, " ", self.text(f"say.{key}", **facts)))

    def show_error(self, error: DigitizeError) -> None:
        """What went wrong, and what to do next."""
        problem = Problem.of(error)
        if self.log is not None:
            self.log.failure("error", code=problem.code, text=self.catalogue.problem(problem))
            return
        self.show_wrong(problem)

    def show_failure(self, what: Path | str, problem: Problem) -> None:
        """Why one of several files or dossiers could not be used, and what to do about it."""
        if self.log is not None:
            self.log.warning("failure", what=str(what), code=problem.code)
            return
        self.err.print(f"{visible_line(str(what))}: {self.catalogue.problem(problem)}", markup=False)
        self._show_remedy(problem)

    def show_note(self, problem: Problem, *, remedy: bool = False) -> None:
        """Something that a person should know and that stops nothing, unless the call is quiet."""
        if not self.quiet and self.log is None:
            self.err.print(self.catalogue.problem(problem), markup=False)
            if remedy:
                self._show_remedy(problem)

    def _show_remedy(self, problem: Problem) -> None:
        self.show_what_to_do(self.catalogue.remedy(problem))

    def show_wrong(self, problem: Problem) -> None:
        """Something that is wrong, as every error is told."""
        self._show_wrong(self.catalogue.problem(problem), self.catalogue.remedy(problem))

    def _show_wrong(self, what: str, remedy: str) -> None:
        """An error in the one form that all have: what is wrong, and what to do."""
        self.err.print(Text.assemble((self.text("say.error"), Style.BAD), " ", what))
        self.show_what_to_do(remedy)

    def show_what_to_do(self, remedy: str) -> None:
        """What to do about something, in the form that it always has."""
        if remedy:
            self.err.print(f"{self.text('say.remedy')} {remedy}", markup=False)

    def show_usage_error(self, error: TyperException) -> None:
        """How the command was called wrongly."""
        self._show_wrong(*explained(self.catalogue, error))

    def show_unexpected(self, error: Exception) -> None:
        """An error of the program itself."""
        self.show_error(EnvironmentProblem("program_error", detail=type(error).__name__))
        if self.verbose:
            self.err.print_exception()

    def ask_secret(self, key: str, /, **facts: Fact) -> str:
        """Ask a person for something that must not be seen."""
        return getpass.getpass(self.text(f"say.{key}", **facts) + " ", stream=sys.stderr)


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """Many lines as few texts."""
    waiting = iter(lines)
    while piece := "".join(islice(waiting, _LINES_AT_ONCE)):
        yield piece


def find_session(arguments: Sequence[str]) -> tuple[Session, list[str]]:
    """Read the options that hold for every command, wherever they stand; return the rest.

    They are taken out before the commands are built, because help is written in a language, too.
    """
    rest: list[str] = []
    language: str | None = None
    flags = {"quiet": False, "verbose": False}
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            rest += [argument, *waiting]
            break
        if argument in _FLAGS:
            flags[_FLAGS[argument]] = True
        elif argument == "--lang" and waiting:
            language = waiting.pop(0)
        elif argument.startswith("--lang="):
            language = argument.removeprefix("--lang=")
        else:
            rest.append(argument)
    known = language in tuple(Language)
    chosen = Language(language) if language and known else _settled_language(rest)
    session = Session(chosen, **flags)
    if language is not None and not known:
        rest = [*rest, f"--lang={language}"]
    return session, rest


def _settled_language(arguments: Sequence[str]) -> Language:
    """The language of the workspace's settings if the call is in one, else of the environment.

    ``verify`` never looks into a workspace by itself: a folder under audit brings no settings.
    """
    if "verify" in arguments:
        return preferred_language()
    try:
        root = workspace_near(_named_workspace(arguments) or Path.cwd())
        if root is not None:
            match = _LANGUAGE.search((root / SETTINGS).read_text("utf-8", errors="replace"))
            return Language(match[1]) if match else preferred_language()
    except OSError:
        # The command will meet the same trouble, and has words for it.
        pass
    return preferred_language()


def _named_workspace(arguments: Sequence[str]) -> Path | None:
    for argument, following in zip_longest(arguments, arguments[1:]):
        if argument in ("-w", "--workspace"):
            return Path(following) if following is not None else None
        for beginning in ("--workspace=", "-w"):
            if argument.startswith(beginning):
                return Path(argument.removeprefix(beginning))
    return None


Command = Callable[..., Any]


def command(
    app: typer.Typer, session: Session, name: str, texts: str | None = None
) -> Callable[[Command], Command]:
    """Register a command under its texts in the catalogue, with the options that all share.

    Its texts stand under its name, or under ``texts`` for a command of a group.

    The shared options have been read already; they are declared so that help shows them.
    """

    def decorate(function: Command) -> Command:
        @wraps(function)
        def call(**values: Any) -> Any:
            for shared in ("lang", "quiet", "verbose"):
                values.pop(shared)
            return function(**values)

        signature = inspect.signature(function)
        shared = _shared_parameters(session)
        parameters = [*signature.parameters.values(), *shared]
        for parameter in signature.parameters.values():
            for info in getattr(parameter.annotation, "__metadata__", ()):
                info.autocompletion = info.autocompletion or completer_of(parameter.name, info.metavar)
        call.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {p.name: p.annotation for p in parameters}
        from digitize.cli.help_page import command_class

        app.command(
            name,
            cls=command_class(session.catalogue),
            options_metavar=session.text("help_page.some_options"),
            help=session.text(f"help.{texts or name}.about"),
            epilog=session.text(f"help.{texts or name}.example"),
        )(call)
        return function

    return decorate


def _shared_parameters(session: Session) -> list[inspect.Parameter]:
    kinds: dict[str, Any] = {
        "lang": Annotated[
            Language | None,
            typer.Option("--lang", help=session.text("help.lang"), show_default=False),
        ],
        "quiet": Annotated[bool, typer.Option("--quiet", "-q", help=session.text("help.quiet"))],
        "verbose": Annotated[bool, typer.Option("--verbose", "-v", help=session.text("help.verbose"))],
    }
    defaults: dict[str, Any] = {"lang": None, "quiet": False, "verbose": False}
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=kind)
        for name, kind in kinds.items()
    ]

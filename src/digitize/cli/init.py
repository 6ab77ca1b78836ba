"""``digitize init``: make a workspace."""

from pathlib import Path
from typing import Annotated

import typer
from rich.prompt import Prompt

from digitize.cli.options import user_option, who
from digitize.cli.session import Session, command
from digitize.errors import UsageProblem
from digitize.model import Language
from digitize.profiles import DEFAULT


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "init")
    def init(
        folder: Annotated[Path, typer.Argument(help=session.text("help.init.folder"))],
        demo: Annotated[bool, typer.Option("--demo", help=session.text("help.init.demo"))] = False,
        samples: Annotated[
            Path | None,
            typer.Option("--samples", help=session.text("help.init.samples"), show_default=False),
        ] = None,
        name: Annotated[
            str | None,
            typer.Option("--name", help=session.text("help.init.name"), show_default=False),
        ] = None,
        code: Annotated[
            str | None,
            typer.Option("--code", help=session.text("help.init.code"), show_default=False),
        ] = None,
        fonds: Annotated[
            str | None,
            typer.Option("--fonds", help=session.text("help.init.fonds"), show_default=False),
        ] = None,
        profile: Annotated[str, typer.Option("--profile", help=session.text("help.init.profile"))] = DEFAULT,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.pipeline.founding import Founder, found_demo, found_workspace
        from digitize.times import now

        language = session.catalogue.language
        if demo:
            found_demo(folder, language, who(user), now, samples)
        else:
            founder = Founder(
                name=name or _ask(session, "organisation_name", "--name"),
                code=code or _ask(session, "organisation_code", "--code"),
                fonds=fonds or _ask(session, "fonds_code", "--fonds"),
                profile=profile,
                language=Language(language),
            )
            found_workspace(folder, founder, who(user), now)
        session.say("workspace_made", folder=str(folder))
        session.say("demo_next" if demo else "workspace_next", folder=str(folder))


def _ask(session: Session, key: str, option: str) -> str:
    answer = ""
    try:
        while not answer:
            answer = Prompt.ask(session.text(f"say.{key}"), console=session.err).strip()
    except EOFError as error:
        raise UsageProblem("answer_missing", question=session.text(f"say.{key}"), option=option) from error
    return answer

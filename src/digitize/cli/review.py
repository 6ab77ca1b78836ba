"""``digitize review``: confirm or correct doubtful fields."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import user_option, who, workspace_option
from digitize.cli.picture_mode import PictureMode
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "review")
    def review(
        list_only: Annotated[bool, typer.Option("--list", help=session.text("help.review.list"))] = False,
        terminal: Annotated[
            bool, typer.Option("--terminal", help=session.text("help.review.terminal"))
        ] = False,
        pictures: Annotated[
            PictureMode, typer.Option("--pictures", help=session.text("help.review.pictures"))
        ] = PictureMode.AUTO,
        port: Annotated[
            int, typer.Option("--port", min=0, max=65535, help=session.text("help.review.port"))
        ] = 0,
        no_browser: Annotated[
            bool, typer.Option("--no-browser", help=session.text("help.review.no_browser"))
        ] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.cli.prompts import show_waiting
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.review.desk import Desk
        from digitize.times import now

        place = Workspace.open(workspace)
        if not list_only and not terminal:
            from digitize.review.web.program import review_in_browser

            review_in_browser(
                place,
                session.catalogue,
                who(user),
                session.say_text,
                port=port,
                browser=not no_browser,
            )
            return
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            desk = Desk.of(place, ledger, now)
            if list_only:
                show_waiting(session, desk)
            else:
                from digitize.cli.clerk import review_in_terminal

                review_in_terminal(session, desk, place, pictures)

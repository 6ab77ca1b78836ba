"""``digitize pages``: the pages of a dossier, and what a person decides about them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.options import as_kept, json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode, UsageProblem

if TYPE_CHECKING:
    from digitize.pipeline.page_decisions import Change

_MOST_DIGITS = 9


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "pages")
    def pages(
        dossier: Annotated[str, typer.Argument(help=session.text("help.pages.dossier"))],
        turn: Annotated[
            list[str] | None,
            typer.Option("--turn", metavar="N:90|180|270", help=session.text("help.pages.turn")),
        ] = None,
        exclude: Annotated[
            list[int] | None,
            typer.Option("--exclude", metavar="N", help=session.text("help.pages.exclude")),
        ] = None,
        include: Annotated[
            list[int] | None,
            typer.Option("--include", metavar="N", help=session.text("help.pages.include")),
        ] = None,
        scan_again: Annotated[
            list[int] | None,
            typer.Option("--scan-again", metavar="N", help=session.text("help.pages.scan_again")),
        ] = None,
        why: Annotated[
            str | None,
            typer.Option("--why", metavar="TEXT", help=session.text("help.pages.why"), show_default=False),
        ] = None,
        unmark: Annotated[
            list[int] | None,
            typer.Option("--unmark", metavar="N", help=session.text("help.pages.unmark")),
        ] = None,
        begin: Annotated[
            list[int] | None,
            typer.Option("--begin", metavar="N", help=session.text("help.pages.begin")),
        ] = None,
        join: Annotated[
            list[int] | None,
            typer.Option("--join", metavar="N", help=session.text("help.pages.join")),
        ] = None,
        form: Annotated[
            list[str] | None,
            typer.Option("--form", metavar="N:ID", help=session.text("help.pages.form")),
        ] = None,
        later: Annotated[bool, typer.Option("--later", help=session.text("help.pages.later"))] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.page_table import report_pages, show_changed, show_pages
        from digitize.pipeline.carrying_out import carry_out
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.page_decisions import Act, PageDesk
        from digitize.pipeline.page_views import page_list
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        plain = {
            Act.EXCLUDE: exclude,
            Act.INCLUDE: include,
            Act.UNMARK: unmark,
            Act.BEGIN: begin,
            Act.JOIN: join,
        }
        changes = [
            *_changes(Act.TURN, "--turn", turn),
            *(_change(act, page) for act, numbers in plain.items() for page in numbers or ()),
            *(_change(Act.SCAN_AGAIN, page, why or "") for page in scan_again or ()),
            *_changes(Act.FORM, "--form", form),
        ]
        place = Workspace.open(workspace)
        place.require_folders()
        code, person = as_kept(dossier), who(user)
        changed = done = None
        with closing(Ledger(place.ledger, now, person)) as ledger:
            if changes:
                changed = PageDesk(place, ledger, now).change(code, changes)
                if changed.again and not later:
                    session.say("pages_redone", dossier=code)
                    done = carry_out(place, code, person, now)
            views = page_list(ledger, place, code)
            record = ledger.dossier(code)
        assert record is not None
        if json:
            report_pages(session, record, views, done)
        elif changed is not None:
            show_changed(session, record, changed, done)
        else:
            show_pages(session, views, place.templates)
        return ExitCode.ITEMS if done is not None and done.problem else ExitCode.DONE


def _change(act: str, page: int, value: int | str | None = None) -> "Change":
    from digitize.pipeline.page_decisions import Act, Change

    return Change(page, Act(act), value)


def _changes(act: str, option: str, texts: Sequence[str] | None) -> Iterator["Change"]:
    """Decisions that are written as a page, a colon and a value: ``2:90``.

    Raises:
        UsageProblem: one is not.

    """
    for text in texts or ():
        page, colon, value = text.partition(":")
        number = act == "turn"
        if not (colon and _is_number(page) and value) or (number and not _is_number(value)):
            raise UsageProblem("page_change_unreadable", option=option, text=text)
        yield _change(act, int(page), int(value) if number else value)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _MOST_DIGITS

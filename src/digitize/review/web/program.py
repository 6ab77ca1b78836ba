"""``digitize review`` in a browser: everything put together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from digitize.messages import Catalogue
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.review.pictures import Pictures
from digitize.review.showing import Showing
from digitize.review.web.app import review_app
from digitize.review.web.doors import Doors
from digitize.review.web.guard import DOOR
from digitize.review.web.hand import Hand
from digitize.review.web.page_work import PageWork
from digitize.review.web.pages import Pages
from digitize.review.web.serving import HOST, close_door, listen, open_browser, serve
from digitize.review.web.work import Work
from digitize.times import now


def review_in_browser(
    workspace: Workspace,
    catalogue: Catalogue,
    who: str,
    tell: Callable[[str], None],
    *,
    port: int = 0,
    browser: bool = True,
) -> None:
    """Serve the review page until Ctrl-C or SIGTERM.

    Args:
        workspace: whose dossiers.
        catalogue: in which language.
        who: answers are recorded as this person's.
        tell: takes lines for the terminal.
        port: where; 0 for one that is free.
        browser: whether to open one.

    Raises:
        EnvironmentProblem: the port or the ledger cannot be used.

    """
    doors, pages = Doors(), Pages(catalogue)
    opened: list[Path] = []

    with Hand(lambda: _work(workspace, who, pages, f"/{doors.place}/")) as hand, closing(listen(port)) as at:
        number = at.getsockname()[1]

        def address() -> str:
            return f"http://{HOST}:{number}{DOOR}?token={doors.new_token()}"

        def begin() -> None:
            first = address()
            door = open_browser(first, workspace.work) if browser else None
            opened.extend([door] if door else [])
            tell(catalogue.text("review.browser_opened" if door else "review.address"))
            tell(first)
            tell(catalogue.text("review.stop" if sys.stdin.isatty() else "review.stop_plain"))

        def again() -> None:
            tell(catalogue.text("review.address"))
            tell(address())

        try:
            pictures = Pictures(workspace.limits.megapixels)
            app = review_app(hand, doors, number, pages, pictures)
            serve(app, at, opened=begin, asked=again)
        finally:
            for door in opened:
                close_door(door)
    tell(catalogue.text("review.ended"))


@contextmanager
def _work(workspace: Workspace, who: str, pages: Pages, home: str) -> Iterator[Work]:
    with closing(Ledger(workspace.ledger, now, who)) as ledger:
        desk = Desk.of(workspace, ledger, now)
        showing = Showing(desk, workspace, pages.catalogue, home)
        work = Work(desk, showing, pages, PageWork(showing))
        try:
            yield work
        finally:
            work.end()

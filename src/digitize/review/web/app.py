"""What answers the browser: paths, and what each of them gives."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from importlib import resources

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from digitize.errors import DigitizeError, ItemProblem
from digitize.model import Problem
from digitize.review.pictures import Pictures
from digitize.review.web.doors import Doors
from digitize.review.web.guard import COOKIE, DOOR, SESSION, STATIC, Guard
from digitize.review.web.hand import Hand
from digitize.review.web.pages import Pages
from digitize.review.web.work import Asked, Work

_STATIC = {
    "review.css": "text/css; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}

_COMES_BACK = 5.0
"""Seconds for which a page that is loaded again keeps its dossier."""

_MOST_DIGITS = 6
"""Of the number of a page."""

_FORBIDDEN, _MISSING, _WRONG, _CHANGED, _FAULT = 403, 404, 400, 409, 500


def review_app(hand: Hand[Work], doors: Doors, port: int, pages: Pages, pictures: Pictures) -> ASGIApp:
    """The review page of one workspace.

    Args:
        hand: does the work.
        doors: tells who may come in.
        port: where it is served.
        pages: makes what is shown.
        pictures: cuts fields from pages.

    """
    home = f"/{doors.place}/"
    answers = _Answers(hand, doors, pages, home, pictures)
    app = Starlette(
        routes=[
            Route(DOOR, answers.enter, methods=["GET"]),
            Route(STATIC + "{name}", answers.static),
            Route(home, answers.desk),
            Route(home + "page/{dossier}/{page}", answers.page),
            Route(home + "cut/{dossier}/{page}/{box}", answers.cut),
            Route(home + "{act}", answers.act, methods=["POST"]),
        ],
        exception_handlers={HTTPException: answers.missing, Exception: answers.fault},
    )
    app.router.redirect_slashes = False
    return Guard(app, doors, port, answers.refused)


@dataclass
class _Answers:
    hand: Hand[Work]
    doors: Doors
    pages: Pages
    home: str
    pictures: Pictures

    def refused(self, reason: str, status: int = _FORBIDDEN) -> Response:
        """A page that tells why something is refused, and what to do."""
        return HTMLResponse(self.pages.refused(reason), status)

    async def enter(self, request: Request) -> Response:
        """Exchange a token for a session."""
        # A browser that asks for the head alone looks, and does not come in.
        token = request.query_params.get("token", "") if request.method == "GET" else ""
        session = self.doors.enter(token)
        if session is None:
            return self.refused("token")
        # Not a redirection: after one from another place the browser would hold the cookie back.
        answer = HTMLResponse(self.pages.enter(self.home))
        answer.set_cookie(COOKIE, session.cookie, path=self.home, httponly=True, samesite="strict")
        return answer

    async def desk(self, request: Request) -> Response:
        """The page on which everything happens."""
        return HTMLResponse(self.pages.desk(self.home, request.scope[SESSION].key))

    async def act(self, request: Request) -> Response:
        """What a window asks for."""
        try:
            told = json.loads(await request.body())
            asked = Asked.of(told if isinstance(told, dict) else {}, request.scope[SESSION].cookie)
        except (ValueError, RecursionError):
            return JSONResponse({"notice": self.pages.catalogue.text("review.refused.request.what")}, _WRONG)
        name = request.path_params["act"]
        if not await self.hand.do(lambda work: work.knows(name)):
            return self.refused("missing", _MISSING)
        try:
            shown = await self.hand.do(lambda work: work.act(name, asked))
        except DigitizeError as error:
            return JSONResponse(
                {"notice": self.pages.catalogue.problem_and_remedy(Problem.of(error))}, _CHANGED
            )
        if name == "leave":
            loop = asyncio.get_running_loop()
            loop.call_later(_COMES_BACK, self.hand.soon, lambda work: work.release(asked.window))
        return JSONResponse(shown)

    async def page(self, request: Request) -> Response:
        """The picture of a whole page, as the archive will keep it."""
        path = await self.hand.do(lambda work: work.page_file(*_page(request)))
        if path is None:
            return self.refused("missing", _MISSING)
        try:
            data = await run_in_threadpool(path.read_bytes)
        except OSError:
            return self.refused("missing", _MISSING)
        return Response(data, media_type="image/png" if path.suffix == ".png" else "image/jpeg")

    async def cut(self, request: Request) -> Response:
        """The picture of a field."""
        found = await self.hand.do(lambda work: work.cutting(*_page(request), request.path_params["box"]))
        if found is None:
            return self.refused("missing", _MISSING)
        try:
            data, kind = await run_in_threadpool(self.pictures.cut, *found)
        except (ItemProblem, OSError):
            # The picture may be deleted meanwhile: it is made again by the next run.
            return self.refused("missing", _MISSING)
        return Response(data, media_type=kind)

    async def static(self, request: Request) -> Response:
        """Style and script."""
        name = request.path_params["name"]
        if name not in _STATIC:
            return self.refused("missing", _MISSING)
        data = resources.files("digitize.review.web").joinpath("static", name).read_bytes()
        return Response(data, media_type=_STATIC[name])

    async def missing(self, _request: Request, error: Exception) -> Response:
        """The answer to a path or method that there is not."""
        status = error.status_code if isinstance(error, HTTPException) else _MISSING
        return self.refused("missing", status)

    async def fault(self, _request: Request, _error: Exception) -> Response:
        """The answer where the program fails; nothing of the work is told."""
        return JSONResponse({"notice": self.pages.catalogue.text("review.fault")}, _FAULT)


def _page(request: Request) -> tuple[str, int]:
    page = request.path_params["page"]
    known = page.isascii() and page.isdecimal() and len(page) <= _MOST_DIGITS
    return request.path_params["dossier"], int(page) if known else 0

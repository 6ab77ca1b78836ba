"""What stands before every request: only this machine's browser, only our own page, only a person let in.

The page works with personal data on 127.0.0.1. Other pages in the same browser, other programs and other
people of the machine can reach that address too; docs/review.md tells what each check is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitize.review.web.doors import Doors, same

COOKIE = "digitize_review"
KEY = "x-digitize-key"
SESSION = "digitize.session"
"""Where the scope of a request keeps its session."""

STATIC = "/static/"
DOOR = "/open"

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
}

_MOST_BYTES = 65_536
"""No request of ours is longer."""

_SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets a request through, or refuses it; every answer gets the headers.

    Attributes:
        app: what is guarded.
        doors: who has been let in.
        port: where this program listens.
        refused: makes the answer to what is refused, from the key of its reason.

    """

    app: ASGIApp
    doors: Doors
    port: int
    refused: Callable[[str], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        reason = self._objection(Request(scope))
        app = self.app if reason is None else self.refused(reason)
        await app(scope, receive, with_headers)

    def _objection(self, request: Request) -> str | None:
        """Why a request is refused; None if it is not."""
        hosts = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        host, path = request.headers.get("host", ""), request.url.path
        if host not in hosts:
            return "host"
        if "prefetch" in request.headers.get("sec-purpose", ""):
            # A browser that guesses where a person will go must not use up the token.
            return "origin"
        site = request.headers.get("sec-fetch-site", "none")
        if path == DOOR and request.method == "GET":
            # The private file that opens the browser is another origin.
            return None if request.headers.get("sec-fetch-dest", "document") == "document" else "origin"
        if site not in ("same-origin", "none"):
            return "origin"
        if path.startswith(STATIC) and request.method in _SAFE:
            return None
        session = self.doors.session(request.cookies.get(COOKIE))
        if session is None or not path.startswith(f"/{self.doors.place}/"):
            return "session"
        request.scope[SESSION] = session
        if request.method in _SAFE:
            return None
        if request.headers.get("origin") != f"http://{host}":
            return "origin"
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            return "request"
        return None if same(request.headers.get(KEY), session.key) else "key"

"""Who may come in: a token that opens once, and the session that it opens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that has been let in.

    Attributes:
        cookie: what the browser sends with each request; scripts cannot read it.
        key: what our own script sends with each request that changes something.

    """

    cookie: str
    key: str


@dataclass(slots=True)
class Doors:
    """Tokens that have not been used, and sessions that are open. All end with the program.

    Attributes:
        place: first part of every path; the cookie is bound to it, because browsers show a cookie of
            127.0.0.1 to every port of it.

    """

    place: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    _tokens: list[str] = field(default_factory=list)
    _sessions: dict[str, Session] = field(default_factory=dict)

    def new_token(self) -> str:
        """A token that lets one browser in, once."""
        token = secrets.token_urlsafe(_BYTES)
        self._tokens.append(token)
        return token

    def enter(self, token: str) -> Session | None:
        """Exchange a token for a session; None where it is wrong or was used before."""
        # Compared in constant time: how much of a guess was right must not show.
        found = [one for one in self._tokens if secrets.compare_digest(one.encode(), token.encode())]
        if not found:
            return None
        self._tokens.remove(found[0])
        session = Session(secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES))
        self._sessions[session.cookie] = session
        return session

    def session(self, cookie: str | None) -> Session | None:
        """The session of a cookie, if there is one."""
        return self._sessions.get(cookie or "")


def same(given: str | None, wanted: str) -> bool:
    """Compare a secret in constant time."""
    return given is not None and secrets.compare_digest(given.encode(), wanted.encode())

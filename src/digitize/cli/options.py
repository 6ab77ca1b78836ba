"""Options that several commands share."""

from __future__ import annotations

import getpass
import os
import pwd
from typing import Any

import typer

from digitize.cli.session import Session
from digitize.ingest.naming import nfc

MOST_DAYS = 36_525
"""A hundred years: no proof is asked about that lies farther ahead."""


def workspace_option(session: Session) -> Any:
    """``--workspace``: which workspace; without it, the nearest one upwards."""
    return typer.Option("--workspace", "-w", help=session.text("help.workspace"), show_default=False)


def user_option(session: Session) -> Any:
    """``--user``: who does it; without it, the login name."""
    return typer.Option("--user", help=session.text("help.user"), show_default=False)


def json_option(session: Session) -> Any:
    """``--json``: one JSON document instead of a table."""
    return typer.Option("--json", help=session.text("help.json"))


def log_option(session: Session) -> Any:
    """``--log-json``: one JSON object a line, into a file or, with ``-``, to standard error."""
    return typer.Option(
        "--log-json", metavar="FILE|-", help=session.text("help.log_json"), show_default=False
    )


def who(user: str | None) -> str:
    """Who does something: as told, else the login name."""
    if user:
        return user
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return getpass.getuser()


def as_kept(text: str) -> str:
    """A code as the ledger keeps it, however the keyboard has put its letters together."""
    return nfc(text)

"""The command line: one thin file per command. Each parses, calls one function, and shows."""

from __future__ import annotations

from digitize.cli.entry import main

__all__ = ["main"]

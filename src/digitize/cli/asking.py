"""Ask a person for a line, with the editing that terminals have."""

from __future__ import annotations

import sys

from digitize.cli.options import as_kept
from digitize.cli.session import Session


def ask_line(session: Session, prompt: str, begun: str = "") -> str:
    """What a person types, in NFC and without spaces around it.

    Args:
        session: the call.
        prompt: stands before it.
        begun: what stands in the line to be changed; where lines cannot be edited it is left out.

    Raises:
        EOFError: there is no more to read.

    """
    if not can_edit():
        session.err.print(f"{prompt} ", end="", markup=False)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return as_kept(line.strip())
    # Lets input() move in the line, letters with marks of their own included. What was typed before
    # does not come back by a key: it belongs to other people.
    import readline

    readline.set_auto_history(False)
    readline.set_startup_hook((lambda: readline.insert_text(begun)) if begun else None)
    try:
        return as_kept(input(f"{prompt} ").strip())
    finally:
        readline.set_startup_hook(None)


def can_edit() -> bool:
    """Whether lines are typed in a terminal that shows them."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_yes(session: Session, key: str) -> bool:
    """Whether a person says yes; what is neither yes nor no is asked again."""
    yes, no = (session.text(f"say.{word}") for word in ("yes", "no"))
    prompt = f"{session.text(f'say.{key}')} ({yes}/{no}):"
    while True:
        answer = ask_line(session, prompt).casefold()
        for word, meaning in ((yes, True), (no, False), ("yes", True), ("no", False)):
            if answer and word.startswith(answer):
                return meaning

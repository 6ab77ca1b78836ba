"""Words and cells of the pages of the reference."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from digitize.messages import entries
from digitize.model import Language


def word(key: str, language: Language) -> str:
    """A word of the pages, such as a heading of a column."""
    return _words()["word"][key][language]


def exit_code(code: int, language: Language) -> str:
    """What an exit code says, as the manual page has it."""
    return entries()[f"man.exit_{code}"][language]


def cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    # What is set as code stands as it is.
    parts = re.split(r"(`[^`]*`)", text.replace("\n", " "))
    return "".join(
        part if part.startswith("`") else part.replace("|", "\\|").replace("<", "&lt;") for part in parts
    )


def plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    # In the catalogue two braces stand for one.
    return re.sub(r"([\\`*_<>\[\]|#])", r"\\\1", text.replace("{{", "{").replace("}}", "}"))


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    path = Path(__file__).with_name("reference_words.toml")
    return tomllib.loads(path.read_text("utf-8"))

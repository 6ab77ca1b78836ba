"""What documents tell people to type is a command that the program has, with options that it takes."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import pytest
import typer

from digitize.cli.entry import build
from digitize.cli.session import Session
from digitize.model import Language
from support.places import ROOT

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "README.vi.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(path for path in (ROOT / "deploy").iterdir() if path.name.startswith(("crontab", "digitize-"))),
]
CALL = re.compile(r"(?:^|[`\s/])digitize ([a-z]+(?=[`\s]|$)[^`\n|;&#]*)", re.MULTILINE)


@cache
def commands() -> dict[str, Any]:
    """Commands by their words, those of a group with its name before them."""
    group: Any = typer.main.get_command(build(Session(Language.EN)))
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        found[name] = command
        for under, inner in getattr(command, "commands", {}).items():
            found[f"{name} {under}"] = inner
    return found


def code(text: str) -> str:
    """What a document sets as code."""
    fenced = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return "\n".join([*fenced, *re.findall(r"`[^`\n]+`", text)])


def split(call: str) -> list[str]:
    try:
        return shlex.split(call)
    except ValueError:
        # A quotation that goes on in the next line.
        return call.split()


def wrong(call: str) -> str:
    """What is wrong with a call; empty if nothing is."""
    words = split(call)
    name = " ".join(words[:2]) if " ".join(words[:2]) in commands() else words[0]
    lost = hasattr(commands().get(name), "commands") and re.match("[a-z]", " ".join(words[1:]))
    if name not in commands() or lost:
        return f"{call}: no such command"
    known = {option for param in commands()[name].params for option in param.opts} | {"--help", "-h"}
    told = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return f"{call}: {sorted(told - known)}" if told - known else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_call_that_is_told_can_be_made(document: Any) -> None:
    text = document.read_text("utf-8")
    calls = CALL.findall(code(text) if document.suffix == ".md" else text)
    assert [told for call in calls if (told := wrong(call))] == []


def test_enough_calls_are_looked_at() -> None:
    calls = [call for path in DOCUMENTS for call in CALL.findall(path.read_text("utf-8"))]
    assert len(calls) > 150


@pytest.mark.parametrize("call", ["rum -w x", "run --wrong", "forms lost", "sign --older-than 3"])
def test_a_wrong_call_is_noticed(call: str) -> None:
    assert wrong(call)

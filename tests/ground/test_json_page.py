"""The page on JSON names what commands really print."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from digitize.cli.entry import build
from digitize.cli.session import Session
from digitize.model import Language
from support.places import ROOT
from support.program import digitize

PAGE = (ROOT / "docs" / "json.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `([a-z ]+)` \| (.*?) \|", PAGE, re.MULTILINE))
DOSSIER = "000.00.01.H99-261118-0003"
WAITING = "000.00.01.H99-261118-0001"
CALLS = {
    "doctor": "doctor -w .",
    "find": "find ngo -w .",
    "forms list": "forms list",
    "quarantine": "quarantine -w .",
    "retention": "retention -w .",
    "report": "report -w .",
    "differences": "differences -w .",
    "trust list": "trust list -w .",
    "ledger check": "ledger check -w .",
    "tidy": "tidy --dry-run -w .",
    "pages": f"pages {WAITING} -w .",
    "forms show": "forms show death_registration",
}


@cache
def example(heading: str) -> dict[str, Any]:
    """The JSON under a heading of the page."""
    part = PAGE.split(f"## {heading}\n")[1]
    found: dict[str, Any] = json.loads(part.split("```json\n")[1].split("```")[0])
    return found


def printed(call: str, folder: Path) -> dict[str, Any]:
    done = digitize(*shlex.split(call), "--json", cwd=folder)
    found: dict[str, Any] = done.json
    return found


def test_every_command_with_a_document_is_on_the_page() -> None:
    group: Any = typer.main.get_command(build(Session(Language.EN)))
    found = set()
    for name, command in group.commands.items():
        for under, inner in getattr(command, "commands", {"": command}).items():
            if any("--json" in param.opts for param in inner.params):
                found.add(f"{name} {under}".strip())
    told = set(ROWS) | {
        word for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE) for word in heading.split(", ")
    }
    assert sorted(found - told) == []


@pytest.mark.thorough
@pytest.mark.parametrize("command", CALLS)
def test_the_top_of_each_document_is_told(finished: Path, command: str) -> None:
    row = ROWS[command]
    keys = list(printed(CALLS[command], finished))
    assert keys
    # A row that ends in dots names the first keys.
    told = set(re.findall(r"`(\w+)`", row))
    missing = [key for key in keys if key not in told]
    assert missing == [] or row.endswith("…"), missing


@pytest.mark.thorough
def test_the_document_of_status_is_as_told(finished: Path) -> None:
    document, told = printed("status -w .", finished), example("status, run")
    assert list(document) == list(told)
    assert list(document["dossiers"][0]) == list(told["dossiers"][0])


@pytest.mark.thorough
def test_what_is_told_of_show_is_there(finished: Path) -> None:
    document, told = printed(f"show {DOSSIER} -w .", finished), example("show, read")
    assert set(told) <= set(document)
    assert set(told["documents"][0]) <= set(document["documents"][0])
    assert set(told["documents"][0]["pages"][0]) <= set(document["documents"][0]["pages"][0])
    field = next(iter(document["documents"][0]["fields"].values()))
    assert set(told["documents"][0]["fields"]["child_name"]) <= set(field)


@pytest.mark.thorough
def test_the_document_of_verify_is_as_told(finished: Path) -> None:
    document, told = printed("verify archive --anchor keys/ca.pem", finished), example("verify, audit")
    assert list(document) == list(told)
    item, told_item = document["items"][0], told["items"][0]
    assert set(told_item) <= set(item)
    assert set(told_item["signatures"][0]) <= set(item["signatures"][0])

"""What the documents say is so: the README's commands run, the architecture names the rooms."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.places import ROOT
from support.program import environment

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]
TESTED = [line for line in COMMANDS if line.startswith("digitize ")]


def run(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command)
    assert program == "digitize"
    return subprocess.run(
        [sys.executable, "-m", "digitize", *arguments],
        cwd=place,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.thorough
def test_every_command_of_the_tour_works_in_its_turn(tmp_path: Path) -> None:
    assert TESTED == COMMANDS
    assert len(TESTED) > 8
    for command in TESTED:
        done = run(command, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert done.stdout or done.stderr, command
    packaged = list((tmp_path / "thu-nghiem" / "archive").iterdir())
    assert len(packaged) == 3, "the README says that three dossiers are packaged"


def test_the_targets_that_the_documents_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    documents = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    told = set(re.findall(r"(?:^|`)make ([a-z]+)", documents, re.MULTILINE))
    assert {"demo", "test"} <= told
    assert told <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/operations.md",
        "docs/cluster.md",
    ],
)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    path = ROOT / document
    text = path.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith(("http", "#"))]
    for link in links:
        target, _, _ = link.partition("#")
        assert (path.parent / target).exists(), link


def test_every_library_is_justified_in_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[\[<>=; ]", entry)[0].lower() for entry in project["dependencies"]}
    told = README.lower()
    missing = {name for name in names if name.removesuffix("-headless").removesuffix("-python") not in told}
    assert missing == set()


def test_the_architecture_names_every_room_in_the_order_that_is_held() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = re.findall(r"^\| `([a-z]+)` \|", text, re.MULTILINE)
    package = ROOT / "src" / "digitize"
    there = {
        path.stem
        for path in package.iterdir()
        if not path.name.startswith("_") and path.suffix in ("", ".py")
    }
    assert set(rooms) == there
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    level = {
        room.strip().removeprefix("digitize."): number
        for number, layer in enumerate(layers)
        for room in re.split(r"[|:]", layer)
    }
    assert set(level) == set(rooms)
    assert [level[room] for room in rooms] == sorted(level[room] for room in rooms)


def test_no_module_has_grown_beyond_five_hundred_lines() -> None:
    files = [
        Path(at, name)
        for top in ("src", "tests", "scripts", "benchmarks")
        for at, _, names in os.walk(ROOT / top)
        for name in names
        if name.endswith(".py")
    ]
    assert len(files) > 100
    assert [path for path in files if len(path.read_text("utf-8").splitlines()) > 500] == []

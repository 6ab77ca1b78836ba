"""What commands tell in terminals of many kinds: nothing runs over, nothing is cut, few colours."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len

from support.filled import filled_workspace
from support.offices import ledger_of
from support.program import digitize
from support.terminal import Terminal, terminal

NAME = "Hồ-sơ-đăng-ký-khai-sinh-của-trẻ-có-họ-tên-rất-dài-000.00.01.H99-261118-0001"
LOOKS = {"", "0", "1", "3", "4", "31", "32", "35", "1;31", "1;4", "1;3"}
"""Bold, italic, underlined; red, green, magenta, and bold red."""

HERE = ("-w", "{office}")
FEW = [("status", *HERE), ("show", "HS-00001", *HERE), ("review", "--list", *HERE), ("show", "HS-404", *HERE)]
MORE = [
    ("pages", "HS-00001", *HERE),
    ("show", NAME, *HERE),
    ("forms", "list"),
    ("forms", "show", "birth_registration"),
    ("doctor", *HERE),
    ("report", *HERE),
    ("retention", *HERE),
    ("quarantine", *HERE),
    ("differences", *HERE),
    ("ledger", "check", *HERE),
    ("trust", "list", *HERE),
    ("find", "khai sinh", *HERE),
    ("run", "--untill", "x"),
    ("--help",),
    ("run", "--help"),
    ("export", "--help"),
]


@pytest.fixture(scope="module")
def _long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    office = filled_workspace(tmp_path_factory.mktemp("long") / "office", 6)
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.add_dossier(NAME, f"/scans/{NAME}.tif")
    return office


@pytest.fixture
def office(_long: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_long, tmp_path / "office", symlinks=True))


def shown(call: tuple[str, ...], office: Path, columns: int, **variables: str) -> Terminal:
    with terminal(
        *(part.format(office=office) for part in call), columns=columns, cwd=office, **variables
    ) as screen:
        screen.end()
    return screen


def look_over(screen: Terminal, columns: int) -> None:
    for line in screen.plain.splitlines():
        # A path that is longer than a line is left whole.
        assert cell_len(line.rstrip()) <= columns or " " not in line.strip(), line
    assert set(re.findall(r"\x1b\[([0-9;]*)m", screen.screen)) <= LOOKS
    assert "…" not in screen.plain.replace("… và", "").replace("…; ", "").replace("số …", "")


@pytest.mark.parametrize("call", FEW, ids=lambda call: " ".join(call[:2]))
def test_a_narrow_terminal_shows_everything(call: tuple[str, ...], office: Path) -> None:
    screen = shown(call, office, 60)
    look_over(screen, 60)
    if "status" in call:
        assert NAME in re.sub(r"\s", "", screen.plain)


@pytest.mark.thorough
@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_every_width_shows_everything(columns: int, office: Path) -> None:
    for call in [*FEW, *MORE] if columns != 200 else FEW:
        look_over(shown(call, office, columns), columns)


def test_colours_are_left_out_where_they_are_not_wanted(office: Path) -> None:
    assert "\x1b[35m" in shown(FEW[0], office, 80).screen
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = shown(FEW[0], office, 80, **variables)
        assert not re.search(r"\x1b\[(\d;)?3\d", plain.screen)
        assert "chờ xác nhận" in plain.plain, "the word says it"
    assert "\x1b[35m" in digitize("status", "-w", office, FORCE_COLOR="1").out
    assert "\x1b" not in digitize("status", "-w", office, "--json", FORCE_COLOR="1").out
    assert "\x1b" not in digitize("status", "-w", office).out

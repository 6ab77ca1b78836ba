"""Terminals, pipes, encodings: what surrounds the program does not break it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitize.model import Stage
from support.offices import leftovers, small_scan, stages
from support.program import digitize, environment
from support.terminal import CTRL_C, terminal

WAITING = "000.00.01.H99-261118-0005"


def into_closed_pipe(*arguments: str | Path, both: bool = False) -> tuple[int, str]:
    """Run with a standard output (or both) that nobody reads; exit code and what else was told."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "digitize", *map(str, arguments)],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing if both else subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    return done.returncode, done.stderr or ""


def test_a_reader_that_has_gone_changes_nothing_but_what_it_sees(finished: Path) -> None:
    pdf = next((finished / "archive").rglob("*.pdf"))
    for arguments, code in (
        (("--help",), 0),
        (("run", "--help"), 0),
        (("status", "-w", finished), 0),
        (("status", "-w", finished, "--json"), 0),
        (("show", "000.00.01.H99-261118-0001", "-w", finished, "--json"), 0),
        (("verify", pdf, "--json"), 1),
    ):
        ended, told = into_closed_pipe(*arguments)
        assert ended == code, arguments
        assert "Traceback" not in told
        assert "BrokenPipe" not in told
    assert into_closed_pipe("chay", both=True) == (2, "")


def test_a_run_goes_on_when_nobody_reads_its_progress_any_more(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    assert into_closed_pipe("run", "-w", office, both=True) == (0, "")
    assert stages(office) == {"HS": Stage.PACKAGED}


def test_the_first_line_may_be_all_that_is_wanted(finished: Path) -> None:
    script = '"$0" -m digitize show 000.00.01.H99-261118-0001 --json -w "$1" | head -1'
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script, sys.executable, str(finished)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


def test_a_disk_without_room_for_the_report_is_told(finished: Path) -> None:
    for arguments in (("status",), ("status", "--json")):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "digitize", *arguments, "-w", str(finished)],
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 3
        assert "Đĩa không đọc ghi được" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
def test_no_locale_stops_vietnamese_from_being_told(finished: Path, variables: dict[str, str]) -> None:
    for arguments in (("--help",), ("show", "HS-404", "-w", finished)):
        done = subprocess.run(
            [sys.executable, "-m", "digitize", *map(str, arguments), "--lang", "vi"],
            env=environment(**variables),
            capture_output=True,
            check=False,
        )
        assert done.returncode == (2 if "show" in arguments else 0)
        assert b"Error" not in done.stderr
        assert done.stdout or done.stderr
    told = subprocess.run(
        [sys.executable, "-m", "digitize", "show", WAITING, "-w", str(finished), "--json"],
        env=environment(**variables),
        capture_output=True,
        check=True,
    )
    (document,) = json.loads(told.stdout.decode("utf-8"))["documents"]
    assert document["fields"]["mother_name"]["value"] == "LÒ NGỌC DUNG"


def test_colours_are_for_terminals_that_want_them(finished: Path) -> None:
    call = ("status", "-w", finished)
    assert "\x1b" not in digitize(*call).out
    with terminal(*call) as coloured:
        assert coloured.end() == 0
        assert "\x1b[" in coloured.screen
    with terminal(*call, NO_COLOR="1") as plain:
        assert plain.end() == 0
        assert "\x1b[3" not in plain.screen
        assert "chờ xác nhận: 2, đã ký, đóng gói: 3" in plain.screen
    with terminal(*call, "--json") as document:
        assert document.end() == 0
        assert "\x1b" not in document.screen


def test_a_terminal_shows_how_far_a_run_is(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.tif", pages=2)
    with terminal("run", "-w", office) as screen:
        assert screen.end() == 0
        assert "Trang" in screen.plain
        assert "2/2" in screen.plain
        assert "1/1" in screen.plain
        assert "trang/phút" in screen.plain
        assert "HS-1: đã ký, đóng gói" in screen.plain
        assert "Xong: đọc 2 trang" in screen.plain
        assert screen.screen.rfind("\x1b[?25h") > screen.screen.rfind("\x1b[?25l"), "the cursor is back"
    with terminal("run", "-w", office, "--quiet") as quiet:
        assert quiet.end() == 0
        assert quiet.screen == ""


def test_ctrl_c_ends_a_run_with_a_plain_sentence_and_the_next_goes_on(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.jpg")
    small_scan(office / "scans" / "HS-2.tif", pages=40)
    with terminal("run", "-w", office, "--jobs", "1") as screen:
        screen.wait_for("HS-1: đã ký, đóng gói")
        screen.press(CTRL_C)
        assert screen.end() == 130
        assert "Đã dừng theo yêu cầu. Không mất gì; chạy lại để tiếp tục." in screen.plain
        assert "KeyboardInterrupt" not in screen.screen
        assert screen.screen.rfind("\x1b[?25h") > screen.screen.rfind("\x1b[?25l"), "the cursor is back"
    assert stages(office)["HS-1"] is Stage.PACKAGED
    assert stages(office)["HS-2"] is Stage.RECEIVED
    assert leftovers(office) == []
    again = digitize("run", "-w", office, "--until", "received")
    assert again.code == 0, "the lock is free again"

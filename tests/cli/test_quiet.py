"""Commands that cron calls say nothing when all is well, and one line for what is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digitize.model import Stage
from support.calls import together
from support.offices import small_scan, stages
from support.program import environment


@pytest.fixture
def packaged(packaged_office: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_office, tmp_path / "packaged"))


def test_nothing_is_said_when_all_is_well(packaged: Path, tmp_path: Path) -> None:
    report = tmp_path / "thang.html"
    outcomes = together(
        ("run", "-w", packaged, "--quiet"),
        ("audit", "-w", packaged, "--quiet"),
        ("renew", "-w", packaged, "--quiet"),
        ("tidy", "-w", packaged, "--older-than", "30", "--quiet"),
        ("report", "-w", packaged, "--html", report, "--quiet"),
        ("urgent", "HS-1", "-w", packaged, "--quiet"),
    )
    assert [(one.code, one.out, one.err) for one in outcomes] == [(0, "", "")] * len(outcomes)
    assert report.exists()


def test_a_files_name_begins_no_line_of_its_own(packaged: Path) -> None:
    (packaged / "scans" / "HS-4\nHS-1: hỏng.png").touch()
    (said,) = together(("run", "-w", packaged, "--quiet", "--lang", "en"))
    assert said.code == 1
    (line,) = said.err.splitlines()
    assert "HS-4\\u000aHS-1: hỏng" in line


def test_what_is_set_aside_is_one_line_once_and_logs_and_hooks_are_told(packaged: Path) -> None:
    (packaged / "scans" / "HS-3.pdf").write_bytes(b"%PDF-1.7\nbroken")
    settings = packaged / "digitize.toml"
    settings.write_text(
        settings.read_text("utf-8").replace(
            "[operations]", '[operations]\nlog_file = "log.jsonl"\non_trouble = ["sh", "hook.sh"]'
        ),
        "utf-8",
    )
    settings.chmod(0o640)
    (packaged / "hook.sh").write_text("cat > trouble.json; nice > nice.txt; exit 9\n")
    first, again, loud = together(
        ("run", "-w", packaged, "--quiet"),
        ("run", "-w", packaged, "--quiet"),
        ("run", "-w", packaged, "--log-json", "-", "--quiet"),
    )
    assert (first.code, first.out) == (1, ""), first.err
    lines = first.err.splitlines()
    assert lines[0].startswith("HS-3: ")
    # The hook's own failure is told, and changes nothing.
    assert [line for line in lines[1:] if "sh báo lỗi (mã 9)" in line]
    assert len(lines) == 3
    assert (again.code, again.out, again.err) == (0, "", "")
    assert (loud.code, loud.out, loud.err) == (0, "", "")
    # As the profile says, unless the tests themselves have been told to give way more.
    assert int((packaged / "nice.txt").read_text()) == max(10, os.nice(0))
    trouble = json.loads((packaged / "trouble.json").read_text("utf-8"))
    assert trouble["failed"] == ["HS-3"]
    log = [json.loads(line) for line in (packaged / "log.jsonl").read_text("utf-8").splitlines()]
    assert [one["exit_code"] for one in log if one["event"] == "ended"] == [1, 0]
    assert [one["dossier"] for one in log if one["event"] == "problem"] == ["HS-3"]


@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", "2>&-", ">&-", "<&-"])
def test_a_caller_may_have_closed_the_streams(packaged: Path, closed: str) -> None:
    # A file that got their numbers would have in it what libraries print.
    (packaged / "scans" / "HS-9").mkdir()
    small_scan(packaged / "scans" / "HS-9" / "a.jpg")
    call = [sys.executable, "-m", "digitize", "run", "-w", str(packaged), "--until", "recognised"]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *call],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert stages(packaged)["HS-9"] is Stage.RECOGNISED


def test_errors_on_the_screen_of_programs_are_lines_for_programs(packaged: Path) -> None:
    shutil.rmtree(packaged / "archive")
    (packaged / "archive").write_text("")
    (told,) = together(("run", "-w", packaged, "--log-json", "-"))
    assert told.code == 3
    events = [json.loads(line) for line in told.err.splitlines()]
    assert [one["event"] for one in events] == ["started", "ended", "error"]
    assert events[-1]["code"] == events[-2]["code"] == "folder_unusable"

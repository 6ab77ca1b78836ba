"""The log for programs: a JSON object a line, through rotations, with codes and no people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from digitize.errors import EnvironmentProblem, Fact
from digitize.model import Problem, Stage
from digitize.pipeline.json_log import Level, open_log
from digitize.pipeline.observer import Logged, Several
from digitize.times import now


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_what_happens_to_a_dossier_is_told_by_codes_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with open_log(path, now, "run") as log:
        observer = Several([Logged(log)])
        observer.taken_in(1)
        observer.planned(2)
        observer.page_read("HS-1")
        observer.noted("HS-1", Problem("pages_below_quality", {"pages": "1", "dossier": "HS-1"}))
        facts: dict[str, Fact] = {"file": "a.tif", "detail": "Nguyễn Văn A\nmáy"}
        observer.problem("HS-1", Problem("unexpected", facts))
        observer.moved("HS-1", Stage.QUARANTINED)
        observer.problem("HS-2", Problem("dossier_in_motion", {"name": "HS-2"}))
    told = lines(path)
    happened = ["taken_in", "planned", "page_read", "noted", "problem", "moved", "problem"]
    assert [one["event"] for one in told] == happened
    assert all(one["command"] == "run" and one["time"].endswith("+07:00") for one in told)
    # What is being scanned just now is nothing that went wrong.
    assert [one["level"] for one in told] == ["info"] * 4 + ["warning"] * 2 + ["info"]
    assert (told[4]["code"], told[4]["file"], told[4]["dossier"]) == ("unexpected", "a.tif", "HS-1")
    assert told[5]["stage"] == "quarantined"
    assert told[5]["seconds"] >= 0
    assert "Nguyễn" not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_log_that_was_moved_away_is_begun_anew_and_an_old_one_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with open_log(path, now, "run") as log:
        log.write(Level.INFO, "one")
        path.rename(tmp_path / "log.1")
        log.write(Level.INFO, "two")
        assert path.stat().st_mode & 0o777 == 0o640
    with open_log(path, now, "audit") as log:
        log.write(Level.INFO, "three")
    assert [one["event"] for one in lines(tmp_path / "log.1")] == ["one"]
    assert [one["event"] for one in lines(path)] == ["two", "three"]


def test_on_the_screen_a_quiet_call_tells_only_what_went_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with open_log(None, now, "run", quiet=True) as log:
        log.write(Level.INFO, "well")
        log.warning("problem", dossier="HS-1", file=None)
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = map(json.loads, told.err.splitlines())
    assert line["event"] == "problem"
    assert "file" not in line


def test_a_log_that_cannot_be_begun_is_an_error_and_a_full_disk_later_is_none(tmp_path: Path) -> None:
    with (
        pytest.raises(EnvironmentProblem, match="log_unwritable"),
        open_log(tmp_path / "no" / "log", now, "run"),
    ):
        pytest.fail("it was opened")
    full = Path("/dev/full")
    if full.exists():
        with open_log(full, now, "run") as log:
            log.write(Level.INFO, "lost")

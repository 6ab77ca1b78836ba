"""Verification as an auditor asks for it: details, reports, evidence, limits, an interrupt."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from digitize.cli.verification import moment_of
from digitize.errors import UsageProblem
from digitize.times import VIETNAM
from support.calls import together
from support.processes import group_members, nobody_left
from support.program import digitize, start
from support.terminal import terminal

PRESENT = dt.datetime(2026, 11, 21, 9, 5, 7, tzinfo=VIETNAM)


@pytest.fixture
def pdf(finished: Path, tmp_path: Path) -> Path:
    signed = next((finished / "archive").rglob("*.pdf"))
    return Path(shutil.copy(signed, tmp_path / "văn bản.pdf"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-20", "2026-11-20T23:59:59+07:00"),
        ("2026-11-21", "2026-11-21T09:05:07+07:00"),
        ("2026-11-21T08:00", "2026-11-21T08:00:00+07:00"),
        ("2026-11-21 08:00:30", "2026-11-21T08:00:30+07:00"),
        ("2026-11-21T01:00:00Z", "2026-11-21T08:00:00+07:00"),
        ("2026-11-21T01:00:00-01:00", "2026-11-21T09:00:00+07:00"),
        ("20261120", "2026-11-20T23:59:59+07:00"),
    ],
)
def test_a_time_is_what_a_person_means_by_it(text: str, meant: str) -> None:
    assert moment_of(text, PRESENT).isoformat() == meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-11-22", "time_in_future"),
        ("2026-11-21T09:05:08", "time_in_future"),
        ("2026-11-21T03:00Z", "time_in_future"),
        ("9999-12-31T23:59:59-12:00", "time_unreadable"),
        ("0001-01-01T00:00:00+14:00", "time_unreadable"),
        ("21/11/2026", "time_unreadable"),
        ("", "time_unreadable"),
    ],
)
def test_a_time_that_cannot_be_is_refused(text: str, code: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        moment_of(text, PRESENT)
    assert caught.value.code == code


def test_a_single_pdf_is_shown_with_its_facts_and_criteria(finished: Path, pdf: Path) -> None:
    anchor = ("--anchor", finished / "keys" / "ca.pem")
    alone, english, many, details = together(
        ("verify", pdf, *anchor),
        ("verify", pdf, *anchor, "--lang", "en"),
        ("verify", pdf, pdf, *anchor),
        ("verify", pdf, pdf, *anchor, "--details"),
    )
    for number, label in enumerate(("Thông tin cơ quan", "Thông tin chủ thể ký"), start=1):
        assert f"{number}. {label}" in alone.out
    assert "Chữ ký số hợp lệ" in alone.out
    assert "1.2 đạt" in alone.out
    assert "The signature is valid" in english.out
    assert "5. Integrity of the signed data:" in english.out
    assert "Thông tin chủ thể ký" not in many.out
    assert details.out.count("2. Thông tin chủ thể ký:") == 2
    assert max(map(len, alone.out.splitlines())) < 300


def test_a_signature_without_revocation_data_is_never_called_valid(pdf: Path) -> None:
    stranger = digitize("verify", pdf, XDG_CONFIG_HOME=str(pdf.parent))
    assert stranger.code == 1
    assert "CẢNH BÁO: chưa kiểm tra được chứng thư có bị thu hồi hay không" in stranger.out
    assert "Cách xử lý: Dùng --online" in stranger.out
    assert "Chữ ký số hợp lệ" not in stranger.out
    assert "HỢP LỆ" not in stranger.out


def test_every_report_is_written_once_and_agrees(finished: Path, tmp_path: Path) -> None:
    page, table, proof = tmp_path / "a" / "r.html", tmp_path / "r.csv", tmp_path / "proof"
    call = ("verify", finished / "archive", "-w", finished, "--html", page, "--csv", table)
    told, again = together((*call, "--evidence", proof, "--json"), call)
    assert told.code == 0, told.err
    document = told.json
    kept = json.loads((proof / "report.json").read_text("utf-8"))
    assert kept == document
    assert page.read_text("utf-8").count('<details class="item good" open>') == 3
    rows = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"))))
    assert len(rows) == 1 + sum(len(one["items"]) + 1 for one in document["items"])
    assert (again.code, again.out) == (2, "")
    assert f"Tệp {page} đã có" in again.err
    for signature in (one for item in document["items"] for one in item["signatures"]):
        assert next(one["number"] for one in signature["criteria"]) == "1.1"
        for piece in signature["evidence"]:
            assert (proof / piece["file"]).is_file()


def test_a_report_that_cannot_be_written_is_told_before_the_work(pdf: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "văn bản.pdf" / "r.html"
    refused = digitize("verify", pdf, "--html", nowhere)
    assert (refused.code, refused.out) == (3, "")
    assert not (tmp_path / "r.html").exists()


def test_a_file_that_takes_too_long_is_unreadable_and_told_why(finished: Path, pdf: Path) -> None:
    anchor = ("--anchor", finished / "keys" / "ca.pem")
    slow = digitize("verify", pdf, *anchor, "--seconds", "0.1", "--json")
    # The machine may be fast enough; if it is not, the reason is told.
    (item,) = slow.json["items"]
    assert item["verdict"] in ("VALID", "UNREADABLE")
    if item["verdict"] == "UNREADABLE":
        assert [note["code"] for note in item["notes"]] == ["audit_too_slow"]


def test_the_network_is_not_used_unless_asked(pdf: Path) -> None:
    offline, online = together(
        ("verify", pdf, "--json"), ("verify", pdf, "--online", "--json"), XDG_CONFIG_HOME=str(pdf.parent)
    )
    assert offline.json["online"] is False
    assert online.json["online"] is True


def test_many_files_are_verified_by_several_workers_in_order(finished: Path, tmp_path: Path) -> None:
    signed = next((finished / "archive").rglob("*.pdf"))
    folder = tmp_path / "kho"
    folder.mkdir()
    for number in range(12):
        shutil.copy(signed, folder / f"{number:02}.pdf")
    (folder / "05.pdf").write_bytes(b"%PDF-1.7 broken")
    call = ("verify", folder, "--anchor", finished / "keys" / "ca.pem", "--json")
    one, three = together((*call, "--jobs", "1"), (*call, "--jobs", "3"))
    for told in (one, three):
        assert told.code == 1
        assert [Path(item["path"]).name for item in told.json["items"]] == [
            f"{number:02}.pdf" for number in range(12)
        ]
        assert told.json["summary"] == {"UNREADABLE": 1, "VALID": 11}


def test_an_interrupt_ends_everything_without_a_trace(finished: Path, tmp_path: Path) -> None:
    signed = next((finished / "archive").rglob("*.pdf"))
    folder = tmp_path / "kho"
    folder.mkdir()
    shutil.copy(signed, folder / "a.pdf")
    for number in range(3000):
        os.link(folder / "a.pdf", folder / f"{number}.pdf")
    process = start("verify", folder, "--evidence", tmp_path / "proof", "--json")
    end = time.monotonic() + 60
    while len(group_members(process.pid)) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert nobody_left(process.pid)
    assert [path.name for path in tmp_path.iterdir()] == ["kho"]


def test_a_bar_is_seen_in_a_terminal_alone(finished: Path, tmp_path: Path) -> None:
    archive = finished / "archive"
    with terminal("verify", archive, "-w", finished) as screen:
        assert screen.end() == 0
        assert "Kiểm tra " in screen.plain
        assert "3/3" in screen.plain
    piped, quiet = together(
        ("verify", archive, "-w", finished), ("verify", archive, "-w", finished, "--quiet"), cwd=tmp_path
    )
    assert piped.err == ""
    assert (quiet.out, quiet.err) == ("", "")

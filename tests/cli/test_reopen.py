"""Reopening, withdrawing and retention as a clerk calls them, and what is told of generations."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from support.calls import together
from support.offices import ledger_of, packages
from support.program import Outcome


@pytest.fixture(scope="module")
def told(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What the commands say, one after the other, in one workspace."""
    root = Path(shutil.copytree(finished, tmp_path_factory.mktemp("reopened") / "finished"))
    with ledger_of(root) as ledger:
        records = ledger.dossiers()
    packaged = [record.id for record in records if record.package]
    in_review = next(record.id for record in records if not record.package)
    corrected, withdrawn, broken = packaged[:3]
    folder = next(record.package for record in records if record.id == broken)
    ead = root / "archive" / str(folder) / "metadata/descriptive/EAD.xml"
    dated = root / "archive" / str(next(r.package for r in records if r.id == corrected))
    text = (dated / "metadata/descriptive/EAD.xml").read_text("utf-8")
    there = ("-w", root)
    calls = {
        "no reason": ("reopen", corrected, *there),
        "empty reason": ("reopen", corrected, "--why", " ", *there),
        "empty reason to withdraw": ("withdraw", corrected, "--why", "", *there),
        "unknown": ("reopen", "HS-9", "--why", "x", *there),
        "in review": ("reopen", in_review, "--why", "x", *there),
        "reopen": ("reopen", corrected, "--why", "Sai ngày cấp", "--user", "Lan", *there),
        "withdraw": ("withdraw", withdrawn, "--why", "Quét nhầm", *there),
        "again": ("withdraw", withdrawn, "--why", "Quét nhầm", *there),
        "status": ("status", *there),
        "status json": ("status", "--json", *there),
        "show": ("show", corrected, *there),
        "show json": ("show", corrected, "--json", *there),
        "show withdrawn": ("show", withdrawn, *there),
        "bring back": ("reopen", withdrawn, "--why", "Không nhầm", *there),
        "retention": ("retention", *there),
        "retention json": ("retention", "--by", "2200-01-01", "--json", *there),
        "retention within": ("retention", "--within", "0", "--json", *there),
        "two ends": ("retention", "--by", "2200-01-01", "--within", "3", *there),
        "no day": ("retention", "--by", "tomorrow", *there),
    }
    text = text.replace("<maintenance>01<", "<maintenance>06<")
    text = re.sub("<endDate.*", "<endDate>2015</endDate>", text)
    (dated / "metadata/descriptive/EAD.xml").write_text(text)
    ead.write_text("<simpledc>")
    outcomes = dict(zip(calls, together(*calls.values()), strict=True))
    outcomes["codes"] = Outcome(0, json.dumps([corrected, withdrawn, broken]), str(len(packages(root))))
    return outcomes


def test_a_call_without_a_reason_or_a_dossier_that_fits_is_refused(told: dict[str, Outcome]) -> None:
    assert told["no reason"].code == 2
    for name in ("empty reason", "empty reason to withdraw"):
        assert told[name].code == 2
        assert "Chưa ghi lý do" in told[name].err
    assert (told["unknown"].code, told["in review"].code, told["again"].code) == (2, 1, 1)
    assert "chưa đóng gói" in told["in review"].err
    assert "đã rút rồi" in told["again"].err


def test_what_was_done_and_what_comes_next_is_told(told: dict[str, Outcome]) -> None:
    corrected, withdrawn, _ = told["codes"].json
    assert (told["reopen"].code, told["reopen"].out) == (0, "")
    assert f"{corrected}: đã mở lại" in told["reopen"].err
    assert "digitize review" in told["reopen"].err
    assert told["withdraw"].code == 0
    assert f"{withdrawn}: đã rút" in told["withdraw"].err
    assert "Gói đã ký vẫn ở trong kho" in told["withdraw"].err
    assert told["bring back"].code == 0
    assert "Trạng thái: đã ký, đóng gói" in told["bring back"].err


def test_status_and_show_tell_of_generations_and_reasons(told: dict[str, Outcome]) -> None:
    corrected, withdrawn, _ = told["codes"].json
    lines = told["status"].out.splitlines()
    assert any(corrected in line and "đã mở lại: Sai ngày cấp" in line for line in lines)
    assert any(withdrawn in line and "đã rút" in line and "Quét nhầm" in line for line in lines)
    by_id = {one["id"]: one for one in told["status json"].json["dossiers"]}
    one = by_id[corrected]
    assert one["replaces"] == one["package"]
    assert (one["generation"], one["record_status"], one["why"]) == (1, "REPLACEMENT", "Sai ngày cấp")
    assert by_id[withdrawn]["stage"] == "withdrawn"
    detail = told["show json"].json
    (generation,) = detail["generations"]
    assert generation["package"] == one["package"]
    assert (generation["number"], generation["superseded"], generation["record_status"]) == (1, False, "NEW")
    event = detail["events"][-1]
    assert (event["kind"], event["who"], event["detail"]["why"]) == ("reopened", "Lan", "Sai ngày cấp")
    assert "Đang làm gói thay thế cho" in told["show"].out
    assert "Lý do rút: Quét nhầm" in told["show withdrawn"].out


def test_what_reaches_the_end_of_its_retention_is_listed_and_nothing_is_deleted(
    told: dict[str, Outcome],
) -> None:
    corrected, _, broken = told["codes"].json
    # One cannot be read: the others are listed all the same.
    assert told["retention"].code == 1
    assert broken in told["retention"].err
    assert corrected in told["retention"].out
    assert "31/12/2025" in told["retention"].out
    assert "không xóa" in told["retention"].out
    found = told["retention json"].json
    assert [(one["id"], one["ends"], one["closed"]) for one in found["dossiers"]] == [
        (corrected, "2025-12-31", "2015")
    ]
    assert found["summary"] == {"due": 1, "undated": 0, "later": 0, "for_ever": 1}
    assert list(found["problems"]) == [broken]
    assert told["retention within"].json["dossiers"] == found["dossiers"]
    assert (told["two ends"].code, told["no day"].code) == (2, 2)
    assert told["codes"].err == "3"

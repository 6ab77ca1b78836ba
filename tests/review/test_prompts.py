"""Review in a terminal: every answer is kept, none is lost, none is taken that does not fit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digitize.cli.documents import field_name
from digitize.cli.session import Session
from digitize.forms.template_files import load_templates
from digitize.model import Language, Stage
from digitize.pipeline.findings import DoubtfulField
from digitize.review.desk import Desk
from digitize.times import now
from support.offices import ledger_of, stages
from support.program import Outcome, digitize
from support.terminal import CTRL_C, terminal

FIRST, SECOND = "000.00.01.H99-261118-0001", "000.00.01.H99-261118-0005"


@pytest.fixture
def root(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "demo"))


def waiting(root: Path) -> list[DoubtfulField]:
    with ledger_of(root) as ledger:
        return Desk(ledger, now, load_templates()).waiting()


def keys(fields: list[DoubtfulField]) -> list[tuple[str, str]]:
    return [(one.dossier, one.key) for one in fields]


def decisions(root: Path) -> list[tuple[str, str, str]]:
    with ledger_of(root) as ledger:
        rows = ledger.rows("SELECT * FROM decision ORDER BY at, rowid")
        assert ledger.rows("SELECT * FROM lease") == []
        return [(row["key"], row["value"], row["who"]) for row in rows]


def review(root: Path, *answers: str, user: str = "Lan") -> Outcome:
    typed = "".join(f"{answer}\n" for answer in answers)
    return digitize("review", "--terminal", "-w", root, "--user", user, stdin=typed)


def test_the_list_tells_every_field_and_changes_nothing(root: Path) -> None:
    told = digitize("review", "--list", "-w", root)
    assert (told.code, told.err) == (0, "")
    fields = waiting(root)
    session = Session(Language.VI)
    lines = told.out.splitlines()
    assert lines[-1] == f"Số trường chờ xác nhận: {len(fields)}"
    for one, line in zip(fields, lines[1:-1], strict=True):
        assert line.startswith(one.dossier)
        assert field_name(session, one.form, one.key, load_templates()) in line
    english = digitize("review", "--list", "-w", root, "--lang", "en").out
    assert f"Fields that wait for a person: {len(fields)}" in english
    assert decisions(root) == []


def test_without_a_terminal_nothing_is_asked(root: Path) -> None:
    told = digitize("review", "-w", root, stdin="\n\n")
    assert (told.code, told.out) == (2, "")
    assert "--list" in told.err
    assert decisions(root) == []


def test_accept_skip_and_stop_and_go_on_where_it_was_left(root: Path) -> None:
    before = ["-"] * len([one for one in waiting(root) if one.dossier == FIRST])
    fields = [one for one in waiting(root) if one.dossier == SECOND]
    first = review(root, *before, "", "-", "!", "q")
    assert (first.code, first.out) == (0, "")
    assert [(key, who) for key, _, who in decisions(root)] == [
        (fields[0].key, "Lan"),
        (fields[2].key, "Lan"),
    ]
    assert decisions(root)[1][1] == "null"
    left = [fields[1], *fields[3:]]
    assert keys([one for one in waiting(root) if one.dossier == SECOND]) == keys(left)
    assert stages(root)[SECOND] is Stage.IN_REVIEW
    second = review(root, *before, *[""] * len(left), "q", user="Minh")
    assert f"{SECOND}: đã xác nhận xong" in second.err
    assert stages(root)[SECOND] is Stage.APPROVED
    assert {who for _, _, who in decisions(root)[2:]} == {"Minh"}
    shown = digitize("show", SECOND, "-w", root, "--json").json
    assert shown["doubtful_fields"] == 0
    text = digitize("show", SECOND, "-w", root)
    assert text.code == 0
    assert f"Minh  Xác nhận trường {fields[1].key} của tài liệu " in text.out
    told = [event["who"] for event in shown["events"] if event["kind"].startswith("field_")]
    assert told == ["Lan", "Lan", *["Minh"] * len(left)]


def test_an_answer_of_the_wrong_format_is_asked_again(root: Path) -> None:
    fields = [one for one in waiting(root) if one.dossier == SECOND]
    place = [one.key for one in fields].index("child_dob")
    skipped = len([one for one in waiting(root) if one.dossier == FIRST])
    told = review(root, *["-"] * (skipped + place), "32/13/2026", "hôm kia", "15/01/2026", "q")
    assert told.code == 0
    assert told.err.count("Câu trả lời không hợp với kiểu dữ liệu") == 2
    assert decisions(root) == [("child_dob", '"2026-01-15"', "Lan")]
    documents = digitize("show", SECOND, "-w", root, "--json").json["documents"]
    value = documents[0]["fields"]["child_dob"]
    assert (value["value"], value["source"], value["needs_review"]) == ("2026-01-15", "human", False)
    assert value["raw"] == fields[place].reading.raw, "what was read stays known"


def test_what_was_reviewed_is_packaged_by_the_next_run(root: Path) -> None:
    told = review(root, *[""] * len(waiting(root)))
    assert told.code == 0
    assert set(stages(root).values()) == {Stage.APPROVED, Stage.PACKAGED}
    again = review(root)
    assert (again.code, again.out) == (0, "")
    assert "Không có hồ sơ nào chờ xác nhận." in again.err
    ran = digitize("run", "-w", root, "--json")
    assert ran.code == 0
    assert ran.json["summary"] == {"packaged": 5}
    assert ran.json["pages_read"] == 0
    assert digitize("verify", root / "archive", "-w", root, "--json").json["summary"] == {"VALID": 5}


def test_ctrl_c_and_the_end_of_input_lose_nothing(root: Path) -> None:
    fields = waiting(root)
    with terminal("review", "-w", root, "--user", "Lan") as screen:
        screen.wait_for("Trả lời:")
        screen.press("\n")
        screen.wait_for("Trả lời:")
        screen.press("nửa chừng" + CTRL_C)
        assert screen.end() == 130
        assert "Không mất gì" in screen.plain
    assert [key for key, _, _ in decisions(root)] == [fields[0].key]
    ended = review(root, "")
    assert ended.code == 130
    assert [key for key, _, _ in decisions(root)] == [one.key for one in fields[:2]]
    assert keys(waiting(root)) == keys(fields[2:])


def test_a_dossier_that_somebody_else_holds_is_left_to_them(root: Path) -> None:
    with ledger_of(root, "Minh") as ledger:
        desk = Desk(ledger, now, load_templates())
        with desk.holding(FIRST):
            told = review(root, "")
            rows = ledger.rows("SELECT dossier FROM decision")
    assert f"Minh đang làm việc với hồ sơ {FIRST}" in told.err
    assert [row["dossier"] for row in rows] == [SECOND]
    assert told.err.count(f"{SECOND} ·") >= 1
    assert f"{FIRST} ·" not in told.err

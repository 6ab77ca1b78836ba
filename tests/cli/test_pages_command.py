"""``digitize pages`` as a clerk calls it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digitize.model import Stage
from support.calls import together
from support.offices import ledger_of, stages
from support.program import Outcome, digitize
from support.watched import Watched

DOSSIER, OTHER = "000.00.01.H99-261118-0001", "000.00.01.H99-261118-0005"


@pytest.fixture(scope="module")
def told(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What the command says, call after call, in one workspace."""
    root = Path(shutil.copytree(finished, tmp_path_factory.mktemp("pages") / "finished"))
    there = ("-w", root)
    calls = {
        "table": ("pages", DOSSIER, *there),
        "english": ("pages", DOSSIER, "--lang", "en", *there),
        "nonsense": ("pages", DOSSIER, "--turn", "2-90", *there),
        "no number": ("pages", DOSSIER, "--form", "birth_registration", *there),
        "no reason": ("pages", DOSSIER, "--scan-again", "1", *there),
        "no page": ("pages", DOSSIER, "--exclude", "7", *there),
        "no dossier": ("pages", "HS-404", *there),
        "all of it": ("pages", OTHER, "--exclude", "1", *there),
        "marked": ("pages", DOSSIER, "--scan-again", "2", "--why", "Mất góc", "--user", "Lan", *there),
        "show": ("show", DOSSIER, *there),
        "changed": ("pages", DOSSIER, "--exclude", "1", "--later", *there),
        "too early": ("pages", DOSSIER, "--include", "1", "--later", *there),
        "json": ("pages", DOSSIER, "--json", *there),
    }
    return dict(zip(calls, together(*calls.values()), strict=True))


def test_the_pages_of_a_dossier_are_a_table(told: dict[str, Outcome]) -> None:
    lines = told["table"].out.splitlines()
    assert lines[0].split() == [
        "Trang",
        "Tệp",
        "Tài",
        "liệu",
        "số",
        "Loại",
        "giấy",
        "tờ",
        "Xoay",
        "Ghi",
        "chú",
    ]
    assert lines[1].split()[:4] == ["1", "giay-chung-sinh.jpg", "(1)", "1"]
    assert "Tờ khai đăng ký khai sinh" in lines[2]
    assert "Kind of paper" in told["english"].out


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        ("nonsense", 2, "--turn 2-90"),
        ("no number", 2, "--form birth_registration"),
        ("no reason", 2, "lý do"),
        ("no page", 2, "không có trang 7"),
        ("no dossier", 2, "HS-404"),
        ("all of it", 1, "withdraw"),
        ("too early", 1, "không chờ xác nhận"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do(
    told: dict[str, Outcome], call: str, code: int, words: str
) -> None:
    assert told[call].code == code
    assert words in told[call].err
    assert told[call].out == ""


def test_what_was_decided_is_told_with_what_comes_next(told: dict[str, Outcome]) -> None:
    marked = told["marked"]
    assert marked.code == 0, marked.err
    assert "phải quét lại: Mất góc" in marked.out
    assert "lưu đè đúng tên" in marked.out
    assert "phải quét lại: Mất góc" in told["show"].out
    changed = told["changed"]
    assert changed.code == 0, changed.err
    assert "Lượt digitize run tới" in changed.out
    found = told["json"].json
    assert (found["dossier"], found["stage"], found["done_again"]) == (DOSSIER, "recognised", None)
    first, second = found["pages"]
    assert (first["page"], first["role"], first["decided"]["excluded"]) == (1, "excluded", True)
    assert second["decided"]["scan_again"] == "Mất góc"


@pytest.mark.thorough
def test_a_decision_is_carried_out_at_once_or_by_the_watch_that_holds_the_workspace(
    finished: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(finished, tmp_path / "finished"))
    done = digitize("pages", DOSSIER, "--turn", "1:180", "--exclude", "2", "-w", root, "--json")
    assert done.code == 0, done.err
    first, second = done.json["pages"]
    assert (done.json["done_again"], done.json["stage"]) == (True, "in_review")
    assert (first["turned"], second["document"], second["role"]) == (180, None, "excluded")
    with Watched(root) as watch:
        assert watch.hear() == "READY=1"
        busy = digitize("pages", DOSSIER, "--include", "2", "-w", root)
        assert busy.code == 0, busy.err
        assert "đang chạy sẽ làm lại" in busy.out
        watch.until(lambda: stages(root)[DOSSIER] is Stage.IN_REVIEW)
        code, err = watch.stop()
        assert code == 0, err
    with ledger_of(root) as ledger:
        assert len(ledger.rows("SELECT 1 FROM document WHERE dossier = ?", DOSSIER)) == 2

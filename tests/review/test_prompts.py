"""Review in a terminal: every answer is kept, none is lost, none is taken that does not fit."""

from __future__ import annotations

import re
import shutil
import stat
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from digitize.cli.documents import field_name
from digitize.cli.session import Session
from digitize.forms.template_files import load_templates
from digitize.model import Language, Stage
from digitize.pipeline.findings import DoubtfulField
from digitize.review.desk import Desk
from digitize.times import now
from support.filled import EACH, filled_workspace
from support.offices import ledger_of, stages
from support.program import Outcome, digitize
from support.terminal import CTRL_C, Terminal, terminal

CTRL_D, BACKSPACE = "\x04", "\x7f"
ASKED = "Trả lời:"


@pytest.fixture(scope="module")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_workspace(tmp_path_factory.mktemp("filled") / "office", EACH)


@pytest.fixture
def root(_filled: Path, tmp_path: Path) -> Path:
    """A dossier with five fields in doubt."""
    return Path(shutil.copytree(_filled, tmp_path / "office", symlinks=True))


@pytest.fixture(scope="module")
def _two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_workspace(tmp_path_factory.mktemp("two") / "office", 2 * EACH)


@pytest.fixture
def two(_two: Path, tmp_path: Path) -> Path:
    """Two such dossiers."""
    return Path(shutil.copytree(_two, tmp_path / "office", symlinks=True))


def waiting(root: Path) -> list[DoubtfulField]:
    with ledger_of(root) as ledger:
        return Desk(ledger, now, load_templates()).waiting()


def in_turn(root: Path, dossier: str) -> list[str]:
    """Keys of a dossier's fields, the most doubtful first."""
    passed: list[tuple[int, str]] = []
    with ledger_of(root) as ledger:
        desk = Desk(ledger, now, load_templates())
        while (one := desk.next_field("", dossier, passed)) is not None:
            passed.append((one.document, one.key))
        desk.let_go("", dossier)
    return [key for _, key in passed]


def decisions(root: Path) -> list[tuple[str, str, str]]:
    with ledger_of(root) as ledger:
        rows = ledger.rows("SELECT * FROM decision ORDER BY at, rowid")
        assert ledger.rows("SELECT * FROM lease") == []
        return [(row["key"], row["value"], row["who"]) for row in rows]


def asked(told: Outcome) -> list[str]:
    """The dossiers of the fields that were shown, in turn."""
    return re.findall(r"^(\S+) · .*$", told.err, re.MULTILINE)


def review(root: Path, *answers: str, user: str = "Lan", pictures: str = "none") -> Outcome:
    typed = "".join(f"{answer}\n" for answer in answers)
    call = ("review", "--terminal", "-w", root, "--user", user, "--pictures", pictures)
    return digitize(*call, stdin=typed)


def until(root: Path, key: str) -> list[str]:
    """Answers that put off what is asked before a field of the first dossier."""
    return ["-"] * in_turn(root, "HS-00001").index(key)


def open_review(root: Path, *more: str, **extra: str) -> AbstractContextManager[Terminal]:
    return terminal(
        "review", "--terminal", "-w", root, "--user", "Lan", *more, columns=100, cwd=None, **extra
    )


def answer(screen: Terminal, keys: str) -> None:
    screen.wait_for(ASKED)
    screen.press(keys)


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


def test_the_most_doubtful_comes_first_and_every_key_does_what_the_screen_says(root: Path) -> None:
    order = in_turn(root, "HS-00001")
    told = review(root, "", "-", "!", "<", "!", "?", "q")
    assert (told.code, told.out) == (0, "")
    assert told.err.startswith("Chờ xác nhận: 5 trường trong 1 hồ sơ")
    kept = {key: value for key, value, _ in decisions(root)}
    # The third was called unreadable, taken back, and called so again.
    assert set(kept) == {order[0], order[2]}
    assert kept[order[2]] == "null"
    told_keys = told.err.replace("\u00a0", " ")
    for words in ("Enter: đúng", "! không đọc được", "- để sau", "< quay lại", "> hồ sơ sau", "q dừng"):
        assert words in told_keys
    assert stages(root)["HS-00001"] is Stage.IN_REVIEW
    done = review(root, *["-"] * 3)
    assert done.code == 0
    assert "HS-00001: còn 3 trường để sau." in done.err


def test_dossiers_follow_each_other_by_their_most_doubtful_field(two: Path) -> None:
    with ledger_of(two) as ledger:
        desk = Desk(ledger, now, load_templates())
        first = desk.take("")
        assert first is not None
        second = desk.take("", passed={first})
        desk.let_go("", str(second))
    told = review(two, ">", ">")
    assert asked(told) == [first, second]
    assert told.err.rstrip().endswith("Bước tiếp: digitize run, rồi digitize sign")
    assert "Mỗi câu trả lời được ghi ngay" in told.err
    assert decisions(two) == []


def test_back_asks_again_what_was_answered_last(root: Path) -> None:
    order = in_turn(root, "HS-00001")
    told = review(root, "!", "<", "", "q")
    assert told.code == 0
    ((key, value, _),) = decisions(root)
    assert key == order[0]
    assert value != "null"
    # In a dossier what was answered in an earlier call can be asked again, too; then nothing is left.
    first = review(root, "<", "<", "q")
    assert "Không còn trường nào phía trước" in first.err


def test_what_one_has_settled_is_typed_again_by_another_who_sees_nothing_of_it(root: Path) -> None:
    own = 'extends = "demo"\nid = "own"\n[review]\nsecond_look = 1.0\n'
    (root / "own.toml").write_text(own, "utf-8")
    settings = root / "digitize.toml"
    settings.write_text(
        re.sub(r"(?m)^profile = .*$", 'profile = "own.toml"', settings.read_text("utf-8")), "utf-8"
    )
    told = review(root, *[""] * EACH)
    assert "trường chờ người khác, không phải Lan" in told.err
    shown = digitize("show", "HS-00001", "-w", root, "--json").json
    assert shown["doubtful_fields"] == 0
    nothing = review(root)
    assert (nothing.code, nothing.out) == (0, "")
    before = decisions(root)
    assert len(before) == EACH
    blind = review(root, "", "=", "=1", "q", user="Minh")
    assert blind.code == 0
    assert "Kiểm tra lần hai" in blind.err
    assert "Giá trị đọc được" not in blind.err
    assert "Enter: đúng" not in blind.err.replace("\u00a0", " ")
    assert blind.err.count("Gõ giá trị thấy trên giấy") == 2, "there is nothing to accept"
    assert decisions(root) == before


def test_reasons_other_readings_and_what_has_to_fit_are_told(root: Path) -> None:
    before = until(root, "mother_name")
    told = review(root, *before, "=1", "", "q")
    shown = told.err.partition(": Họ tên mẹ\n")[2]
    assert "Giá trị đọc được: LÒ THỊ DƯỜNG" in shown
    assert "Nghi ngờ vì: hai lần đọc khác nhau (lần kia: LÒ THỊ DƯỠNG)" in shown
    assert "=1: LÒ THỊ DƯỠNG (" in shown
    assert re.search(r"Phải khớp với Họ tên \(Thẻ căn cước.*\): LÒ THỊ DƯỠNG", shown)
    assert decisions(root) == [("mother_name", '"LÒ THỊ DƯỠNG"', "Lan")]
    other = review(root, "=9", "=x", "q")
    assert other.err.count("cách đọc khác; ") == 2


def test_a_value_that_cannot_be_typed_as_it_is_shown_can_be_taken_by_its_number(root: Path) -> None:
    review(root, *until(root, "mother_iddoc"), "=1", "q")
    ((key, value, _),) = decisions(root)
    assert key == "mother_iddoc"
    assert "001195000123" in value


def test_what_does_not_fit_is_refused_and_what_is_unusual_is_asked_once_more(root: Path) -> None:
    before = until(root, "child_dob")
    told = review(root, *before, "32/13/2026", "hôm kia", "15/01/2026", "q")
    assert told.code == 0
    assert told.err.count("Lỗi: Câu trả lời không hợp với kiểu dữ liệu") == 2
    assert told.err.count("Cách xử lý: ") >= 2
    assert decisions(root) == [("child_dob", '"2026-01-15"', "Lan")]
    before = until(root, "mother_name")
    unusual = review(root, *before, "LÒ THỊ DƯƠNG", "LÒ THỊ DƯỠNG", "", "q")
    assert "CẢNH BÁO: LÒ THỊ DƯƠNG: khác với thẻ căn cước trong hồ sơ (LÒ THỊ DƯỠNG)" in unusual.err
    assert "tên ít gặp: DƯỠNG" in unusual.err
    assert ("mother_name", '"LÒ THỊ DƯỠNG"', "Lan") in decisions(root)
    insisted = review(root, *until(root, "child_name"), "TRẦN MINH MẪUx", "", "q")
    assert "Enter nếu đúng như trên giấy" in insisted.err
    assert ("child_name", '"TRẦN MINH MẪUx"', "Lan") in decisions(root)


def test_ctrl_c_and_ctrl_d_lose_nothing_and_leave_no_picture(root: Path) -> None:
    order = in_turn(root, "HS-00001")
    with open_review(root) as screen:
        answer(screen, "\n")
        screen.wait_for("Ảnh:")
        answer(screen, "nửa chừng" + CTRL_C)
        assert screen.end() == 130
        assert "Đã dừng theo yêu cầu. Không mất gì" in screen.plain
    assert [key for key, _, _ in decisions(root)] == order[:1]
    with open_review(root) as screen:
        answer(screen, "\n")
        screen.wait_for("Ảnh:")
        screen.wait_for(ASKED)
        (folder,) = (root / "work").glob(".review-*")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        shown = [Path(path) for path in re.findall(r"Ảnh:\s+(\S+\.jpg)", screen.plain)]
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert shown[-1].read_bytes()[:2] == b"\xff\xd8"
        screen.press(CTRL_D)
        assert screen.end() == 130
        assert "Không mất gì" in screen.plain
    assert sorted(key for key, _, _ in decisions(root)) == sorted(order[:2])
    assert list((root / "work").glob(".review-*")) == []
    ended = review(root, "", pictures="path")
    assert ended.code == 130
    assert list((root / "work").glob(".review-*")) == []


def test_letters_are_changed_in_the_line_and_marks_belong_to_their_letters(root: Path) -> None:
    before = until(root, "mother_name")
    with open_review(root, "--pictures", "none") as screen:
        for keys in before:
            answer(screen, f"{keys}\n")
        answer(screen, "=\n")
        screen.wait_for("Trả lời: LÒ THỊ DƯỜNG")
        # What an input method sends: it takes letters back and puts the one with its marks there.
        screen.press(BACKSPACE * 3 + "ỠNG\n")
        screen.wait_for("hoặc gõ lại:")
        screen.press("\n")
        assert screen.end() == 0
    assert decisions(root) == [("mother_name", '"LÒ THỊ DƯỠNG"', "Lan")]


@pytest.mark.parametrize(
    ("variables", "mode", "sign"),
    [
        ({"TERM": "xterm-kitty"}, "auto", "\x1b_G"),
        ({"TERM": "foot"}, "auto", "\x1bP"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "inline", "▀"),
        ({"TERM": "xterm-256color"}, "auto", "Ảnh: /"),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, "auto", "Ảnh: /"),
        ({"TERM": "dumb"}, "inline", "Ảnh: /"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "inline", "Ảnh: /"),
        ({"TERM": "xterm-kitty"}, "path", "Ảnh: /"),
    ],
)
def test_a_picture_is_shown_where_the_terminal_can_and_no_terminal_is_asked(
    variables: dict[str, str], mode: str, sign: str, root: Path
) -> None:
    with open_review(root, "--pictures", mode, **variables) as screen:
        answer(screen, "q\n")
        assert screen.end() == 0
        signs = {"\x1b_G", "\x1bP", "▀", "Ảnh: /"}
        assert {one for one in signs if one in " ".join(screen.screen.split())} == {sign}
        assert not re.search(r"\x1b\[(\?|>)?(c|1[468]t)|a=q", screen.screen), "a question to the terminal"


def test_a_dossier_that_somebody_else_holds_is_left_to_them(two: Path) -> None:
    with ledger_of(two, "Minh") as ledger:
        desk = Desk(ledger, now, load_templates())
        with desk.holding("HS-00001"):
            told = review(two, "", ">", pictures="path")
            rows = ledger.rows("SELECT dossier FROM decision")
    assert [row["dossier"] for row in rows] == ["HS-00002"]
    assert set(asked(told)) == {"HS-00002"}
    assert "Người khác đang làm 1 hồ sơ." in told.err


@pytest.mark.thorough
def test_what_was_reviewed_is_packaged_by_the_next_run(finished: Path, tmp_path: Path) -> None:
    demo = Path(shutil.copytree(finished, tmp_path / "demo"))
    answers = ["" if one.reading.value is not None else "!" for one in waiting(demo)]
    told = review(demo, *answers, *["!"] * len(answers))
    assert told.code == 0
    assert set(stages(demo).values()) == {Stage.APPROVED, Stage.PACKAGED}
    ran = digitize("run", "-w", demo, "--json")
    assert ran.code == 0
    assert ran.json["summary"] == {"packaged": 5}
    assert ran.json["pages_read"] == 0
    assert digitize("verify", demo / "archive", "-w", demo, "--json").json["summary"] == {"VALID": 5}

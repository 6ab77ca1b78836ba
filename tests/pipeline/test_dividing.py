"""Stacks of paper that become dossiers, with real sheets, real scans and real runs."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitize.errors import ItemProblem
from digitize.files import fixity
from digitize.model import Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import notices, open_questions
from digitize.pipeline.records import PageRole
from digitize.pipeline.reopening import Reopening
from digitize.pipeline.sheet_values import set_sheet_values
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.times import now
from support.calls import together
from support.dividing import codes_noticed, frames, run, stack
from support.offices import ledger_of, packages, small_scan, stages
from support.program import digitize
from support.stacks import PAPER, Scan, empty_page, paper, provincial_paper, write_stack
from support.watched import Watched


def test_a_file_with_separator_sheets_becomes_dossiers(office: Path, sheet: dict[str, Scan]) -> None:
    scans = [sheet["HS-A"], paper("Giấy A một"), paper("Giấy A hai"), sheet["HS-B"], paper("Giấy B")]
    stack(office, "chong-1.tif", scans)
    run(office)
    assert stages(office) == {
        "chong-1": Stage.DIVIDED,
        "HS-A": Stage.PACKAGED,
        "HS-B": Stage.PACKAGED,
    }
    with ledger_of(office) as ledger:
        assert frames(ledger, "HS-A") == [("chong-1.tif", 1), ("chong-1.tif", 2)]
        assert frames(ledger, "HS-B") == [("chong-1.tif", 4)]
        kept = ledger.pages("chong-1")
        assert [(page.frame, page.role) for page in kept] == [
            (0, PageRole.SEPARATOR),
            (3, PageRole.SEPARATOR),
        ]
        assert ledger.dossier("HS-A").stack == "chong-1"  # type: ignore[union-attr]
    originals = [office / "originals" / name / "chong-1.tif" for name in ("chong-1", "HS-A", "HS-B")]
    assert len({path.stat().st_ino for path in originals}) == 1
    assert len(packages(office)) == 2
    # Taken in once: nothing is new, and nothing is divided again.
    before = (office / "ledger.db").read_bytes()
    run(office)
    assert (office / "ledger.db").read_bytes() == before
    audited = digitize("audit", "-w", office)
    assert audited.code == 0, audited.out + audited.err
    status = digitize("status", "-w", office, "--json").json
    assert status["summary"] == {"packaged": 2}
    assert status["stacks"] == [{"id": "chong-1", "dossiers": 2}]
    shown = digitize("show", "chong-1", "-w", office).out
    assert "HS-A, HS-B" in shown
    assert "Tờ phân cách 2: chong-1.tif (tr. 4), mã HS-B" in shown
    told = digitize("show", "HS-B", "-w", office, "--json").json
    assert told["stack"] == "chong-1"
    assert [page["page"] for one in told["documents"] for page in one["pages"]] == [5]


def test_a_folder_of_files_is_a_stack_too_and_its_dossiers_have_whole_files(
    office: Path, sheet: dict[str, Scan]
) -> None:
    stack(office, "khay", [sheet["HS-A"], paper("Giấy A"), sheet["HS-B"], paper("Giấy B"), paper("B hai")])
    run(office)
    with ledger_of(office) as ledger:
        assert [one.name for one in ledger.originals("HS-B")] == ["004.jpg", "005.jpg"]
        assert [one.frames for one in ledger.originals("HS-B")] == [None, None]
    lines = (office / "originals" / "HS-B" / "SHA256SUMS").read_text("utf-8").splitlines()
    assert lines == [
        f"{fixity(office / 'originals' / 'HS-B' / n).sha256}  {n}" for n in ("004.jpg", "005.jpg")
    ]


def test_scanned_on_both_sides_the_backs_are_in_the_record_and_not_in_the_pdf(
    office: Path, sheet: dict[str, Scan]
) -> None:
    pages = [sheet["HS-A"], empty_page(), paper("Mặt trước"), empty_page(), paper("Tờ hai"), paper("mặt sau")]
    stack(office, "hai-mat.tif", pages)
    run(office)
    with ledger_of(office) as ledger:
        assert [page.role for page in ledger.pages("HS-A")] == ["scan", "back", "scan", "scan"]
        assert [page.frame for page in ledger.pages("hai-mat")] == [0, 1]
    told = digitize("show", "HS-A", "-w", office, "--json").json
    assert [page["page"] for one in told["documents"] for page in one["pages"]] == [3, 5, 6]
    assert "(mặt sau trắng)" in digitize("show", "HS-A", "-w", office).out


@pytest.mark.thorough
def test_a_file_that_bears_the_code_of_its_only_sheet_stays_one_record(
    office: Path, sheet: dict[str, Scan]
) -> None:
    stack(office, "HS-A.tif", [sheet["HS-A"], paper("Giấy A")])
    run(office)
    assert stages(office) == {"HS-A": Stage.PACKAGED}
    with ledger_of(office) as ledger:
        assert [page.role for page in ledger.pages("HS-A")] == ["separator", "scan"]
    told = digitize("show", "HS-A", "-w", office, "--json").json
    assert [page["page"] for one in told["documents"] for page in one["pages"]] == [2]


def test_what_is_in_doubt_waits_for_a_person_and_is_let_through_by_one(
    office: Path, sheet: dict[str, Scan]
) -> None:
    stack(office, "a-truoc.tif", [paper("Không có tờ phân cách"), sheet["HS-A"], paper("Giấy A")])
    stack(office, "b-sau.tif", [sheet["HS-A"], paper("Giấy khác"), sheet["HS-B"], paper("Giấy B")])
    run(office)
    assert stages(office) == {
        "a-truoc": Stage.DIVIDED,
        "b-sau": Stage.DIVIDED,
        "a-truoc-1": Stage.IN_REVIEW,
        # The one that was taken in first keeps the code.
        "HS-A": Stage.PACKAGED,
        "HS-A-2": Stage.IN_REVIEW,
        "HS-B": Stage.PACKAGED,
    }
    assert codes_noticed(office, "a-truoc-1") == ["pages_before_separator"]
    assert codes_noticed(office, "HS-A-2") == ["separator_doubled"]
    listed = digitize("review", "--list", "-w", office).out
    assert "HS-A-2" in listed
    workspace = Workspace.open(office)
    with closing(Ledger(workspace.ledger, now, "Lan")) as ledger:
        desk = Desk(ledger, now, workspace.templates)
        assert not desk.let_through("HS-A-2")
        assert desk.let_through("HS-A-2", seen=True)
        assert open_questions(ledger, "HS-A-2") == []
        reopening = Reopening(workspace, ledger, now)
        for refused in (reopening.reopen, reopening.withdraw):
            with pytest.raises(ItemProblem) as told:
                refused("b-sau", "thử")
            assert told.value.code == "stack_is_divided"
    run(office)
    assert stages(office)["HS-A-2"] is Stage.PACKAGED
    assert stages(office)["a-truoc-1"] is Stage.IN_REVIEW


def test_codes_are_held_against_a_list(office: Path, sheet: dict[str, Scan], tmp_path: Path) -> None:
    listed = tmp_path / "ma.csv"
    listed.write_text("Mã hồ sơ\nHS-A\nHS-X\nHS-B\nHS-Z\n", "utf-8")
    settings = office / "digitize.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("look = true", f'look = true\ncodes = "{listed}"')
    )
    scans = [sheet["HS-A"], paper("A"), sheet["HS-B"], paper("B"), sheet["HS-C"], paper("C")]
    stack(office, "chong.tif", scans)
    run(office)
    assert codes_noticed(office, "HS-A") == ["separator_missed"]
    assert codes_noticed(office, "HS-B") == []
    assert codes_noticed(office, "HS-C") == ["separator_unlisted"]
    ran = digitize("run", "-w", office, "--lang", "en")
    assert "HS-X, HS-Z" in ran.err


@pytest.mark.thorough
def test_a_list_of_codes_that_cannot_be_read_stops_a_run_and_no_watch(office: Path, tmp_path: Path) -> None:
    listed = tmp_path / "ma.csv"
    settings = office / "digitize.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("look = true", f'look = true\ncodes = "{listed}"')
    )
    small_scan(office / "scans" / "HS-A.jpg")
    # Its share is not there yet; then somebody is just saving it.
    away = digitize("run", "-w", office, "--quiet", "--lang", "en")
    assert (away.code, str(listed) in away.err) == (3, True), away.err
    listed.write_text("Mã hồ sơ\n", "utf-8")
    empty, doctor, wrong = together(
        ("run", "-w", office, "--quiet", "--lang", "en"),
        ("doctor", "-w", office, "--json"),
        ("run", "-w", office, "--codes", tmp_path / "no.csv"),
    )
    assert (empty.code, wrong.code) == (3, 2)
    (check,) = [one for one in doctor.json["checks"] if one["name"] == "codes"]
    assert (check["state"], check["problem"]["code"]) == ("failure", "separator_list_empty")
    with Watched(office) as watch:
        assert watch.hear() == "READY=1"
        time.sleep(2)
        listed.write_text("Mã hồ sơ\nHS-A\n", "utf-8")
        watch.until(lambda: stages(office).get("HS-A") is Stage.PACKAGED)
        code, err = watch.stop()
    assert (code, err.count("next try")) == (0, 1), err


def test_a_stack_that_changes_after_it_was_divided_is_told_and_not_taken_in(
    office: Path, sheet: dict[str, Scan]
) -> None:
    stack(office, "khay", [sheet["HS-A"], paper("Giấy A")])
    run(office)
    paper("Trang đến sau").save(office / "scans" / "khay" / "003.jpg", dpi=(150, 150))
    run(office)
    with ledger_of(office) as ledger:
        record = ledger.dossier("khay")
        assert record is not None
        assert record.stage is Stage.DIVIDED
        assert record.problem is not None
        assert record.problem.code == "pages_of_divided"
        assert len(ledger.originals("khay")) == 2


@pytest.mark.thorough
def test_what_was_looked_through_is_not_looked_through_again(office: Path, sheet: dict[str, Scan]) -> None:
    stack(office, "khay", [sheet["HS-A"], paper("Giấy A")])
    run(office)
    with ledger_of(office) as ledger:
        rows = ledger.rows("SELECT signs FROM original WHERE dossier = 'khay' ORDER BY ordinal")
    assert "HS-A" in rows[0]["signs"]
    # The page behind a file's beginning may be a sheet's back; this one is none.
    assert rows[1]["signs"] == "[]"


@pytest.mark.thorough
def test_without_links_files_are_copied(
    office: Path, sheet: dict[str, Scan], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    stack(office, "chong.tif", [sheet["HS-A"], paper("A"), sheet["HS-B"], paper("B")])
    monkeypatch.setattr(os, "link", no_links)
    run(office)
    counted = Counter(stages(office).values())
    assert counted == {Stage.DIVIDED: 1, Stage.PACKAGED: 2}
    copies = [office / "originals" / name / "chong.tif" for name in ("chong", "HS-A", "HS-B")]
    assert len({path.stat().st_ino for path in copies}) == 3
    assert len({fixity(path) for path in copies}) == 1


LONG = ("Ủy ban nhân dân phường Sao Mai", "Danh sách niêm yết tại trụ sở cơ quan", "Tổ công tác số hóa")


def worn(page: Scan, seed: int) -> Scan:
    """The same sheet scanned once more: a little askew, elsewhere on the glass, with other grain."""
    turned = page.rotate(
        0.4 * seed, fillcolor=PAPER, translate=(3 * seed, 2), resample=Image.Resampling.BICUBIC
    )
    grain = np.random.default_rng(seed).normal(0, 2.0, (page.height, page.width, 1))
    return Image.fromarray((np.asarray(turned) + grain).clip(0, 255).astype(np.uint8))


def test_a_page_and_a_dossier_that_were_scanned_twice_are_told(office: Path) -> None:
    first, second = paper(*LONG, "Nguyễn Văn Bình"), paper(*LONG, "Trần Thị Hoa Mai")
    write_stack(office / "scans" / "A.tif", [first, second])
    run(office)
    # Somebody else's paper of the same kind, the whole dossier again, and one page twice in a dossier.
    write_stack(
        office / "scans" / "B.tif", [paper(*LONG, "Nguyễn Văn Cường"), paper("Trang khác hẳn", *LONG[:2])]
    )
    write_stack(office / "scans" / "C.tif", [worn(first, 1), worn(second, 2)])
    third = paper("Giấy xác nhận tình trạng hôn nhân", "của ông Lê Hữu Phước", "cấp tại phường Sao Mai")
    write_stack(office / "scans" / "D.tif", [third, worn(third, 2)])
    run(office)
    assert codes_noticed(office, "A") == []
    assert codes_noticed(office, "B") == []
    with ledger_of(office) as ledger:
        (told,) = notices(ledger, "C")
        assert (told.code, told.facts) == ("dossier_scanned_twice", {"other": "A", "pages": 2})
        (told,) = notices(ledger, "D")
        assert (told.code, told.facts) == ("page_scanned_twice", {"page": 2, "other": "D", "other_page": 1})
    # Told, and nothing held up or dropped.
    assert set(stages(office).values()) == {Stage.PACKAGED}


@pytest.mark.thorough
def test_a_file_that_was_taken_in_twice_is_told(office: Path) -> None:
    write_stack(office / "scans" / "A.tif", [paper("Một tờ giấy"), paper("Tờ thứ hai")])
    shutil.copy(office / "scans" / "A.tif", office / "scans" / "B.tif")
    run(office)
    with ledger_of(office) as ledger:
        assert notices(ledger, "A") == []
        assert [one.code for one in notices(ledger, "B")] == ["file_taken_twice"]
        assert notices(ledger, "B")[0].facts["other"] == "A"


def test_more_pages_than_are_written_on_a_list_are_asked_about(office: Path, sheet: dict[str, Scan]) -> None:
    with ledger_of(office) as ledger, ledger.transaction():
        set_sheet_values(ledger, "HS-A", {0: {"sheet_count": "1"}}, "bảng.xlsx")
        set_sheet_values(ledger, "HS-B", {0: {"sheet_count": "2"}}, "bảng.xlsx")
    one, two, three = (paper(f"Giấy tờ số {number} của hồ sơ") for number in (1, 2, 3))
    pages = [sheet["HS-A"], one, two, three, sheet["HS-B"], one, two]
    stack(office, "chong.tif", pages)
    run(office)
    assert codes_noticed(office, "HS-A") == ["pages_differ_from_cover"]
    assert codes_noticed(office, "HS-B") == []
    assert stages(office)["HS-A"] is Stage.IN_REVIEW
    assert stages(office)["HS-B"] is Stage.PACKAGED
    status = digitize("status", "-w", office, "--lang", "en", "--json").json
    (line,) = [one for one in status["dossiers"] if one["id"] == "HS-A"]
    assert line["problem"]["code"] == "pages_differ_from_cover"


@pytest.mark.thorough
def test_a_folder_with_the_code_of_a_cut_dossier_is_its_folder(office: Path, sheet: dict[str, Scan]) -> None:
    stack(office, "chong.tif", [sheet["HS-A"], paper("Giấy A"), sheet["HS-B"], paper("Giấy B")])
    run(office)
    (office / "scans" / "HS-A").mkdir()
    paper("Giấy bổ sung của A").save(office / "scans" / "HS-A" / "them.jpg", dpi=(150, 150))
    run(office)
    assert set(stages(office)) == {"chong", "HS-A", "HS-B"}
    with closing(Ledger(office / "ledger.db", now, "Lan")) as ledger:
        record = ledger.dossier("HS-A")
        assert record is not None
        assert record.problem is not None
        assert record.problem.code == "late_pages"
        Reopening(Workspace.open(office), ledger, now).reopen("HS-A", "Bổ sung", supplement=True)
    run(office)
    with ledger_of(office) as ledger:
        assert sorted(frames(ledger, "HS-A")) == [("chong.tif", 1), ("them.jpg", 0)]
    assert stages(office)["HS-A"] is Stage.PACKAGED


@pytest.mark.thorough
def test_a_scanner_may_give_each_stack_the_same_name(office: Path, sheet: dict[str, Scan]) -> None:
    stack(office, "scan.tif", [sheet["HS-A"], paper("Giấy A")])
    run(office)
    stack(office, "scan.tif", [sheet["HS-B"], paper("Giấy B của tập sau")])
    run(office)
    assert stages(office) == {
        "scan": Stage.DIVIDED,
        "HS-A": Stage.PACKAGED,
        "scan-2": Stage.DIVIDED,
        "HS-B": Stage.PACKAGED,
    }


@pytest.mark.thorough
def test_a_reopened_dossier_keeps_its_sheet_aside(office: Path, sheet: dict[str, Scan]) -> None:
    stack(office, "HS-A", [sheet["HS-A"], paper("Giấy A")])
    run(office)
    paper("Giấy đến sau").save(office / "scans" / "HS-A" / "003.jpg", dpi=(150, 150))
    with closing(Ledger(office / "ledger.db", now, "Lan")) as ledger:
        Reopening(Workspace.open(office), ledger, now).reopen("HS-A", "Bổ sung", supplement=True)
    run(office)
    with ledger_of(office) as ledger:
        assert [page.role for page in ledger.pages("HS-A")] == ["separator", "scan", "scan"]
        assert notices(ledger, "HS-A") == []
    assert stages(office)["HS-A"] is Stage.PACKAGED


ONE, TWO = "000.19.29.H99-230412-0001", "000.19.29.H99-230412-0002"


def test_codes_of_the_province_name_a_dossier_and_part_those_of_a_stack(office: Path) -> None:
    first, second = provincial_paper(ONE, "Tờ khai một"), provincial_paper(TWO, "Tờ khai hai")
    stack(office, "bo-1.tif", [first, paper("Giấy kèm theo"), second, paper("Giấy kèm tờ khai hai")])
    stack(office, "bo-2.tif", [paper("Giấy đầu"), provincial_paper(ONE.replace("0001", "0009"), "Tờ khai")])
    run(office)
    assert stages(office) == {
        "bo-1": Stage.DIVIDED,
        ONE: Stage.PACKAGED,
        TWO: Stage.PACKAGED,
        "bo-2": Stage.DIVIDED,
        ONE.replace("0001", "0009"): Stage.PACKAGED,
    }
    with ledger_of(office) as ledger:
        assert frames(ledger, TWO) == [("bo-1.tif", 2), ("bo-1.tif", 3)]
        assert len(frames(ledger, ONE.replace("0001", "0009"))) == 2
        assert ledger.pages("bo-1") == []
        (event,) = [event for event in ledger.events(ONE) if event.kind == "cut_from_stack"]
        assert event.detail["procedure"] == "1.001193"

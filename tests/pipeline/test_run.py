"""A run from the inbox to the archive, as a clerk or cron starts it."""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitize.fonts import Face
from digitize.model import Stage
from digitize.samples import letter
from support.offices import contents, ledger_of, leftovers, packages, small_scan, stages
from support.program import digitize


def run(office: Path, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
    ran = digitize("run", "-w", office, *arguments, "--json")
    assert ran.code == code, ran.err
    return dict(ran.json)


def test_every_kind_of_scan_becomes_a_signed_package(office: Path) -> None:
    scans = office / "scans"
    small_scan(scans / "HS-1" / "trang 2.jpg", "Trang thứ hai của hồ sơ")
    small_scan(scans / "HS-1" / "trang 10.png", "Trang thứ mười của hồ sơ")
    small_scan(scans / "HS-2.tif", pages=3)
    small_scan(scans / "HS-3.pdf", pages=2)
    result = run(office)
    assert result["summary"] == {"packaged": 3}
    assert {line["id"]: line["pages"] for line in result["dossiers"]} == {"HS-1": 2, "HS-2": 3, "HS-3": 2}
    assert result["pages_read"] == 7
    assert len(packages(office)) == 3
    verified = digitize("verify", "-w", office, office / "archive", "--json")
    assert verified.code == 0
    assert verified.json["summary"] == {"VALID": 3}
    assert leftovers(office) == []
    assert list((office / "work").iterdir()) == []


def test_files_stand_in_natural_order(office: Path) -> None:
    for name in ("trang 10.jpg", "trang 2.jpg", "Trang 1.jpg"):
        small_scan(office / "scans" / "HS" / name)
    run(office, "--until", "recognised")
    with ledger_of(office) as ledger:
        names = {o.ordinal: o.name for o in ledger.originals("HS")}
        pages = [names[page.original] for page in ledger.pages("HS")]
    assert pages == ["Trang 1.jpg", "trang 2.jpg", "trang 10.jpg"]
    run(office, "--until", "extracted")
    shown = digitize("show", "HS", "-w", office, "--json").json
    assert [page["file"] for document in shown["documents"] for page in document["pages"]] == pages


def test_a_second_run_finds_nothing_to_do(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    run(office)
    before = contents(office / "archive")
    again = run(office)
    assert again["pages_read"] == 0
    assert contents(office / "archive") == before


def test_scans_are_copied_once_and_never_changed(office: Path) -> None:
    scan = small_scan(office / "scans" / "HS" / "a.jpg")
    before, moment = scan.read_bytes(), scan.stat().st_mtime_ns
    run(office)
    assert scan.read_bytes() == before
    assert scan.stat().st_mtime_ns == moment
    original = office / "originals" / "HS" / "a.jpg"
    assert original.read_bytes() == before
    assert original.stat().st_mode & 0o222 == 0
    with ledger_of(office) as ledger:
        (record,) = ledger.originals("HS")
    assert f"{record.sha256}  a.jpg\n" == (office / "originals" / "HS" / "SHA256SUMS").read_text()


def test_new_files_are_not_readable_by_everybody(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    run(office)
    made = [office / name for name in ("originals", "archive", "work", "quarantine", "ledger.db")]
    for top in made:
        for path in [top, *top.rglob("*")]:
            assert path.stat().st_mode & 0o007 == 0, path


def test_a_bad_file_is_set_aside_with_its_reason_and_the_batch_goes_on(office: Path) -> None:
    scans = office / "scans"
    small_scan(scans / "tot.jpg")
    good = small_scan(scans / "hong" / "a.jpg")
    (scans / "hong" / "b.jpg").write_bytes(good.read_bytes()[:2000])
    result = run(office, code=1)
    assert result["summary"] == {"packaged": 1, "quarantined": 1}
    reason = json.loads((office / "quarantine" / "hong" / "REASON.json").read_text("utf-8"))
    assert reason["item"] == "hong"
    assert reason["file"] == "b.jpg"
    assert reason["why"]
    assert reason["what_to_do"]
    # What is known already is no failure of the next run.
    assert run(office)["summary"] == {"packaged": 1, "quarantined": 1}


@pytest.mark.thorough
@pytest.mark.parametrize("mark", ["MẬT", "TUYỆT MẬT"])
def test_a_mark_of_secrecy_stops_its_dossier_alone(office: Path, mark: str) -> None:
    sheet, _ = letter.draw_letter(Random(5), office="Ủy ban nhân dân phường Sao Mai", place="Sao Mai")
    sheet.write(30, 60, mark, face=Face.TIMES_BOLD, size=13)
    secret = office / "scans" / "mat.png"
    Image.fromarray(np.array(sheet.image)).save(secret, dpi=(sheet.dpi, sheet.dpi))
    small_scan(office / "scans" / "tot.jpg")
    assert run(office, code=1)["summary"] == {"packaged": 1, "quarantined": 1}
    reason = json.loads((office / "quarantine" / "mat" / "REASON.json").read_text("utf-8"))
    assert reason["code"] == "secret_paper"
    assert mark in reason["why"]
    assert secret.exists()


def test_a_mended_file_brings_its_dossier_out_of_quarantine(office: Path) -> None:
    scan = office / "scans" / "HS" / "a.jpg"
    small_scan(scan)
    whole = scan.read_bytes()
    scan.write_bytes(whole[:2000])
    run(office, code=1)
    scan.write_bytes(whole)
    os.utime(scan, (1, 1))
    assert run(office)["summary"] == {"packaged": 1}
    kept = [path.name for path in (office / "quarantine").iterdir()]
    assert len(kept) == 1
    assert kept[0].startswith("HS.released-")


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["thu.exe", "ghi chu"])
def test_a_stray_file_holds_its_dossier_back_until_it_is_gone(office: Path, name: str) -> None:
    small_scan(office / "scans" / "HS" / "a.jpg")
    stray = office / "scans" / "HS" / name
    stray.write_bytes(b"MZ what is this")
    assert run(office, code=1)["summary"] == {"quarantined": 1}
    stray.unlink()
    assert run(office)["summary"] == {"packaged": 1}


def test_links_and_pipes_in_the_inbox_are_refused(office: Path, tmp_path: Path) -> None:
    secret = small_scan(tmp_path / "secret.jpg")
    folder = office / "scans" / "HS"
    small_scan(folder / "a.jpg")
    (folder / "b.jpg").symlink_to(secret)
    os.mkfifo(office / "scans" / "ong.tif")
    (office / "scans" / "ngoai").symlink_to(tmp_path)
    result = run(office, code=1)
    assert result["summary"]["quarantined"] >= 2
    assert "packaged" not in result["summary"]
    copies = [
        path for path in (office / "originals").rglob("*") if path.is_file() and path.name != "SHA256SUMS"
    ]
    assert all(path.read_bytes() == (folder / "a.jpg").read_bytes() for path in copies)


@pytest.mark.thorough
def test_a_name_in_decomposed_form_is_the_same_dossier(office: Path) -> None:
    composed = "Hồ sơ khai sinh số 7"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    small_scan(office / "scans" / decomposed / unicodedata.normalize("NFD", "tờ khai.jpg"))
    run(office)
    assert list(stages(office)) == [composed]
    assert (office / "originals" / composed / "tờ khai.jpg").is_file()


@pytest.mark.thorough
def test_two_names_that_become_one_get_numbers_and_are_reported(office: Path) -> None:
    composed = "Hồ sơ 7"
    small_scan(office / "scans" / composed / "a.jpg")
    small_scan(office / "scans" / unicodedata.normalize("NFD", composed) / "a.jpg")
    result = run(office)
    assert sorted(stages(office)) == [composed, f"{composed}-2"]
    problems = {line["id"]: line["problem"] for line in result["dossiers"]}
    assert problems[composed] is None
    assert problems[f"{composed}-2"]["code"] == "code_clash"


@pytest.mark.thorough
def test_pages_that_come_after_packaging_are_told_and_not_slipped_in(office: Path) -> None:
    small_scan(office / "scans" / "HS" / "a.jpg")
    run(office)
    before = contents(office / "archive")
    small_scan(office / "scans" / "HS" / "b.jpg", "Tờ đến muộn")
    result = run(office)
    (line,) = result["dossiers"]
    assert line["stage"] == "packaged"
    assert line["problem"]["code"] == "late_pages"
    assert contents(office / "archive") == before


def test_a_scan_that_replaces_another_supersedes_it_and_both_are_kept(office: Path) -> None:
    scan = small_scan(office / "scans" / "HS" / "a.jpg", "Bản quét thứ nhất")
    first = scan.read_bytes()
    run(office, "--until", "recognised")
    small_scan(scan, "Bản quét thứ hai rõ hơn")
    os.utime(scan, (2, 2))
    run(office)
    kept = {p.read_bytes() for p in (office / "originals" / "HS").iterdir() if p.suffix == ".jpg"}
    assert kept == {first, scan.read_bytes()}
    with ledger_of(office) as ledger:
        rows = ledger.rows("SELECT superseded FROM original WHERE dossier = 'HS' ORDER BY ordinal")
        assert [row["superseded"] for row in rows] == [1, 0]
        assert len(ledger.pages("HS")) == 1


@pytest.mark.thorough
def test_blank_pages_are_marked_and_kept(office: Path) -> None:
    from PIL import Image

    small_scan(office / "scans" / "HS" / "a.jpg")
    Image.new("RGB", (900, 400), "white").save(office / "scans" / "HS" / "b.png", dpi=(200, 200))
    run(office)
    shown = digitize("show", "HS", "-w", office, "--json").json
    blank = [page["blank"] for document in shown["documents"] for page in document["pages"]]
    assert blank == [False, True]


@pytest.mark.thorough
def test_a_source_outside_the_workspace_is_one_dossier(office: Path, tmp_path: Path) -> None:
    small_scan(tmp_path / "USB" / "Tập 3" / "a.jpg")
    small_scan(tmp_path / "USB" / "Tập 3" / "b.jpg")
    result = run(office, tmp_path / "USB" / "Tập 3")
    assert [line["id"] for line in result["dossiers"]] == ["Tập 3"]
    assert result["summary"] == {"packaged": 1}


def test_until_stops_where_it_is_told_and_the_next_run_goes_on(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    assert run(office, "--until", "composed")["summary"] == {"composed": 1}
    assert packages(office) == []
    assert run(office)["summary"] == {"packaged": 1}


@pytest.mark.thorough
def test_derived_data_may_be_deleted_at_any_time(office: Path) -> None:
    small_scan(office / "scans" / "HS.tif", pages=2)
    run(office, "--until", "composed")
    shutil.rmtree(office / "work")
    assert run(office)["summary"] == {"packaged": 1}
    assert digitize("verify", "-w", office, office / "archive").code == 0


@pytest.mark.thorough
def test_a_signed_pdf_is_kept_untouched_beside_its_copy(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    run(office)
    (first,) = packages(office)
    # What the program has composed itself it does not take in: this one seems to come from elsewhere.
    composed = next(first.rglob("*.pdf")).read_bytes()
    signed = office / "scans" / "den.pdf"
    signed.write_bytes(re.sub(rb"([>('\"])digitize (?=0)", rb"\1somebody ", composed))
    run(office)
    (package,) = set(packages(office)) - {first}
    same = [path for path in package.rglob("*.pdf") if path.read_bytes() == signed.read_bytes()]
    others = [path for path in package.rglob("*.pdf") if path.read_bytes() != signed.read_bytes()]
    assert len(same) == 1
    assert len(others) == 1


@pytest.mark.thorough
def test_without_json_the_table_goes_to_standard_output_and_the_rest_to_standard_error(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    ran = digitize("run", "-w", office, "--lang", "vi")
    assert "HS" in ran.out
    assert "đã ký, đóng gói: 1" in ran.out
    assert "Hồ sơ mới nhận: 1" in ran.err
    assert "\x1b" not in ran.out + ran.err
    quiet = digitize("run", "-w", office, "--quiet")
    assert (quiet.out, quiet.err) == ("", "")


def test_stage_names_of_the_ledger_are_those_of_the_contract() -> None:
    assert [stage.value for stage in Stage] == [
        "received",
        "recognised",
        "extracted",
        "in_review",
        "approved",
        "composed",
        "packaged",
        "quarantined",
        "withdrawn",
        # Beside those of the contract: a stack that was cut into dossiers.
        "divided",
    ]

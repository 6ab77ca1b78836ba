"""Spreadsheets that others made: what stands there, and nothing that they would do."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from digitize.errors import ItemProblem, UsageProblem
from digitize.ingest.sheets import read_sheets


def book(path: Path, *rows: list[object]) -> Path:
    made = Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(path)
    return path


def refused(path: Path) -> str:
    with pytest.raises(ItemProblem) as caught:
        read_sheets(path)
    return caught.value.code


def test_cells_of_a_workbook_are_text(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["Tên", "Ngày", None],
        [],
        [" Lê  Thị\nMai ", dt.date(2025, 4, 3), 7.0, 1.5],
    )
    (sheet,) = read_sheets(path)
    assert sheet.rows == {1: ("Tên", "Ngày"), 3: ("Lê Thị Mai", "2025-04-03", "7", "1.5")}
    assert sheet.bad == ()


def test_a_formula_without_a_saved_result_is_told(tmp_path: Path) -> None:
    (sheet,) = read_sheets(book(tmp_path / "a.xlsx", ["Số tờ"], ["=1+1"]))
    assert [(bad.row, bad.column, bad.code) for bad in sheet.bad] == [(2, 1, "sheet_cell_formula")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_with_any_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    text = delimiter.join(["Mã", '"Tên, hoặc; khác"', "Ngày"]) + "\r\n" + delimiter.join(["1", "đ", "2"])
    path.write_text(text, encoding="utf-8-sig")
    (sheet,) = read_sheets(path)
    assert sheet.rows == {1: ("Mã", "Tên, hoặc; khác", "Ngày"), 2: ("1", "đ", "2")}


def test_what_is_no_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert refused(path) == "sheet_old_format"
    path.write_bytes("Mã,Tên\n1,Hà".encode("utf-16"))
    assert refused(path) == "sheet_encoding"
    path.write_bytes(b"a,b\n\0,1")
    assert refused(path) == "sheet_broken"
    path.write_bytes(b"PK\x03\x04 and no more")
    assert refused(path) == "sheet_broken"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refused(path) == "sheet_broken"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<not-closed")
    assert refused(path) == "sheet_broken"
    with pytest.raises(UsageProblem):
        read_sheets(tmp_path / "not there")


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(520):
                part.write(b" " * (1 << 20))
    assert path.stat().st_size < 2 << 20
    assert refused(path) == "sheet_too_large"


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    good = book(tmp_path / "good.xlsx", ["a"])
    path = tmp_path / "entities.xlsx"
    secret = tmp_path / "secret.txt"
    secret.write_text("not for sheets", encoding="utf-8")
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
                data = entity + data.replace(b"<v>0</v>", b"<v>&e;</v>")
            target.writestr(name, data)
    try:
        told = str(read_sheets(path))
    except ItemProblem as problem:
        told = str(problem)
    assert "not for sheets" not in told

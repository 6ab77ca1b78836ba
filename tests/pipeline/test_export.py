"""Fields as tables for others: whole, harmless, and an event of each dossier."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from digitize.forms.template_files import load_templates
from digitize.messages import Catalogue
from digitize.model import Document, FieldReading, Language, Problem, Value
from digitize.pipeline.field_sheets import Paper, Sheet, harmless, sheets_of, write_csv, write_xlsx
from support.places import SAMPLES
from support.program import digitize

VI = Catalogue(Language.VI)
FORM = SAMPLES / "000.00.01.H99-261118-0005" / "to-khai.jpg"


def read(value: Value, *, doubtful: bool = False) -> FieldReading:
    problems = (Problem("low_confidence"),) if doubtful else ()
    return FieldReading(value, confidence=0.5, needs_review=doubtful, problems=problems)


def paper(**fields: FieldReading) -> Paper:
    own = {key.replace("__", "."): value for key, value in fields.items()}
    return Paper("HS-01", 1, "in_review", Document((0,), "residence_change", "tt53-2025", 0.9, own))


def test_a_row_for_each_paper_and_each_row_of_its_tables() -> None:
    sheets = sheets_of(
        [
            paper(
                name=read("LÊ THỊ MAI"),
                dob=read("1990-05-02", doubtful=True),
                consent_head=read(value=True),
                members__0__name=read("LÊ VĂN AN"),
                members__0__dob=read("2015-01-09"),
                members__1__name=read("LÊ VĂN BA", doubtful=True),
            ),
            Paper("HS-02", 1, "approved", Document((0,), "unknown", None, 0.0)),
        ],
        load_templates(),
        VI,
    )
    main, members = sheets
    row = dict(zip(main.headings, main.rows[0], strict=True))
    assert (row["Hồ sơ"], row["Họ tên"], row["Ngày sinh"]) == ("HS-01", "LÊ THỊ MAI", "02/05/1990")
    assert (row["Chữ ký chủ hộ"], row["Nghi ngờ"], row["Giới tính"]) == ("có", "Ngày sinh", "")
    assert [cells[2:5] for cells in members.rows] == [
        ("1", "LÊ VĂN AN", "09/01/2015"),
        ("2", "LÊ VĂN BA", ""),
    ]
    assert [cells[-1] for cells in members.rows] == ["", "Họ tên"]


@pytest.mark.parametrize("text", ["=1+1", "+84912", "-2", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_what_would_be_a_formula_is_text(tmp_path: Path, text: str) -> None:
    sheet = Sheet("Thử: [1]/2", "thu", ("Mã", "Tên"), [("HS", text)])
    write_csv(sheet, tmp_path / "a.csv")
    write_xlsx([sheet, sheet], tmp_path / "a.xlsx")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1][1] == f"'{text}"
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert len(book.worksheets) == 2
    cell = book.worksheets[0].cell(2, 2)
    assert (cell.value, cell.data_type) == (f"'{text}", "s")
    assert harmless("Số 1") == "Số 1"


def test_what_was_read_is_exported_and_the_dossier_remembers(office: Path, tmp_path: Path) -> None:
    shutil.copy(FORM, office / "scans" / "HS-05.jpg")
    assert digitize("run", "-w", office, "--until", "extracted").code == 0
    out = tmp_path / "bảng"
    first = digitize("export", "-w", office, "--to", out, "--lang", "vi")
    assert first.code == 0, first.err
    (file,) = out.iterdir()
    assert file.stat().st_mode & 0o007 == 0
    rows = list(openpyxl.load_workbook(file).worksheets[0].values)
    assert "LÒ NGỌC DUNG" in rows[1]
    again = digitize("export", "-w", office, "--to", out, "--lang", "vi")
    assert again.code == 2
    assert str(file) in again.err
    assert digitize("export", "-w", office, "HS-05", "--format", "csv", "--to", out).code == 0
    assert {path.suffix for path in out.iterdir()} == {".xlsx", ".csv"}
    told = digitize("show", "-w", office, "HS-05", "--lang", "vi")
    assert told.out.count("Đã xuất các trường") == 2
    done = digitize(
        "export", "-w", office, "HS-05", "--format", "json", "--to", out, "--json", "--lang", "vi"
    )
    assert done.json["exported"] == [{"dossiers": ["HS-05"], "files": ["HS-05.json"], "notes": []}]
    shown = digitize("show", "-w", office, "HS-05", "--json", "--lang", "vi").json
    # The export itself came after what it wrote.
    assert shown["events"].pop()["detail"]["format"] == "json"
    assert json.loads((out / "HS-05.json").read_text("utf-8")) == shown
    assert digitize("export", "-w", office, "không có", "--to", out).code == 2

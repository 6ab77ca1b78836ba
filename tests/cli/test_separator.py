"""``digitize separator``: sheets for the codes of a list, and blank ones, as a clerk makes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from openpyxl import Workbook

from digitize.imaging.signs import find_sign
from digitize.model import Sign
from digitize.pdf.compose import check_pdfa
from support.calls import together
from support.program import Outcome

CODES = ("000.19.29.H99-230412-0001", "Hồ sơ số 2 – Nguyễn Thị Ánh", "HS-03")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lists, good and bad."""
    folder = tmp_path_factory.mktemp("separators")
    (folder / "danh-sach.csv").write_text(
        "Danh sách hồ sơ tháng 11\n"
        "STT,Mã hồ sơ,Ghi chú,Loại giấy tờ\n"
        f"1,{CODES[0]},,Tờ khai đăng ký khai sinh\n"
        f"2,{CODES[1]},gấp,Giấy mời\n"
        f"3,{CODES[2]},,\n",
        "utf-8",
    )
    (folder / "ma.txt").write_text("HS-01\nHS-02/A\n", "utf-8")
    (folder / "trung.csv").write_text("HS-01\nHS-02\nHS-01\n", "utf-8")
    (folder / "rong.csv").write_text("Mã hồ sơ\n", "utf-8")
    book = Workbook()
    sheet = book.worksheets[0]
    book.create_sheet("Ghi chú").append(("Người lập", "Nguyễn Văn Mẫu"))
    for row in (("Mã hồ sơ", "Loại hồ sơ"), ("HS-11", "birth_registration"), (12, None)):
        sheet.append(row)
    book.save(folder / "bang.xlsx")
    (folder / "co-san.pdf").write_bytes(b"kept")
    return folder


CALLS = {
    "list": ("--codes", "danh-sach.csv", "list.pdf"),
    "text": ("--codes", "ma.txt", "--paper", "Tờ khai đăng ký khai sinh", "text.pdf"),
    "workbook": ("--codes", "bang.xlsx", "sub/workbook.pdf"),
    "blank": ("--count", "3", "blank.pdf"),
    "covers": ("--codes", "danh-sach.csv", "--cover", "covers.pdf"),
    "twice": ("--codes", "trung.csv", "twice.pdf"),
    "empty": ("--codes", "rong.csv", "empty.pdf"),
    "missing": ("--codes", "khong-co.csv", "missing.pdf"),
    "both": ("--codes", "ma.txt", "--count", "2", "both.pdf"),
    "over": ("--count", "1", "co-san.pdf"),
    "none": ("--count", "0", "none.pdf"),
    "english": ("--lang", "en", "--codes", "trung.csv", "english.pdf"),
}


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> dict[str, Outcome]:
    calls = together(*(("separator", *call) for call in CALLS.values()), cwd=folder)
    return dict(zip(CALLS, calls, strict=True))


def signs(path: Path) -> list[Sign | None]:
    """What is found on the pages of a PDF once they are printed."""
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [np.asarray(page.render(scale=150 / 72).to_pil().convert("L")) for page in document]
    finally:
        document.close()
    return [find_sign(page, 150) for page in pages]


def said(path: Path) -> list[tuple[str | None, str | None]]:
    return [(sign.code, sign.paper) if sign else ("-", None) for sign in signs(path)]


def text_of(path: Path, page: int) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return str(document[page].get_textpage().get_text_range())
    finally:
        document.close()


def test_a_list_gives_a_sheet_for_each_code(outcomes: dict[str, Outcome], folder: Path) -> None:
    assert (outcomes["list"].code, outcomes["list"].out) == (0, "")
    assert "3 tờ phân cách" in outcomes["list"].err
    path = folder / "list.pdf"
    assert said(path) == [(CODES[0], "birth_registration"), (CODES[1], "Giấy mời"), (CODES[2], None)]
    words = text_of(path, 1)
    assert CODES[1] in words
    assert "TỜ PHÂN CÁCH HỒ SƠ" in words
    assert "Loại giấy tờ: Giấy mời" in words
    assert "Loại giấy tờ: Tờ khai đăng ký khai sinh" in text_of(path, 0)
    assert check_pdfa(path) == ()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_text_without_headings_and_a_workbook_will_do(outcomes: dict[str, Outcome], folder: Path) -> None:
    assert outcomes["text"].code == outcomes["workbook"].code == 0
    # What a name of a file cannot have is told, and the sheet says what the dossier will be called.
    assert "HS-02/A" in outcomes["text"].err
    assert said(folder / "text.pdf") == [("HS-01", "birth_registration"), ("HS-02_A", "birth_registration")]
    assert said(folder / "sub" / "workbook.pdf") == [("HS-11", "birth_registration"), ("12", None)]


def test_blank_sheets_have_codes_of_their_own(outcomes: dict[str, Outcome], folder: Path) -> None:
    assert outcomes["blank"].code == 0
    codes = [code for code, _ in said(folder / "blank.pdf")]
    assert len(set(codes)) == 3
    assert all(code and code.startswith("HS-") for code in codes)


def test_a_cover_follows_each_sheet(outcomes: dict[str, Outcome], folder: Path) -> None:
    assert outcomes["covers"].code == 0
    path = folder / "covers.pdf"
    assert [code for code, _ in said(path)] == [CODES[0], "-", CODES[1], "-", CODES[2], "-"]
    words = text_of(path, 3)
    assert f"Mã hồ sơ: {CODES[1]}" in words
    assert "Ngày hẹn trả: ...." in words


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        ("twice", 1, ("HS-01", "dòng 3", "dòng 1")),
        ("empty", 1, ("rong.csv",)),
        ("missing", 2, ("khong-co.csv",)),
        ("both", 2, ("--count", "--codes")),
        ("over", 2, ("co-san.pdf",)),
        ("none", 2, ("--count",)),
        ("english", 1, ("HS-01", "row 3")),
    ],
)
def test_what_cannot_be_done_is_told_and_leaves_nothing(
    outcomes: dict[str, Outcome], folder: Path, call: str, code: int, words: tuple[str, ...]
) -> None:
    outcome = outcomes[call]
    assert outcome.code == code
    assert [word for word in words if word not in outcome.err] == []
    assert not (folder / f"{call}.pdf").exists()
    assert (folder / "co-san.pdf").read_bytes() == b"kept"

"""``ocr`` and ``read``: single files outside of any workspace."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pikepdf

from support.calls import together
from support.offices import contents, small_scan
from support.places import SAMPLES
from support.program import digitize

FORM = SAMPLES / "000.00.01.H99-261118-0005" / "to-khai.jpg"
LETTER = SAMPLES / "000.00.01.H99-261118-0004.png"


def words_of(pdf: Path) -> str:
    """The invisible text of a PDF."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        words = str(text.get_text_bounded())
        text.close()
        page.close()
    return words


def test_read_classifies_a_form_and_gives_all_its_fields(tmp_path: Path) -> None:
    from digitize.forms.template_files import load_templates

    broken = tmp_path / "hỏng.jpg"
    broken.write_bytes(FORM.read_bytes()[:5000])
    told = digitize("read", FORM, broken, "--json", cwd=tmp_path)
    assert told.code == 1
    document = told.json
    assert set(document) == {"documents", "completeness", "problems"}
    (form,) = document["documents"]
    assert form["form"] == "birth_registration"
    assert form["form_confidence"] > 0.5
    assert set(form["fields"]) == set(load_templates()["birth_registration"].names)
    assert form["pages"][0]["file"] == str(FORM)
    assert form["fields"]["mother_name"]["value"] == "LÒ NGỌC DUNG"
    assert [(one["file"], one["code"]) for one in document["problems"]] == [(str(broken), "image_broken")]
    assert told.out == unicodedata.normalize("NFC", told.out)
    assert told.err == ""
    assert list(contents(tmp_path)) == ["hỏng.jpg"]


def test_read_shows_people_names_of_fields_and_days_first() -> None:
    told, only = together(
        ("read", LETTER, "--lang", "vi"), ("read", LETTER, "--form", "birth_registration", "--json")
    )
    assert told.code == 0
    assert "28/02/2026" in told.out
    assert "355" in told.out
    assert "2026-02-28" not in told.out
    assert only.code == 0
    assert [one["form"] for one in only.json["documents"]] == ["unknown"]


def test_wrong_calls_and_strange_files_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "thư mục"
    folder.mkdir()
    text = tmp_path / "a.txt"
    text.write_text("xin chào")
    scan = small_scan(tmp_path / "a.png")
    gone = tmp_path / "mất.png"
    *absent, unknown, told, nothing = together(
        ("ocr", scan, gone),
        ("read", "--json", scan, gone),
        ("read", scan, "--form", "giay_khac", "--lang", "en"),
        ("ocr", text, folder),
        ("read", text, "--json"),
    )
    for missing in absent:
        assert (missing.code, missing.out) == (2, "")
        assert f"Không có {gone}." in missing.err
    assert (unknown.code, unknown.out) == (2, "")
    assert "Choose one of: birth_certificate, birth_registration" in unknown.err
    assert (told.code, told.out) == (1, "")
    assert "a.txt không phải ảnh quét hay PDF" in told.err
    assert "thư mục không phải tệp thường" in told.err
    assert (nothing.code, nothing.json["documents"]) == (1, [])


def test_ocr_prints_text_tsv_and_json_of_every_page(tmp_path: Path) -> None:
    scan = small_scan(tmp_path / "nhiều trang.tif", pages=2)
    text, table, told = together(
        ("ocr", scan), ("ocr", "--format", "tsv", scan), ("ocr", "--format", "json", scan)
    )
    assert (text.code, text.err) == (0, "")
    pages = text.out.split("\f")
    assert ["Trang số 1" in pages[0], "Trang số 2" in pages[1], len(pages)] == [True, True, 2]
    assert "Ủy ban nhân dân phường Sao Mai" in pages[0]
    tsv = table.out.splitlines()
    assert tsv[0].split("\t") == ["page", "line", "left", "top", "right", "bottom", "confidence", "text"]
    assert {len(line.split("\t")) for line in tsv} == {8}
    assert {line.split("\t")[0] for line in tsv[1:]} == {"1", "2"}
    assert (told.code, told.err) == (0, "")
    found: list[dict[str, Any]] = told.json["pages"]
    assert [(page["file"], page["page"]) for page in found] == [(str(scan), 1), (str(scan), 2)]
    words = [word["text"] for word in found[0]["words"]]
    assert words == found[0]["text"].split()
    assert list(contents(tmp_path)) == ["nhiều trang.tif"]


def test_ocr_writes_a_pdf_beside_the_file_and_never_over_another(tmp_path: Path) -> None:
    scan = small_scan(tmp_path / "quét.png")
    taken = tmp_path / "quét.ocr.pdf"
    taken.write_bytes(b"somebody's own")
    before = scan.read_bytes()
    told, again = together(("ocr", "--format", "pdf", scan, "--lang", "en"), ("ocr", "--format", "pdf", scan))
    assert (told.code, told.out) == (0, "")
    assert f"Written: {tmp_path / 'quét.ocr-2.pdf'}" in told.err
    assert again.code == 0
    assert sorted(contents(tmp_path)) == ["quét.ocr-2.pdf", "quét.ocr-3.pdf", "quét.ocr.pdf", "quét.png"]
    assert taken.read_bytes() == b"somebody's own"
    assert scan.read_bytes() == before
    assert "Ủy ban nhân dân phường Sao Mai" in words_of(tmp_path / "quét.ocr-3.pdf")
    with pikepdf.open(tmp_path / "quét.ocr-3.pdf") as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"


def test_reading_works_beside_a_workspace_with_broken_settings(office: Path) -> None:
    (office / "digitize.toml").write_text("this is no TOML")
    scan = small_scan(office / "a.png", "Một dòng chữ")
    told = digitize("ocr", scan.name, cwd=office)
    assert told.code == 0
    assert "Một dòng chữ" in told.out

"""The cover of a dossier and the index of its documents, drawn and read."""

from __future__ import annotations

import pytest

from digitize.forms.classify import classify_page
from digitize.forms.extract import read_documents
from digitize.forms.template_files import load_templates
from digitize.model import Document, PageReading, Word
from digitize.ocr.engine import OcrEngine
from support.listed import ROWS, cover, index_page
from support.reading import scanned, view_of


@pytest.fixture(scope="module")
def documents(engine: OcrEngine) -> list[Document]:
    sheets = [cover(), index_page(ROWS[:3], headed=True), index_page(ROWS[3:], headed=False)]
    views = [view_of(scanned(sheet), engine) for sheet in sheets]
    # Each page is a file of its own.
    return read_documents(views, [1, 2, 3], load_templates(), engine, threshold=0.7)


def test_a_cover_is_read(documents: list[Document]) -> None:
    front = documents[0]
    assert (front.form, front.pages) == ("dossier_cover", (0,))
    values = {key: reading.value for key, reading in front.fields.items() if not reading.needs_review}
    expected = {
        "title": "Tập lưu công văn đi của Ủy ban nhân dân xã tháng 1 đến tháng 3 năm 2010",
        "start_date": "2010-01-05",
        "end_date": "2010-03-01",
        "sheet_count": 7,
        "dossier_number": "02",
        "fonds_number": "15",
        "retention": "Vĩnh viễn",
    }
    wrong = {key: value for key, value in values.items() if key in expected and value != expected[key]}
    assert wrong == {}
    assert {"title", "start_date", "end_date", "retention"} <= set(values)


def test_an_index_runs_over_its_pages(documents: list[Document]) -> None:
    assert [document.form for document in documents] == ["dossier_cover", "document_index"]
    index = documents[1]
    assert index.pages == (1, 2)
    assert index.fields["dossier_number"].value == "02"
    keys = ("doc_ordinal", "code", "issued_date", "title", "issuer", "sheets", "note")
    rows = [[index.fields[f"entries.{row}.{key}"] for key in keys] for row in range(len(ROWS))]
    assert f"entries.{len(ROWS)}.title" not in index.fields
    assert [row[0].value for row in rows] == [1, 2, 3, 4, 5]
    dates = ["/".join(reversed(str(row[2].value).split("-"))) for row in rows]
    assert dates == [row[2] for row in ROWS]
    sure = [
        (reading.value, cell)
        for row, cells in zip(rows, ROWS, strict=True)
        for reading, cell in zip(row[3:], cells[3:], strict=True)
        if not reading.needs_review
    ]
    assert [(value, cell) for value, cell in sure if (value or "") != cell] == []
    assert len(sure) >= 15


def test_what_a_cover_says_of_its_index_begins_no_index() -> None:
    def word(text: str, number: int) -> Word:
        return Word(text, (100 + 90 * number, 100, 180 + 90 * number, 130), 0.95, 0)

    words = tuple(
        word(text, number) for number, text in enumerate(["Mục", "lục", "văn", "bản", "gồm:", "4", "tờ"])
    )
    reading = PageReading(
        1000, 1400, 150, 0, 1, 0, 1, blank=False, words=words, unread=(), problems=(), engine=""
    )
    assert classify_page(reading, load_templates()).form != "document_index"

"""Reader's copies of a dossier or a document: marked PDFs, an index, and for whom they are."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support.exports import DOSSIER, export, exports_of, order, package_of
from support.offices import leftovers


@pytest.fixture
def house(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "house"))


def test_a_reader_gets_marked_papers_an_index_and_a_note(house: Path, tmp_path: Path) -> None:
    reader = "Nguyễn <b>Văn</b> A"
    result = export(house, order("dip", tmp_path / "out", DOSSIER, reader=reader))
    (folder,) = result.done[0].paths
    own = package_of(house)
    (signed,) = own.glob("representations/rep1/data/*.pdf")
    assert folder.name == f"DIP_{DOSSIER}"
    assert {path.name for path in folder.iterdir()} == {signed.name, "index.csv", "index.html", "index.json"}
    told = json.loads((folder / "index.json").read_text("utf-8"))
    assert (told["reader"], told["made_by"], told["package"]) == (reader, "cán bộ", own.name)
    assert told["signatures_kept"] is False
    (document,) = told["documents"]
    assert document["sha256"] == hashlib.sha256((folder / signed.name).read_bytes()).hexdigest()
    assert document["original"]["sha256"] == hashlib.sha256(signed.read_bytes()).hexdigest()
    assert document["original"]["verdict"] == "VALID"
    assert document["pages"] == 2
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as stream:
        heading, row = csv.reader(stream)
    assert (heading[0], heading[4], heading[-1]) == ("STT", "Trích yếu nội dung", "Tệp")
    assert (row[0], row[-1]) == ("1", signed.name)
    page = Page()
    page.feed((folder / "index.html").read_text("utf-8"))
    assert f"Cấp cho: {reader}." in page.text
    assert page.links == [signed.name]
    (event,) = exports_of(house)
    assert (event.detail["format"], event.detail["documents"], event.detail["reader"]) == ("dip", [1], reader)
    assert leftovers(house) == []


class Page(HTMLParser):
    """The text and the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"b", "script"}
        self.links += [value or "" for name, value in attrs if name == "href"]


def test_one_document_alone_and_none_that_is_not_there(house: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (file,) = export(house, order("dip", out, DOSSIER, document=1, zipped=True)).done[0].paths
    assert file.name == f"1DIP_{DOSSIER}.1.zip"
    failed = export(house, order("dip", out, DOSSIER, document=2)).failed
    assert (failed[DOSSIER].code, failed[DOSSIER].facts["number"]) == ("document_unknown", 1)
    assert [path.name for path in out.iterdir()] == [file.name]
    assert len(exports_of(house)) == 1

"""The minutes of quality control tell what second looks came to, and no value."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from digitize.forms.template_files import load_templates
from digitize.model import Language
from digitize.pdf.compose import check_pdfa
from digitize.pipeline.papers import PaperKind, make_papers
from digitize.pipeline.second_look_draw import seeds
from digitize.pipeline.second_look_results import Tally, looked_at
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.looks import CODE, FIELDS, in_review, one_letter, work
from support.offices import ledger_of


@pytest.fixture
def looked(office: Path) -> Path:
    """One error that Lan made, one that nobody noticed, and one difference in which Lan was right."""
    path = office / "ledger.db"
    in_review(path, one_letter("subject", "issuer", number="17"))
    work(path, "Lan", {"subject": "xin kinh phi"})
    work(path, "Hoa", {"issuer": "UBND xã Mẩu"})
    work(path, "Minh")
    return office


def minutes(office: Path, to: Path) -> tuple[str, dict[str, list[tuple[str, ...]]]]:
    """The text of the minutes, and the rows of each of their tables."""
    with ledger_of(office) as ledger:
        pdf, sheet = make_papers(Workspace.open(office), ledger, (), PaperKind.QUALITY, to, now, seed=3)
    assert check_pdfa(pdf) == ()
    with pypdfium2.PdfDocument(pdf) as opened:
        text = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in opened)
    # A text goes on over the foot of a page.
    text = re.sub(r"Trang \d+/\d+ ?", "", text)
    book = openpyxl.load_workbook(sheet)
    tables = {
        page.title: [
            tuple(map(str, row)) for row in page.iter_rows(values_only=True) if str(row[0]).isdecimal()
        ]
        for page in book.worksheets
    }
    return text, tables


def test_what_was_drawn_and_found_stands_in_the_minutes(looked: Path, tmp_path: Path) -> None:
    with ledger_of(looked) as ledger:
        fields = looked_at(ledger, CODE, load_templates())
        (seed,) = seeds(ledger, CODE)
    assert Tally.of(fields) == Tally(6, 6, 3, 3, 3, 2, 1)
    text, tables = minutes(looked, tmp_path / "ra")
    # What was drawn with counts, not what the profile asks for now.
    assert "Lấy 6 trên 6 trường (tỷ lệ 100 %" in text
    assert "Đã nhập lại 6 trường: 3 khớp, 3 khác; người thứ ba đã quyết định 3" in text
    assert (
        "Giá trị đầu sai: 2 trường, 33,3 % số đã rõ; trong đó 1 trường phần mềm đọc mà không nghi ngờ" in text
    )
    (dossier,) = tables["Nhập lại, theo hồ sơ"]
    assert dossier == ("1", CODE, str(seed), "6", "6", "6", "3", "3", "3", "2")
    kinds = {row[1]: row[2:] for row in tables["Nhập lại, theo loại trường"]}
    assert kinds["Ngày tháng"] == ("1", "1", "1", "0", "0", "0", "0,0")
    found = {row[3]: row[4:] for row in tables["Nhập lại, từng trường"]}
    with ledger_of(looked) as ledger:
        names = {key: load_templates()["official_letter"].names[key][Language.VI] for key in FIELDS}
    assert found[names["subject"]] == ("Lan", "Hoa", "Khác, lấy giá trị của người thứ hai", "Minh")
    assert found[names["number"]][:3] == ("(phần mềm)", "Hoa", "Khác, lấy giá trị của người thứ hai")
    assert found[names["issuer"]] == ("Lan", "Hoa", "Khác, giữ giá trị đầu", "Minh")
    assert found[names["issued_date"]][2] == "Khớp"
    for value in ("kinh ph", "Tờ trình", "xã M"):
        assert value not in text


def test_what_still_waits_is_counted_and_not_named(office: Path, tmp_path: Path) -> None:
    path = office / "ledger.db"
    in_review(path, one_letter("subject"))
    work(path, "Lan")
    text, tables = minutes(office, tmp_path / "ra")
    assert "Chưa nhập lại 6 (trong đó 0 vì" in text
    assert tables["Nhập lại, từng trường"] == []
    assert tables["Nhập lại, theo hồ sơ"][0][4:6] == ("6", "0")


def test_minutes_say_so_where_nothing_was_drawn(office: Path, tmp_path: Path) -> None:
    in_review(office / "ledger.db", one_letter("subject"))
    text, tables = minutes(office, tmp_path / "ra")
    assert "chưa có trường nào của các hồ sơ này được lấy mẫu" in text
    assert not [title for title in tables if title.startswith("Nhập lại")]

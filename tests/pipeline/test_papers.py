"""Papers made of dossiers: PDF/A and sheets, in the prescribed columns, of settled values alone."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from digitize.archive.contents import dossier_description
from digitize.errors import UsageProblem
from digitize.model import Stage
from digitize.pdf.compose import Provenance, check_pdfa
from digitize.pdf.paper import OfficePaper, PaperColumn, PaperTable, write_paper
from digitize.pipeline.papers import PaperKind, make_papers
from digitize.pipeline.sheet_values import set_sheet_values
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.crashes import in_child
from support.listed import index, letter, received
from support.offices import ledger_of
from support.program import digitize

CODE = "HS-02"
MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def pages_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf]


def rows_of(path: Path) -> list[list[str]]:
    return [
        [str(cell or "") for cell in row]
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows(values_only=True)
    ]


@pytest.fixture
def filled(office: Path) -> Path:
    """A workspace with two dossiers that were read; of one a sheet was imported."""
    with ledger_of(office) as ledger:
        received(
            ledger,
            CODE,
            {"a.001.pdf": 1, "a.002.pdf": 1, "muc-luc.pdf": 1},
            letter(0, number="12", notation="TTr-UBND", doc_type="Tờ trình", subject="xin kinh phí"),
            letter(1, doubtful=["subject"], number="13", notation="QĐ-UBND", subject="=chưa ai xem"),
            index(
                (2,), [{"doc_ordinal": 1, "code": "12/TTr-UBND"}, {"doc_ordinal": 2, "code": "13/QĐ-UBND"}]
            ),
        )
        received(ledger, "HS-03", {"b.pdf": 2}, letter(0, issued_date="2011-05-06"))
        whole = {
            "title": "Tập lưu văn bản",
            "retention": "01",
            "sheet_count": "7",
            "start_date": "2010-01-05",
        }
        with ledger.transaction():
            set_sheet_values(ledger, CODE, {0: whole, 2: {"issued_date": "2010-01-07"}}, "a.xlsx")
    return office


def made(office: Path, kind: PaperKind, to: Path, *codes: str, seed: int = 7) -> list[Path]:
    with ledger_of(office) as ledger:
        files = make_papers(Workspace.open(office), ledger, codes, kind, to, now, seed=seed)
    for file in files:
        assert file.stat().st_mode & 0o007 == 0
        if file.suffix == ".pdf":
            assert check_pdfa(file) == ()
            assert MOTTO in pages_of(file)[0]
    return files


def test_an_index_has_the_prescribed_columns_and_settled_values(filled: Path, tmp_path: Path) -> None:
    pdf, sheet = made(filled, PaperKind.INDEX, tmp_path / "ra", CODE)
    (text,) = pages_of(pdf)
    assert "MỤC LỤC VĂN BẢN, TÀI LIỆU" in text
    assert "Trang 1/1" in text
    rows = rows_of(sheet)
    heading = next(row for row in rows if row[0] == "Số TT")
    assert heading == [
        "Số TT",
        "Số, ký hiệu",
        "Ngày tháng năm",
        "Tên loại và trích yếu nội dung văn bản",
        "Tác giả văn bản",
        "Tờ số/ Trang số",
        "Ghi chú",
    ]
    first, second = rows[rows.index(heading) + 1 :]
    assert first == ["1", "12/TTr-UBND", "", "Tờ trình xin kinh phí", "", "tr. 1", ""]
    # What nobody has confirmed is no part of a paper; what a sheet says is.
    assert second == ["2", "13/QĐ-UBND", "07/01/2010", "", "", "tr. 2", ""]
    with ledger_of(filled) as ledger:
        assert [e.detail["paper"] for e in ledger.events(CODE) if e.kind == "paper_made"] == ["index"]


def test_lists_and_handover_minutes_name_every_dossier(filled: Path, tmp_path: Path) -> None:
    (_, dossiers), (minutes, _) = (
        made(filled, kind, tmp_path / "ra") for kind in (PaperKind.LIST, PaperKind.HANDOVER)
    )
    rows = {row[2]: row for row in rows_of(dossiers) if len(row) > 3 and row[0].isdecimal()}
    assert rows[CODE][3:7] == ["Tập lưu văn bản", "05/01/2010", "Vĩnh viễn", "7/3"]
    assert rows["HS-03"][4] == "06/05/2011"
    # Where nobody has said how it is called, it is called as in its package, and that is told.
    assert [rows[code][7] for code in (CODE, "HS-03")] == ["", "Tiêu đề theo bản quét"]
    assert rows["HS-03"][3]
    text = pages_of(minutes)[0]
    assert "tổng số hồ sơ: 2; tổng số văn bản: 3" in text
    assert "ĐẠI DIỆN BÊN GIAO" in text
    # Of one dossier the sheets are not known: a sum of the others would be no sum.
    assert "tổng số tờ: 7" not in text


def test_quality_minutes_print_limits_results_and_the_seed(filled: Path, tmp_path: Path) -> None:
    first, sheet = made(filled, PaperKind.QUALITY, tmp_path / "một", seed=11)
    text = " ".join(pages_of(first))
    assert "độ phân giải từ 200 dpi" in text
    assert "số gieo 11" in text
    assert "2 hồ sơ đạt, 0 hồ sơ có trang dưới ngưỡng" in text
    # 30 % of five pages are two.
    sampled = [row[1:4] for row in rows_of(sheet) if row[0].isdecimal() and row[3].endswith(".pdf")]
    assert len(sampled) == 2
    _, again = made(filled, PaperKind.QUALITY, tmp_path / "hai", seed=11)
    assert rows_of(again) == rows_of(sheet)
    profile = filled / "strict.toml"
    title = 'title = { vi = "Chặt", en = "Strict" }'
    text = f'extends = "demo"\nid = "strict"\n{title}\nsource = "-"\n[quality]\ndpi = 400\n'
    profile.write_text(text, encoding="utf-8")
    settings = filled / "digitize.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('profile = "demo"', 'profile = "strict.toml"'), "utf-8"
    )
    strict, _ = made(filled, PaperKind.QUALITY, tmp_path / "ba")
    assert "0 hồ sơ đạt, 2 hồ sơ có trang dưới ngưỡng; 5 trang dưới ngưỡng" in " ".join(pages_of(strict))


def test_nothing_is_written_over_and_unknown_dossiers_are_told(filled: Path, tmp_path: Path) -> None:
    made(filled, PaperKind.LIST, tmp_path)
    with pytest.raises(UsageProblem, match="export_exists"):
        made(filled, PaperKind.LIST, tmp_path)
    with pytest.raises(UsageProblem, match="dossier_unknown"):
        made(filled, PaperKind.LIST, tmp_path / "khác", "không có")


def test_withdrawn_dossiers_are_left_out_and_own_folders_are_not_written_to(
    filled: Path, tmp_path: Path
) -> None:
    with ledger_of(filled) as ledger, ledger.transaction():
        ledger.move("HS-03", Stage.WITHDRAWN, "withdrawn")
    files = made(filled, PaperKind.INDEX, tmp_path / "một")
    assert {file.stem for file in files} == {f"muc-luc-van-ban-{CODE}"}
    for own in ("archive", "originals/x", "scans", "forms"):
        with pytest.raises(UsageProblem, match="export_into_own"):
            made(filled, PaperKind.LIST, filled / own)


def test_no_paper_is_ever_without_its_event(filled: Path, tmp_path: Path) -> None:
    def cut_off(event: str, arguments: tuple[object, ...]) -> None:
        if event == "digitize.disk" and arguments[0] == "flush" and str(arguments[1]) == str(tmp_path):
            os._exit(9)

    def work() -> None:
        sys.addaudithook(cut_off)
        made(filled, PaperKind.LIST, tmp_path)

    assert in_child(work) == 9
    assert [path.suffix for path in tmp_path.glob("muc-luc*")] == [".pdf"]
    with ledger_of(filled) as ledger:
        assert ledger.events(CODE)[-1].kind == "paper_made"


def test_long_tables_repeat_their_headings_and_texts_wrap(tmp_path: Path) -> None:
    long = "Tờ trình về việc xin cấp bổ sung dự toán điều động nhà trọ cho cán bộ " * 4
    rows = tuple((str(number), long, "Ô") for number in range(1, 41))
    columns = (PaperColumn("Số TT", 10, "center"), PaperColumn("Trích yếu", 60), PaperColumn("Ghi chú", 10))
    paper = OfficePaper(
        "UBND xã Thử",
        (MOTTO,),
        "Mục lục",
        "Trang {page}/{pages}",
        parts=(PaperTable(columns, rows, numbered=True),),
        signatures=(("NGƯỜI LẬP", "Trần Văn Thử"),),
    )
    path = tmp_path / "a.pdf"
    write_paper(paper, Provenance("Mục lục", "1", "UBND", "", dt.datetime.now(dt.UTC)), path)
    pages = pages_of(path)
    assert len(pages) > 3
    assert all(
        "Trích yếu" in page and f"Trang {n}/{len(pages)}" in page for n, page in enumerate(pages[:-1], 1)
    )
    assert " ".join(pages).count("điều động nhà trọ") == 160
    assert "Trần Văn Thử" in pages[-1]


@pytest.mark.parametrize("closing", [("Kết luận: đạt.",), ()])
def test_signatures_never_stand_alone_on_a_page(tmp_path: Path, closing: tuple[str, ...]) -> None:
    columns = (PaperColumn("Số TT", 10, "center"), PaperColumn("Hồ sơ", 60))
    breaks = 0
    for number in range(20, 31):
        rows = tuple((f"Dòng {place}", "Hồ sơ") for place in range(1, number + 1))
        paper = OfficePaper(
            "UBND xã Thử",
            (MOTTO,),
            "Biên bản",
            "Trang {page}/{pages}",
            parts=(PaperTable(columns, rows, "Kết quả"), *closing),
            signatures=(("NGƯỜI KIỂM TRA", ""),),
        )
        path = tmp_path / f"{number}.pdf"
        write_paper(paper, Provenance("Biên bản", "1", "UBND", "", dt.datetime.now(dt.UTC)), path)
        pages = pages_of(path)
        assert "NGƯỜI KIỂM TRA" in pages[-1]
        assert (closing[0] if closing else f"Dòng {number} ") in pages[-1]
        assert [" ".join(pages).count(f"Dòng {place} ") for place in range(1, number + 1)] == [1] * number
        breaks += len(pages) > 1
    assert 0 < breaks < 11


def test_the_heading_of_a_table_never_stands_alone(tmp_path: Path) -> None:
    columns = (PaperColumn("Số TT", 10, "center"), PaperColumn("Hồ sơ", 60))
    found = set()
    for number in (26, 28, 30):
        rows = tuple((f"Dòng {place}", "Hồ sơ") for place in range(number))
        parts = (PaperTable(columns, rows), PaperTable(columns, (("Cuối", ""),), "Trang được chọn"))
        paper = OfficePaper("UBND xã Thử", (MOTTO,), "Biên bản", "Trang {page}/{pages}", parts=parts)
        path = tmp_path / f"{number}.pdf"
        write_paper(paper, Provenance("Biên bản", "1", "UBND", "", dt.datetime.now(dt.UTC)), path)
        pages = pages_of(path)
        (page,) = (page for page in pages if "Trang được chọn" in page)
        assert "Cuối" in page
        found.add(pages.index(page))
    assert found == {0, 1}


def test_a_list_and_a_package_call_a_dossier_the_same(packaged_office: Path, tmp_path: Path) -> None:
    house = Path(shutil.copytree(packaged_office, tmp_path / "house"))
    _, sheet = made(house, PaperKind.LIST, tmp_path / "ra")
    listed = {row[2]: row[3] for row in rows_of(sheet) if len(row) > 3 and row[0].isdecimal()}
    with ledger_of(house) as ledger:
        packages = {record.id: house / "archive" / str(record.package) for record in ledger.dossiers()}
    assert listed == {code: dossier_description(package)["title"] for code, package in packages.items()}
    assert all(listed.values())


def test_what_cannot_be_seen_stands_as_its_code(filled: Path, tmp_path: Path) -> None:
    with ledger_of(filled) as ledger, ledger.transaction():
        set_sheet_values(ledger, CODE, {0: {"title": "Tập\x07 \x1b[31mlưu\x0b \u202e"}}, "b.csv")
    _, sheet = made(filled, PaperKind.LIST, tmp_path, CODE)
    assert "Tập\\u0007 \\u001b[31mlưu\\u000b \\u202e" in rows_of(sheet)[-1] + rows_of(sheet)[-2]


def test_a_row_that_is_higher_than_a_page_goes_on_in_the_next(tmp_path: Path) -> None:
    words = " ".join(f"chữ{number}" for number in range(900))
    columns = (PaperColumn("Số TT", 10), PaperColumn("Trích yếu", 60), PaperColumn("Ghi chú", 10))
    rows = (("1", words, words), ("2", "ngắn", "x" * 900))
    for landscape in (False, True):
        table = PaperTable(columns, rows, numbered=True)
        paper = OfficePaper("U", (MOTTO,), "Mục lục", "{page}/{pages}", parts=(table,), landscape=landscape)
        path = tmp_path / f"{landscape}.pdf"
        write_paper(paper, Provenance("Mục lục", "1", "U", "", dt.datetime.now(dt.UTC)), path)
        text = "".join("".join(pages_of(path)).split())
        assert all(text.count(f"chữ{number}") >= 2 for number in range(100, 900))
        assert text.count("x") >= 900


def test_the_commands_tell_differences_and_make_papers(filled: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "bảng.csv"
    sheet.write_text(
        "Mã hồ sơ;Số thứ tự văn bản;Số của văn bản;Trích yếu\n"
        f"{CODE};1;12;xin kinh phí\n{CODE};2;99;khen thưởng\n{CODE};3;14;thiếu\n",
        encoding="utf-8",
    )
    imported = digitize("import", sheet, "-w", filled, "--lang", "vi", "--user", "lan")
    assert imported.code == 0, imported.err
    assert "đã nhập 1 hồ sơ, 3 văn bản" in imported.err
    told = digitize("differences", CODE, "-w", filled, "--lang", "vi")
    assert "không có trong bản quét: số 3" in told.out
    assert "bảng đã nhập: 99" in told.out
    (found,) = digitize("differences", "-w", filled, "--json").json["dossiers"]
    assert {(one["kind"], one["number"], one["key"]) for one in found["differences"]} >= {
        ("not_scanned", 3, None),
        ("value", 2, "number"),
    }
    shown = digitize("show", CODE, "-w", filled, "--lang", "vi")
    assert f"digitize differences {CODE}" in shown.out
    assert "Đã nhập bảng bảng.csv" in shown.out
    assert digitize("differences", "không có", "-w", filled).code == 2
    papers = digitize("papers", CODE, "--kind", "handover", "-w", filled, "--to", tmp_path / "ra")
    assert papers.code == 0, papers.err
    assert {path.suffix for path in (tmp_path / "ra").iterdir()} == {".pdf", ".xlsx"}
    bad = tmp_path / "sai.csv"
    bad.write_text("Mã hồ sơ;Ngày bắt đầu;Số lượng tờ\nHS-9;hôm qua;3\n", encoding="utf-8")
    refused = digitize("import", bad, "-w", filled, "--json")
    assert (refused.code, refused.json["files"][0]["imported"]) == (1, False)
    assert refused.json["files"][0]["bad"][0]["facts"]["column"] == "B"

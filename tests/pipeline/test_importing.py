"""Sheets of clerks: into the ledger whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from digitize.errors import ItemProblem
from digitize.ingest.kinds import FileKind
from digitize.model import Stage
from digitize.pipeline.importing import Imported, import_sheets
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import OriginalRecord
from digitize.pipeline.sheet_headers import Level, code_of, find_headings
from digitize.pipeline.sheet_values import sheet_values
from digitize.times import now

DOSSIER = [
    "Phông",
    "Mục lục",
    "Hộp số",
    "Số và ký hiệu hồ sơ",
    "Tiêu đề hồ sơ",
    "Thời hạn bảo quản",
    "Chế độ sử dụng",
    "Ngôn ngữ",
    "Ngày/Tháng/Năm bắt đầu",
    "Ngày/Tháng/Năm kết thúc",
    "Tổng số văn bản trong hồ sơ",
    "Chú giải",
    "Ký hiệu thông tin",
    "Từ khóa",
    "Số lượng tờ",
    "Tình trạng vật lý",
    "Mức độ tin cậy",
    "Mã hồ sơ giấy gốc (nếu có)",
    "Ghi chú",
]
DOCUMENT = [
    "Số thứ tự văn bản trong hồ sơ",
    "Tên loại văn bản",
    "Số của văn bản",
    "Ký hiệu của văn bản",
    "Ngày/Tháng/Năm văn bản",
    "Tên cơ quan, tổ chức ban hành văn bản",
    "Trích yếu nội dung",
    "Ngôn ngữ",
    "Số lượng trang của văn bản",
    "Ghi chú",
    "Ký hiệu thông tin",
    "Từ khóa",
    "Chế độ sử dụng",
    "Mức độ tin cậy",
    "Bút tích",
    "Tình trạng vật lý",
    "Quy trình xử lý",
    "Tờ số",
    "Loại tài liệu",
    "Đường dẫn file",
]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db", now, "lan")
    yield opened
    opened.close()


def sheet(path: Path, headings: list[str], *rows: Mapping[str, object], above: int = 0) -> Path:
    book = Workbook()
    page = book.worksheets[0]
    for _ in range(above):
        page.append(["DANH MỤC HỒ SƠ"])
    page.append(headings)
    for row in rows:
        page.append([row.get(heading) for heading in headings])
    book.save(path)
    return path


def ours(ledger: Ledger, code: str, *files: str, stage: Stage = Stage.EXTRACTED) -> None:
    with ledger.transaction():
        ledger.add_dossier(code, code)
        for number, file in enumerate(files, start=1):
            ledger.add_original(
                OriginalRecord(
                    code, number, file, f"{code}/{file}", 1, 1, FileKind.PDF, "0" * 64, 1, 1, signed=False
                )
            )
        ledger.move(code, stage, "received")


def codes(result: Imported) -> list[str]:
    return [problem.code for problem in result.bad]


def test_the_archives_template_comes_in_whole(ledger: Ledger, tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["MỤC LỤC HỒ SƠ"])
    page.append([*DOSSIER, *DOCUMENT])
    page.append([str(number) for number in range(1, len(DOSSIER) + len(DOCUMENT) + 1)])
    whole = [
        "P1",
        1,
        3,
        "HS-02",
        "Tập lưu",
        "Vĩnh viễn",
        "công khai",
        "Tiếng Việt",
        "01/07/2010",
        "12/2010",
        2,
    ]
    whole += ["", "", "", 4, "Bình thường", "Số hóa", "1.3.02", "của hồ sơ"]
    first = [
        1,
        "Tờ trình",
        "07",
        "TTr-UBND",
        "07/07/2010",
        "UBND xã",
        "xin kinh phí",
        "Việt",
        2,
        "của văn bản",
    ]
    first += ["", "", "Mật", "", "", "Tốt", "Không", "01", "", "a/HS-02/x.1.pdf"]
    second: list[object] = [None] * len(DOSSIER)
    page.append([*whole, *first])
    page.append([*second, 2, "Bảng kê", None, None, "2010-08-01"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    ours(ledger, "HS-02", "x.1.pdf")
    result = import_sheets(ledger, path)
    assert (result.done, result.bad, [one.matched for one in result.dossiers]) == (True, (), ["HS-02"])
    found = sheet_values(ledger, "HS-02")
    assert found[0]["retention"] == "01"
    assert (found[0]["start_date"], found[0]["end_date"]) == ("2010-07-01", "2010-12")
    assert (found[0]["note"], found[1]["note"]) == ("của hồ sơ", "của văn bản")
    assert (found[0]["access"], found[1]["access"]) == ("01", "03")
    assert (found[1]["number"], found[1]["notation"], found[1]["doc_type"]) == ("07", "TTr-UBND", "15")
    assert found[2] == {
        "doc_ordinal": "2",
        "doc_type": "32",
        "doc_type_name": "Bảng kê",
        "issued_date": "2010-08-01",
    }
    (event,) = [event for event in ledger.events("HS-02") if event.kind == "sheet_imported"]
    assert (event.who, event.detail["documents"]) == ("lan", 2)


def test_columns_may_stand_in_any_order_and_be_written_in_any_way() -> None:
    rows = {1: ("Báo cáo",), 4: ("TRÍCH YẾU  nội dung:", "Ghi chú", "so va ky hieu ho so", "Ghi chú", "Lạ")}
    headings = find_headings(rows)
    assert headings is not None
    assert headings.row == 4
    assert [(column.level, column.key) for column in headings.columns] == [
        (Level.DOCUMENT, "subject"),
        (Level.DOCUMENT, "note"),
        (Level.DOSSIER, "dossier_code"),
        (Level.DOSSIER, "note"),
    ]
    assert headings.unknown == ("Lạ",)
    two = {
        1: ("Hồ sơ", "", "Thời gian", ""),
        2: ("Mã hồ sơ", "Tiêu đề hồ sơ", "Từ ngày", "Đến ngày"),
        3: ("1",),
    }
    lower = find_headings(two)
    assert lower is not None
    assert (lower.row, len(lower.columns)) == (2, 4)
    assert find_headings({1: ("a", "b", "c"), 2: ("1", "2", "3")}) is None


def test_a_register_of_the_one_stop_office(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_text(
        "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Thủ tục;Cơ quan tiếp nhận;Cơ quan giải quyết\n"
        "HS-1;03/11/2026;10/11/2026;Đăng ký khai sinh;UBND phường A;UBND xã B\n",
        encoding="utf-8",
    )
    assert import_sheets(ledger, path).done
    (event,) = [e for e in ledger.events("HS-1") if e.kind == "sheet_imported"]
    assert event.detail["file"] == "so.csv"
    assert sheet_values(ledger, "HS-1")[0] == {
        "dossier_code": "HS-1",
        "received_on": "2026-11-03",
        "due_on": "2026-11-10",
        "procedure": "Đăng ký khai sinh",
        "receiving_body": "UBND phường A",
        "handling_body": "UBND xã B",
    }


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("25/QĐ-UBND", {"number": "25", "notation": "QĐ-UBND"}),
        ("25", {"number": "25"}),
        ("QĐ-UBND", {"notation": "QĐ-UBND"}),
    ],
)
def test_a_number_with_its_notation_is_parted_as_in_an_index(
    ledger: Ledger, tmp_path: Path, code: str, told: dict[str, str]
) -> None:
    headings = ["Mã hồ sơ", "Số thứ tự văn bản", "Số, ký hiệu văn bản", "Trích yếu"]
    row = dict(zip(headings, ["A", 1, code, "x"], strict=True))
    assert import_sheets(ledger, sheet(tmp_path / "a.xlsx", headings, row)).done
    assert sheet_values(ledger, "A")[1] == {"doc_ordinal": "1", "subject": "x"} | told


def test_bad_cells_are_told_with_their_places_and_nothing_is_half_imported(
    ledger: Ledger, tmp_path: Path
) -> None:
    headings = ["Mã hồ sơ", "Tiêu đề hồ sơ", "Số lượng tờ", "Ngày bắt đầu", "Tình trạng vật lý"]
    good = dict(zip(headings, ["A", "Tập một", 5, "01/02/2020", "Tốt"], strict=True))
    bad = dict(zip(headings, ["B", "Tập hai", "năm tờ", "31/02/2020", "lạ"], strict=True))
    path = sheet(tmp_path / "a.xlsx", headings, good, bad, above=2)
    result = import_sheets(ledger, path)
    assert not result.done
    assert sorted(codes(result)) == ["sheet_cell_no_code", "sheet_cell_no_count", "sheet_cell_no_date"]
    assert {(p.facts["row"], p.facts["column"]) for p in result.bad} == {(5, "C"), (5, "D"), (5, "E")}
    assert all("năm tờ" not in map(str, problem.facts.values()) for problem in result.bad)
    assert sheet_values(ledger, "A") == {}
    assert import_sheets(ledger, path, rehearse=True, skip_bad=True).done is False
    assert sheet_values(ledger, "A") == {}
    assert import_sheets(ledger, path, skip_bad=True).done
    assert sheet_values(ledger, "B") == {0: {"dossier_code": "B", "title": "Tập hai"}}


def test_contradictions_within_a_sheet_are_bad(ledger: Ledger, tmp_path: Path) -> None:
    headings = ["Mã hồ sơ", "Tiêu đề hồ sơ", "Số thứ tự văn bản", "Trích yếu"]
    rows: list[Mapping[str, object]] = [
        {"Trích yếu": "của ai?"},
        {"Mã hồ sơ": "A", "Tiêu đề hồ sơ": "một", "Số thứ tự văn bản": 1, "Trích yếu": "x"},
        {"Mã hồ sơ": "A", "Tiêu đề hồ sơ": "hai", "Số thứ tự văn bản": 1, "Trích yếu": "y"},
    ]
    result = import_sheets(ledger, sheet(tmp_path / "a.xlsx", headings, *rows))
    assert codes(result) == ["sheet_row_homeless", "sheet_dossier_disagrees", "sheet_document_twice"]


def test_a_dossier_is_found_by_its_files_or_named(ledger: Ledger, tmp_path: Path) -> None:
    headings = ["Số và ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Trích yếu", "Đường dẫn file"]
    row: dict[str, object] = {
        "Số và ký hiệu hồ sơ": "02",
        "Trích yếu": "x",
        "Đường dẫn file": "hop1\\hoso02\\a.007.pdf",
    }
    path = sheet(tmp_path / "a.xlsx", headings, row)
    (before,) = import_sheets(ledger, path).dossiers
    assert (before.matched, before.identifier) == (None, "02")
    ours(ledger, "hoso02", "a.007.pdf")
    ours(ledger, "khác", "a.007.pdf", stage=Stage.PACKAGED)
    (one,) = import_sheets(ledger, path).dossiers
    assert one.identifier == "hoso02"
    named = import_sheets(ledger, path, dossier="khác")
    assert named.dossiers[0].matched == "khác"
    assert [note.code for note in named.notes] == ["sheet_dossier_packaged"]
    several = sheet(tmp_path / "b.xlsx", headings, row, row | {"Số và ký hiệu hồ sơ": "03"})
    with pytest.raises(ItemProblem, match="sheet_several_dossiers"):
        import_sheets(ledger, several, dossier="khác")
    with pytest.raises(ItemProblem, match="sheet_dossiers_clash"):
        import_sheets(ledger, several)
    with pytest.raises(ItemProblem, match="sheet_no_headings"):
        import_sheets(ledger, sheet(tmp_path / "c.xlsx", ["x", "y"]))


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("retention", "vĩnh viễn", "01"),
        ("retention", "1", "01"),
        ("retention", "15 năm", "07"),
        ("retention", "70 NĂM", "02"),
        ("language", "Việt - Anh", "06"),
        ("language", "11", "11"),
        ("doc_type", "Công văn", "22"),
        ("doc_type", "Thơ mời", "32"),
        ("flag", "có", "1"),
    ],
)
def test_words_become_the_codes_of_the_archive(name: str, word: str, code: str) -> None:
    assert code_of(name, word) == code

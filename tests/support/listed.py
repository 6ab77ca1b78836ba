"""A made-up dossier with cover and index, drawn as scans or as readings in a ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digitize.fonts import Face
from digitize.ingest.kinds import FileKind
from digitize.model import Document, FieldReading, Stage, Value
from digitize.pipeline.findings import save_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import OriginalRecord
from digitize.samples.sheet import Sheet

HEADINGS = ("Số TT", "Số, ký hiệu", "Ngày tháng năm", "Tên loại và trích yếu", "Tác giả", "Tờ số", "Ghi chú")
WIDTHS = (12, 28, 26, 62, 26, 14, 16)
ROWS = (
    ("01", "12/TTr-UBND", "05/01/2010", "Tờ trình về việc xin kinh phí", "UBND xã", "01", ""),
    ("02", "13/QĐ-UBND", "07/01/2010", "Quyết định về việc khen thưởng", "UBND xã", "02", ""),
    ("03", "", "11/02/2010", "Biên bản họp", "Hội đồng", "04", ""),
    ("04", "15/BC-UBND", "20/02/2010", "Báo cáo công tác văn thư", "UBND xã", "05", "Khuyết số 14"),
    ("05", "16/KH-UBND", "01/03/2010", "Kế hoạch lập hồ sơ", "UBND xã", "07", ""),
)


def cover() -> Sheet:
    """The cover of a dossier, filled in by a typewriter."""
    sheet = Sheet(dpi=200)
    sheet.write(70, 40, "ỦY BAN NHÂN DÂN XÃ THỬ", size=14, face=Face.TIMES_BOLD)
    sheet.write(30, 60, "Mã hồ sơ: 2010.02", size=13)
    sheet.write(80, 95, "HỒ SƠ", size=40, face=Face.TIMES_BOLD)
    sheet.write(45, 120, "Tập lưu công văn đi của Ủy ban nhân dân xã", size=14)
    sheet.write(70, 128, "tháng 1 đến tháng 3 năm 2010", size=14)
    sheet.write(45, 190, "Từ ngày 05/01/2010 đến ngày 01/03/2010", size=14)
    sheet.write(80, 200, "Gồm: 7 tờ", size=14)
    sheet.write(30, 225, "Phông số: 15", size=13)
    sheet.write(30, 233, "Mục lục số: 01", size=13)
    sheet.write(30, 241, "Hồ sơ số: 02", size=13)
    sheet.write(110, 225, "Thời hạn bảo quản: Vĩnh viễn", size=13)
    return sheet


def index_page(rows: Sequence[Sequence[str]], *, headed: bool) -> Sheet:
    """A page of an index; only the first has its title and headings."""
    sheet = Sheet(dpi=200)
    top = 25.0
    if headed:
        sheet.write(70, 22, "MỤC LỤC VĂN BẢN", size=14, face=Face.TIMES_BOLD)
        sheet.write(75, 30, "Số, ký hiệu hồ sơ: 02", size=13)
        top = 40.0
    lines = [HEADINGS, *rows] if headed else list(rows)
    height = 14.0
    left = 13.0
    for number, cells in enumerate(lines):
        at = left
        for cell, width in zip(cells, WIDTHS, strict=True):
            for line, words in enumerate(sheet.broken(cell, Face.TIMES, 11, width - 3)):
                sheet.write(at + 1.5, top + height * number + 5.5 + 5 * line, words, size=11)
            at += width
    bottom = top + height * len(lines)
    for number in range(len(lines) + 1):
        sheet.rule(left, top + height * number, left + sum(WIDTHS), top + height * number, width=0.4)
    at = left
    for width in (0, *WIDTHS):
        at += width
        sheet.rule(at, top, at, bottom, width=0.4)
    return sheet


def read(value: Value, *, doubtful: bool = False) -> FieldReading:
    """A value as it was read."""
    return FieldReading(value, str(value), 0.5 if doubtful else 0.95, needs_review=doubtful)


def letter(page: int, *, doubtful: Sequence[str] = (), **fields: Value) -> Document:
    """A letter on one page, from 0."""
    own = {key: read(value, doubtful=key in doubtful) for key, value in fields.items()}
    return Document((page,), "official_letter", "nd30-2020", 0.9, own)


def index(pages: tuple[int, ...], rows: Sequence[Mapping[str, Value]]) -> Document:
    """An index as it was read."""
    fields = {
        f"entries.{number}.{key}": read(value)
        for number, row in enumerate(rows)
        for key, value in row.items()
    }
    return Document(pages, "document_index", "nd30-2020", 0.9, fields)


def received(ledger: Ledger, code: str, files: Mapping[str, int], *documents: Document) -> None:
    """A dossier whose files, each with its pages, were read as some documents."""
    with ledger.transaction():
        ledger.add_dossier(code, code)
        for number, (name, pages) in enumerate(files.items(), start=1):
            ledger.add_original(
                OriginalRecord(
                    code, number, name, f"{code}/{name}", 1, 1, FileKind.PDF, "0" * 64, 1, pages, signed=False
                )
            )
        frames = [
            (number, frame) for number, pages in enumerate(files.values(), start=1) for frame in range(pages)
        ]
        ledger.set_pages(code, frames)
        for ordinal in range(1, len(frames) + 1):
            ledger.set_read(code, ordinal, {"blank": False, "problems": [], "quality": QUALITY})
        save_documents(ledger, code, documents, {"document_index"})
        ledger.move(code, Stage.EXTRACTED, "approved")


QUALITY = {
    "dpi": 300,
    "depth": 24,
    "skew": 0.4,
    "contrast": 0.8,
    "edge": 0.2,
    "clipped": [],
    "unread": 0.02,
}

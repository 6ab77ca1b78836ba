"""Sheet, cover, index and scans held against each other: what differs is listed, what agrees is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from digitize.forms.template_files import load_templates
from digitize.model import Document, Value
from digitize.pipeline.comparing import Comparison, agree, comparisons, kind_and_subject, number_and_notation
from digitize.pipeline.differences import Difference, DifferenceKind, compare
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.sheet_values import set_sheet_values
from digitize.pipeline.statements import Witness, gather, known_values
from digitize.times import now
from support.listed import index, letter, read, received

CODE = "HS-02"
FILES = {"a.002.pdf": 1, "a.003.pdf": 1, "bia.pdf": 1, "muc-luc.pdf": 1}
LISTED: list[dict[str, Value]] = [
    {
        "doc_ordinal": 1,
        "code": "11/TB-UBND",
        "issued_date": "2010-01-04",
        "title": "Thông báo nghỉ",
        "sheets": "01",
    },
    {
        "doc_ordinal": 2,
        "code": "12/TTr-UBND",
        "issued_date": "2010-01-05",
        "title": "Tờ trình về việc xin kinh phí",
        "issuer": "UBND xã Thử",
        "sheets": "02",
    },
    {
        "doc_ordinal": 3,
        "code": "13/QĐ-UBND",
        "issued_date": "2010-01-07",
        "title": "Quyết định khen",
        "sheets": "03",
    },
    {
        "doc_ordinal": 4,
        "code": "14/QĐ-UBND",
        "issued_date": "2010-02-01",
        "title": "Quyết định khác",
        "sheets": "06",
    },
]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db", now, "lan")
    yield opened
    opened.close()


def front(**fields: object) -> Document:
    own = {key: read(value) for key, value in fields.items()}  # type: ignore[arg-type]
    return Document((2,), "dossier_cover", "in-use", 0.9, own)


def dossier(ledger: Ledger) -> None:
    """Two of four documents were scanned."""
    received(
        ledger,
        CODE,
        FILES,
        letter(
            0,
            number="12",
            notation="TTr-UBND",
            issued_date="2010-01-05",
            doc_type="Tờ trình",
            subject="V/v xin kinh phi",
            issuer="ỦY BAN NHÂN DÂN XÃ THỬ",
        ),
        letter(1, doubtful=["number"], number="18", notation="QD-UBND", issued_date="2010-01-08"),
        front(start_date="2010-01-04", end_date="2010-03-31", sheet_count=6, retention="Vĩnh viễn"),
        index((3,), LISTED),
    )


def sheet(ledger: Ledger, values: Mapping[int, Mapping[str, str]]) -> None:
    with ledger.transaction():
        set_sheet_values(ledger, CODE, values, "a.xlsx")


def found(ledger: Ledger) -> list[Difference]:
    return list(compare(ledger, CODE, load_templates()).differences)


def test_only_what_differs_is_listed(ledger: Ledger) -> None:
    dossier(ledger)
    told = found(ledger)
    missing = [one.number for one in told if one.kind is DifferenceKind.NOT_SCANNED]
    assert missing == [1, 4]
    values = {(one.number, one.key): one for one in told if one.kind is DifferenceKind.VALUE}
    assert set(values) == {(0, "end_date"), (0, "total_docs"), (3, "number"), (3, "issued_date")}
    number = values[3, "number"]
    assert (number.one, number.said, number.other, number.says) == (Witness.INDEX, "13", Witness.SCANS, "18")
    assert (number.doubtful, values[3, "issued_date"].doubtful, number.place) == (True, False, 2)
    assert values[0, "end_date"].says == "2010-03-31"
    # Sheets 3 to 5 are three, on which one page cannot be all.
    assert [one.number for one in told if one.kind is DifferenceKind.PAGES_UNFIT] == [3]


def test_a_sheet_is_held_against_everything(ledger: Ledger) -> None:
    dossier(ledger)
    sheet(
        ledger,
        {
            0: {"retention": "02", "sheet_count": "6", "dossier_code": CODE},
            1: {"number": "11", "notation": "tb-ubnd"},
            2: {"number": "012", "issued_date": "2010-01-06", "page_count": "2", "file": "x/a.002.pdf"},
            9: {"subject": "không có ở đâu"},
        },
    )
    told = found(ledger)
    values = {(one.number, one.key, one.other) for one in told if one.kind is DifferenceKind.VALUE}
    assert {
        (0, "retention", Witness.COVER),
        (2, "issued_date", Witness.INDEX),
        (2, "issued_date", Witness.SCANS),
        (2, "page_count", Witness.SCANS),
    } <= values
    assert (
        not {(1, "number", Witness.INDEX), (2, "number", Witness.INDEX), (0, "sheet_count", Witness.COVER)}
        & values
    )
    not_listed = [(one.number, one.other) for one in told if one.kind is DifferenceKind.NOT_LISTED]
    assert not_listed == [(3, Witness.SHEET), (4, Witness.SHEET), (9, Witness.INDEX)]


def test_what_a_sheet_says_is_known_by_our_places(ledger: Ledger) -> None:
    assert known_values(ledger, CODE, load_templates()) == {}
    dossier(ledger)
    sheet(
        ledger, {0: {"title": "Tập lưu"}, 2: {"subject": "hai"}, 3: {"subject": "ba"}, 4: {"subject": "bốn"}}
    )
    assert known_values(ledger, CODE, load_templates()) == {
        0: {"title": "Tập lưu"},
        1: {"subject": "hai"},
        2: {"subject": "ba"},
    }


def test_no_two_scans_take_one_place_of_the_lists(ledger: Ledger) -> None:
    first, second = {"number": "12", "notation": "A"}, {"number": "13", "notation": "A"}
    received(ledger, CODE, {"scan.pdf": 2}, letter(0, **first), letter(1, **second))
    # What the sheet calls document 1 is another paper in the index; both were scanned.
    sheet(ledger, {1: dict(second), 2: {"number": "50", "notation": "B"}})
    received(ledger, "HS-03", {"x/1.pdf": 1, "y/1.pdf": 1}, letter(0), letter(1))
    with ledger.transaction():
        set_sheet_values(ledger, "HS-03", {1: {"file": "x/1.pdf"}, 2: {"subject": "hai"}}, "a.xlsx")
    for code in (CODE, "HS-03"):
        numbers = list(gather(ledger, code, load_templates()).numbers.values())
        assert len(numbers) == len(set(numbers))
    assert known_values(ledger, CODE, load_templates())[2] == second


def test_scans_are_found_in_the_lists_by_number_and_notation_or_by_order(ledger: Ledger) -> None:
    both = {"number": "13", "notation": "QĐ-UBND"}
    received(
        ledger, CODE, {"scan.pdf": 3}, letter(0, **both), letter(1, number="99"), index((2,), LISTED[:3])
    )
    told = found(ledger)
    assert [one.number for one in told if one.kind is DifferenceKind.NOT_SCANNED] == [1, 2]
    assert [one.place for one in told if one.kind is DifferenceKind.NOT_LISTED] == [2]
    received(ledger, "HS-03", {"scan.pdf": 3}, letter(0), letter(1, number="12"), index((2,), LISTED[1:3]))
    (one,) = [d for d in compare(ledger, "HS-03", load_templates()).differences if d.key == "number"]
    assert (one.number, one.place, one.said, one.says) == (3, 2, "13", "12")


def test_another_order_is_told(ledger: Ledger) -> None:
    received(
        ledger,
        CODE,
        {"scan.pdf": 3},
        letter(0, number="13", notation="QĐ-UBND"),
        letter(1, number="12", notation="TTr-UBND"),
        index((2,), LISTED[1:3]),
    )
    assert [(one.number, one.place) for one in found(ledger) if one.kind is DifferenceKind.ORDER] == [(2, 2)]


def how(key: str) -> Comparison:
    data = comparisons()
    return data.document.get(key) or data.whole[key]


@pytest.mark.parametrize(
    ("key", "one", "other", "same"),
    [
        ("number", "07", "7", True),
        ("number", "7", "17", False),
        ("number", "7a", "7A", True),
        ("notation", "TTr-UBND", "ttr -ubnd", True),
        ("notation", "QĐ-UBND", "QĐ-HĐND", False),
        ("issued_date", "2010-07", "2010-07-05", True),
        ("issued_date", "2010-07-05", "2010-07-06", False),
        ("subject", "Về việc xin kinh phí", "V/v xin kinh phi", True),
        ("subject", "báo cáo tháng 9 năm 2010", "báo cáo tháng 10 năm 2010", False),
        ("subject", "xin mua xe", "xin sửa nhà", False),
        ("issuer", "UBND xã Thử", "Ủy ban nhân dân xã Thử", True),
        ("issuer", "Chi cục ATVSTP", "CHI CỤC AN TOÀN VỆ SINH THỰC PHẨM TỈNH X", True),
        ("issuer", "UBND xã A", "UBND xã B", False),
        ("issuer", "UBND phường 1", "UBND phường 2", False),
        ("sheets", "01", "1-3", True),
        ("sheets", "1", "2", False),
    ],
)
def test_what_agrees(key: str, one: str, other: str, *, same: bool) -> None:
    assert agree(how(key), one, other) is same
    assert agree(how(key), other, one) is same


def test_titles_and_codes_are_parted() -> None:
    assert kind_and_subject("Tờ trình về việc xin kinh phí") == ("Tờ trình", "xin kinh phí")
    assert kind_and_subject("Công văn V/v mượn nhà.") == ("Công văn", "mượn nhà")
    assert kind_and_subject("Thơ mời họp") == ("", "Thơ mời họp")
    assert number_and_notation("136/ĐN- CC") == ("136", "ĐN-CC")
    assert number_and_notation("QĐ-CC") == ("", "QĐ-CC")
    assert number_and_notation("25") == ("25", "")

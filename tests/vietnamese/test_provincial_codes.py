"""What the QR code of provincial papers says, however its parts are parted."""

from __future__ import annotations

import pytest

from digitize.vietnamese.provincial_codes import ProvincialCode, parse_provincial

NUMBER, PROCEDURE, PERSON = "000.19.29.H99-230412-0001", "1.001193", "012345678901"
PAPER = "Tờ khai đăng ký khai sinh"


@pytest.mark.parametrize(
    "text",
    [
        f"{NUMBER}|{PROCEDURE}|{PERSON}|{PAPER}",
        f"{PAPER};{PERSON};{PROCEDURE};{NUMBER}",
        f"{NUMBER}\n{PROCEDURE}\n{PERSON}\n{PAPER}\n",
        f"Mã hồ sơ: {NUMBER}\nMã thủ tục: {PROCEDURE}\nSố định danh: {PERSON}\nTên giấy tờ: {PAPER}",
        f"mahoso={NUMBER}&matthc={PROCEDURE}&dinhdanh={PERSON}&tengiayto={PAPER}",
        f"{NUMBER} | {PROCEDURE} | {PERSON} | {PAPER} | An",
    ],
)
def test_the_parts_are_told_by_what_they_are(text: str) -> None:
    assert parse_provincial(text) == ProvincialCode(NUMBER, PROCEDURE, PERSON, PAPER)


def test_numbers_of_newer_systems_and_organisations_are_known() -> None:
    said = parse_provincial("H99.64.33-261118-00042|2.000635.000.00.00.H99|0101234567-001|Giấy phép")
    assert said == ProvincialCode(
        "H99.64.33-261118-00042", "2.000635.000.00.00.H99", "0101234567-001", "Giấy phép"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        NUMBER,
        f"{NUMBER}|{PERSON}|{PAPER}",
        f"{NUMBER}|{PROCEDURE}|{PAPER}",
        f"{PROCEDURE}|{PERSON}|{PAPER}",
        f"{NUMBER}|000.19.29.H99-230412-0002|{PROCEDURE}|{PERSON}|{PAPER}",
        f"{NUMBER}|{PROCEDURE}|2.000635|{PERSON}|{PAPER}",
        f"https://example.vn/{NUMBER}|{PROCEDURE}|{PERSON}|{PAPER}",
        "012345678901|012345678|Nguyễn Văn Mẫu|01011990|Nam|Phường Sao Mai|01012022",
        f"{NUMBER}|{PROCEDURE}|{PERSON}|" + "x" * 1000,
    ],
)
def test_any_other_code_is_none(text: str) -> None:
    assert parse_provincial(text) is None

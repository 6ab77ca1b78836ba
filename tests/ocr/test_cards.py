"""Lines of identity cards are told from those of letters and forms."""

from __future__ import annotations

import pytest

from digitize.model import Word
from digitize.ocr.cards import is_of_card, shows_both_sides


def page(*lines: str) -> list[Word]:
    return [
        Word(text, (10 + 90 * place, 40 * row, 90 + 90 * place, 40 * row + 30), 0.9, row)
        for row, line in enumerate(lines)
        for place, text in enumerate(line.split())
    ]


@pytest.mark.parametrize(
    "line",
    [
        "SOCIALIST REPUBLIC OF VIET NAM",
        "SOCIALLST REPUBLlC 0F VIET NAM",
        "Ngày sinh / Date of birth: 01/02/1990",
        "Họ và tên / Fuil name:",
        "Citizen ldentity Card",
    ],
)
def test_lines_of_a_card(line: str) -> None:
    assert is_of_card(line)


@pytest.mark.parametrize(
    "line",
    ["", "a", "Full", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: 12/QĐ-UBND", "Độc lập - Tự do - Hạnh phúc"],
)
def test_lines_of_letters_and_scraps_are_none(line: str) -> None:
    assert not is_of_card(line)


@pytest.mark.parametrize(
    "back", ["IDVNM190000017 4001190 <<5", "NGUYEN<<THI<MAU<<<", "MINISTRY OF PUBLIC SECURlTY"]
)
def test_front_and_back_on_one_page_are_both_sides(back: str) -> None:
    assert shows_both_sides(page("Citizen Identity Card", "Họ và tên / Full name:", back))
    assert not shows_both_sides(page(back, "Nơi cư trú"))


def test_one_side_alone_is_not() -> None:
    assert not shows_both_sides(page("Citizen Identity Card", "Họ và tên / Full name:"))
    assert not shows_both_sides([])

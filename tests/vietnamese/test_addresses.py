"""Communes of today and before July 2025 in addresses."""

from __future__ import annotations

import pytest

from digitize.vietnamese.addresses import known_units, locate_address, misspelled_unit, with_units_spelled
from digitize.vietnamese.communes import all_communes, bare_name, communes_of_today, number_provinces
from digitize.vietnamese.vocabulary import PROVINCES


def test_the_lists_are_whole_and_every_old_commune_became_one_of_today() -> None:
    today = communes_of_today()
    before = [commune for commune in all_communes() if commune.district]
    assert (len(today), len(before)) == (3321, 10040)
    assert len({commune.province for commune in today.values()}) == 34
    assert len({commune.province for commune in before}) == 63
    assert all(commune.now and set(commune.now) <= set(today) for commune in before)
    assert len(number_provinces()) == 63
    assert {bare_name(commune.province) for commune in before} - set(PROVINCES) == {"Huế"}


@pytest.mark.parametrize(
    ("address", "names", "now"),
    [
        ("Thôn 2, xã Vĩnh Thực, tỉnh Quảng Ninh", {"Xã Vĩnh Thực"}, ["Xã Vĩnh Thực"]),
        ("xã Vĩnh Thực, thành phố Móng Cái, tỉnh Quảng Ninh", {"Xã Vĩnh Thực"}, ["Xã Vĩnh Thực"]),
        ("Trạm y tế xã Đình Bảng, tỉnh Bắc Ninh", {"Phường Đình Bảng"}, ["Phường Từ Sơn"]),
        ("P. Bến Nghé, Q. 1, TP. Hồ Chí Minh", {"Phường Bến Nghé"}, ["Phường Sài Gòn"]),
        ("phường Bến Nghé, quận 1, TPHCM", None, []),
        ("Phường Phúc Xá, quận Ba Đình, Hà Nội", {"Phường Phúc Xá"}, ["Phường Hồng Hà"]),
        # Split: two candidates, no choice.
        (
            "xã Tân Thạnh, huyện Thới Lai, thành phố Cần Thơ",
            {"Xã Tân Thạnh"},
            ["Xã Tân Thạnh", "Xã Trường Thành"],
        ),
        ("xã Không Có, huyện Kỳ Anh, tỉnh Hà Tĩnh", set(), []),
        ("xã Vĩnh Thực, tỉnh Không Có", None, []),
        ("Vĩnh Thực", None, []),
        ("", None, []),
    ],
)
def test_communes_are_found_with_what_became_of_them(
    address: str, names: set[str] | None, now: list[str]
) -> None:
    found = locate_address(address)
    if names is None:
        assert found is None
    else:
        assert found is not None
        assert {commune.name for commune in found.communes} == names
        assert [commune.name for commune in found.now] == now


@pytest.mark.parametrize(
    ("address", "odd"),
    [
        ("xã Kỳ Xuâm, huyện Kỳ Anh, tỉnh Hà Tĩnh", ("Kỳ Xuâm", "Xã Kỳ Xuân")),
        ("xã Kỳ Xuân, huyện Kỳ Ành, tỉnh Hà Tĩnh", None),
        ("xã Ba Tơ, huyện Ba Tơ, tỉnh Quảng Ngãi", ("Ba Tơ", "Xã Ba Tô")),
        ("xã Ba Tô, huyện Ba Tơ, tỉnh Quảng Ngãi", None),
    ],
)
def test_a_name_that_is_nearly_one_of_the_list_is_odd(address: str, odd: tuple[str, str] | None) -> None:
    found = locate_address(address)
    assert found is not None
    assert found.odd == odd


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        (
            "Số 3 đường Ky Anh, xã Ky Xuân, huyện Ky Anh, Hà Tinh",
            "Số 3 đường Ky Anh, xã Kỳ Xuân, huyện Kỳ Anh, Hà Tĩnh",
        ),
        ("xã Ea Kly, tỉnh ĐẮk Lắk", "xã Ea Kly, tỉnh Đắk Lắk"),
        ("XÃ VINH THỰC, TỈNH QUẢNG NINH", "XÃ VĨNH THỰC, TỈNH QUẢNG NINH"),
        ("xã Ba Tô, huyện Ba Tơ, tỉnh Quảng Ngãi", "xã Ba Tô, huyện Ba Tơ, tỉnh Quảng Ngãi"),
    ],
)
def test_names_get_the_accents_that_the_list_proves(text: str, spelled: str) -> None:
    found = locate_address(text)
    assert found is not None
    assert with_units_spelled(text, found.proven) == spelled


def test_what_the_whole_country_spells_one_way_is_known_without_a_province() -> None:
    text = "Chi nhánh Văn phòng đăng ký đất đai huyện Bao Lac"
    assert with_units_spelled(text, known_units(text)) == "Chi nhánh Văn phòng đăng ký đất đai huyện Bảo Lạc"
    assert known_units("xã Tan Hoa") == ()
    assert known_units("đường Bao Lac") == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xã Đân Hòa", "Đân Hòa"),
        ("xã Dân Hòa", None),
        ("xã Dân Hoà", None),
        ("Công an phường 7", None),
        ("xã", None),
    ],
)
def test_accents_that_no_unit_of_the_name_has_are_odd(text: str, name: str | None) -> None:
    found = misspelled_unit(text)
    assert (found[0] if found else None) == name

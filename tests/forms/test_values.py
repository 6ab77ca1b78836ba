"""Values by type: in the form of the contract, or none with a reason; never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.forms.template import FieldType
from digitize.forms.value_texts import clean
from digitize.forms.values import is_body, is_unit, read_value, without_printed
from digitize.model import Value
from digitize.vietnamese.vocabulary import ETHNIC_GROUPS, NATIONALITIES, RELATIONS

CARD = {"number": "038099991188", "issuer": "Cục Cảnh sát QLHC về TTXH", "issued_on": "2021-01-21"}


def codes(kind: FieldType, text: str) -> list[str]:
    return [problem.code for problem in read_value(kind, text).problems]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("....... Kinh .......", "Kinh"),
        ("  Việt   Nam ;", "Việt Nam"),
        ("Số 5 … đường Lê Lợi", "Số 5 đường Lê Lợi"),
        ("___ 05 ___", "05"),
        ("Trạm y tế (cũ)", "Trạm y tế (cũ)"),
        ("| Dao ·", "Dao"),
        ("xã Chơ Long ˆ", "xã Chơ Long"),
        (". . . .", ""),
        ("TP. Cần Thơ", "TP. Cần Thơ"),
        ("01./2021", "01/2021"),
        ("15/.03/.2026", "15/03/2026"),
    ],
)
def test_leaders_and_stray_marks_are_no_part_of_a_value(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@settings(max_examples=100)
@given(st.text(st.sampled_from("aạĐ05 .,;:-_…|'·/"), max_size=25))
def test_cleaning_twice_changes_nothing_more_and_loses_no_letter(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "".join(filter(str.isalnum, once)) == "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("text", ["", " ", "......", "…", "___"])
def test_where_nothing_is_written_the_value_is_none_without_a_problem(kind: FieldType, text: str) -> None:
    read = read_value(kind, text)
    assert (read.value, read.problems) == (None, ())


@settings(max_examples=150)
@given(st.sampled_from(list(FieldType)), st.text(max_size=40))
def test_whatever_is_read_a_lost_value_has_its_reason(kind: FieldType, text: str) -> None:
    read = read_value(kind, text)
    assert read.value is not None or read.problems or not clean(text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.DATE, "21/10/2026 .....", "2026-10-21"),
        (FieldType.DATE, "1993", "1993"),
        (FieldType.DATE_WORDS, "Ngày bốn tháng tư, năm hai nghìn", "Ngày bốn tháng tư năm hai nghìn"),
        (FieldType.SEX, "nu", "Nữ"),
        (FieldType.SEX, "NAM", "Nam"),
        (FieldType.ETHNICITY, "Muờng", "Mường"),
        (FieldType.NATIONALITY, "VIÊT NAM", "Việt Nam"),
        (FieldType.RELATION, "Me", "Mẹ"),
        (FieldType.INT, "05", 5),
        (FieldType.INT, "20.000 000", 20_000_000),
        (FieldType.NUMBER, "125,5", 125.5),
        (FieldType.NUMBER, "1.250", 1250),
        (FieldType.NUMBER, "114.9", 114.9),
        (FieldType.TIME, "16 giờ32 — phút", "16:32"),
        (FieldType.TIME, "7 giờ", "07:00"),
        (FieldType.TIME, "23:03", "23:03"),
        (FieldType.PID, "022 195 593 957", "022195593957"),
        (FieldType.PID, "C1234567", "C1234567"),
        (FieldType.PHONE, "0912.345.678", "0912345678"),
        (FieldType.PHONE, "+84 912 345 678", "84912345678"),
        (FieldType.EMAIL, "a.b@example. vn", "a.b@example.vn"),
        (FieldType.DIGITS, "31 1524 6879", "3115246879"),
        (FieldType.MONTH, "03/2015", "2015-03"),
        (FieldType.MONTH, "2015", "2015"),
        (FieldType.NAME, "Không", "Không"),
        (
            FieldType.ADDRESS,
            "Số 1 đường Lê Lợi xã Tân Hương, tỉnh Đồng Tháp",
            "Số 1 đường Lê Lợi, xã Tân Hương, tỉnh Đồng Tháp",
        ),
        (
            FieldType.ADDRESS,
            "Số 1 đường Lê Lợi xã Tân Hương tỉnh Đồng Tháp",
            "Số 1 đường Lê Lợi, xã Tân Hương, tỉnh Đồng Tháp",
        ),
        (FieldType.ADDRESS, "Công an xã Tân Hương", "Công an xã Tân Hương"),
        (FieldType.ADDRESS, "phường A, thành phố, Cần Thơ", "phường A, thành phố Cần Thơ"),
        (FieldType.ADDRESS, "phường A, thành phố Cần. Thơ", "phường A, thành phố Cần Thơ"),
        (FieldType.ADDRESS, "phường A, TP. Cần Thơ", "phường A, TP. Cần Thơ"),
        (FieldType.TEXT, "Tăng cho quyền sử dụng đất", "Tặng cho quyền sử dụng đất"),
        (FieldType.TEXT, "Ủy bạn nhân dân xã Đình Bảng", "Ủy ban nhân dân xã Đình Bảng"),
        (FieldType.IDDOC, "CCCD 038099991188, cấp ngày 21-01-2021, Cục Cảnh sát QLHC về TTXH", CARD),
        (FieldType.IDDOC, "038099991188 Cấp ngày 21 tháng 01 năm 2021 Tại: Cục Cảnh sát QLHC về TTXH", CARD),
        (FieldType.NAME, "LÊ PHƯƠNG CHI", "LÊ PHƯƠNG CHI"),
        (FieldType.ADDRESS, "Bênh viên Sản Nhi. phường Bãi Cháy", "Bệnh viện Sản Nhi, phường Bãi Cháy"),
        (FieldType.IDDOC, "CCCD số 038099991188 do Cục Cảnh sát QLHC về TTXH cấp ngày 21/01/2021", CARD),
        (FieldType.IDDOC, "CCCD 038 099 991 188 do Cuc Canh sat QLHC ve TTXH cap ngay 21/1/2021", CARD),
        (FieldType.TEXT, "Ủy ban nhân dân phường Sao Mai", "Ủy ban nhân dân phường Sao Mai"),
        (FieldType.TEXT, "đất đai huyên Bảo Lac", "đất đai huyện Bảo Lạc"),
        (FieldType.TEXT, "quyền. sử dung đất", "quyền sử dụng đất"),
        (FieldType.TEXT, "Cấp lại thẻ BHYT", "Cấp lại thẻ BHYT"),
        (FieldType.ADDRESS, "xã Vinh Thưc, tỉnh Quảng Ninh", "xã Vĩnh Thực, tỉnh Quảng Ninh"),
        (FieldType.ADDRESS, "xã Ya Ma tỉnh Gia Lai", "xã Ya Ma, tỉnh Gia Lai"),
        (
            FieldType.ADDRESS,
            "Xóm Mới phường Phong Cốc, thị xã Quảng Yên, tỉnh Quảng Ninh",
            "Xóm Mới, phường Phong Cốc, thị xã Quảng Yên, tỉnh Quảng Ninh",
        ),
        (
            FieldType.ADDRESS,
            "Số 12.đường Lê Lợi,. phường Nhân Hòa. , tỉnh Bắc Ninh",
            "Số 12 đường Lê Lợi, phường Nhân Hòa, tỉnh Bắc Ninh",
        ),
        (FieldType.ADDRESS, "phường Bồ Đề, thành phố,. Hà Nội", "phường Bồ Đề, thành phố Hà Nội"),
        (
            FieldType.ADDRESS,
            "Tổ 7„ phường Trung Nhứt, thành phố Cần Thơ",
            "Tổ 7, phường Trung Nhứt, thành phố Cần Thơ",
        ),
        (FieldType.ADDRESS, "1 Tổ 7, xã Lý Quốc, , tỉnh Cao Bằng m", "Tổ 7, xã Lý Quốc, tỉnh Cao Bằng"),
        (FieldType.ADDRESS, "xã SRó, huyện Kông Chro, tỉnh Gia Lai", "xã SRó, huyện Kông Chro, tỉnh Gia Lai"),
        (FieldType.NAME, "1 MAI THU. LAN", "MAI THU LAN"),
        (FieldType.DATE, "05_ tháng 06 năm .2025", "2025-06-05"),
        (FieldType.PID, "022195593958", "022195593958"),
        (FieldType.TEXT, "Công an xã la Tôr", "Công an xã Ia Tôr"),
        (FieldType.TEXT, "Số 230 đường Iý Thường Kiệt", "Số 230 đường Lý Thường Kiệt"),
        (FieldType.TEXT, "01/202 3", "01/2023"),
        (FieldType.TEXT, "42/G BT", "42/GBT"),
        (FieldType.TEXT, "42/QĐ UBND", "42/QĐ UBND"),
        (FieldType.TEXT, "Xác nhận của xã. Đề nghị giải quyết", "Xác nhận của xã. Đề nghị giải quyết"),
        (FieldType.ADDRESS, "xã Thanh Quân, tỉnh: Thanh Hóa", "xã Thanh Quân, tỉnh Thanh Hóa"),
    ],
)
def test_values_come_in_the_form_of_the_contract(kind: FieldType, text: str, value: Value) -> None:
    read = read_value(kind, text)
    assert read.value == value
    assert read.problems == ()


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (FieldType.DATE, "31/02/2025", "date_unreadable"),
        (FieldType.DATE, "21/10/2O26", "date_unreadable"),
        (FieldType.DATE_WORDS, "Ngày bốm tháng tư năm hai nghìn", "date_words_unreadable"),
        (FieldType.SEX, "Nam Nữ", "sex_unknown"),
        (FieldType.ETHNICITY, "Kính chào", "ethnicity_unknown"),
        (FieldType.NATIONALITY, "Việt", "nationality_unknown"),
        (FieldType.RELATION, "Bà nôi chồng", "relation_unknown"),
        (FieldType.INT, "năm", "number_unreadable"),
        (FieldType.NAME, "LÊ PHƯ0NG CHI", "name_odd"),
        (FieldType.NAME, "Chi", "name_odd"),
        (FieldType.NAME, "NGUYÊN VĂN AN", "name_unusual"),
        (FieldType.ADDRESS, "Trạm y tế Hac Thành", "syllable_odd"),
        (FieldType.ADDRESS, "Số 5 § Lê Lợi", "character_odd"),
        (FieldType.ADDRESS, "Số 5 ˆ Lê Lợi", "character_odd"),
        (FieldType.TEXT, "Hộ kinh doanh Hiếu Bình. Minh", "character_odd"),
        (FieldType.ADDRESS, "Bệnh viện Quang Ninh", "name_unusual"),
        (FieldType.TEXT, "Uỷ ban nhân dân phừơng ¬", "character_odd"),
    ],
)
def test_what_does_not_fit_its_type_is_for_a_person(kind: FieldType, text: str, code: str) -> None:
    assert codes(kind, text) == [code]


@pytest.mark.parametrize(
    "address",
    [
        "Số 5 phố Phương Mai, phường Kim Liên, Hà Nội",
        "Số 7 đường Ngô Gia Tự",
        "xã Thạnh Hóa, tỉnh Tây Ninh",
        "huyện Phù Yên, tỉnh Sơn La",
        "xã Quảng Trung, tỉnh Quảng Bình",
        "huyện Tĩnh Gia, tỉnh Thanh Hóa",
        "Số 3 An Dương Vương",
        "phố Quán Thánh",
        "tỉnh Hoà Bình",
    ],
)
def test_a_place_that_bears_nearly_the_name_of_another_keeps_its_own(address: str) -> None:
    assert read_value(FieldType.ADDRESS, address).value == address


@pytest.mark.parametrize("kind", [FieldType.ETHNICITY, FieldType.NATIONALITY, FieldType.RELATION])
def test_every_word_of_a_closed_list_is_itself(kind: FieldType) -> None:
    words = {
        FieldType.ETHNICITY: ETHNIC_GROUPS,
        FieldType.NATIONALITY: NATIONALITIES,
        FieldType.RELATION: RELATIONS,
    }[kind]
    wrong = [word for word in words if read_value(kind, word).value != word]
    assert wrong == []
    # Words that differ in nothing but accents cannot be told when accents are lost.
    doubtful = [word for word in words if read_value(kind, word).problems]
    assert len(doubtful) <= 4


@pytest.mark.parametrize(
    ("text", "problems", "value"),
    [
        (
            "CCCD số 03809999118 do Cục Cảnh sát QLHC về TTXH cấp ngày 21/01/2021",
            ["iddoc_number_unreadable"],
            CARD | {"number": None},
        ),
        (
            "038099991188 và 012345678 do Cục Cảnh sát QLHC về TTXH cấp ngày 21/01/2021",
            ["iddoc_number_unreadable"],
            CARD | {"number": None},
        ),
        (
            "CCCD số 038099991188 do Cục Cảnh sát QLHC về TTXH cấp ngày 41/01/2021",
            ["iddoc_date_unreadable"],
            CARD | {"issued_on": None},
        ),
        (
            "CCCD số 038099991188",
            ["iddoc_issuer_unreadable", "iddoc_date_unreadable"],
            {"number": "038099991188", "issuer": None, "issued_on": None},
        ),
        (
            "số 038099991188 do Ủy ban cấp ngày 21/01/2021",
            ["iddoc_issuer_unknown"],
            CARD | {"issuer": "Ủy ban"},
        ),
    ],
)
def test_each_part_of_an_identity_paper_is_doubted_for_itself(
    text: str, problems: list[str], value: dict[str, str | None]
) -> None:
    assert codes(FieldType.IDDOC, text) == problems
    assert read_value(FieldType.IDDOC, text).value == value


@settings(max_examples=60)
@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_a_number_of_another_length_is_never_cut_to_fit(digits: str) -> None:
    read = read_value(FieldType.IDDOC, f"số {digits} do Bộ Công an cấp ngày 01/02/2023").value
    assert isinstance(read, dict)
    assert read["number"] == (digits if len(digits) in (9, 12) else None)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (FieldType.INT, "1 2", "number_unreadable"),
        (FieldType.NUMBER, "12,5x", "number_unreadable"),
        (FieldType.TIME, "25 giờ", "time_odd"),
        (FieldType.NAME, "Đỗ DIỆU OANH", "name_odd"),
        (FieldType.PID, "02219559395", "pid_odd"),
        (FieldType.PHONE, "912345", "phone_odd"),
        (FieldType.EMAIL, "a.example.vn", "email_odd"),
        (FieldType.MONTH, "13/2015", "date_unreadable"),
        (FieldType.DIGITS, "31A5", "number_unreadable"),
        (FieldType.ADDRESS, "xã Tân Hương, tỉnh Đầng Tháp", "province_unknown"),
        (FieldType.ADDRESS, "Ấn 5, xã Tân Hương, tỉnh Đồng Tháp", "place_odd"),
        (FieldType.TEXT, "Ủy han nhân dân phường Hà Tu", "phrase_odd"),
        (FieldType.ADDRESS, "xã Đân Hòa", "unit_odd"),
        (FieldType.ADDRESS, "1", "not_readable"),
        (FieldType.TEXT, "1", "not_readable"),
        (FieldType.PID, "003195593958", "pid_province_odd"),
        (FieldType.PID, "022395593958", "pid_odd"),
        (FieldType.IDDOC, "CCCD 999099991188 do Bộ Công an cấp 02/01/2025", "pid_province_odd"),
    ],
)
def test_a_value_of_one_kind_that_is_odd_is_for_a_person(kind: FieldType, text: str, code: str) -> None:
    assert code in [problem.code for problem in read_value(kind, text).problems]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("(2)", ""),
        ("®", ""),
        ("q)", ""),
        ("Nguyễn,, Văn", "Nguyễn, Văn"),
        ("21", "21"),
        ("(bản sao)", "(bản sao)"),
        # Letters are tidied by nothing else: what they say stays.
        ("trên địa bàn tỉnh. Các đơn vị", "trên địa bàn tỉnh. Các đơn vị"),
        ("Số: 12/QĐ UBND", "Số: 12/QĐ UBND"),
    ],
)
def test_marks_of_footnotes_alone_are_no_value(text: str, left: str) -> None:
    assert clean(text) == left


@pytest.mark.parametrize(
    ("word", "units", "told"),
    [
        ("bản", ("bản",), True),
        ("m?", ("m²",), True),
        ("m2", ("m²",), True),
        ("12", ("m²",), False),
        ("Mai", ("m",), False),
    ],
)
def test_units_are_known_though_their_raised_sign_is_misread(
    word: str, units: tuple[str, ...], *, told: bool
) -> None:
    assert is_unit(word, units) is told


def test_what_a_form_prints_between_the_parts_of_a_date_is_no_date() -> None:
    assert without_printed(FieldType.DATE, "tháng năm") == ""
    assert without_printed(FieldType.DATE, "05 tháng năm 2026") == "05 tháng năm 2026"


@pytest.mark.parametrize(
    ("kind", "text", "likely"),
    [
        (FieldType.NAME, "TRINH THỊ HÀ", "TRỊNH THỊ HÀ"),
        (FieldType.NAME, "ĐĂNG THÙY LINH", "ĐẶNG THÙY LINH"),
        (
            FieldType.ADDRESS,
            "xã Kỳ Xuâm, huyện Kỳ Anh, tỉnh Hà Tĩnh",
            "xã Kỳ Xuân, huyện Kỳ Anh, tỉnh Hà Tĩnh",
        ),
        (FieldType.ADDRESS, "xã Khoen On, tỉnh Lai Chât", "xã Khoen On, tỉnh Lai Châu"),
        (FieldType.RELATION, "Chủ bộ", "Chủ hộ"),
    ],
)
def test_what_a_value_most_likely_is_is_shown_and_still_for_a_person(
    kind: FieldType, text: str, likely: str
) -> None:
    read = read_value(kind, text)
    assert read.value == likely
    assert read.problems != ()


def test_a_party_is_a_person_or_a_body() -> None:
    assert is_body("Công ty TNHH Hoa Sen")
    assert is_body("ỦY BAN NHÂN DÂN XÃ HÀ TU")
    assert not is_body("NGUYỄN VĂN AN")


@pytest.mark.parametrize(
    ("kind", "text", "whole"),
    [
        (FieldType.ADDRESS, "xã Vĩnh Thực, tỉnh Quảng Ninh", True),
        (FieldType.ADDRESS, "xã Vĩnh Thực", False),
        (FieldType.IDDOC, "CCCD số 038099991188 do Bộ Công an cấp ngày 21/01/2025", True),
        (FieldType.IDDOC, "CCCD số 038099991188 do Bộ Công an", False),
        (FieldType.TEXT, "Làm ruộng", False),
    ],
)
def test_some_values_tell_that_nothing_follows_them(kind: FieldType, text: str, *, whole: bool) -> None:
    assert read_value(kind, text).whole is whole


@pytest.mark.parametrize("kind", [FieldType.PID, FieldType.PHONE])
def test_a_label_is_no_number(kind: FieldType) -> None:
    read = read_value(kind, "Người đại diện 1")
    assert read.value is None
    assert read.problems != ()

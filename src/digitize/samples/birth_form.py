"""Tờ khai đăng ký khai sinh, drawn after the forms of TT 04/2020/TT-BTP and TT 04/2024/TT-BTP."""

from __future__ import annotations

import datetime as dt
from random import Random

from digitize.fonts import Face
from digitize.samples.form_writer import LEFT, LINE, RIGHT, Blank, Fill, FormWriter
from digitize.samples.people import Person, make_address, make_date, make_person
from digitize.samples.sheet import A4, Sheet
from digitize.samples.stationery import national_motto, signature
from digitize.vietnamese.dates import date_in_words

FORM = "birth_registration"
VERSIONS = ("tt04-2020", "tt04-2024")

_CARD_ISSUER = "Cục Cảnh sát QLHC về TTXH"
_HOSPITALS = (
    "Bệnh viện Sản Nhi, phường Bãi Cháy, tỉnh Quảng Ninh",
    "Trạm y tế xã Đình Bảng, tỉnh Bắc Ninh",
    "Bệnh viện Phụ sản, phường Hạc Thành, tỉnh Thanh Hóa",
)

Truth = dict[str, object]


def draw_birth_form(
    random: Random,
    version: str,
    fill: Fill,
    *,
    office: str,
    made_at: str,
    dpi: int = 200,
    disagreeing_words: bool = False,
) -> tuple[Sheet, Truth]:
    """Draw one filled form.

    Args:
        random: where everything made up comes from.
        version: one of ``VERSIONS``.
        fill: how the values are written.
        office: who the form is addressed to.
        made_at: where it was signed.
        dpi: resolution of the drawing.
        disagreeing_words: the birth date in words says another day than the digits.

    Returns:
        The sheet, and the truth of every field by its key.
    """
    modern = version == "tt04-2024"
    mother = make_person(random, sex="Nữ", first=1988, last=2004)
    father = make_person(random, sex="Nam", first=1985, last=2002)
    requester = random.choice((mother, father))
    made_on = make_date(random, 2026, 2026)
    born = made_on - dt.timedelta(days=random.randint(2, 50))
    child = make_person(random, sex=random.choice(("Nam", "Nữ")), first=2026, last=2026)
    family_name = father.name.split()[0]
    child_name = " ".join([family_name, *child.name.split()[1:]])
    words = date_in_words(born if not disagreeing_words else born - dt.timedelta(days=1))
    hometown = make_address(random)[0].split(", ", 1)[1]
    birth_place = random.choice(_HOSPITALS)
    relation = "Mẹ" if requester is mother else "Cha"
    copies = random.randint(1, 5)
    marriage_on = made_on - dt.timedelta(days=random.randint(300, 2000))
    marriage_number, marriage_book = str(random.randint(11, 140)), f"01/{marriage_on.year}"
    card_dates = {id(p): make_date(random, 2021, 2023) for p in (mother, father)}

    sheet = Sheet(dpi=dpi)
    national_motto(sheet, A4[0] / 2, 15)
    title = "TỜ KHAI ĐĂNG KÝ KHAI SINH"
    sheet.write(A4[0] / 2, 31, title, face=Face.TIMES_BOLD, size=14, align="centre")
    form = FormWriter(sheet, fill, top=41)
    form.blanks(Blank("Kính gửi: (1)", office), indent=22)

    def card(person: Person) -> str:
        return f"CCCD số {person.pid} do {_CARD_ISSUER} cấp ngày {_short(card_dates[id(person)])}"

    def parent(label: str, person: Person) -> None:
        form.blanks(Blank(label, person.name, bold=True))
        form.blanks(
            Blank("Năm sinh: (5)", _short(person.born) if modern else str(person.born.year), 1.2),
            Blank("Dân tộc: (2)" if modern else "Dân tộc:", person.ethnicity),
            Blank("Quốc tịch: (2)" if modern else "Quốc tịch:", "Việt Nam"),
        )
        form.blanks(Blank("Nơi cư trú: (2)", person.residence), lines=2)
        if modern:
            form.blanks(Blank("Giấy tờ tùy thân: (3)", card(person)), lines=2)

    form.blanks(Blank("Họ, chữ đệm, tên người yêu cầu:", requester.name, bold=True))
    if modern:
        form.blanks(Blank("Ngày, tháng, năm sinh:", _short(requester.born)))
    form.blanks(Blank("Nơi cư trú: (2)", requester.residence), lines=2)
    form.blanks(Blank("Giấy tờ tùy thân: (3)", card(requester)), lines=2)
    form.blanks(Blank("Quan hệ với người được khai sinh:", relation))
    form.text("Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:", face=Face.TIMES_BOLD)
    form.blanks(Blank("Họ, chữ đệm, tên:", child_name, bold=True))
    form.blanks(
        Blank("Ngày, tháng, năm sinh:", _short(born), 0.46),
        Blank("ghi bằng chữ:", words, 0.54),
        lines=2,
    )
    form.blanks(
        Blank("Giới tính:", child.sex),
        Blank("Dân tộc:", father.ethnicity),
        Blank("Quốc tịch:", "Việt Nam", 1.2),
    )
    form.blanks(Blank("Nơi sinh: (4)", birth_place), lines=2)
    form.blanks(Blank("Quê quán:", hometown))
    parent("Họ, chữ đệm, tên người mẹ:", mother)
    parent("Họ, chữ đệm, tên người cha:", father)
    if modern:
        form.text(
            "Thông tin về Giấy chứng nhận kết hôn của cha, mẹ trẻ (nếu cha, mẹ trẻ đã ĐKKH):",
            face=Face.TIMES_ITALIC,
        )
        form.blanks(
            Blank("Số:", marriage_number, 0.13),
            Blank(", Quyển số:", marriage_book, 0.24),
            Blank(", đăng ký ngày", _short(marriage_on), 0.31),
            Blank("tại", "UBND " + made_at, 0.32),
        )
    form.text(
        "Tôi cam đoan nội dung đề nghị đăng ký khai sinh trên đây là đúng sự thật, được sự thỏa "
        "thuận nhất trí của các bên liên quan theo quy định pháp luật."
    )
    _signing(form, random, requester, made_at, made_on)
    _copies(form, copies)

    truth: Truth = {
        "addressed_to": office,
        "requester_name": requester.name,
        "requester_dob": requester.born.isoformat() if modern else None,
        "requester_residence": requester.residence,
        "requester_iddoc": _card_truth(requester, card_dates),
        "requester_relation": relation,
        "child_name": child_name,
        "child_dob": born.isoformat(),
        "child_dob_words": words,
        "child_sex": child.sex,
        "child_ethnicity": father.ethnicity,
        "child_nationality": "Việt Nam",
        "birth_place": birth_place,
        "hometown": hometown,
        "made_at": made_at,
        "made_on": made_on.isoformat(),
        "signature_present": True,
        "copies_wanted": True,
        "copies_count": copies,
        "parents_marriage_number": marriage_number if modern else None,
        "parents_marriage_book": marriage_book if modern else None,
        "parents_marriage_on": marriage_on.isoformat() if modern else None,
        "parents_marriage_at": "UBND " + made_at if modern else None,
    }
    for who, person in (("mother", mother), ("father", father)):
        truth |= {
            f"{who}_name": person.name,
            f"{who}_birth": person.born.isoformat() if modern else str(person.born.year),
            f"{who}_ethnicity": person.ethnicity,
            f"{who}_nationality": "Việt Nam",
            f"{who}_residence": person.residence,
            f"{who}_iddoc": _card_truth(person, card_dates) if modern else None,
        }
    return sheet, truth


def _signing(
    form: FormWriter, random: Random, requester: Person, made_at: str, made_on: dt.date
) -> None:
    sheet = form.sheet
    place = f"Làm tại: {made_at}, ngày {made_on.day:02} tháng {made_on.month:02} năm {made_on.year}"
    sheet.write(RIGHT, form.y, place, face=Face.TIMES_ITALIC, size=form.size, align="right")
    form.skip()
    centre = 152.0
    sheet.write(centre, form.y, "Người yêu cầu", face=Face.TIMES_BOLD, size=12.5, align="centre")
    form.skip(0.8)
    hint = "(Ký, ghi rõ họ, chữ đệm, tên)"
    sheet.write(centre, form.y, hint, face=Face.TIMES_ITALIC, size=11.5, align="centre")
    signature(sheet, random, centre, form.y + 10)
    name = requester.name.title()
    sheet.write(centre, form.y + 21, name, size=12.5, align="centre", kind="filled")


def _copies(form: FormWriter, copies: int) -> None:
    sheet = form.sheet
    size = 11.5
    x = sheet.write(LEFT, form.y, "Đề nghị cấp bản sao (6): Có ", size=size)
    _tick_box(sheet, x + 1, form.y, ticked=True)
    x = sheet.write(x + 6.5, form.y, ", Không ", size=size)
    _tick_box(sheet, x + 1, form.y, ticked=False)
    below = form.y + LINE
    x = sheet.write(LEFT, below, "Số lượng: ", size=size)
    x = sheet.write(x, below, f"{copies:02}", size=size, kind="filled")
    sheet.write(x + 1.5, below, "bản", size=size)


def _tick_box(sheet: Sheet, x: float, baseline: float, *, ticked: bool) -> None:
    sheet.frame(x, baseline - 3.4, x + 4, baseline + 0.6)
    if ticked:
        sheet.rule(x + 0.6, baseline - 2.8, x + 3.4, baseline, width=0.5)
        sheet.rule(x + 0.6, baseline, x + 3.4, baseline - 2.8, width=0.5)


def _card_truth(person: Person, dates: dict[int, dt.date]) -> dict[str, str]:
    return {
        "number": person.pid,
        "issuer": _CARD_ISSUER,
        "issued_on": dates[id(person)].isoformat(),
    }


def _short(date: dt.date) -> str:
    return f"{date.day:02}/{date.month:02}/{date.year}"

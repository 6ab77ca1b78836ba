"""Tờ khai đăng ký khai sinh, drawn after the forms of TT 04/2020/TT-BTP and TT 04/2024/TT-BTP."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from random import Random

from digitize.fonts import Face
from digitize.samples.form_writer import LEFT, LINE, RIGHT, Blank, Fill, FormWriter
from digitize.samples.people import LAST_DAY, Person, make_address, make_date, make_person
from digitize.samples.sheet import A4, Sheet
from digitize.samples.stationery import national_motto, signature
from digitize.vietnamese.dates import date_in_words

FORM = "birth_registration"
VERSIONS = ("tt04-2020", "tt04-2024")

_NATIONALITY = "Việt Nam"
_CARD_ISSUER = "Cục Cảnh sát QLHC về TTXH"
_HOSPITALS = (
    "Bệnh viện Sản Nhi, phường Bãi Cháy, tỉnh Quảng Ninh",
    "Trạm y tế xã Đình Bảng, tỉnh Bắc Ninh",
    "Bệnh viện Phụ sản, phường Hạc Thành, tỉnh Thanh Hóa",
)

Truth = dict[str, object]


@dataclass(frozen=True, slots=True)
class Registration:
    """A made-up birth that somebody has registered, and what the form says of it."""

    modern: bool
    office: str
    made_at: str
    made_on: dt.date
    requester: Person
    relation: str
    child: Person
    date_words: str
    birth_place: str
    hometown: str
    mother: Person
    father: Person
    card_dates: tuple[dt.date, dt.date]
    marriage_number: str
    marriage_book: str
    marriage_on: dt.date
    copies: int

    def card_date(self, person: Person) -> dt.date:
        """When a parent's identity card was issued."""
        return self.card_dates[0 if person is self.mother else 1]


def make_registration(
    random: Random, version: str, *, office: str, made_at: str, disagreeing_words: bool = False
) -> Registration:
    """Make up a birth and the people around it.

    Args:
        random: where everything made up comes from.
        version: one of ``VERSIONS``.
        office: who the form is addressed to.
        made_at: where it was signed.
        disagreeing_words: the birth date in words says another day than the digits.

    """
    mother = make_person(random, sex="Nữ", first=1988, last=2004)
    father = make_person(random, sex="Nam", first=1985, last=2002)
    requester = random.choice((mother, father))
    made_on = make_date(random, 2026, 2026, before=LAST_DAY)
    born = made_on - dt.timedelta(days=random.randint(2, 50))
    drawn = make_person(random, sex=random.choice(("Nam", "Nữ")), first=2026, last=2026)
    name = " ".join([father.name.split()[0], *drawn.name.split()[1:]])
    hometown = make_address(random)[0].split(", ", 1)[1]
    marriage_on = made_on - dt.timedelta(days=random.randint(300, 2000))
    return Registration(
        modern=version == "tt04-2024",
        office=office,
        made_at=made_at,
        made_on=made_on,
        requester=requester,
        relation="Mẹ" if requester is mother else "Cha",
        child=replace(drawn, name=name, born=born, ethnicity=father.ethnicity),
        date_words=date_in_words(born - dt.timedelta(days=1) if disagreeing_words else born),
        birth_place=random.choice(_HOSPITALS),
        hometown=hometown,
        mother=mother,
        father=father,
        card_dates=(make_date(random, 2021, 2023), make_date(random, 2021, 2023)),
        marriage_number=str(random.randint(11, 140)),
        marriage_book=f"01/{marriage_on.year}",
        marriage_on=marriage_on,
        copies=random.randint(1, 5),
    )


def draw_birth_form(random: Random, facts: Registration, fill: Fill, *, dpi: int = 200) -> Sheet:
    """Draw the form that says these facts.

    Args:
        random: draws the signature.
        facts: what is filled in.
        fill: how the values are written.
        dpi: resolution of the drawing.

    """
    sheet = Sheet(dpi=dpi)
    national_motto(sheet, A4[0] / 2, 15)
    title = "TỜ KHAI ĐĂNG KÝ KHAI SINH"
    sheet.write(A4[0] / 2, 31, title, face=Face.TIMES_BOLD, size=14, align="centre")
    form = FormWriter(sheet, fill, top=41)
    form.blanks(Blank("Kính gửi: (1)", facts.office), indent=22)
    _requester(form, facts)
    form.text("Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:", face=Face.TIMES_BOLD)
    _child(form, facts)
    _parent(form, facts, "Họ, chữ đệm, tên người mẹ:", facts.mother)
    _parent(form, facts, "Họ, chữ đệm, tên người cha:", facts.father)
    if facts.modern:
        _marriage(form, facts)
    form.text(
        "Tôi cam đoan nội dung đề nghị đăng ký khai sinh trên đây là đúng sự thật, được sự thỏa "
        "thuận nhất trí của các bên liên quan theo quy định pháp luật."
    )
    _signing(form, random, facts.requester, facts.made_at, facts.made_on)
    _copies(form, facts.copies)
    return sheet


def truth_of(facts: Registration) -> Truth:
    """What every field of the form says, by the field's key."""
    modern = facts.modern
    truth: Truth = {
        "addressed_to": facts.office,
        "requester_name": facts.requester.name,
        "requester_dob": facts.requester.born.isoformat() if modern else None,
        "requester_residence": facts.requester.residence,
        "requester_iddoc": _card_truth(facts, facts.requester),
        "requester_relation": facts.relation,
        "child_name": facts.child.name,
        "child_dob": facts.child.born.isoformat(),
        "child_dob_words": facts.date_words,
        "child_sex": facts.child.sex,
        "child_ethnicity": facts.child.ethnicity,
        "child_nationality": _NATIONALITY,
        "birth_place": facts.birth_place,
        "hometown": facts.hometown,
        "made_at": facts.made_at,
        "made_on": facts.made_on.isoformat(),
        "signature_present": True,
        "copies_wanted": True,
        "copies_count": facts.copies,
        "parents_marriage_number": facts.marriage_number if modern else None,
        "parents_marriage_book": facts.marriage_book if modern else None,
        "parents_marriage_on": facts.marriage_on.isoformat() if modern else None,
        "parents_marriage_at": "UBND " + facts.made_at if modern else None,
    }
    for who, person in (("mother", facts.mother), ("father", facts.father)):
        truth |= {
            f"{who}_name": person.name,
            f"{who}_birth": person.born.isoformat() if modern else str(person.born.year),
            f"{who}_ethnicity": person.ethnicity,
            f"{who}_nationality": _NATIONALITY,
            f"{who}_residence": person.residence,
            f"{who}_iddoc": _card_truth(facts, person) if modern else None,
        }
    return truth


def _requester(form: FormWriter, facts: Registration) -> None:
    requester = facts.requester
    form.blanks(Blank("Họ, chữ đệm, tên người yêu cầu:", requester.name, bold=True))
    if facts.modern:
        form.blanks(Blank("Ngày, tháng, năm sinh:", _short(requester.born)))
    form.blanks(Blank("Nơi cư trú: (2)", requester.residence), lines=2)
    form.blanks(Blank("Giấy tờ tùy thân: (3)", _card(facts, requester)), lines=2)
    form.blanks(Blank("Quan hệ với người được khai sinh:", facts.relation))


def _child(form: FormWriter, facts: Registration) -> None:
    child = facts.child
    form.blanks(Blank("Họ, chữ đệm, tên:", child.name, bold=True))
    form.blanks(
        Blank("Ngày, tháng, năm sinh:", _short(child.born), 0.46),
        Blank("ghi bằng chữ:", facts.date_words, 0.54),
        lines=2,
    )
    form.blanks(
        Blank("Giới tính:", child.sex),
        Blank("Dân tộc:", child.ethnicity),
        Blank("Quốc tịch:", _NATIONALITY, 1.2),
    )
    form.blanks(Blank("Nơi sinh: (4)", facts.birth_place), lines=2)
    form.blanks(Blank("Quê quán:", facts.hometown))


def _parent(form: FormWriter, facts: Registration, label: str, person: Person) -> None:
    modern = facts.modern
    form.blanks(Blank(label, person.name, bold=True))
    form.blanks(
        Blank("Năm sinh: (5)", _short(person.born) if modern else str(person.born.year), 1.2),
        Blank("Dân tộc: (2)" if modern else "Dân tộc:", person.ethnicity),
        Blank("Quốc tịch: (2)" if modern else "Quốc tịch:", _NATIONALITY),
    )
    form.blanks(Blank("Nơi cư trú: (2)", person.residence), lines=2)
    if modern:
        form.blanks(Blank("Giấy tờ tùy thân: (3)", _card(facts, person)), lines=2)


def _marriage(form: FormWriter, facts: Registration) -> None:
    form.text(
        "Thông tin về Giấy chứng nhận kết hôn của cha, mẹ trẻ (nếu cha, mẹ trẻ đã ĐKKH):",
        face=Face.TIMES_ITALIC,
    )
    form.blanks(
        Blank("Số:", facts.marriage_number, 0.13),
        Blank(", Quyển số:", facts.marriage_book, 0.24),
        Blank(", đăng ký ngày", _short(facts.marriage_on), 0.31),
        Blank("tại", "UBND " + facts.made_at, 0.32),
    )


def _signing(form: FormWriter, random: Random, requester: Person, made_at: str, made_on: dt.date) -> None:
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


def _card(facts: Registration, person: Person) -> str:
    return f"CCCD số {person.pid} do {_CARD_ISSUER} cấp ngày {_short(facts.card_date(person))}"


def _card_truth(facts: Registration, person: Person) -> dict[str, str]:
    return {
        "number": person.pid,
        "issuer": _CARD_ISSUER,
        "issued_on": facts.card_date(person).isoformat(),
    }


def _short(date: dt.date) -> str:
    return f"{date.day:02}/{date.month:02}/{date.year}"

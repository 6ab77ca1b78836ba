"""Official letters in the layout of NĐ 30/2020/NĐ-CP, and papers that are no form at all."""

from __future__ import annotations

import textwrap
from random import Random

from digitize.fonts import Face
from digitize.samples.birth_form import Truth
from digitize.samples.people import LAST_DAY, make_date, make_person
from digitize.samples.sheet import A4, Sheet
from digitize.samples.stationery import national_motto, seal, signature
from digitize.vietnamese.dates import written_date

FORM = "official_letter"
VERSION = "nd30-2020"

_LEFT, _RIGHT = 30.0, 192.0
_INDENT = 10.0
_HEAD_LEFT, _HEAD_RIGHT = 62.0, 143.0

_KINDS = (
    ("Quyết định", "QĐ-UBND", "về việc thành lập Tổ công tác chuyển đổi số của phường"),
    ("Thông báo", "TB-UBND", "về việc niêm yết danh sách hộ kinh doanh trên địa bàn"),
    ("Báo cáo", "BC-UBND", "kết quả tiếp nhận và giải quyết hồ sơ quý III năm 2026"),
    ("Kế hoạch", "KH-UBND", "tổ chức Ngày hội đại đoàn kết toàn dân tộc năm 2026"),
    ("Công văn", "UBND-VP", "phối hợp rà soát hồ sơ hộ tịch cần số hóa trong tháng"),
)
_PARAGRAPHS = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    (
        "Căn cứ Nghị định số 118/2025/NĐ-CP của Chính phủ về thực hiện thủ tục hành chính theo cơ "
        "chế một cửa, một cửa liên thông tại Bộ phận Một cửa;"
    ),
    (
        "Xét đề nghị của Trung tâm Phục vụ hành chính công, Ủy ban nhân dân phường yêu cầu các bộ "
        "phận chuyên môn rà soát toàn bộ hồ sơ giấy đã tiếp nhận, lập danh mục và bàn giao để số hóa."
    ),
    (
        "Hồ sơ bàn giao phải đủ thành phần, được đánh số tờ, tháo ghim và làm phẳng trước khi quét. "
        "Người bàn giao và người nhận cùng ký vào biên bản."
    ),
    (
        "Thời gian hoàn thành trước ngày 20 tháng 12 năm 2026. Trong quá trình thực hiện nếu có "
        "vướng mắc, đề nghị phản ánh về Văn phòng để kịp thời hướng dẫn, giải quyết."
    ),
)


def draw_letter(random: Random, *, office: str, place: str, dpi: int = 200) -> tuple[Sheet, Truth]:
    """Draw one official letter of one page; return the sheet and the truth of its fields."""
    kind, notation, subject = random.choice(_KINDS)
    number = f"{random.randint(2, 480):02}"
    issued = make_date(random, 2026, 2026, before=LAST_DAY)
    signer = make_person(random, sex=random.choice(("Nam", "Nữ")), first=1970, last=1988)
    name = signer.name.title()
    letter = kind == "Công văn"
    recipient = "Các bộ phận chuyên môn trực thuộc phường"

    sheet = Sheet(dpi=dpi)
    _head(sheet, office, f"Số: {number}/{notation}", f"{place}, {written_date(issued)}")
    y = 48.0
    if letter:
        first, rest = textwrap.wrap(f"V/v {subject}", 36)
        sheet.write(_HEAD_LEFT, 39, first, size=12, align="centre")
        sheet.write(_HEAD_LEFT, 44, rest, size=12, align="centre")
        y = 56.0
        sheet.write(A4[0] / 2, y, f"Kính gửi: {recipient}", size=13.5, align="centre")
    else:
        sheet.write(A4[0] / 2, y, kind.upper(), face=Face.TIMES_BOLD, size=14, align="centre")
        y += 6.5
        title = subject = subject[0].upper() + subject[1:]
        sheet.write(A4[0] / 2, y, title, face=Face.TIMES_BOLD, size=13, align="centre")
        sheet.rule(A4[0] / 2 - 18, y + 2, A4[0] / 2 + 18, y + 2)
    y = _body(sheet, y + 13, _PARAGRAPHS)
    recipients = ["Như trên" if letter else "Các bộ phận chuyên môn", "Lưu: VT, VP"]
    title_of_signer = "CHỦ TỊCH"
    _foot(sheet, random, y + 12, recipients, title_of_signer, name, office)

    truth: Truth = {
        "parent_org": None,
        "issuer": office.upper(),
        "number": number,
        "number_year": None,
        "notation": notation,
        "place": place,
        "issued_date": issued.isoformat(),
        "doc_type": kind,
        "subject": subject.removeprefix("Về việc "),
        "to": recipient if letter else None,
        "recipients": recipients,
        "sign_capacity": "TM.",
        "signer_title": title_of_signer,
        "signer_name": name,
        "secrecy": None,
        "urgency": None,
        "seal_present": True,
        "arrival_number": None,
        "arrival_date": None,
    }
    return sheet, truth


def draw_birth_notice(random: Random, *, dpi: int = 200) -> Sheet:
    """Draw a hospital's birth notice: a paper that goes with a dossier and is none of the forms."""
    mother = make_person(random, sex="Nữ", first=1988, last=2004)
    born = make_date(random, 2026, 2026, before=LAST_DAY)
    sheet = Sheet(dpi=dpi)
    national_motto(sheet, A4[0] / 2, 18)
    sheet.write(A4[0] / 2, 42, "GIẤY CHỨNG SINH", face=Face.TIMES_BOLD, size=16, align="centre")
    clock = f"{random.randint(0, 23)} giờ {random.randint(0, 59):02} phút"
    lines = (
        f"Họ và tên mẹ: {mother.name.title()}",
        f"Nơi đăng ký thường trú: {mother.residence}",
        f"Đã sinh con vào lúc: {clock}, {written_date(born)}",
        f"Số con trong lần sinh này: 01. Cân nặng: {random.randint(25, 39)}00 gam",
        "Tình trạng của con: khỏe mạnh",
    )
    y = 58.0
    for line in lines:
        sheet.write(_LEFT, y, line, size=13.5)
        y += 9
    sheet.write(150, y + 8, "Người đỡ đẻ", face=Face.TIMES_BOLD, size=13, align="centre")
    signature(sheet, random, 150, y + 20)
    return sheet


def _head(sheet: Sheet, office: str, number: str, date: str) -> None:
    upper = office.upper()
    words = upper.split()
    first, second = " ".join(words[:3]), " ".join(words[3:])
    sheet.write(_HEAD_LEFT, 20, first, face=Face.TIMES_BOLD, size=12.5, align="centre")
    sheet.write(_HEAD_LEFT, 25.4, second, face=Face.TIMES_BOLD, size=12.5, align="centre")
    sheet.rule(_HEAD_LEFT - 10, 27.4, _HEAD_LEFT + 10, 27.4)
    national_motto(sheet, _HEAD_RIGHT, 20)
    sheet.write(_HEAD_LEFT, 33.6, number, size=13, align="centre")
    sheet.write(_HEAD_RIGHT, 33.6, date, face=Face.TIMES_ITALIC, size=13, align="centre")


def _body(sheet: Sheet, y: float, paragraphs: tuple[str, ...]) -> float:
    size = 13.5
    for paragraph in paragraphs:
        for number, line in enumerate(
            sheet.broken(paragraph, Face.TIMES, size, _RIGHT - _LEFT, first=_INDENT)
        ):
            y += 6.4 if number else 0.0
            sheet.write(_LEFT if number else _LEFT + _INDENT, y, line, size=size)
        y += 8.4
    return y


def _foot(
    sheet: Sheet,
    random: Random,
    y: float,
    recipients: list[str],
    title: str,
    name: str,
    office: str,
) -> None:
    # The italic bold of "Nơi nhận" is set in italics; the difference does not matter to reading.
    sheet.write(_LEFT, y, "Nơi nhận:", face=Face.TIMES_ITALIC, size=12)
    for index, recipient in enumerate(recipients):
        end = "." if index == len(recipients) - 1 else ";"
        sheet.write(_LEFT, y + 5 * (index + 1), f"- {recipient}{end}", size=11)
    centre = 150.0
    sheet.write(centre, y, "TM. ỦY BAN NHÂN DÂN", face=Face.TIMES_BOLD, size=13, align="centre")
    sheet.write(centre, y + 5.6, title, face=Face.TIMES_BOLD, size=13, align="centre")
    signature(sheet, random, centre, y + 18)
    sheet.write(centre, y + 38, name, face=Face.TIMES_BOLD, size=13, align="centre")
    seal(sheet, random, centre - 24, y + 18, office.upper())

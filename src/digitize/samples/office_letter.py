"""Official letters in the layout of NĐ 30/2020/NĐ-CP, with what offices stamp and write on them."""

from __future__ import annotations

import datetime as dt
from random import Random

from digitize.fonts import Face
from digitize.samples.extras import handwriting, sans
from digitize.samples.letter_facts import Letter, Texts, letter_truth, letters, make_letter
from digitize.samples.pens import BALLPOINT, Pen, put, scribble
from digitize.samples.sheet import A4, RED, Sheet, in_lines
from digitize.samples.stationery import national_motto, seal
from digitize.samples.text_block import balanced, paragraph

FORM = "official_letter"
VERSION = "nd30-2020"

_LEFT, _RIGHT = 30.0, 194.0
_HEAD_LEFT, _HEAD_RIGHT = 62.0, 145.0


def draw_office_letter(random: Random, *, dpi: int) -> tuple[list[Sheet], dict[str, object]]:
    """Draw a letter of one page; return its sheet and the truth of its fields."""
    letter = make_letter(random)
    sheet = Sheet(dpi=dpi)
    pen = Pen("hand", *random.choice(handwriting()[:3]), colour=random.choice(BALLPOINT), wobble=0.25)
    _head(sheet, random, pen, letter)
    y = _title(sheet, letter)
    y = _body(sheet, random, letter, y)
    _foot(sheet, random, letter, min(y + 6, 244))
    _stamps(sheet, random, pen, letter)
    return [sheet], letter_truth(letter)


def _head(sheet: Sheet, random: Random, pen: Pen, letter: Letter) -> None:
    y = 20.0
    if letter.issuer.parent:
        for line in balanced(sheet, letter.filled(letter.issuer.parent).upper(), Face.TIMES, 12, 66):
            sheet.write(_HEAD_LEFT, y, line, size=12, align="centre")
            y += 5.2
    for line in balanced(sheet, letter.filled(letter.issuer.issuer).upper(), Face.TIMES_BOLD, 12.5, 60):
        sheet.write(_HEAD_LEFT, y, line, face=Face.TIMES_BOLD, size=12.5, align="centre")
        y += 5.2
    sheet.rule(_HEAD_LEFT - 11, y - 3.2, _HEAD_LEFT + 11, y - 3.2)
    national_motto(sheet, _HEAD_RIGHT, 20)
    year = f"{letter.year}/" if letter.year else ""
    low = max(y + 3.4, 35.0)
    if not letter.by_hand:
        sheet.write(_HEAD_LEFT, low, f"Số: {letter.number}/{year}{letter.notation}", size=13, align="centre")
        words = f"{letter.town}, ngày {letter.on.day:02} tháng {_month(letter.on)} năm {letter.on.year}"
        sheet.write(_HEAD_RIGHT, low, words, face=Face.TIMES_ITALIC, size=13, align="centre")
        return
    x = sheet.write(38, low, "Số:", size=13)
    put(sheet, random, pen, (x + 1.5, low - 0.4), letter.number, key="number", room=12)
    sheet.write(x + 14, low, f"/{year}{letter.notation}", size=13)
    x = _HEAD_RIGHT - 36
    for words, value in (
        (f"{letter.town}, ngày", f"{letter.on.day:02}"),
        ("tháng", _month(letter.on)),
    ):
        x = sheet.write(x, low, words, face=Face.TIMES_ITALIC, size=13)
        put(sheet, random, pen, (x + 1.6, low - 0.4), value, key="issued_date", room=7)
        x += 10
    sheet.write(x, low, f"năm {letter.on.year}", face=Face.TIMES_ITALIC, size=13)


def _title(sheet: Sheet, letter: Letter) -> float:
    y = 50.0
    if not letter.kind.abbreviation:
        for line in _halves(f"V/v {letter.subject}", 38):
            sheet.write(_HEAD_LEFT, y - 6, line, size=12, align="centre")
            y += 5
        y += 6
    else:
        sheet.write(A4[0] / 2, y + 4, letter.kind.type.upper(), face=Face.TIMES_BOLD, size=14, align="centre")
        lines = _halves(f"Về việc {letter.subject}", 62)
        for line in lines:
            y += 6.2
            sheet.write(A4[0] / 2, y + 4, line, face=Face.TIMES_BOLD, size=13, align="centre")
        sheet.rule(A4[0] / 2 - 18, y + 6, A4[0] / 2 + 18, y + 6)
        y += 12
    if letter.to:
        sheet.write(A4[0] / 2, y + 6, f"Kính gửi: {letter.filled(letter.to)}", size=13.5, align="centre")
        y += 12
    return y + 4


def _body(sheet: Sheet, random: Random, letter: Letter, y: float) -> float:
    texts = letters().texts
    size = random.choice((13, 13.5, 14))
    if letter.kind.abbreviation in ("QĐ", "KH", "TTr"):
        for ground in random.sample(texts.grounds[:-1], random.randint(2, 3)):
            face = random.choice((Face.TIMES, Face.TIMES_ITALIC))
            y = paragraph(sheet, (_LEFT, _RIGHT), y, ground, face=face, size=size) + 1.2
    table = random.random() < 0.35
    count = random.randint(2, 3) if table else random.randint(3, 5)
    for index, text in enumerate(random.sample(texts.body, count)):
        if y > 205:
            break
        head = (
            texts.articles[index] if letter.kind.abbreviation == "QĐ" and index < len(texts.articles) else ""
        )
        y = paragraph(sheet, (_LEFT, _RIGHT), y, text, size=size, head=head) + 1.6
    if table and y < 185:
        y = _table(sheet, random, texts, y + 2)
    return paragraph(sheet, (_LEFT, _RIGHT), y, random.choice(texts.closings), size=size)


def _table(sheet: Sheet, random: Random, texts: Texts, y: float) -> float:
    widths = (11.0, 62.0, 19.0, 18.0, 25.0, 29.0)
    edges = [_LEFT]
    for width in widths:
        edges.append(edges[-1] + width)
    rows = [texts.table_head]
    total = 0
    for index, (what, unit) in enumerate(random.sample(texts.table_rows, random.randint(2, 4))):
        amount, price = random.randint(1, 60), random.randint(3, 900) * 5_000
        total += amount * price
        cells = (str(index + 1), what, unit, f"{amount:02}", f"{price:,}", f"{amount * price:,}")
        rows.append(tuple(cell.replace(",", ".") for cell in cells))
    rows.append(("", texts.total, "", "", "", f"{total:,}".replace(",", ".")))
    for number, row in enumerate(rows):
        sheet.rule(edges[0], y, edges[-1], y)
        face = Face.TIMES_BOLD if number in (0, len(rows) - 1) else Face.TIMES
        for index, cell in enumerate(row):
            if cell:
                middle = (edges[index] + edges[index + 1]) / 2
                sheet.write(middle, y + 4.8, cell, face=face, size=11.5, align="centre")
        y += 6.8
    sheet.rule(edges[0], y, edges[-1], y)
    for x in edges:
        sheet.rule(x, y - 6.8 * len(rows), x, y)
    return y + 8


def _foot(sheet: Sheet, random: Random, letter: Letter, y: float) -> None:
    sheet.write(_LEFT, y, "Nơi nhận:", face=Face.TIMES_ITALIC, size=12)
    for index, recipient in enumerate(letter.recipients):
        end = "." if index == len(letter.recipients) - 1 else ";"
        sheet.write(_LEFT, y + 4.8 * (index + 1), f"- {letter.filled(recipient)}{end}", size=11)
    centre = 150.0
    for index, line in enumerate(letter.signing):
        sheet.write(centre, y + 5.6 * index, line, face=Face.TIMES_BOLD, size=13, align="centre")
    low = y + 5.6 * (len(letter.signing) - 1)
    scribble(sheet, random, (centre + random.uniform(-4, 6), low + 14), random.uniform(30, 46), BALLPOINT[0])
    if letter.stamped_name:
        at = (centre + 14, low + 28)
        sheet.write(*at, letter.signer, face=sans(600), size=13, colour=RED, align="centre")
    else:
        sheet.write(centre, low + 30, letter.signer, face=Face.TIMES_BOLD, size=13.5, align="centre")
    seal(
        sheet,
        random,
        centre - random.uniform(8, 22),
        low + random.uniform(9, 15),
        letter.filled(letter.issuer.issuer),
    )


def _stamps(sheet: Sheet, random: Random, pen: Pen, letter: Letter) -> None:
    texts = letters().texts
    for words in (
        texts.urgency[letter.urgency] if letter.urgency else "",
        texts.secrecy[letter.secrecy] if letter.secrecy else "",
    ):
        if words:
            y = 47.0 if words in texts.urgency.values() else 57.0
            half = sheet.width_of(words, Face.TIMES_BOLD, 13) / 2 + 2.5
            x = 34.0 + half - 14
            sheet.write(x, y + 8.6, words, face=Face.TIMES_BOLD, size=13, colour=RED, align="centre")
            sheet.frame(x - half, y + 3.4, x + half, y + 10.6, width=0.4, colour=RED)
    if letter.arrival:
        number, day = letter.arrival
        x, y = random.uniform(6, 12), random.uniform(54, 62)
        colour = random.choice((RED, (40, 40, 46), (50, 60, 150)))
        sheet.frame(x, y, x + 44, y + 18, width=0.5, colour=colour)
        title = letter.filled(letter.issuer.issuer).upper()
        sheet.write(x + 22, y + 4, title[:34], face=sans(), size=6.2, colour=colour, align="centre")
        sheet.write(x + 2, y + 12, "ĐẾN", face=sans(700), size=14, colour=colour)
        sheet.write(x + 16, y + 9.4, "Số:", face=sans(), size=9, colour=colour)
        put(sheet, random, pen, (x + 23, y + 9.2), number, key="arrival_number", room=18)
        sheet.write(x + 16, y + 15.6, "Ngày:", face=sans(), size=9, colour=colour)
        words = f"{day.day:02}/{day.month:02}/{day.year}"
        put(sheet, random, pen, (x + 26, y + 15.4), words, key="arrival_date", room=17)
    if random.random() < 0.4:
        # Whoever drafted it has put their mark behind the text or the recipients.
        scribble(sheet, random, (random.uniform(52, 110), random.uniform(205, 262)), 12, pen.colour)
    if random.random() < 0.25:
        # Somebody has numbered the sheets of the dossier.
        put(sheet, random, pen, (196, 12), str(random.randint(1, 180)), kind="marked", room=9)


def _month(on: dt.date) -> str:
    """Months 1 and 2 have a zero in front (NĐ 30/2020, Annex I)."""
    return f"{on.month:02}" if on.month <= 2 else str(on.month)


def _halves(text: str, room: int) -> list[str]:
    """A text in one or more lines of so many letters."""
    return in_lines(text, lambda line, _: len(line) <= room)

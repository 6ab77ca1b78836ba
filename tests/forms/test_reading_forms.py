"""Drawn forms and letters: read right, or left to a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from PIL import ImageDraw

from digitize.fonts import Face
from digitize.forms.classify import PageKind, classify_page, group_pages
from digitize.forms.extract import read_documents
from digitize.forms.layout import into_rows
from digitize.forms.letter_head import held_against
from digitize.forms.letter_part import LetterPart
from digitize.forms.second_look import contradicts
from digitize.forms.template_files import load_templates
from digitize.model import Document, FieldReading, PageReading, Word
from digitize.ocr.engine import OcrEngine
from digitize.samples import birth_form, letter
from digitize.samples.birth_form import Registration, draw_birth_form, make_registration, truth_of
from digitize.samples.card_facts import card_truth
from digitize.samples.citizens import make_family
from digitize.samples.form_writer import COMPUTER, PRINTER, TYPEWRITER, Fill
from digitize.samples.identity_card import draw_card
from digitize.samples.sheet import Sheet
from digitize.samples.stationery import national_motto
from digitize.samples.wear import Wear
from support.reading import scanned, view_of, written_sheet

OFFICE = "Ủy ban nhân dân phường Sao Mai"
WORN = Wear(skew=-0.7, noise=4, blur=0.5, shade=10)


def birth(seed: int, version: str, fill: Fill) -> tuple[Sheet, dict[str, object]]:
    random = Random(f"{seed}")
    facts: Registration = make_registration(random, version, office=OFFICE, made_at="phường Sao Mai")
    return draw_birth_form(random, facts, fill), truth_of(facts)


def documents(engine: OcrEngine, *sheets: Sheet, threshold: float = 0.7) -> list[Document]:
    views = [view_of(scanned(sheet, WORN), engine) for sheet in sheets]
    return read_documents(views, range(len(views)), load_templates(), engine, threshold=threshold)


def silently_wrong(document: Document, truth: dict[str, object]) -> dict[str, Any]:
    return {
        key: (reading.value, truth[key])
        for key, reading in document.fields.items()
        if not reading.needs_review and reading.value != truth[key]
    }


@pytest.mark.parametrize(
    ("seed", "version", "fill", "sure"),
    [
        (11, "tt04-2024", COMPUTER, 0.75),
        (12, "tt04-2020", PRINTER, 0.5),
        (13, "tt04-2024", TYPEWRITER, 0.4),
    ],
)
def test_a_birth_registration_is_read_right_or_left_to_a_person(
    engine: OcrEngine, seed: int, version: str, fill: Fill, sure: float
) -> None:
    sheet, truth = birth(seed, version, fill)
    (document,) = documents(engine, sheet)
    assert (document.form, document.form_version) == (birth_form.FORM, version)
    assert silently_wrong(document, truth) == {}
    assert len(document.doubtful) <= (1 - sure) * len(document.fields)


@pytest.mark.parametrize("seed", [5, 6])
def test_a_letter_is_read_right_or_left_to_a_person(engine: OcrEngine, seed: int) -> None:
    sheet, truth = letter.draw_letter(Random(seed), office=OFFICE, place="Sao Mai")
    (document,) = documents(engine, sheet)
    assert (document.form, document.form_version) == (letter.FORM, letter.VERSION)
    assert silently_wrong(document, truth) == {}
    for key in ("number", "notation", "issued_date"):
        reading = document.fields[key]
        assert reading.needs_review or reading.value == truth[key]
    assert len(document.doubtful) <= 6


def test_a_mark_of_urgency_under_the_subject_is_no_part_of_it(engine: OcrEngine) -> None:
    sheet, truth = letter.draw_letter(Random(5), office=OFFICE, place="Sao Mai")
    # Under the last line of the subject, which is the lowest of the left half of the head.
    subject = str(truth["subject"])
    last = max(one.box[3] for one in sheet.inscriptions if one.text.split()[-1] in subject.split()[-3:])
    sheet.write(55, last * 25.4 / sheet.dpi + 6, "THƯỢNG KHẨN", face=Face.TIMES_BOLD, size=12, align="centre")
    (document,) = documents(engine, sheet)
    assert document.fields["urgency"].value == "thuong_khan"
    assert document.fields["subject"].value == truth["subject"]


def test_a_mark_of_urgency_beside_the_title_is_found(engine: OcrEngine) -> None:
    sheet, _ = letter.draw_letter(Random(7), office=OFFICE, place="Sao Mai")
    title = next(one for one in sheet.inscriptions if one.text == "BÁO CÁO")
    level = (title.box[1] + title.box[3]) / 2 * 25.4 / sheet.dpi
    sheet.write(22, level - 3, "HỎA TỐC", face=Face.TIMES_BOLD, size=12)
    (document,) = documents(engine, sheet)
    assert document.fields["urgency"].value == "hoa_toc"


def test_a_number_read_with_doubt_is_for_a_person_though_it_was_read_twice(engine: OcrEngine) -> None:
    sheet, _ = letter.draw_letter(Random(5), office=OFFICE, place="Sao Mai")
    part = LetterPart(0, view_of(scanned(sheet, WORN), engine), engine)
    words = [Word("ngày", (0, 0, 40, 20), 0.97, 0), Word("27", (50, 0, 70, 20), 0.67, 0)]
    assert part.reading("2026-02-27", words, read_twice=True).needs_review
    sure = [replace(word, confidence=0.95) for word in words]
    assert not part.reading("2026-02-27", sure, read_twice=True).needs_review


def test_two_looks_of_the_engine_that_err_alike_are_seen_through(engine: OcrEngine) -> None:
    sheet, _ = letter.draw_letter(Random(5), office=OFFICE, place="Sao Mai")
    view = view_of(scanned(sheet, WORN), engine)
    part = LetterPart(0, view, engine)
    row = next(row.words for row in into_rows(view.reading.words) if row.text.startswith("V/v"))
    assert not part.reading("x", row, read_twice=True).needs_review
    place = next(index for index, word in enumerate(row) if len(word.text) > 3 and word.text.isalpha())
    wrong = [replace(word, text=word.text[:-1] + "x") if n == place else word for n, word in enumerate(row)]
    found = part.reading("x", wrong, read_twice=True)
    assert [problem.code for problem in found.problems] == ["readings_disagree"]


@pytest.mark.parametrize(
    ("notation", "kind", "doubted"),
    [
        ("BC-ATTP", "Báo cáo", False),
        ("BG-ATTP", "Báo cáo", True),
        ("UBND-VP", "Công văn", False),
        ("QĐ-UBND", "Quyết định", False),
        (None, "Báo cáo", False),
    ],
)
def test_a_notation_begins_with_the_abbreviation_of_a_kind(
    *, notation: str | None, kind: str, doubted: bool
) -> None:
    reading = FieldReading(notation, raw=notation or "", confidence=0.9)
    assert held_against(reading, FieldReading(kind)).needs_review is doubted


def spoiled(engine: OcrEngine, spoil: dict[str, str]) -> dict[str, FieldReading]:
    """The fields of a form on which some values were covered: ``white`` or a ``scrawl``."""
    sheet, truth = birth(11, "tt04-2024", COMPUTER)
    draw = ImageDraw.Draw(sheet.image)
    for key, how in spoil.items():
        # A parent who is the requester stands on the form twice, as a parent the second time.
        box = [i.box for i in sheet.inscriptions if i.kind == "filled" and i.text == str(truth[key])][-1]
        left, top, right, bottom = box[0] - 3, box[1] - 3, box[2] + 3, box[3] + 3
        draw.rectangle((left, top, right, bottom), fill="white")
        if how == "scrawl":
            points = [
                (x, (top + 2) if n % 2 else bottom) for n, x in enumerate(range(left + 20, right - 20, 9))
            ]
            draw.line(points, fill=(20, 20, 90), width=3, joint="curve")
    (document,) = documents(engine, sheet)
    return document.fields


def test_a_required_value_that_is_missing_or_scrawled_is_for_a_person(engine: OcrEngine) -> None:
    fields = spoiled(engine, {"child_name": "white", "father_name": "white", "mother_name": "scrawl"})
    assert fields["child_name"].value is None
    assert [problem.code for problem in fields["child_name"].problems] == ["required_missing"]
    # A child may have no father on paper: an empty line says so.
    assert (fields["father_name"].value, fields["father_name"].needs_review) == (None, False)
    assert fields["mother_name"].needs_review


def test_a_threshold_nobody_reaches_leaves_every_written_value_to_a_person(engine: OcrEngine) -> None:
    sheet, _ = letter.draw_letter(Random(5), office=OFFICE, place="Sao Mai")
    (document,) = documents(engine, sheet, threshold=1.0)
    sure = [
        reading
        for reading in document.fields.values()
        if reading.value is not None and not reading.needs_review
    ]
    assert all(reading.confidence == 1.0 for reading in sure)
    assert any(problem.code == "low_confidence" for r in document.fields.values() for problem in r.problems)


def test_a_field_may_have_a_threshold_of_its_own(engine: OcrEngine) -> None:
    sheet, _ = letter.draw_letter(Random(5), office=OFFICE, place="Sao Mai")
    view = view_of(scanned(sheet, WORN), engine)
    own = {"official_letter.subject": 1.0, "doc_type": 1.0, "birth_registration.issuer": 1.0}
    (document,) = read_documents([view], [0], load_templates(), engine, threshold=0.0, thresholds=own)
    low = [
        key
        for key, reading in document.fields.items()
        if any(problem.code == "low_confidence" for problem in reading.problems)
    ]
    assert {"subject", "doc_type"} <= set(low)
    assert "issuer" not in low


def kind(engine: OcrEngine, sheet: Sheet) -> PageKind:
    return classify_page(view_of(scanned(sheet), engine).reading, load_templates())


def test_a_form_that_is_none_of_the_known_ones_is_unknown(engine: OcrEngine) -> None:
    titled = Sheet()
    national_motto(titled, 105, 15)
    titled.write(105, 31, "TỜ KHAI ĐĂNG KÝ LẠI KHAI SINH", size=14, align="centre")
    titled.write(25, 45, "Kính gửi: Ủy ban nhân dân phường Sao Mai")
    for sheet, paper in ((titled, None), (letter.draw_birth_notice(Random(1)), "birth_notice")):
        unclear = paper is None
        assert kind(engine, sheet) == PageKind("unknown", 0.0, begins=True, paper=paper, unclear=unclear)
    text = written_sheet("Theo tờ khai đăng ký khai sinh đã nộp hôm qua tại bộ phận một cửa thì")
    assert kind(engine, text) == PageKind("unknown", 0.0, begins=False)


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_of_an_identity_card_is_no_letter_and_its_two_sides_are_told_of(
    engine: OcrEngine, seed: int
) -> None:
    random = Random(f"card/{seed}")
    day = dt.date(2024, 6, 20) if seed % 2 else dt.date(2026, 10, 1)
    holder = make_family(random, day, day).mother
    (sheet,) = draw_card(random, holder, card_truth(holder), dpi=200)
    reading = view_of(scanned(sheet), engine).reading
    assert classify_page(reading, load_templates()).form == "citizen_id"
    assert "card_sides" in [problem.code for problem in reading.problems]


def test_papers_of_a_dossier_are_told_apart_and_unknown_ones_have_no_fields(engine: OcrEngine) -> None:
    found = documents(engine, letter.draw_birth_notice(Random(1)), written_sheet())
    assert [(document.form, document.pages, document.fields) for document in found] == [
        ("unknown", (0,), {}),
        ("unknown", (1,), {}),
    ]


def test_a_page_without_words_is_unknown() -> None:
    empty = PageReading(
        800, 1100, 100, 0, 1.0, 0.0, 1.0, blank=True, words=(), unread=(), problems=(), engine=""
    )
    assert classify_page(empty, load_templates()) == PageKind("unknown", 0.0, begins=False)


def head_of(*lines: tuple[int, str]) -> PageReading:
    """A page with lines at places from its left edge, in tenths of a millimetre of A4."""
    words = []
    for number, (at, line) in enumerate(lines):
        left, top = at, 100 + 50 * number
        for word in line.split():
            right = left + 20 * len(word)
            words.append(Word(word, (left, top, right, top + 35), 0.95, number))
            left = right + 20
    return PageReading(
        2100, 2970, 254, 0, 1.0, 0.0, 1.0, blank=False, words=tuple(words), unread=(), problems=(), engine=""
    )


MOTTO = (550, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")


def test_a_form_whose_title_cannot_be_read_is_unclear_and_no_letter() -> None:
    kind = classify_page(
        head_of(MOTTO, (500, "ĐƠN ĐĂNG KY HIẾN ĐỘNG ĐẤT LIÊN VỚI"), (700, "Kính gửi")), load_templates()
    )
    assert (kind.form, kind.begins, kind.unclear) == ("unknown", True, True)
    other = classify_page(head_of(MOTTO, (600, "Ghi chép của một buổi họp")), load_templates())
    assert (other.form, other.unclear) == ("unknown", False)


def test_words_that_begin_a_line_of_a_letter_are_no_title_of_a_form() -> None:
    kind = classify_page(
        head_of(
            MOTTO,
            (200, "Số: 206/KH-VP Châu Phong, ngày 20 tháng 6 năm 2026"),
            (850, "KẾ HOẠCH"),
            (200, "Những hồ sơ có chữ viết tay khó đọc, bị ố, rách hoặc mất góc được lập"),
            (200, "phiếu theo dõi và do hai người cùng đối chiếu trước khi nhập dữ liệu."),
            (200, "đơn vị cử cán bộ."),
        ),
        load_templates(),
    )
    assert (kind.form, kind.unclear) == ("official_letter", False)


FORM = PageKind("birth_registration", 0.99, begins=True)
NEXT = PageKind("unknown", 0.0, begins=False)
BEGUN, JOINED = replace(NEXT, told=True), replace(FORM, told=False)


@pytest.mark.parametrize(
    ("kinds", "files", "blanks", "pages"),
    [
        ([], [], "", []),
        ([FORM, NEXT], [0, 0], "  ", [(0, 1)]),
        ([FORM, NEXT], [0, 1], "  ", [(0,), (1,)]),
        ([FORM, FORM], [0, 0], "  ", [(0,), (1,)]),
        ([FORM, NEXT, FORM], [0, 1, 2], " b ", [(0, 1), (2,)]),
        ([NEXT, FORM], [0, 0], "b ", [(0,), (1,)]),
        ([FORM, BEGUN, JOINED, NEXT], [0, 0, 1, 1], "    ", [(0,), (1, 2, 3)]),
        ([JOINED, BEGUN, FORM], [0, 0, 0], "bb ", [(0,), (1,), (2,)]),
    ],
)
def test_pages_are_grouped_by_heads_and_files_and_blank_backs_stay_with_their_fronts(
    kinds: list[PageKind], files: list[int], blanks: str, pages: list[tuple[int, ...]]
) -> None:
    groups = group_pages(kinds, files, [mark == "b" for mark in blanks])
    assert [group.pages for group in groups] == pages
    assert all(group.form == kinds[group.pages[0]].form for group in groups)


@pytest.mark.parametrize(
    ("text", "bare", "against"),
    [
        ("LÊ PHƯƠNG CHI", "... LÊ PHƯƠNG CHI ...", None),
        ("LÊ PHƯƠNG CHI", ".. LÊ PHƯỢNG CHI", "PHƯỢNG"),
        ("Số 226 đường", "Số 228 đường", "228"),
        ("Số 226 đường", "_ rrr .. 12", None),
        ("01/2023", "07/2023", None),
        ("Bệnh viện", "Bênh viện", "Bênh"),
        ("tỉnh Hà Tĩnh", "rr Hà Tĩnh", None),
        ("tỉnh Hà Tỉnh", "tỉnh Hà Tĩnh", "Tĩnh"),
        ("xã Ea Ea", "xã Éa Ea", "Éa"),
        ("", "anything at all", None),
    ],
)
def test_a_bare_look_speaks_against_a_value_by_accents_and_digits_alone(
    text: str, bare: str, against: str | None
) -> None:
    assert contradicts(text, bare) == against


def test_a_paper_without_a_form_is_told_by_its_title(engine: OcrEngine) -> None:
    sheet = Sheet(dpi=200)
    sheet.write(105, 30, "BỆNH VIỆN ĐA KHOA KHU VỰC", face=Face.TIMES_BOLD, size=12, align="centre")
    sheet.write(105, 45, "GIẤY CHỨNG SINH", face=Face.TIMES_BOLD, size=15, align="centre")
    sheet.write(25, 60, "Họ và tên mẹ: LÒ THỊ MAI", size=13)
    (document,) = documents(engine, sheet)
    assert (document.form, document.paper, document.fields) == ("unknown", "birth_notice", {})


@pytest.mark.parametrize(
    ("number", "form", "joined"),
    [
        (2, "official_letter", True),
        (3, "official_letter", False),
        (None, "official_letter", False),
        (2, "unknown", False),
    ],
)
def test_the_second_page_of_a_letter_in_a_file_of_its_own_goes_on_with_it(
    number: int | None, form: str, *, joined: bool
) -> None:
    kinds = [PageKind(form, 0.9, begins=True), PageKind("unknown", 0.0, begins=False, number=number)]
    groups = group_pages(kinds, [0, 1], [False, False])
    assert [group.pages for group in groups] == ([(0, 1)] if joined else [(0,), (1,)])


def test_the_number_at_the_top_of_a_page_is_read(engine: OcrEngine) -> None:
    for text, number in (("2", 2), ("- 3 -", 3), ("Điều 2", None)):
        sheet = Sheet(dpi=200)
        sheet.write(105, 15, text, size=13, align="centre")
        sheet.write(25, 30, "Các cơ quan, đơn vị căn cứ quy định này để tổ chức thực hiện.", size=13)
        assert classify_page(view_of(scanned(sheet), engine).reading, load_templates()).number == number

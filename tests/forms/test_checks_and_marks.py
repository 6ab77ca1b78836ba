"""Rules between fields, and fields that are marks instead of text."""

from __future__ import annotations

import pytest

from digitize.forms.checks import apply_checks
from digitize.forms.marks import chosen, crossed, signature, ticked, yes_or_no
from digitize.forms.template import Check, Choice
from digitize.forms.view import PageView
from digitize.messages import entries
from digitize.model import FieldReading, PageReading, Problem, Value, Word
from digitize.samples.sheet import Sheet
from digitize.samples.stationery import signature as scrawl
from support.reading import box_of, upper_part

MOTHER = "038188000001"
"""A woman born in 1988."""


def card(number: str | None) -> dict[str, str | None]:
    return {"number": number, "issuer": "Bộ Công an", "issued_on": "2021-01-21"}


def flagged(rule: str, *values: Value, other: str | None = None) -> set[str]:
    """The codes that a rule gives to fields with these values."""
    fields = {f"f{n}": FieldReading(value, confidence=0.95) for n, value in enumerate(values)}
    names = (*fields, other) if other else tuple(fields)
    check = Check.model_validate({"rule": rule, "fields": names})
    checked = apply_checks(fields, [check])
    codes = {problem.code for reading in checked.values() for problem in reading.problems}
    # A contradiction is one of all its fields: nobody knows which of them is wrong.
    assert all(reading.needs_review is bool(codes) for reading in checked.values())
    assert [reading.value for reading in checked.values()] == list(values)
    assert all(f"problem.{code}.what" in entries() for code in codes)
    return codes


@pytest.mark.parametrize(
    ("rule", "values", "other", "code"),
    [
        (
            "words_agree",
            ("2026-10-21", "Ngày hai mươi mốt tháng mười năm hai nghìn không trăm hai mươi sáu"),
            None,
            None,
        ),
        ("words_agree", ("2026-10-21", "Ngày hai mươi tháng mười năm hai nghìn"), None, "dob_words_disagree"),
        ("words_agree", ("2026-10-21", "không rõ"), None, "dob_words_disagree"),
        ("number_fits_birth", (card(MOTHER), "1988-08-30"), None, None),
        ("number_fits_birth", (card(MOTHER), "1988"), None, None),
        ("number_fits_birth", (card(MOTHER), "1989"), None, "pid_birth_disagrees"),
        ("number_fits_birth", (card("012345678"), "1989"), None, None),
        ("number_fits_birth", (card(None), "1989"), None, None),
        ("number_fits_birth", (MOTHER, "2088-01-01"), None, "pid_birth_disagrees"),
        ("number_fits_sex", (card(MOTHER),), "Nữ", None),
        ("number_fits_sex", (card(MOTHER),), "Nam", "pid_sex_disagrees"),
        ("number_fits_sex", (MOTHER, "Nam"), None, "pid_sex_disagrees"),
        ("not_after", ("2026-10-21", "2026-11-01"), None, None),
        ("not_after", ("2026-11-01", "2026-11-01"), None, None),
        ("not_after", ("2026-11-02", "2026-11-01"), None, "dates_reversed"),
        ("not_after", ("1988", "1988-08-30"), None, None),
        ("not_after", ("1989", "1988-08-30"), None, "dates_reversed"),
        ("at_least_years", ("2006-10-21", "2026-10-21"), "20", None),
        ("at_least_years", ("2006-10-22", "2026-10-21"), "20", "too_young"),
        ("at_least_years", ("2008", "2026-10-21"), "18", None),
        ("at_least_years", ("2009", "2026-10-21"), "18", "too_young"),
        ("within_days", ("2026-08-01", "2026-09-30"), "60", None),
        ("within_days", ("2026-08-01", "2026-10-01"), "60", "registered_late"),
        ("within_days", ("2025", "2026"), "60", None),
        ("not_after", ("2020-01-01",), "today", None),
        ("not_after", ("2999-01-01",), "today", "date_in_future"),
        ("issuer_fits_date", ({"issuer": "Bộ Công an", "issued_on": "2024-07-01"},), None, None),
        (
            "issuer_fits_date",
            ({"issuer": "Bộ Công an", "issued_on": "2024-06-30"},),
            None,
            "issuer_date_disagree",
        ),
        ("issuer_fits_date", ({"issuer": "Công an tỉnh", "issued_on": "2010-06-30"},), None, None),
        ("issuer_fits_date", ({"issuer": "Bộ Công an", "issued_on": None},), None, None),
        ("amount_words_agree", (150_000_000, "Một trăm năm mươi triệu đồng"), None, None),
        ("amount_words_agree", (20_000_000, "Hai triệu đồng"), None, "amount_words_disagree"),
        ("same_person", ("LÊ PHƯƠNG CHI", "Lê Phương Chi"), None, None),
        ("same_person", ("LÊ PHƯƠNG CHI", "Lê Phương Chí"), None, "persons_differ"),
    ],
)
def test_fields_that_contradict_one_another_are_all_for_a_person(
    rule: str, values: tuple[Value, ...], other: str | None, code: str | None
) -> None:
    assert flagged(rule, *values, other=other) == ({code} if code else set())


@pytest.mark.parametrize("rule", ["words_agree", "number_fits_birth", "not_after", "same_person"])
@pytest.mark.parametrize("values", [(None, "2026"), ("2026", None), (None, None)])
def test_a_rule_says_nothing_of_an_empty_field(rule: str, values: tuple[Value, ...]) -> None:
    assert flagged(rule, *values) == set()


@pytest.mark.parametrize("rule", ["words_agree", "amount_words_agree"])
@pytest.mark.parametrize("lost", [0, 1])
def test_what_two_fields_prove_together_one_alone_does_not(rule: str, lost: int) -> None:
    unread = FieldReading(None, needs_review=True, problems=(Problem("number_unreadable"),))
    read = FieldReading("x", confidence=0.95)
    fields = {"a": unread, "b": read} if lost == 0 else {"a": read, "b": unread}
    checked = apply_checks(fields, [Check.model_validate({"rule": rule, "fields": ("a", "b")})])
    kept = checked["b" if lost == 0 else "a"]
    assert (kept.value, kept.needs_review) == ("x", True)
    assert [problem.code for problem in kept.problems] == ["other_half_missing"]


def test_what_was_wrong_before_stays_wrong() -> None:
    earlier = Problem("readings_disagree", {"other": "x"})
    fields = {
        "a": FieldReading("2026", needs_review=True, problems=(earlier,)),
        "b": FieldReading("2025"),
    }
    checked = apply_checks(fields, [Check(rule="not_after", fields=("a", "b"))])
    assert [problem.code for problem in checked["a"].problems] == ["readings_disagree", "dates_reversed"]
    assert [problem.code for problem in checked["b"].problems] == ["dates_reversed"]


def view_of_sheet(sheet: Sheet, millimetres: float = 60) -> PageView:
    """A page view whose words are those that were written, without OCR."""
    pixels = upper_part(sheet, millimetres)
    words = []
    for line, written in enumerate(sheet.inscriptions):
        left, top, right, bottom = written.box
        pitch = (right - left) / max(1, len(written.text))
        at = 0
        for text in written.text.split():
            at = written.text.index(text, at)
            box = (round(left + at * pitch), top, round(left + (at + len(text)) * pitch), bottom)
            words.append(Word(text, box, 0.95, line))
            at += len(text)
    height, width = pixels.shape[:2]
    reading = PageReading(
        width=width,
        height=height,
        dpi=sheet.dpi,
        rotated=0,
        rotation_confidence=1.0,
        skew=0.0,
        skew_confidence=1.0,
        blank=False,
        words=tuple(words),
        unread=(),
        problems=(),
        engine="none",
    )
    return PageView(reading, lambda: pixels)


def ticks(yes: str, no: str) -> FieldReading:
    """Two boxes, each ``empty``, ``ticked``, ``speck`` or ``missing``."""
    sheet = Sheet()
    x = 25.0
    for word, state in (("Có", yes), ("Không", no)):
        x = sheet.write(x, 30, word, size=12) + 2
        if state != "missing":
            sheet.frame(x, 26.5, x + 4, 30.5)
        if state == "ticked":
            sheet.rule(x + 0.6, 27, x + 3.4, 30, 0.5)
            sheet.rule(x + 0.6, 30, x + 3.4, 27, 0.5)
        if state == "speck":
            sheet.rule(x + 1.7, 28.4, x + 2.1, 28.4, 0.4)
        x += 9
    view = view_of_sheet(sheet)
    return yes_or_no(view, 3, view.reading.words)


@pytest.mark.parametrize(
    ("yes", "no", "value", "code"),
    [
        ("ticked", "empty", True, None),
        ("empty", "ticked", False, None),
        ("empty", "empty", None, None),
        ("ticked", "ticked", None, "tick_unclear"),
        ("speck", "empty", None, "tick_unclear"),
        ("missing", "empty", None, "boxes_not_found"),
        ("ticked", "missing", None, "boxes_not_found"),
    ],
)
def test_of_two_boxes_the_ticked_one_counts_and_doubt_is_told(
    yes: str, no: str, value: Value, code: str | None
) -> None:
    reading = ticks(yes, no)
    assert reading.value is value
    assert [problem.code for problem in reading.problems] == ([code] if code else [])
    assert reading.needs_review is (code is not None)
    assert reading.page == 3


def test_a_row_without_the_words_has_no_answer() -> None:
    view = view_of_sheet(Sheet())
    reading = yes_or_no(view, 0, view.reading.words)
    assert (reading.value, reading.problems) == (None, (Problem("label_not_found"),))


def signed(kind: str) -> FieldReading:
    from random import Random

    sheet = Sheet()
    sheet.write(100, 20, "Người yêu cầu", size=12)
    if kind == "signed":
        scrawl(sheet, Random(2), 112, 32)
    if kind == "named":
        sheet.write(100, 35, "Lê Phương Chi", size=12)
    if kind == "dotted":
        for place in range(3):
            sheet.rule(105 + 6 * place, 32, 108 + 6 * place, 34, 0.5)
    view = view_of_sheet(sheet)
    caption = [word for word in view.reading.words if word.box[1] < box_of(view.reading.words, "yeu")[3]]
    return signature(view, 0, caption[:3])


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("signed", True, None),
        ("empty", False, None),
        ("named", False, None),
        ("dotted", None, "signature_unclear"),
    ],
)
def test_a_stroke_is_a_signature_and_print_is_none(kind: str, value: Value, code: str | None) -> None:
    reading = signed(kind)
    assert reading.value is value
    assert [problem.code for problem in reading.problems] == ([code] if code else [])


def test_without_its_caption_nobody_knows_whether_it_was_signed() -> None:
    assert signature(view_of_sheet(Sheet()), 0, ()).needs_review


def boxed(*boxes: tuple[str, bool]) -> PageView:
    """A line with boxes behind words; ticks reach beyond their boxes."""
    sheet = Sheet()
    x = 25.0
    for text, is_ticked in boxes:
        x = sheet.write(x, 30, text, size=12) + 2
        sheet.frame(x, 26.5, x + 4, 30.5)
        if is_ticked:
            sheet.rule(x + 0.6, 28.5, x + 1.8, 30, 0.5)
            sheet.rule(x + 1.8, 30, x + 5.2, 25.5, 0.5)
        x += 9
    return view_of_sheet(sheet)


CHOICES = (Choice(label=("Cá nhân",), value="individual"), Choice(label=("Hộ gia đình",), value="household"))


@pytest.mark.parametrize(
    ("first", "second", "value", "problem"),
    [
        (True, False, "individual", None),
        (False, True, "household", None),
        (False, False, None, None),
        (True, True, None, "tick_unclear"),
    ],
)
def test_one_of_several_boxes_is_chosen(
    *, first: bool, second: bool, value: Value, problem: str | None
) -> None:
    view = boxed(("Cá nhân", first), ("Hộ gia đình", second))
    reading = chosen(view, 0, view.reading.words, CHOICES)
    assert reading.value == value
    assert [one.code for one in reading.problems] == ([problem] if problem else [])


def test_boxes_in_the_number_of_the_choices_are_those_though_their_words_are_misread() -> None:
    view = boxed(("Ca nbân", True), ("Hộ gja dình", False))
    assert chosen(view, 0, view.reading.words, CHOICES).value == "individual"
    lonely = boxed(("Ca nbân", True))
    assert chosen(lonely, 0, lonely.reading.words, CHOICES).needs_review


@pytest.mark.parametrize("state", [True, False])
def test_a_box_by_itself_is_ticked_or_not(*, state: bool) -> None:
    view = boxed(("bản giấy", state))
    last = view.reading.words[-1].box
    room = (last[2], last[1], view.reading.width, last[3])
    assert ticked(view, 0, room).value is state


def test_without_a_box_nobody_knows() -> None:
    view = view_of_sheet(Sheet())
    assert [one.code for one in ticked(view, 0, (50, 50, 300, 90)).problems] == ["boxes_not_found"]


@pytest.mark.parametrize(("text", "value"), [("X", True), ("", None)])
def test_a_cross_in_a_cell(text: str, value: Value) -> None:
    sheet = Sheet()
    if text:
        sheet.write(30, 20, text, size=12)
    view = view_of_sheet(sheet)
    cell = (sheet.pixels(25), sheet.pixels(12), sheet.pixels(45), sheet.pixels(24))
    assert crossed(view, 0, cell).value is value

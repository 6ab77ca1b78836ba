"""What a person is shown of a field, and what speaks against what they type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.errors import ItemProblem
from digitize.forms.template import FieldType
from digitize.forms.template_files import load_templates
from digitize.model import FieldReading, Problem, Value
from digitize.pipeline.findings import DoubtfulField
from digitize.review.answers import Checked
from digitize.review.desk import Desk
from digitize.review.views import FieldView, Ground
from digitize.times import now
from support.filled import TRUTH, filled_workspace
from support.offices import ledger_of

DOSSIER = "HS-00001"
NUMBER: dict[str, str | None] = {"number": "001195000123", "issuer": "Bộ Công an", "issued_on": "2024-08-20"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    root = filled_workspace(tmp_path / "office", 10)
    with ledger_of(root, "lan") as ledger:
        yield Desk(ledger, now, load_templates())


def field(desk: Desk, key: str, dossier: str = DOSSIER) -> DoubtfulField:
    return desk.find(dossier, 1, key)


def offered(view: FieldView) -> list[tuple[Value, Ground]]:
    return [(one.value, one.ground) for one in view.alternatives]


def codes(checked: Checked) -> list[str]:
    return [problem.code for problem in checked.problems]


def test_the_card_of_the_same_person_is_offered_and_shown(desk: Desk) -> None:
    number = desk.look_at(field(desk, "mother_iddoc"))
    assert offered(number) == [(NUMBER, Ground.SAME_PERSON)]
    assert (number.alternatives[0].document, number.alternatives[0].key) == (2, "pid")
    assert [(one.document, one.key, one.rule) for one in number.related] == [
        (1, "mother_birth", "number_fits_birth"),
        (2, "pid", "same_person"),
    ]
    name = desk.look_at(field(desk, "mother_name"))
    # The second reading says the same, and is not offered twice.
    assert offered(name) == [("LÒ THỊ DƯỠNG", Ground.SAME_PERSON)]


def test_a_card_in_doubt_proves_nothing(desk: Desk) -> None:
    with desk.ledger.transaction():
        desk.ledger.execute("UPDATE field SET needs_review = 1 WHERE document = 2")
    name = desk.look_at(field(desk, "mother_name"))
    assert offered(name) == [("LÒ THỊ DƯỠNG", Ground.OTHER_READING)]
    assert "card_disagrees" not in codes(desk.check(field(desk, "mother_name"), "LÒ THỊ DƯỜNG"))
    (related,) = name.related
    assert related.doubtful


def test_a_date_and_its_words_are_shown_together_and_follow_from_one_another(desk: Desk) -> None:
    digits = desk.look_at(field(desk, "child_dob"))
    assert digits.kind is FieldType.DATE
    assert offered(digits) == [("2026-01-15", Ground.FOLLOWS)]
    words = next(one for one in digits.related if one.key == "child_dob_words")
    assert (words.reading.value, words.doubtful) == (TRUTH["child_dob_words"], True)
    assert [problem.code for problem in digits.reasons] == ["dob_words_disagree"]
    desk.settle("a", field(desk, "child_dob"), "2026-01-15")
    now_words = desk.look_at(field(desk, "child_dob_words"))
    shown = next(one for one in now_words.related if one.key == "child_dob")
    assert (shown.reading.value, shown.doubtful) == ("2026-01-15", False)
    assert offered(now_words) == [], "it says the same by now"


def test_what_was_decided_on_an_earlier_scan_is_offered(desk: Desk) -> None:
    desk.settle("a", field(desk, "child_name"), "TRẦN MINH MẪU")
    with desk.ledger.transaction():
        desk.ledger.execute("UPDATE document SET anchor = 'another:0' WHERE ordinal = 1")
        desk.ledger.execute("UPDATE field SET needs_review = 1 WHERE key = 'child_name'")
    (offer,) = desk.look_at(field(desk, "child_name")).alternatives
    assert (offer.value, offer.ground, offer.document) == ("TRẦN MINH MẪU", Ground.DECIDED, 0)


def test_what_stands_on_the_paper_is_offered_where_the_program_shows_something_else(desk: Desk) -> None:
    reading = FieldReading("TRẦN MINH MẬU", "TRẦN MINH MẪU", 0.5, page=0, needs_review=True)
    shown = desk.look_at(DoubtfulField(DOSSIER, 1, "birth_registration", "child_name", reading))
    assert offered(shown) == [("TRẦN MINH MẪU", Ground.AS_READ)]
    odd = Problem("unit_odd", {"name": "Sao Mại", "known": "Sao Mai"})
    place = FieldReading("phường Sao Mại", "phường Sao Mại", 0.5, page=0, needs_review=True, problems=(odd,))
    near = desk.look_at(DoubtfulField(DOSSIER, 1, "birth_registration", "birth_place", place))
    assert offered(near) == [("phường Sao Mai", Ground.SUGGESTED)]


@pytest.mark.parametrize(
    ("form", "key", "words"),
    [
        ("birth_registration", "child_sex", ("Nam", "Nữ")),
        ("birth_registration", "copies_wanted", ("có", "không")),
        ("citizen_id", "card_kind", ("Thẻ căn cước công dân", "Thẻ căn cước", "Chứng minh nhân dân")),
        ("birth_registration", "child_name", ()),
    ],
)
def test_the_words_of_closed_lists(desk: Desk, form: str, key: str, words: tuple[str, ...]) -> None:
    one = DoubtfulField(DOSSIER, 1, form, key, FieldReading(None, needs_review=True))
    view = desk.look_at(one)
    assert view.words == words
    assert all(desk.check(one, word).fits for word in words)


def test_one_of_a_few_things_becomes_its_value(desk: Desk) -> None:
    one = DoubtfulField(DOSSIER, 2, "citizen_id", "card_kind", FieldReading(None, needs_review=True))
    assert desk.check(one, "thẻ căn cước").value == "can_cuoc_2024"
    assert [problem.code for problem in desk.check(one, "thẻ gì đó").serious] == ["answer_unfit"]
    slip = DoubtfulField(DOSSIER, 1, "criminal_record_request", "slip_number", FieldReading(None))
    assert desk.check(slip, "phiếu số 2").value == desk.check(slip, "2").value == 2


@pytest.mark.parametrize(
    ("key", "text", "value", "told"),
    [
        # What people type is left as it is, even where the program would rather read something else.
        ("child_name", "Trần Văn Mẫu", "Trần Văn Mẫu", ["name_unusual"]),
        ("child_name", "  trần   văn mẫu ", "trần văn mẫu", None),
        ("child_name", "Sukarno", "Sukarno", ["name_odd"]),
        ("birth_place", "xã la Tôr, tỉnh Gia Lai", "xã la Tôr, tỉnh Gia Lai", None),
        ("child_ethnicity", "Pa Kô", "Pa Kô", ["ethnicity_unknown"]),
        ("child_ethnicity", "tay", "Tày", []),
        ("requester_relation", "Bác họ xa", "Bác họ xa", ["relation_unknown"]),
        ("child_dob", "15/01/2026", "2026-01-15", []),
        # The words still say the fifteenth; the day is before the mother's, after the registration, ahead.
        ("child_dob", "16/01/2026", "2026-01-16", ["dob_words_disagree"]),
        (
            "child_dob",
            "15/01/1994",
            "1994-01-15",
            ["dates_reversed", "dob_words_disagree", "registered_late"],
        ),
        ("child_dob_words", TRUTH["child_dob_words"], TRUTH["child_dob_words"], ["dob_words_disagree"]),
        ("mother_iddoc", TRUTH["mother_iddoc"], NUMBER, []),
        ("mother_iddoc", "001195000123", {"number": "001195000123", "issuer": None, "issued_on": None}, []),
        ("mother_name", "LÒ THỊ DƯƠNG", "LÒ THỊ DƯƠNG", ["card_disagrees"]),
    ],
)
def test_what_is_typed_is_checked_against_what_stands_around_it(
    desk: Desk, key: str, text: str, value: Value, told: list[str] | None
) -> None:
    reading = FieldReading(None, page=0, needs_review=True)
    found = desk.check(DoubtfulField(DOSSIER, 1, "birth_registration", key, reading), text)
    assert (found.value, found.fits) == (value, True)
    if told is not None:
        assert sorted(codes(found)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("001094000123", ["card_disagrees", "pid_birth_disagrees", "pid_sex_disagrees"]),
        ("999195000123", ["card_disagrees", "pid_province_odd"]),
    ],
)
def test_a_number_is_held_against_sex_day_of_birth_province_and_card(
    desk: Desk, text: str, told: list[str]
) -> None:
    # The number that was read is near enough to that of the card to be the same person's.
    found = desk.check(field(desk, "mother_iddoc"), f"CCCD số {text} do Bộ Công an cấp ngày 20/08/2024")
    assert found.fits
    assert sorted(codes(found)) == told


def test_serious_mistakes_refuse(desk: Desk) -> None:
    found = desk.check(field(desk, "child_dob"), "31/02/2026")
    assert (found.value, found.fits) == (None, False)
    assert [problem.code for problem in found.serious] == ["answer_unfit", "date_unreadable"]
    assert not desk.check(field(desk, "child_name"), "Trần 5").fits


def test_a_rule_about_a_field_that_was_never_read_says_nothing(desk: Desk) -> None:
    # The template names the requester's day of birth with it, which this paper has not.
    assert codes(desk.check(field(desk, "child_dob"), "15/01/2026")) == []


def test_an_answer_to_what_was_read_anew_meanwhile_is_refused(desk: Desk) -> None:
    shown = desk.look_at(field(desk, "child_name"))
    assert desk.find(DOSSIER, 1, "child_name", shown.seen) == shown.field
    with desk.ledger.transaction():
        desk.ledger.execute(
            "UPDATE field SET reading = json_set(reading, '$.value', 'KHÁC') WHERE key = 'child_name'"
        )
    for answer in (
        lambda: desk.find(DOSSIER, 1, "child_name", shown.seen),
        lambda: desk.settle("a", shown.field, "TRẦN MINH MẪU"),
    ):
        with pytest.raises(ItemProblem) as told:
            answer()
        assert told.value.code == "dossier_changed"
    assert desk.ledger.rows("SELECT * FROM answer") == []


def test_a_field_that_was_settled_meanwhile_is_told_so(desk: Desk) -> None:
    shown = desk.look_at(field(desk, "child_name"))
    desk.unreadable("a", shown.field)
    with pytest.raises(ItemProblem) as told:
        desk.find(DOSSIER, 1, "child_name", shown.seen)
    assert told.value.code == "field_settled"
    with pytest.raises(ItemProblem):
        desk.settle("a", shown.field, "X")
    assert [row["value"] for row in desk.ledger.rows("SELECT value FROM answer")] == ["null"]


def test_an_answer_of_several_parts_is_taken_back_as_well(desk: Desk) -> None:
    shown = field(desk, "mother_iddoc")
    desk.settle("a", shown, NUMBER)
    assert desk.take_back("a", DOSSIER) == shown


def test_looking_reads_no_more_than_it_needs(tmp_path: Path) -> None:
    """A paper in a dossier of many finds the card that lies near, and asks nothing of the others."""
    root = filled_workspace(tmp_path / "large", 300, each=300)
    with ledger_of(root, "lan") as ledger:
        desk = Desk(ledger, now, load_templates())
        near, far = desk.find(DOSSIER, 60, "mother_iddoc"), desk.find(DOSSIER, 2, "mother_iddoc")
        assert offered(desk.look_at(near)) == [(NUMBER, Ground.SAME_PERSON)]
        assert offered(desk.look_at(far)) == []

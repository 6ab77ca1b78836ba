"""What people's answers suggest: seen often enough, of different people, and never a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.errors import UsageProblem
from digitize.forms.additions import ADDITIONS
from digitize.forms.template import FieldType
from digitize.forms.template_files import check_file, load_templates
from digitize.model import Document, FieldReading, Problem, Value
from digitize.pipeline.findings import decide, doubtful_fields
from digitize.pipeline.suggested_labels import label_before
from digitize.pipeline.suggestions import SuggestionKind, Suggestions, suggestions
from digitize.pipeline.taking import Taker
from digitize.pipeline.workspace import Workspace
from digitize.settings import load_settings
from support.activity import Office, office_at

FORM = "birth_registration"
NAMES = ("LÊ THỊ HOA", "TRẦN VĂN SƠN", "PHẠM BÌNH AN", "VÕ MINH ĐỨC", "ĐỖ THANH MAI")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path / "ledger.db") as made:
        yield made


def given(
    office: Office,
    number: int,
    key: str,
    value: Value,
    *,
    raw: str = "",
    read: Value = None,
    cause: str = "label_not_found",
    name: str | None = None,
    confidence: float = 0.5,
) -> None:
    """A dossier of some person in which somebody gave a value to a field in doubt."""
    code, person = f"HS-{number}", FieldReading(name or NAMES[number % len(NAMES)], confidence=0.99)
    reading = FieldReading(
        read, raw=raw, confidence=confidence, needs_review=True, problems=(Problem(cause),)
    )
    office.receive(code, "2026-10-05 08:00", pages=1)
    office.read(
        code, "2026-10-05 08:10", [Document((0,), FORM, "x", 0.99, {"child_name": person, key: reading})]
    )
    with office.doing("2026-10-05 09:00", "huong") as ledger:
        for field in doubtful_fields(ledger, code):
            decide(ledger, field, value)


def found(office: Office, form: str | None = None) -> Suggestions:
    return suggestions(office.ledger, load_templates(), 0.8, form=form)


def texts(office: Office) -> list[tuple[str, str]]:
    return [(one.type or one.key, one.text) for one in found(office).additions]


@pytest.mark.parametrize(
    ("raw", "value", "kind", "words"),
    [
        ("Nam Thuộc thành phần: Tày", "Tày", FieldType.ETHNICITY, "Nam Thuộc thành phần"),
        ("Nam; Thuộc thành phần: Tày", "Tày", FieldType.ETHNICITY, "Thuộc thành phần"),
        ("Ra đời hôm ngày 04 tháng 04 năm 2025", "2025-04-04", FieldType.DATE, "Ra đời hôm ngày"),
        ("Ra đời hôm: 04/04/2025", "2025-04-04", FieldType.DATE, "Ra đời hôm"),
        (
            "Kinh\nChỗ ở nay: Số 5, phố Bà Triệu, xã\nTrần Phú, thành phố Hà Nội",
            "Số 5, phố Bà Triệu, xã Trần Phú, thành phố Hà Nội",
            FieldType.ADDRESS,
            "Chỗ ở nay",
        ),
        ("Tên bé LÊ THI HOA", "LÊ THỊ HOA", FieldType.NAME, "Tên bé"),
        ("Tên bé VÕ MINH ĐỨC", "LÊ THỊ HOA", FieldType.NAME, ""),
    ],
)
def test_a_label_is_what_stands_before_the_value(raw: str, value: Value, kind: FieldType, words: str) -> None:
    assert " ".join(label_before(raw, value, kind)) == words


def test_a_label_of_dossiers_of_different_people_is_suggested_without_what_stands_before_it(
    office: Office,
) -> None:
    for number, (sex, people) in enumerate((("Nam", "Kinh"), ("Nữ", "Tày"), ("Nam", "Kinh"), ("Nữ", "Dao"))):
        given(
            office,
            number,
            "child_ethnicity",
            people,
            raw=f"xã X\nGiới: {sex} Thuộc thành phần {people}",
        )
    (one,) = found(office).additions
    assert (one.kind, one.form, one.key, one.text, one.dossiers) == (
        SuggestionKind.LABEL,
        FORM,
        "child_ethnicity",
        "Thuộc thành phần",
        4,
    )
    assert found(office, "death_registration").additions == ()
    assert found(office).additions == (one,), "it bears the same id whenever it is found"


def test_what_one_family_brings_again_and_again_is_suggested_to_nobody(office: Office) -> None:
    for number in range(5):
        given(office, number, "child_ethnicity", "Nguồn", cause="ethnicity_unknown", name="LÊ THỊ HOA")
        given(office, 10 + number, "child_ethnicity", "Kinh", raw="Thuộc: Kinh", name="LÊ THỊ HOA")
    assert found(office).additions == ()


def test_words_are_suggested_that_no_list_knows_and_no_names_numbers_or_days(office: Office) -> None:
    for number in range(3):
        given(office, number, "child_ethnicity", "Nguồn", cause="ethnicity_unknown")
        address = f"Số {number + 1}, Thôn Nà Mòn, xã Trần Phú, thành phố Hà Nội"
        given(office, 10 + number, "hometown", address, cause="readings_disagree")
        given(office, 20 + number, "requester_name", "HOÀNG VĂN LẠ", cause="name_unusual")
        given(office, 30 + number, "made_on", "2026-01-02", cause="date_unreadable")
        given(office, 40 + number, "hometown", f"nhà ông Ba Tèo, {address}", cause="place_odd")
    assert sorted(texts(office)) == [("address", "Thôn Nà Mòn"), ("ethnicity", "Nguồn")]


def test_what_few_have_given_and_what_lists_know_is_not_suggested(office: Office) -> None:
    for number in range(2):
        given(office, number, "child_ethnicity", "Nguồn", cause="ethnicity_unknown")
    for number in range(3):
        given(office, 10 + number, "child_ethnicity", "Tày", cause="readings_disagree")
        given(
            office,
            20 + number,
            "hometown",
            "xã Trần Phú, huyện Chương Mỹ, thành phố Hà Nội",
            cause="unread_beside",
        )
    assert found(office).additions == ()


def test_doubts_that_were_needless_are_told_with_their_risk(office: Office) -> None:
    for number in range(25):
        given(
            office,
            number,
            "hometown",
            "xã A",
            read="xã A",
            cause="low_confidence",
            confidence=0.71 + number / 1000,
        )
        given(
            office,
            100 + number,
            "made_at",
            "xã A",
            read="xã A" if number > 4 else "xã B",
            cause="unread_beside",
        )
    (one,) = found(office).needless
    assert (one.key, one.cause, one.asked, one.corrected, one.threshold) == (
        "hometown",
        "low_confidence",
        25,
        0,
        0.71,
    )
    assert one.risk == pytest.approx(3 / 25)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    settings = tmp_path / "digitize.toml"
    settings.write_text(
        '[organisation]\nname = "UBND phường Sao Mai"\ncode = "H99.00.01"\nfonds = "H99.00.01"\n', "utf-8"
    )
    return Workspace(tmp_path, load_settings(settings))


def test_what_is_taken_is_used_told_and_taken_out_again(office: Office, place: Workspace) -> None:
    for number in range(3):
        given(office, number, "child_ethnicity", "Nguồn", cause="ethnicity_unknown")
    (one,) = found(office).additions
    office.ledger.who = "quan-tri"
    taker = Taker(place, office.ledger, lambda: office.moment[0])
    change = taker.after_taking(one)
    assert "+text = " in change.difference
    assert not (place.forms / ADDITIONS).exists(), "it was only shown"
    taker.take(one)
    check_file(place.forms / ADDITIONS)
    templates = load_templates(place.forms)
    assert next(i for i in templates[FORM].items if i.key == "child_ethnicity").known == ("Nguồn",)
    assert suggestions(office.ledger, templates, 0.8).additions == (), "it is known by now"
    with pytest.raises(UsageProblem, match="suggestion_taken"):
        taker.take(one)
    taker.take_out(one.id)
    assert load_templates(place.forms) == load_templates()
    with pytest.raises(UsageProblem, match="suggestion_not_taken"):
        taker.take_out(one.id)
    told = [
        (row["kind"], row["who"])
        for row in office.ledger.rows("SELECT * FROM event WHERE kind LIKE 'suggestion%' ORDER BY id")
    ]
    assert told == [("suggestion_taken", "quan-tri"), ("suggestion_taken_out", "quan-tri")]

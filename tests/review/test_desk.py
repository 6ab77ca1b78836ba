"""The clerk's desk: what may be answered, and what follows from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.errors import ItemProblem, UsageProblem
from digitize.forms.template_files import load_templates
from digitize.model import FieldReading, Source, Stage, Value
from digitize.pipeline.findings import DoubtfulField, load_documents
from digitize.review.answers import value_from
from digitize.review.desk import Desk
from digitize.times import now
from support.offices import ledger_of, stages

BIRTH, LETTER = "birth_registration", "official_letter"
FIRST, SECOND = "000.00.01.H99-261118-0001", "000.00.01.H99-261118-0005"


def field(form: str, key: str) -> DoubtfulField:
    return DoubtfulField("HS", 1, form, key, FieldReading(None, needs_review=True))


@pytest.fixture
def root(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "demo"))


@pytest.fixture
def desk(root: Path) -> Iterator[Desk]:
    with ledger_of(root, "Lan") as ledger:
        yield Desk(ledger, now, load_templates())


@pytest.mark.parametrize(
    ("form", "key", "answer", "value"),
    [
        (BIRTH, "child_dob", "05/01/2026", "2026-01-05"),
        (BIRTH, "child_dob", "4/2025", "2025-04"),
        (BIRTH, "child_dob", "1992", "1992"),
        (BIRTH, "child_sex", "nữ", "Nữ"),
        (BIRTH, "child_ethnicity", "kinh", "Kinh"),
        (BIRTH, "child_nationality", "Zanzibar", "Zanzibar"),
        (BIRTH, "requester_relation", "Bác họ xa", "Bác họ xa"),
        (BIRTH, "requester_name", "  Ka\u0300  Pa Krông ", "Kà Pa Krông"),
        (BIRTH, "requester_residence", "Số 1 @ đường  Trần Phú", "Số 1 @ đường Trần Phú"),
        (BIRTH, "copies_count", "3", 3),
        (BIRTH, "copies_wanted", "Có", True),
        (BIRTH, "copies_wanted", "không", False),
        (BIRTH, "signature_present", "x", True),
        (LETTER, "recipients", "Lưu: VT;  Phòng  A;; ", ["Lưu: VT", "Phòng A"]),
        (
            BIRTH,
            "requester_iddoc",
            "CCCD số 038099991188 do Công an xã Mẫu cấp ngày 21/01/2021",
            {"number": "038099991188", "issuer": "Công an xã Mẫu", "issued_on": "2021-01-21"},
        ),
        (
            BIRTH,
            "requester_iddoc",
            "038099991188",
            {"number": "038099991188", "issuer": None, "issued_on": None},
        ),
        (LETTER, "sign_capacity", " KT.", "KT."),
        (LETTER, "sign_capacity", "TM.", "TM."),
        (LETTER, "subject", "1", "1"),
        (LETTER, "subject", "(1)", "(1)"),
    ],
)
def test_an_answer_becomes_a_value_of_the_type_of_its_field(
    form: str, key: str, answer: str, value: Value
) -> None:
    assert value_from(field(form, key), answer, load_templates()) == value


@pytest.mark.parametrize(
    ("form", "key", "answer"),
    [
        (BIRTH, "child_dob", "32/13/2026"),
        (BIRTH, "child_dob", "31/02/2025"),
        (BIRTH, "child_dob", "hôm qua"),
        (BIRTH, "child_dob_words", "ngày nào đó"),
        (BIRTH, "child_sex", "x"),
        (BIRTH, "requester_name", "12345"),
        (BIRTH, "requester_iddoc", "CCCD"),
        (BIRTH, "requester_iddoc", "số 12345 do Công an xã Mẫu cấp ngày 21/01/2021"),
        (BIRTH, "requester_iddoc", "số 038099991188 do Công an xã Mẫu cấp ngày 41/01/2021"),
        (BIRTH, "copies_count", "ba"),
        (BIRTH, "copies_count", "-5"),
        (BIRTH, "copies_count", "3 bản"),
        (BIRTH, "copies_wanted", "có lẽ"),
        (BIRTH, "addressed_to", "..."),
        (BIRTH, "addressed_to", "\x1b[A"),
        (LETTER, "recipients", "Lưu: VT\x1b[A"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(form: str, key: str, answer: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        value_from(field(form, key), answer, load_templates())
    assert refused.value.code in ("answer_unfit", "answer_not_yes_or_no")


def test_a_decision_is_of_the_person_who_made_it_and_ends_the_doubt(desk: Desk) -> None:
    assert desk.dossiers() == [FIRST, SECOND]
    before = desk.waiting()
    (name,) = [one for one in before if one.dossier == SECOND and one.key == "mother_name"]
    desk.settle("", name, "LÒ NGỌC DƯNG")
    assert [one for one in before if one not in desk.waiting()] == [name]
    (document,) = load_documents(desk.ledger, SECOND)
    decided = document.fields["mother_name"]
    assert (decided.value, decided.source, decided.confidence) == ("LÒ NGỌC DƯNG", Source.HUMAN, 1.0)
    assert not decided.needs_review
    rows = desk.ledger.rows("SELECT who, key FROM decision")
    assert [(row["who"], row["key"]) for row in rows] == [("Lan", "mother_name")]
    event = desk.ledger.events(SECOND)[-1]
    assert (event.who, event.kind, event.detail["key"]) == ("Lan", "field_corrected", "mother_name")
    assert "DƯNG" not in str(event.detail), "events bear no personal data"


def test_a_dossier_is_let_through_when_nothing_is_in_doubt_any_more(desk: Desk) -> None:
    with desk.holding(SECOND) as fields:
        for one in fields[:-1]:
            desk.settle("", one, one.reading.value)
        assert not desk.let_through(SECOND)
        desk.settle("", fields[-1], None)
    assert desk.let_through(SECOND)
    assert desk.dossiers() == [FIRST]
    assert not desk.let_through(SECOND), "once is enough"
    assert not desk.let_through("HS-404")
    kinds = [event.kind for event in desk.ledger.events(SECOND)]
    assert kinds[-1] == "approved"
    assert kinds.count("field_corrected") + kinds.count("field_confirmed") == len(fields)


def test_an_answer_to_a_dossier_that_has_moved_on_is_not_recorded(desk: Desk, root: Path) -> None:
    (one, *_) = [one for one in desk.waiting() if one.dossier == SECOND]
    with ledger_of(root, "run") as other, other.transaction():
        other.move(SECOND, Stage.RECEIVED, "received", source="x")
    with pytest.raises(ItemProblem) as told:
        desk.settle("", one, "x")
    assert told.value.code == "dossier_changed"
    assert desk.ledger.rows("SELECT * FROM decision") == []
    assert not desk.let_through(SECOND)
    assert stages(root)[SECOND] is Stage.RECEIVED


def test_what_is_held_is_free_again_after_an_accident(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError), desk.holding(FIRST):
        assert len(desk.ledger.rows("SELECT * FROM lease")) == 1
        raise ZeroDivisionError
    assert desk.ledger.rows("SELECT * FROM lease") == []

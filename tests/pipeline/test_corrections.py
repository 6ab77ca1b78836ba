"""What people answered, counted by form, field and cause; expected figures were counted by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from digitize.model import Document, FieldReading, Problem, Value
from digitize.pipeline.corrections import Answered, Corrections, corrections
from digitize.pipeline.findings import DoubtfulField, Look, decide, keep_answer
from digitize.pipeline.periods import Period
from support.activity import Office, office_at

OCTOBER = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
WHEN = "2026-10-05 09:00"
FORM = "birth_registration"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path / "ledger.db") as made:
        yield made


def counted(office: Office, period: Period = OCTOBER) -> Corrections:
    with office.ledger.standing_still():
        return corrections(office.ledger, period)


def doubted(value: Value, *causes: str) -> FieldReading:
    return FieldReading(value, confidence=0.5).doubted(*map(Problem, causes))


def reviewed(
    office: Office, code: str, asked: Sequence[tuple[str, FieldReading, Value]], when: str = WHEN
) -> list[DoubtfulField]:
    """A dossier was read and every field of it answered: its key, what was read, what was answered."""
    office.receive(code, "2026-10-05 08:00", pages=1)
    office.read(
        code, "2026-10-05 08:10", [Document((0,), FORM, "x", 0.99, {key: read for key, read, _ in asked})]
    )
    fields = [DoubtfulField(code, 1, FORM, key, read) for key, read, _ in asked]
    with office.doing(when, "huong") as ledger:
        for field, (_, _, value) in zip(fields, asked, strict=True):
            decide(ledger, field, value)
    return fields


def test_each_doubt_is_told_as_right_or_needless(office: Office) -> None:
    reviewed(
        office,
        "A",
        [
            ("child_name", doubted("LÊ AN", "readings_disagree"), "LÊ ÂN"),
            ("child_dob", doubted("2026-01-02", "readings_disagree", "unread_beside"), "2026-01-02"),
            ("requester_name", doubted(None, "label_not_found"), None),
            ("hometown", doubted("xã X", "unread_beside"), "xã X"),
        ],
    )
    reviewed(office, "B", [("child_name", doubted("LÊ BA", "readings_disagree"), "LÊ BA")])
    found = counted(office)
    assert found.total == Answered("", "", "", corrected=1, confirmed=3, unreadable=1)
    assert found.by_form == (Answered(FORM, "", "", corrected=1, confirmed=3, unreadable=1),)
    assert found.by_field[0] == Answered(FORM, "child_name", "", corrected=1, confirmed=1, unreadable=0)
    assert {one.cause: (one.corrected, one.confirmed, one.unreadable) for one in found.by_cause} == {
        "readings_disagree": (1, 2, 0),
        "unread_beside": (0, 2, 0),
        "label_not_found": (0, 0, 1),
    }
    # Of the doubts about unread writing one stood alone: it alone has cost a look.
    alone = {one.cause: (one.alone, one.alone_corrected, one.alone_confirmed) for one in found.by_cause}
    assert alone["unread_beside"] == (1, 0, 1)
    assert alone["readings_disagree"] == (2, 1, 1)
    assert found.by_field[0].needless_share == 0.5


def test_the_parts_of_an_identity_paper_are_the_same_in_any_order(office: Office) -> None:
    read: Value = {"number": "001090000001", "issuer": None}
    given: Value = {"issuer": None, "number": "001090000001"}
    reviewed(office, "A", [("iddoc", doubted(read, "low_confidence"), given)])
    assert counted(office).total.confirmed == 1


def test_a_field_counts_once_by_its_last_answer_and_its_first_reading(office: Office) -> None:
    (field,) = reviewed(office, "A", [("child_name", doubted("LÊ AN", "low_confidence"), "LÊ AN")])
    human = DoubtfulField("A", 1, FORM, "child_name", FieldReading("LÊ AN", confidence=1.0))
    with office.doing("2026-10-06 09:00", "lan") as ledger:
        # Somebody looks again, and changes what the first has confirmed.
        decide(ledger, human, "LÊ ÂN")
        # A blind second look is no answer to a doubt.
        keep_answer(ledger, field, "x", Look.SECOND, "LÊ AN")
    found = counted(office)
    assert (found.total.corrected, found.total.confirmed) == (1, 0)
    assert [(one.cause, one.alone_corrected) for one in found.by_cause] == [("low_confidence", 1)]


def test_answers_of_other_days_and_of_before_they_were_kept_do_not_count(office: Office) -> None:
    reviewed(
        office, "A", [("child_name", doubted("LÊ AN", "low_confidence"), "LÊ AN")], when="2026-11-02 09:00"
    )
    with office.doing(WHEN) as ledger:
        ledger.execute(
            "INSERT INTO answer (dossier, anchor, form, key, look, value, read, raw, causes, who, at) "
            "VALUES ('Z', 'z', ?, 'child_name', 1, '\"LÊ\"', 'null', '', '[\"before\"]', 'lan', ?)",
            FORM,
            "2026-10-05T09:00:00+07:00",
        )
    assert counted(office).total.fields == 0


def test_what_was_asked_about_without_a_doubt_has_a_row_of_its_own(office: Office) -> None:
    reviewed(office, "A", [("child_name", FieldReading("LÊ AN", needs_review=True), "LÊ ÂN")])
    assert [(one.cause, one.corrected, one.alone) for one in counted(office).by_cause] == [("", 1, 0)]

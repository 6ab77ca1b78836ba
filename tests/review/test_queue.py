"""Whose turn it is: urgent dossiers, then the most doubtful field, then what waits without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.forms.template_files import load_templates
from digitize.model import Document, FieldReading, Problem, Stage
from digitize.pipeline.notices import add_notice
from digitize.review.desk import Desk
from digitize.times import now
from support.activity import Office, office_at


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path / "ledger.db") as made:
        yield made


@pytest.fixture
def desk(office: Office) -> Desk:
    office.ledger.who = "lan"
    return Desk(office.ledger, now, load_templates())


LETTER = "official_letter"


def waits(office: Office, code: str, **doubts: float) -> None:
    """A dossier in review with doubtful fields, each as surely read as told."""
    came = "2026-10-05 08:00"
    fields = {
        key: FieldReading(key, key, confidence, page=0, needs_review=True)
        for key, confidence in doubts.items()
    }
    sure = {"doc_type": FieldReading("Quyết định", "Quyết định", 0.01, page=0)}
    office.receive(code, came, pages=1)
    office.read(code, came, [Document((0,), LETTER, "nd30-2020", 0.9, sure | fields)])
    with office.doing(came) as ledger:
        ledger.move(code, Stage.IN_REVIEW, "review_needed", doubtful=len(doubts))


def order(desk: Desk) -> list[str]:
    """The dossiers in the order in which a person who puts all of them off is given them."""
    given: list[str] = []
    while (dossier := desk.take("a", passed=given)) is not None:
        given.append(dossier)
    return given


def test_the_most_doubtful_field_decides_and_urgent_dossiers_come_first(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.5)
    waits(office, "HS-2", subject=0.9, issuer=0.3)
    waits(office, "HS-3")
    waits(office, "HS-4", subject=0.4)
    waits(office, "HS-5", subject=0.8)
    waits(office, "HS-6")
    assert order(desk) == ["HS-2", "HS-4", "HS-1", "HS-5", "HS-3", "HS-6"]
    with office.doing("2026-10-05 09:00", "lan") as ledger:
        ledger.execute("UPDATE dossier SET urgent = 1 WHERE id IN ('HS-5', 'HS-6', 'HS-1')")
    assert order(desk) == ["HS-1", "HS-5", "HS-6", "HS-2", "HS-4", "HS-3"]


def test_what_is_not_in_review_is_not_given(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.1)
    waits(office, "HS-2", subject=0.2)
    with office.doing("2026-10-05 09:00") as ledger:
        ledger.execute("UPDATE dossier SET urgent = 1 WHERE id = 'HS-1'")
        ledger.move("HS-1", Stage.WITHDRAWN, "withdrawn", why="x")
    assert order(desk) == ["HS-2"]
    counted = desk.waiting_count()
    assert (counted.dossiers, counted.fields, counted.held) == (1, 1, 0)


def test_a_dossier_that_waits_for_a_second_look_alone_is_for_somebody_else(
    office: Office, desk: Desk
) -> None:
    waits(office, "HS-1")
    with office.doing("2026-10-05 09:00") as ledger:
        ledger.execute("INSERT INTO second_look VALUES ('HS-1', 'x', 'f', 'k', 'drawn', 'waiting', 'lan')")
    assert order(desk) == []
    with office.doing("2026-10-05 09:00") as ledger:
        ledger.execute("UPDATE second_look SET state = 'agreed'")
    assert order(desk) == ["HS-1"]


def test_a_dossier_with_an_open_question_is_given(office: Office, desk: Desk) -> None:
    waits(office, "HS-1")
    with office.doing("2026-10-05 09:00") as ledger:
        add_notice(ledger, "HS-1", Problem("pages_differ_from_cover", {"witness": "cover"}), asks=True)
    dossier = desk.take("a")
    assert dossier == "HS-1"
    assert desk.next_field("a", dossier) is None
    assert [problem.code for problem in desk.questions(dossier)] == ["pages_differ_from_cover"]


def test_fields_come_most_doubtful_first_and_what_was_put_off_last(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.5, issuer=0.3, to=0.5, place=0.9)
    dossier = desk.take("a")
    assert dossier is not None
    seen: list[tuple[int, str]] = []
    while (field := desk.next_field("a", dossier, seen)) is not None:
        seen.append((field.document, field.key))
    assert [key for _, key in seen] == ["issuer", "subject", "to", "place"]
    assert [one.key for one in desk.fields(dossier)] == ["subject", "issuer", "to", "place"]
    first = desk.next_field("a", dossier, [(1, "issuer")])
    assert first is not None
    assert first.key == "subject"


def test_of_a_correction_every_field_is_asked_about(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.5)
    later = "2026-10-05 10:00"
    with office.doing(later, "lan"):
        pass
    (doubtful,) = desk.fields("HS-1")
    desk.settle("a", doubtful, "về việc thử")
    assert desk.let_through("HS-1")
    with office.doing("2026-10-06 08:00", "lan") as ledger:
        ledger.add_event("reopened", "HS-1", why="x", replaces="p", record_status="REPLACEMENT")
        ledger.set_generation("HS-1", replaces="p", status="REPLACEMENT")
        ledger.move("HS-1", Stage.IN_REVIEW, "review_needed", doubtful=0)
    dossier = desk.take("a")
    assert dossier == "HS-1"
    assert desk.waiting_count().fields == 2
    first = desk.next_field("a", dossier)
    assert first is not None
    assert (first.key, first.reading.value) == ("doc_type", "Quyết định")
    office.moment[0] = office.moment[0].replace(hour=9)
    desk.settle("a", first, "Thông báo")
    second = desk.next_field("a", dossier)
    assert second is not None
    assert (second.key, second.reading.value) == ("subject", "về việc thử")
    desk.settle("a", second, "về việc khác")
    assert desk.next_field("a", dossier) is None
    back = desk.take_back("a", dossier)
    assert back == second, "what was decided before the correction holds again"
    assert desk.take_back("a", dossier) == first
    assert desk.take_back("a", dossier) is None
    values = {row["key"]: row["value"] for row in office.ledger.rows("SELECT key, value FROM decision")}
    assert values == {"subject": '"về việc thử"'}


def test_the_last_answer_is_taken_back_and_kept(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.5, issuer=0.3, to=0.6)
    for _ in range(2):
        field = desk.next_field("a", "HS-1")
        assert field is not None
        desk.settle("a", field, "khác")
    back = desk.take_back("a", "HS-1")
    assert back is not None
    assert (back.key, back.reading.value, back.reading.needs_review) == ("subject", "subject", True)
    assert desk.next_field("a", "HS-1") == back
    assert office.ledger.events("HS-1")[-1].kind == "field_reopened"
    answers = office.ledger.rows("SELECT key, value FROM answer ORDER BY id")
    assert [tuple(row) for row in answers] == [("issuer", '"khác"'), ("subject", '"khác"')]
    desk.settle("a", back, "khác nữa")
    again = desk.take_back("a", "HS-1")
    assert again == back
    first = desk.take_back("a", "HS-1")
    assert first is not None
    assert first.key == "issuer"
    assert desk.take_back("a", "HS-1") is None
    assert len(office.ledger.rows("SELECT * FROM answer")) == 3
    assert office.ledger.rows("SELECT * FROM decision") == []
    assert len(desk.fields("HS-1")) == 3


def test_what_others_decided_is_never_taken_back(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.5, issuer=0.3)
    for who in ("lan", "minh"):
        office.ledger.who = who
        field = desk.next_field("a", "HS-1")
        assert field is not None
        desk.settle("a", field, "khác")
    office.ledger.who = "lan"
    back = desk.take_back("a", "HS-1")
    assert back is not None
    assert back.key == "issuer"
    assert desk.take_back("a", "HS-1") is None
    assert [row["who"] for row in office.ledger.rows("SELECT who FROM decision")] == ["minh"]


def test_what_has_been_let_through_is_not_taken_back(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.5)
    (field,) = desk.fields("HS-1")
    desk.settle("a", field, "khác")
    assert desk.let_through("HS-1")
    assert desk.take_back("a", "HS-1") is None
    assert len(office.ledger.rows("SELECT * FROM decision")) == 1


def test_what_a_second_person_has_looked_at_is_not_taken_back(office: Office, desk: Desk) -> None:
    waits(office, "HS-1", subject=0.5)
    (field,) = desk.fields("HS-1")
    desk.settle("a", field, "khác")
    with office.doing("2026-10-05 10:00", "minh") as ledger:
        ledger.execute(
            "INSERT INTO second_look SELECT dossier, anchor, form, key, 'drawn', 'agreed', who FROM decision"
        )
    office.ledger.who = "lan"
    assert desk.take_back("a", "HS-1") is None

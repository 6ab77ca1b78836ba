"""People on forms, held against the identity cards of their dossier."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitize.forms.persons import compared_with_cards
from digitize.forms.template_files import load_templates
from digitize.model import Document, FieldReading, Problem, Source, Value

PID = "027190001234"
DOUBT = (Problem("readings_disagree", {"other": "x"}),)


def sure(value: Value, source: Source = Source.OCR) -> FieldReading:
    return FieldReading(value, confidence=0.95, source=source)


def doubtful(value: Value, *problems: Problem) -> FieldReading:
    return FieldReading(value, confidence=0.5, needs_review=True, problems=problems or DOUBT)


def card(**fields: FieldReading) -> Document:
    facts = {
        "pid": sure(PID, Source.QR),
        "name": sure("LÒ THỊ MẬN", Source.QR),
        "dob": sure("1990-02-28", Source.QR),
        "issuer": sure("Bộ Công an"),
        "issued_on": sure("2025-01-03", Source.QR),
    }
    return Document((1,), "citizen_id", "can-cuoc-2024", 1.0, facts | fields)


def form(number: str = PID, **fields: FieldReading) -> Document:
    paper: Value = {"number": number, "issuer": "Bộ Công an", "issued_on": "2025-01-03"}
    own = {key: sure(None) for key in load_templates()["birth_registration"].field_keys}
    own |= {
        "mother_iddoc": sure(paper),
        "mother_name": sure("LÒ THỊ MẬN"),
        "mother_birth": sure("1990-02-28"),
    }
    return Document((0,), "birth_registration", "tt04-2024", 1.0, own | fields)


def with_field(paper: Document, key: str, reading: FieldReading) -> Document:
    return replace(paper, fields=paper.fields | {key: reading})


def compared(paper: Document, other: Document | None = None) -> dict[str, FieldReading]:
    return compared_with_cards([paper, other or card()], load_templates())[0].fields


def test_what_agrees_is_proven_and_its_doubts_are_settled() -> None:
    paper: dict[str, str | None] = {"number": PID, "issuer": "Bộ Cong an", "issued_on": "2025-01-03"}
    found = compared(
        form(
            mother_name=doubtful("LÒ THỊ MẬN"),
            mother_birth=doubtful("1990-02-28"),
            mother_iddoc=doubtful(paper, Problem("iddoc_issuer_unknown")),
        )
    )
    told = [found[key] for key in ("mother_name", "mother_birth", "mother_iddoc")]
    assert all(not reading.needs_review and reading.confidence > 0.9 for reading in told)
    assert told[2].value == paper | {"issuer": "Bộ Công an"}


@pytest.mark.parametrize("name", ["LÒ THỊ MÂN", "Lò Thi Mận"])
def test_accents_that_a_paper_has_lost_come_from_the_code_on_the_card(name: str) -> None:
    reading = compared(form(mother_name=doubtful(name)))["mother_name"]
    assert reading.needs_review is False
    assert reading.value == ("LÒ THỊ MẬN" if name.isupper() else "Lò Thị Mận")


def test_print_on_a_card_alone_gives_no_accents() -> None:
    printed = card(name=sure("LÒ THỊ MẬN"))
    reading = compared(form(mother_name=doubtful("LÒ THỊ MÂN")), printed)["mother_name"]
    assert (reading.value, reading.needs_review) == ("LÒ THỊ MÂN", True)


@pytest.mark.parametrize(
    ("key", "value"),
    [("mother_name", "LÒ THỊ MAI"), ("mother_name", "LÒ THỊ MÂN"), ("mother_birth", "1990-02-23")],
)
def test_what_disagrees_is_for_a_person(key: str, value: str) -> None:
    reading = compared(with_field(form(), key, sure(value)))[key]
    assert (reading.value, reading.needs_review) == (value, True)
    assert [problem.code for problem in reading.problems] == ["card_disagrees"]


def test_a_year_alone_is_enough() -> None:
    assert compared(form(mother_birth=sure("1990")))["mother_birth"].needs_review is False
    assert compared(form(mother_birth=sure("1991")))["mother_birth"].needs_review is True


def test_another_number_under_the_same_name_is_for_a_person() -> None:
    near = compared(form("027190001239"))["mother_iddoc"]
    assert [problem.code for problem in near.problems] == ["card_disagrees"]
    assert near.problems[0].facts == {"other": PID}
    other = compared(form("038185009999", mother_name=sure("LÊ THU HÀ")))["mother_iddoc"]
    assert other.needs_review is False


def test_doubts_of_another_kind_and_doubtful_cards_settle_nothing() -> None:
    serious = doubtful("LÒ THỊ MẬN", Problem("persons_differ"))
    assert compared(form(mother_name=serious))["mother_name"].needs_review is True
    unsure = card(name=doubtful("LÒ THỊ MẬN"))
    assert compared(form(mother_name=doubtful("LÒ THỊ MẬN")), unsure)["mother_name"].needs_review is True
    unread = card(pid=doubtful(PID))
    assert compared(form(mother_name=sure("KHÁC HẲN")), unread)["mother_name"].needs_review is False

"""What a person decided survives every new reading of the same scan, and what loses its place is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digitize.forms.template_files import load_templates
from digitize.model import Document, FieldReading, Problem, Source, Stage, Value
from digitize.pipeline.asking import asked_about
from digitize.pipeline.findings import decide, doubtful_fields, load_documents, save_documents
from digitize.pipeline.notices import open_questions
from digitize.review.desk import Desk
from digitize.times import now
from support.activity import Office, office_at

CODE = "HS-1"
CAME, LATER = "2026-10-05 08:00", "2026-10-06 08:00"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path / "ledger.db") as made:
        made.receive(CODE, CAME, pages=3)
        yield made


def read(value: Value, raw: str = "", *, doubt: str = "low_confidence") -> FieldReading:
    """A reading that is in doubt."""
    return FieldReading(value, raw or str(value), 0.4, page=0, needs_review=True, problems=(Problem(doubt),))


def paper(
    *pages: int, form: str = "birth_registration", version: str = "tt04-2020", **fields: Value
) -> Document:
    return Document(pages or (0,), form, version, 0.9, {key: read(value) for key, value in fields.items()})


def extract(office: Office, *documents: Document, when: str = CAME) -> None:
    """A run has read the dossier, anew or for the first time."""
    with office.doing(when) as ledger:
        save_documents(ledger, CODE, documents)
        ledger.move(CODE, Stage.IN_REVIEW, "review_needed", doubtful=0)


def settle(office: Office, **values: Value) -> None:
    with office.doing(CAME, "lan") as ledger:
        for field in doubtful_fields(ledger, CODE):
            if field.key in values:
                decide(ledger, field, values[field.key])


def now_says(office: Office, key: str, document: int = 1) -> FieldReading:
    return load_documents(office.ledger, CODE)[document - 1].fields[key]


def questions(office: Office) -> list[str]:
    return [problem.code for problem in open_questions(office.ledger, CODE)]


AGAIN = [
    paper(child_name="TRẦN MINH MẤU", child_dob="2026-01-16"),
    paper(child_name="TRAN MINH MAU", child_dob=None),
    paper(version="tt04-2024", child_name="TRẦN MINH MẬU", child_dob="2026-01-18", birth_place="Sao Mai"),
    replace(
        paper(),
        fields={
            "child_dob": FieldReading("2026-01-17", "17/01/2026", 0.99, page=0),
            "child_name": read("Y", doubt="readings_disagree"),
        },
    ),
]
"""The same paper read again: the same, by another engine, with another version of the form, and surely."""


@pytest.mark.parametrize("again", AGAIN, ids=["the same", "another engine", "another version", "more surely"])
def test_a_decision_survives_every_new_reading_and_the_doubt_does_not_come_back(
    office: Office, again: Document
) -> None:
    extract(office, paper(child_name="TRẦN MINH MẤU", child_dob="2026-01-16"))
    settle(office, child_name="TRẦN MINH MẪU")
    extract(office, again, when=LATER)
    decided = now_says(office, "child_name")
    assert (decided.value, decided.source, decided.confidence) == ("TRẦN MINH MẪU", Source.HUMAN, 1.0)
    assert not decided.needs_review
    assert decided.raw == again.fields["child_name"].raw, "what is read now is told beside it"
    assert "child_name" not in [one.key for one in doubtful_fields(office.ledger, CODE)]
    assert asked_about(office.ledger, CODE, 1, "child_name") is None
    # What nobody has decided about is as it is read now.
    assert now_says(office, "child_dob") == again.fields["child_dob"]
    assert questions(office) == []


def test_an_unreadable_field_stays_so_though_it_is_read_later(office: Office) -> None:
    extract(office, paper(child_name="X"))
    settle(office, child_name=None)
    extract(office, paper(child_name="TRẦN MINH MẪU"), when=LATER)
    assert (now_says(office, "child_name").value, now_says(office, "child_name").source) == (
        None,
        Source.HUMAN,
    )


def test_a_decision_goes_with_its_page_wherever_the_paper_comes_to_stand(office: Office) -> None:
    extract(office, paper(0, form="official_letter"), paper(1, 2, child_name="X"))
    settle(office, child_name="TRẦN MINH MẪU")
    extract(office, paper(0, form="citizen_id"), paper(1, child_name="Y"), paper(2), when=LATER)
    assert now_says(office, "child_name", 2).value == "TRẦN MINH MẪU"
    assert questions(office) == []


@pytest.mark.parametrize(
    "again",
    [
        paper(version="tt04-2026", full_name="X"),
        paper(form="marriage_registration", child_name="X"),
        Document((0,), "unknown", None, 0.0),
    ],
    ids=["a template without the key", "another form", "no form"],
)
def test_a_decision_without_a_place_is_kept_and_a_person_told(office: Office, again: Document) -> None:
    extract(office, paper(child_name="X", child_dob="2026-01-16"))
    settle(office, child_name="TRẦN MINH MẪU")
    office.ledger.who = "lan"
    desk = Desk(office.ledger, now, load_templates())
    extract(office, again, when=LATER)
    assert questions(office) == ["decisions_displaced"]
    told = office.ledger.events(CODE)[-2]
    assert (told.kind, told.detail["code"]) == ("noticed", "decisions_displaced")
    assert told.detail["facts"] == {"number": 1, "fields": "birth_registration.child_name"}
    assert "MẪU" not in str(told.detail), "events bear no personal data"
    rows = office.ledger.rows("SELECT key, value, who FROM decision")
    assert [tuple(row) for row in rows] == [("child_name", '"TRẦN MINH MẪU"', "lan")]
    for field in doubtful_fields(office.ledger, CODE):
        desk.settle("a", field, "Z")
    assert not desk.let_through(CODE), "a person must look"
    # The paper is read as before again: the decision is where it was.
    extract(office, paper(child_name="X", child_dob="2026-01-16"), when=LATER)
    assert now_says(office, "child_name").value == "TRẦN MINH MẪU"


def test_a_scan_that_is_replaced_is_looked_at_anew_and_nothing_is_told(office: Office) -> None:
    extract(office, paper(child_name="X"))
    settle(office, child_name="TRẦN MINH MẪU")
    with office.doing(LATER) as ledger:
        ledger.execute("UPDATE original SET sha256 = ?", "1" * 64)
    extract(office, paper(child_name="X"), when=LATER)
    assert now_says(office, "child_name") == read("X")
    assert questions(office) == []
    assert len(office.ledger.rows("SELECT * FROM decision")) == 1


def test_what_was_decided_about_a_page_that_a_person_took_out_asks_nothing(office: Office) -> None:
    extract(office, paper(0, child_name="X"), paper(1, 2, form="official_letter"))
    settle(office, child_name="TRẦN MINH MẪU")
    with office.doing(LATER, "lan") as ledger:
        ledger.execute(
            "INSERT INTO page_decision SELECT dossier, anchor, 'excluded', '{}', who, at FROM decision"
        )
    extract(office, paper(1, 2, form="official_letter"), when=LATER)
    assert questions(office) == []
    assert len(office.ledger.rows("SELECT * FROM decision")) == 1


def members(*names: str) -> Document:
    fields = {f"members.{row}.name": read(name) for row, name in enumerate(names)}
    return Document((0,), "residence_change", "tt66-2023", 0.9, fields)


def test_a_cell_that_was_filled_by_a_person_stays_though_its_row_is_not_read(office: Office) -> None:
    extract(office, members("LÒ VĂN MẪU", "X"))
    settle(office, **{"members.1.name": "LÒ THỊ MẪU"})
    extract(office, members("LÒ VĂN MẪU"), when=LATER)
    assert now_says(office, "members.1.name").value == "LÒ THỊ MẪU"
    assert questions(office) == ["decided_rows_differ"], "the row may be another one now"
    (asked,) = open_questions(office.ledger, CODE)
    assert asked.facts == {"table": "members", "before": 2, "now": 1}


def test_rows_that_stay_as_many_ask_nothing(office: Office) -> None:
    extract(office, members("LÒ VĂN MẪU", "X"))
    settle(office, **{"members.1.name": "LÒ THỊ MẪU"})
    extract(office, members("LO VAN MAU", "Y"), when=LATER)
    assert now_says(office, "members.1.name").value == "LÒ THỊ MẪU"
    assert questions(office) == []

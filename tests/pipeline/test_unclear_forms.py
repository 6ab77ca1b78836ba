"""Papers that look like forms and could not be told apart hold their dossier up until a person has looked."""

from __future__ import annotations

from pathlib import Path

from digitize.model import UNKNOWN_FORM, Document, Problem
from digitize.pipeline.findings import save_documents
from digitize.pipeline.notices import open_questions
from digitize.pipeline.unclear_forms import notice_unclear_forms
from support.activity import office_at


def test_a_person_is_asked_about_them_once_and_no_more_when_they_are_known(tmp_path: Path) -> None:
    unclear = Document((1,), UNKNOWN_FORM, None, 0.0, problems=(Problem("form_unclear"),))
    letter = Document((0,), "official_letter", "x", 0.9)
    with office_at(tmp_path / "ledger.db") as office:
        office.receive("A", "2026-10-05 08:00", pages=2)
        office.read("A", "2026-10-05 08:10", [letter, unclear])
        with office.doing("2026-10-05 08:20") as ledger:
            asked = notice_unclear_forms(ledger, "A")
            assert asked == Problem("form_unclear", {"at_pages": "2"})
            assert open_questions(ledger, "A") == [asked]
            assert notice_unclear_forms(ledger, "A") is None
        with office.doing("2026-10-05 08:30") as ledger:
            save_documents(ledger, "A", [letter, Document((1,), "birth_registration", "x", 1.0)])
            assert notice_unclear_forms(ledger, "A") is None
            assert open_questions(ledger, "A") == []
        assert "notice_lapsed" in [event.kind for event in office.ledger.events("A")]

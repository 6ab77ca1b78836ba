"""Papers that look like forms and could not be told apart: a person is asked before their dossier goes on."""

from __future__ import annotations

from digitize.model import Problem
from digitize.pipeline.findings import load_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import add_notice, drop_notice, open_questions

FORM_UNCLEAR = "form_unclear"
"""What is said of a paper that may be a form, where nobody knows which."""


def notice_unclear_forms(ledger: Ledger, dossier: str) -> Problem | None:
    """Notice papers of a dossier that may be forms of which no field was read; None if that is not new.

    Inside a transaction. What was asked about a paper that is known by now is asked no more.
    """
    pages = [
        document.pages[0] + 1
        for document in load_documents(ledger, dossier)
        if any(problem.code == FORM_UNCLEAR for problem in document.problems)
    ]
    problem = Problem(FORM_UNCLEAR).at(pages) if pages else None
    for asked in open_questions(ledger, dossier):
        if asked.code == FORM_UNCLEAR and asked != problem:
            drop_notice(ledger, dossier, asked.code, asked.facts)
            ledger.add_event("notice_lapsed", dossier, code=asked.code, facts=asked.facts)
    return problem if problem is not None and add_notice(ledger, dossier, problem, asks=True) else None

"""The criteria of TT 15/2025/TT-BKHCN, Annex II, follow from the evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitize.messages import Catalogue
from digitize.model import Language, Problem
from digitize.signatures.criteria import CriterionState, criteria
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
    CertificateState,
    Coverage,
    Integrity,
    LaterChanges,
    Revocation,
    SignatureReport,
    TimeSource,
    Trust,
)
from digitize.signatures.verify_pdf import verify_pdf_data
from support.papers import plain
from support.sealing import DAY, NOW, office
from support.tampering import approved

FLAWLESS = SignatureReport(
    field="x",
    integrity=Integrity.INTACT,
    coverage=Coverage.ENTIRE_FILE,
    later_changes=LaterChanges.NONE,
    signer="Nguyễn Thị Ký",
    time_source=TimeSource.TIMESTAMP,
    timestamp=NOW,
    trust=Trust.TRUSTED,
    certificate=CertificateState.VALID,
    revocation=Revocation.GOOD,
)

ALL = ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "2.2", "2.3", "2.4")


def states(report: SignatureReport) -> dict[str, CriterionState]:
    return {one.number: one.state for one in criteria(report)}


def in_state(report: SignatureReport, state: CriterionState) -> set[str]:
    return {number for number, found in states(report).items() if found is state}


def test_the_criteria_are_those_of_the_annex() -> None:
    found = criteria(FLAWLESS)
    assert tuple(one.number for one in found) == ALL
    assert {one.number for one in found if not one.mandatory} == {"1.5", "1.6"}


def test_each_has_its_text_in_both_languages() -> None:
    for language in Language:
        told = Catalogue(language)
        assert len({told.text(f"criterion.{number}") for number in ALL}) == len(ALL)
        assert len({told.text(f"criterion_state.{state}") for state in CriterionState}) == len(CriterionState)


def test_a_flawless_signature_meets_all_that_a_program_can_check() -> None:
    assert in_state(FLAWLESS, CriterionState.MET) == set(ALL) - {"1.6"}


@pytest.mark.parametrize(
    ("flaw", "not_met", "not_checked"),
    [
        ({"integrity": Integrity.BROKEN}, {"2.2", "2.4"}, set()),
        ({"integrity": Integrity.UNKNOWN}, set(), {"2.2", "2.4"}),
        ({"revocation": Revocation.REVOKED}, {"1.1", "2.3"}, set()),
        ({"revocation": Revocation.UNKNOWN}, set(), {"1.1", "1.2", "2.3"}),
        ({"certificate": CertificateState.EXPIRED}, {"1.1", "2.3"}, set()),
        ({"certificate": CertificateState.EXPIRED, "timestamp": None}, set(), {"1.1", "2.3"}),
        ({"certificate": CertificateState.NOT_YET_VALID}, {"1.1", "2.3"}, set()),
        ({"trust": Trust.NO_PATH}, {"2.1"}, {"1.1", "1.2", "1.3", "1.4", "1.5", "2.3"}),
        ({"notes": (Problem("weak_key"),)}, {"1.3"}, set()),
        ({"notes": (Problem("weak_certificate"),)}, {"1.3"}, set()),
        ({"notes": (Problem("usage_not_signing"),)}, {"1.4", "1.5"}, set()),
    ],
)
def test_each_flaw_shows(flaw: dict[str, object], not_met: set[str], not_checked: set[str]) -> None:
    report = replace(FLAWLESS, **flaw)  # type: ignore[arg-type]
    assert in_state(report, CriterionState.NOT_MET) == not_met
    assert in_state(report, CriterionState.NOT_CHECKED) == not_checked | {"1.6"}


def test_a_signature_without_an_anchor_meets_only_what_needs_none() -> None:
    (signature,) = verify_pdf_data(approved(plain(), office().signer), TrustStore(), NOW + DAY).signatures
    assert in_state(signature, CriterionState.MET) == {"2.2", "2.4"}

"""No byte of a signed PDF can be changed without losing VALID, but those that provably carry nothing.

The full count is made by ``benchmarks/mutations.py``.
"""

from __future__ import annotations

from typing import Any

import pytest
from asn1crypto import cms

from digitize.signatures.verdict import Verdict
from support.attacked import archived, bases, verified
from support.attacks_cms import edited
from support.attacks_raw import place
from support.mutations import Mutation, meaningless, tried


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["B-B", "B-LT", "approval", "two"])
def test_a_changed_byte_is_never_valid(kind: str) -> None:
    outcome = tried(bases()[kind], 120, seed=1, verified=verified)
    assert outcome.wrong == ()
    assert outcome.verdicts["INVALID"] + outcome.verdicts["UNREADABLE"] > 80


@pytest.mark.thorough
def test_under_a_document_timestamp_no_byte_is_left_out() -> None:
    outcome = tried(archived(), 120, seed=1, verified=verified)
    assert outcome.wrong == ()


def test_nothing_that_is_signed_counts_as_meaningless() -> None:
    for data in bases().values():
        at = place(data)
        for where in (0, at.before - 1, at.before, at.after - 1, at.after, at.end - 1):
            assert meaningless(data, Mutation(where, data[where] ^ 0x20)) is None


@pytest.mark.parametrize("kind", ["B-B", "B-LT", "approval", "two"])
def test_a_verdict_needs_no_copy_of_the_anchor(kind: str) -> None:
    """The proof that changes in such a copy mean nothing: it can be taken out."""

    def without_anchor(signed: Any, signer: Any) -> None:
        others = [signed]
        for attribute in signer["unsigned_attrs"] or ():
            others += [token["content"] for token in attribute["values"]]
        for one in others:
            kept = [two for two in one["certificates"] if two.chosen.subject != two.chosen.issuer]
            one["certificates"] = cms.CertificateSet(kept)

    data = edited(bases()[kind], without_anchor)
    assert data != bases()[kind]
    assert verified(data).verdict is Verdict.VALID


def test_the_case_of_a_digit_is_meaningless() -> None:
    data = bases()["B-B"]
    at = place(data)
    letter = next(where for where in range(at.before + 1, at.after) if data[where : where + 1].isalpha())
    assert meaningless(data, Mutation(letter, data[letter] ^ 0x20)) == "case of a hexadecimal digit"

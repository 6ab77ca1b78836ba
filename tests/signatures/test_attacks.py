"""Every published family of attacks on signed PDFs, rebuilt on files that we signed ourselves.

The signer is trusted and nothing is revoked: whatever is manipulated, no verdict may be VALID.
"""

from __future__ import annotations

import pytest

from digitize.signatures.verdict import Verdict
from support.attacked import archived, attempts, bases, everything, verified
from support.attacks_family import Attack
from support.attacks_shadow import SHADOW

BAD = {Verdict.INVALID, Verdict.UNREADABLE, Verdict.UNSIGNED}
SECONDS = 10


def two_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """A certification, and a certification with an approval after it; the benchmark takes all four."""
    return {kind: files[kind] for kind in ("B-B", "two")}


@pytest.mark.parametrize("shadowed", [False, True])
def test_the_files_are_valid_before_they_are_attacked(*, shadowed: bool) -> None:
    assert {verified(signed).verdict for signed in bases(shadowed=shadowed).values()} == {Verdict.VALID}


@pytest.mark.parametrize("attack", everything(), ids=str)
def test_no_manipulated_file_is_valid(attack: Attack) -> None:
    for kind, verdict, seconds in attempts(attack, two_of(bases())):
        assert verdict is not Verdict.VALID, kind
        assert verdict in BAD or not attack.certain, (kind, verdict)
        assert seconds < SECONDS


@pytest.mark.parametrize("attack", SHADOW.attacks, ids=str)
def test_no_file_that_was_prepared_before_signing_is_valid_after_the_change(attack: Attack) -> None:
    for kind, verdict, seconds in attempts(attack, two_of(bases(shadowed=True))):
        assert verdict in BAD, kind
        assert seconds < SECONDS


@pytest.mark.parametrize("attack", [one for one in everything() if "signed field" in str(one)], ids=str)
def test_the_field_of_a_document_timestamp_may_not_be_changed_after_it(attack: Attack) -> None:
    for _, verdict, _ in attempts(attack, {"archived": archived()}):
        assert verdict is not Verdict.VALID


def test_a_document_timestamp_may_not_be_taken_away() -> None:
    (attack,) = (one for one in everything() if one.name == "value taken away")
    ((_, verdict, _),) = attempts(attack, {"archived": archived()})
    assert verdict is Verdict.INVALID

"""The criteria of TT 15/2025/TT-BKHCN, Annex II, one by one, for a signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digitize.signatures.verdict import CertificateState, Integrity, Revocation, SignatureReport, Trust


class CriterionState(StrEnum):
    """Whether a criterion is met."""

    MET = "MET"
    NOT_MET = "NOT_MET"
    NOT_CHECKED = "NOT_CHECKED"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion: its number in Annex II, whether it must be met, and whether it is."""

    number: str
    mandatory: bool
    state: CriterionState


def criteria(report: SignatureReport) -> tuple[Criterion, ...]:
    """All criteria in the order of the annex."""
    in_time = {
        CertificateState.VALID: CriterionState.MET,
        CertificateState.UNKNOWN: CriterionState.NOT_CHECKED,
    }.get(report.certificate, CriterionState.NOT_MET)
    unrevoked = {
        Revocation.GOOD: CriterionState.MET,
        Revocation.REVOKED: CriterionState.NOT_MET,
    }.get(report.revocation, CriterionState.NOT_CHECKED)
    intact = {
        Integrity.INTACT: CriterionState.MET,
        Integrity.BROKEN: CriterionState.NOT_MET,
    }.get(report.integrity, CriterionState.NOT_CHECKED)
    known = {
        Trust.TRUSTED: CriterionState.MET,
        Trust.NO_PATH: CriterionState.NOT_MET,
    }.get(report.trust, CriterionState.NOT_CHECKED)
    return (
        Criterion("1.1", mandatory=True, state=_both(in_time, unrevoked)),
        Criterion("1.2", mandatory=True, state=unrevoked),
        Criterion("1.3", mandatory=True, state=CriterionState.NOT_CHECKED),
        Criterion("1.4", mandatory=True, state=CriterionState.NOT_CHECKED),
        Criterion("1.5", mandatory=False, state=CriterionState.NOT_CHECKED),
        Criterion("1.6", mandatory=False, state=CriterionState.NOT_CHECKED),
        Criterion("2.1", mandatory=True, state=known),
        Criterion("2.2", mandatory=True, state=intact),
        Criterion("2.3", mandatory=True, state=in_time),
        Criterion("2.4", mandatory=True, state=intact),
    )


def _both(one: CriterionState, other: CriterionState) -> CriterionState:
    for state in (CriterionState.NOT_MET, CriterionState.NOT_CHECKED):
        if state in (one, other):
            return state
    return CriterionState.MET

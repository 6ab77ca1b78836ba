"""The criteria of TT 15/2025/TT-BKHCN, Annex II, as a signature meets them or not.

Texts are under ``criterion.<number>`` in the catalogue. What could not be checked is said to be so:
never met, and never failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digitize.signatures.verdict import (
    CertificateState,
    Integrity,
    Revocation,
    SignatureReport,
    Trust,
)

_CERTIFICATE_WEAK = frozenset({"weak_certificate", "weak_key"})
_NOT_FOR_SIGNING = "usage_not_signing"


class CriterionState(StrEnum):
    """What became of a criterion."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of Annex II.

    Attributes:
        number: as in the annex.
        mandatory: a signature cannot be valid without it.
        state: what became of it.

    """

    number: str
    mandatory: bool
    state: CriterionState


def criteria(report: SignatureReport) -> tuple[Criterion, ...]:
    """The criteria of Annex II for one signature, in their order."""
    return (
        Criterion("1.1", mandatory=True, state=_valid_when_signed(report)),
        Criterion("1.2", mandatory=True, state=_status_checked(report)),
        Criterion("1.3", mandatory=True, state=_algorithms(report)),
        Criterion("1.4", mandatory=True, state=_scope(report)),
        Criterion("1.5", mandatory=False, state=_scope(report)),
        # What an authority states about its practice is a text for people.
        Criterion("1.6", mandatory=False, state=CriterionState.NOT_CHECKED),
        Criterion("2.1", mandatory=True, state=_signer(report)),
        Criterion("2.2", mandatory=True, state=_value(report)),
        Criterion("2.3", mandatory=True, state=_certificate(report)),
        Criterion("2.4", mandatory=True, state=_value(report)),
    )


def _state(fact: bool | None) -> CriterionState:  # noqa: FBT001 - the one thing that it is about
    if fact is None:
        return CriterionState.NOT_CHECKED
    return CriterionState.MET if fact else CriterionState.NOT_MET


def _valid_when_signed(report: SignatureReport) -> CriterionState:
    """1.1: signed within the certificate's validity, and not revoked then."""
    if report.revocation is Revocation.REVOKED:
        return CriterionState.NOT_MET
    if report.trust is not Trust.TRUSTED:
        # Whoever made the certificate may have written any dates into it.
        return CriterionState.NOT_CHECKED
    if report.certificate is CertificateState.EXPIRED and (report.timestamp is None or report.archived):
        return CriterionState.NOT_CHECKED
    return _state(report.valid_at_signing_time)


def _status_checked(report: SignatureReport) -> CriterionState:
    """1.2: the status was checked by a revocation list or a status answer."""
    if report.trust is not Trust.TRUSTED or report.revocation is Revocation.UNKNOWN:
        return CriterionState.NOT_CHECKED
    return CriterionState.MET


def _algorithms(report: SignatureReport) -> CriterionState:
    """1.3: the algorithms in the certificate follow the standards in force."""
    if any(note.code in _CERTIFICATE_WEAK for note in report.notes):
        return CriterionState.NOT_MET
    return _state(True if report.trust is Trust.TRUSTED else None)


def _scope(report: SignatureReport) -> CriterionState:
    """1.4 and 1.5: the certificate is used for what it was issued for."""
    if any(note.code == _NOT_FOR_SIGNING for note in report.notes):
        return CriterionState.NOT_MET
    return _state(True if report.trust is Trust.TRUSTED else None)


def _signer(report: SignatureReport) -> CriterionState:
    """2.1: the signer is known, by a path to an anchor."""
    if report.trust is Trust.NO_PATH:
        return CriterionState.NOT_MET
    return _state(True if report.trust is Trust.TRUSTED and report.signer else None)


def _value(report: SignatureReport) -> CriterionState:
    """2.2 and 2.4: the value fits the certificate's key, and the digests fit.

    Both are one calculation; a signature that is broken does not tell which of the two failed.
    """
    return _state(
        {Integrity.INTACT: True, Integrity.BROKEN: False, Integrity.UNKNOWN: None}[report.integrity]
    )


def _certificate(report: SignatureReport) -> CriterionState:
    """2.3: the certificate that comes with the signature was valid when it signed."""
    return _valid_when_signed(report)

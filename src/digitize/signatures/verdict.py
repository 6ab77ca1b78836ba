"""What was found out about a signature, and the one verdict that follows from it.

Evidence first, as frozen values; ``judge`` is the only place that turns evidence into a verdict.
The words are those of the contract of ``verify --json``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from digitize.model import Problem


class Verdict(StrEnum):
    """Verdicts, worst first."""

    UNREADABLE = "UNREADABLE"
    INVALID = "INVALID"
    UNSIGNED = "UNSIGNED"
    REVOKED = "REVOKED"
    EXPIRED_AT_SIGNING = "EXPIRED_AT_SIGNING"
    UNTRUSTED = "UNTRUSTED"
    INDETERMINATE = "INDETERMINATE"
    VALID = "VALID"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Verdict).index(self)


DAMAGED = frozenset({Verdict.UNREADABLE, Verdict.INVALID, Verdict.UNSIGNED})
"""Of what was signed once: what is unsigned now was changed since."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; VALID for none."""
    return min(verdicts, key=lambda verdict: verdict.rank, default=Verdict.VALID)


class Integrity(StrEnum):
    """Whether digest and signature value fit the signed bytes, trust and later changes aside."""

    INTACT = "INTACT"
    BROKEN = "BROKEN"
    UNKNOWN = "UNKNOWN"


class Coverage(StrEnum):
    """How much of the file a signature covers."""

    ENTIRE_FILE = "ENTIRE_FILE"
    ENTIRE_REVISION = "ENTIRE_REVISION"
    PARTIAL = "PARTIAL"


class LaterChanges(StrEnum):
    """What was done to the file after it was signed, mildest first."""

    NONE = "NONE"
    LTA_UPDATES = "LTA_UPDATES"
    SIGNATURES = "SIGNATURES"
    FORM_FILLING = "FORM_FILLING"
    ANNOTATIONS = "ANNOTATIONS"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class TimeSource(StrEnum):
    """How the signing time is known."""

    TIMESTAMP = "timestamp"
    CLAIMED = "claimed"
    NONE = "none"


class Trust(StrEnum):
    """Whether there is a path from the signer's certificate to an anchor, at the time that counts."""

    TRUSTED = "TRUSTED"
    NO_PATH = "NO_PATH"
    NOT_CHECKED = "NOT_CHECKED"


class CertificateState(StrEnum):
    """The signer's certificate at the time that counts."""

    VALID = "VALID"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    UNKNOWN = "UNKNOWN"


class Revocation(StrEnum):
    """Whether the certificate was revoked at the time that counts."""

    GOOD = "GOOD"
    REVOKED = "REVOKED"
    UNKNOWN = "UNKNOWN"


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    CERTIFICATE = "certificate"
    CRL = "crl"
    OCSP = "ocsp"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class UsedEvidence:
    """Something that a verdict rests on, in DER, so that others can look at it again."""

    kind: EvidenceKind
    data: bytes


ALLOWED_LATER = frozenset({LaterChanges.NONE, LaterChanges.LTA_UPDATES, LaterChanges.SIGNATURES})
"""What may follow a signature. A form value laid over signed text is no allowed change, although
ISO 32000 counts it as form filling."""


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """Everything that was found out about one signature.

    Attributes:
        field: name of the signature field, or of the signed file.
        integrity, coverage, later_changes: see the enumerations.
        changes_forbidden: later changes break what a certification allows.
        issuer: who issued the signer's certificate.
        signer: the subject of the signer's certificate, in full.
        holder: what the signer is called.
        certificate_manager: the organisation that answers for the issuing authority.
        signing_time: proven or claimed, see ``time_source``.
        timestamp: the proven time.
        not_before, not_after: validity of the certificate.
        trust, certificate, revocation: see the enumerations, at the proven time, else now.
        level: the PAdES or CAdES baseline level that the evidence reaches.
        notes: what else a reader should know.
        weak: a digest is used that can be forged.
        tolerant: only a tolerant parser could read the file.
        timestamp_broken: it bears a timestamp that is damaged or belongs to something else.
        not_yet: a timestamp says that it was made after the moment of the verification.
        archived: the time is proven by a document timestamp alone, perhaps long after the signature.
        doubtful: parts of it contradict each other, or it lacks what its kind must have; see the notes.
        evidence: certificates, revocation lists, status answers and timestamps that were used.

    """

    field: str
    integrity: Integrity
    coverage: Coverage
    later_changes: LaterChanges
    changes_forbidden: bool = False
    issuer: str | None = None
    signer: str | None = None
    holder: str | None = None
    certificate_manager: str | None = None
    signing_time: dt.datetime | None = None
    time_source: TimeSource = TimeSource.NONE
    timestamp: dt.datetime | None = None
    not_before: dt.datetime | None = None
    not_after: dt.datetime | None = None
    trust: Trust = Trust.NOT_CHECKED
    certificate: CertificateState = CertificateState.UNKNOWN
    revocation: Revocation = Revocation.UNKNOWN
    level: str | None = None
    notes: tuple[Problem, ...] = ()
    weak: bool = False
    tolerant: bool = False
    timestamp_broken: bool = False
    not_yet: bool = False
    archived: bool = False
    doubtful: bool = False
    evidence: tuple[UsedEvidence, ...] = ()

    @property
    def valid_at_signing_time(self) -> bool | None:
        """Whether the certificate was valid when it signed; None where that cannot be said."""
        if self.certificate is CertificateState.UNKNOWN:
            return None
        if self.revocation is Revocation.UNKNOWN and self.certificate is CertificateState.VALID:
            return None
        return self.certificate is CertificateState.VALID and self.revocation is Revocation.GOOD

    @property
    def verdict(self) -> Verdict:
        """What the signature deserves."""
        return judge(self)


def judge(report: SignatureReport) -> Verdict:
    """The verdict that follows from the evidence about a signature."""
    if (
        report.integrity is Integrity.BROKEN
        or report.coverage is Coverage.PARTIAL
        or report.later_changes not in ALLOWED_LATER
        or report.changes_forbidden
    ):
        return Verdict.INVALID
    if report.integrity is Integrity.UNKNOWN:
        return Verdict.INDETERMINATE
    if report.trust is Trust.NO_PATH:
        return Verdict.UNTRUSTED
    if report.revocation is Revocation.REVOKED:
        return Verdict.REVOKED
    proven = report.time_source is TimeSource.TIMESTAMP
    if report.certificate is CertificateState.NOT_YET_VALID:
        return Verdict.EXPIRED_AT_SIGNING
    if report.certificate is CertificateState.EXPIRED:
        # Without a proven time, or one near to it, nobody knows whether it had run out when it signed.
        return Verdict.EXPIRED_AT_SIGNING if proven and not report.archived else Verdict.INDETERMINATE
    if (
        report.trust is not Trust.TRUSTED
        or report.certificate is not CertificateState.VALID
        or report.revocation is not Revocation.GOOD
        or report.weak
        or report.tolerant
        or report.timestamp_broken
        or report.not_yet
        or report.doubtful
    ):
        return Verdict.INDETERMINATE
    return Verdict.VALID

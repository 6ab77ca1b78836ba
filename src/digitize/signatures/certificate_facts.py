"""What people are told of a certificate or a revocation list before they rely on it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from asn1crypto import crl, x509

from digitize.signatures.integrity import is_weak_key
from digitize.signatures.names import holder_name


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate as a person compares it with what its authority publishes.

    Attributes:
        subject, issuer: in full.
        holder: what the subject is called.
        not_before, not_after: its validity.
        sha256: its fingerprint, lower-case hex.
        is_authority: whether it may certify others.
        is_root: whether it is its own issuer.
        is_weak: whether its key is shorter than TT 15/2025/TT-BKHCN, Annex I, allows.

    """

    subject: str
    issuer: str
    holder: str
    not_before: dt.datetime
    not_after: dt.datetime
    sha256: str
    is_authority: bool
    is_root: bool
    is_weak: bool

    def runs_at(self, moment: dt.datetime) -> bool:
        """Whether it is valid at a moment."""
        return self.not_before <= moment <= self.not_after


@dataclass(frozen=True, slots=True)
class RevocationFacts:
    """A revocation list: whose, from when to when, and its fingerprint."""

    issuer: str
    this_update: dt.datetime
    next_update: dt.datetime | None
    sha256: str


def certificate_facts(certificate: x509.Certificate) -> CertificateFacts:
    """What a certificate says of itself."""
    return CertificateFacts(
        subject=certificate.subject.human_friendly,
        issuer=certificate.issuer.human_friendly,
        holder=holder_name(certificate),
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
        sha256=fingerprint(certificate.dump()),
        is_authority=bool(certificate.ca),
        is_root=certificate.self_issued,
        is_weak=is_weak_key(certificate),
    )


def revocation_facts(listed: crl.CertificateList) -> RevocationFacts:
    """What a revocation list says of itself."""
    inner = listed["tbs_cert_list"]
    return RevocationFacts(
        issuer=listed.issuer.human_friendly,
        this_update=inner["this_update"].native,
        next_update=inner["next_update"].native,
        sha256=fingerprint(listed.dump()),
    )


def fingerprint(der: bytes) -> str:
    """The SHA-256 that others show of the same thing."""
    return hashlib.sha256(der).hexdigest()

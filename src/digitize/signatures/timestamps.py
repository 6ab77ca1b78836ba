"""Timestamps: tokens beside a signature, and the documents' own."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from asn1crypto import cms, core, tsp, x509
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator.errors import InvalidCertificateError

from digitize.model import Problem
from digitize.signatures.cms_rules import STAMP, shortcomings
from digitize.signatures.found import Found, carried
from digitize.signatures.integrity import STRONG_DIGESTS, signer_fits, weak_points
from digitize.signatures.knowledge import Knowledge
from digitize.signatures.paths import NOT_LOOKED_FOR, Path, find_path
from digitize.signatures.verdict import (
    CertificateState,
    EvidenceKind,
    Integrity,
    Revocation,
    Trust,
    UsedEvidence,
)

CLOCK_DRIFT = dt.timedelta(minutes=5)
"""How far the clocks of honest machines may differ."""

Imprint = Callable[[str], bytes]
"""Gives the digest of what is stamped, by an algorithm."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What was found out about one timestamp.

    Attributes:
        integrity: whether the token fits itself and what it stamps.
        time: what it says, whether that is proven or not.
        proven: its time may be relied on.
        certificate: that of the timestamp authority.
        path: the path of that certificate.
        notes: why it is not proven, and what else a reader should know.
        evidence: the token, and what it rests on.

    """

    integrity: Integrity
    time: dt.datetime | None
    proven: bool
    certificate: x509.Certificate | None
    path: Path
    notes: tuple[Problem, ...] = ()
    evidence: tuple[UsedEvidence, ...] = ()


_UNREADABLE = (
    SignatureValidationError,
    CMSExtractionError,
    CMSStructuralError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
)


async def check_stamp(
    token: cms.ContentInfo, imprint: Imprint, knowledge: Knowledge, proven: dt.datetime
) -> Stamp:
    """Check a timestamp.

    Args:
        token: the timestamp token.
        imprint: gives the digest of what should be stamped.
        knowledge: what may be relied on.
        proven: since when the token is proven to exist: now, or the time of a later timestamp over it.

    """
    signed = token["content"]
    try:
        info = _info(signed)
        time: dt.datetime = info["gen_time"].native
        algorithm = info["message_imprint"]["hash_algorithm"]["algorithm"].native
        stamped = info["message_imprint"]["hashed_message"].native
        certificates = extract_certs_for_validation(signed)
        integrity = _integrity(token, certificates.signer_cert)
        if integrity is Integrity.INTACT and imprint(algorithm) != stamped:
            integrity = Integrity.BROKEN
    except _UNREADABLE as error:
        return _broken(type(error).__name__)
    certificate = certificates.signer_cert
    if shortcomings(signed, STAMP):
        return _broken("digest_not_listed", certificate, time)
    if integrity is not Integrity.INTACT:
        return _broken("digest", certificate, time)
    others = (*certificates.other_certs, *carried(signed).certificates)
    more = knowledge.plus(Found((), carried(signed).crls, carried(signed).ocsps), proven)
    path = await find_path(certificate, others, more, time, max(time, proven))
    problem = _problem(signed, certificate, path, algorithm)
    if time > knowledge.now + CLOCK_DRIFT:
        problem = Problem("timestamp_in_future")
    elif time > proven + CLOCK_DRIFT:
        # A later timestamp covers it, and says an earlier time: one of the two clocks is wrong.
        problem = Problem("timestamp_order")
    evidence = (UsedEvidence(EvidenceKind.TIMESTAMP, token.dump()), *path.evidence)
    notes = (problem,) if problem else ()
    return Stamp(integrity, time, problem is None, certificate, path, notes, evidence)


def tokens(info: cms.SignerInfo) -> Iterable[cms.ContentInfo]:
    """The timestamps beside a signature."""
    attributes = info["unsigned_attrs"]
    if attributes is core.VOID:
        return
    for attribute in attributes:
        if attribute["type"].native == "signature_time_stamp_token":
            yield from attribute["values"]


def digest_of(data: bytes) -> Imprint:
    """The digest of some bytes by any algorithm."""
    return lambda algorithm: hashlib.new(algorithm, data).digest()


def _info(signed: cms.SignedData) -> tsp.TSTInfo:
    content = signed["encap_content_info"]["content"]
    info = content.parsed if isinstance(content, core.ParsableOctetString) else None
    if not isinstance(info, tsp.TSTInfo) or len(signed["signer_infos"]) != 1:
        raise ValueError
    return info


def _integrity(token: cms.ContentInfo, certificate: x509.Certificate) -> Integrity:
    fresh = cms.ContentInfo.load(token.dump())["content"]
    content = bytes(fresh["encap_content_info"]["content"])
    algorithm = fresh["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    return signer_fits(fresh, certificate, hashlib.new(algorithm, content).digest(), "tst_info").integrity


def _broken(
    detail: str, certificate: x509.Certificate | None = None, time: dt.datetime | None = None
) -> Stamp:
    note = Problem("timestamp_broken", {"detail": detail})
    return Stamp(
        Integrity.BROKEN, time, proven=False, certificate=certificate, path=NOT_LOOKED_FOR, notes=(note,)
    )


def _problem(
    signed: cms.SignedData, certificate: x509.Certificate, path: Path, algorithm: str
) -> Problem | None:
    """Why a timestamp that is intact proves nothing, if so."""
    try:
        TimestampSignatureStatus.default_usage_constraints().validate(certificate)
    except InvalidCertificateError:
        return Problem("timestamp_usage")
    if path.trust is not Trust.TRUSTED:
        return Problem("timestamp_untrusted")
    if path.revocation is Revocation.REVOKED:
        return Problem("timestamp_revoked")
    if path.state is not CertificateState.VALID:
        return Problem("timestamp_expired")
    if path.revocation is not Revocation.GOOD:
        return Problem("timestamp_unchecked")
    if path.weak or algorithm not in STRONG_DIGESTS or weak_points(signed["signer_infos"][0], certificate):
        return Problem("timestamp_weak")
    return None

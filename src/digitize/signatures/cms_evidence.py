"""Evidence from the CMS object of a signature: integrity, proven time, path, revocation.

The order follows ETSI EN 319 102-1: first what the mathematics say, then whether the time is
proven, then the certificate at that time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_self_reported_ts,
    extract_tst_data_iter,
    message_imprint_checker,
    validate_sig_integrity,
    validate_tst_signed_data,
)
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator import errors as path_errors

from digitize.model import Problem
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import CertificateState, Integrity, Revocation, Trust

_WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
_SIGNING_USAGES = frozenset({"digital_signature", "non_repudiation"})


@dataclass(frozen=True, slots=True)
class KnownRevocations:
    """Revocation data from the store and from the signed file itself."""

    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class CmsEvidence:
    """What the CMS object of a signature says, as far as it could be checked."""

    integrity: Integrity
    certificate: x509.Certificate | None
    claimed_time: dt.datetime | None
    proven_time: dt.datetime | None
    trust: Trust
    state: CertificateState
    revocation: Revocation
    weak: bool
    notes: tuple[Problem, ...]
    timestamp_broken: bool = False


@dataclass(frozen=True, slots=True)
class _Path:
    trust: Trust
    state: CertificateState
    revocation: Revocation
    notes: tuple[Problem, ...] = ()


async def examine(
    signed: cms.SignedData,
    digest: bytes,
    trust: TrustStore,
    known: KnownRevocations,
    now: dt.datetime,
) -> CmsEvidence:
    """Examine a detached CMS signature over data of a known digest.

    Args:
        signed: the CMS object.
        digest: digest of the signed bytes, by the algorithm that the signer names.
        trust: what may be relied on.
        known: revocation data.
        now: the time at which the verification is made.

    """
    notes: list[Problem] = []
    info = signed["signer_infos"][0]
    if len(signed["signer_infos"]) != 1:
        notes.append(Problem("several_signers"))
        return _unknown(tuple(notes))
    try:
        certificates = extract_certs_for_validation(signed)
    except (SignatureValidationError, CMSExtractionError, CMSStructuralError, ValueError):
        return _unknown((Problem("signer_certificate_missing"),))
    certificate = certificates.signer_cert
    integrity = _integrity(info, certificate, digest, notes)
    if signed["encap_content_info"]["content"].native is not None:
        # A detached signature must not carry content of its own besides what it seems to sign.
        integrity = Integrity.BROKEN
        notes.append(Problem("content_enclosed"))
    weak = info["digest_algorithm"]["algorithm"].native in _WEAK_DIGESTS
    if weak:
        notes.append(Problem("weak_digest"))
    if _is_pkcs1_v15(info):
        notes.append(Problem("not_pss"))
    others = list(certificates.other_certs)
    proven = await _proven_time(info, trust, known, others, now, notes)
    path = await _path(certificate, others, trust, known, proven or now, now)
    return CmsEvidence(
        integrity=integrity,
        certificate=certificate,
        claimed_time=extract_self_reported_ts(info),
        proven_time=proven,
        trust=path.trust,
        state=path.state,
        revocation=path.revocation,
        weak=weak,
        notes=(*notes, *path.notes),
        timestamp_broken=any(note.code == "timestamp_broken" for note in notes),
    )


def _unknown(notes: tuple[Problem, ...]) -> CmsEvidence:
    return CmsEvidence(
        Integrity.UNKNOWN,
        None,
        None,
        None,
        Trust.NOT_CHECKED,
        CertificateState.UNKNOWN,
        Revocation.UNKNOWN,
        weak=False,
        notes=notes,
    )


def _integrity(
    info: cms.SignerInfo, certificate: x509.Certificate, digest: bytes, notes: list[Problem]
) -> Integrity:
    try:
        digest_fits, value_fits = validate_sig_integrity(_readable(info), certificate, "data", digest)
    except (SignatureValidationError, ValueError, NotImplementedError) as error:
        notes.append(Problem("integrity_unclear", {"detail": type(error).__name__}))
        return Integrity.UNKNOWN
    return Integrity.INTACT if digest_fits and value_fits else Integrity.BROKEN


def _readable(info: cms.SignerInfo) -> cms.SignerInfo:
    """The signer's information with parameters that fit its algorithm.

    The signing program of the Vietnamese government's authority (VGCA) writes RSASSA-PSS parameters
    beside ``rsaEncryption``, and signs by PKCS#1 v1.5, which has none (RFC 8017, A.2.4).
    """
    algorithm = info["signature_algorithm"]
    try:
        algorithm["parameters"]
    except ValueError:
        if algorithm["algorithm"].native == "rsassa_pkcs1v15":
            info = info.copy()
            info["signature_algorithm"] = cms.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})
    return info


def _is_pkcs1_v15(info: cms.SignerInfo) -> bool:
    try:
        return bool(info["signature_algorithm"].signature_algo == "rsassa_pkcs1v15")
    except ValueError:
        return False


async def _proven_time(
    info: cms.SignerInfo,
    trust: TrustStore,
    known: KnownRevocations,
    others: Sequence[x509.Certificate],
    now: dt.datetime,
    notes: list[Problem],
) -> dt.datetime | None:
    """The earliest time that a trusted timestamp proves the signature to have existed at."""
    proven: list[dt.datetime] = []
    for token in extract_tst_data_iter(info, signed=False):
        try:
            status = await validate_tst_signed_data(
                token, _context(trust, known, others, now, now), message_imprint_checker(info)
            )
        except (SignatureValidationError, CMSExtractionError, ValueError) as error:
            notes.append(Problem("timestamp_broken", {"detail": type(error).__name__}))
            continue
        if not (status["intact"] and status["valid"]):
            notes.append(Problem("timestamp_broken", {"detail": "digest"}))
        elif status.get("validation_path") is None or status.get("trust_problem_indic"):
            notes.append(Problem("timestamp_untrusted"))
        elif status["timestamp"] > now + dt.timedelta(minutes=5):
            notes.append(Problem("timestamp_in_future"))
        else:
            proven.append(status["timestamp"])
    return min(proven, default=None)


async def _path(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    trust: TrustStore,
    known: KnownRevocations,
    moment: dt.datetime,
    now: dt.datetime,
) -> _Path:
    """The certificate's path to an anchor and its state at a moment."""
    state = _state(certificate, moment)
    try:
        await CertificateValidator(
            certificate,
            intermediate_certs=others,
            validation_context=_context(trust, known, others, moment, now),
        ).async_validate_path()
    except path_errors.PathBuildingError:
        return _Path(Trust.NO_PATH, state, Revocation.UNKNOWN)
    except path_errors.RevokedError:
        return _Path(Trust.TRUSTED, state, Revocation.REVOKED)
    except path_errors.InsufficientRevinfoError:
        note = Problem("revocation_unchecked")
        return _Path(Trust.TRUSTED, state, Revocation.UNKNOWN, (note,))
    except path_errors.ExpiredError:
        return _Path(Trust.TRUSTED, CertificateState.EXPIRED, Revocation.UNKNOWN)
    except path_errors.NotYetValidError:
        return _Path(Trust.TRUSTED, CertificateState.NOT_YET_VALID, Revocation.UNKNOWN)
    except (path_errors.ValidationError, ValueError) as error:
        note = Problem("path_unclear", {"detail": type(error).__name__})
        return _Path(Trust.NOT_CHECKED, state, Revocation.UNKNOWN, (note,))
    usage = certificate.key_usage_value
    if usage is not None and not _SIGNING_USAGES & usage.native:
        note = Problem("usage_not_signing")
        return _Path(Trust.NOT_CHECKED, state, Revocation.GOOD, (note,))
    return _Path(Trust.TRUSTED, state, Revocation.GOOD)


def _state(certificate: x509.Certificate, moment: dt.datetime) -> CertificateState:
    if moment < certificate.not_valid_before:
        return CertificateState.NOT_YET_VALID
    if moment > certificate.not_valid_after:
        return CertificateState.EXPIRED
    return CertificateState.VALID


def _context(
    trust: TrustStore,
    known: KnownRevocations,
    others: Sequence[x509.Certificate],
    moment: dt.datetime,
    now: dt.datetime,
) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(trust.anchors),
        other_certs=list(others),
        moment=moment,
        best_signature_time=moment,
        crls=[*trust.revocations, *known.crls],
        ocsps=list(known.ocsps),
        allow_fetching=False,
        revocation_mode="require",
        # Evidence that was issued after the signing time may speak about it, never the other way.
        retroactive_revinfo=moment < now,
    )

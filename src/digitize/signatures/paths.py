"""The path from a certificate to an anchor, at the time that counts, with what it rests on.

Two times matter. A key was *used* at one: the certificate must have been valid then, and shown not to
be revoked then. The signature is *proven* to exist since another, the same or a later one: by then
the certificate must not have been revoked nor have run out, or anybody may have signed with the key
since and written an earlier time (ETSI EN 319 102-1, 5.6.2).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from asn1crypto import crl, keys, ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator import errors as path_errors
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms

from digitize.model import Problem
from digitize.signatures.integrity import is_weak_certificate
from digitize.signatures.knowledge import Knowledge, has_signed
from digitize.signatures.verdict import CertificateState, EvidenceKind, Revocation, Trust, UsedEvidence

_MOST_CERTIFICATES = 50
_MOST_TWINS = 3
_FEW = 6

_UNCLEAR = (path_errors.ValidationError, path_errors.PathError, ValueError, TypeError, KeyError)


@dataclass(frozen=True, slots=True)
class Path:
    """What was found out about a certificate.

    Attributes:
        trust, state, revocation: at the times that count.
        notes: what else a reader should know.
        weak: a certificate below the anchor is signed or made in a way that can be forged.
        evidence: the certificates of the path, and the revocation data about them.

    """

    trust: Trust
    state: CertificateState
    revocation: Revocation
    notes: tuple[Problem, ...] = ()
    weak: bool = False
    evidence: tuple[UsedEvidence, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing is left to wish for."""
        return (
            self.trust is Trust.TRUSTED
            and self.state is CertificateState.VALID
            and self.revocation is Revocation.GOOD
            and not self.weak
        )


NOT_LOOKED_FOR = Path(Trust.NOT_CHECKED, CertificateState.UNKNOWN, Revocation.UNKNOWN)


async def find_path(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    knowledge: Knowledge,
    used: dt.datetime,
    proven: dt.datetime | None = None,
) -> Path:
    """Find a certificate's path to an anchor, and its state.

    Args:
        certificate: whose path.
        others: certificates that came with it.
        knowledge: what may be relied on.
        used: when its key was used.
        proven: since when what it signed is proven to exist; the same time if it is left out.

    """
    path = await _with_answers(certificate, others, knowledge, used, proven or used)
    if knowledge.network is None or path.trust is Trust.NOT_CHECKED:
        return path
    if path.trust is Trust.TRUSTED and path.revocation is not Revocation.UNKNOWN:
        return path
    pool = relevant(certificate, (*others, *knowledge.found.certificates, *knowledge.trust.anchors))
    fetched, failures = await knowledge.network.about(certificate, pool)
    path = await _with_answers(certificate, others, knowledge.plus(fetched), used, proven or used)
    if failures and not path.good:
        return replace(path, notes=(*path.notes, Problem("fetch_failed")))
    return path


def relevant(
    certificate: x509.Certificate, others: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Those of some certificates that may lie above a certificate, within reason.

    A hostile file may bring thousands that sign each other; every path among them would be tried.
    """
    if len(others) <= _FEW:
        return tuple(others)
    wanted = {certificate.issuer.hashable}
    twins: Counter[tuple[str, str]] = Counter()
    chosen: dict[bytes, x509.Certificate] = {}
    grown = True
    while grown and len(chosen) < _MOST_CERTIFICATES:
        grown = False
        for one in others:
            if one.subject.hashable not in wanted or one.sha256 in chosen:
                continue
            kind = (one.subject.hashable, one.issuer.hashable)
            twins[kind] += 1
            if twins[kind] <= _MOST_TWINS:
                chosen[one.sha256] = one
                wanted.add(one.issuer.hashable)
                grown = True
    return tuple(chosen.values())[:_MOST_CERTIFICATES]


def state_at(certificate: x509.Certificate, moment: dt.datetime) -> CertificateState:
    """Whether a certificate is within its validity at a moment."""
    if moment < certificate.not_valid_before:
        return CertificateState.NOT_YET_VALID
    if moment > certificate.not_valid_after:
        return CertificateState.EXPIRED
    return CertificateState.VALID


async def _with_answers(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    knowledge: Knowledge,
    used: dt.datetime,
    proven: dt.datetime,
) -> Path:
    """Look for a path, and believe a revocation whatever other answers say."""
    path = await _look(certificate, others, knowledge, used, proven)
    if path.trust is not Trust.TRUSTED or path.revocation is Revocation.REVOKED:
        return path
    for one, moment in knowledge.revoked_answers(certificate):
        if not await _is_genuine(one, certificate, others, knowledge, moment):
            continue
        if moment <= max(used, proven):
            return replace(path, revocation=Revocation.REVOKED)
        path = replace(path, notes=(*path.notes, Problem("revoked_later", {"time": moment.isoformat()})))
    return path


async def _is_genuine(
    answer: ocsp.OCSPResponse,
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    knowledge: Knowledge,
    revoked: dt.datetime,
) -> bool:
    """Whether an answer that a certificate was revoked comes from one that may say so."""
    pool = relevant(certificate, (*others, *knowledge.found.certificates))
    context = ValidationContext(
        trust_roots=list(knowledge.trust.anchors),
        other_certs=list(pool),
        moment=max(
            min(revoked + dt.timedelta(seconds=1), certificate.not_valid_after), certificate.not_valid_before
        ),
        ocsps=[answer],
        allow_fetching=False,
        revocation_mode="soft-fail",
        retroactive_revinfo=True,
        algorithm_usage_policy=AcceptAllAlgorithms(),
    )
    try:
        await CertificateValidator(
            certificate, intermediate_certs=pool, validation_context=context
        ).async_validate_path()
    except path_errors.RevokedError:
        return True
    except _UNCLEAR:
        return False
    return False


async def _look(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    knowledge: Knowledge,
    used: dt.datetime,
    proven: dt.datetime,
) -> Path:
    pool = relevant(certificate, (*others, *knowledge.found.certificates))
    state = state_at(certificate, used)
    try:
        validator = CertificateValidator(
            certificate,
            intermediate_certs=pool,
            validation_context=_context(certificate, pool, knowledge, used),
        )
        path = await validator.async_validate_path()
    except (path_errors.PathBuildingError, path_errors.InvalidCertificateError):
        # The latter is for a certificate that signed itself, and is no anchor.
        return Path(Trust.NO_PATH, state, Revocation.UNKNOWN)
    except path_errors.RevokedError as error:
        return Path(Trust.TRUSTED, state, Revocation.REVOKED, evidence=_used(error.original_path, knowledge))
    except path_errors.InsufficientRevinfoError as error:
        unchecked = Path(Trust.TRUSTED, state, Revocation.UNKNOWN, (Problem("revocation_unchecked"),))
        return _later(unchecked, error.original_path, knowledge, used, proven)
    except path_errors.ExpiredError as error:
        expired = Path(Trust.TRUSTED, CertificateState.EXPIRED, Revocation.UNKNOWN)
        return _later(expired, error.original_path, knowledge, used, proven)
    except path_errors.NotYetValidError:
        return Path(Trust.TRUSTED, CertificateState.NOT_YET_VALID, Revocation.UNKNOWN)
    except _UNCLEAR as error:
        note = Problem("path_unclear", {"detail": type(error).__name__})
        return Path(Trust.NOT_CHECKED, state, Revocation.UNKNOWN, (note,))
    return _later(Path(Trust.TRUSTED, state, Revocation.GOOD), path, knowledge, used, proven)


def _later(
    found: Path, path: ValidationPath, knowledge: Knowledge, used: dt.datetime, proven: dt.datetime
) -> Path:
    """The same with what became of the certificates until what they signed is proven to exist."""
    notes = list(found.notes)
    state, revocation = found.state, found.revocation
    below = list(path.iter_certs(include_root=False))
    authorities = list(path.iter_authorities())
    for one, authority in zip(below, authorities, strict=False):
        key = authority.public_key
        moment = _listed(one, key, knowledge)
        if moment is None:
            continue
        if moment <= max(used, proven):
            revocation = Revocation.REVOKED
        else:
            notes.append(Problem("revoked_later", {"time": moment.isoformat()}))
    if state is CertificateState.VALID and any(proven > one.not_valid_after for one in below):
        state = CertificateState.EXPIRED
    weak = any(is_weak_certificate(one) for one in below)
    if weak:
        notes.append(Problem("weak_certificate"))
    return Path(found.trust, state, revocation, tuple(notes), weak, _used(path, knowledge))


def _listed(
    certificate: x509.Certificate, key: keys.PublicKeyInfo, knowledge: Knowledge
) -> dt.datetime | None:
    """When a certificate was revoked, by any genuine list; fresh or not, for nobody is unrevoked."""
    serial = certificate["tbs_certificate"]["serial_number"].dump()
    moments = []
    for one in knowledge.crls():
        if one.issuer != certificate.issuer or serial not in one.dump():
            continue
        for entry in one["tbs_cert_list"]["revoked_certificates"]:
            if entry["user_certificate"].dump() == serial and entry.issuer_name is None:
                if has_signed(key, one):
                    moments.append(entry["revocation_date"].native)
                break
    return min(moments, default=None)


def _used(path: ValidationPath, knowledge: Knowledge) -> tuple[UsedEvidence, ...]:
    """The certificates of a path, and what speaks about their revocation."""
    certificates = list(path.iter_certs(include_root=True))
    below = list(path.iter_certs(include_root=False))
    issuers = {one.issuer.hashable for one in below}
    serials = {one.serial_number for one in below}
    lists = [one for one in knowledge.crls() if one.issuer.hashable in issuers]
    answers = [
        one
        for one in knowledge.ocsps()
        if any(each["cert_id"]["serial_number"].native in serials for each in one.response_data["responses"])
    ]
    return (
        *(UsedEvidence(EvidenceKind.CERTIFICATE, one.dump()) for one in certificates),
        *(UsedEvidence(EvidenceKind.CRL, one.dump()) for one in lists),
        *(UsedEvidence(EvidenceKind.OCSP, one.dump()) for one in answers),
    )


def _context(
    certificate: x509.Certificate, pool: Sequence[x509.Certificate], knowledge: Knowledge, used: dt.datetime
) -> ValidationContext:
    crls = knowledge.usable_crls(certificate, pool)
    context = ValidationContext(
        trust_roots=list(knowledge.trust.anchors),
        other_certs=list(pool),
        moment=used,
        best_signature_time=used,
        crls=crls,
        ocsps=knowledge.usable_ocsps(certificate),
        allow_fetching=False,
        revocation_mode="require",
        # What was issued after the time of use may speak about it; the other way round, only while fresh.
        retroactive_revinfo=used < knowledge.now,
        # Weak algorithms are told apart from broken paths, by ``is_weak_certificate``.
        algorithm_usage_policy=AcceptAllAlgorithms(),
    )
    _introduce(context, crls, knowledge.trust.anchors)
    return context


def _introduce(
    context: ValidationContext, crls: Sequence[crl.CertificateList], anchors: Sequence[x509.Certificate]
) -> None:
    """Tell which lists an anchor has signed itself.

    pyHanko looks for a path of the issuer's certificate, and finds none above an anchor that is no root.
    """
    for anchor in anchors:
        usage = anchor.key_usage_value
        if anchor.subject == anchor.issuer or (usage is not None and "crl_sign" not in usage.native):
            continue
        for one in crls:
            if one.issuer == anchor.subject and has_signed(anchor.public_key, one):
                context.revinfo_manager.record_crl_issuer(one, anchor)  # type: ignore[no-untyped-call]

"""Evidence from the CMS object of a signature: integrity, proven time, path, revocation.

The order follows ETSI EN 319 102-1: first what the mathematics say, then whether the time is
proven, then the certificate at that time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from asn1crypto import cms, x509
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, extract_self_reported_ts

from digitize.model import Problem
from digitize.signatures.cms_rules import CADES, shortcomings
from digitize.signatures.found import Found, carried
from digitize.signatures.integrity import PKCS7_SHA1, check_integrity, is_pkcs1_v15, weak_points
from digitize.signatures.knowledge import Knowledge
from digitize.signatures.names import holder_name
from digitize.signatures.paths import NOT_LOOKED_FOR, Path, find_path
from digitize.signatures.timestamps import Stamp, check_stamp, digest_of, tokens
from digitize.signatures.verdict import (
    Coverage,
    Integrity,
    LaterChanges,
    SignatureReport,
    TimeSource,
    Trust,
    UsedEvidence,
)

_SIGNING_USAGES = frozenset({"digital_signature", "non_repudiation"})
_MOST_STAMPS = 20


@dataclass(frozen=True, slots=True)
class Covered:
    """What a signature covers, and what came after it."""

    coverage: Coverage
    changes: LaterChanges
    forbidden: bool = False
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class CmsEvidence:
    """What the CMS object of a signature says, as far as it could be checked.

    Attributes:
        integrity: what the mathematics say.
        certificate: that of the signer.
        claimed_time: when the signer says to have signed.
        proven_time: since when the signature is proven to exist.
        path: the path of the certificate, at the proven time, else now.
        weak: something about it can be forged.
        timestamp_broken: a timestamp is damaged or belongs to something else.
        not_yet: a timestamp says that it was made after the moment of the verification.
        archived: the time is proven by a document timestamp alone.
        carried: what it brings along.
        doubts: what is missing in it, contradicts itself, or claims something else than is proven.
        notes, evidence: as in the report.

    """

    integrity: Integrity
    certificate: x509.Certificate | None = None
    claimed_time: dt.datetime | None = None
    proven_time: dt.datetime | None = None
    path: Path = NOT_LOOKED_FOR
    weak: bool = False
    timestamp_broken: bool = False
    not_yet: bool = False
    archived: bool = False
    carried: Found = field(default_factory=Found)
    doubts: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    evidence: tuple[UsedEvidence, ...] = ()

    def report(
        self,
        name: str,
        covered: Covered,
        *,
        level: str | None,
        tolerant: bool = False,
    ) -> SignatureReport:
        """The report on the signature that this is the evidence about."""
        certificate, proven = self.certificate, self.proven_time
        claimed = self.claimed_time
        return SignatureReport(
            field=name,
            integrity=self.integrity,
            coverage=covered.coverage,
            later_changes=covered.changes,
            changes_forbidden=covered.forbidden,
            issuer=certificate.issuer.human_friendly if certificate else None,
            signer=certificate.subject.human_friendly if certificate else None,
            holder=holder_name(certificate) if certificate else None,
            certificate_manager=_manager(certificate) if certificate else None,
            signing_time=claimed or proven,
            time_source=_source(claimed, proven),
            timestamp=proven,
            not_before=certificate.not_valid_before if certificate else None,
            not_after=certificate.not_valid_after if certificate else None,
            trust=self.path.trust,
            certificate=self.path.state,
            revocation=self.path.revocation,
            level=level,
            notes=(*covered.notes, *self.notes, *self.doubts),
            weak=self.weak,
            tolerant=tolerant,
            timestamp_broken=self.timestamp_broken,
            not_yet=self.not_yet,
            archived=self.archived,
            doubtful=bool(self.doubts),
            evidence=self.evidence,
        )


async def examine(
    encoded: bytes,
    signed: cms.SignedData,
    digest: bytes,
    knowledge: Knowledge,
    *,
    existed: dt.datetime | None = None,
    claimed: dt.datetime | None = None,
    kind: str = CADES,
) -> CmsEvidence:
    """Examine a detached CMS signature over data of a known digest.

    Args:
        encoded: the CMS object as it stands in the file.
        signed: the same, read.
        digest: digest of the signed bytes, by the algorithm that the signer names.
        knowledge: what may be relied on.
        existed: since when the whole object is proven to exist, by document timestamps.
        claimed: a signing time that is written beside the object.
        kind: the ``/SubFilter`` of a signature in a PDF; one beside its data is CAdES.

    """
    if len(signed["signer_infos"]) != 1:
        return CmsEvidence(Integrity.UNKNOWN, notes=(Problem("several_signers"),))
    info = signed["signer_infos"][0]
    try:
        certificates = extract_certs_for_validation(signed)
    except (SignatureValidationError, CMSExtractionError, CMSStructuralError, ValueError):
        return CmsEvidence(Integrity.UNKNOWN, notes=(Problem("signer_certificate_missing"),))
    certificate = certificates.signer_cert
    checked = check_integrity(encoded, certificate, digest, kind)
    own = carried(signed)
    known = knowledge.plus(own, existed)
    stamps = await _stamps(info, known, existed or knowledge.now)
    times = [stamp.time for stamp in stamps if stamp.proven and stamp.time]
    proven = min([*times, *([existed] if existed else [])], default=None)
    claim = extract_self_reported_ts(info) or claimed
    moment = proven or knowledge.now
    path = _fit_for_signing(
        certificate, await find_path(certificate, certificates.other_certs, known, moment)
    )
    weak = weak_points(info, certificate)
    if kind == PKCS7_SHA1 and not weak:
        weak = (Problem("weak_digest"),)
    notes = [*checked.notes, *weak]
    if is_pkcs1_v15(info):
        notes.append(Problem("not_pss"))
    notes += [note for stamp in stamps for note in stamp.notes]
    codes = {note.code for note in notes}
    return CmsEvidence(
        integrity=checked.integrity,
        certificate=certificate,
        claimed_time=claim,
        proven_time=proven,
        path=path,
        weak=bool(weak) or path.weak,
        timestamp_broken="timestamp_broken" in codes,
        not_yet="timestamp_in_future" in codes,
        archived=proven is not None and not times,
        carried=own,
        doubts=shortcomings(signed, kind),
        notes=(*notes, *path.notes),
        evidence=(*path.evidence, *(one for stamp in stamps for one in stamp.evidence)),
    )


async def _stamps(info: cms.SignerInfo, knowledge: Knowledge, proven: dt.datetime) -> list[Stamp]:
    imprint = digest_of(info["signature"].native)
    found = list(tokens(info))[:_MOST_STAMPS]
    return [await check_stamp(token, imprint, knowledge, proven) for token in found]


def _fit_for_signing(certificate: x509.Certificate, path: Path) -> Path:
    usage = certificate.key_usage_value
    if path.trust is not Trust.TRUSTED or usage is None or _SIGNING_USAGES & usage.native:
        return path
    return replace(path, trust=Trust.NOT_CHECKED, notes=(*path.notes, Problem("usage_not_signing")))


def _manager(certificate: x509.Certificate) -> str | None:
    """The organisation that answers for a certificate's issuer."""
    named = certificate.issuer.native.get("organization_name")
    return named if isinstance(named, str) or named is None else ", ".join(map(str, named))


def _source(claimed: dt.datetime | None, proven: dt.datetime | None) -> TimeSource:
    """How a signing time is known."""
    if proven is not None:
        return TimeSource.TIMESTAMP
    return TimeSource.CLAIMED if claimed is not None else TimeSource.NONE

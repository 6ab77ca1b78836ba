"""Verify the signatures of a PDF that somebody may have tampered with."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import logging
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import crl, ocsp, parser
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from digitize.model import Problem
from digitize.signatures.byte_range import leaves_out_only_itself
from digitize.signatures.cms_evidence import CmsEvidence, KnownRevocations, examine
from digitize.signatures.cms_rules import shortcomings
from digitize.signatures.document_timestamps import is_timestamp
from digitize.signatures.later_changes import POLICY
from digitize.signatures.loose_objects import has_loose_objects
from digitize.signatures.names import holder_name
from digitize.signatures.stamp_claims import dictionary_claims, stamp_claims
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
    Coverage,
    Integrity,
    LaterChanges,
    Revocation,
    SignatureReport,
    TimeSource,
    Verdict,
    worst,
)

_SUBFILTERS = frozenset({"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"})

_COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: Coverage.ENTIRE_FILE,
    SignatureCoverageLevel.ENTIRE_REVISION: Coverage.ENTIRE_REVISION,
}
_CHANGES = {
    ModificationLevel.NONE: LaterChanges.NONE,
    ModificationLevel.LTA_UPDATES: LaterChanges.LTA_UPDATES,
    ModificationLevel.FORM_FILLING: LaterChanges.FORM_FILLING,
    ModificationLevel.ANNOTATIONS: LaterChanges.ANNOTATIONS,
    ModificationLevel.OTHER: LaterChanges.OTHER,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PdfReport:
    """The verdict on a PDF: that of its worst signature."""

    verdict: Verdict
    signatures: tuple[SignatureReport, ...] = ()
    notes: tuple[Problem, ...] = ()


def verify_pdf(path: Path, trust: TrustStore, now: dt.datetime) -> PdfReport:
    """Verify every signature of a PDF. Never raises: what cannot be read is a verdict, too.

    Args:
        path: the file.
        trust: what may be relied on.
        now: the time at which the verification is made.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(error)
    return verify_pdf_data(data, trust, now)


def verify_pdf_data(data: bytes, trust: TrustStore, now: dt.datetime) -> PdfReport:
    """The same for the bytes of a PDF."""
    try:
        return _verify(data, trust, now, strict=True)
    except Exception as error:  # noqa: BLE001 - hostile input raises anything
        log.debug("not readable strictly: %s", type(error).__name__)
    try:
        # What only a tolerant parser can read may look otherwise in another reader.
        return _verify(data, trust, now, strict=False)
    except Exception as error:  # noqa: BLE001
        return _unreadable(error)


def _unreadable(error: Exception) -> PdfReport:
    note = Problem("file_unreadable", {"detail": type(error).__name__})
    return PdfReport(Verdict.UNREADABLE, notes=(note,))


def _verify(data: bytes, trust: TrustStore, now: dt.datetime, *, strict: bool) -> PdfReport:
    reader = PdfFileReader(io.BytesIO(data), strict=strict)
    if reader.encrypted:
        return PdfReport(Verdict.UNREADABLE, notes=(Problem("pdf_encrypted"),))
    known = _revocations(reader)
    reports = []
    seen: set[int] = set()
    archived = False
    for name, value, field in enumerate_sig_fields(reader, filled_status=True):
        signature = value.get_object()
        # One signature may be referenced by several fields; it is one signature all the same.
        identity = getattr(value, "idnum", None) or id(signature)
        if identity in seen:
            continue
        seen.add(identity)
        if signature.get("/Type") == "/DocTimeStamp":
            archived = True
            if not is_timestamp(EmbeddedPdfSignature(reader, field, name)):
                reports.append(_no_timestamp(name))
            continue
        if signature.get("/SubFilter") not in _SUBFILTERS:
            reports.append(_unsupported(name, str(signature.get("/SubFilter"))))
            continue
        embedded = EmbeddedPdfSignature(reader, field, name)
        reports.append(asyncio.run(_report(embedded, trust, known, now, tolerant=not strict)))
    if not reports:
        note = (Problem("only_timestamps"),) if archived else ()
        return PdfReport(Verdict.UNSIGNED, notes=note)
    notes = () if strict else (Problem("tolerant_parser"),)
    return PdfReport(worst(report.verdict for report in reports), tuple(reports), notes)


def _no_timestamp(name: str) -> SignatureReport:
    return SignatureReport(
        field=name,
        integrity=Integrity.BROKEN,
        coverage=Coverage.PARTIAL,
        later_changes=LaterChanges.UNKNOWN,
        notes=(Problem("timestamp_broken", {"detail": "document"}),),
    )


def _unsupported(name: str, kind: str) -> SignatureReport:
    return SignatureReport(
        field=name,
        integrity=Integrity.UNKNOWN,
        coverage=Coverage.ENTIRE_REVISION,
        later_changes=LaterChanges.NONE,
        notes=(Problem("signature_kind_unknown", {"kind": kind}),),
    )


async def _report(
    embedded: EmbeddedPdfSignature,
    trust: TrustStore,
    known: KnownRevocations,
    now: dt.datetime,
    *,
    tolerant: bool,
) -> SignatureReport:
    notes: list[Problem] = []
    coverage, changes, forbidden = _extent(embedded, notes)
    evidence = await examine(embedded.signed_data, embedded.compute_digest(), trust, known, now)
    claimed = embedded.self_reported_timestamp or evidence.claimed_time
    proven = evidence.proven_time
    certificate = evidence.certificate
    doubts = shortcomings(embedded.signed_data, str(embedded.sig_object.get("/SubFilter")))
    doubts += stamp_claims(embedded, certificate, claimed, proven)
    remarks = dictionary_claims(embedded.sig_object, certificate, claimed, proven)
    return SignatureReport(
        field=embedded.field_name,
        integrity=evidence.integrity,
        coverage=coverage,
        later_changes=changes,
        changes_forbidden=forbidden,
        issuer=certificate.issuer.human_friendly if certificate else None,
        signer=certificate.subject.human_friendly if certificate else None,
        holder=holder_name(certificate) if certificate else None,
        certificate_manager=(certificate.issuer.native.get("organization_name") if certificate else None),
        signing_time=claimed or proven,
        time_source=time_source(claimed, proven),
        timestamp=proven,
        not_before=certificate.not_valid_before if certificate else None,
        not_after=certificate.not_valid_after if certificate else None,
        trust=evidence.trust,
        certificate=evidence.state,
        revocation=evidence.revocation,
        level=_level(embedded, evidence, known),
        notes=(*notes, *evidence.notes, *doubts, *remarks),
        weak=evidence.weak,
        tolerant=tolerant,
        timestamp_broken=evidence.timestamp_broken,
        doubtful=bool(doubts),
    )


def time_source(claimed: dt.datetime | None, proven: dt.datetime | None) -> TimeSource:
    """How a signing time is known."""
    if proven is not None:
        return TimeSource.TIMESTAMP
    return TimeSource.CLAIMED if claimed is not None else TimeSource.NONE


def _extent(embedded: EmbeddedPdfSignature, notes: list[Problem]) -> tuple[Coverage, LaterChanges, bool]:
    """What the signature covers, what came after it, and whether that was forbidden."""
    try:
        embedded.compute_integrity_info(POLICY)  # type: ignore[no-untyped-call]
        allowed = embedded.summarise_integrity_info()["docmdp_ok"]
    except (PdfError, SignatureValidationError, SuspiciousModification, ValueError) as error:
        notes.append(Problem("changes_unclear", {"detail": type(error).__name__}))
        return Coverage.PARTIAL, LaterChanges.UNKNOWN, True
    found: SignatureCoverageLevel | None = embedded.coverage
    coverage = _COVERAGE.get(found, Coverage.PARTIAL) if found is not None else Coverage.PARTIAL
    if not leaves_out_only_itself(embedded):
        notes.append(Problem("coverage_odd"))
        return Coverage.PARTIAL, LaterChanges.UNKNOWN, True
    stray = coverage is Coverage.ENTIRE_REVISION and _has_stray_tail(embedded.reader)
    if stray or _has_stuffing(embedded) or _has_loose_objects(embedded):
        notes.append(Problem("changed_after_signing"))
        return coverage, LaterChanges.OTHER, True
    result: DiffResult | SuspiciousModification | None = embedded.diff_result
    if result is None:
        return coverage, LaterChanges.NONE, False
    if isinstance(result, SuspiciousModification):
        notes.append(Problem("changed_after_signing"))
        return coverage, _named(embedded), True
    changes = _CHANGES.get(result.modification_level, LaterChanges.UNKNOWN)
    if changes is LaterChanges.FORM_FILLING and _only_signatures(embedded, result):
        changes = LaterChanges.SIGNATURES
    return coverage, changes, allowed is False


def _named(embedded: EmbeddedPdfSignature) -> LaterChanges:
    """What to call changes that are not allowed, after the kinds that ISO 32000 knows."""
    result = embedded.evaluate_modifications(DEFAULT_DIFF_POLICY)
    if isinstance(result, SuspiciousModification):
        return LaterChanges.OTHER
    milder = result.modification_level in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
    return LaterChanges.OTHER if milder else _CHANGES[result.modification_level]


def _has_stray_tail(reader: PdfFileReader) -> bool:
    """Whether anything but blanks follows the end of the last revision.

    Objects without a cross-reference belong to no revision, so a comparison of revisions does not
    see them; a reader that repairs files by looking for objects may show them all the same.
    """
    revisions = range(reader.xrefs.total_revisions)
    end = max(reader.xrefs.get_xref_container_info(revision).end_location for revision in revisions)
    reader.stream.seek(end)
    rest: bytes = reader.stream.read()
    _, _, tail = rest.partition(b"%%EOF")
    return bool(tail.strip(b"\x00\t\n\f\r "))


def _has_loose_objects(embedded: EmbeddedPdfSignature) -> bool:
    _, _, after, rest = embedded.byte_range
    return has_loose_objects(embedded.reader, after + rest)


def _has_stuffing(embedded: EmbeddedPdfSignature) -> bool:
    """Whether anything but zeros fills the room that was reserved for the CMS object.

    No signature covers that room, so whatever stands there was put in by somebody else.
    """
    content = bytes(embedded.pkcs7_content)
    return bool(content[parser.peek(content) :].strip(b"\x00"))


def _only_signatures(embedded: EmbeddedPdfSignature, result: DiffResult) -> bool:
    """Whether all form fields that changed later are signature fields."""
    names = {name for name, _, _ in enumerate_sig_fields(embedded.reader)}
    changed: set[str] = result.changed_form_fields
    return changed <= names


def _level(embedded: EmbeddedPdfSignature, evidence: CmsEvidence, known: KnownRevocations) -> str:
    if evidence.proven_time is None:
        # A timestamp that does not hold does not raise the level.
        return "B-B"
    if not (known.crls or known.ocsps) or evidence.revocation is Revocation.UNKNOWN:
        return "B-T"
    later = [
        signature
        for signature in embedded.reader.embedded_timestamp_signatures
        if signature.signed_revision > embedded.signed_revision
    ]
    return "B-LTA" if later else "B-LT"


def _revocations(reader: PdfFileReader) -> KnownRevocations:
    """The revocation data of the document security store."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return KnownRevocations()
    return KnownRevocations(
        crls=tuple(crl.CertificateList.load(stream.get_object().data) for stream in store.crls),
        ocsps=tuple(ocsp.OCSPResponse.load(stream.get_object().data) for stream in store.ocsps),
    )

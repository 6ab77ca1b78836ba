"""Verify the signatures of a PDF that somebody may have tampered with."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass, replace
from pathlib import Path

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from digitize.model import Problem
from digitize.signatures.changes import UNCLEAR, Comparisons, extent_of
from digitize.signatures.cms_evidence import CmsEvidence, Covered, examine
from digitize.signatures.debris import salvage
from digitize.signatures.doc_timestamps import Chain, Covering, prove
from digitize.signatures.found import Found
from digitize.signatures.integrity import X509_RSA_SHA1
from digitize.signatures.knowledge import Knowledge, reachable
from digitize.signatures.places import (
    KINDS,
    LockedError,
    Place,
    embedded_at,
    open_pdf,
    page_count,
    shows_no_signature,
    signatures,
)
from digitize.signatures.stamp_claims import dictionary_claims, stamp_claims
from digitize.signatures.store import read_store
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
    ALLOWED_LATER,
    Coverage,
    Integrity,
    LaterChanges,
    Revocation,
    SignatureReport,
    Verdict,
    worst,
)

_EXHAUSTED = (RecursionError, MemoryError, PdfDecodeLimitError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PdfReport:
    """The verdict on a PDF: that of its worst signature.

    Attributes:
        verdict: of the file.
        signatures: one report for each.
        notes: what else a reader should know.
        timestamps: one report for each document timestamp. None of them makes a file valid; one that
            is broken makes it invalid.
        pages: how many pages the file says it has; None where it could not be read.

    """

    verdict: Verdict
    signatures: tuple[SignatureReport, ...] = ()
    notes: tuple[Problem, ...] = ()
    timestamps: tuple[SignatureReport, ...] = ()
    pages: int | None = None


class _TooStrictError(Exception):
    """Only a tolerant parser can tell what was done to the file."""


def verify_pdf(path: Path, trust: TrustStore, now: dt.datetime) -> PdfReport:
    """Verify every signature of a PDF. Never raises: what cannot be read is a verdict, too.

    Args:
        path: the file.
        trust: what may be relied on.
        now: the time at which the verification is made, perhaps in the past.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(_told(error))
    return verify_pdf_data(data, trust, now)


def verify_pdf_data(data: bytes, trust: TrustStore, now: dt.datetime) -> PdfReport:
    """The same for the bytes of a PDF."""
    try:
        return _verify(data, trust, now, strict=True)
    except LockedError:
        return _unreadable(Problem("pdf_encrypted"), _salvaged(data, trust, now))
    except _EXHAUSTED as error:
        return _unreadable(_told(error))
    except Exception as error:  # noqa: BLE001 - hostile input raises anything
        log.debug("not readable strictly: %s", type(error).__name__)
    try:
        # What only a tolerant parser can read may look otherwise in another reader.
        return _verify(data, trust, now, strict=False)
    except LockedError:
        return _unreadable(Problem("pdf_encrypted"), _salvaged(data, trust, now))
    except _EXHAUSTED as error:
        return _unreadable(_told(error))
    except Exception as error:  # noqa: BLE001
        return _unreadable(_told(error), _salvaged(data, trust, now))


def _told(error: Exception) -> Problem:
    return Problem("file_unreadable", {"detail": type(error).__name__})


def _unreadable(note: Problem, left: tuple[SignatureReport, ...] = ()) -> PdfReport:
    return PdfReport(Verdict.UNREADABLE, left, (note,))


def _salvaged(data: bytes, trust: TrustStore, now: dt.datetime) -> tuple[SignatureReport, ...]:
    try:
        return asyncio.run(salvage(data, trust, now))
    except Exception as error:  # noqa: BLE001 - there was little to hope for
        log.debug("nothing left of it: %s", type(error).__name__)
        return ()


def _verify(data: bytes, trust: TrustStore, now: dt.datetime, *, strict: bool) -> PdfReport:
    reader = open_pdf(data, strict=strict)
    found = signatures(reader)
    if strict and found and reader.xrefs.hybrid_xrefs_present:
        # Readers of another age see other objects in such a file.
        raise _TooStrictError
    if not found:
        notes = (Problem("signature_hidden"),) if shows_no_signature(data, found) else ()
        return PdfReport(Verdict.UNSIGNED, notes=notes, pages=page_count(reader))
    comparisons = Comparisons(reader)
    parts = [_part(reader, place, comparisons, tolerant=not strict) for place in found]
    reports, stamps = asyncio.run(_judge(reader, parts, trust, now))
    notes = () if strict else (Problem("tolerant_parser"),)
    verdict = _verdict(reports, stamps)
    if reports and _changed_after_stamp(parts):
        verdict = worst([verdict, Verdict.INVALID])
    return PdfReport(verdict, reports, (*notes, *_about(reports)), stamps, page_count(reader))


def _about(reports: tuple[SignatureReport, ...]) -> tuple[Problem, ...]:
    return () if reports else (Problem("only_timestamps"),)


def _verdict(reports: tuple[SignatureReport, ...], stamps: tuple[SignatureReport, ...]) -> Verdict:
    """A file is as good as its worst signature; a timestamp that is broken cannot be overlooked."""
    broken = any(
        stamp.integrity is not Integrity.INTACT or stamp.coverage is Coverage.PARTIAL for stamp in stamps
    )
    signed = worst(report.verdict for report in reports) if reports else Verdict.UNSIGNED
    return worst([signed, Verdict.INVALID]) if broken else signed


def _changed_after_stamp(parts: list[_Part]) -> bool:
    """Whether something was done to a file after a timestamp that was put over its signatures.

    A change of the timestamp's own field is none of what the signatures before it cover.
    """
    signed = [part.embedded.signed_revision for part in parts if part.embedded and not part.place.is_stamp]
    return any(
        part.place.is_stamp
        and part.embedded is not None
        and part.embedded.signed_revision > min(signed, default=0)
        and part.covered.changes not in ALLOWED_LATER
        for part in parts
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A signature or document timestamp, with what it covers and what came after it."""

    place: Place
    embedded: EmbeddedPdfSignature | None
    covered: Covered
    tolerant: bool


def _part(reader: PdfFileReader, place: Place, comparisons: Comparisons, *, tolerant: bool) -> _Part:
    notes: list[Problem] = []
    try:
        embedded = embedded_at(reader, place)
    except _EXHAUSTED:
        raise
    except Exception as error:  # noqa: BLE001 - one hostile signature must not hide the others
        return _Part(place, None, _unclear_cover("signature_unreadable", error), tolerant)
    try:
        coverage, changes, forbidden = extent_of(embedded, notes, comparisons)
    except UNCLEAR as error:
        if not tolerant:
            raise _TooStrictError from error
        return _Part(place, embedded, _unclear_cover("changes_unclear", error), tolerant)
    return _Part(place, embedded, Covered(coverage, changes, forbidden, tuple(notes)), tolerant)


def _unclear_cover(code: str, error: Exception) -> Covered:
    note = Problem(code, {"detail": type(error).__name__})
    return Covered(Coverage.PARTIAL, LaterChanges.UNKNOWN, forbidden=True, notes=(note,))


async def _judge(
    reader: PdfFileReader, parts: list[_Part], trust: TrustStore, now: dt.datetime
) -> tuple[tuple[SignatureReport, ...], tuple[SignatureReport, ...]]:
    store = read_store(reader)
    async with reachable(trust) as network:
        knowledge = Knowledge(trust, store.found, now, network=network)
        coverings = [
            Covering(part.embedded, part.covered, part.tolerant)
            for part in parts
            if part.place.is_stamp and part.embedded is not None
        ]
        chain = await prove(coverings, knowledge, store, reader)
        unreadable = [_broken(part) for part in parts if part.place.is_stamp and part.embedded is None]
        reports = [await _report(part, chain, store.found) for part in parts if not part.place.is_stamp]
    return tuple(reports), (*chain.reports, *unreadable)


def _broken(part: _Part) -> SignatureReport:
    """The report on what cannot be read as a signature at all."""
    evidence = CmsEvidence(Integrity.BROKEN)
    return evidence.report(part.place.name, part.covered, level=None, tolerant=part.tolerant)


async def _report(part: _Part, chain: Chain, stored: Found) -> SignatureReport:
    embedded = part.embedded
    if embedded is None:
        return _broken(part)
    if part.place.kind not in KINDS:
        evidence = CmsEvidence(
            Integrity.UNKNOWN, notes=(Problem("signature_kind_unknown", {"kind": part.place.kind}),)
        )
    else:
        try:
            evidence = await examine(
                _encoded(embedded, part.place.kind),
                embedded.signed_data,
                embedded.compute_digest(),
                chain.knowledge,
                existed=chain.existed(embedded.signed_revision),
                claimed=embedded.self_reported_timestamp,
                kind=part.place.kind,
            )
        except _EXHAUSTED:
            raise
        except Exception as error:  # noqa: BLE001
            note = Problem("signature_unreadable", {"detail": type(error).__name__})
            evidence = CmsEvidence(Integrity.UNKNOWN, notes=(note,))
    evidence = _with_claims(embedded, evidence)
    level = _level(embedded, evidence, chain, stored)
    return evidence.report(str(embedded.field_name), part.covered, level=level, tolerant=part.tolerant)


def _with_claims(embedded: EmbeddedPdfSignature, evidence: CmsEvidence) -> CmsEvidence:
    """The evidence with what the stamp and the dictionary of a signature claim against it."""
    claimed, proven = evidence.claimed_time, evidence.proven_time
    if evidence.archived and claimed and proven and claimed < proven:
        # Stamped long after it was signed: that says nothing against an earlier time.
        proven = None
    facts = (evidence.certificate, claimed, proven)
    return replace(
        evidence,
        doubts=(*evidence.doubts, *stamp_claims(embedded, *facts)),
        notes=(*evidence.notes, *dictionary_claims(embedded.sig_object, *facts)),
    )


def _encoded(embedded: EmbeddedPdfSignature, kind: str) -> bytes:
    """The CMS object of a signature as it stands in the file; made up, where the file has another kind."""
    if kind != X509_RSA_SHA1:
        return bytes(embedded.pkcs7_content)
    dressed: bytes = cms.ContentInfo({"content_type": "signed_data", "content": embedded.signed_data}).dump()
    return dressed


def _level(embedded: EmbeddedPdfSignature, evidence: CmsEvidence, chain: Chain, stored: Found) -> str | None:
    """The baseline level that the evidence reaches: what does not hold raises nothing."""
    if evidence.certificate is None:
        return None
    if evidence.proven_time is None:
        return "B-B"
    own = stored + evidence.carried
    if not own.revocations or evidence.path.revocation is Revocation.UNKNOWN:
        return "B-T"
    things = (*own.crls, *own.ocsps)
    archived = chain.existed(embedded.signed_revision) is not None and any(
        chain.knowledge.is_proven(thing) for thing in things
    )
    return "B-LTA" if archived else "B-LT"

"""Verify the signatures of a PDF that somebody may have tampered with."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from digitize.model import Problem
from digitize.signatures.changes import UNCLEAR, Extent, extent_of
from digitize.signatures.cms_evidence import CmsEvidence, examine
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
    shows_no_signature,
    signatures,
)
from digitize.signatures.store import read_store
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
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

    """

    verdict: Verdict
    signatures: tuple[SignatureReport, ...] = ()
    notes: tuple[Problem, ...] = ()
    timestamps: tuple[SignatureReport, ...] = ()


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
        return _unreadable(error)
    return verify_pdf_data(data, trust, now)


def verify_pdf_data(data: bytes, trust: TrustStore, now: dt.datetime) -> PdfReport:
    """The same for the bytes of a PDF."""
    try:
        return _verify(data, trust, now, strict=True)
    except LockedError:
        return PdfReport(Verdict.UNREADABLE, notes=(Problem("pdf_encrypted"),))
    except _EXHAUSTED as error:
        return _unreadable(error)
    except Exception as error:  # noqa: BLE001 - hostile input raises anything
        log.debug("not readable strictly: %s", type(error).__name__)
    try:
        # What only a tolerant parser can read may look otherwise in another reader.
        return _verify(data, trust, now, strict=False)
    except LockedError:
        return PdfReport(Verdict.UNREADABLE, notes=(Problem("pdf_encrypted"),))
    except Exception as error:  # noqa: BLE001
        return _unreadable(error)


def _unreadable(error: Exception) -> PdfReport:
    note = Problem("file_unreadable", {"detail": type(error).__name__})
    return PdfReport(Verdict.UNREADABLE, notes=(note,))


def _verify(data: bytes, trust: TrustStore, now: dt.datetime, *, strict: bool) -> PdfReport:
    reader = open_pdf(data, strict=strict)
    found = signatures(reader)
    if strict and found and reader.xrefs.hybrid_xrefs_present:
        # Readers of another age see other objects in such a file.
        raise _TooStrictError
    if not found:
        notes = (Problem("signature_hidden"),) if shows_no_signature(data, found) else ()
        return PdfReport(Verdict.UNSIGNED, notes=notes)
    parts = [_part(reader, place, tolerant=not strict) for place in found]
    reports, stamps = asyncio.run(_judge(reader, parts, trust, now))
    notes = () if strict else (Problem("tolerant_parser"),)
    return PdfReport(_verdict(reports, stamps), reports, (*notes, *_about(reports)), stamps)


def _about(reports: tuple[SignatureReport, ...]) -> tuple[Problem, ...]:
    return () if reports else (Problem("only_timestamps"),)


def _verdict(reports: tuple[SignatureReport, ...], stamps: tuple[SignatureReport, ...]) -> Verdict:
    """A file is as good as its worst signature; a timestamp that is broken cannot be overlooked."""
    broken = any(
        stamp.integrity is not Integrity.INTACT or stamp.coverage is Coverage.PARTIAL for stamp in stamps
    )
    signed = worst(report.verdict for report in reports) if reports else Verdict.UNSIGNED
    return worst([signed, Verdict.INVALID]) if broken else signed


@dataclass(frozen=True, slots=True)
class _Part:
    """A signature or document timestamp, with what it covers and what came after it."""

    place: Place
    embedded: EmbeddedPdfSignature | None
    extent: Extent
    notes: tuple[Problem, ...]
    tolerant: bool


def _part(reader: PdfFileReader, place: Place, *, tolerant: bool) -> _Part:
    notes: list[Problem] = []
    try:
        embedded = embedded_at(reader, place)
        embedded.compute_digest()
    except _EXHAUSTED:
        raise
    except Exception as error:  # noqa: BLE001 - one hostile signature must not hide the others
        note = Problem("signature_unreadable", {"detail": type(error).__name__})
        return _Part(place, None, (Coverage.PARTIAL, LaterChanges.UNKNOWN, True), (note,), tolerant)
    try:
        extent = extent_of(embedded, notes)
    except UNCLEAR as error:
        if not tolerant:
            raise _TooStrictError from error
        notes.append(Problem("changes_unclear", {"detail": type(error).__name__}))
        extent = (Coverage.PARTIAL, LaterChanges.UNKNOWN, True)
    return _Part(place, embedded, extent, tuple(notes), tolerant)


async def _judge(
    reader: PdfFileReader, parts: list[_Part], trust: TrustStore, now: dt.datetime
) -> tuple[tuple[SignatureReport, ...], tuple[SignatureReport, ...]]:
    store = read_store(reader)
    async with reachable(trust) as network:
        knowledge = Knowledge(trust, store.found, now, network=network)
        coverings = [
            Covering(part.embedded, *part.extent, part.notes, part.tolerant)
            for part in parts
            if part.place.is_stamp and part.embedded is not None
        ]
        chain = await prove(coverings, knowledge, store, reader)
        unreadable = [_unreadable_part(part) for part in parts if part.place.is_stamp and part.embedded is None]
        reports = [await _report(part, chain, store.found) for part in parts if not part.place.is_stamp]
    return tuple(reports), (*chain.reports, *unreadable)


def _unreadable_part(part: _Part) -> SignatureReport:
    coverage, changes, forbidden = part.extent
    return SignatureReport(
        field=part.place.name,
        integrity=Integrity.BROKEN,
        coverage=coverage,
        later_changes=changes,
        changes_forbidden=forbidden,
        notes=part.notes,
        tolerant=part.tolerant,
    )


async def _report(part: _Part, chain: Chain, stored: Found) -> SignatureReport:
    embedded = part.embedded
    if embedded is None:
        return _unreadable_part(part)
    coverage, changes, forbidden = part.extent
    notes = part.notes
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
    return evidence.report(
        str(embedded.field_name),
        coverage,
        changes,
        level=_level(embedded, evidence, chain, stored),
        forbidden=forbidden,
        tolerant=part.tolerant,
        notes=notes,
    )


def _encoded(embedded: EmbeddedPdfSignature, kind: str) -> bytes:
    """The CMS object of a signature as it stands in the file; made up, where the file has another kind."""
    if kind != X509_RSA_SHA1:
        return bytes(embedded.pkcs7_content)
    dressed: bytes = cms.ContentInfo({"content_type": "signed_data", "content": embedded.signed_data}).dump()
    return dressed


def _level(
    embedded: EmbeddedPdfSignature, evidence: CmsEvidence, chain: Chain, stored: Found
) -> str | None:
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
        chain.knowledge.since(thing) < chain.knowledge.now for thing in things
    )
    return "B-LTA" if archived else "B-LT"

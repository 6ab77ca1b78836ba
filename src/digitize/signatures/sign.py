"""Sign PDFs (PAdES) and detached data (CAdES) with one key, many files in one process."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from asn1crypto import cms
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

from digitize.errors import EnvironmentProblem, ItemProblem, SigningProblem
from digitize.files import whole_file
from digitize.model import Problem
from digitize.signatures.credentials import Credentials
from digitize.signatures.evidence import Evidence, request_dummy
from digitize.signatures.stamp import Placement, Rectangle, Stamp, first_page
from digitize.times import VIETNAM

FIELD_NAME = "DigitizeSignature"
OFFICER_FIELD_NAME = "DigitizeOfficer"
DIGEST = "sha256"

_PDF_VERSION = (1, 7)
_STRUCTURE_SIZE = 1280
_TOKENS_DIFFER = 512
"""Bytes by which one timestamp of an authority may be longer than another."""


class Level(StrEnum):
    """PAdES baseline levels that can be made."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def is_long_term(self) -> bool:
        """Whether the signature carries what proves that its certificates held."""
        return self in (Level.B_LT, Level.B_LTA)


@dataclass(frozen=True, slots=True)
class Seal:
    """How signatures are made: one key, one level, one look, for a whole batch.

    Attributes:
        credentials: the key.
        level: what every signature must reach; signing fails rather than reach less.
        timestamper: gives the time its proof; needed above B-B.
        evidence: anchors and revocation data; needed from B-LT on.
        stamp: the visible appearance, None for none.
        reason: written into the signature.
        officer: the key of who signs first, where two have to.

    """

    credentials: Credentials
    level: Level
    timestamper: TimeStamper | None = None
    evidence: Evidence = field(default_factory=Evidence)
    stamp: Stamp | None = None
    reason: str | None = None
    officer: Credentials | None = None

    def __post_init__(self) -> None:
        if self.level is not Level.B_B and self.timestamper is None:
            raise EnvironmentProblem("timestamp_missing", level=self.level.value)
        if self.level.is_long_term and not self.evidence.has_revocation:
            raise EnvironmentProblem("revocations_missing", level=self.level.value)

    def require_usable(self, moment: dt.datetime) -> tuple[Problem, ...]:
        """Check all that a signature at that moment rests on; what was found good is not asked again.

        Returns:
            What could not be checked and is no reason to refuse.

        Raises:
            SigningProblem: a certificate or an authority cannot be relied on now.

        """
        required = self.level.is_long_term
        notes = []
        for credentials in (self.officer, self.credentials):
            if credentials is not None:
                credentials.require_usable(moment)
                others = list(credentials.signer.cert_registry)
                notes.append(self.evidence.prove(credentials.certificate, others, moment, required=required))
                if not credentials.is_conformant:
                    notes.append(Problem("scheme_not_conformant", {"holder": credentials.holder}))
        if self.timestamper is not None and self.level is not Level.B_B:
            notes.append(self.evidence.prove_authority(self.timestamper, moment, required=required))
        return tuple(note for note in notes if note is not None)


def sign_pdf(
    source: Path,
    target: Path,
    seal: Seal,
    moment: dt.datetime,
    occupied: Sequence[Rectangle] = (),
) -> Placement | None:
    """Sign a PDF; ``target`` appears whole or not at all.

    A scanned dossier is never filled in later, so it is certified with no changes allowed: nothing but
    long-term-validation updates may follow (DocMDP, ISO 32000-1, 12.8.2.2). Where an officer signs
    first, the officer certifies with form filling allowed, which the organisation's signature is.

    Args:
        source: the PDF; it is not changed.
        target: where the signed one goes.
        seal: how to sign.
        moment: the signing time that the signature and its appearance claim.
        occupied: what a visible signature must not cover on the first page, in points from its
            lower left corner.

    Returns:
        Where the visible signature stands; None where there is none.

    Raises:
        ItemProblem: the file cannot be signed.
        SigningProblem: a key, certificate or authority cannot be relied on now.

    """
    seal.require_usable(moment)
    try:
        with (
            _refusals_told(),
            source.open("rb") as stream,
            whole_file(target) as part,
            part.open("r+b") as output,
        ):
            return asyncio.run(_sign(stream, output, seal, moment, occupied))
    except PdfReadError as error:
        raise ItemProblem("pdf_broken", detail=type(error).__name__) from error


async def _sign(
    stream: BinaryIO, output: BinaryIO, seal: Seal, moment: dt.datetime, occupied: Sequence[Rectangle]
) -> Placement | None:
    writer = _PdfAWriter(stream)
    place = seal.stamp.place(first_page(writer), occupied) if seal.stamp else None
    own_field = SigFieldSpec(FIELD_NAME, on_page=0, box=place.box if place else None)
    certifies = seal.officer is None
    if seal.officer is not None:
        # The field that is to be signed second has to be there when the first certifies.
        append_signature_field(writer, own_field)
        metadata = _metadata(seal, moment, OFFICER_FIELD_NAME, permits=MDPPerm.FILL_FORMS)
        officer = _TimedSigner(
            metadata,
            signer=seal.officer.signer,
            timestamper=seal.timestamper,
            new_field_spec=SigFieldSpec(OFFICER_FIELD_NAME, on_page=0),
        )
        officer.moment = moment
        first = io.BytesIO()
        await officer.async_sign_pdf(writer, output=first, bytes_reserved=await _reserved(seal, seal.officer))
        writer = _PdfAWriter(first)
    signer = _TimedSigner(
        _metadata(
            seal,
            moment,
            FIELD_NAME,
            permits=MDPPerm.NO_CHANGES if certifies else None,
            archival=seal.level is Level.B_LTA,
        ),
        signer=seal.credentials.signer,
        timestamper=seal.timestamper,
        stamp_style=seal.stamp.style(moment, place) if seal.stamp and place else None,
        new_field_spec=own_field if certifies else None,
    )
    signer.moment = moment
    await signer.async_sign_pdf(writer, output=output, bytes_reserved=await _reserved(seal, seal.credentials))
    return place


def _metadata(
    seal: Seal, moment: dt.datetime, field_name: str, *, permits: MDPPerm | None, archival: bool = False
) -> PdfSignatureMetadata:
    """How one signature is made.

    The long-term evidence comes after the signature, in a revision of its own: other programs count no
    security store that the signature covers. It goes without the VRI dictionary, which nothing needs
    any more.
    """
    long_term = seal.level.is_long_term
    return PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm=DIGEST,
        reason=seal.reason,
        certify=permits is not None,
        docmdp_permissions=permits or MDPPerm.FILL_FORMS,
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=long_term,
        use_pades_lta=archival,
        validation_context=seal.evidence.context(moment) if long_term else None,
        signer_key_usage=set(),
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.SEPARATE_REVISION
        ),
    )


def sign_detached(data: bytes, seal: Seal) -> bytes:
    """A detached CAdES signature over some bytes, in DER.

    It carries a timestamp above B-B, and the CRLs and OCSP answers for B-LT, so that it can be checked
    offline.

    Raises:
        SigningProblem: the key or the authority refuses.

    """
    signer = seal.credentials.signer
    with_time = seal.level is not Level.B_B
    with _refusals_told():
        info: cms.ContentInfo = asyncio.run(
            signer.async_sign_general_data(
                data,
                DIGEST,
                detached=True,
                timestamper=seal.timestamper if with_time else None,
                use_cades=True,
            )
        )
    if seal.level.is_long_term:
        info = _with_revocations(info, seal.evidence)
    signature: bytes = info.dump()
    return signature


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Tell what the key or the timestamp authority refuses as a SigningProblem."""
    try:
        yield
    except TimestampRequestError as error:
        raise SigningProblem("authority_down", detail=_reason(error)) from error
    except SigningError as error:
        raise SigningProblem("signing_refused", detail=_reason(error)) from error


class _TimedSigner(PdfSigner):
    """A PDF signer that claims the time it is told, so that stamp and signature agree."""

    moment: dt.datetime

    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.moment.astimezone(VIETNAM)
        return session


class _PdfAWriter(IncrementalPdfFileWriter):
    """A writer that leaves a PDF 1.7 what it is; PDF/A-2 allows nothing later (ISO 19005-2, 6.1.2).

    For keys on elliptic curves pyHanko would else declare PDF 2.0 with the extension ISO/TS 32002.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        super().ensure_output_version(min(version, _PDF_VERSION))  # type: ignore[no-untyped-call]

    def register_extension(self, ext: DeveloperExtension) -> None:
        if ext.base_version != "/2.0":
            super().register_extension(ext)


async def _reserved(seal: Seal, credentials: Credentials) -> int:
    """Digits to reserve for the CMS object: too few would mean signing twice, too many cost who verifies."""
    size = _STRUCTURE_SIZE + credentials.room
    if seal.timestamper is not None:
        token = await request_dummy(seal.timestamper)
        size += len(token.dump()) + _TOKENS_DIFFER
    return 2 * size


def _with_revocations(info: cms.ContentInfo, evidence: Evidence) -> cms.ContentInfo:
    """Add what is known of revocation: CRLs, and OCSP answers as RFC 5940 has it."""
    signed: cms.SignedData = info["content"]
    choices = [
        cms.RevocationInfoChoice(name="crl", value=cms.CertificateList.load(one.dump()))
        for one in evidence.revocations
    ]
    for answer in evidence.answers:
        wrapped = {"other_rev_info_format": "ocsp_response", "other_rev_info": answer}
        choices.append(
            cms.RevocationInfoChoice(name="other", value=cms.OtherRevocationInfoFormat(wrapped, implicit=1))
        )
    if evidence.answers:
        # RFC 5652, 5.1: version 5 where revocation information is of another format than a CRL.
        signed["version"] = "v5"
    signed["crls"] = cms.RevocationInfoChoices(choices)
    return cms.ContentInfo({"content_type": "signed_data", "content": signed})


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__

"""Sign PDFs (PAdES) and detached data (CAdES) with one key, many files in one process."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from asn1crypto import cms, crl, x509
from asn1crypto.keys import PrivateKeyInfo
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.files import whole_file
from digitize.signatures.credentials import Credentials, ParsedKeySigner
from digitize.signatures.stamp import Rectangle, Stamp, first_page_box
from digitize.times import VIETNAM

FIELD_NAME = "DigitizeSignature"

_PDF_VERSION = (1, 7)
_STRUCTURE_SIZE = 2048
_TIMESTAMP_SIZE = 8192


class Level(StrEnum):
    """PAdES baseline levels that can be made."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a long-term signature needs besides the key.

    Attributes:
        anchors: certificates that end the path of trust.
        revocations: CRLs of the authorities on that path.

    """

    anchors: tuple[x509.Certificate, ...] = ()
    revocations: tuple[crl.CertificateList, ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """How signatures are made: one key, one level, one look, for a whole batch.

    Attributes:
        credentials: the key.
        level: what every signature must reach; signing fails rather than reach less.
        timestamper: gives the time its proof; needed above B-B.
        evidence: needed for B-LT.
        stamp: the visible appearance, None for none.
        reason: written into the signature.

    """

    credentials: Credentials
    level: Level
    timestamper: TimeStamper | None = None
    evidence: Evidence = field(default_factory=Evidence)
    stamp: Stamp | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.level is not Level.B_B and self.timestamper is None:
            raise EnvironmentProblem("timestamp_missing", level=self.level.value)
        if self.level is Level.B_LT and not self.evidence.revocations:
            raise EnvironmentProblem("revocations_missing", level=self.level.value)


def sign_pdf(
    source: Path,
    target: Path,
    seal: Seal,
    moment: dt.datetime,
    occupied: Sequence[Rectangle] = (),
) -> None:
    """Sign a PDF as certified with no changes allowed; ``target`` appears whole or not at all.

    A scanned dossier is never filled in later, so nothing but long-term-validation updates may
    follow (DocMDP, ISO 32000-1, 12.8.2.2).

    Args:
        source: the PDF; it is not changed.
        target: where the signed one goes.
        seal: how to sign.
        moment: the signing time that the signature and its appearance claim.
        occupied: what a visible signature must not cover on the first page, in points.

    Raises:
        ItemProblem: the file cannot be signed.
        EnvironmentProblem: the certificate or its evidence does not hold.

    """
    seal.credentials.require_usable(moment)
    # pyHanko writes the long-term evidence with the signature, in one revision, only without the
    # VRI dictionary, which nothing needs any more.
    long_term = seal.level is Level.B_LT
    metadata = PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        reason=seal.reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=long_term,
        validation_context=_presign_context(seal, moment) if long_term else None,
        signer_key_usage=set(),
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )
    with source.open("rb") as stream:
        try:
            writer = _PdfAWriter(stream)
            box = seal.stamp.box(first_page_box(writer), occupied) if seal.stamp else None
            signer = _TimedSigner(
                metadata,
                signer=seal.credentials.signer,
                timestamper=seal.timestamper,
                stamp_style=seal.stamp.style(moment) if seal.stamp and box else None,
                new_field_spec=SigFieldSpec(FIELD_NAME, on_page=0, box=box),
            )
            signer.moment = moment
            with whole_file(target) as part, part.open("r+b") as output:
                asyncio.run(signer.async_sign_pdf(writer, output=output, bytes_reserved=2 * _reserved(seal)))
        except SigningError as error:
            raise EnvironmentProblem("signing_refused", detail=_reason(error)) from error
        except PdfReadError as error:
            raise ItemProblem("pdf_broken", detail=type(error).__name__) from error


def sign_detached(data: bytes, seal: Seal) -> bytes:
    """A detached CAdES signature over some bytes, in DER.

    It carries a timestamp above B-B, and the CRLs for B-LT, so that it can be checked offline.
    """
    signer = seal.credentials.signer
    with_time = seal.level is not Level.B_B
    info: cms.ContentInfo = asyncio.run(
        signer.async_sign_general_data(
            data,
            "sha256",
            detached=True,
            timestamper=seal.timestamper if with_time else None,
            use_cades=True,
        )
    )
    if seal.level is Level.B_LT:
        info = _with_revocations(info, seal.evidence.revocations)
    signature: bytes = info.dump()
    return signature


def local_timestamper(credentials: Credentials) -> TimeStamper:
    """A timestamp authority in this process, for demos and tests; outsiders cannot rely on it."""
    signer = credentials.signer
    assert isinstance(signer, ParsedKeySigner)
    return DummyTimeStamper(
        tsa_cert=signer.signing_cert, tsa_key=PrivateKeyInfo.load(signer.private_key_der())
    )


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


def _presign_context(seal: Seal, moment: dt.datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(seal.evidence.anchors),
        crls=list(seal.evidence.revocations),
        allow_fetching=False,
        revocation_mode="require",
        moment=moment,
    )


def _reserved(seal: Seal) -> int:
    """Bytes to reserve for the CMS object: guessing wrong would mean signing twice."""
    signer = seal.credentials.signer
    assert isinstance(signer, ParsedKeySigner)
    stamp = _TIMESTAMP_SIZE if seal.timestamper is not None else 0
    return _STRUCTURE_SIZE + signer.signature_size + signer.chain_size + stamp


def _with_revocations(info: cms.ContentInfo, revocations: tuple[crl.CertificateList, ...]) -> cms.ContentInfo:
    signed: cms.SignedData = info["content"]
    signed["crls"] = cms.RevocationInfoChoices(
        [
            cms.RevocationInfoChoice(name="crl", value=cms.CertificateList.load(one.dump()))
            for one in revocations
        ]
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed})


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__

"""Timestamps that keep signatures provable: what runs out when, and new stamps over the old ones.

A timestamp proves something only while its authority's certificate holds, so before that ends the
whole is stamped anew (PAdES-B-LTA, ETSI EN 319 142-1, 5.4.3). No person's key takes part.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, SigningError
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, extract_tst_data_iter

from digitize.errors import ItemProblem, SigningProblem
from digitize.files import whole_file
from digitize.signatures.evidence import Evidence
from digitize.signatures.names import holder_name

_DIGEST = "sha256"

_BROKEN = (
    PdfError,
    CMSExtractionError,
    CMSStructuralError,
    SignatureValidationError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
)


class ProofKind(StrEnum):
    """What a signature's time rests on last."""

    TIMESTAMP = "timestamp"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a proof ends.

    Attributes:
        until: the end of the certificate that it rests on.
        kind: that of a timestamp authority, or the signer's own where there is no timestamp.
        holder: whom that certificate names.

    """

    until: dt.datetime
    kind: ProofKind
    holder: str


def pdf_expiry(path: Path) -> Expiry:
    """When the proof of a signed PDF ends.

    Raises:
        ItemProblem: it cannot be read, or bears no signature.

    """
    try:
        with path.open("rb") as stream:
            reader = PdfFileReader(stream)
            stamps = reader.embedded_timestamp_signatures
            if stamps:
                # The last one covers all that came before.
                return _expiry(stamps[-1].signed_data, ProofKind.TIMESTAMP)
            ends = [cms_expiry(one.signed_data) for one in reader.embedded_regular_signatures]
    except _BROKEN as error:
        raise ItemProblem("pdf_broken", detail=type(error).__name__) from error
    if not ends:
        raise ItemProblem("not_signed", file=path.name)
    return min(ends, key=lambda end: end.until)


def detached_expiry(signature: bytes) -> Expiry:
    """When the proof of a detached signature or of a timestamp beside its data ends.

    Raises:
        ItemProblem: it is neither.

    """
    try:
        return cms_expiry(cms.ContentInfo.load(signature, strict=True)["content"])
    except _BROKEN as error:
        raise ItemProblem("signature_broken", detail=type(error).__name__) from error


def cms_expiry(signed: cms.SignedData) -> Expiry:
    """The same for the CMS object itself."""
    if signed["encap_content_info"]["content_type"].native == "tst_info":
        return _expiry(signed, ProofKind.TIMESTAMP)
    tokens = list(extract_tst_data_iter(signed["signer_infos"][0], signed=False))
    if tokens:
        return max((_expiry(token, ProofKind.TIMESTAMP) for token in tokens), key=lambda end: end.until)
    return _expiry(signed, ProofKind.CERTIFICATE)


def _expiry(signed: cms.SignedData, kind: ProofKind) -> Expiry:
    certificate: x509.Certificate = extract_certs_for_validation(signed).signer_cert
    return Expiry(certificate.not_valid_after, kind, holder_name(certificate))


@dataclass(frozen=True, slots=True)
class Renewer:
    """Puts new timestamps over old ones, with one authority for a whole batch.

    Attributes:
        timestamper: the authority.
        evidence: anchors and revocation data, also for the certificates of the old stamps.

    """

    timestamper: TimeStamper
    evidence: Evidence

    def require_usable(self, moment: dt.datetime) -> None:
        """Make sure that the authority answers and can be relied on.

        Raises:
            SigningProblem: it does not, or cannot.

        """
        self.evidence.prove_authority(self.timestamper, moment, required=True)

    def renew_pdf(self, source: Path, target: Path, moment: dt.datetime) -> None:
        """Add to a signed PDF what proves its last timestamp, and a new timestamp over all of it.

        Args:
            source: the signed PDF; it is not changed.
            target: appears whole or not at all; it begins with the bytes of the source.
            moment: now.

        Raises:
            ItemProblem: the PDF cannot be read.
            SigningProblem: the authority or a certificate cannot be relied on.

        """
        self.require_usable(moment)
        data = source.read_bytes()
        try:
            for certificate, others in _last_certificates(data):
                self.evidence.prove(certificate, others, moment, required=True)
            with whole_file(target) as part, part.open("r+b") as output:
                writer = IncrementalPdfFileWriter(io.BytesIO(data))
                stamper = PdfTimeStamper(self.timestamper)
                asyncio.run(
                    stamper.async_timestamp_pdf(
                        writer, _DIGEST, self.evidence.context(moment), output=output, embed_roots=False
                    )
                )
        except TimestampRequestError as error:
            raise SigningProblem("authority_down", detail=str(error)) from error
        except SigningError as error:
            raise SigningProblem("signing_refused", detail=type(error).__name__) from error
        except _BROKEN as error:
            raise ItemProblem("pdf_broken", detail=type(error).__name__) from error

    def stamp(self, data: bytes, moment: dt.datetime) -> bytes:
        """A timestamp token over some bytes, in DER, to lie beside them.

        Raises:
            SigningProblem: the authority does not answer.

        """
        self.require_usable(moment)
        digest = hashlib.new(_DIGEST, data).digest()
        try:
            token = asyncio.run(self.timestamper.async_timestamp(digest, _DIGEST))
        except (TimestampRequestError, OSError) as error:
            raise SigningProblem("authority_down", detail=type(error).__name__) from error
        made: bytes = token.dump()
        return made


def _last_certificates(data: bytes) -> list[tuple[x509.Certificate, list[x509.Certificate]]]:
    """The certificates that the proof of a PDF rests on now, each with those on its path."""
    reader = PdfFileReader(io.BytesIO(data))
    stamps = reader.embedded_timestamp_signatures
    signed = [stamps[-1].signed_data] if stamps else []
    if not stamps:
        for one in reader.embedded_regular_signatures:
            signed += [one.signed_data, *extract_tst_data_iter(one.signer_info, signed=False)]
    found = [extract_certs_for_validation(one) for one in signed]
    return [(one.signer_cert, list(one.other_certs)) for one in found]

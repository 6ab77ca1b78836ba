"""What a PDF's signatures are, for the record of who keeps it; nothing is verified here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError

from digitize.errors import ItemProblem
from digitize.signatures.names import holder_name

_BROKEN = (PdfError, CMSExtractionError, CMSStructuralError, SignatureValidationError, ValueError, KeyError)
_SCHEMES = {"rsassa_pss": "RSASSA-PSS", "rsassa_pkcs1v15": "RSASSA-PKCS1-v1_5", "ecdsa": "ECDSA"}


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """A signature as PREMIS describes one.

    Attributes:
        field: the field of the PDF that holds it.
        signer: whom the certificate names.
        method: signature scheme and digest, such as ``RSASSA-PSS SHA-256``.
        value: the signature itself.
        certificate: of the signer, in DER.
        time: when the signer says that it was made.

    """

    field: str
    signer: str
    method: str
    value: bytes
    certificate: bytes
    time: dt.datetime | None


def signatures_of(path: Path) -> tuple[SignatureFacts, ...]:
    """The signatures of a PDF in the order in which they were made, timestamps aside.

    Raises:
        ItemProblem: it cannot be read.

    """
    try:
        with path.open("rb") as stream:
            reader = PdfFileReader(stream)
            return tuple(
                SignatureFacts(
                    field=one.field_name,
                    signer=holder_name(one.signer_cert),
                    method=_method(one.signer_info),
                    value=one.signer_info["signature"].native,
                    certificate=one.signer_cert.dump(),
                    time=one.self_reported_timestamp,
                )
                for one in reader.embedded_regular_signatures
            )
    except _BROKEN as error:
        raise ItemProblem("pdf_broken", detail=type(error).__name__) from error


def _method(info: cms.SignerInfo) -> str:
    scheme = info["signature_algorithm"].signature_algo
    digest = str(info["digest_algorithm"]["algorithm"].native).upper()
    return f"{_SCHEMES.get(scheme, scheme)} {digest.replace('SHA', 'SHA-')}"

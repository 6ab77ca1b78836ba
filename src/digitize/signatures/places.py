"""Where signatures lie in a PDF: the form fields that bear one, and what stands in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, core, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko.pdf_utils import generic as typeless
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents

from digitize.signatures.cms_rules import STAMP
from digitize.signatures.entries import entry
from digitize.signatures.integrity import PKCS7_SHA1, X509_RSA_SHA1

generic: Any = typeless


KINDS = frozenset({"/ETSI.CAdES.detached", "/adbe.pkcs7.detached", PKCS7_SHA1, X509_RSA_SHA1})

MOST_SIGNATURES = 200
_TOO_MANY = "too many signatures"

_SHOWN = re.compile(rb"/ByteRange\s*\[")


class LockedError(Exception):
    """The file is encrypted for others."""


@dataclass(frozen=True, slots=True)
class Place:
    """A form field with a signature in it.

    Attributes:
        name: of the field, in full.
        field: its dictionary.
        value: the signature's dictionary.
        reference: what the signature's dictionary is referred to as, if it is.

    """

    name: str
    field: Any
    value: Any
    reference: Any

    @property
    def kind(self) -> str:
        """What kind of signature the file says it is."""
        return str(entry(self.value, "/SubFilter"))

    @property
    def is_stamp(self) -> bool:
        """Whether it is a document timestamp."""
        return self.kind == STAMP or entry(self.value, "/Type") == "/DocTimeStamp"


def open_pdf(data: bytes, *, strict: bool) -> PdfFileReader:
    """A reader for a PDF.

    Raises:
        LockedError: the file can only be read with a password or a key.
        PdfError: and much else, for what is no PDF.

    """
    reader = PdfFileReader(io.BytesIO(data), strict=strict)
    if reader.encrypted:
        # A file that only restricts what may be done with it opens with an empty password.
        try:
            opened = reader.decrypt(b"").status is not AuthStatus.FAILED
        except (PdfError, TypeError, ValueError) as error:
            raise LockedError from error
        if not opened:
            raise LockedError
    _remember(reader, strict=strict)
    return reader


def _remember(reader: Any, *, strict: bool) -> None:
    """Let the reader look up but once where an object came in; nothing changes while it reads.

    For a tolerant one, references to what exists in no revision are what ISO 32000-1, 7.3.10, says: null.
    """
    look_up = reader.xrefs.get_introducing_revision
    known: dict[Any, int] = {}

    def introduced(reference: Any) -> int:
        if reference not in known:
            try:
                known[reference] = look_up(reference)
            except KeyError:
                if strict:
                    raise
                known[reference] = -1
        return known[reference]

    reader.xrefs.get_introducing_revision = introduced


def page_count(reader: PdfFileReader) -> int | None:
    """How many pages a file says it has; None where it says nothing that can be."""
    try:
        count = entry(entry(reader.root, "/Pages"), "/Count")
    except (PdfError, TypeError, ValueError, AttributeError):
        return None
    return int(count) if isinstance(count, int) and count >= 0 else None


def signature_fields(reader: PdfFileReader) -> Iterator[Place]:
    """The form fields that bear a signature, each signature as often as a field names it."""
    for count, (name, value, field) in enumerate(enumerate_sig_fields(reader, filled_status=True)):
        if count >= MOST_SIGNATURES:
            raise PdfError(_TOO_MANY)
        yield Place(str(name), field, value.get_object(), getattr(value, "reference", None))


def signatures(reader: PdfFileReader) -> list[Place]:
    """The signatures of a file; one that several fields name is one signature all the same."""
    found: dict[Any, Place] = {}
    for place in signature_fields(reader):
        found.setdefault(place.reference or id(place.value), place)
    return list(found.values())


def shows_no_signature(data: bytes, places: list[Place]) -> bool:
    """Whether a file contains what was a signature, and no field shows any."""
    return not places and _SHOWN.search(data) is not None


def embedded_at(reader: PdfFileReader, place: Place) -> EmbeddedPdfSignature:
    """The signature at a place, as pyHanko knows it.

    Raises:
        PdfError, ValueError and others: it cannot be read.

    """
    if place.kind == X509_RSA_SHA1:
        return _X509Signature(reader, place.field, place.name)
    embedded = EmbeddedPdfSignature(reader, place.field, place.name)
    if place.kind == PKCS7_SHA1:
        embedded.external_md_algorithm = "sha1"
    return embedded


class _X509Signature(EmbeddedPdfSignature):
    """A signature of the kind ``adbe.x509.rsa_sha1`` (ISO 32000-1, 12.8.3.2), dressed as a CMS object.

    It has a bare PKCS#1 value and the certificates beside it; so has a CMS object without attributes.
    """

    def __init__(self, reader: PdfFileReader, sig_field: Any, fq_name: str) -> None:
        field = sig_field.get_object()
        reference = field.raw_get("/V")
        value = reference.get_object()
        self.reader = reader
        self.sig_field, self.sig_object, self.fq_name = field, value, fq_name
        self.byte_range = value.raw_get("/ByteRange")
        self.pkcs7_content = extract_contents(value)
        signature = core.OctetString.load(self.pkcs7_content).native
        certificates = _beside(value)
        self.md_algorithm = self.external_md_algorithm = _digest_in(signature, certificates[0])
        self.signed_data = _dressed(signature, certificates, self.md_algorithm)
        self.signer_info = self.signed_data["signer_infos"][0]
        self.signed_revision = reader.xrefs.get_last_change(reference.reference)
        self.coverage = self.diff_result = self.tst_signature_digest = None
        self.external_digests = {}
        self._sd_cert_info = None
        self._docmdp = self._fieldmdp = None
        self._docmdp_queried = self._fieldmdp_queried = self._integrity_checked = False


def _beside(value: Any) -> list[x509.Certificate]:
    listed = value["/Cert"]
    strings = listed if isinstance(listed, generic.ArrayObject) else [listed]
    return [x509.Certificate.load(one.get_object().original_bytes) for one in strings]


def _digest_in(signature: bytes, certificate: x509.Certificate) -> str:
    """The digest algorithm that a PKCS#1 v1.5 value names in itself."""
    key = load_der_public_key(certificate.public_key.dump())
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError
    try:
        told = key.recover_data_from_signature(signature, padding.PKCS1v15(), None)
    except InvalidSignature:
        return "sha1"
    return str(algos.DigestInfo.load(told)["digest_algorithm"]["algorithm"].native)


def _dressed(signature: bytes, certificates: list[x509.Certificate], digest: str) -> cms.SignedData:
    own = certificates[0]
    sid = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", sid),
            "digest_algorithm": {"algorithm": digest},
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
            "signature": signature,
        }
    )
    return cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", one) for one in certificates],
            "signer_infos": [info],
        }
    )

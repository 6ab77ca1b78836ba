"""Signatures of other programs: what is odd is told, what is wrong is found."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from functools import cache

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Integrity, SignatureReport, Verdict
from digitize.signatures.verify_pdf import verify_pdf_data
from support.foreign_cms import (
    algorithm,
    bare_value,
    cms_object,
    pkcs1,
    pss,
    pss_parameters,
    with_contents,
)
from support.papers import plain
from support.sealing import DAY, NOW, Holder, office, rsa_key
from support.tampering import approved, flipped

VGCA = algorithm(pss_parameters())
"""What the signing program of the government's authority writes."""


@cache
def holder() -> Holder:
    return office().authority.issue(key=rsa_key())


@cache
def paper() -> bytes:
    return approved(plain(), holder()).replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached")


def only(data: bytes, trust: TrustStore | None = None) -> SignatureReport:
    report = verify_pdf_data(data, trust or office().trust, NOW + DAY)
    (signature,) = report.signatures
    return signature


def codes(signature: SignatureReport) -> list[str]:
    return [note.code for note in signature.notes]


def with_cms(identifier: bytes, **wishes: object) -> bytes:
    return with_contents(
        paper(),
        lambda content: cms_object(content, holder(), identifier=identifier, **wishes),  # type: ignore[arg-type]
    )


def test_a_plain_signature_by_pkcs1_is_valid_and_noted() -> None:
    signature = only(with_cms(algorithm(b"\x05\x00")))
    assert signature.verdict is Verdict.VALID
    assert codes(signature) == ["not_pss"]


def test_a_signature_by_pss_is_valid() -> None:
    signature = only(with_cms(algorithm(pss_parameters(), "1.2.840.113549.1.1.10"), sign=pss))
    assert signature.verdict is Verdict.VALID
    assert codes(signature) == []


def test_the_oddity_of_the_government_s_program_is_accepted_and_noted() -> None:
    signature = only(with_cms(VGCA))
    assert signature.integrity is Integrity.INTACT
    assert signature.verdict is Verdict.VALID
    assert codes(signature) == ["pss_parameters_misplaced", "not_pss"]


def test_the_oddity_heals_no_changed_byte() -> None:
    data = with_cms(VGCA)
    signature = only(flipped(data, data.index(b"\xff\xda") + 40))
    assert signature.integrity is Integrity.BROKEN
    assert signature.verdict is Verdict.INVALID


def test_the_oddity_needs_a_value_by_pkcs1() -> None:
    signature = only(with_cms(VGCA, sign=pss))
    assert signature.integrity is Integrity.BROKEN
    other_digest = only(with_cms(VGCA, sign=pkcs1("sha1")))
    assert other_digest.integrity is Integrity.BROKEN


@pytest.mark.parametrize(
    "parameters",
    [
        pss_parameters(digest="sha1", mask="sha1"),
        pss_parameters(mask="sha1"),
        pss_parameters() + b"\x05\x00",
        pss_parameters()[:-1],
        b"\x30\x00",
        b"\x30\x03\x02\x01\x05",
        b"\x04\x04evil",
        b"\x30\x80\x00\x00",
    ],
    ids=["sha1", "mask", "more", "cut", "empty", "integer", "text", "endless"],
)
def test_other_parameters_are_not_accepted(parameters: bytes) -> None:
    signature = only(with_cms(algorithm(parameters)))
    assert signature.integrity is not Integrity.INTACT
    assert signature.verdict is not Verdict.VALID


def test_attributes_in_an_order_that_der_forbids_are_read_as_they_were_signed() -> None:
    assert only(with_cms(algorithm(b"\x05\x00"), unsorted=True)).integrity is Integrity.INTACT


def test_content_in_a_detached_signature_breaks_it() -> None:
    signature = only(with_cms(algorithm(b"\x05\x00"), enclosed=b"something else"))
    assert signature.integrity is Integrity.BROKEN
    assert signature.verdict is Verdict.INVALID


def test_sha1_is_intact_and_weak() -> None:
    signature = only(with_cms(algorithm(b"\x05\x00"), digest="sha1"))
    assert signature.integrity is Integrity.INTACT
    assert signature.verdict is Verdict.INDETERMINATE
    assert "weak_digest" in codes(signature)


def pkcs7_sha1(*, sign_other: bool = False) -> bytes:
    """A signature of the kind ``adbe.pkcs7.sha1``: the object encloses the digest, and signs it."""
    base = paper().replace(b"/adbe.pkcs7.detached", b"/adbe.pkcs7.sha1    ")

    def contents(content: bytes) -> bytes:
        digest = hashlib.new("sha1", content + b"x" * sign_other).digest()  # noqa: S324 - it is to be found
        return cms_object(content, holder(), enclosed=digest)

    return with_contents(base, contents)


def test_the_old_kind_with_an_enclosed_sha1_digest_is_checked_and_weak() -> None:
    # The digest over the file is SHA-1, whatever signs it.
    signature = only(pkcs7_sha1())
    assert signature.integrity is Integrity.INTACT
    assert signature.verdict is Verdict.INDETERMINATE
    assert "weak_digest" in codes(signature)
    assert only(pkcs7_sha1(sign_other=True)).integrity is Integrity.BROKEN


def x509_rsa_sha1(digest: str = "sha1", signer: Holder | None = None) -> bytes:
    """A signature of the kind ``adbe.x509.rsa_sha1``: a bare value with the certificate beside it."""
    own = (signer or holder()).asn1.dump().hex().encode()
    base = paper().replace(b"/adbe.pkcs7.detached", b"/adbe.x509.rsa_sha1 ")
    # The certificate takes the place of the reserved room's end, before the value is made.
    found = list(re.finditer(rb"/ByteRange\s*\[([\d ]+)\]", base))[-1]
    numbers = [int(number) for number in found[1].split()]
    end = numbers[2]
    entry = b" /Cert <" + own + b">"
    # An even number, as the digits of the value before it come in pairs.
    entry += b" " * (len(entry) % 2)
    numbers[2] -= len(entry)
    numbers[3] += len(entry)
    base = base[: end - len(entry) - 1] + b">" + entry + base[end:]
    told = b"/ByteRange [" + b" ".join(b"%d" % number for number in numbers)
    base = base[: found.start()] + told.ljust(found.end() - found.start() - 1) + b"]" + base[found.end() :]
    return with_contents(base, lambda content: bare_value(content, holder(), digest))


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_the_oldest_kind_with_a_bare_value_is_checked(digest: str) -> None:
    data = x509_rsa_sha1(digest)
    signature = only(data)
    assert signature.integrity is Integrity.INTACT
    assert signature.holder == "Nguyễn Thị Ký"
    expected = Verdict.INDETERMINATE if digest == "sha1" else Verdict.VALID
    assert signature.verdict is expected
    assert only(flipped(data, data.index(b"\xff\xda") + 40)).integrity is Integrity.BROKEN


def test_the_oldest_kind_with_another_certificate_is_broken() -> None:
    stranger = office().authority.issue(key=rsa_key())
    assert only(x509_rsa_sha1(signer=stranger)).integrity is Integrity.BROKEN


def test_a_file_that_only_forbids_printing_is_read() -> None:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        pdf.save(output, encryption=pikepdf.Encryption(owner="a", user=""))
    writer = IncrementalPdfFileWriter(io.BytesIO(output.getvalue()))
    writer.encrypt("")  # type: ignore[no-untyped-call]
    metadata = PdfSignatureMetadata(
        field_name="Locked", subfilter=SigSeedSubFilter.PADES, signer_key_usage=set()
    )
    signer = PdfSigner(metadata, signer=holder().credentials.signer)
    signed = io.BytesIO()
    asyncio.run(signer.async_sign_pdf(writer, output=signed))
    assert only(signed.getvalue()).verdict is Verdict.VALID


def test_short_keys_are_weak_wherever_they_stand() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it is to be found
    signer = office().authority.issue(key=short)
    signature = only(approved(plain(), signer))
    assert (signature.integrity, signature.verdict) == (Integrity.INTACT, Verdict.INDETERMINATE)
    assert {"weak_key", "weak_certificate"} <= set(codes(signature))
    middle = office().authority.under(key=short)
    below = approved(plain(), middle.issue())
    trust = office().authority.trust(office().crl, middle.revocations())
    signature = only(below, trust)
    assert signature.verdict is Verdict.INDETERMINATE
    assert "weak_certificate" in codes(signature)
    # An anchor is believed for what it is.
    assert only(below, TrustStore((middle.certificate,), (middle.revocations(),))).verdict is Verdict.VALID

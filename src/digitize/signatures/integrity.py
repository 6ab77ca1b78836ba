"""Whether the digest and the signature value of a CMS object fit the signed bytes.

Mathematics alone: nothing here knows of trust, of time, or of what was done to a file later.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import algos, cms, core, keys, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.sig_validate import (
    DefaultSignatureValidator,
    SignatureValidationContext,
    SignatureValidator,
)

from digitize.model import Problem
from digitize.signatures.verdict import Integrity

PKCS7_SHA1 = "/adbe.pkcs7.sha1"
X509_RSA_SHA1 = "/adbe.x509.rsa_sha1"

STRONG_DIGESTS = frozenset(
    {
        *("sha256", "sha384", "sha512", "sha512_224", "sha512_256"),
        *("sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake128", "shake256"),
    }
)
"""The hash functions of TT 15/2025/TT-BKHCN, Annex I."""

_SMALLEST_KEYS = {"rsa": 2048, "rsassa_pss": 2048, "ec": 256, "ed25519": 256, "ed448": 256}

_REFUSED = (
    SignatureValidationError,
    CMSExtractionError,
    CMSStructuralError,
    UnsupportedAlgorithm,
    NotImplementedError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    AssertionError,
)
"""What pyHanko and the libraries under it raise where they cannot check a signature."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a signature is intact, and what is odd about it."""

    integrity: Integrity
    notes: tuple[Problem, ...] = ()


def check_integrity(
    encoded: bytes, certificate: x509.Certificate, digest: bytes, kind: str | None = None
) -> Checked:
    """Check digest and signature value of a detached signature.

    Args:
        encoded: the CMS object, with one signer, as it stands in the file.
        certificate: that of the signer.
        digest: digest of the signed bytes, by the algorithm that the signer names.
        kind: the ``/SubFilter`` of a signature in a PDF.

    """
    # A fresh copy: asn1crypto writes anew what was looked at, and not always byte for byte.
    fresh = cms.ContentInfo.load(encoded)["content"]
    content = fresh["encap_content_info"]["content"]
    if kind == PKCS7_SHA1:
        # ISO 32000-1, 12.8.3.3: the object encloses the SHA-1 digest of the signed bytes, and signs it.
        enclosed = content.native
        if not isinstance(enclosed, bytes) or not hmac.compare_digest(enclosed, digest):
            return Checked(Integrity.BROKEN)
        return signer_fits(fresh, certificate, _digest(fresh, enclosed))
    if content.native is not None:
        # A detached signature must not carry content of its own besides what it seems to sign.
        return Checked(Integrity.BROKEN, (Problem("content_enclosed"),))
    return signer_fits(fresh, certificate, digest)


def signer_fits(
    signed: cms.SignedData, certificate: x509.Certificate, digest: bytes, content_type: str = "data"
) -> Checked:
    """Check that the signer's value fits a digest, and the digest what was signed."""
    info = signed["signer_infos"][0]
    notes: list[Problem] = []
    attributes = _attributes(info)
    try:
        readable = _readable(info, notes)
        digest_fits, value_fits = validate_sig_integrity(
            readable, certificate, content_type, digest, sig_validator=_Validator(attributes)
        )
    except _REFUSED as error:
        return Checked(Integrity.UNKNOWN, (Problem("integrity_unclear", {"detail": type(error).__name__}),))
    intact = digest_fits and value_fits
    return Checked(Integrity.INTACT if intact else Integrity.BROKEN, tuple(notes))


def weak_points(info: cms.SignerInfo, certificate: x509.Certificate) -> tuple[Problem, ...]:
    """What makes a signature too weak for TT 15/2025/TT-BKHCN, Annex I."""
    found = []
    if info["digest_algorithm"]["algorithm"].native not in STRONG_DIGESTS:
        found.append(Problem("weak_digest"))
    if not is_strong_signature(info["signature_algorithm"]):
        found.append(Problem("weak_digest"))
    if is_weak_key(certificate):
        found.append(Problem("weak_key"))
    return tuple({note.code: note for note in found}.values())


def is_weak_key(certificate: x509.Certificate) -> bool:
    """Whether a key is shorter than RSA 2048 or EC 256, or of another kind."""
    try:
        key = certificate.public_key
        return bool(key.bit_size < _SMALLEST_KEYS[key.algorithm])
    except (KeyError, ValueError, TypeError, AttributeError, NotImplementedError):
        return True


def is_weak_certificate(certificate: x509.Certificate) -> bool:
    """Whether a certificate is signed by a weak digest, or has a weak key."""
    return is_weak_key(certificate) or not is_strong_signature(certificate["signature_algorithm"])


def is_pkcs1_v15(info: cms.SignerInfo) -> bool:
    """Whether a signature is made by RSASSA-PKCS1-v1_5, which Annex I does not name."""
    try:
        return bool(info["signature_algorithm"].signature_algo == "rsassa_pkcs1v15")
    except ValueError:
        return False


def is_strong_signature(algorithm: algos.SignedDigestAlgorithm) -> bool:
    """Whether a signature is made by way of a digest that cannot be forged."""
    try:
        return algorithm.hash_algo in STRONG_DIGESTS
    except (ValueError, KeyError):
        # EdDSA, or RSA that leaves the digest to the signer's information, which is looked at itself.
        return True


def _digest(signed: cms.SignedData, content: bytes) -> bytes:
    return hashlib.new(signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native, content).digest()


class _Validator(SignatureValidator):
    """Tries the signed attributes as they stand in the file, and as DER wants them sorted.

    RFC 5652, 5.4 signs the DER encoding, whatever encoding is sent; some signers sign what they send.
    """

    def __init__(self, attributes: Sequence[bytes]) -> None:
        self._attributes = attributes
        self._plain = DefaultSignatureValidator()

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext | None = None,
    ) -> None:
        given = context or SignatureValidationContext(contextual_md_algorithm=None, prehashed=False)
        for candidate in self._attributes or (signed_data,):
            try:
                self._plain.validate_signature(
                    signature, candidate, public_key_info, signature_algorithm, context=given
                )
            except InvalidSignature:
                continue
            return
        raise InvalidSignature


def _attributes(info: cms.SignerInfo) -> tuple[bytes, ...]:
    """The encodings of the signed attributes that the value may have been made over."""
    attributes = info["signed_attrs"]
    if attributes is core.VOID or attributes.contents is None:
        return ()
    body: bytes = attributes.contents
    parts = sorted(one.dump() for one in cms.CMSAttributes.load(_set_of(body)))
    encodings = [_set_of(body), _set_of(b"".join(parts))]
    return tuple(dict.fromkeys(encodings))


def _set_of(body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return b"\x31" + bytes([size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"\x31" + bytes([0x80 | len(length)]) + length + body


def _readable(info: cms.SignerInfo, notes: list[Problem]) -> cms.SignerInfo:
    """The signer's information with parameters that fit its algorithm.

    The signing program of the Vietnamese government's authority (VGCA) writes RSASSA-PSS parameters
    beside ``rsaEncryption``, and signs by PKCS#1 v1.5, which has none (RFC 8017, A.2.4). Exactly that
    is read as what it was meant to be; no other parameters are.
    """
    algorithm = info["signature_algorithm"]
    try:
        algorithm["parameters"]
    except ValueError:
        if not _is_vgca_quirk(algorithm, info["digest_algorithm"]["algorithm"].native):
            raise
        notes.append(Problem("pss_parameters_misplaced"))
        info = info.copy()
        info["signature_algorithm"] = cms.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})
    return info


def _is_vgca_quirk(algorithm: algos.SignedDigestAlgorithm, digest: str) -> bool:
    if algorithm["algorithm"].native != "rsassa_pkcs1v15":
        return False
    _, given = _parts(algorithm.contents or b"")
    try:
        parameters = algos.RSASSAPSSParams.load(given, strict=True)
        told = (
            parameters["hash_algorithm"]["algorithm"].native,
            parameters["mask_gen_algorithm"]["algorithm"].native,
            parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native,
            parameters["trailer_field"].native,
        )
    except (ValueError, TypeError, KeyError):
        return False
    return told == (digest, "mgf1", digest, "trailer_field_bc")


def _parts(body: bytes) -> tuple[bytes, bytes]:
    """The object identifier and the parameters of an AlgorithmIdentifier."""
    size = 2 + body[1] if len(body) > 1 else 0
    return body[:size], body[size:]

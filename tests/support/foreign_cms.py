"""Signatures as other programs make them, good and bad, put into a PDF that is signed already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from asn1crypto import algos, cms, core
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from support.sealing import Holder
from support.tampering import byte_range

Signing = Callable[[rsa.RSAPrivateKey, bytes], bytes]

RSA = "1.2.840.113549.1.1.1"


def length_of(size: int) -> bytes:
    """A length in DER."""
    if size < 0x80:
        return bytes([size])
    encoded = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(encoded)]) + encoded


def with_contents(data: bytes, contents: Callable[[bytes], bytes]) -> bytes:
    """The PDF with another value in its last signature, made from the bytes that it signs."""
    found = list(re.finditer(rb"/ByteRange\s*\[([\d ]+)\]", data))
    _, before, after, rest = (int(number) for number in found[-1][1].split())
    made = contents(data[:before] + data[after : after + rest]).hex().encode()
    room = after - before - 2
    assert len(made) <= room
    return data[: before + 1] + made.ljust(room, b"0") + data[after - 1 :]


def covered(data: bytes) -> bytes:
    """The bytes that the first signature signs."""
    _, before, after, rest = byte_range(data)
    return data[:before] + data[after : after + rest]


def pkcs1(digest: str = "sha256") -> Signing:
    """Signs by PKCS#1 v1.5."""
    kind = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[digest]()
    return lambda key, content: key.sign(content, padding.PKCS1v15(), kind)


def pss(key: rsa.RSAPrivateKey, content: bytes) -> bytes:
    """Signs by RSASSA-PSS."""
    return key.sign(content, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def pss_parameters(digest: str = "sha256", mask: str = "sha256", salt: int = 32) -> bytes:
    """Parameters of RSASSA-PSS in DER."""
    encoded: bytes = algos.RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": mask}},
            "salt_length": salt,
        }
    ).dump()
    return encoded


def algorithm(parameters: bytes, identifier: str = RSA) -> bytes:
    """An AlgorithmIdentifier with whatever parameters."""
    body: bytes = core.ObjectIdentifier(identifier).dump() + parameters
    return b"\x30" + length_of(len(body)) + body


def cms_object(
    content: bytes,
    holder: Holder,
    *,
    identifier: bytes = algorithm(b"\x05\x00"),
    sign: Signing | None = None,
    digest: str = "sha256",
    enclosed: bytes | None = None,
    unsorted: bool = False,
) -> bytes:
    """A detached CMS object over some bytes.

    Args:
        content: the bytes.
        holder: who signs, with an RSA key.
        identifier: what is said about the signature's algorithm, in DER.
        sign: how it is signed in truth.
        digest: the digest algorithm.
        enclosed: content to enclose, which is signed instead.
        unsorted: put the signed attributes in an order that DER forbids, and sign that.

    """
    assert isinstance(holder.key, rsa.RSAPrivateKey)
    signed = content if enclosed is None else enclosed
    parts = [
        cms.CMSAttribute({"type": "content_type", "values": ["data"]}).dump(),
        cms.CMSAttribute({"type": "message_digest", "values": [hashlib.new(digest, signed).digest()]}).dump(),
    ]
    body = b"".join(sorted(parts, reverse=unsorted))
    value = (sign or pkcs1(digest))(holder.key, b"\x31" + length_of(len(body)) + body)
    own = holder.asn1
    sid = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    info = (
        core.Integer(1).dump()
        + sid.dump()
        + cms.DigestAlgorithm({"algorithm": digest}).dump()
        + b"\xa0"
        + length_of(len(body))
        + body
        + identifier
        + core.OctetString(value).dump()
    )
    info = b"\x30" + length_of(len(info)) + info
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data", "content": enclosed}
            if enclosed is not None
            else {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", own)],
            "signer_infos": [cms.SignerInfo.load(info)],
        }
    )
    made: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return made


def bare_value(content: bytes, holder: Holder, digest: str = "sha1") -> bytes:
    """What stands in a signature of the kind ``adbe.x509.rsa_sha1``."""
    assert isinstance(holder.key, rsa.RSAPrivateKey)
    kind = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[digest]()
    value = holder.key.sign(hashlib.new(digest, content).digest(), padding.PKCS1v15(), Prehashed(kind))
    encoded: bytes = core.OctetString(value).dump()
    return encoded

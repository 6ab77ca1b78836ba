"""Attacks on the signature's own structure (CMS, RFC 5652) in the room that no signature covers.

The file's bytes stay as they were signed; only ``/Contents`` is rewritten. After RFC 5652, 5.3 and 11,
RFC 5035, ETSI EN 319 122-1, and what others' validators got wrong (signedAttrs taken for content:
Falko Strenzke, 2023).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from asn1crypto import algos, cms, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from support.attacks_family import Family, NoRoomError
from support.attacks_raw import place
from support.sealing import Authority, Holder, office

CMS = Family("CMS structure", "RFC 5652, RFC 5035, Strenzke 2023", certain=False)
CERTIFICATE = Family("Signer's certificate", "RFC 5035", certain=False)

Edit = Callable[[Any, Any], None]


def refilled(data: bytes, value: bytes) -> bytes:
    """The file with another value in the same room."""
    at = place(data)
    room = at.after - at.before - 2
    digits = value.hex().encode()
    if len(digits) > room:
        raise NoRoomError
    return data[: at.before + 1] + digits.ljust(room, b"0") + data[at.after - 1 :]


def edited(data: bytes, edit: Edit) -> bytes:
    """The file with its CMS object changed by ``edit``, which gets it and its one signer."""
    info = cms.ContentInfo.load(place(data).contents)
    signed = info["content"]
    edit(signed, signed["signer_infos"][0])
    made = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    return refilled(data, made.dump(force=True))


def resigned(data: bytes, holder: Holder, edit: Edit) -> bytes:
    """The same, signed again with a key."""

    def again(signed: Any, signer: Any) -> None:
        edit(signed, signer)
        to_sign = signer["signed_attrs"].untag().dump(force=True)
        signer["signature"] = _signature(holder, to_sign)

    return edited(data, again)


def _signature(holder: Holder, content: bytes) -> bytes:
    if isinstance(holder.key, ec.EllipticCurvePrivateKey):
        return holder.key.sign(content, ec.ECDSA(hashes.SHA256()))
    return holder.key.sign(content, padding.PKCS1v15(), hashes.SHA256())


def attribute(signer: Any, kind: str) -> Any:
    return next(one for one in signer["signed_attrs"] if one["type"].native == kind)


def _without(signer: Any, kind: str) -> None:
    kept = [one for one in signer["signed_attrs"] if one["type"].native != kind]
    signer["signed_attrs"] = cms.CMSAttributes(kept)


def _genuine() -> Holder:
    return office().signer


def _stranger(name: str = "Nguyễn Thị Ký") -> Holder:
    """A key whose certificate bears the names of the genuine one, by an authority of the same name."""
    return Authority.root().issue(name)


def _by(signed: Any, signer: Any, holder: Holder) -> None:
    """Name another signer."""
    certificate = holder.asn1
    chain = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in holder.chain]
    signed["certificates"] = cms.CertificateSet(
        [cms.CertificateChoices("certificate", one) for one in (certificate, *chain)]
    )
    serial = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer["sid"] = cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(serial))


def _for(signer: Any, holder: Holder) -> None:
    """Let the signed attributes name another certificate."""
    _without(signer, "signing_certificate_v2")
    digest = hashlib.sha256(holder.asn1.dump()).digest()
    value = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": digest})]})
    more = cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]})
    signer["signed_attrs"] = cms.CMSAttributes([*signer["signed_attrs"], more])


@CMS
def attributes_become_the_content(data: bytes) -> bytes:
    """The signed attributes are enclosed as content, and no attributes are left."""

    def edit(signed: Any, signer: Any) -> None:
        content = signer["signed_attrs"].untag().dump()
        signed["encap_content_info"] = {"content_type": "data", "content": content}
        signer["signed_attrs"] = None

    return edited(data, edit)


@CMS
def no_attributes(data: bytes) -> bytes:
    """The signed attributes are taken away."""

    def edit(_: Any, signer: Any) -> None:
        signer["signed_attrs"] = None

    return edited(data, edit)


@CMS
def content_enclosed(data: bytes) -> bytes:
    """Content of its own beside what the byte range covers."""
    return edited(
        data,
        lambda signed, _: signed.__setitem__("encap_content_info", {"content_type": "data", "content": b"x"}),
    )


@CMS
def empty_content_enclosed(data: bytes) -> bytes:
    """Empty content is content, too."""
    return edited(
        data,
        lambda signed, _: signed.__setitem__("encap_content_info", {"content_type": "data", "content": b""}),
    )


@CMS
def another_kind_of_content(data: bytes) -> bytes:
    """The content claims to be a timestamp's."""
    return edited(
        data, lambda signed, _: signed["encap_content_info"].__setitem__("content_type", "tst_info")
    )


def _second(*, first: bool) -> Callable[[bytes], bytes]:
    def forge(data: bytes) -> bytes:
        def edit(signed: Any, signer: Any) -> None:
            evil = signer.copy()
            evil["signature"] = b"\0" * 70
            both = [evil, signer.copy()] if first else [signer.copy(), evil]
            signed["signer_infos"] = cms.SignerInfos(both)

        return edited(data, edit)

    return forge


CMS.add("two signers, the genuine one first", _second(first=False))
CMS.add("two signers, the genuine one last", _second(first=True))


@CMS
def no_signer(data: bytes) -> bytes:
    """A SignedData that carries certificates only."""
    return edited(data, lambda signed, _: signed.__setitem__("signer_infos", cms.SignerInfos([])))


@CMS
def no_certificates(data: bytes) -> bytes:
    """Nobody can tell whose key it is."""
    return edited(data, lambda signed, _: signed.__setitem__("certificates", cms.CertificateSet([])))


@CMS
def not_signed_data(data: bytes) -> bytes:
    """The content type says enveloped data."""
    value = bytearray(place(data).contents)
    at = value.index(bytes.fromhex("2A864886F70D010702"))
    value[at + 8] = 3
    return refilled(data, bytes(value).rstrip(b"\0"))


@CMS
def a_byte_changed_in_the_signed_attributes(data: bytes) -> bytes:
    """The message digest is another."""

    def edit(_: Any, signer: Any) -> None:
        attribute(signer, "message_digest")["values"] = cms.SetOfOctetString([b"\0" * 32])

    return edited(data, edit)


def _algorithm(kind: str) -> Callable[[bytes], bytes]:
    def forge(data: bytes) -> bytes:
        return edited(
            data,
            lambda _, signer: signer.__setitem__(
                "signature_algorithm", cms.SignedDigestAlgorithm({"algorithm": kind})
            ),
        )

    return forge


for _kind in (
    "rsassa_pkcs1v15",
    "sha256_rsa",
    "sha1_ecdsa",
    "sha512_ecdsa",
    "sha1_rsa",
    "ed25519",
    "sha256_dsa",
):
    CMS.add(f"signature algorithm {_kind}", _algorithm(_kind))


def _digest(kind: str, *, of_signer: bool, of_list: bool) -> Callable[[bytes], bytes]:
    def forge(data: bytes) -> bytes:
        def edit(signed: Any, signer: Any) -> None:
            made = algos.DigestAlgorithm({"algorithm": kind})
            if of_signer:
                signer["digest_algorithm"] = made
            if of_list:
                signed["digest_algorithms"] = cms.DigestAlgorithms([made])

        return edited(data, edit)

    return forge


for _kind in ("sha1", "md5", "sha512", "sha384"):
    CMS.add(f"digest {_kind} of the signer", _digest(_kind, of_signer=True, of_list=False))
    CMS.add(f"digest {_kind} everywhere", _digest(_kind, of_signer=True, of_list=True))
    CMS.add(f"digest {_kind} in the list", _digest(_kind, of_signer=False, of_list=True))


@CMS
def signature_of_zeros(data: bytes) -> bytes:
    """ECDSA with r and s zero (CVE-2022-21449)."""
    return edited(data, lambda _, signer: signer.__setitem__("signature", bytes.fromhex("3006020100020100")))


@CMS
def signature_empty(data: bytes) -> bytes:
    """No value at all."""
    return edited(data, lambda _, signer: signer.__setitem__("signature", b""))


@CMS
def deeply_nested(data: bytes) -> bytes:
    """A value of nothing but nested sequences."""
    at = place(data)
    return refilled(data, bytes.fromhex("3080") * ((at.after - at.before) // 4 - 2))


@CMS
def endless_length(data: bytes) -> bytes:
    """A length that nothing has."""
    return refilled(data, bytes.fromhex("3084FFFFFFFF06092A864886F70D010702"))


# What follows is signed with the genuine key: a signature that its owner made, but not one that says
# everything that it must.


def _odd(edit: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    return lambda data: resigned(data, _genuine(), lambda _, signer: edit(signer))


CMS.add("no content type", _odd(lambda signer: _without(signer, "content_type")))
CMS.add("no message digest", _odd(lambda signer: _without(signer, "message_digest")))
CMS.add(
    "wrong content type",
    _odd(lambda signer: attribute(signer, "content_type").__setitem__("values", ["signed_data"])),
)
CMS.add(
    "two message digests",
    _odd(
        lambda signer: attribute(signer, "message_digest").__setitem__(
            "values", [attribute(signer, "message_digest")["values"][0].native, b"\0" * 32]
        )
    ),
)
CMS.add(
    "message digest twice",
    _odd(
        lambda signer: signer.__setitem__(
            "signed_attrs",
            cms.CMSAttributes(
                [
                    *signer["signed_attrs"],
                    cms.CMSAttribute({"type": "message_digest", "values": [b"\0" * 32]}),
                ]
            ),
        )
    ),
)
CERTIFICATE.add("no signing certificate", _odd(lambda signer: _without(signer, "signing_certificate_v2")))
CERTIFICATE.add("signing certificate of another", _odd(lambda signer: _for(signer, _stranger())))


@CERTIFICATE
def same_key_another_subject(data: bytes) -> bytes:
    """A certificate of the same authority for the same key, in another's name."""
    other = office().authority.issue("Chủ tịch UBND", key=_genuine().key)
    return edited(data, lambda signed, signer: _by(signed, signer, other))


@CERTIFICATE
def same_key_another_subject_without_attribute(data: bytes) -> bytes:
    """The same, and the signed attributes never said which certificate it was."""
    other = office().authority.issue("Chủ tịch UBND", key=_genuine().key)

    def edit(signed: Any, signer: Any) -> None:
        _without(signer, "signing_certificate_v2")
        _by(signed, signer, other)

    return resigned(data, _genuine(), edit)


@CERTIFICATE
def anothers_signature_under_the_genuine_certificate(data: bytes) -> bytes:
    """A stranger's key signs; the certificate is the genuine one."""
    return resigned(data, _stranger(), lambda *_: None)


@CERTIFICATE
def same_serial_and_issuer_with_another_key(data: bytes) -> bytes:
    """A certificate with the genuine one's issuer and serial number, but a key of the attacker's."""
    stranger = _stranger()

    def edit(signed: Any, signer: Any) -> None:
        forged = stranger.asn1
        forged["tbs_certificate"]["serial_number"] = _genuine().serial
        signed["certificates"] = cms.CertificateSet(
            [cms.CertificateChoices("certificate", x509.Certificate.load(forged.dump(force=True)))]
        )
        _for(signer, stranger)

    return resigned(data, stranger, edit)


@CERTIFICATE
def both_certificates_for_one_serial(data: bytes) -> bytes:
    """The attacker's certificate stands before the genuine one of the same serial number."""
    stranger = _stranger()

    def edit(signed: Any, _: Any) -> None:
        forged = stranger.asn1
        forged["tbs_certificate"]["serial_number"] = _genuine().serial
        evil = cms.CertificateChoices("certificate", x509.Certificate.load(forged.dump(force=True)))
        signed["certificates"] = cms.CertificateSet([evil, *signed["certificates"]])

    return resigned(data, stranger, edit)


@CERTIFICATE
def anchor_of_the_same_name(data: bytes) -> bytes:
    """A stranger's chain whose root bears the anchor's name."""
    stranger = _stranger()

    def edit(signed: Any, signer: Any) -> None:
        _by(signed, signer, stranger)
        _for(signer, stranger)

    return resigned(data, stranger, edit)


@CERTIFICATE
def certificate_that_signed_itself(data: bytes) -> bytes:
    """A certificate in the signer's name that signed itself."""
    own = Authority.root("Nguyễn Thị Ký", organisation="UBND xã Thử Nghiệm").holder

    def edit(signed: Any, signer: Any) -> None:
        _by(signed, signer, own)
        _for(signer, own)

    return resigned(data, own, edit)


@CERTIFICATE
def issued_by_a_certificate_that_may_not(data: bytes) -> bytes:
    """The signer issues a certificate for somebody else (no CA, yet an issuer)."""
    evil = Authority(_genuine(), _genuine().chain).issue("Chủ tịch UBND")

    def edit(signed: Any, signer: Any) -> None:
        _by(signed, signer, evil)
        _for(signer, evil)

    return resigned(data, evil, edit)

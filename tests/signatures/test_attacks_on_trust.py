"""Attacks on what trust rests on: paths, revocation data, timestamps. The files themselves are untouched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Revocation, SignatureReport, Verdict
from digitize.signatures.verify_pdf import verify_pdf_data
from support.attacked import bases
from support.attacks_cms import edited, refilled
from support.attacks_raw import body, place, size, stream, update
from support.attacks_raw import root as root_number
from support.papers import plain
from support.sealing import DAY, NOW, YEAR, Authority, Holder, Office, new_key, office, rsa_key
from support.tampering import approved

Extension = tuple[x509.ExtensionType, bool]


def only(data: bytes, trust: TrustStore, now: dt.datetime = NOW + DAY) -> SignatureReport:
    (signature,) = verify_pdf_data(data, trust, now).signatures
    return signature


def revocations(
    issuer: x509.Name,
    signer: Holder,
    *extensions: Extension,
    since: dt.datetime = NOW - DAY,
    until: dt.datetime = NOW + 30 * DAY,
) -> asn1_crl.CertificateList:
    """An empty list in the name of an issuer, signed by whoever."""
    builder = (
        x509.CertificateRevocationListBuilder().issuer_name(issuer).last_update(since).next_update(until)
    )
    for extension, critical in ((x509.CRLNumber(1), False), *extensions):
        builder = builder.add_extension(extension, critical=critical)
    return asn1_crl.CertificateList.load(builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER))


def root() -> Holder:
    return office().authority.holder


def part(**chosen: Any) -> Extension:
    """An issuing distribution point that covers only a part."""
    nothing: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**nothing, **chosen}), True


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
SOME = frozenset({x509.ReasonFlags.ca_compromise})
ELSEWHERE = [x509.UniformResourceIdentifier("http://elsewhere.invalid/list.crl")]

LISTS: dict[str, Callable[[], asn1_crl.CertificateList]] = {
    "another's key in the issuer's name": lambda: revocations(
        root().certificate.subject, Authority.root().holder
    ),
    "another's name": lambda: revocations(Authority.root("Khác").holder.certificate.subject, root()),
    "signed by the signer": lambda: revocations(root().certificate.subject, office().signer),
    "run out before the signature": lambda: revocations(
        root().certificate.subject, root(), since=NOW - 90 * DAY, until=NOW - 60 * DAY
    ),
    "of the future": lambda: revocations(
        root().certificate.subject, root(), since=NOW + 10 * DAY, until=NOW + 30 * DAY
    ),
    "delta list alone": lambda: revocations(
        root().certificate.subject, root(), (x509.DeltaCRLIndicator(1), True)
    ),
    "unknown critical extension": lambda: revocations(root().certificate.subject, root(), (UNKNOWN, True)),
    "authorities' certificates only": lambda: revocations(
        root().certificate.subject, root(), part(only_contains_ca_certs=True)
    ),
    "attribute certificates only": lambda: revocations(
        root().certificate.subject, root(), part(only_contains_attribute_certs=True)
    ),
    "some reasons only": lambda: revocations(
        root().certificate.subject, root(), part(only_some_reasons=SOME)
    ),
    "another distribution point": lambda: revocations(
        root().certificate.subject, root(), part(full_name=ELSEWHERE)
    ),
    "none": lambda: revocations(Authority.root("Không").holder.certificate.subject, root()),
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("base", ["B-B", "approval"])
def test_a_list_that_does_not_speak_for_the_certificate_proves_nothing(kind: str, base: str) -> None:
    trust = TrustStore((office().authority.certificate,), (LISTS[kind](),))
    signature = only(bases()[base], trust)
    assert signature.revocation is not Revocation.GOOD
    assert signature.verdict is not Verdict.VALID


@pytest.mark.parametrize("kind", LISTS)
def test_such_a_list_does_not_hide_a_revocation(kind: str) -> None:
    revoked = office().authority.revocations(office().signer)
    trust = TrustStore((office().authority.certificate,), (LISTS[kind](), revoked))
    assert only(bases()["B-B"], trust).verdict is not Verdict.VALID


def test_an_old_good_list_in_the_file_does_not_hide_a_later_revocation() -> None:
    """The file brings its own good list along; the auditor knows a newer one."""
    revoked = office().authority.revocations(office().signer, since=NOW, number=2)
    trust = TrustStore((office().authority.certificate,), (revoked,))
    report = verify_pdf_data(bases()["B-LT"], trust, NOW + DAY)
    assert report.verdict is Verdict.REVOKED


@cache
def answered() -> Holder:
    """A signer whose certificate says where answers are given."""
    key, above = new_key(), root()
    place_of_answers = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://answers.invalid")
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Có trả lời")]))
        .issuer_name(above.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.AuthorityInformationAccess([place_of_answers]), critical=False)
        .sign(above.key, hashes.SHA256())
    )
    return Holder(key, certificate, (above.certificate,))


def answer(about: Holder, by: Holder, since: dt.datetime = NOW - DAY) -> bytes:
    """The answer that a certificate is good."""
    made = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=root().certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=since,
            next_update=since + 10 * DAY,
            revocation_time=None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, by.certificate)
        .certificates([by.certificate])
        .sign(by.key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.DER)


ANSWERS: dict[str, Callable[[], bytes]] = {
    "other serial": lambda: answer(office().authority.issue("Người khác"), root()),
    "not a responder": lambda: answer(answered(), office().authority.issue("Kẻ lạ")),
    "the signer itself": lambda: answer(answered(), answered()),
    "another's key": lambda: answer(answered(), Authority.root().holder),
    "run out": lambda: answer(answered(), root(), NOW - 90 * DAY),
    "damaged": lambda: answer(answered(), root())[:-9] + b"\0" * 9,
    "nothing": lambda: b"\x30\x03\x0a\x01\x06",
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_that_does_not_speak_for_the_certificate_proves_nothing(kind: str) -> None:
    data = approved(with_answer(ANSWERS[kind]()), answered())
    assert only(data, TrustStore((office().authority.certificate,))).verdict is not Verdict.VALID


def test_the_right_answer_proves_it() -> None:
    """The same with a right answer is VALID: the tests above fail for the right reason."""
    data = approved(with_answer(answer(answered(), root())), answered())
    assert only(data, TrustStore((office().authority.certificate,))).verdict is Verdict.VALID


def with_answer(answer: bytes) -> bytes:
    """A paper with a document security store that holds an OCSP answer."""

    data, new = plain(), size(plain()) + 1
    old = body(data, root_number(data))
    catalogue = old[: old.rindex(b">>")] + b"/DSS << /OCSPs [%d 0 R] >> >>" % new
    return data + update(data, {root_number(data): catalogue, new: stream(answer)})


def certified_authority(*extensions: Extension, ca: bool = True, length: int | None = None) -> Authority:
    """An authority under the office's root with chosen extensions."""
    key, above = new_key(), root()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Trung gian lạ")]))
        .issuer_name(above.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    made = Holder(key, builder.sign(above.key, hashes.SHA256()), (above.certificate,))
    return Authority(made, (above.certificate,))


def _usage(*, certificates: bool) -> Extension:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    granted = {"crl_sign"} | ({"key_cert_sign"} if certificates else {"digital_signature"})
    return x509.KeyUsage(**{name: name in granted for name in names}), True


def _only_names(name: str) -> Extension:
    permitted = x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, name)]))
    return x509.NameConstraints(permitted_subtrees=[permitted], excluded_subtrees=None), True


def verdict_under(authority: Authority, *more: Authority) -> Verdict:
    """The verdict on a signature by somebody whom an authority certified."""
    signer = authority.issue()
    lists = [one.revocations() for one in (office().authority, authority, *more)]
    trust = TrustStore((office().authority.certificate,), tuple(lists))
    return verify_pdf_data(approved(plain(), signer), trust, NOW + DAY).verdict


def test_a_path_that_is_as_it_should_be_is_valid() -> None:
    assert verdict_under(certified_authority(_usage(certificates=True))) is Verdict.VALID


@pytest.mark.parametrize(
    "authority",
    [
        lambda: certified_authority(ca=False),
        lambda: certified_authority(_usage(certificates=False)),
        lambda: certified_authority(_usage(certificates=True), _only_names("LA")),
        lambda: certified_authority(_usage(certificates=True), (UNKNOWN, True)),
    ],
    ids=["no authority", "may not issue", "for other names", "unknown critical extension"],
)
def test_a_path_that_breaks_its_own_rules_is_never_valid(authority: Callable[[], Authority]) -> None:
    assert verdict_under(authority()) is not Verdict.VALID


def test_a_path_that_is_longer_than_allowed_is_never_valid() -> None:
    first = certified_authority(_usage(certificates=True), length=0)
    second = first.under("Quá dài")
    assert verdict_under(second, first) is not Verdict.VALID


def test_a_key_for_other_uses_does_not_sign() -> None:
    signer = office().authority.issue(usage=("key_encipherment",))
    assert only(approved(plain(), signer), office().trust).verdict is not Verdict.VALID


@pytest.mark.parametrize(
    "stamper",
    [
        lambda: office().authority.issue("Không phải TSA", key=rsa_key(), usage=("digital_signature",)),
        lambda: office().authority.issue(
            "TSA sai",
            key=rsa_key(),
            usage=("digital_signature",),
            extended=(ExtendedKeyUsageOID.CODE_SIGNING,),
        ),
        lambda: Office.new().stamper,
        lambda: office().authority.issue(
            "TSA hết hạn",
            key=rsa_key(),
            usage=("digital_signature",),
            extended=(ExtendedKeyUsageOID.TIME_STAMPING,),
            begin=NOW - 2 * YEAR,
            end=NOW - YEAR,
        ),
    ],
    ids=["no timestamp authority", "other purpose", "stranger of the same name", "run out"],
)
def test_a_timestamp_by_somebody_who_may_not_give_it_proves_no_time(
    stamper: Callable[[], Holder],
) -> None:
    data = approved(plain(), office().signer, stamper=stamper())
    signature = only(data, office().trust)
    assert signature.timestamp is None
    # The signer's certificate has run out: without the time nobody knows whether it still held.
    late = only(data, office().trust, NOW + 2 * YEAR)
    assert late.verdict is not Verdict.VALID


def test_the_timestamp_of_another_signature_proves_no_time() -> None:
    """A token that is genuine, but for other bytes, is put beside the signature."""
    stamped = bases()["B-LT"]
    token: list[Any] = []
    edited(stamped, lambda _, signer: token.append(signer["unsigned_attrs"]))
    other = bases(shadowed=True)["B-LT"]
    forged = edited(other, lambda _, signer: signer.__setitem__("unsigned_attrs", token[0]))
    signature = only(forged, office().trust)
    assert signature.timestamp is None
    assert signature.verdict is not Verdict.VALID


def test_a_value_that_is_put_back_unchanged_is_valid() -> None:
    """The tools of these tests break nothing by themselves."""
    for data in bases().values():
        same = edited(data, lambda *_: None)
        assert verify_pdf_data(same, office().trust, NOW + DAY).verdict is Verdict.VALID
        assert refilled(data, place(data).contents.rstrip(b"\0"))

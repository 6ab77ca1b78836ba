"""Throw-away authorities, keys and seals, all at times that tests choose."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypedDict, Unpack

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from digitize.signatures.credentials import Credentials, ParsedKeySigner, credentials_of
from digitize.signatures.evidence import Evidence
from digitize.signatures.sign import Level, Seal, sign_pdf
from digitize.signatures.trust import TrustStore

PASSPHRASE = b"only for tests"

NOW = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
"""The present of the tests of signatures."""

DAY = dt.timedelta(days=1)
YEAR = dt.timedelta(days=365)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_serials = itertools.count(1000)


class CertificateWishes(TypedDict, total=False):
    """What a test may want of a certificate; the rest is as it should be."""

    begin: dt.datetime
    end: dt.datetime
    usage: tuple[str, ...] | None
    extended: tuple[x509.ObjectIdentifier, ...]
    key: Key
    authority: bool
    organisation: str


@dataclass(frozen=True)
class Holder:
    """A key with its certificate, and the certificates between it and the root."""

    key: Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def serial(self) -> int:
        return self.certificate.serial_number

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    @property
    def chain_store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(
            [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in self.chain]
        )
        return store

    @property
    def credentials(self) -> Credentials:
        """What ``load_pkcs12`` would give, without the cost of opening a file."""
        return credentials_of(ParsedKeySigner(self.key, self.asn1, self.chain_store))

    def pkcs12(self, path: Path, passphrase: bytes = PASSPHRASE) -> Path:
        """A PKCS#12 file as people are given it."""
        encryption = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(100).build(passphrase)
        data = pkcs12.serialize_key_and_certificates(
            b"test", self.key, self.certificate, list(self.chain), encryption
        )
        path.write_bytes(data)
        return path


@dataclass(frozen=True)
class Authority:
    """A certification authority: a root, or what one has certified."""

    holder: Holder
    issuers: tuple[x509.Certificate, ...] = field(default=())

    @classmethod
    def root(cls, name: str = "Gốc thử nghiệm", **wishes: Unpack[CertificateWishes]) -> Authority:
        key = wishes.get("key") or new_key()
        subject = _name(name, wishes.get("organisation", name))
        begin, end = wishes.get("begin", NOW - 2 * YEAR), wishes.get("end", NOW + 8 * YEAR)
        certificate = (
            _builder(subject, subject, key, begin, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(Holder(key, certificate))

    @property
    def certificate(self) -> asn1_x509.Certificate:
        return self.holder.asn1

    def issue(self, name: str = "Nguyễn Thị Ký", **wishes: Unpack[CertificateWishes]) -> Holder:
        """Make a key with a certificate of this authority, fit for signing unless a test wants otherwise."""
        key = wishes.get("key") or new_key()
        own = self.holder.certificate
        is_authority = wishes.get("authority", False)
        usual = ("key_cert_sign", "crl_sign") if is_authority else ("digital_signature", "content_commitment")
        usage = wishes.get("usage", usual)
        builder = _builder(
            _name(name, wishes.get("organisation", "UBND xã Thử Nghiệm")),
            own.subject,
            key,
            wishes.get("begin", NOW - YEAR),
            wishes.get("end", NOW + YEAR),
        ).add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.holder.key.public_key()), critical=False
        )
        if usage is not None:
            builder = builder.add_extension(_usage(*usage), critical=True)
        if "extended" in wishes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(wishes["extended"]), critical=True)
        certificate = builder.sign(self.holder.key, hashes.SHA256())
        chain = (own, *self.holder.chain) if self.holder.chain or self.issuers else (own,)
        return Holder(key, certificate, chain)

    def under(self, name: str = "Trung gian thử nghiệm", **wishes: Unpack[CertificateWishes]) -> Authority:
        """An authority that this one has certified."""
        all_wishes: CertificateWishes = {**wishes, "authority": True}
        return Authority(self.issue(name, **all_wishes), (self.holder.certificate,))

    def timestamp_holder(self) -> Holder:
        """A key that may stamp times; pyHanko's local authority knows RSA alone."""
        standard: CertificateWishes = {
            "key": rsa_key(),
            "usage": ("digital_signature",),
            "extended": (ExtendedKeyUsageOID.TIME_STAMPING,),
        }
        return self.issue("Dấu thời gian thử nghiệm", **standard)

    def revocations(
        self,
        *revoked: Holder,
        at: dt.datetime = NOW - 30 * DAY,
        since: dt.datetime = NOW - DAY,
        until: dt.datetime = NOW + 30 * DAY,
        number: int = 1,
    ) -> asn1_crl.CertificateList:
        """A list of revoked certificates."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.holder.certificate.subject)
            .last_update(since)
            .next_update(until)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.holder.key.public_key()),
                critical=False,
            )
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(at).build()
            builder = builder.add_revoked_certificate(entry)
        made = builder.sign(self.holder.key, hashes.SHA256())
        return asn1_crl.CertificateList.load(made.public_bytes(Encoding.DER))

    def trust(self, *revocations: asn1_crl.CertificateList) -> TrustStore:
        """A store with this authority as its anchor."""
        return TrustStore((self.certificate,), revocations)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key on P-256: made at once, unlike RSA."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def timestamper(holder: Holder, moment: dt.datetime) -> DummyTimeStamper:
    """A timestamp authority whose clock stands still."""
    der = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        tsa_cert=holder.asn1,
        tsa_key=PrivateKeyInfo.load(der),
        certs_to_embed=holder.chain_store,
        fixed_dt=moment,
    )


@dataclass(frozen=True)
class Office:
    """All that signing and verifying need, made to fit together."""

    authority: Authority
    signer: Holder
    stamper: Holder
    crl: asn1_crl.CertificateList

    @classmethod
    def new(cls, name: str = "Gốc thử nghiệm") -> Office:
        authority = Authority.root(name)
        return cls(authority, authority.issue(), authority.timestamp_holder(), authority.revocations())

    @property
    def trust(self) -> TrustStore:
        return self.authority.trust(self.crl)

    def seal(self, level: Level = Level.B_B, moment: dt.datetime = NOW, signer: Holder | None = None) -> Seal:
        """A seal of this office."""
        with_time = level is not Level.B_B
        return Seal(
            credentials=(signer or self.signer).credentials,
            level=level,
            timestamper=timestamper(self.stamper, moment) if with_time else None,
            evidence=Evidence((self.authority.certificate,), (self.crl,)),
        )

    def careless_seal(self, level: Level, moment: dt.datetime = NOW, signer: Holder | None = None) -> Seal:
        """A seal that checks nothing before it signs, as others' programs do."""
        return replace(self.seal(level, moment, signer), evidence=Evidence())

    def signed(self, source: Path, level: Level = Level.B_B, signer: Holder | None = None) -> bytes:
        """The bytes of a PDF signed by this office."""
        target = source.with_name(f"{source.stem}-signed.pdf")
        sign_pdf(source, target, self.seal(level, signer=signer), NOW)
        return target.read_bytes()


@cache
def office() -> Office:
    """An office for all tests that change nothing about it."""
    return Office.new()


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, begin: dt.datetime, end: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(next(_serials))
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*granted: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{one: one in granted for one in every})

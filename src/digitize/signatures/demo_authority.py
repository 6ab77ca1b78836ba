"""A throw-away certification authority, so that a demo can sign, stamp and verify offline.

What it signs proves nothing to anybody else, and its names say so.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from digitize.files import make_folder, write_whole

_TRIAL = "DÙNG THỬ"
_NOTICE = "Không có giá trị pháp lý"
_SECRET_MODE = 0o600
_BACKDATED = dt.timedelta(hours=1)
"""Certificates begin a little in the past: clocks of two machines never agree."""


@dataclass(frozen=True, slots=True)
class DemoAuthority:
    """Where the files of a demo authority lie.

    ``anchor`` is the authority's certificate; ``revocations`` its CRL; ``signing_key`` and
    ``timestamp_key`` are PKCS#12 files that open with what stands in ``passphrase``.
    """

    anchor: Path
    revocations: Path
    signing_key: Path
    timestamp_key: Path
    passphrase: Path


def make_demo_authority(
    folder: Path,
    organisation: str,
    moment: dt.datetime,
    *,
    valid_for: dt.timedelta = dt.timedelta(days=365),
    revoke_signer: bool = False,
) -> DemoAuthority:
    """Make an authority with its CRL, a signing key and a timestamp key in ``folder``.

    Args:
        folder: made if missing; private keys in it are readable by the owner alone.
        organisation: whom the signing certificate names.
        moment: when the certificates begin.
        valid_for: how long they and the CRL are valid.
        revoke_signer: put the signing certificate on the CRL, for tests.

    """
    make_folder(folder, mode=0o700)
    begin, end = moment - _BACKDATED, moment + valid_for
    root_key = _new_key()
    root_name = _name(f"{_TRIAL} CA", "digitize")
    root = (
        _builder(root_name, root_name, root_key, begin, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    signer_key, signer = _issue(
        root,
        root_key,
        _name(f"{_TRIAL} {organisation}", organisation),
        (begin, end),
        _usage(digital_signature=True, content_commitment=True),
        None,
    )
    stamp_key, stamper = _issue(
        root,
        root_key,
        _name(f"{_TRIAL} dấu thời gian", "digitize"),
        (begin, end),
        _usage(digital_signature=True),
        ExtendedKeyUsageOID.TIME_STAMPING,
    )
    revoked = [signer.serial_number] if revoke_signer else []
    crl = _revocations(root, root_key, begin, end, revoked)

    passphrase = secrets.token_urlsafe(24)
    files = DemoAuthority(
        anchor=folder / "ca.pem",
        revocations=folder / "ca.crl",
        signing_key=folder / "signer.p12",
        timestamp_key=folder / "timestamp.p12",
        passphrase=folder / "passphrase.txt",
    )
    write_whole(files.anchor, root.public_bytes(Encoding.PEM))
    write_whole(files.revocations, crl.public_bytes(Encoding.DER))
    write_whole(files.passphrase, passphrase, mode=_SECRET_MODE)
    encryption = BestAvailableEncryption(passphrase.encode())
    for path, key, certificate in (
        (files.signing_key, signer_key, signer),
        (files.timestamp_key, stamp_key, stamper),
    ):
        data = pkcs12.serialize_key_and_certificates(b"demo", key, certificate, [root], encryption)
        write_whole(path, data, mode=_SECRET_MODE)
    return files


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _fitting(organisation)),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _NOTICE),
            x509.NameAttribute(NameOID.COMMON_NAME, _fitting(common)),
        ]
    )


def _fitting(text: str) -> str:
    """As much of a text as a name may hold: 64 bytes (RFC 5280, upper bounds)."""
    return text.encode()[:64].decode(errors="ignore")


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    begin: dt.datetime,
    end: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _issue(
    root: x509.Certificate,
    root_key: rsa.RSAPrivateKey,
    subject: x509.Name,
    validity: tuple[dt.datetime, dt.datetime],
    usage: x509.KeyUsage,
    extended: x509.ObjectIdentifier | None,
) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = _new_key()
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = (
        _builder(subject, root.subject, key, *validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(authority, critical=False)
    )
    if extended is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([extended]), critical=True)
    return key, builder.sign(root_key, hashes.SHA256())


def _usage(**granted: bool) -> x509.KeyUsage:
    every = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(every | granted))


def _revocations(
    root: x509.Certificate,
    root_key: rsa.RSAPrivateKey,
    begin: dt.datetime,
    end: dt.datetime,
    revoked: list[int],
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(begin)
        .next_update(end)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
    )
    for serial in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(begin).build()
        )
    return builder.sign(root_key, hashes.SHA256())

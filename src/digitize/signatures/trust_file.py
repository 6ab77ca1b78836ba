"""Certificates and revocation lists in whatever file an authority publishes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from asn1crypto import cms, crl, x509
from asn1crypto.pem import detect, unarmor

from digitize.errors import UsageProblem

Trusted: TypeAlias = x509.Certificate | crl.CertificateList


def read_trust_file(path: Path) -> tuple[Trusted, ...]:
    """Everything in a file: PEM with any number of parts, DER, or PKCS#7.

    Raises:
        UsageProblem: it cannot be read, holds something else, or a private key.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageProblem("trust_unreadable", path=str(path), detail=error.strerror or "") from error
    if b"PRIVATE KEY-----" in data:
        raise UsageProblem("trust_private_key", path=str(path))
    try:
        parts = [der for _, _, der in unarmor(data, multiple=True)] if detect(data) else [data]
        found = tuple(one for part in parts for one in _in_der(part))
    except Exception as error:
        # Whatever a parser of ASN.1 trips over.
        raise UsageProblem("trust_not_certificate", path=str(path)) from error
    if not found:
        raise UsageProblem("trust_not_certificate", path=str(path))
    return found


def parsed_certificate(der: bytes) -> x509.Certificate:
    """A certificate, read to its end so that nothing goes wrong later."""
    certificate = x509.Certificate.load(der, strict=True)
    certificate.native  # noqa: B018
    return certificate


def parsed_revocations(der: bytes) -> crl.CertificateList:
    """A revocation list; its entries, of which there may be millions, are not looked at yet."""
    listed = crl.CertificateList.load(der, strict=True)
    inner = listed["tbs_cert_list"]
    for name in ("issuer", "this_update", "next_update"):
        inner[name].native  # noqa: B018
    listed["signature"].native  # noqa: B018
    return listed


def _in_der(der: bytes) -> Iterator[Trusted]:
    try:
        yield parsed_certificate(der)
    except (ValueError, TypeError, KeyError):
        pass
    else:
        return
    try:
        yield parsed_revocations(der)
    except (ValueError, TypeError, KeyError):
        pass
    else:
        return
    info = cms.ContentInfo.load(der, strict=True)
    signed = info["content"]
    for choice in signed["certificates"] or ():
        yield parsed_certificate(choice.chosen.dump())
    for choice in signed["crls"] or ():
        yield parsed_revocations(choice.chosen.dump())

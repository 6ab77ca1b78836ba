"""Signing keys, wherever they lie; and PKCS#12 files, whose key is parsed once.

pyHanko parses the private key anew for every signature, twice; holding the parsed key makes a
signature three times as cheap.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from asn1crypto import cms, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash, process_pss_params

from digitize.errors import EnvironmentProblem, SigningProblem
from digitize.signatures.names import holder_name

_KEY_USAGES = {"digital_signature", "non_repudiation"}


class Scheme(StrEnum):
    """How an RSA key signs.

    TT 15/2025/TT-BKHCN, Annex I, names RSASSA-PSS; old tokens know PKCS#1 v1.5 alone.
    """

    PSS = "pss"
    PKCS1V15 = "pkcs1v15"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key that signs, and what its certificate says.

    Attributes:
        signer: signs for pyHanko.
        subject: the subject of the certificate, in full.
        holder: what the holder is called.
        not_before, not_after: validity of the certificate.

    """

    signer: Signer
    subject: str
    holder: str
    not_before: dt.datetime
    not_after: dt.datetime

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the key."""
        own: x509.Certificate = self.signer.signing_cert
        return own

    @property
    def room(self) -> int:
        """Bytes that a signature's value and its certificates take in a CMS object, at most."""
        certificates = [self.certificate, *self.signer.cert_registry]
        public = self.certificate.public_key
        bits: int = public.bit_size
        # An ECDSA value is two numbers of the field's size in DER.
        value = bits // 8 if public.algorithm == "rsa" else 2 * (bits // 8) + 16
        return value + sum(len(certificate.dump()) for certificate in certificates)

    @property
    def is_conformant(self) -> bool:
        """Whether it signs by a scheme of TT 15/2025/TT-BKHCN, Annex I: RSASSA-PSS or ECDSA."""
        return self.certificate.public_key.algorithm != "rsa" or bool(self.signer.prefer_pss)

    def require_usable(self, moment: dt.datetime) -> None:
        """Refuse a certificate that may not sign now.

        Raises:
            SigningProblem: not yet or no longer valid, or not made for signing.

        """
        if moment < self.not_before:
            raise SigningProblem("certificate_not_yet_valid", holder=self.holder, since=str(self.not_before))
        if moment > self.not_after:
            raise SigningProblem("certificate_expired", holder=self.holder, until=str(self.not_after))
        if not is_for_signing(self.certificate):
            raise SigningProblem("certificate_not_for_signing", holder=self.holder)


def is_for_signing(certificate: x509.Certificate) -> bool:
    """Whether a certificate's key usage, if it states any, includes signing."""
    usage = certificate.key_usage_value
    return usage is None or bool(_KEY_USAGES & usage.native)


def credentials_of(signer: Signer) -> Credentials:
    """A signer with what its certificate says."""
    own: x509.Certificate = signer.signing_cert
    return Credentials(
        signer=signer,
        subject=own.subject.human_friendly,
        holder=holder_name(own),
        not_before=own.not_valid_before,
        not_after=own.not_valid_after,
    )


class ParsedKeySigner(SimpleSigner):
    """A signer that holds its private key parsed."""

    def __init__(
        self,
        private_key: RSAPrivateKey | EllipticCurvePrivateKey,
        certificate: x509.Certificate,
        chain: SimpleCertificateStore,
        scheme: Scheme = Scheme.PSS,
    ) -> None:
        super().__init__(
            signing_cert=certificate,
            signing_key=None,  # the base class would serialize and parse it again
            cert_registry=chain,
            prefer_pss=scheme is Scheme.PSS,
            embed_roots=False,
        )
        self._private_key = private_key
        self._mechanisms: dict[str, cms.SignedDigestAlgorithm] = {}

    def get_signature_mechanism_for_digest(self, digest_algorithm: str | None) -> cms.SignedDigestAlgorithm:
        """The mechanism for a digest: encoded once, because encoding it anew costs more than signing."""
        name = digest_algorithm or ""
        if name not in self._mechanisms:
            made = super().get_signature_mechanism_for_digest(digest_algorithm)
            self._mechanisms[name] = cms.SignedDigestAlgorithm.load(made.dump())
        return self._mechanisms[name]

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - the base class has it so
        """Sign with the parsed key; a dry run gives zeros of the right length."""
        if dry_run:
            return bytes(512)
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if mechanism.signature_algo == "rsassa_pss":
            scheme, hashed = process_pss_params(mechanism["parameters"])
            assert isinstance(self._private_key, RSAPrivateKey)
            return self._private_key.sign(data, scheme, hashed)
        return self.sign_plain(data, digest_algorithm)

    def sign_plain(self, data: bytes, digest_algorithm: str) -> bytes:
        """Sign by ECDSA, or by PKCS#1 v1.5 where the key is RSA."""
        hashed = get_pyca_cryptography_hash(digest_algorithm)
        if isinstance(self._private_key, EllipticCurvePrivateKey):
            return self._private_key.sign(data, ECDSA(hashed))
        return self._private_key.sign(data, padding.PKCS1v15(), hashed)

    def private_key_der(self) -> bytes:
        """The private key in PKCS#8, unencrypted, for a signer in this process."""
        return self._private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_pkcs12(path: Path, passphrase: bytes, scheme: Scheme = Scheme.PSS) -> Credentials:
    """Load a key and its certificates from a PKCS#12 file.

    Args:
        path: the file.
        passphrase: opens it.
        scheme: how an RSA key signs.

    Raises:
        EnvironmentProblem: no such file, a wrong passphrase, or a kind of key that cannot sign.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EnvironmentProblem("key_unreadable", path=str(path)) from error
    try:
        private_key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError as error:
        raise EnvironmentProblem("key_passphrase_wrong", path=str(path)) from error
    if certificate is None or not isinstance(private_key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise EnvironmentProblem("key_unusable", path=str(path))
    own = x509.Certificate.load(_der(certificate))
    chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    chain.register_multiple([x509.Certificate.load(_der(other)) for other in others])
    return credentials_of(ParsedKeySigner(private_key, own, chain, scheme))


def load_certificates(path: Path) -> list[x509.Certificate]:
    """All certificates of a PEM or DER file.

    Raises:
        EnvironmentProblem: the file cannot be read as certificates.

    """
    try:
        certificates = list(load_certs_from_pemder_data(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise EnvironmentProblem("certificate_unreadable", path=str(path)) from error
    if not certificates:
        raise EnvironmentProblem("certificate_unreadable", path=str(path))
    return certificates


def _der(certificate: pyca.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)

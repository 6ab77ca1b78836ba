"""Signing keys: from a PKCS#12 file into a signer that parses the key once.

pyHanko parses the private key anew for every signature, twice; holding the parsed key makes a
signature three times as cheap.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509
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
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash, process_pss_params

from digitize.errors import EnvironmentProblem
from digitize.signatures.names import holder_name

_KEY_USAGES = {"digital_signature", "non_repudiation"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key that signs, and what its certificate says.

    Attributes:
        signer: signs for pyHanko.
        subject: the subject of the certificate, in full.
        holder: what the holder is called.
        not_before, not_after: validity of the certificate.

    """

    signer: SimpleSigner
    subject: str
    holder: str
    not_before: dt.datetime
    not_after: dt.datetime

    def require_usable(self, moment: dt.datetime) -> None:
        """Refuse a certificate that may not sign now.

        Raises:
            EnvironmentProblem: not yet or no longer valid, or not made for signing.

        """
        if moment < self.not_before:
            raise EnvironmentProblem(
                "certificate_not_yet_valid", holder=self.holder, since=str(self.not_before)
            )
        if moment > self.not_after:
            raise EnvironmentProblem("certificate_expired", holder=self.holder, until=str(self.not_after))
        own: x509.Certificate = self.signer.signing_cert
        usage = own.key_usage_value
        if usage is not None and not _KEY_USAGES & usage.native:
            raise EnvironmentProblem("certificate_not_for_signing", holder=self.holder)


class ParsedKeySigner(SimpleSigner):
    """A signer that holds its private key parsed."""

    def __init__(
        self,
        private_key: RSAPrivateKey | EllipticCurvePrivateKey,
        certificate: x509.Certificate,
        chain: SimpleCertificateStore,
    ) -> None:
        super().__init__(
            signing_cert=certificate,
            signing_key=None,  # the base class would serialize and parse it again
            cert_registry=chain,
            # TT 15/2025/TT-BKHCN, Annex I: RSASSA-PSS for signing.
            prefer_pss=True,
            embed_roots=False,
        )
        self._private_key = private_key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - the base class has it so
        """Sign with the parsed key; a dry run gives zeros of the right length."""
        if dry_run:
            return bytes(self.signature_size)
        hashed = get_pyca_cryptography_hash(digest_algorithm)
        if isinstance(self._private_key, EllipticCurvePrivateKey):
            return self._private_key.sign(data, ECDSA(hashed))
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if mechanism.signature_algo == "rsassa_pss":
            scheme, hashed = process_pss_params(mechanism["parameters"])
            return self._private_key.sign(data, scheme, hashed)
        return self._private_key.sign(data, padding.PKCS1v15(), hashed)

    def private_key_der(self) -> bytes:
        """The private key in PKCS#8, unencrypted, for a signer in this process."""
        return self._private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def signature_size(self) -> int:
        """Bytes of a signature value, at most."""
        bits = self._private_key.key_size
        # An ECDSA value is two numbers of the field's size in DER.
        return bits // 8 if isinstance(self._private_key, RSAPrivateKey) else 2 * (bits // 8) + 16

    @property
    def chain_size(self) -> int:
        """Bytes of the certificates that go into a signature."""
        certificates = [self.signing_cert, *self.cert_registry]
        return sum(len(certificate.dump()) for certificate in certificates)


def load_pkcs12(path: Path, passphrase: bytes) -> Credentials:
    """Load a key and its certificates from a PKCS#12 file.

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
    return Credentials(
        signer=ParsedKeySigner(private_key, own, chain),
        subject=own.subject.human_friendly,
        holder=holder_name(own),
        not_before=own.not_valid_before,
        not_after=own.not_valid_after,
    )


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

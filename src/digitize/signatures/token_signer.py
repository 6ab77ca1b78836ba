"""A signer whose key lies on a token: which mechanisms it takes, and what its failures mean."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any

import pkcs11
from asn1crypto import core, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import Hash
from pkcs11 import Mechanism
from pkcs11.exceptions import PKCS11Error
from pyhanko.sign.pkcs11 import DIGEST_MECH_MAP, MGF_MECH_MAP, select_pkcs11_signing_params
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from digitize.errors import SigningProblem
from digitize.signatures.credentials import Scheme

_DIGEST = "sha256"


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """What a token or its module did wrong, in words that people can act on."""
    try:
        yield
    except PKCS11Error as error:
        raise SigningProblem("token_gone", detail=type(error).__name__) from error


class TokenSigner(Signer):
    """A signer whose key never leaves its token."""

    def __init__(
        self,
        session: pkcs11.Session,
        key: Any,
        certificate: x509.Certificate,
        chain: SimpleCertificateStore,
        scheme: Scheme,
    ) -> None:
        super().__init__(
            signing_cert=certificate,
            cert_registry=chain,
            prefer_pss=scheme is Scheme.PSS,
            embed_roots=False,
        )
        # A session that is collected would close, and its key with it.
        self._session = session
        self.certificate = certificate
        self._key = key
        self._mechanisms = session.token.slot.get_mechanisms()

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - the base class has it so
        """Sign on the token; a dry run gives zeros of the right length."""
        if dry_run:
            return bytes(512)
        with explained():
            return self.sign(data, digest_algorithm)

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """The signature value over some data."""
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if mechanism.signature_algo == "rsassa_pss" and Mechanism.SHA256_RSA_PKCS_PSS not in self._mechanisms:
            return self._sign_hashed_pss(data, digest_algorithm, mechanism["parameters"])
        spec = select_pkcs11_signing_params(
            mechanism,
            digest_algorithm,
            # Every token with elliptic curves signs digests; few of them digest by themselves.
            use_raw_mechanism=self._is_raw(mechanism.signature_algo),
            sign_kwargs={},
        )
        prepared = spec.pre_sign_transform(data) if spec.pre_sign_transform else data
        value = self._key.sign(prepared, **spec.sign_kwargs)
        return bytes(spec.post_sign_transform(value) if spec.post_sign_transform else value)

    def probe(self) -> None:
        """Sign something that means nothing, and make sure that it fits the certificate.

        Better before the first dossier than in an auditor's report.

        Raises:
            SigningProblem: the token cannot sign by the scheme, or its key is not the certificate's.

        """
        data = secrets.token_bytes(64)
        try:
            value = self.sign(data, _DIGEST)
        except (PKCS11Error, NotImplementedError) as error:
            raise SigningProblem("scheme_not_on_token", detail=type(error).__name__) from error
        try:
            DefaultSignatureValidator().validate_signature(
                signature=value,
                signed_data=data,
                public_key_info=self.certificate.public_key,
                signature_algorithm=self.get_signature_mechanism_for_digest(_DIGEST),
            )
        except InvalidSignature as error:
            holder = self.certificate.subject.human_friendly
            raise SigningProblem("key_not_on_token", holder=holder) from error

    def _is_raw(self, algorithm: str) -> bool:
        if algorithm == "ecdsa":
            return True
        return algorithm == "rsassa_pkcs1v15" and Mechanism.SHA256_RSA_PKCS not in self._mechanisms

    def _sign_hashed_pss(self, data: bytes, digest_algorithm: str, parameters: core.Sequence) -> bytes:
        """For tokens that pad by PSS but leave the digest to their host."""
        digest = Hash(get_pyca_cryptography_hash(digest_algorithm))
        digest.update(data)
        mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
        values = (DIGEST_MECH_MAP[digest_algorithm], MGF_MECH_MAP[mask], parameters["salt_length"].native)
        signed = self._key.sign(digest.finalize(), mechanism=Mechanism.RSA_PKCS_PSS, mechanism_param=values)
        return bytes(signed)

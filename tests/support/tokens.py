"""Tokens in software (SoftHSM2), as real as a test can have them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pkcs11 import Attribute, ObjectClass
from pkcs11.util.ec import decode_ec_private_key, decode_ec_public_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

from digitize.signatures.tokens import PinRequest, TokenPlace
from support.sealing import Holder

PIN = "4711-0815"
_OFFICIAL = "88888888"

_SIGNS: dict[Attribute, Any] = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.SIGN: True,
}

MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
]
MODULE = next((path for path in MODULES if path.exists()), MODULES[0])

needs_softhsm = pytest.mark.skipif(not MODULE.exists(), reason="SoftHSM2 is not installed")


@dataclass(frozen=True)
class TokenCase:
    """A folder with tokens, and the settings file that makes SoftHSM2 see it."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> TokenCase:
        tokens = folder / "tokens"
        tokens.mkdir(parents=True)
        (folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        return cls(folder)

    @property
    def settings(self) -> str:
        """What the environment variable ``SOFTHSM2_CONF`` has to say."""
        return str(self.folder / "softhsm2.conf")

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make this process see these tokens."""
        monkeypatch.setenv("SOFTHSM2_CONF", self.settings)
        pkcs11.lib(str(MODULE)).reinitialize()

    def add_token(self, label: str) -> None:
        subprocess.run(
            [
                "softhsm2-util", "--init-token", "--free", "--label", label,
                "--pin", PIN, "--so-pin", _OFFICIAL,
            ],
            env=os.environ | {"SOFTHSM2_CONF": self.settings},
            check=True,
            capture_output=True,
        )  # fmt: skip

    def store(
        self,
        label: str,
        holder: Holder,
        *,
        identifier: bytes = b"\x01",
        key_identifier: bytes | None = None,
        key_label: str = "key of the maker",
        only_certificate: bool = False,
    ) -> None:
        """Put a key and its certificate on a token; run where ``use`` was called."""
        library = pkcs11.lib(str(MODULE))
        library.reinitialize()
        with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
            key_id = identifier if key_identifier is None else key_identifier
            if not only_certificate:
                for key in _key_objects(holder):
                    session.create_object(key | {Attribute.ID: key_id, Attribute.LABEL: key_label})
            for certificate in (holder.certificate, *holder.chain):
                own = certificate is holder.certificate
                session.create_object(
                    _certificate_object(certificate)
                    | {Attribute.ID: identifier if own else b"", Attribute.LABEL: "certificate"}
                )


def _key_objects(holder: Holder) -> list[dict[Attribute, Any]]:
    key = holder.key
    if isinstance(key, rsa.RSAPrivateKey):
        der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        return [decode_rsa_private_key(der) | _SIGNS]
    der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return [decode_ec_private_key(der) | _SIGNS, decode_ec_public_key(public) | {Attribute.TOKEN: True}]


def _certificate_object(certificate: x509.Certificate) -> dict[Attribute, Any]:
    found: dict[Attribute, Any] = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
    return found | {Attribute.TOKEN: True, Attribute.PRIVATE: False, Attribute.CLASS: ObjectClass.CERTIFICATE}


def place(token: str = "", certificate: str = "", slot: int | None = None) -> TokenPlace:
    return TokenPlace(MODULE, token, slot, certificate)


@dataclass
class Typist:
    """Gives a PIN, and remembers how often it was asked."""

    pin: str = PIN
    asked: int = 0
    last: PinRequest | None = None

    def __call__(self, request: PinRequest) -> str:
        self.asked += 1
        self.last = request
        return self.pin

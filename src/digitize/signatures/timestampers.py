"""Timestamp authorities (RFC 3161): one on the network, or one in this process for demos and tests."""

from __future__ import annotations

from asn1crypto.keys import PrivateKeyInfo
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from digitize.signatures.credentials import Credentials, ParsedKeySigner

__all__ = ["TimeStamper", "local_timestamper", "network_timestamper"]


def network_timestamper(url: str, timeout: float) -> TimeStamper:
    """The authority at an address.

    Args:
        url: ``http`` or ``https``; what is sent is a checksum, what comes back is signed.
        timeout: seconds for one answer.

    """
    return HTTPTimeStamper(url, timeout=timeout)


def local_timestamper(credentials: Credentials) -> TimeStamper:
    """An authority in this process; outsiders cannot rely on it."""
    signer = credentials.signer
    assert isinstance(signer, ParsedKeySigner)
    return DummyTimeStamper(
        tsa_cert=signer.signing_cert, tsa_key=PrivateKeyInfo.load(signer.private_key_der())
    )

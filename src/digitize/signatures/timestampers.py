"""Timestamp authorities (RFC 3161): one on the network, or one in this process for demos and tests."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from asn1crypto import cms, core
from asn1crypto.keys import PrivateKeyInfo
from pyhanko.sign.general import as_signing_certificate, simple_cms_attribute
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
    return _LocalTimeStamper(signer)


class _LocalTimeStamper(DummyTimeStamper):
    """pyHanko's local authority, with its key parsed once: parsing costs more than a timestamp."""

    def __init__(self, signer: ParsedKeySigner) -> None:
        super().__init__(tsa_cert=signer.signing_cert, tsa_key=PrivateKeyInfo.load(signer.private_key_der()))
        self._signer = signer

    def _sign_tst_info(
        self, tst_info_data: bytes, md_algorithm: str, dt: dt.datetime
    ) -> tuple[bytes, cms.CMSAttributes]:
        attribute: Any = simple_cms_attribute
        attributes = cms.CMSAttributes(
            [
                attribute("content_type", "tst_info"),
                attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                attribute("message_digest", hashlib.new(md_algorithm, tst_info_data).digest()),
            ]
        )
        return self._signer.sign_plain(attributes.dump(), md_algorithm), attributes

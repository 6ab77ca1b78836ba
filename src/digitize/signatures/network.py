"""Missing certificates and revocation data, fetched from where certificates say they lie.

Nothing here is used unless somebody asked for it; what is fetched is judged like everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.fetchers import Fetchers
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend

from digitize.signatures.found import Found

_REQUEST_SECONDS = 5
_TOTAL_SECONDS = 20
_LONGEST_PATH = 8


class Network:
    """Fetches what certificates point to; close it in the loop that used it."""

    def __init__(self) -> None:
        self._backend = AIOHttpFetcherBackend(per_request_timeout=_REQUEST_SECONDS)
        self._fetchers: Fetchers = self._backend.get_fetchers()

    async def about(
        self, certificate: x509.Certificate, pool: Sequence[x509.Certificate]
    ) -> tuple[Found, int]:
        """What can be fetched about a certificate and those above it, and how often that failed."""
        found, failures = Found(), 0
        try:
            async with asyncio.timeout(_TOTAL_SECONDS):
                for _ in range(_LONGEST_PATH):
                    if certificate.self_signed != "no":
                        break
                    issuers, more, failed = await self._step(certificate, pool)
                    found, failures = found + more, failures + failed
                    if not issuers:
                        break
                    certificate = issuers[0]
        except TimeoutError:
            failures += 1
        return found, failures

    async def close(self) -> None:
        """Let go of connections."""
        await self._backend.close()  # type: ignore[no-untyped-call]

    async def _step(
        self, certificate: x509.Certificate, pool: Sequence[x509.Certificate]
    ) -> tuple[list[x509.Certificate], Found, int]:
        failures = 0
        fetched: list[x509.Certificate] = []
        issuers = [one for one in pool if one.subject == certificate.issuer]
        if not issuers:
            try:
                fetched = [one async for one in self._fetchers.cert_fetcher.fetch_cert_issuers(certificate)]
            except Exception:  # noqa: BLE001 - whatever a stranger's server does
                failures += 1
            issuers = [one for one in fetched if one.subject == certificate.issuer]
        lists: list[crl.CertificateList] = []
        answers: list[ocsp.OCSPResponse] = []
        if certificate.crl_distribution_points:
            try:
                lists = list(await self._fetchers.crl_fetcher.fetch(certificate))
            except Exception:  # noqa: BLE001
                failures += 1
        if certificate.ocsp_urls and issuers:
            try:
                answers = [
                    await self._fetchers.ocsp_fetcher.fetch(certificate, AuthorityWithCert(issuers[0]))
                ]
            except Exception:  # noqa: BLE001
                failures += 1
        return issuers, Found(tuple(fetched), tuple(lists), tuple(answers)), failures

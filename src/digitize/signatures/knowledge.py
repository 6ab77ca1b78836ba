"""What was known at a moment: anchors, certificates, revocation data, and since when it exists.

Nothing from the future counts: what was issued after the moment of a verification is left out
here, once, so that nothing behind this module has to think of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from asn1crypto import core, crl, keys, ocsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from digitize.signatures.certificate_facts import fingerprint
from digitize.signatures.found import Found, once
from digitize.signatures.integrity import is_strong_signature
from digitize.signatures.trust import TrustStore

if TYPE_CHECKING:
    from digitize.signatures.network import Network

_EXPIRED_ON_LIST = "2.5.29.60"
"""An extension of lists that keep certificates that have run out (ITU-T X.509, 9.5.2.9)."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a verification may rely on.

    Attributes:
        trust: anchors, and revocation lists of the store.
        found: what lies beside the signature.
        now: the moment of the verification, perhaps in the past.
        proofs: since when a thing is proven to exist, by the digest of its encoding; else since ``now``.
        network: where missing things may be fetched; None if nothing may touch a network.

    """

    trust: TrustStore
    found: Found
    now: dt.datetime
    proofs: Mapping[str, dt.datetime] = field(default_factory=dict)
    network: Network | None = None

    def since(self, thing: core.Asn1Value) -> dt.datetime:
        """The earliest time at which a thing is proven to have existed."""
        return self.proofs.get(fingerprint(thing.dump()), self.now)

    def is_proven(self, thing: core.Asn1Value) -> bool:
        """Whether a timestamp proves that a thing existed, be it since a moment ago."""
        return fingerprint(thing.dump()) in self.proofs

    def plus(self, found: Found, proven: dt.datetime | None = None) -> Knowledge:
        """The same with more things, which are perhaps proven to exist since a time."""
        proofs = dict(self.proofs)
        if proven is not None:
            for thing in (*found.certificates, *found.crls, *found.ocsps):
                mark = fingerprint(thing.dump())
                proofs[mark] = min(proven, proofs.get(mark, self.now))
        return replace(self, found=self.found + found, proofs=proofs)

    def crls(self) -> tuple[crl.CertificateList, ...]:
        """The revocation lists that were issued by now."""
        every = (*self.trust.revocations, *self.found.crls)
        return tuple(one for one in once(every) if is_past(issued(one), self.now))

    def ocsps(self) -> tuple[ocsp.OCSPResponse, ...]:
        """The status answers that were given by now."""
        return tuple(one for one in self.found.ocsps if is_past(answered(one), self.now))

    def revoked_answers(self, target: x509.Certificate) -> Iterator[tuple[ocsp.OCSPResponse, dt.datetime]]:
        """The answers that say that a certificate was revoked, and when; they may be forged."""
        for one in self.ocsps():
            for each in one.response_data["responses"]:
                if each["cert_id"]["serial_number"].native != target.serial_number:
                    continue
                if each["cert_status"].name == "revoked":
                    yield one, each["cert_status"].chosen["revocation_time"].native

    def usable_crls(
        self, target: x509.Certificate, pool: Sequence[x509.Certificate]
    ) -> list[crl.CertificateList]:
        """The lists that may show that a certificate was good.

        A list proves nothing about certificates that had run out before it was issued, and nothing at
        all if its issuer's certificate had run out before the list is proven to exist.
        """
        return [
            one
            for one in self.crls()
            if is_strong_signature(one["signature_algorithm"])
            and not (one.issuer == target.issuer and is_silent(one, target))
            and self._issuer_lived(one, pool)
        ]

    def usable_ocsps(self, target: x509.Certificate) -> list[ocsp.OCSPResponse]:
        """The answers that may show that a certificate was good."""
        return [
            one
            for one in self.ocsps()
            if is_strong_signature(one.basic_ocsp_response["signature_algorithm"])
            and not _answers_too_late(one, target)
        ]

    def _issuer_lived(self, revocations: crl.CertificateList, pool: Sequence[x509.Certificate]) -> bool:
        anchors = [one for one in self.trust.anchors if one.subject == revocations.issuer]
        if anchors:
            return True
        issuers = [one for one in pool if one.subject == revocations.issuer]
        since = self.since(revocations)
        late = [one for one in issuers if one.not_valid_after < since]
        return not late or any(has_signed(one.public_key, revocations) for one in issuers if one not in late)


def issued(revocations: crl.CertificateList) -> dt.datetime | None:
    """When a revocation list was issued."""
    try:
        moment: dt.datetime | None = revocations["tbs_cert_list"]["this_update"].native
    except (ValueError, TypeError, KeyError):
        return None
    return moment


def answered(response: ocsp.OCSPResponse) -> dt.datetime | None:
    """When the status that an answer tells was known; None where it is no answer."""
    try:
        if response["response_status"].native != "successful":
            return None
        moments = [one["this_update"].native for one in response.response_data["responses"]]
        latest: dt.datetime | None = max(moments, default=None)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return latest


def is_past(moment: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether something had happened by now."""
    return moment is not None and moment <= now


def is_silent(revocations: crl.CertificateList, target: x509.Certificate) -> bool:
    """Whether a list may leave out a certificate because it had run out before."""
    moment = issued(revocations)
    if moment is None or moment <= target.not_valid_after:
        return moment is None
    extensions = revocations["tbs_cert_list"]["crl_extensions"]
    return extensions is core.VOID or all(one["extn_id"].dotted != _EXPIRED_ON_LIST for one in extensions)


def has_signed(key: keys.PublicKeyInfo, revocations: crl.CertificateList) -> bool:
    """Whether a revocation list is signed by a key."""
    try:
        DefaultSignatureValidator().validate_signature(
            revocations["signature"].native,
            revocations["tbs_cert_list"].dump(),
            key,
            revocations["signature_algorithm"],
        )
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, KeyError, AssertionError):
        return False
    return True


def _answers_too_late(response: ocsp.OCSPResponse, target: x509.Certificate) -> bool:
    for one in response.response_data["responses"]:
        if one["cert_id"]["serial_number"].native != target.serial_number:
            continue
        if one["this_update"].native > target.not_valid_after:
            cutoff = one.archive_cutoff_value
            return cutoff is None or cutoff.native > target.not_valid_after
    return False


@asynccontextmanager
async def reachable(trust: TrustStore) -> AsyncIterator[Network | None]:
    """The network, if the store allows it; closed at the end."""
    if not trust.online:
        yield None
        return
    from digitize.signatures.network import Network

    network = Network()
    try:
        yield network
    finally:
        await network.close()

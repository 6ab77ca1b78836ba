"""Certificates and revocation data that lie somewhere: in a file, in a signature, on the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from asn1crypto import cms, core, crl, ocsp, x509
from pyhanko.sign import attributes as _  # noqa: F401 - teaches asn1crypto Adobe's attribute

from digitize.signatures.certificate_facts import fingerprint

_Thing = TypeVar("_Thing", bound=core.Asn1Value)

MOST = 2000
"""More certificates, lists or answers than any signature needs are somebody's attempt to keep us busy."""


@dataclass(frozen=True, slots=True)
class Found:
    """Certificates, revocation lists and status answers."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    def __add__(self, other: Found) -> Found:
        """Both, each thing once."""
        return Found(
            once((*self.certificates, *other.certificates)),
            once((*self.crls, *other.crls)),
            once((*self.ocsps, *other.ocsps)),
        )

    @property
    def revocations(self) -> bool:
        """Whether there is anything that speaks about revocation."""
        return bool(self.crls or self.ocsps)


def once(things: Iterable[_Thing]) -> tuple[_Thing, ...]:
    """Each thing once, in the same order; not more than anybody needs."""
    return tuple({fingerprint(thing.dump()): thing for thing in things}.values())[:MOST]


def carried(signed: cms.SignedData) -> Found:
    """What a CMS object carries besides the signature; nothing where it cannot be read."""
    try:
        return _in_cms(signed)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Found()


def _in_cms(signed: cms.SignedData) -> Found:
    """What a CMS object carries besides the signature (RFC 5652, 10.2; RFC 5940; Adobe's attribute)."""
    certificates = [one.chosen for one in signed["certificates"] or () if one.name == "certificate"]
    lists: list[crl.CertificateList] = []
    answers: list[ocsp.OCSPResponse] = []
    for choice in signed["crls"] or ():
        if isinstance(choice.chosen, cms.CertificateList):
            lists.append(crl.CertificateList.load(choice.chosen.dump()))
        elif choice.name == "other" and choice.chosen["other_rev_info_format"].native == "ocsp_response":
            answers.append(ocsp.OCSPResponse.load(choice.chosen["other_rev_info"].dump()))
    info = signed["signer_infos"][0]
    for attribute in info["signed_attrs"] or ():
        if attribute["type"].native == "adobe_revocation_info_archival":
            for value in attribute["values"]:
                lists += [crl.CertificateList.load(one.dump()) for one in value["crl"] or ()]
                answers += [ocsp.OCSPResponse.load(one.dump()) for one in value["ocsp"] or ()]
    return Found(once(certificates), once(lists), once(answers))

"""What a CMS object must hold besides a value that fits (RFC 5652, ETSI EN 319 122-1)."""

from __future__ import annotations

from asn1crypto import cms

from digitize.model import Problem

CADES = "/ETSI.CAdES.detached"
STAMP = "/ETSI.RFC3161"

_NAMES_CERTIFICATE = frozenset({"signing_certificate", "signing_certificate_v2"})


def shortcomings(signed: cms.SignedData, kind: str) -> tuple[Problem, ...]:
    """What is missing or contradictory in a signature whose value fits.

    Args:
        signed: the CMS object.
        kind: its /SubFilter.

    """
    found = []
    info = signed["signer_infos"][0]
    listed = {algorithm["algorithm"].native for algorithm in signed["digest_algorithms"]}
    if info["digest_algorithm"]["algorithm"].native not in listed:
        # RFC 5652, 5.1: a verifier may fail a signature whose digest is not in the set.
        found.append(Problem("digest_not_listed"))
    attributes = {attribute["type"].native for attribute in info["signed_attrs"] or ()}
    if kind == CADES and not attributes & _NAMES_CERTIFICATE:
        # Without it the certificate can be exchanged for another one of the same key (RFC 5035, 1).
        found.append(Problem("certificate_not_signed"))
    return tuple(found)

"""Verify a detached CMS signature over a file, such as that of a package's METS."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib

from asn1crypto import cms, crl

from digitize.model import Problem
from digitize.signatures.cms_evidence import KnownRevocations, examine
from digitize.signatures.cms_rules import shortcomings
from digitize.signatures.names import holder_name
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
    Coverage,
    Integrity,
    LaterChanges,
    Revocation,
    SignatureReport,
)
from digitize.signatures.verify_pdf import time_source


def verify_detached(
    data: bytes, signature: bytes, name: str, trust: TrustStore, now: dt.datetime
) -> SignatureReport:
    """Verify a detached signature. Never raises: what cannot be read is BROKEN.

    Args:
        data: the signed bytes.
        signature: the CMS object in DER.
        name: what the signed file is called in the report.
        trust: what may be relied on.
        now: the time at which the verification is made.

    """
    try:
        return _verify(data, signature, name, trust, now)
    except Exception as error:  # noqa: BLE001 - hostile input raises anything
        note = Problem("file_unreadable", {"detail": type(error).__name__})
        return SignatureReport(
            field=name,
            integrity=Integrity.BROKEN,
            coverage=Coverage.ENTIRE_FILE,
            later_changes=LaterChanges.NONE,
            notes=(note,),
        )


def _verify(data: bytes, signature: bytes, name: str, trust: TrustStore, now: dt.datetime) -> SignatureReport:
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError
    signed: cms.SignedData = info["content"]
    algorithm = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    digest = hashlib.new(algorithm, data).digest()
    known = _enclosed_revocations(signed)
    evidence = asyncio.run(examine(signed, digest, trust, known, now))
    certificate, proven = evidence.certificate, evidence.proven_time
    doubts = shortcomings(signed, "/ETSI.CAdES.detached")
    level = "B-B"
    if proven is not None:
        long_term = known.crls and evidence.revocation is Revocation.GOOD
        level = "B-LT" if long_term else "B-T"
    return SignatureReport(
        field=name,
        integrity=evidence.integrity,
        coverage=Coverage.ENTIRE_FILE,
        later_changes=LaterChanges.NONE,
        issuer=certificate.issuer.human_friendly if certificate else None,
        signer=certificate.subject.human_friendly if certificate else None,
        holder=holder_name(certificate) if certificate else None,
        certificate_manager=(certificate.issuer.native.get("organization_name") if certificate else None),
        signing_time=evidence.claimed_time or proven,
        time_source=time_source(evidence.claimed_time, proven),
        timestamp=proven,
        not_before=certificate.not_valid_before if certificate else None,
        not_after=certificate.not_valid_after if certificate else None,
        trust=evidence.trust,
        certificate=evidence.state,
        revocation=evidence.revocation,
        level=level,
        notes=(*evidence.notes, *doubts),
        weak=evidence.weak,
        timestamp_broken=evidence.timestamp_broken,
        doubtful=bool(doubts),
    )


def _enclosed_revocations(signed: cms.SignedData) -> KnownRevocations:
    lists = []
    enclosed = signed["crls"]
    if enclosed.native is not None:
        lists = [
            crl.CertificateList.load(choice.chosen.dump())
            for choice in enclosed
            if choice.name == "" or isinstance(choice.chosen, cms.CertificateList)
        ]
    return KnownRevocations(crls=tuple(lists))

"""Verify a detached CMS signature over a file, such as that of a package's METS."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib

from asn1crypto import cms

from digitize.model import Problem
from digitize.signatures.cms_evidence import CmsEvidence, Covered, examine
from digitize.signatures.found import Found
from digitize.signatures.knowledge import Knowledge, reachable
from digitize.signatures.paths import NOT_LOOKED_FOR
from digitize.signatures.timestamps import Stamp, check_stamp, digest_of
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
    Coverage,
    Integrity,
    LaterChanges,
    Revocation,
    SignatureReport,
)


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


def check_detached_stamp(data: bytes, token: bytes, trust: TrustStore, now: dt.datetime) -> Stamp:
    """Check a timestamp that lies beside its data. Never raises: what cannot be read is BROKEN.

    Args:
        data: the stamped bytes.
        token: the timestamp token in DER.
        trust: what may be relied on.
        now: the time at which the verification is made.

    """
    try:
        info = cms.ContentInfo.load(token, strict=True)
        return asyncio.run(_check(info, data, trust, now))
    except Exception as error:  # noqa: BLE001 - hostile input raises anything
        note = Problem("timestamp_broken", {"detail": type(error).__name__})
        return Stamp(
            Integrity.BROKEN, None, proven=False, certificate=None, path=NOT_LOOKED_FOR, notes=(note,)
        )


async def _check(token: cms.ContentInfo, data: bytes, trust: TrustStore, now: dt.datetime) -> Stamp:
    async with reachable(trust) as network:
        return await check_stamp(token, digest_of(data), Knowledge(trust, Found(), now, network=network), now)


def _verify(data: bytes, signature: bytes, name: str, trust: TrustStore, now: dt.datetime) -> SignatureReport:
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError
    signed: cms.SignedData = info["content"]
    algorithm = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    digest = hashlib.new(algorithm, data).digest()
    evidence = asyncio.run(_examine(signature, signed, digest, trust, now))
    level = "B-B"
    if evidence.proven_time is not None:
        long_term = evidence.carried.revocations and evidence.path.revocation is Revocation.GOOD
        level = "B-LT" if long_term else "B-T"
    return evidence.report(name, Covered(Coverage.ENTIRE_FILE, LaterChanges.NONE), level=level)


async def _examine(
    signature: bytes, signed: cms.SignedData, digest: bytes, trust: TrustStore, now: dt.datetime
) -> CmsEvidence:
    async with reachable(trust) as network:
        return await examine(signature, signed, digest, Knowledge(trust, Found(), now, network=network))

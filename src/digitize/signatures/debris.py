"""Signatures in a file that no parser can read: what the mathematics still say.

The bytes that a signature signs, and its value, stand in the file as they are, whatever is broken or
encrypted around them. A file like this stays unreadable; whoever has it learns what is left of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator

from asn1crypto import cms

from digitize.model import Problem
from digitize.signatures.cms_evidence import CmsEvidence, Covered, examine
from digitize.signatures.found import Found
from digitize.signatures.integrity import PKCS7_SHA1
from digitize.signatures.knowledge import Knowledge
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Coverage, Integrity, LaterChanges, SignatureReport

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_MOST = 20
_NEAR = 600


async def salvage(data: bytes, trust: TrustStore, now: dt.datetime) -> tuple[SignatureReport, ...]:
    """Reports on the signatures whose bytes can still be found; timestamps are left out."""
    knowledge = Knowledge(trust, Found(), now)
    reports = []
    for number, (place, numbers) in enumerate(_ranges(data)):
        evidence = await _look(data, place, numbers, knowledge)
        if evidence is not None:
            whole = numbers[2] + numbers[3] == len(data)
            covered = Covered(
                Coverage.ENTIRE_FILE if whole else Coverage.PARTIAL, LaterChanges.UNKNOWN, forbidden=not whole
            )
            reports.append(evidence.report(f"#{number + 1}", covered, level=None, tolerant=True))
    return tuple(reports)


def _ranges(data: bytes) -> Iterator[tuple[int, tuple[int, int, int, int]]]:
    for count, found in enumerate(_RANGE.finditer(data)):
        if count >= _MOST:
            return
        first, before, after, rest = (int(number) for number in found.groups())
        if first == 0 and before < after <= after + rest <= len(data):
            yield found.start(), (first, before, after, rest)


async def _look(
    data: bytes, place: int, numbers: tuple[int, int, int, int], knowledge: Knowledge
) -> CmsEvidence | None:
    _, before, after, rest = numbers
    try:
        encoded = bytes.fromhex(data[before:after].strip(b"<>").decode("ascii"))
        signed: cms.SignedData = cms.ContentInfo.load(encoded)["content"]
        if signed["encap_content_info"]["content_type"].native == "tst_info":
            return None
        around = (
            data[max(0, before - _NEAR) : before] + data[after : after + _NEAR] + data[place - _NEAR : place]
        )
        kind = PKCS7_SHA1 if PKCS7_SHA1.encode() in around else "/adbe.pkcs7.detached"
        algorithm = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
        digest = hashlib.new("sha1" if kind == PKCS7_SHA1 else algorithm, data[:before])
        digest.update(data[after : after + rest])
        return await examine(encoded, signed, digest.digest(), knowledge, kind=kind)
    except (RecursionError, MemoryError):
        return None
    except Exception as error:  # noqa: BLE001 - debris may be anything
        note = Problem("signature_unreadable", {"detail": type(error).__name__})
        return CmsEvidence(Integrity.UNKNOWN, notes=(note,))

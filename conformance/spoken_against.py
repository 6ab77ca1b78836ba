"""Untouched papers that time, trust or revocation speak against, or seem to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dss import Question
from tools import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from digitize.signatures.evidence import Evidence
from digitize.signatures.sign import Level, sign_pdf
from digitize.signatures.trust import TrustStore
from support.papers import plain, plain_paper
from support.sealing import DAY, NOW, Office, timestamper
from support.tampering import approved


def questions(folder: Path) -> Iterator[Question]:
    """The papers, each with what may be relied on."""
    own, paper = Office.new(), plain_paper(folder)
    authority, signer = own.authority, own.signer
    before, after = (
        authority.revocations(signer, at=NOW + days * DAY, since=NOW + 5 * DAY, number=2) for days in (-1, 2)
    )
    later = authority.revocations(since=NOW + 5 * DAY, number=2)
    short = authority.issue(end=NOW + 3 * DAY)
    stranger = Office.new("Gốc khác")
    # Without anchors: with them, an authority that nobody knows is refused when it signs.
    careless = replace(own.seal(Level.B_T), evidence=Evidence())
    of_stranger = replace(careless, timestamper=timestamper(stranger.stamper, NOW))
    of_future = replace(careless, timestamper=timestamper(own.stamper, NOW + 30 * DAY))
    foreign, future = folder / "foreign.pdf", folder / "future.pdf"
    sign_pdf(paper, foreign, of_stranger, NOW)
    sign_pdf(paper, future, of_future, NOW)
    sub = authority.under()
    kinds: dict[str, tuple[bytes, TrustStore]] = {}
    for level in Level:
        data = own.signed(paper, level)
        kinds |= {
            f"{level.value}: no anchor": (data, TrustStore()),
            f"{level.value}: an anchor of the same name": (data, Office.new().trust),
            f"{level.value}: revoked before it signed": (data, authority.trust(before)),
            f"{level.value}: revoked after it signed": (data, authority.trust(after)),
            f"{level.value}: no revocation list": (data, authority.trust()),
            f"{level.value}: list of another authority": (data, authority.trust(stranger.crl)),
            f"{level.value}: certificate has run out since": (
                own.signed(paper, level, short),
                authority.trust(own.crl, later),
            ),
        }
    trust = own.trust
    kinds |= {
        "a timestamp of a stranger": (foreign.read_bytes(), trust),
        "a timestamp from the future": (future.read_bytes(), trust),
        "SHA-1": (approved(plain(), signer, digest="sha1"), trust),
        "SHA-512": (approved(plain(), signer, digest="sha512"), trust),
        "not valid yet": (approved(plain(), authority.issue(begin=NOW + 10 * DAY)), trust),
        "usage: encipherment": (approved(plain(), authority.issue(usage=("key_encipherment",))), trust),
        "usage: digital signature": (
            approved(plain(), authority.issue(usage=("digital_signature",))),
            trust,
        ),
        "no usage": (approved(plain(), authority.issue(usage=None)), trust),
        "under an intermediate authority": (
            approved(plain(), sub.issue()),
            authority.trust(own.crl, sub.revocations()),
        ),
        "under an intermediate authority without a list": (approved(plain(), sub.issue()), trust),
    }
    for number, (name, (data, store)) in enumerate(kinds.items()):
        file = folder / f"spoken-{number}.pdf"
        file.write_bytes(data)
        yield Question(name, file, store, NOW + 6 * DAY)

"""One byte of a signed PDF changed at a time, and the places where that provably means nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asn1crypto import parser

from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import PdfReport
from support.attacks_raw import Place, place, same_objects

HEX = b"0123456789abcdefABCDEF"


@dataclass(frozen=True)
class Mutation:
    """A byte at a place made another one."""

    at: int
    byte: int

    def of(self, data: bytes) -> bytes:
        return data[: self.at] + bytes([self.byte]) + data[self.at + 1 :]


def mutations(data: bytes, count: int, seed: int) -> Iterator[Mutation]:
    """So many places, each with one bit turned or with any other value."""
    chance = random.Random(seed)
    for at in chance.sample(range(len(data)), count):
        byte = data[at] ^ (1 << chance.randrange(8)) if chance.random() < 0.5 else chance.randrange(256)
        yield Mutation(at, byte if byte != data[at] else byte ^ 1)


def meaningless(data: bytes, mutation: Mutation) -> str | None:
    """Why a mutation provably changes nothing; None where it may change something.

    Behind the signed bytes stands nothing but long-term evidence, which is judged as such; it is shown
    that every other object is read as before. All other bytes outside the gap are signed, so only the
    gap can hold such places. In it, two things are:

    - the case of a hexadecimal digit, because the value that is read is the same, byte for byte;
    - what lies in parts of the CMS object that neither are signed nor are used: a copy of the anchor
      (the auditor's own copy is the one that counts), and the copies of certificates beside the one
      of the signer in the same set. The proof is that the part can be taken out altogether: a verifier
      that has an anchor and the signer's certificate needs nothing more.
    """
    at = place(data)
    if mutation.at >= at.end:
        changed = mutation.of(data)
        return "evidence behind the signature" if same_objects(data, changed) else None
    if not at.before < mutation.at < at.after - 1:
        return None
    if bytes([data[mutation.at]]).lower() == bytes([mutation.byte]).lower() and mutation.byte in HEX:
        return "case of a hexadecimal digit"
    digit = (mutation.at - at.before - 1) // 2
    if any(start <= digit < end for start, end in _unused(at)):
        return "unused certificate"
    return None


def _unused(at: Place) -> list[tuple[int, int]]:
    """Where, in the value, the copies of certificates that sign nothing lie: self-issued anchors."""
    from asn1crypto import cms

    signed = cms.ContentInfo.load(at.contents)["content"]
    sets = [signed["certificates"]]
    for signer in signed["signer_infos"]:
        for attribute in signer["unsigned_attrs"] or ():
            sets += [token["content"]["certificates"] for token in attribute["values"]]
    found = []
    for one in sets:
        for choice in one:
            certificate = choice.chosen
            if certificate.subject == certificate.issuer:
                der = certificate.dump()
                start = at.contents.find(der)
                while start >= 0:
                    found.append((start, start + parser.peek(at.contents[start:])))
                    start = at.contents.find(der, start + 1)
    return found


@dataclass(frozen=True)
class Outcome:
    """What became of many mutations."""

    verdicts: Counter[str]
    meaningless: Counter[str]
    wrong: tuple[Mutation, ...]


def tried(data: bytes, count: int, seed: int, verified: Callable[[bytes], PdfReport]) -> Outcome:
    """Change a byte, verify, put it back, so many times."""
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    wrong = []
    for mutation in mutations(data, count, seed):
        verdict = verified(mutation.of(data)).verdict
        verdicts[verdict.value] += 1
        if verdict is Verdict.VALID:
            reason = meaningless(data, mutation)
            if reason is None:
                wrong.append(mutation)
            else:
                reasons[reason] += 1
    return Outcome(verdicts, reasons, tuple(wrong))

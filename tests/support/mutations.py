"""One byte of a signed PDF changed at a time, and the places where that provably means nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asn1crypto import cms

from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import PdfReport
from support.attacks_raw import place, same_objects

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
    - the parts of the CMS object that are not signed: version, parameters of the digest algorithm, copies
      of other certificates, and unsigned attributes, which are evidence and judged as such. It is shown
      that the signer's certificate, the signed attributes and the signature are the same bytes.
    """
    at = place(data)
    if mutation.at >= at.end:
        changed = mutation.of(data)
        return "evidence behind the signature" if same_objects(data, changed) else None
    if not at.before < mutation.at < at.after - 1 or mutation.byte not in HEX:
        return None
    if bytes([data[mutation.at]]).lower() == bytes([mutation.byte]).lower():
        return "case of a hexadecimal digit"
    value = bytes.fromhex(mutation.of(data)[at.before + 1 : at.after - 1].decode())
    return "unsigned part of the value" if _signed(value) == _signed(at.contents) else None


def _signed(value: bytes) -> tuple[bytes, ...]:
    """What a CMS object signs, by what, and with which certificate."""
    signed = cms.ContentInfo.load(value)["content"]
    (signer,) = signed["signer_infos"]
    serial = signer["sid"].chosen["serial_number"].native
    own = [one.chosen.dump() for one in signed["certificates"] if one.chosen.serial_number == serial]
    kept = (
        signer["sid"],
        signer["signed_attrs"],
        signer["signature"],
        signer["digest_algorithm"]["algorithm"],
    )
    return (*own, *(part.dump() for part in kept))


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

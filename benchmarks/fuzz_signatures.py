"""Look for manipulated signed PDFs that pass: structured and random changes, for some minutes.

    python benchmarks/fuzz_signatures.py --minutes 10 --out findings --seed 1

Every change is made to a file of a trusted signer with good revocation. It must never be VALID unless
the bytes that are signed are all there, unchanged and in their place, and nothing else says more than
blanks; it must never raise and never take long. What breaks that is written to ``--out``.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import random
import re
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from asn1crypto import cms, core, parser

from digitize.signatures.verdict import Verdict
from support.attacked import bases, everything, verified
from support.attacks_raw import (
    Place,
    Shape,
    Table,
    appended,
    body,
    place,
    same_objects,
    size,
    stream,
    update,
)

SLOW = 8.0
MEMORY = 3 << 30

Mutation = Callable[[random.Random, bytes], bytes]


def objects(data: bytes) -> list[tuple[int, int, int]]:
    """Number, beginning and end of every plain object."""
    found = re.finditer(rb"(\d+) 0 obj.*?endobj", data, re.DOTALL)
    return [(int(one[1]), one.start(), one.end()) for one in found]


def havoc(chance: random.Random, data: bytes) -> bytes:
    """Bytes flipped, put in, taken out, repeated."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at] = chance.randrange(256)
            case 2:
                del changed[at : at + chance.randrange(1, 40)]
            case 3:
                changed[at:at] = changed[at : at + chance.randrange(1, 200)]
            case _:
                changed[at:at] = chance.choice(TOKENS)
    return bytes(changed)


TOKENS = (
    b"%%EOF\n",
    b"startxref\n0\n",
    b"endobj\n",
    b"endstream\n",
    b" null ",
    b"<<",
    b">>",
    b"/ByteRange [0 1 2 3] ",
    b"/Contents <00> ",
    b"/Type /DocTimeStamp ",
    b"/Kids ",
    b"/AP ",
    b"-1",
    b"99999999999",
    b"%",
    b"(",
    b")",
    b"<",
    b">",
    b"\r",
    b"\n",
    b" ",
    b"\0",
    b"/Prev 0 ",
    b"1 0 R",
    b"xref\n0 0\n",
    b"trailer\n<<>>\n",
)


def near_the_signature(chance: random.Random, data: bytes) -> bytes:
    """Havoc where the signature dictionary, the form and the cross-references are."""
    at = place(data)
    start = max(0, at.before - 3000) if chance.random() < 0.5 else at.after - 10
    end = at.before + 40 if start < at.before else len(data)
    return data[:start] + havoc(chance, data[start:end]) + data[end:]


def swapped(chance: random.Random, data: bytes) -> bytes:
    """Two objects change places, one is repeated or deleted."""
    (_, a, b), (_, c, d) = sorted(chance.sample(objects(data), 2), key=lambda one: one[1])
    match chance.randrange(3):
        case 0:
            return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]
        case 1:
            return data[:a] + data[b:]
        case _:
            return data[:c] + data[a:b] + b"\n" + data[c:]


def updated(chance: random.Random, data: bytes) -> bytes:
    """An update with objects that were changed at random, in a form chosen at random."""
    highest = size(data)
    numbers = [chance.randrange(1, highest) for _ in range(chance.choice((1, 1, 2, 3)))]
    evil: dict[int, bytes] = {}
    for number in numbers:
        try:
            old = body(data, number)
        except Exception:  # noqa: BLE001 - not every number is in use
            old = b"null"
        evil[number] = body_changed(chance, old, data)
    if chance.random() < 0.3:
        evil[highest] = stream(b"0 0 9 9 re f")
    shape = Shape(
        table=chance.choice((Table.TABLE, Table.TABLE, Table.STREAM, Table.NONE)),
        trailer=chance.random() > 0.05,
        eof=chance.choice((b"%%EOF\n", b"%%EOF\n", b"%%EOF", b"")),
        free=tuple(chance.sample(range(1, highest), 2)) if chance.random() < 0.1 else (),
    )
    return appended(data, evil or {highest: b"null"}, shape)


def body_changed(chance: random.Random, old: bytes, data: bytes) -> bytes:
    """A dictionary with keys exchanged, added or taken away."""
    keys = list(re.finditer(rb"/[A-Za-z]+", old))
    match chance.randrange(5):
        case 0 if keys:
            key = chance.choice(keys)
            return old[: key.start()] + chance.choice(KEYS) + old[key.end() :]
        case 1 if b"<<" in old:
            at = old.rindex(b">>") if b"stream" not in old else old.index(b"<<") + 2
            return old[:at] + b" " + chance.choice(KEYS) + b" " + value(chance, data) + old[at:]
        case 2:
            return re.sub(rb"\d+", lambda one: b"%d" % (int(one[0]) + chance.randrange(3)), old, count=2)
        case 3:
            return havoc(chance, old)
        case _:
            return old


KEYS = (
    b"/Contents",
    b"/Rotate",
    b"/MediaBox",
    b"/AP",
    b"/V",
    b"/Kids",
    b"/Annots",
    b"/Resources",
    b"/NeedAppearances",
    b"/Names",
    b"/OpenAction",
    b"/AA",
    b"/Perms",
    b"/DSS",
    b"/Metadata",
    b"/Version",
    b"/Extensions",
    b"/Type",
    b"/F",
    b"/Rect",
    b"/Lock",
    b"/SV",
    b"/Ff",
    b"/DA",
    b"/DR",
    b"/Q",
    b"/Fields",
    b"/SigFlags",
    b"/Length",
    b"/Filter",
    b"/P",
    b"/Parent",
    b"/Reference",
    b"/ByteRange",
    b"/SubFilter",
    b"/M",
    b"/Name",
    b"/T",
    b"/TU",
    b"/MK",
    b"/OC",
    b"/Certs",
)


def value(chance: random.Random, data: bytes) -> bytes:
    """Some value for a key."""
    reference = b"%d 0 R" % chance.randrange(1, size(data) + 2)
    return chance.choice(
        (reference, b"null", b"true", b"[0 0 300 300]", b"-1", b"(x)", b"<< >>", b"/X", b"[%s]" % reference)
    )


def spliced(chance: random.Random, data: bytes) -> bytes:
    """The updates of one file behind the beginning of another."""
    other = chance.choice(list(bases().values()))
    ends = [one.end() for one in re.finditer(rb"%%EOF\n?", data)]
    starts = [one.end() for one in re.finditer(rb"%%EOF\n?", other)]
    return data[: chance.choice(ends)] + other[chance.choice(starts[:-1] or starts) :] + data[ends[-1] :]


def asn1_changed(chance: random.Random, data: bytes) -> bytes:
    """Nodes of the CMS object exchanged, repeated, deleted or havocked."""
    at = place(data)
    value = at.contents[: parser.peek(at.contents)]
    new = node_changed(chance, value, chance.randrange(2, 14))
    if chance.random() < 0.2:
        new = cms.ContentInfo.load(new).dump(force=True)
    digits = new.hex().encode()
    room = at.after - at.before - 2
    if len(digits) > room:
        return data[: at.before + 1] + digits[:room] + data[at.after - 1 :]
    return data[: at.before + 1] + digits.ljust(room, b"0") + data[at.after - 1 :]


def node_changed(  # noqa: C901 - one change a case
    chance: random.Random, der: bytes, depth: int
) -> bytes:
    """One node somewhere in a DER tree changed, with the lengths above it put right."""
    try:
        kind, method, tag, head, content, tail = parser.parse(der)
    except ValueError:
        return havoc(chance, der)
    if depth == 0 or not method or not content:
        match chance.randrange(5):
            case 0:
                return b""
            case 1:
                return der + der
            case 2:
                return bytes(parser.emit(kind, method, tag ^ chance.choice((1, 2, 3)), content))
            case 3:
                return der if not content else bytes(parser.emit(kind, method, tag, havoc(chance, content)))
            case _:
                return bytes(core.Null().dump())
    children, rest = [], content
    while rest:
        try:
            length = parser.peek(rest)
        except ValueError:
            break
        children.append(rest[:length])
        rest = rest[length:]
    if not children:
        return der
    index = chance.randrange(len(children))
    if chance.random() < 0.1 and len(children) > 1:
        other = chance.randrange(len(children))
        children[index], children[other] = children[other], children[index]
    else:
        children[index] = node_changed(chance, children[index], depth - 1)
    del head, tail
    return bytes(parser.emit(kind, method, tag, b"".join(children)))


def attacked_twice(chance: random.Random, data: bytes) -> bytes:
    """Two known attacks, one after the other."""
    for attack in chance.sample(everything(), 2):
        try:
            data = attack.forge(data)
        except Exception:  # noqa: BLE001, S112 - not every attack fits what another left
            continue
    return data


def attacked_and_havocked(chance: random.Random, data: bytes) -> bytes:
    """A known attack, then havoc in what it added."""
    try:
        evil = chance.choice(everything()).forge(data)
    except Exception:  # noqa: BLE001
        return havoc(chance, data)
    cut = min(len(data), len(evil))
    tail = evil[cut:]
    return evil[:cut] + (havoc(chance, tail) if tail else b"")


def loose(chance: random.Random, data: bytes) -> bytes:
    """An update that lies somewhere else."""
    evil = {chance.randrange(1, size(data)): stream(b"f")}
    gap = chance.choice((b"", b"\n", b" " * 2000, b"%%EOF\n", b"% remark\n"))
    return data + gap + update(data, evil, Shape(shift=len(gap) + chance.choice((0, 0, 0, 1, -1))))


MUTATIONS: tuple[Mutation, ...] = (
    havoc,
    near_the_signature,
    swapped,
    updated,
    updated,
    updated,
    spliced,
    asn1_changed,
    asn1_changed,
    attacked_twice,
    attacked_and_havocked,
    loose,
)


def harmless(base: bytes, evil: bytes) -> bool:
    """Whether everything that is signed stands where it stood, and only what carries nothing differs.

    That is: other digits for the same hexadecimal value; parts of the CMS object that neither are
    signed nor decide anything, which the caller sees in an unchanged report; blanks at the end; and
    updates that repeat what was there or add objects to which nothing leads.
    """
    at: Place = place(base)
    signed = evil[: at.before] == base[: at.before] and evil[at.after : at.end] == base[at.after : at.end]
    if not signed:
        return False
    return not evil[max(len(base), at.end) :].strip(b"\0\t\n\f\r ") or same_objects(base, evil)


def work(seed: int, until: float, out: Path) -> None:
    """Change and verify until the time is over."""
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    chance = random.Random(seed)
    known = bases()
    reports = {name: verified(data) for name, data in known.items()}
    counts: Counter[str] = Counter()
    while time.time() < until:
        name = chance.choice(list(known))
        mutation = chance.choice(MUTATIONS)
        try:
            evil = mutation(chance, known[name])
        except Exception:  # noqa: BLE001 - a change that cannot be made is none
            counts["not made"] += 1
            continue
        if evil in known.values():
            continue
        started = time.monotonic()
        problem = ""
        try:
            report = verified(evil)
        except BaseException:  # noqa: BLE001 - nothing may leave the verifier
            problem = "raised"
            (out / f"{seed}-{counts.total()}.txt").write_text(traceback.format_exc(), encoding="utf-8")
        else:
            counts[report.verdict.value] += 1
            if report.verdict is Verdict.VALID:
                same = [one.signer for one in report.signatures] == [
                    one.signer for one in reports[name].signatures
                ]
                if not (same and harmless(known[name], evil)):
                    problem = "valid"
        if time.monotonic() - started > SLOW:
            problem = "slow"
        counts[mutation.__name__] += 1
        if problem:
            counts[problem] += 1
            found = out / f"{problem}-{name}-{mutation.__name__}-{seed}-{sum(counts.values())}.pdf"
            found.write_bytes(evil)
    (out / f"counts-{seed}.txt").write_text(repr(dict(counts)), encoding="utf-8")


def main() -> int:
    """Start processes until the time is over."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=1)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--processes", type=int, default=1)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    until = time.time() + 60 * chosen.minutes
    context = multiprocessing.get_context("spawn")
    seed = chosen.seed
    while time.time() < until:
        # A process that dies of its memory limit is replaced; a fresh one now and then frees what leaked.
        some = [
            context.Process(target=work, args=(seed + one, min(until, time.time() + 300), chosen.out))
            for one in range(chosen.processes)
        ]
        for one in some:
            one.start()
        for one in some:
            one.join()
            if one.exitcode:
                (chosen.out / f"died-{seed}.txt").write_text(str(one.exitcode), encoding="utf-8")
        seed += chosen.processes
    findings = sorted(path.name for path in chosen.out.glob("*.pdf"))
    print(f"{chosen.minutes:g} minutes, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""What DSS says beside what we say: where both differ, and where a difference must not be."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase

from dss import Opinion, Question
from tools import HERE

from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf


class Grade(IntEnum):
    """How far a file is believed, least first."""

    REJECTED = 0
    """Changed, unreadable or not signed at all."""

    SOUND = 1
    """Nobody changed it, but time, trust or revocation are against it or unknown."""

    VALID = 2


_OURS = {
    Verdict.UNREADABLE: Grade.REJECTED,
    Verdict.INVALID: Grade.REJECTED,
    Verdict.UNSIGNED: Grade.REJECTED,
    Verdict.VALID: Grade.VALID,
}
_BROKEN = {"FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE"}


@dataclass(frozen=True, slots=True)
class Compared:
    """A file, what we say of it and what DSS says.

    Attributes:
        question: the file.
        ours, theirs: how far it is believed.
        our_words, their_words: the same in full.

    """

    question: Question
    ours: Grade
    theirs: Grade
    our_words: str
    their_words: str

    @property
    def laxer(self) -> bool:
        """Whether we believe what is an attack, or what DSS does not."""
        return self.ours > self.theirs or (self.question.hostile and self.ours is Grade.VALID)

    def __str__(self) -> str:
        return f"{self.question.name}: we say {self.our_words}, DSS {self.their_words}"


def compared(questions: Sequence[Question], answers: Sequence[Opinion]) -> list[Compared]:
    """What we say of the files, beside the answers of DSS."""
    found = []
    for question, answer in zip(questions, answers, strict=True):
        report = verify_pdf(question.file, question.trust, question.moment)
        ours = _OURS.get(report.verdict, Grade.SOUND)
        found.append(Compared(question, ours, grade(answer), _told(report), str(answer)))
    return found


def grade(opinion: Opinion) -> Grade:
    """How far DSS believes a file; a file is as good as its worst signature."""
    if opinion.error is not None or not opinion.signatures:
        return Grade.REJECTED
    if any(one.harm or one.why in _BROKEN for one in opinion.signatures):
        return Grade.REJECTED
    return Grade.VALID if opinion.passed else Grade.SOUND


def show(name: str, found: Sequence[Compared]) -> Iterator[str]:
    """Print how many agree and which do not; what must not be is handed back."""
    explained = explanations()
    alike = Counter(one.ours.name.lower() for one in found if one.ours is one.theirs)
    doubted = [one for one in found if one.ours is Grade.SOUND and one.theirs is Grade.VALID]
    told = ", ".join(f"{count} {grade}" for grade, count in sorted(alike.items()))
    print(f"{len(found)} {name}: EU DSS and we agree on {alike.total()} ({told}),")
    print(f"  on {len(doubted)} that nobody changed them, though DSS believes them altogether", flush=True)
    for one in found:
        if not one.laxer and (one.ours is one.theirs or one in doubted):
            continue
        why = next((why for glob, why in explained.items() if fnmatchcase(one.question.name, glob)), None)
        print(f"  {'laxer' if one.laxer else 'stricter'}: {one}{f'; {why}' if why else ''}")
        if one.laxer and why is None:
            yield f"believed too much: {one}"


def explanations() -> dict[str, str]:
    """Differences that somebody looked into, by a pattern of the file's name."""
    entries = tomllib.loads((HERE / "dss" / "differences.toml").read_text("utf-8"))
    return {pattern: entry["why"] for pattern, entry in entries.items()}


def _told(report: PdfReport) -> str:
    codes = {note.code for one in report.signatures for note in one.notes} | {n.code for n in report.notes}
    told = sorted(codes - {"not_pss"})
    return f"{report.verdict.value} ({', '.join(told)})" if told else report.verdict.value

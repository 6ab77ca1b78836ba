"""What DSS says beside what we say: where both differ, and where a difference must not be."""

from __future__ import annotations

import sys
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
    def fault(self) -> bool:
        """Whether we believe altogether what is an attack, or what DSS does not."""
        return self.ours is Grade.VALID and (self.theirs is not Grade.VALID or self.question.hostile)

    @property
    def difference(self) -> str | None:
        """What we are beside DSS; None where both agree."""
        if self.fault:
            return "TOO LAX"
        if self.ours is self.theirs:
            return None
        return "stricter" if self.ours < self.theirs else "milder"

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
    """Print how many agree and a table of those that do not; what must not be is handed back."""
    alike = Counter(one.ours.name.lower() for one in found if one.difference is None)
    told = ", ".join(f"{count} {grade}" for grade, count in sorted(alike.items()))
    print(f"{len(found)} {name}: EU DSS and we agree on {alike.total()} ({told})")
    explained = explanations()
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for one in found:
        if one.difference is not None:
            why = next((why for glob, why in explained.items() if fnmatchcase(one.question.name, glob)), "")
            row = (one.difference, one.our_words, one.their_words, why)
            rows.setdefault(row, []).append(one.question.name)
            if one.fault and not why:
                yield f"believed too much: {one}"
    if rows:
        print("  | we are | we say | DSS says | files | such as |\n  |---|---|---|---|---|")
    for (difference, ours, theirs, why), names in sorted(rows.items()):
        example = f"{names[0]}: {why}" if why else names[0]
        print(f"  | {difference} | {ours} | {theirs} | {len(names)} | {example} |")
    sys.stdout.flush()


def explanations() -> dict[str, str]:
    """Differences that somebody looked into, by a pattern of the file's name."""
    entries = tomllib.loads((HERE / "dss" / "differences.toml").read_text("utf-8"))
    return {pattern: entry["why"] for pattern, entry in entries.items()}


def _told(report: PdfReport) -> str:
    codes = {note.code for one in report.signatures for note in one.notes} | {n.code for n in report.notes}
    told = sorted(codes - {"not_pss"})
    return f"{report.verdict.value} ({', '.join(told)})" if told else report.verdict.value

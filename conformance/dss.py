"""EU DSS, the validator of the European Commission: a second opinion on signatures.

It shares no code with ours (PDFBox and Bouncy Castle), judges by ETSI EN 319 102-1 with its own default
policy, and looks for later changes in a way of its own. One process for all files; see dss/Judge.java.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import HERE, classpath, output_of

from digitize.signatures.trust import TrustStore

_FOLDER = HERE / "dss"
_PASSED = "TOTAL_PASSED"
_HARMLESS = {"validation data", "fields filled or signed", "annotations overlap"}


@dataclass(frozen=True, slots=True)
class Question:
    """A signed file to be judged.

    Attributes:
        name: what the file is called in what is told.
        file: the PDF, or the detached signature.
        trust: what may be relied on.
        moment: the time of the verification.
        content: what a detached signature signs.
        hostile: whether something was done to it that must not pass.

    """

    name: str
    file: Path
    trust: TrustStore
    moment: dt.datetime
    content: Path | None = None
    hostile: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What DSS says of one signature."""

    indication: str
    why: str | None
    level: str
    digest_intact: bool
    signature_intact: bool
    changes: tuple[str, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it is accepted without a word about later changes."""
        return self.indication == _PASSED and not self.harm

    @property
    def harm(self) -> tuple[str, ...]:
        """Kinds of changes after it that are no validation data."""
        return tuple(change for change in self.changes if change not in _HARMLESS)

    def __str__(self) -> str:
        told = self.indication if self.why is None else f"{self.indication} {self.why}"
        return f"{told} ({', '.join(self.harm)})" if self.harm else told


@dataclass(frozen=True, slots=True)
class Opinion:
    """What DSS says of a file.

    Attributes:
        error: why it could not be read at all.
        signatures: those that it found; document timestamps are none.
        timestamps: indications of all timestamps in it.

    """

    error: str | None
    signatures: tuple[Signature, ...] = ()
    timestamps: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether everything in it is accepted."""
        return self.error is None and bool(self.signatures) and all(one.passed for one in self.signatures)

    def __str__(self) -> str:
        if self.error is not None:
            return "unreadable"
        return "; ".join(dict.fromkeys(map(str, self.signatures))) or "no signature"


def opinions(questions: Sequence[Question], folder: Path) -> list[Opinion]:
    """What DSS says of each file; ``folder`` takes what it may rely on."""
    stores: dict[int, Path] = {}
    tasks = []
    for question in questions:
        # By identity: stores are long to compare, and few.
        store = stores.setdefault(id(question.trust), folder / f"trust-{len(stores)}")
        _write(question.trust, store)
        content = question.content or ""
        tasks.append(f"{store}\t{question.moment.isoformat()}\t{question.file}\t{content}\n")
    libraries = classpath(_FOLDER / "pom.xml")
    memory = "-Xmx2g"
    done = output_of("java", memory, "-cp", libraries, _FOLDER / "Judge.java", given="".join(tasks))
    answers = [_opinion(json.loads(line)) for line in done.stdout.splitlines()]
    if len(answers) != len(questions):
        message = f"DSS judged {len(answers)} of {len(questions)} files: {done.stderr[-2000:]}"
        raise SystemExit(message)
    return answers


def _write(trust: TrustStore, folder: Path) -> None:
    if folder.exists():
        return
    folder.mkdir(parents=True)
    for number, anchor in enumerate(trust.anchors):
        (folder / f"{number}.crt").write_bytes(anchor.dump())
    for number, revocations in enumerate(trust.revocations):
        (folder / f"{number}.crl").write_bytes(revocations.dump())


def _opinion(found: dict[str, Any]) -> Opinion:
    signatures = (
        Signature(
            indication=one["indication"],
            why=one["why"],
            level=one["level"],
            digest_intact=one["digest_intact"],
            signature_intact=one["signature_intact"],
            changes=tuple(one["changes"]),
            errors=tuple(one["errors"]),
            warnings=tuple(one["warnings"]),
        )
        for one in found["signatures"]
    )
    return Opinion(found["error"], tuple(signatures), tuple(one["indication"] for one in found["timestamps"]))

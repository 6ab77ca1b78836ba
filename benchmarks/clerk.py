"""What a batch is worth once a clerk has looked at what the program doubts, and at nothing else.

Dossiers of ``digitize sample`` go through the program as those of an office: taken in, read by the engine,
reviewed, signed, packaged, exported. The clerk is a program that knows the truth, and is asked by the desk
like any other person: it answers what it is handed out and sees no other field. Told are the share of
exported fields that are right before and after, how many fields it looked at, and what stays wrong without
anybody having been asked: the silent errors. Where the transcribed letters are at hand they make a set of
their own; of these no values are printed.

    python benchmarks/clerk.py [--dossiers N] [--seeds 1 2] [--keep DIR]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import CASES, adopt_orphans, call, cpu_seconds_of_children
from fields import flat

from digitize.model import AT_PAGES, UNKNOWN_FORM, Document, Value
from digitize.pipeline.findings import DoubtfulField, load_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.page_decisions import PageDesk
from digitize.pipeline.unclear_forms import FORM_UNCLEAR
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.times import now

SETS = (("typed", 0), ("typed", 1), ("typed", 2), ("mixed", 1))
JOBS = "2"
Truth = dict[str, Any]
_WINDOW = "clerk"
_ISO_DAY = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$")
_ISO_MONTH = re.compile(r"^(\d{4})-(\d\d)$")


@dataclass(slots=True)
class Looked:
    """What the clerk did.

    Attributes:
        fields: how many it was asked about.
        corrected: of those, how many it changed.
        unknown: of those, how many the truth says nothing about: their paper was taken for another, or they
            were not transcribed.
        refused: answers that the desk did not take as they would be typed.
        causes: for each code of a doubt, how often the reading was right and how often wrong.
        questions: what it was asked about whole dossiers, by code.

    """

    fields: int = 0
    corrected: int = 0
    unknown: int = 0
    refused: list[str] = field(default_factory=list)
    causes: dict[str, Counter[bool]] = field(default_factory=dict)
    questions: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Outcome:
    """What came of a batch."""

    name: str
    dossiers: int
    before: Counter[bool]
    after: Counter[bool]
    looked: Looked
    silent: list[str]
    misnamed: list[str]
    packaged: int
    seconds: float
    cpu: float


def true_paper(truth: Truth, form: str, pages: tuple[int, ...]) -> Truth | None:
    """The paper of the truth that a paper of the program is; None where it was taken for another."""
    papers: list[Truth] = truth["documents"]
    return next((one for one in papers if one["form"] == form and one["pages"][0] in pages), None)


class Clerk:
    """Answers what the desk asks, by the truth."""

    def __init__(self, desk: Desk, truths: dict[str, Truth], *, tells_values: bool) -> None:
        self._desk = desk
        self._truths = truths
        self._tells_values = tells_values
        self.looked = Looked()
        self.asked: set[tuple[str, int, str]] = set()

    def work(self) -> None:
        """Settle every field that is handed out, and let the dossiers through."""
        stuck: list[str] = []
        while (dossier := self._desk.take(_WINDOW, passed=stuck)) is not None:
            papers = load_documents(self._desk.ledger, dossier)
            while (asked := self._desk.next_field(_WINDOW, dossier)) is not None:
                self._desk.settle(_WINDOW, asked, self._answer(asked, papers))
            asked_of_all = (one.code for one in self._desk.questions(dossier) if one.code != FORM_UNCLEAR)
            self.looked.questions.update(asked_of_all)
            if not self._desk.let_through(dossier, seen=True):
                stuck.append(dossier)
            self._desk.let_go(_WINDOW, dossier)

    def name_papers(self, decisions: PageDesk) -> bool:
        """Say which form a paper is where the desk asks; whether any dossier is read anew for it."""
        named = False
        for dossier in self._desk.dossiers():
            for question in self._desk.questions(dossier):
                pages = str(question.facts.get(AT_PAGES, "")) if question.code == FORM_UNCLEAR else ""
                for page in map(int, filter(None, pages.split(", "))):
                    papers = self._truths[dossier]["documents"]
                    form = next((one["form"] for one in papers if one["pages"][0] == page - 1), UNKNOWN_FORM)
                    self.looked.questions[FORM_UNCLEAR] += 1
                    if form != UNKNOWN_FORM:
                        named |= decisions.choose_form(dossier, page, form).again
        return named

    def _answer(self, asked: DoubtfulField, papers: list[Document]) -> Value:
        looked = self.looked
        looked.fields += 1
        self.asked.add((asked.dossier, papers[asked.document - 1].pages[0], asked.key))
        paper = true_paper(self._truths[asked.dossier], asked.form, papers[asked.document - 1].pages)
        if paper is None or (paper.get("partial") and asked.key not in paper["fields"]):
            looked.unknown += 1
            return asked.reading.value
        true: Value = flat(paper).get(asked.key)
        right = asked.reading.value == true
        looked.corrected += not right
        for code in {problem.code for problem in asked.reading.problems}:
            looked.causes.setdefault(code, Counter())[right] += 1
        if not right:
            self._try_typing(asked, true)
        return true

    def _try_typing(self, asked: DoubtfulField, true: Value) -> None:
        """See whether the truth can be typed; whoever cannot type it leaves the field wrong."""
        if not isinstance(true, str):
            return
        # The day as people write it.
        typed = _ISO_MONTH.sub(r"\2/\1", _ISO_DAY.sub(r"\3/\2/\1", true))
        checked = self._desk.check(asked, typed)
        if not checked.fits or checked.value != true:
            meant = checked.value if checked.fits else [problem.code for problem in checked.serious]
            told = f": {true!r} is taken for {meant!r}" if self._tells_values else ""
            self.looked.refused.append(f"{asked.form} {asked.key}{told}")


def exported(place: Path, folder: Path) -> dict[str, Truth]:
    """What the program gives to others of every dossier."""
    call("export", "-w", place, "--format", "json", "--to", folder, "--quiet")
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}


def compared(
    truths: dict[str, Truth], found: dict[str, Truth], misnamed: list[str] | None = None
) -> Iterator[tuple[str, int, str, str, object, object]]:
    """For each field of the truth: dossier, first page, form, key, what is exported, and what is true.

    Fields of papers that were taken for others are exported as nothing.
    """
    for dossier, truth in truths.items():
        papers = found.get(dossier, {"documents": []})["documents"]
        for true in truth["documents"]:
            if true["form"] == UNKNOWN_FORM:
                continue
            first = truth["pages"][true["pages"][0]]
            own = (one for one in papers if one["form"] == true["form"] and _holds(one, first))
            paper = next(own, None)
            if paper is None and misnamed is not None:
                misnamed.append(f"{dossier} {true['form']}")
            wanted: dict[str, Any] = flat(true)
            read: dict[str, Any] = flat(paper) if paper else {}
            # Of the letters only some fields were transcribed.
            keys = wanted if true.get("partial") else dict.fromkeys([*wanted, *read])
            for key in keys:
                value = read[key]["value"] if key in read else None
                yield dossier, true["pages"][0], true["form"], key, value, wanted.get(key)


def _holds(paper: Truth, page: Truth) -> bool:
    """Whether a paper that was exported has a page of the truth."""
    wanted = (Path(page["file"]).name, page["page"])
    return any((one["file"], one["page"]) == wanted for one in paper["pages"])


def work_off(
    name: str, scans: Path, truths: dict[str, Truth], scratch: Path, *, tells_values: bool
) -> Outcome:
    """Take a batch through the program from scans to exported fields."""
    place = scratch / "office"
    call("init", place, "--demo", "--samples", scans, "--quiet")
    began, used = time.monotonic(), cpu_seconds_of_children()
    call("run", "-w", place, "--jobs", JOBS, "--quiet")
    first = exported(place, scratch / "before")
    workspace = Workspace.open(place)
    with closing(Ledger(workspace.ledger, now, "may")) as ledger:
        clerk = Clerk(Desk.of(workspace, ledger, now), truths, tells_values=tells_values)
        if clerk.name_papers(PageDesk(workspace, ledger, now)):
            call("run", "-w", place, "--jobs", JOBS, "--quiet")
        clerk.work()
    call("run", "-w", place, "--jobs", JOBS, "--quiet")
    seconds, cpu = time.monotonic() - began, cpu_seconds_of_children() - used
    misnamed: list[str] = []
    before = list(compared(truths, first))
    after = list(compared(truths, exported(place, scratch / "after"), misnamed))
    unnamed = {tuple(one.split()) for one in misnamed}
    silent = []
    for dossier, page, form, key, value, true in after:
        if value != true and (dossier, page, key) not in clerk.asked and (dossier, form) not in unnamed:
            told = f": {value!r} for {true!r}" if tells_values else ""
            silent.append(f"{name} {dossier} {form} {key}{told}")
    return Outcome(
        name=name,
        dossiers=len(truths),
        before=Counter(value == true for *_, value, true in before),
        after=Counter(value == true for *_, value, true in after),
        looked=clerk.looked,
        silent=silent,
        misnamed=misnamed,
        packaged=len([one for one in (place / "archive").iterdir() if not one.name.startswith(".")]),
        seconds=seconds,
        cpu=cpu,
    )


def made_up(style: str, wear: int, dossiers: int, seed: int, scratch: Path) -> Outcome:
    """A batch of made-up dossiers."""
    scans = scratch / "samples"
    numbers = ("--dossiers", str(dossiers), "--seed", str(seed), "--wear", str(wear))
    call("sample", scans, *numbers, "--style", style, "--quiet")
    truths = json.loads((scans / "truth.json").read_text("utf-8"))
    return work_off(f"{style} {wear}, seed {seed}", scans, truths, scratch, tells_values=True)


def real_letters(scratch: Path) -> Outcome | None:
    """The transcribed letters, each a dossier of one page; None where they are not at hand."""
    scans = scratch / "samples"
    scans.mkdir()
    truths: dict[str, Truth] = {}
    for told in sorted((CASES / "pages").glob("*.fields.json")):
        name = told.name.removesuffix(".fields.json")
        shutil.copyfile(told.with_name(f"{name}.jpg"), scans / f"{name}.jpg")
        said = json.loads(told.read_text("utf-8"))
        fields = {key: value for key, value in said.get("fields", said).items() if key[0] != "_"}
        truths[name] = {
            "documents": [{"form": "official_letter", "pages": [0], "fields": fields, "partial": True}],
            "pages": [{"file": f"{name}.jpg", "page": 1}],
        }
    return work_off("real letters", scans, truths, scratch, tells_values=False) if truths else None


def show(outcome: Outcome) -> None:
    """Print a line of the table."""
    looked, total = outcome.looked, outcome.after.total()
    figures = (
        outcome.name,
        outcome.dossiers,
        total,
        f"{outcome.before[True] / total:.2%}",
        f"{outcome.after[True] / total:.2%}",
        f"{looked.fields / outcome.dossiers:.1f}",
        f"{looked.corrected / max(1, looked.fields):.0%}",
        len(outcome.silent),
        f"{outcome.seconds / outcome.dossiers / 60:.2f}",
        f"{outcome.cpu / outcome.dossiers:.1f}",
    )
    print("| " + " | ".join(map(str, figures)) + " |", flush=True)


def show_rest(outcomes: list[Outcome]) -> None:
    """Print the causes of doubts, and everything that did not go as it should."""
    causes: dict[str, Counter[bool]] = {}
    for outcome in outcomes:
        for code, counts in outcome.looked.causes.items():
            causes.setdefault(code, Counter()).update(counts)
    print("\n| cause of the doubt | fields | wrong as read | right all the same |\n|---|---|---|---|")
    for code, counts in sorted(causes.items(), key=lambda one: -one[1].total()):
        print(f"| {code} | {counts.total()} | {counts[False]} | {counts[True]} |")
    for what, lines in (
        ("wrong, and nobody was asked", [line for one in outcomes for line in one.silent]),
        ("papers taken for others", [f"{one.name} {line}" for one in outcomes for line in one.misnamed]),
        (
            "answers that the desk does not take as typed",
            [f"{one.name} {line}" for one in outcomes for line in one.looked.refused],
        ),
    ):
        print(f"\n{len(lines)} {what}")
        for line in lines:
            print(f"  {line}")
    unpackaged = sum(one.dossiers - one.packaged for one in outcomes)
    unknown = sum(one.looked.unknown for one in outcomes)
    questions = sum((one.looked.questions for one in outcomes), Counter[str]())
    print(f"\nasked about whole dossiers: {dict(questions)}")
    print(f"\n{unpackaged} dossiers not packaged; {unknown} answers about what the truth says nothing of")


def main() -> None:
    """Work every set off and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dossiers", type=int, default=15)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    adopt_orphans()
    headings = (
        *("batch", "dossiers", "fields", "right before", "right after", "looked at per dossier"),
        *("of those corrected", "silent errors", "minutes per dossier", "CPU s per dossier"),
    )
    print("| " + " | ".join(headings) + " |")
    print("|" + "---|" * len(headings), flush=True)
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="digitize-clerk-") as name:
        top = asked.keep or Path(name)
        for seed in asked.seeds:
            for style, wear in SETS:
                scratch = top / f"{style}-{wear}-{seed}"
                scratch.mkdir(parents=True)
                outcomes.append(made_up(style, wear, asked.dossiers, seed, scratch))
                show(outcomes[-1])
        scratch = top / "letters"
        scratch.mkdir(parents=True)
        letters = real_letters(scratch)
        if letters is not None:
            outcomes.append(letters)
            show(letters)
    show_rest(outcomes)
    sys.exit(any(one.after[True] < one.before[True] for one in outcomes))


if __name__ == "__main__":
    main()

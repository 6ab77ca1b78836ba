"""Fields of made-up dossiers: right, flagged, and wrong without a flag, which must not be.

Dossiers of ``digitize sample`` are read page by page as ``read`` does it; each field of each document, and
each cell of its tables, is compared with the truth. Eleven dossiers hold every form once. Told as well: which
forms and versions are named rightly, which QR codes of cards are read, whether confidence means something,
and what field reading costs beside page reading. Then the transcribed letters and the blank official forms,
where they are at hand.

    python benchmarks/fields.py [DOSSIERS] [SEED]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from common import CASES, call
from truths import load

from digitize.forms.extract import read_documents
from digitize.forms.template_files import load_templates
from digitize.forms.view import PageView
from digitize.imaging.picture import Pixels
from digitize.model import UNKNOWN_FORM, Document, Source
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.pipeline.memory import keep_freed_memory

SETS = (("typed", 0), ("typed", 1), ("typed", 2), ("handwritten", 1))
WORKERS = 2
THRESHOLD = 0.8
BINS = (0.5, 0.8, 0.9, 0.95, 0.98, 1.01)
"""Where classes of confidence end."""

KINDS = ("right", "right, flagged", "wrong, flagged", "silent")


@dataclass
class Tally:
    """What came of the fields of one set."""

    fields: dict[str, Counter[str]] = field(default_factory=dict)
    named: Counter[bool] = field(default_factory=Counter)
    codes: Counter[bool] = field(default_factory=Counter)
    sure: dict[float, Counter[bool]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    pages_cpu: float = 0.0
    fields_cpu: float = 0.0


@dataclass(frozen=True)
class Read:
    """A dossier as it was read, and what that cost."""

    documents: list[Document]
    pages_cpu: float
    fields_cpu: float


@cache
def _engine() -> OcrEngine:
    keep_freed_memory()
    return open_engine()


def read_dossier(pages: list[tuple[Path, int]]) -> Read:
    """Read pages and then their fields; ``pages`` are files and numbers of pages from 0."""
    files = list(dict.fromkeys(file for file, _ in pages))
    started = time.process_time()
    done = [read_page(load(file, number), _engine()) for file, number in pages]
    between = time.process_time()
    views = [PageView(one.reading, partial(_same, one.pixels)) for one in done]
    numbers = [files.index(file) for file, _ in pages]
    documents = read_documents(views, numbers, load_templates(), _engine(), threshold=THRESHOLD)
    return Read(documents, between - started, time.process_time() - between)


def _same(pixels: Pixels) -> Pixels:
    return pixels


def flat(document: dict[str, Any]) -> dict[str, Any]:
    """True values by key, cells of tables with keys of their own."""
    cells = {
        f"{table}.{number}.{key}": value
        for table, rows in document.get("tables", {}).items()
        for number, row in enumerate(rows)
        for key, value in row.items()
    }
    fields: dict[str, Any] = document["fields"]
    return fields | cells


def compare(name: str, truth: dict[str, Any], read: Read, tally: Tally) -> None:
    """Hold what was read of a dossier against the truth."""
    tally.pages_cpu += read.pages_cpu
    tally.fields_cpu += read.fields_cpu
    for document in truth["documents"]:
        form, first = document["form"], document["pages"][0]
        found = next((one for one in read.documents if first in one.pages), None)
        version = document.get("form_version")
        right = found is not None and found.form == form and found.pages[0] == first
        right = right and (form == UNKNOWN_FORM or found is None or found.form_version == version)
        tally.named[right] += 1
        if not right:
            told = (found.form, found.form_version) if found else None
            tally.misnamed.append(f"{name} {form} {version}: {told}")
        if found is None or found.form != form or form == UNKNOWN_FORM:
            continue
        if form == "citizen_id":
            tally.codes[found.fields["pid"].source is Source.QR] += 1
        for key, kind, confidence, told_value, true in outcomes(document, found):
            tally.fields.setdefault(form, Counter())[kind] += 1
            top = next(end for end in BINS if confidence < end)
            tally.sure.setdefault(top, Counter())[kind.startswith("right")] += 1
            if kind == "silent":
                tally.silent.append(f"{name} {form} {key}: {told_value!r} for {true!r}")


def outcomes(document: dict[str, Any], found: Document) -> Iterator[tuple[str, str, float, object, object]]:
    """For each field: its key, what came of it, its confidence, what was read and what is true.

    A cell that was not noticed is silent: nobody is told that something is written there.
    """
    truth = flat(document)
    for key in dict.fromkeys([*truth, *found.fields]):
        true, reading = truth.get(key), found.fields.get(key)
        if reading is None:
            if true is not None:
                yield key, "silent", 0.0, None, true
            continue
        right = reading.value == true
        flagged = reading.needs_review
        kind = ("right" if right else "wrong") + (", flagged" if flagged else "")
        yield key, "silent" if kind == "wrong" else kind, reading.confidence, reading.value, true


def show(style: str, wear: int, tally: Tally, *, whole: bool) -> None:
    """Print the counts of a set."""
    total: Counter[str] = Counter()
    for form, counts in sorted(tally.fields.items()):
        total += counts
        if whole:
            row(f"{style} {wear}", form, counts)
    row(f"**{style} {wear}**", "**all**", total)
    named, codes = tally.named, tally.codes
    print(
        f"| | forms and versions named rightly: {named[True]} of {named.total()}; QR codes read: "
        f"{codes[True]} of {codes.total()}; field reading costs {tally.fields_cpu / tally.pages_cpu:.0%} of "
        f"page reading | | | | | | |",
        flush=True,
    )


def row(name: str, form: str, counts: Counter[str]) -> None:
    """A line of the table."""
    every = max(1, counts.total())
    shares = " | ".join(f"{counts[kind] / every:.1%}" for kind in KINDS[:3])
    exact = (counts["right"] + counts["right, flagged"]) / every
    print(f"| {name} | {form} | {counts.total()} | {exact:.1%} | {shares} | {counts['silent']} |", flush=True)


def measure(style: str, wear: int, dossiers: int, seed: int) -> Tally:
    """Draw dossiers, read them, compare them."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="digitize-fields-") as name:
        folder = Path(name) / "dossiers"
        numbers = ("--dossiers", str(dossiers), "--seed", str(seed), "--wear", str(wear))
        call("sample", folder, *numbers, "--style", style, "--quiet")
        truths = json.loads((folder / "truth.json").read_text("utf-8"))
        jobs = [
            [(folder / page["file"], page["page"] - 1) for page in truth["pages"]]
            for truth in truths.values()
        ]
        with ProcessPoolExecutor(WORKERS) as pool:
            for (dossier, truth), read in zip(truths.items(), pool.map(read_dossier, jobs), strict=True):
                compare(f"{style} {wear} {dossier}", truth, read, tally)
    return tally


def show_reliability(tallies: list[Tally]) -> None:
    """Print how many of the fields of each class of confidence are right."""
    print("\n| confidence below | fields | right |")
    print("|---|---|---|")
    for end in BINS:
        counts = sum((tally.sure.get(end, Counter()) for tally in tallies), Counter[bool]())
        if counts.total():
            print(f"| {min(end, 1.0)} | {counts.total()} | {counts[True] / counts.total():.1%} |")


def show_letters() -> None:
    """The transcribed letters: right, flagged, wrong without a flag."""
    counts: Counter[str] = Counter()
    for truth_file in sorted((CASES / "pages").glob("*.fields.json")):
        scan = truth_file.with_name(truth_file.name.replace(".fields.json", ".jpg"))
        truth = {
            key: value for key, value in json.loads(truth_file.read_text("utf-8")).items() if key[0] != "_"
        }
        fields = read_dossier([(scan, 0)]).documents[0].fields
        for key, true in truth.get("fields", truth).items():
            if key in fields and key[0] != "_":
                kind = "right" if fields[key].value == true else "wrong"
                counts[kind + (", flagged" if fields[key].needs_review else "")] += 1
    if counts:
        print(f"\nTranscribed letters, {counts.total()} fields: {dict(counts)}")


def show_blanks() -> None:
    """The blank official forms: what they are taken for, and what is read though nothing is written."""
    for file in sorted((CASES / "blank_forms" / "pdf").glob("*.pdf")):
        import pypdfium2

        with pypdfium2.PdfDocument(file) as document:
            pages = [(file, number) for number in range(len(document))]
        for found in read_dossier(pages).documents:
            read = {key: one.value for key, one in found.fields.items() if one.value not in (None, False)}
            silent = [key for key in read if not found.fields[key].needs_review]
            print(
                f"Blank {file.name}: {found.form} {found.form_version}, read {read}, without a flag {silent}"
            )


def main() -> None:
    """Measure every set and print it."""
    dossiers = int(sys.argv[1]) if len(sys.argv) > 1 else 22
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print("| filled in, wear | form | fields | exactly right | " + " | ".join(KINDS) + " |")
    print("|---|---|---|---|---|---|---|---|")
    tallies = []
    for style, wear in SETS:
        tallies.append(measure(style, wear, dossiers, seed))
        show(style, wear, tallies[-1], whole=style == "typed" and wear > 0)
    show_reliability(tallies)
    for what, lines in (
        ("wrong without a flag", [line for tally in tallies for line in tally.silent]),
        ("named wrongly", [line for tally in tallies for line in tally.misnamed]),
    ):
        print(f"\n{len(lines)} {what}")
        for line in lines:
            print(f"  {line}")
    show_letters()
    show_blanks()


if __name__ == "__main__":
    main()

"""How ``status``, ``run`` with nothing new and ``show`` take to a ledger of 100,000 dossiers, against 1,000.

    python benchmarks/scale.py [DOSSIERS...]

The ledger is made up, with folders in ``originals/`` and ``archive/`` for what it tells of, and an inbox with
1,000 folders that were taken in long ago. Each figure is that of a process, its start included: the best of
three calls, after one that lets Python keep its compiled modules. CPU seconds stand beside it, for machines
that have other work.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from common import ROOT, call, cpu_seconds_of_children

sys.path.insert(0, str(ROOT / "tests"))

from digitize.forms.template import Template
from digitize.forms.template_files import load_templates
from digitize.model import Document, FieldReading, PageQuality, PageReading, Word
from digitize.pipeline.page_summary import summary_of
from digitize.pipeline.tasks import PageDone
from support.activity import Office, at, office_at

SIZES = (1_000, 100_000)
_FIRST = at("2025-01-06 08:00")
_IN_INBOX = 1_000
_CALLS = 3
_FIELDS = 8

_FORMS = (
    ("birth_registration", "identity_card"),
    ("marriage_registration", "identity_card"),
    ("land_change_request", None),
    ("residence_change", "identity_card"),
)
_PAGES = (2, 3, 4, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, and the seconds that it may take on the large ledger; None where they are told alone."""

    title: str
    arguments: tuple[str, ...]
    seconds: float | None = None


ASKED = (
    Asked("status", ("status",), 1.0),
    Asked("status --all", ("status", "--all")),
    Asked("status --json", ("status", "--json")),
    Asked("run, nothing new", ("run",), 2.0),
    Asked("run --json, nothing new", ("run", "--json")),
    Asked("show of one dossier", ("show", "HS-000500")),
    Asked("review --list", ("review", "--list")),
)


def main() -> None:
    """Make each ledger, time what is asked of it, and hold the large one against what is wanted."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    late = False
    taken: list[dict[str, float]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="digitize-scale-") as folder:
            place = Path(folder) / "office"
            made = time.perf_counter()
            make_office(place, size)
            told = (place / "ledger.db").stat().st_size / 1e6
            print(f"{size:,} dossiers: ledger of {told:.0f} MB made in {time.perf_counter() - made:.0f} s")
            taken.append({})
            for asked in ASKED:
                seconds, cpu = best(place, asked)
                taken[-1][asked.title] = seconds
                wanted = f" (wanted: {asked.seconds:.0f} s)" if asked.seconds else ""
                print(f"  {asked.title:26}{seconds:6.2f} s, CPU {cpu:5.2f} s{wanted}", flush=True)
                late |= asked.seconds is not None and seconds > asked.seconds
    if len(taken) > 1:
        for asked in ASKED:
            print(f"{asked.title:28}{taken[-1][asked.title] / taken[0][asked.title]:6.2f} times the smallest")
    sys.exit(late)


def best(place: Path, asked: Asked) -> tuple[float, float]:
    """The shortest of some calls in seconds, and the fewest CPU seconds."""
    command = [sys.executable, "-m", "digitize", *asked.arguments, "-w", str(place)]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for _ in range(1 + _CALLS):
        started, before = time.perf_counter(), cpu_seconds_of_children()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=kept)
        found.append((time.perf_counter() - started, cpu_seconds_of_children() - before))
        if done.returncode:
            sys.exit(f"digitize {asked.title}: {done.returncode}\n{done.stderr}")
    seconds, cpu = zip(*found[1:], strict=True)
    return min(seconds), min(cpu)


def make_office(place: Path, dossiers: int) -> None:
    """A workspace whose dossiers all rest: most are packaged, the others wait for a person."""
    call("init", place, "--name", "UBND phường Sao Mai", "--code", "H99.00.01", "--fonds", "H99.00.01")
    chance = random.Random(20261123)
    with office_at(place / "ledger.db") as office, office.together():
        for number in range(1, dossiers + 1):
            _dossier(office, place, f"HS-{number:06}", _FIRST + dt.timedelta(minutes=10 * number), chance)
        office.ledger.execute("UPDATE page SET summary = ? WHERE state = 'read'", _summary())
        _fill_inbox(office, place, min(_IN_INBOX, dossiers))


def _dossier(office: Office, place: Path, code: str, came: dt.datetime, chance: random.Random) -> None:
    """One dossier on its way, with the folders that it leaves behind."""
    pages, luck = chance.choice(_PAGES), chance.random()
    office.receive(code, came, "lan.nt", pages=pages)
    originals = place / "originals" / code
    originals.mkdir()
    (originals / "a.tif").write_bytes(b"II*\0")
    (originals / "SHA256SUMS").write_text(f"{'0' * 64}  a.tif\n")
    if luck < 0.005:
        office.set_aside(code, came, chance.choice(["pdf_encrypted", "worker_died"]))
        return
    form, card = chance.choice(_FORMS)
    doubtful = chance.choice([0, 0, 0, 1, 2])
    papers = [_paper(form, 0, doubtful)]
    papers += [_paper("citizen_id", 1, 0, card)] if card else []
    office.read(code, came, papers)
    if doubtful and luck < 0.04:
        return
    if doubtful:
        office.review(code, came, "huong.tv", corrected=doubtful - 1)
    office.compose(code, came)
    if luck > 0.995:
        office.withdraw(code, came)
    elif luck < 0.99:
        office.package(code, came)
        (place / "archive" / f"urn_{code}").mkdir()


def _paper(form: str, page: int, doubtful: int, kind: str | None = None) -> Document:
    """A paper with some of its fields, so many of them in doubt."""
    keys = list(_templates()[form].names)[:_FIELDS]
    fields = {
        key: FieldReading("Nguyễn Văn Mẫu", confidence=0.9, needs_review=number < doubtful)
        for number, key in enumerate(keys)
    }
    return Document((page,), form, "x", 0.99, fields, paper=kind)


@cache
def _templates() -> dict[str, Template]:
    return load_templates()


def _summary() -> str:
    """What the ledger keeps of a page that was read."""
    reading = PageReading(
        width=2480,
        height=3508,
        dpi=300.0,
        rotated=0,
        rotation_confidence=1.0,
        skew=-0.4,
        skew_confidence=1.0,
        blank=False,
        words=(Word("Số:", (300, 200, 360, 240), 0.96, 0),),
        unread=(),
        problems=(),
        engine="tesserocr 2.13.0",
        quality=PageQuality(300, 24, 0.4, 0.8, 0.1, (), 0.01),
    )
    done = PageDone(reading, 450_000)
    return json.dumps(summary_of(done))


def _fill_inbox(office: Office, place: Path, folders: int) -> None:
    """The scans of so many dossiers still lie in the inbox, as they were taken in."""
    for number in range(1, folders + 1):
        code = f"HS-{number:06}"
        scan = place / "scans" / code / "a.tif"
        scan.parent.mkdir()
        scan.write_bytes(b"II*\0" + bytes(1000))
        status = scan.stat()
        office.ledger.execute(
            "UPDATE original SET source_size = ?, source_time = ? WHERE source = ?",
            status.st_size,
            status.st_mtime_ns,
            f"scans/{code}/a.tif",
        )


if __name__ == "__main__":
    main()

"""CPU that is not page work, for each one-page dossier, as a share of its page work at 300 dpi.

    python benchmarks/overhead.py [DOSSIERS]

Page work is what workers do to read a page and its fields, with the real engine. Everything else counts
against it: looking into the file and composing the PDF/A in workers, and all that the runner does: intake,
ledger, signature with timestamps, package. The profile is that of a demo workspace (signatures at B-LTA,
with an authority of its own whose CPU is counted too), but that doubtful fields are let through. What a run
costs that has nothing to do is measured on its own and taken off; it is told.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import numpy as np
from common import call, call_json, output_of
from PIL import Image

from digitize.pipeline.pool import LocalPool
from digitize.samples.cases import CASE_KINDS, Desk, draw_case
from digitize.samples.pens import Style
from digitize.samples.scanner import Mode, scan_sheet
from digitize.samples.wear_levels import LEVELS, choose_damage, choose_lying

T = TypeVar("T")

DOSSIERS = 30
WANTED = 0.15
_DPI = 300
_WEAR = 1
_QUALITY = 85
_PAGE_WORK = ("read_one_page", "extract")
_NOTES = "DIGITIZE_BENCHMARK_NOTES"
_PROFILE = 'extends = "demo"\nid = "benchmark"\n\n[review]\nrequired = "never"\n'


def main() -> None:
    """Run the dossiers, and print what each step has cost."""
    dossiers = int(sys.argv[1]) if len(sys.argv) > 1 else DOSSIERS
    with tempfile.TemporaryDirectory(prefix="digitize-overhead-") as folder:
        place, notes = Path(folder) / "office", Path(folder) / "notes"
        nothing = Path(folder) / "nothing"
        nothing.mkdir()
        call("init", place, "--demo", "--samples", nothing)
        (place / "benchmark.toml").write_text(_PROFILE)
        settings = place / "digitize.toml"
        settings.write_text(settings.read_text().replace('profile = "demo"', 'profile = "benchmark.toml"'))
        for number in range(dossiers):
            _scan(place / "scans" / f"HS-{number:03}.jpg", number)
        # The first run writes compiled modules; the last one tells what a run costs by itself.
        _run(place, notes, "--until", "received")
        spent = _run(place, notes)
        idle = _run(place, notes)
        summary = call_json("status", "-w", place)["summary"]
    if summary != {"packaged": dossiers}:
        sys.exit(f"not every dossier was packaged: {summary}")
    _show(spent, idle["runner"], dossiers)
    sys.exit(_share(spent, idle["runner"]) > WANTED)


def _scan(path: Path, number: int) -> None:
    """The first page of a case, typed, worn a little, scanned in colour at 300 dpi."""
    random = Random(f"20261123/overhead/{number}")
    level = LEVELS[_WEAR]
    kind = CASE_KINDS[number % len(CASE_KINDS)]
    document = draw_case(kind, Desk(random, Style.TYPED, _DPI), number // len(CASE_KINDS))[0]
    drawing = np.asarray(document.sheets[0].image)
    lying = choose_lying(random, level, photo=False)
    scan = scan_sheet(drawing, drawing, choose_damage(random, level), lying, Mode.COLOUR, _DPI, random)
    stream = io.BytesIO()
    Image.fromarray(scan.pixels).save(stream, "JPEG", quality=_QUALITY, dpi=(_DPI, _DPI))
    path.write_bytes(stream.getvalue())


def _run(place: Path, notes: Path, *options: str) -> dict[str, float]:
    """CPU seconds of a run by what they were spent on."""
    notes.unlink(missing_ok=True)
    os.environ[_NOTES] = str(notes)
    done = output_of(sys.executable, __file__, "run", "-w", place, "--quiet", "--jobs", "2", *options)
    if done.returncode:
        sys.exit(f"the run ended with {done.returncode}\n{done.stderr}")
    spent: dict[str, float] = defaultdict(float)
    for line in notes.read_text().splitlines():
        what, seconds = json.loads(line)
        spent[what] += seconds
    return spent


def _share(spent: dict[str, float], idle: float) -> float:
    page = sum(spent[what] for what in _PAGE_WORK)
    return (sum(spent.values()) - idle - page) / page


def _show(spent: dict[str, float], idle: float, dossiers: int) -> None:
    print(f"{dossiers} one-page dossiers at {_DPI} dpi; ms CPU for each:")
    for what, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        own = seconds - idle if what == "runner" else seconds
        kind = "page work" if what in _PAGE_WORK else "other"
        print(f"  {what:20}{own / dossiers * 1000:9.1f}  {kind}")
    print(f"a run with nothing to do: {idle:.2f} s")
    print(f"other than page work: {_share(spent, idle):.1%} of page work (wanted: {WANTED:.0%})")
    print(f"the same with the cost of the run itself: {_share(spent, 0.0):.1%}")


# --- in the run ---


def _note(what: str, seconds: float) -> None:
    line = json.dumps([what, seconds]) + "\n"
    handle = os.open(os.environ[_NOTES], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def noted(function: Callable[..., T], *args: Any) -> T:
    """Do a task in a worker and note what it has cost."""
    before = _cpu()
    try:
        return function(*args)
    finally:
        _note(function.__name__, _cpu() - before)


class NotingPool(LocalPool):
    """The pool of the program, whose tasks are noted."""

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Start a task."""
        return super().submit(noted, function, *args)


def run_noted() -> None:
    """The program's own command, with what its processes spend noted."""
    import overhead

    from digitize.cli.entry import run_command
    from digitize.pipeline import operation

    operation.LocalPool = overhead.NotingPool  # type: ignore[attr-defined]
    code = run_command(sys.argv[1:])
    _note("runner", _cpu())
    sys.exit(code)


if __name__ == "__main__":
    run_noted() if _NOTES in os.environ else main()

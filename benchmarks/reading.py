"""How well and how quickly pages are read, beside OCRmyPDF; and what each step of reading is worth.

    python benchmarks/reading.py [cpu] [words] [lines] [lie] [bytes] [memory] [steps] [--pages N] [--seed N]

Everything if nothing is named. OCRmyPDF is fetched at the first call, see ``rival.py``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from random import Random
from statistics import fmean
from unittest.mock import patch

import numpy as np
import rival
from archival import show_bytes
from common import adopt_orphans, call, call_json, cpu_seconds_of_children
from lying import show_lie
from PIL import Image
from steps import STEPS, without
from truths import LETTER, Sampled, Score, load, real_pages, sampled, score, score_real
from words import ours, plain

from digitize.imaging.picture import Picture, Pixels
from digitize.imaging.reading import reading_picture
from digitize.model import PageReading
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.samples.office_letter import draw_office_letter

_SEED = 1
_PAGES = 24
_DOSSIERS = 30
"""So many hold about forty pages of letters and forms."""

_STEP_DOSSIERS = 30
_WEARS = 3
_WORSE = 0.005
_LYING = 400
_KEPT = 24
_WORKERS = 2


@cache
def _engine() -> OcrEngine:
    """One engine in each process."""
    return open_engine()


# --- cpu ---


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU and wall-clock seconds."""

    cpu: float
    wall: float


def spent(work: Callable[[], object]) -> Spent:
    """What some programs need, started by this process."""
    before, started = cpu_seconds_of_children(), time.monotonic()
    work()
    wall = time.monotonic() - started
    return Spent(cpu_seconds_of_children() - before, wall)


def show_cpu(pages: int) -> None:
    """Print CPU seconds a page, and what a second worker gains."""
    adopt_orphans()
    rival.program()
    with tempfile.TemporaryDirectory(prefix="digitize-cpu-") as name:
        folder = Path(name)
        made = sampled(folder / "samples", 1, pages, _SEED)[:pages]
        pictures = [page.load() for page in made]
        inbox(folder / "scans", made, pictures)
        rival.write_pdf(folder / "scans.pdf", pictures)
        cleaned = list(map(clean, pictures))
        read = [one for one in cleaned if one is not None]
        ours_by = {jobs: spent(partial(run, folder, jobs)) for jobs in (2, 1)}
        theirs = spent(lambda: rival.convert(folder / "scans.pdf", folder / "rival.pdf", jobs=_WORKERS))
    bare_by = {workers: bare(read, workers) for workers in (2, 1)}
    print(f"{len(made)} pages of samples, typed, wear 1; {len(read)} of them have something to read.\n")
    print("| | CPU s a page | s with 1 worker | s with 2 workers |")
    print("|---|---|---|---|")
    rows: list[tuple[str, Spent, float | None]] = [
        ("digitize run, scan to PDF/A with documents and fields", ours_by[2], ours_by[1].wall),
        (f"OCRmyPDF {rival.version()}, PDF to PDF/A", theirs, None),
        ("tesserocr alone, on our cleaned pages", bare_by[2], bare_by[1].wall),
    ]
    for what, both, alone in rows:
        single = "–" if alone is None else f"{alone:.1f}"
        print(f"| {what} | {both.cpu / len(made):.2f} | {single} | {both.wall:.1f} |")
    cost = ours_by[2].cpu
    print(f"\nCPU: {cost / theirs.cpu:.2f} of OCRmyPDF's, {cost / bare_by[2].cpu:.2f} times tesserocr alone.")
    gain, possible = (by[1].wall / by[2].wall for by in (ours_by, bare_by))
    print(f"Two workers: {gain:.2f} times as quick; tesserocr {possible:.2f}; {gain / possible:.0%} of it.")


def inbox(folder: Path, pages: Sequence[Sampled], pictures: Sequence[Picture]) -> None:
    """Lay the pages of each dossier into a folder of its own."""
    for number, (page, picture) in enumerate(zip(pages, pictures, strict=True)):
        place = folder / page.dossier
        place.mkdir(parents=True, exist_ok=True)
        if picture.jpeg is not None:
            (place / f"{number:03}.jpg").write_bytes(picture.jpeg)
        else:
            dpi = (picture.dpi, picture.dpi)
            Image.fromarray(picture.pixels).save(place / f"{number:03}.png", dpi=dpi)


def run(folder: Path, jobs: int) -> None:
    """A whole run in a fresh workspace, up to the point where somebody must sign."""
    place = folder / f"office-{jobs}"
    owner = ("--name", "Benchmark", "--code", "H99.00.01", "--fonds", "H99.00.01")
    call("init", place, *owner, "--profile", "tt05-2025-backlog")
    call("run", "-w", place, "--jobs", str(jobs), folder / "scans")
    stages = {line["stage"] for line in call_json("status", "-w", place)["dossiers"]}
    if stages != {"composed"}:
        sys.exit(f"the run ended with dossiers at {stages}")


def clean(picture: Picture) -> tuple[Pixels, float] | None:
    """What our OCR is fed of a page, and its resolution; None for a blank page."""
    with patch("digitize.ocr.page._words", lambda *_: ((), ())):
        done = read_page(picture, _engine())
    if done.reading.blank:
        return None
    found = reading_picture(done.pixels, picture.dpi)
    return found.pixels, found.dpi


def bare(pages: Sequence[tuple[Pixels, float]], workers: int) -> Spent:
    """Recognition alone, engines loaded before."""
    with ProcessPoolExecutor(workers) as pool:
        # Each worker loads its engine while the other one does.
        list(pool.map(_load_engine, range(workers)))
        started = time.monotonic()
        seconds = list(pool.map(_recognised, pages))
        return Spent(sum(seconds), time.monotonic() - started)


def _load_engine(_number: int) -> None:
    _engine()
    time.sleep(1)


def _recognised(page: tuple[Pixels, float]) -> float:
    pixels, dpi = page
    before = time.process_time()
    _engine().read(pixels, dpi)
    return time.process_time() - before


# --- words ---


def show_words() -> None:
    """Print word F1 on the transcribed scans."""
    pages = real_pages()
    if not pages:
        print("no transcribed pages; skipped")
        return
    adopt_orphans()
    rival.program()
    readers: dict[str, Callable[[Path], str]] = {
        "digitize": ours,
        "OCRmyPDF": rivals_text,
        "tesseract": plain,
    }
    scores: dict[str, list[float]] = {name: [] for name in readers}
    print(f"| page | {' | '.join(readers)} |\n|---|---|---|---|")
    seconds = dict.fromkeys(readers, 0.0)
    for page in pages:
        for name, read in readers.items():
            before = cpu_seconds_of_children()
            scores[name].append(score_real(page, read(page)))
            seconds[name] += cpu_seconds_of_children() - before
        print(
            f"| {page.name} | {' | '.join(f'{values[-1]:.4f}' for values in scores.values())} |", flush=True
        )
    print(f"| **mean** | {' | '.join(f'{fmean(values):.4f}' for values in scores.values())} |")
    print(f"| CPU s a page | {' | '.join(f'{value / len(pages):.2f}' for value in seconds.values())} |")
    pairs = zip(pages, scores["digitize"], scores["OCRmyPDF"], strict=True)
    worse = [page.name for page, mine, theirs in pairs if mine < theirs - _WORSE]
    print(f"\nWorse than OCRmyPDF {rival.version()} by more than {_WORSE}: {', '.join(worse) or 'no page'}.")


def rivals_text(page: Path) -> str:
    """The text as OCRmyPDF reads it."""
    with tempfile.TemporaryDirectory(prefix="digitize-rival-") as folder:
        return rival.text_of(page, Path(folder))


# --- lines ---


def read(page: Sampled) -> PageReading:
    """Read a page in this process."""
    return read_page(page.load(), _engine()).reading


def _scored(page: Sampled) -> Score:
    return score(page, read(page))


def lost_share(scores: Sequence[Score]) -> str:
    """How many of the filled lines are lost."""
    lines, lost = sum(one.lines for one in scores), sum(one.lost for one in scores)
    return f"{lost} of {lines} ({lost / max(1, lines):.1%})"


def show_lines(dossiers: int, seed: int = _SEED) -> None:
    """Print what is read of samples on the first levels of wear."""
    print("| wear | pages | word F1, letters | word F1, forms | filled lines lost |")
    print("|---|---|---|---|---|")
    for wear in range(_WEARS):
        with (
            tempfile.TemporaryDirectory(prefix="digitize-lines-") as folder,
            ProcessPoolExecutor(_WORKERS) as pool,
        ):
            made = sampled(Path(folder) / "samples", wear, dossiers, seed)
            pages = [page for page in made if page.counts]
            scores = list(pool.map(_scored, pages))
        letters = [one for one in scores if one.form == LETTER]
        forms = [one for one in scores if one.form != LETTER]
        means = (f"{fmean(one.f1 for one in part):.4f}" if part else "–" for part in (letters, forms))
        print(f"| {wear} | {len(scores)} | {' | '.join(means)} | {lost_share(forms)} |", flush=True)


# --- steps ---


def show_steps(dossiers: int) -> None:
    """Print what is lost without each step."""
    real = real_pages()
    with tempfile.TemporaryDirectory(prefix="digitize-steps-") as folder:
        pages = [page for page in sampled(Path(folder) / "samples", 1, dossiers) if page.counts]
        print(f"{len(pages)} typed pages, wear 1; {len(real)} real pages.\n")
        print("| | filled lines lost | word F1, samples | word F1, real pages | CPU s a page |")
        print("|---|---|---|---|---|")
        with ProcessPoolExecutor(_WORKERS) as pool:
            for step in STEPS:
                done = list(pool.map(_without, [(step, page) for page in pages]))
                true = list(pool.map(_without_on_real, [(step, page) for page in real]))
                scores = [one for one, _ in done]
                seconds = fmean(seconds for _, seconds in done)
                on_real = f"{fmean(true):.4f}" if true else "–"
                mean = fmean(one.f1 for one in scores)
                print(
                    f"| {step} | {lost_share(scores)} | {mean:.4f} | {on_real} | {seconds:.2f} |", flush=True
                )


def _without(job: tuple[str, Sampled]) -> tuple[Score, float]:
    step, page = job
    before = time.process_time()
    with without(step):
        reading = read(page)
    return score(page, reading), time.process_time() - before


def _without_on_real(job: tuple[str, Path]) -> float:
    step, page = job
    with without(step):
        return score_real(page, read_page(load(page), _engine()).reading.text)


# --- memory ---


def show_memory() -> None:
    """Print the peak memory of a process that reads one page."""
    print("| one page, in colour | MiB of pixels | peak MiB of the process | s |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="digitize-memory-") as folder:
        for what, dpi, sheets in (("A4, 300 dpi", 300, 1), ("A3, 600 dpi", 600, 2)):
            path = Path(folder) / f"{dpi}.jpg"
            size = write_letters(path, dpi, sheets) / 2**20
            # ru_maxrss would count what this process had when the other one was split off from it.
            command = [sys.executable, __file__, "--read", str(path)]
            started = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            wall = time.monotonic() - started
            print(f"| {what} | {size:.0f} | {float(done.stdout):.0f} | {wall:.1f} |", flush=True)


def write_letters(path: Path, dpi: int, number: int) -> int:
    """Write letters, side by side, as one page; return the size of its pixels."""
    sheets = [draw_office_letter(Random(f"{_SEED}/{n}"), dpi=dpi)[0][0].image for n in range(number)]
    page = Image.fromarray(np.hstack([np.asarray(sheet) for sheet in sheets]))
    page.save(path, "JPEG", quality=85, dpi=(dpi, dpi))
    return page.width * page.height * 3


def read_alone(path: Path) -> None:
    """Read a page and print the most memory that this process has had."""
    done = read_page(load(path), _engine())
    assert done.reading.words
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    (peak,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    print(peak / 1024)


def main() -> None:
    """Print the tables that are asked for."""
    parts: dict[str, tuple[str, Callable[[int], None], int]] = {
        "cpu": ("CPU time", show_cpu, _PAGES),
        "words": ("Words of real pages", lambda _: show_words(), 0),
        "lines": ("Lines of samples", show_lines, _DOSSIERS),
        "lie": ("How pages lie", show_lie, _LYING),
        "bytes": ("Archival pictures", show_bytes, _KEPT),
        "memory": ("Memory", lambda _: show_memory(), 0),
        "steps": ("Without one step", show_steps, _STEP_DOSSIERS),
    }
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--pages", type=int, help="pages (cpu, lie, bytes) or dossiers (lines, steps)")
    parser.add_argument("--seed", type=int, default=_SEED, help="other pages (lines)")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    if asked.read:
        read_alone(asked.read)
        return
    parts["lines"] = ("Lines of samples", partial(show_lines, seed=asked.seed), _DOSSIERS)
    unknown = [part for part in asked.parts if part not in parts]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    for part in asked.parts or parts:
        title, show, usual = parts[part]
        print(f"### {title}\n", flush=True)
        show(asked.pages or usual)
        print(flush=True)


if __name__ == "__main__":
    main()

"""Word F1 on transcribed scans, beside plain Tesseract on the same files.

Bag of words; text in NFC, dashes and quotation marks folded. Recall against what is printed
(``*.printed.txt``), precision against all that is written (``*.gt.txt``).

    python benchmarks/words.py [FOLDER]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

from common import CASES, adopt_orphans, call, cpu_seconds_of_children


def words(text: str) -> Counter[str]:
    """The words of a text, counted."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub("[‐‑‒–—−]", "-", text)
    text = re.sub("[“”„«»]", '"', text)
    return Counter(re.sub("[‘’]", "'", text).split())


def f1(read: str, printed: str, everything: str) -> tuple[float, float, float]:
    """Recall, precision and their harmonic mean."""
    found, wanted, allowed = words(read), words(printed), words(everything)
    recall = (found & wanted).total() / max(1, wanted.total())
    precision = (found & allowed).total() / max(1, found.total())
    return recall, precision, 2 * recall * precision / max(1e-9, recall + precision)


def ours(page: Path) -> str:
    """The text as ``digitize ocr`` reads it."""
    return call("ocr", page).stdout


def plain(page: Path) -> str:
    """The text as Tesseract reads it by itself, on one thread as we run it."""
    command = ["tesseract", str(page), "-", "-l", "vie"]
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Read every page with both and print a table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CASES / "pages"
    pages = sorted(folder.glob("*.jpg"))
    if not pages:
        print(f"no pages in {folder}; skipped")
        return
    adopt_orphans()
    totals = {"digitize": [0.0, 0.0], "tesseract": [0.0, 0.0]}
    print("| page | digitize F1 | tesseract F1 |")
    print("|---|---|---|")
    for page in pages:
        printed = page.with_suffix(".printed.txt").read_text("utf-8")
        everything = page.with_suffix(".gt.txt").read_text("utf-8")
        scores = []
        for name, read in (("digitize", ours), ("tesseract", plain)):
            before = cpu_seconds_of_children()
            score = f1(read(page), printed, everything)[2]
            totals[name][0] += score
            totals[name][1] += cpu_seconds_of_children() - before
            scores.append(score)
        print(f"| {page.name} | {scores[0]:.4f} | {scores[1]:.4f} |")
    print("| **mean** | " + " | ".join(f"{score / len(pages):.4f}" for score, _ in totals.values()) + " |")
    print("| CPU s a page | " + " | ".join(f"{cpu / len(pages):.2f}" for _, cpu in totals.values()) + " |")
    print("\nCPU times include the start of the program, once a page.")


if __name__ == "__main__":
    main()

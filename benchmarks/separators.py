"""Whether all separator sheets are found, copied, worn and askew, and nothing else is taken for one.

Sheets are printed by the program, rendered, and go through a photocopier and the scanner of the samples.
Other pages are scanned samples, pages drawn to look like sheets, and the real scans of DIGITIZE_CASES.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from separator_pages import (
    Page,
    hard_page,
    provincial_page,
    real_files,
    real_pages,
    rendered,
    sample_pages,
    scanned_sheet,
)

from digitize.imaging.ink import to_grey
from digitize.imaging.patch import find_patch
from digitize.imaging.signs import find_sign
from digitize.model import SignKind
from digitize.pipeline.separators import print_separators
from digitize.times import now

CODES = (
    "000.19.29.H99-230412-0001",
    "H99.64.33-261118-0042",
    "HS-02",
    "Hồ sơ đăng ký khai sinh – Nguyễn Thị Ánh Nguyệt, năm 1998",
    "H99.64.33.2001.160",
    "Quyển số 01: sổ hộ tịch 50% (bản 2)",
    "HỒ SƠ ĐẤT ĐAI THỬA 125 TỜ BẢN ĐỒ 37, ĐƯỜNG NGUYỄN THỊ MINH KHAI, PHƯỜNG SAO MAI",
    "1",
)
PROVINCIAL = "000.19.29.H99-230412-0001|1.001193|012345678901|Tờ khai đăng ký khai sinh"
KINDS = ("", "birth_registration", "Giấy phép xây dựng nhà ở riêng lẻ")
RESOLUTIONS = (150, 200, 300)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one page."""

    kind: str
    dpi: float
    seconds: float
    right: bool
    wrong: str = ""
    patch: bool = False


def main() -> None:
    """Print the figures; end with an error when one misses its mark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=324)
    parser.add_argument("--dossiers", type=int, default=150, help="made-up dossiers among the other pages")
    parser.add_argument("--drawn", type=int, default=1500)
    parser.add_argument("--provincial", type=int, default=54, help="letters with a code of a province")
    parser.add_argument("--no-real", action="store_true", help="leave the real scans out")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(os.cpu_count()) as pool:
        target = Path(folder) / "sheets.pdf"
        codes = _printed(Path(folder), target)
        sheets = list(
            pool.map(_sheet, [(target, codes, number) for number in range(chosen.sheets)], chunksize=4)
        )
        good = _show_sheets(sheets)
        provincial = list(pool.map(_provincial, range(chosen.provincial), chunksize=4))
        print(f"provincial codes: {len(provincial)}; read: {sum(one.right for one in provincial)}")
        for one in provincial:
            if one.wrong:
                print("  MISSED", one.wrong)
        files = [] if chosen.no_real else real_files()
        others: list[Seen] = []
        jobs = (
            (_sample, range(chosen.dossiers)),
            (_hard, range(chosen.drawn)),
            (_real, [files[start : start + 8] for start in range(0, len(files), 8)]),
        )
        for work, arguments in jobs:
            for seen in pool.map(work, arguments, chunksize=2):
                others += seen
    good &= _show_others(others)
    sys.exit(0 if good else "missed a mark")


def _printed(folder: Path, target: Path) -> list[str]:
    """Print sheets for the codes; the codes that they bear."""
    listed = folder / "list.csv"
    rows = [f'"{code}","{KINDS[number % len(KINDS)]}"' for number, code in enumerate(CODES)]
    listed.write_text("Mã hồ sơ,Loại giấy tờ\n" + "\n".join(rows) + "\n", "utf-8")
    return list(print_separators(target, now, source=listed).codes)


def _sheet(job: tuple[Path, list[str], int]) -> Seen:
    path, codes, number = job
    random = Random(f"sheet/{number}")
    place, wear, dpi = number % len(codes), number // 4 % 3, RESOLUTIONS[number // 12 % 3]
    page = scanned_sheet(rendered(path, place, dpi), number, wear, dpi, random)
    started = time.process_time()
    sign = find_sign(page.pixels, page.dpi)
    seconds = time.process_time() - started
    right = sign is not None and sign.kind is SignKind.SEPARATOR and sign.code == codes[place]
    right &= sign is not None and sign.turned == (-90 * number) % 360
    patch = find_patch(to_grey(page.pixels), page.dpi) == (0 if number % 2 == 0 else 90)
    wrong = "" if right else f"{number}: {page.kind}, {dpi} dpi: {sign}"
    return Seen(f"wear {wear}", dpi, seconds, right, wrong, patch)


def _provincial(number: int) -> Seen:
    wear, dpi = number % 3, RESOLUTIONS[number // 3 % 3]
    page = provincial_page(PROVINCIAL, number, wear, dpi)
    sign = find_sign(page.pixels, page.dpi)
    right = (
        sign is not None and sign.kind is SignKind.PROVINCIAL and sign.code == PROVINCIAL.partition("|")[0]
    )
    right &= sign is not None and sign.turned == (-90 * number) % 360
    return Seen("provincial", dpi, 0.0, right, "" if right else f"{number}: wear {wear}, {dpi} dpi: {sign}")


def _looked(pages: Iterator[Page]) -> list[Seen]:
    found = []
    for page in pages:
        started = time.process_time()
        sign = find_sign(page.pixels, page.dpi)
        seconds = time.process_time() - started
        patch = find_patch(to_grey(page.pixels), page.dpi) is not None
        wrong = "" if sign is None else f"{page.kind}, {page.dpi:.0f} dpi: {sign}"
        found.append(Seen(page.kind, page.dpi, seconds, sign is None, wrong, patch))
    return found


def _sample(number: int) -> list[Seen]:
    return _looked(sample_pages(number))


def _hard(number: int) -> list[Seen]:
    return _looked(iter([hard_page(number)]))


def _real(files: list[Path]) -> list[Seen]:
    return _looked(real_pages(files))


def _show_sheets(sheets: list[Seen]) -> bool:
    print(f"sheets: {len(sheets)}; found with the right code and turn: {sum(one.right for one in sheets)}")
    print(f"  their patch codes alone would have told: {sum(one.patch for one in sheets)}")
    for kind in sorted({one.kind for one in sheets}):
        some = [one for one in sheets if one.kind == kind]
        print(f"  {kind}: {sum(one.right for one in some)} of {len(some)}")
    for one in sheets:
        if one.wrong:
            print("  MISSED", one.wrong)
    return all(one.right for one in sheets)


def _show_others(others: list[Seen]) -> bool:
    print(f"other pages: {len(others)}; false signs: {sum(not one.right for one in others)}")
    print(f"  with a patch code at both ends: {sum(one.patch for one in others)}")
    counted = Counter(one.kind for one in others)
    print("  " + "; ".join(f"{kind} {number}" for kind, number in sorted(counted.items())))
    for one in others:
        if one.wrong:
            print("  FALSE", one.wrong)
    for dpi in RESOLUTIONS:
        times = [1000 * one.seconds for one in others if one.dpi == dpi and one.kind.startswith("sample")]
        if times:
            print(
                f"  CPU of a scanned sample at {dpi} dpi ({len(times)} pages): "
                f"median {statistics.median(times):.1f} ms, "
                f"95 of 100 within {np.percentile(times, 95):.1f} ms, most {max(times):.1f} ms"
            )
    return all(one.right for one in others)


if __name__ == "__main__":
    main()

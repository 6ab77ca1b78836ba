"""How long ``report`` takes on a large ledger: a month of it, and all of it.

    .venv/bin/python benchmarks/report.py [DOSSIERS]

The ledger is made up: dossiers of nearly two years at every stage, with sheets, papers, fields and decisions.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from common import call, cpu_seconds_of_children

from support.activity import busy_months, office_at

_DOSSIERS = 100_000
_FIRST, _LAST = dt.date(2025, 1, 6), dt.date(2026, 11, 20)


def main() -> None:
    """Make the ledger and time the reports, each as a person calls it."""
    dossiers = int(sys.argv[1]) if len(sys.argv) > 1 else _DOSSIERS
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "office"
        call("init", root, "--name", "UBND phường Sao Mai", "--code", "H99.00.01", "--fonds", "H99.00.01")
        started = time.perf_counter()
        with office_at(root / "ledger.db") as office:
            busy_months(office, dossiers, _FIRST, _LAST)
            (events,) = (row[0] for row in office.ledger.rows("SELECT count(*) FROM event"))
            (fields,) = (row[0] for row in office.ledger.rows("SELECT count(*) FROM field"))
        size = (root / "ledger.db").stat().st_size / 1e6
        print(f"ledger: {dossiers} dossiers, {events} events, {fields} fields, {size:.0f} MB")
        print(f"made in {time.perf_counter() - started:.0f} s", flush=True)
        for title, *asked in (
            ("one month, terminal", "--month", "2026-10"),
            ("one month, JSON", "--month", "2026-10", "--json"),
            ("one month, page", "--month", "2026-10", "--html", str(root / "page.html"), "--quiet"),
            ("one month, workbook", "--month", "2026-10", "--xlsx", str(root / "book.xlsx"), "--quiet"),
            ("everything, JSON", "--from", f"{_FIRST}", "--to", "2026-12-31", "--json"),
        ):
            started, used = time.perf_counter(), cpu_seconds_of_children()
            call("report", "-w", root, *asked)
            elapsed, used = time.perf_counter() - started, cpu_seconds_of_children() - used
            print(f"{title:24}{elapsed:6.2f} s, CPU {used:5.2f} s", flush=True)


if __name__ == "__main__":
    main()

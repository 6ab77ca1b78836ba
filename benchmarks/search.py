"""Search over generated pages: how fast the catalogue is made, how large it is, how soon a query is answered.

python benchmarks/search.py [PAGES [FOLDER]]        (20000 pages by default; the figures are for 200000)

Queries are asked by the library's call, one after another, the catalogue in the page cache as it is on a
machine in use; two are asked by the whole command, too. CPU seconds are told beside wall seconds: they hold
on a busy machine as well.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import call, cpu_seconds_of_children
from told_archive import ORGANISATION, Truth, make_archive

from digitize.archive.query import parse_query
from digitize.archive.search import Scope, search
from digitize.archive.search_terms import Vocabulary
from digitize.pipeline.finding import catalogue_of
from digitize.pipeline.workspace import Workspace
from digitize.vietnamese.folding import fold

MIX = Path(__file__).with_name("search_queries.toml")


def main() -> None:
    """Make an archive and its catalogue, ask the mix, print the figures."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    chosen = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    folder = chosen or Path(tempfile.mkdtemp(prefix="digitize-search-"))
    try:
        measure(folder, pages)
    finally:
        if chosen is None:
            shutil.rmtree(folder)


def measure(folder: Path, pages: int) -> None:
    """The figures of an archive of so many pages."""
    place = folder / "office"
    call("init", place, "--name", "UBND xã Mẫu", "--code", ORGANISATION, "--fonds", "P01")
    began = time.perf_counter()
    truths = make_archive(place / "archive", pages)
    print(f"{pages} pages generated in {time.perf_counter() - began:.0f} s", flush=True)
    workspace = Workspace.open(place)
    rebuild(workspace, pages)
    ask(workspace, truths)
    for query in (truths[0].pid, '"nơi cư trú"'):
        began = time.perf_counter()
        call("find", query, "-w", place)
        print(f"whole command, {query}: {time.perf_counter() - began:.2f} s")


def rebuild(workspace: Workspace, pages: int) -> None:
    """Make the catalogue; print its speed and size."""
    cpu_seconds_of_children()
    began, cpu, children = time.perf_counter(), time.process_time(), cpu_seconds_of_children()
    catalogue_of(workspace).refresh(anew=True)
    seconds = time.perf_counter() - began
    own, others = time.process_time() - cpu, cpu_seconds_of_children() - children
    size = workspace.catalogue.stat().st_size
    print(
        f"catalogue made in {seconds:.1f} s, {pages / seconds:.0f} pages/s"
        f" (CPU: writer {own:.1f} s, readers {others:.1f} s: {pages / (own + others):.0f} pages each);"
        f" {size / pages:.0f} bytes a page, {size / 1e6:.0f} MB"
    )
    with catalogue_of(workspace).opened() as store:
        parts = store.db.execute(
            "SELECT CASE WHEN name LIKE 'page_text%' THEN 'words of pages'"
            " WHEN name LIKE 'value%' THEN 'values' WHEN name = 'page' THEN 'texts' ELSE 'other' END AS part,"
            " sum(pgsize) FROM dbstat GROUP BY part"
        ).fetchall()
    print("  of them " + ", ".join(f"{part} {size / pages:.0f}" for part, size in parts))


def ask(workspace: Workspace, truths: list[Truth]) -> None:
    """Ask the mix; print how long each kind took."""
    vocabulary = Vocabulary(workspace.templates)
    for kind in tomllib.loads(MIX.read_text("utf-8"))["kind"]:
        walls, cpus, hits = [], [], 0
        slowest = (0.0, "")
        for text in queries(kind, truths):
            began, cpu = time.perf_counter(), time.process_time()
            with catalogue_of(workspace).opened() as store:
                found = search(store, parse_query(text), vocabulary, Scope())
            walls.append((time.perf_counter() - began) * 1000)
            cpus.append((time.process_time() - cpu) * 1000)
            slowest = max(slowest, (cpus[-1], text))
            hits += bool(found.total)
        verdict = "ok" if p95(walls) <= kind["limit_ms"] else f"more than {kind['limit_ms']}"
        print(
            f"{kind['name']:8} {len(walls):4} asked, {hits} with hits: p50 {statistics.median(walls):.1f} ms,"
            f" p95 {p95(walls):.1f} ms ({verdict}); CPU p50 {statistics.median(cpus):.1f} ms,"
            f" p95 {p95(cpus):.1f} ms, most {slowest[0]:.0f} ms: {slowest[1]}"
        )


def queries(kind: dict[str, Any], truths: list[Truth]) -> Iterator[str]:
    """The queries of a kind about some of the people in the archive."""
    step = max(1, len(truths) // kind["people"])
    for number, truth in enumerate(truths[::step][: kind["people"]]):
        for query in kind["queries"]:
            yield query.format(
                name=truth.name,
                plain=fold(truth.name),
                pid=truth.pid,
                day=truth.day,
                month=truth.day[:7],
                first_word=truth.name.split()[0],
                dossier=f"HS-{number:07}",
            )


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()

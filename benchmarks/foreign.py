"""Foreign, broken and attacked files through run, read and verify: how many, and how many tracebacks.

The files that the tests make themselves, and those of the real cases.

    python benchmarks/foreign.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from common import CASES, ROOT, call, call_json

sys.path.insert(0, str(ROOT / "tests"))

from support.hostile import hostile_files, mislabelled_files

_SEVERAL = 12
"""Files for one call: a call that died would take the others with it."""


def material(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Sets of files, with what they are."""
    own = [*hostile_files(folder / "own").values(), *mislabelled_files(folder / "own").values()]
    yield "made by the tests", own
    for name in ("images", "signed"):
        if (CASES / name).is_dir():
            yield f"cases/{name}", sorted(path for path in (CASES / name).rglob("*") if path.is_file())


def tracebacks(command: str, files: Sequence[Path]) -> int:
    """Give files to a command, some at a time; how many calls did not end in plain words."""
    bad = 0
    for start in range(0, len(files), _SEVERAL):
        done = call(command, *files[start : start + _SEVERAL], "--json", check=False)
        if "Traceback" in done.stderr or done.returncode not in (0, 1, 5):
            bad += 1
            print(f"  {command}: {done.returncode} {done.stderr[-300:]} {files[start : start + _SEVERAL]}")
    return bad


def through_run(files: Sequence[Path], folder: Path) -> str:
    """Put all files into an inbox; what became of them."""
    place = folder / "office"
    (folder / "nothing").mkdir()
    call("init", place, "--demo", "--samples", folder / "nothing")
    for number, file in enumerate(files):
        shutil.copyfile(file, place / "scans" / f"{number:04} {file.name}")
    done = call("run", "-w", place, "--json", check=False)
    if "Traceback" in done.stderr or done.returncode not in (0, 1):
        return f"run ended with {done.returncode}: {done.stderr[-300:]}"
    stages = Counter(line["stage"] for line in call_json("status", "-w", place)["dossiers"])
    lost = len(files) - stages.total()
    return f"{dict(stages)}, {lost} lost"


def main() -> None:
    """Try every set with every command."""
    with tempfile.TemporaryDirectory(prefix="digitize-foreign-") as name:
        for number, (what, files) in enumerate(material(Path(name))):
            folder = Path(name) / str(number)
            folder.mkdir()
            print(f"{what}: {len(files)} files; run: {through_run(files, folder)}", flush=True)
            for command in ("read", "verify"):
                print(f"{what}: {command}: {tracebacks(command, files)} tracebacks", flush=True)


if __name__ == "__main__":
    main()

"""Manual pages: those in the repository are what the program says now, and readers take them silently."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.program import environment

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "man").rglob("*.1"))
READERS = {
    "groff": ["groff", "-k", "-man", "-Tutf8", "-ww", "-z"],
    "mandoc": ["mandoc", "-Tlint", "-W", "warning"],
}


def test_the_pages_are_made_from_the_program_as_it_is(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "man_pages.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, env=environment())
    made = {path.relative_to(tmp_path): path.read_text("utf-8") for path in tmp_path.rglob("*.1")}
    kept = {path.relative_to(ROOT / "man"): path.read_text("utf-8") for path in PAGES}
    assert set(made) == set(kept)
    stale = [str(name) for name in made if made[name] != kept[name]]
    assert stale == [], "make them anew: python scripts/man_pages.py"


@pytest.mark.parametrize("reader", READERS)
def test_readers_of_manual_pages_find_nothing_wrong(reader: str) -> None:
    if shutil.which(reader) is None:
        pytest.skip(f"no {reader} here")
    read = subprocess.run(
        [*READERS[reader], *map(str, PAGES)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert (read.returncode, read.stderr + read.stdout) == (0, "")


def test_a_page_says_what_help_says() -> None:
    if shutil.which("man") is None:
        pytest.skip("no man here")
    shown = {}
    for place in ("man1", "vi/man1"):
        page = ROOT / "man" / place / "digitize-export.1"
        read = subprocess.run(
            ["man", "-l", str(page)],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANPAGER": "cat", "HOME": "/"},
        )
        shown[place] = read.stdout
    assert "--format LỰA_CHỌN" in shown["vi/man1"]
    assert "digitize export HS-01 --format dip --document 2 --for 'Nguyễn Văn A'" in shown["vi/man1"]
    assert "XEM THÊM" in shown["vi/man1"]
    assert "--format CHOICE" in shown["man1"]
    assert "[default: xlsx]" in shown["man1"]

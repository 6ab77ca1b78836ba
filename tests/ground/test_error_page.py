"""The page of errors is what the program knows."""

from __future__ import annotations

import re
import subprocess
import sys

from support.places import ROOT

SCRIPT = ROOT / "scripts" / "error_page.py"


def page() -> str:
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_page_of_errors_is_up_to_date() -> None:
    kept = (ROOT / "docs" / "errors.md").read_text("utf-8")
    assert kept == page(), "run: python scripts/error_page.py > docs/errors.md"


def test_every_error_that_stops_something_says_what_to_do() -> None:
    raised = page().split("## Something that a person should know")[0]
    entries = re.findall(r"^### `(\w+)`\n\n- (.+)\n- (.+)$", raised, re.MULTILINE)
    assert len(entries) > 40
    assert [code for code, vi, en in entries if "→" not in vi or "→" not in en] == []

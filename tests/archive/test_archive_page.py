"""The page on packages is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from support.places import ROOT

PAGE = (ROOT / "docs" / "archive.md").read_text("utf-8")


def test_its_tables_of_elements_are_up_to_date() -> None:
    script = ROOT / "scripts" / "element_tables.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in PAGE, "put in what python scripts/element_tables.py prints"


def test_the_keys_of_the_profile_that_it_names_exist() -> None:
    rules = tomllib.loads((ROOT / "src/digitize/profiles/tt05-2025.toml").read_text("utf-8"))["package"]
    contradictions = PAGE.split("## Where the circular contradicts itself")[1].split("## Descriptive")[0]
    named = re.findall(r"`((?:aip|sip)\.\w+)`", contradictions)
    assert len(named) > 5
    for one in named:
        part, key = one.split(".")
        assert key in rules[part]
    for key in ("mets_schema", "description_last", "doc_code", "paper_file_code", "direction", "originals"):
        assert f"`{key}`" in contradictions or key in PAGE
        assert key in rules

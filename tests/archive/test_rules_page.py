"""The page on the rules of verification says of every rule what it is, and of nothing else."""

from __future__ import annotations

import re

from digitize.archive.findings import rules
from support.places import ROOT
from support.source_code import FINDINGS, told

PAGE = ROOT / "docs" / "verification-rules.md"


def test_every_rule_has_a_row_with_its_severity_and_meaning() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \| ", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == [(name, rule.severity.value, rule.meaning) for name, rule in rules().items()]


def test_every_rule_that_a_check_knows_is_among_them_and_every_one_is_used() -> None:
    checks = [place for place in told() if place.kind in (*FINDINGS, "_amiss", "Refusal")]
    used = {place.code for place in checks if place.where.startswith("archive/check") and place.code}
    assert "premis_size_differs" in used
    assert used <= set(rules())
    written = {place.code for place in told()} | {"xml_broken", "xml_excessive", "findings_left_out"}
    assert set(rules()) <= written | {"xml_doctype"}

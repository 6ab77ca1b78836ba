"""Findings of packages as people are shown them: errors first, and no rule hides another."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from digitize.archive.check import PackageReport
from digitize.archive.discovery import ItemKind
from digitize.archive.findings import Finding, Findings, Severity
from digitize.archive.verification import VerifiedItem
from digitize.messages import Catalogue
from digitize.model import Language
from digitize.reports.outcome import Outcome, finding_groups
from digitize.reports.page import write_page
from digitize.reports.sheet import write_table
from digitize.signatures.verdict import Verdict
from support.sealing import NOW


@pytest.fixture
def item() -> VerifiedItem:
    findings = Findings()
    for number in range(60):
        findings.wrong("size_absent", f"a/{number:02}.pdf")
        findings.wrong("file_unexpected", f"b/{number:02}.pdf")
    findings.wrong("mets_signature_broken", "METS.xml.p7s", mets="METS.xml")
    findings.wrong("checksum_differs", "c/<b>.pdf")
    return VerifiedItem(Path("gói"), ItemKind.PACKAGE, PackageReport(Verdict.INVALID, (), findings.all(), ()))


def rules_of(findings: tuple[Finding, ...]) -> list[str]:
    return [one.rule for one in findings]


def test_errors_come_first_and_no_rule_hides_another(item: VerifiedItem) -> None:
    errors, warnings = finding_groups(item, 20)
    assert (errors.severity, errors.number) == (Severity.ERROR, 62)
    assert (warnings.severity, warnings.number) == (Severity.WARNING, 60)
    assert rules_of(errors.shown) == ["mets_signature_broken", *["file_unexpected"] * 3, "checksum_differs"]
    assert rules_of(warnings.shown) == ["size_absent"] * 3
    assert [len(group.shown) for group in finding_groups(item)] == [62, 60]


def test_the_table_has_a_row_for_each(item: VerifiedItem, tmp_path: Path) -> None:
    write_table(Outcome([item], NOW), Catalogue(Language.VI), tmp_path / "a.csv")
    rows = list(csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 1 + 122
    assert rows[1][2:5] == ["METS.xml.p7s", "", "Lỗi"]
    assert rows[-1][4] == "Cảnh báo"


def test_the_page_tells_how_many_of_each_there_are(item: VerifiedItem, tmp_path: Path) -> None:
    write_page(Outcome([item], NOW), Catalogue(Language.VI), tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.index("Lỗi: 62") < page.index("METS.xml.p7s") < page.index("Cảnh báo: 60")
    assert "c/&lt;b&gt;.pdf" in page

"""Packages that nobody damaged, packages of others, and packages of a million mistakes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lxml import etree

from digitize.archive.check import check_package, look_at_package
from digitize.archive.findings import Findings, Severity, rules
from digitize.messages import entries
from digitize.profiles.profile import PackageKind
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Verdict
from support.damaging import EAD, SINGLE
from support.dossiers import built, edited, package_in, sip_of
from support.places import CASES, needs_cases
from support.repairs import fitted
from support.sealing import DAY, NOW, office


def test_the_order_of_elements_does_not_matter(tmp_path: Path) -> None:
    package = package_in(tmp_path)

    def turn(root: etree._Element) -> None:
        root[:] = list(reversed(root))

    for name in (EAD, *SINGLE):
        edited(package, turn, name)
    fitted(package)
    report = check_package(package, office().trust, NOW + DAY)
    assert report.findings == ()
    assert report.verdict is Verdict.VALID


def test_dates_of_a_month_or_a_year_are_dates(tmp_path: Path) -> None:
    package = package_in(tmp_path)

    def change(root: etree._Element) -> None:
        for name, text in (("startDate", "1998"), ("endDate", "02/2026")):
            found = root.find(name)
            assert found is not None
            found.text = text

    edited(package, change, EAD)
    fitted(package)
    assert check_package(package, office().trust, NOW + DAY).findings == ()


@pytest.mark.parametrize("holds", list(PackageKind))
def test_packages_of_every_kind_break_no_rule(tmp_path: Path, holds: PackageKind) -> None:
    package = built(tmp_path / "a", kind=holds)
    for one in (package, sip_of(package, tmp_path / "b")):
        report, names = look_at_package(one, office().trust, NOW + DAY)
        assert report.findings == ()
        assert len(names) == 2


def test_a_package_for_transfer_names_its_documents_after_their_files(tmp_path: Path) -> None:
    sip = sip_of(package_in(tmp_path), tmp_path / "b")

    def change(root: etree._Element) -> None:
        found = root.find("docId")
        assert found is not None
        found.text = "khác.1"

    edited(sip, change, SINGLE[0])
    fitted(sip)
    report, _ = look_at_package(sip, office().trust, NOW + DAY)
    assert [(one.rule, one.file) for one in report.findings] == [("doc_id_differs", SINGLE[0])]


@needs_cases
def test_a_package_of_another_tool_gives_findings_and_no_crash(tmp_path: Path) -> None:
    sample, package = CASES / "aip_reference", tmp_path / "AIP"
    for name, target in (
        ("mets.xml", "METS.xml"),
        ("ead.xml", "metadata/descriptive/ead.xml"),
        ("premis.xml", "metadata/preservation/premis.xml"),
        *((path.name, f"schemas/{path.name}") for path in sample.glob("*.xsd")),
    ):
        (package / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sample / name, package / target)
    report, names = look_at_package(package, TrustStore(), NOW)
    assert names == ()
    assert report.verdict is Verdict.INVALID
    found = {(one.rule, one.file) for one in report.findings}
    assert {
        ("package_kind_unknown", "METS.xml"),
        ("record_status_unknown", "METS.xml"),
        ("representation_missing", "METS.xml"),
        ("pointer_unlisted", "METS.xml"),
        ("time_zone_other", "METS.xml"),
        ("file_unexpected", "metadata/descriptive/ead.xml"),
        ("description_expected", "metadata/descriptive/ead.xml"),
        ("xml_invalid", "metadata/preservation/premis.xml"),
        ("premis_file_unknown", "metadata/preservation/premis.xml"),
        ("file_missing", "representations/rep1/data/Bia_hoso03.pdf"),
        ("checksum_absent", "representations/rep1/data/Bia_hoso03.pdf"),
    } <= found


@pytest.mark.parametrize("name", ["METS.xml", "representations/rep1/METS.xml", EAD])
def test_an_empty_document_is_told_and_nothing_crashes(tmp_path: Path, name: str) -> None:
    package = package_in(tmp_path)
    (package / name).write_bytes(b"")
    assert ("xml_broken", name) in {
        (one.rule, one.file) for one in check_package(package, office().trust, NOW + DAY).findings
    }


def test_a_million_mistakes_are_told_as_a_hundred_and_their_number() -> None:
    findings = Findings()
    for number in range(1000):
        findings.wrong("file_unexpected", f"{number}" + "x" * 5000)
        findings.wrong("size_absent", "the same")
    told = findings.all()
    assert len(told) == 102
    assert all(len(one.file) < 300 for one in told)
    assert [one.severity for one in told] == sorted((one.severity for one in told), key=str)
    assert [dict(one.facts) for one in told if one.rule == "findings_left_out"] == [
        {"rule": "file_unexpected", "number": 900}
    ]


def test_every_rule_has_a_sentence_and_a_severity() -> None:
    assert {rule for rule in rules() if f"problem.{rule}.what" not in entries()} == set()
    assert {rule.severity for rule in rules().values()} == set(Severity)
    assert all(rule.meaning.endswith(".") for rule in rules().values())

"""A good package is damaged in every way that could be thought of: each is found, and named rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitize.archive.check import check_package
from digitize.archive.findings import Severity, rules
from digitize.signatures.verdict import Verdict
from support.damages import ALL
from support.damaging import Damage
from support.dossiers import package_in
from support.sealing import DAY, NOW, office


@pytest.mark.parametrize("damage", ALL, ids=lambda damage: damage.name)
def test_a_damage_is_found_and_named(damage: Damage, tmp_path: Path) -> None:
    package = package_in(tmp_path)
    damage.do(package)
    report = check_package(package, office().trust, NOW + DAY)
    assert (damage.rule, damage.file) in {(one.rule, one.file) for one in report.findings}
    if any(one.severity is Severity.ERROR for one in report.findings):
        assert report.verdict in (Verdict.INVALID, Verdict.UNREADABLE)
    else:
        assert report.verdict is Verdict.VALID


def test_there_are_more_than_sixty_and_few_rules_that_none_of_them_breaks() -> None:
    assert len({damage.name for damage in ALL}) == len(ALL) >= 60
    # Bags are damaged by tests of their own.
    ours = {rule for rule in rules() if not rule.startswith("bag_")}
    assert ours - {damage.rule for damage in ALL} == {
        "doc_id_differs",  # of a SIP
        "file_unreadable_here",  # root reads everything
        "findings_left_out",
        "too_many_files",
    }

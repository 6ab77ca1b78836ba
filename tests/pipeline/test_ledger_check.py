"""``ledger check`` finds what does not fit, and nothing in a workspace that is sound."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem
from digitize.pipeline.ledger_check import LedgerReport, check_ledger
from digitize.pipeline.workspace import Workspace
from support.program import digitize


@pytest.fixture
def office(packaged_office: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_office, tmp_path / "office"))


def check(root: Path, *, full: bool = False) -> LedgerReport:
    return check_ledger(Workspace.open(root), full=full)


def wrong(root: Path, *, full: bool = False) -> list[str]:
    return [one.problem.code for one in check(root, full=full).findings if one.serious]


def change(root: Path, sql: str) -> None:
    with closing(sqlite3.connect(root / "ledger.db")) as database:
        database.execute(sql)
        database.commit()


def package(root: Path) -> Path:
    return next(path for path in sorted((root / "archive").iterdir()))


def test_a_sound_ledger_is_good_and_stays_as_it_is(office: Path) -> None:
    before = (office / "ledger.db").read_bytes()
    report = check(office, full=True)
    assert (report.is_good, report.findings) == (True, ())
    assert (report.dossiers, report.originals, report.packages) == (2, 2, 2)
    assert (office / "ledger.db").read_bytes() == before


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE dossier SET stage = 'lost' WHERE id = 'HS-1'", "ledger_stage_unknown"),
        ("UPDATE dossier SET package = NULL WHERE id = 'HS-1'", "ledger_package_unnamed"),
        ("UPDATE dossier SET package = 'urn_x' WHERE id = 'HS-1'", "ledger_package_missing"),
        ("UPDATE document SET pages = '[0' WHERE dossier = 'HS-1'", "ledger_values_broken"),
        ("UPDATE original SET dossier = 'HS-9' WHERE dossier = 'HS-1'", "ledger_rows_homeless"),
        ("UPDATE original SET size = size + 1 WHERE dossier = 'HS-1'", "ledger_original_changed"),
        ("UPDATE event SET who = 'x' WHERE id = 3", "event_log_changed"),
        ("DELETE FROM event WHERE id = 3", "event_log_gap"),
        ("DELETE FROM event WHERE id > 4", "event_log_cut"),
    ],
)
def test_what_does_not_fit_is_found(office: Path, sql: str, code: str) -> None:
    change(office, sql)
    assert code in wrong(office)


def test_originals_and_packages_that_are_gone_or_changed_are_found(office: Path) -> None:
    original = office / "originals" / "HS-1" / "HS-1.jpg"
    data = original.read_bytes()
    original.chmod(0o640)
    original.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    assert wrong(office) == []
    assert wrong(office, full=True) == ["ledger_original_changed"]
    original.unlink()
    assert wrong(office) == ["ledger_original_missing"]
    gone = package(office)
    gone.rename(office / "archive" / f"{gone.name[:-1]}{'0' if gone.name[-1] != '0' else '1'}")
    assert wrong(office)[1:] == ["ledger_package_missing", "ledger_package_stray"]


def test_a_package_that_a_run_was_cut_off_over_is_told_and_is_no_error(office: Path) -> None:
    change(office, "UPDATE dossier SET package = NULL, stage = 'composed' WHERE id = 'HS-1'")
    report = check(office)
    assert [(one.problem.code, one.serious) for one in report.findings] == [("ledger_package_ahead", False)]
    assert report.is_good


def test_the_command_tells_a_clerk_and_a_program(office: Path) -> None:
    good = digitize("ledger", "check", "-w", office)
    assert (good.code, good.err) == (0, "")
    assert "Sổ theo dõi tốt (phiên bản 5): 2 hồ sơ" in good.out
    change(office, "UPDATE dossier SET stage = 'lost' WHERE id = 'HS-1'")
    bad = digitize("ledger", "check", "-w", office, "--json")
    assert (bad.code, bad.json["good"]) == (1, False)
    assert [one["code"] for one in bad.json["findings"]] == ["ledger_stage_unknown"]
    assert bad.json["findings"][0]["dossier"] == "HS-1"
    (office / "ledger.db").write_bytes(b"no database " * 1000)
    for command in (["ledger", "check"], ["run"]):
        told = digitize(*command, "-w", office)
        assert told.code == 3, command
        assert "digitize ledger rebuild" in told.err, command
    copied = digitize("ledger", "backup", office.parent / "copy.db", "-w", office)
    assert copied.code == 3
    assert not (office.parent / "copy.db").exists()


def test_without_a_ledger_there_is_nothing_to_check(office: Path) -> None:
    (office / "ledger.db").unlink()
    with pytest.raises(EnvironmentProblem, match="ledger_missing"):
        check(office)
    checks = digitize("doctor", "-w", office, "--json").json["checks"]
    assert next(one for one in checks if one["name"] == "ledger")["state"] == "failure"

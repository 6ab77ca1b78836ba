"""Runs that are stopped, killed, or started twice."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from digitize.model import Stage
from digitize.pipeline.suspects import MOST_ENDS
from support.offices import contents, ledger_of, leftovers, packages, small_scan, stages, wait_for
from support.processes import group_members, nobody_left
from support.program import digitize, environment, start

DOSSIERS = 3


def fill(office: Path) -> None:
    for number in range(1, DOSSIERS + 1):
        small_scan(office / "scans" / f"HS-{number}.tif", f"Hồ sơ thứ {number}", pages=2)


def faultless(office: Path) -> None:
    """Every dossier once, whole, and nothing that should not be there."""
    assert set(stages(office).values()) == {Stage.PACKAGED}
    assert len(stages(office)) == DOSSIERS
    assert len(packages(office)) == DOSSIERS
    verified = digitize("verify", "-w", office, office / "archive", "--json")
    assert verified.json["summary"] == {"VALID": DOSSIERS}
    assert leftovers(office) == []
    assert list((office / "work").iterdir()) == []
    originals = [p for p in contents(office / "originals") if not p.endswith("SHA256SUMS")]
    assert len(originals) == DOSSIERS
    with ledger_of(office) as ledger:
        for dossier in stages(office):
            kinds = [event.kind for event in ledger.events(dossier)]
            assert kinds.count("packaged") == 1
            assert kinds.count("received") == 1


@pytest.mark.thorough
@pytest.mark.parametrize("moment", ["received", "pages_read", "composed", "packaged"])
def test_a_run_killed_in_the_middle_goes_on_where_it_stopped(office: Path, moment: str) -> None:
    fill(office)
    process = start("run", "-w", office)
    try:
        wait_for(office, moment, process)
        time.sleep(random.Random(moment).uniform(0, 0.3))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert digitize("run", "-w", office).code == 0
    faultless(office)


def test_an_interrupt_from_the_keyboard_ends_with_130_and_a_plain_word(office: Path) -> None:
    fill(office)
    process = start("run", "-w", office, "--lang", "en")
    wait_for(office, "received", process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "run again" in err.lower()
    assert out == ""
    assert digitize("run", "-w", office).code == 0
    faultless(office)


def test_a_second_run_in_the_same_workspace_is_turned_away(office: Path) -> None:
    fill(office)
    first = start("run", "-w", office)
    try:
        wait_for(office, "received", first)
        # It must not end before the second has begun.
        os.killpg(first.pid, signal.SIGSTOP)
        second = digitize("run", "-w", office)
        assert second.code == 4
        assert str(first.pid) in second.err
        # cron is told by the code alone: nothing is wrong.
        quiet = digitize("run", "-w", office, "--quiet")
        assert (quiet.code, quiet.out, quiet.err) == (4, "", "")
        # Everything else works beside it.
        assert digitize("status", "-w", office).code == 0
    finally:
        os.killpg(first.pid, signal.SIGCONT)
        out, err = first.communicate(timeout=120)
    assert first.returncode == 0, out + err
    faultless(office)


def test_no_worker_outlives_a_killed_run(office: Path) -> None:
    fill(office)
    process = start("run", "-w", office)
    wait_for(office, "received", process)
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert nobody_left(process.pid)


@pytest.mark.thorough
def test_a_package_whose_commit_was_not_written_down_is_adopted_and_not_made_twice(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    digitize("run", "-w", office)
    (package,) = packages(office)
    before = contents(package)
    # As after a crash between the renaming of the folder and the ledger's transaction.
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET stage = 'composed', package = NULL")
        ledger.execute("DELETE FROM event WHERE kind = 'packaged'")
    assert digitize("run", "-w", office).code == 0
    assert packages(office) == [package]
    assert contents(package) == before
    assert stages(office) == {"HS": Stage.PACKAGED}


@pytest.mark.thorough
def test_a_package_that_an_interrupted_run_left_half_made_is_made_anew(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    digitize("run", "-w", office, "--until", "composed")
    identity = "5f0c6d6e-8a6a-4a59-9a39-4d3b6a1f7a11"
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.set_package("HS", uuid=identity)
    whole = shutil.copytree(office, office.with_name("whole"))
    assert digitize("run", "-w", whole).code == 0
    (package,) = packages(whole)
    half = office / "archive" / f".staging-{package.name}"
    half.mkdir()
    (half / "METS.xml").write_text("<half")
    assert digitize("run", "-w", office).code == 0
    assert [path.name for path in packages(office)] == [package.name]
    assert digitize("verify", "-w", office, office / "archive").code == 0


def test_an_archive_that_cannot_be_written_harms_no_dossier(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    shutil.rmtree(office / "archive")
    # A file where the folder should be stops even the superuser.
    (office / "archive").write_text("")
    ran = digitize("run", "-w", office, "--lang", "en")
    assert ran.code == 3
    assert "archive" in ran.err
    (office / "archive").unlink()
    (office / "archive").mkdir()
    assert digitize("run", "-w", office).code == 0
    assert stages(office) == {"HS": Stage.PACKAGED}


def test_the_reason_of_a_quarantined_item_can_be_read_by_people_and_programs(office: Path) -> None:
    (office / "scans" / "HS").mkdir()
    (office / "scans" / "HS" / "a.pdf").write_bytes(b"%PDF-1.7\nbroken")
    assert digitize("run", "-w", office).code == 1
    reason = json.loads((office / "quarantine" / "HS" / "REASON.json").read_text("utf-8"))
    assert reason["file"] == "a.pdf"
    assert reason["why"]
    assert reason["what_to_do"]
    assert (office / "quarantine" / "HS" / "a.pdf").read_bytes() == b"%PDF-1.7\nbroken"


def test_a_worker_that_is_killed_costs_no_page(office: Path) -> None:
    fill(office)
    run = start("run", "-w", office, "--jobs", "1")
    wait_for(office, "pages_read", run)
    children = [pid for pid in group_members(run.pid) if pid != run.pid]
    # The server that forks workers is the eldest of them.
    os.kill(max(children), signal.SIGKILL)
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, out + err
    faultless(office)


_DIES_OF = """
import os, signal, sys
from digitize.cli import main

def die(event, facts):
    if event == "digitize.disk" and "/.staging-" in str(facts[1]) and "HS-2" in str(facts[1]):
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    sys.addaudithook(die)
    main()
"""


@pytest.mark.thorough
def test_a_dossier_that_ends_every_run_while_it_is_packaged_is_set_aside(
    office: Path, tmp_path: Path
) -> None:
    program = tmp_path / "dies.py"
    program.write_text(_DIES_OF, "utf-8")
    fill(office)
    assert digitize("run", "--until", "composed", "-w", office).code == 0

    def run() -> int:
        call = [sys.executable, str(program), "run", "-w", str(office)]
        return subprocess.run(call, env=environment(), capture_output=True, check=False).returncode

    assert [run() for _ in range(MOST_ENDS)] == [-signal.SIGKILL] * MOST_ENDS
    assert run() == 1
    others = {"HS-1": Stage.PACKAGED, "HS-3": Stage.PACKAGED}
    assert stages(office) == {**others, "HS-2": Stage.QUARANTINED}
    # Whoever releases it gives it as many chances again.
    assert digitize("retry", "HS-2", "-w", office).code == 0
    assert digitize("run", "-w", office).code == 0
    faultless(office)

"""What goes wrong around a run, for real: nothing is lost, it is told plainly, and the next run goes on.

A full disk stands in ``test_crashes.py``; runs that are killed, stopped or started twice, and workers that
are killed, in ``test_interruption.py``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digitize.errors import SigningProblem
from digitize.forms.template_files import load_templates
from digitize.model import Stage
from digitize.pipeline.batch import RunResult
from digitize.pipeline.packaging import Packager
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_seal
from digitize.review.desk import Desk
from digitize.times import now
from support.crashes import HereAndNow, Nobody, opened
from support.offices import ledger_of, leftovers, small_scan, stages, wait_for
from support.processes import group_members
from support.program import Outcome, digitize, environment, start

thorough = pytest.mark.thorough

_PAGE_SECONDS = 20


def finished_well(office: Path, dossiers: int) -> None:
    """Every dossier once, all valid, and nothing left over."""
    assert list(stages(office).values()) == [Stage.PACKAGED] * dossiers
    verified = digitize("verify", "-w", office, office / "archive", "--json")
    assert verified.json["summary"] == {"VALID": dossiers}
    assert leftovers(office) == []
    assert list((office / "work").iterdir()) == []
    with ledger_of(office) as ledger:
        assert ledger.rows("SELECT * FROM lease") == []


# --- the machine ----------------------------------------------------------------------------------


@thorough
def test_a_worker_that_hangs_is_replaced_and_costs_no_dossier(office: Path) -> None:
    settings = office / "digitize.toml"
    text = settings.read_text("utf-8")
    assert "# page_seconds = 180.0" in text
    settings.write_text(text.replace("# page_seconds = 180.0", f"page_seconds = {_PAGE_SECONDS}.0"))
    for number in range(1, 4):
        small_scan(office / "scans" / f"HS-{number}.jpg", f"Hồ sơ thứ {number}")
    run = start("run", "-w", office, "--jobs", "1", "--lang", "en")
    wait_for(office, "pages_read", run)
    # The only worker is the youngest of the processes; it holds still in the middle of its next task.
    os.kill(max(group_members(run.pid)), signal.SIGSTOP)
    out, err = run.communicate(timeout=200)
    assert run.returncode == 0, out + err
    assert "Traceback" not in err
    finished_well(office, 3)


def shielded(script: str, office: Path) -> Outcome:
    """Run a script of the shell that may mount things, seen by nobody else."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    done = subprocess.run(
        [shutil.which("unshare") or "", "-m", "sh", "-c", script],
        env=environment(OFFICE=str(office), PYTHON=sys.executable),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    if "mount:" in done.stderr:
        pytest.skip("mounting is not allowed here")
    return Outcome(done.returncode, done.stdout, done.stderr)


@thorough
@pytest.mark.parametrize("folder", ["archive", "originals", "."])
def test_a_place_that_cannot_be_written_stops_the_run_and_harms_nothing(office: Path, folder: str) -> None:
    small_scan(office / "scans" / "HS-1.jpg")
    ran = shielded(
        f'mount --bind "$OFFICE/{folder}" "$OFFICE/{folder}" && '
        f'mount -o remount,bind,ro "$OFFICE/{folder}" && cd / && '
        'exec "$PYTHON" -m digitize run -w "$OFFICE" --lang en',
        office,
    )
    assert ran.code == 3, ran.out + ran.err
    assert "Traceback" not in ran.err
    assert ran.err.strip()
    assert digitize("run", "-w", office).code == 0
    finished_well(office, 1)


def run_obeying_modes(office: Path) -> Outcome:
    """A run that has no right to read what its mode forbids, whoever runs it."""
    command = [sys.executable, "-m", "digitize", "run", "-w", str(office), "--lang", "en"]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("needs setpriv to give up rights")
        command = [setpriv, "--bounding-set", "-dac_override,-dac_read_search", *command]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=200, check=False
    )
    assert "Traceback" not in done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)


@thorough
def test_a_file_that_may_not_be_read_holds_its_dossier_back_until_it_may(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.jpg", "Hồ sơ thứ nhất")
    small_scan(office / "scans" / "HS-2" / "a.jpg", "Hồ sơ thứ hai")
    shut = small_scan(office / "scans" / "HS-2" / "b.jpg", "Trang thứ hai")
    shut.chmod(0)
    ran = run_obeying_modes(office)
    assert ran.code == 1, ran.out + ran.err
    assert "b.jpg" in ran.err
    assert stages(office) == {"HS-1": Stage.PACKAGED, "HS-2": Stage.QUARANTINED}
    shut.chmod(0o640)
    again = run_obeying_modes(office)
    assert again.code == 0, again.out + again.err
    with ledger_of(office) as ledger:
        assert [one.name for one in ledger.originals("HS-2")] == ["a.jpg", "b.jpg"]
    finished_well(office, 2)


# --- the inbox ------------------------------------------------------------------------------------


def test_an_inbox_that_goes_away_in_the_middle_is_taken_in_when_it_is_back(office: Path) -> None:
    scans, away = office / "scans", office.parent / "away"
    for number in range(40):
        # Read as far as their first bytes, so that taking them in is all there is to do.
        (scans / f"HS-{number:02}.jpg").write_bytes(b"\xff\xd8\xff" + number.to_bytes(2, "big") * 3000)
    wanted = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in scans.iterdir()}
    run = start("run", "-w", office, "--until", "received", "--lang", "en")
    wait_for(office, "received", run)
    scans.rename(away)
    _, err = run.communicate(timeout=120)
    assert "Traceback" not in err
    assert run.returncode in (0, 1, 3), err
    away.rename(scans)
    assert digitize("run", "-w", office, "--until", "received").code in (0, 1)
    with ledger_of(office) as ledger:
        codes = [record.id for record in ledger.dossiers()]
        taken = {code: [proof for _, proof in ledger.checksums(code)] for code in codes}
    assert taken == {code: [proof] for code, proof in wanted.items()}
    assert leftovers(office) == []
    for code, proof in wanted.items():
        original = office / "originals" / code / f"{code}.jpg"
        assert hashlib.sha256(original.read_bytes()).hexdigest() == proof


# --- the clock ------------------------------------------------------------------------------------


def run_at(office: Path, clock: Callable[[], dt.datetime], until: Stage = Stage.PACKAGED) -> RunResult:
    """A run in this process by a clock of its own."""
    with opened(office, clock()) as (workspace, ledger):
        packager = Packager(workspace, ledger, make_seal(workspace, None), clock)
        runner = Runner(
            workspace, ledger, HereAndNow(), Nobody(), clock, until=until, packager=lambda: packager
        )
        return runner.run([])


def test_a_clock_that_jumps_is_survived_and_nothing_is_signed_by_a_wrong_one(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.jpg")
    ahead, behind = dt.timedelta(days=400), dt.timedelta(days=-400)
    run_at(office, lambda: now() + ahead, Stage.RECEIVED)
    run_at(office, lambda: now() + behind, Stage.RECOGNISED)
    run_at(office, now, Stage.COMPOSED)
    assert stages(office) == {"HS-1": Stage.COMPOSED}
    for jump in (dt.timedelta(hours=1), dt.timedelta(hours=-1)):
        result = run_at(office, lambda jump=jump: now() + jump)  # type: ignore[misc]
        assert isinstance(result.unsigned, SigningProblem)
        assert result.unsigned.code == "clock_differs"
        assert stages(office) == {"HS-1": Stage.COMPOSED}
    assert run_at(office, now).unsigned is None
    finished_well(office, 1)
    assert digitize("audit", "-w", office, "--json").code == 0


# --- people beside it -----------------------------------------------------------------------------

_BY_HAND = 'extends = "demo"\nid = "by-hand"\n[review]\nrequired = "always"\n[signing]\nunattended = false\n'


@thorough
def test_people_review_and_sign_beside_a_run(office: Path) -> None:
    (office / "by-hand.toml").write_text(_BY_HAND)
    settings = office / "digitize.toml"
    settings.write_text(settings.read_text("utf-8").replace('profile = "demo"', 'profile = "by-hand.toml"'))
    for number in (1, 2):
        small_scan(office / "scans" / f"HS-{number}.jpg", f"Hồ sơ thứ {number}")
    assert digitize("run", "-w", office).code == 0
    let_through(office, "HS-1")
    assert digitize("run", "-w", office).code == 0
    assert stages(office) == {"HS-1": Stage.COMPOSED, "HS-2": Stage.IN_REVIEW}
    for number in range(3, 9):
        small_scan(office / "scans" / f"HS-{number}.jpg", f"Hồ sơ thứ {number}")
    run = start("run", "-w", office, "--jobs", "1", "--lang", "en")
    wait_for(office, "received", run, times=3)
    assert run.poll() is None
    let_through(office, "HS-2")
    signed = digitize("sign", "HS-1", "-w", office)
    assert signed.code == 0, signed.err
    assert stages(office)["HS-1"] is Stage.PACKAGED
    _, err = run.communicate(timeout=200)
    assert run.returncode == 0, err
    assert "Traceback" not in err
    # What was let through in the middle is composed by it or by the next one.
    assert digitize("run", "-w", office).code == 0
    assert stages(office)["HS-2"] is Stage.COMPOSED
    assert {stages(office)[f"HS-{number}"] for number in range(3, 9)} == {Stage.IN_REVIEW}


def let_through(office: Path, dossier: str) -> None:
    """A person has looked at a dossier."""
    with ledger_of(office, "Lan") as ledger:
        assert Desk(ledger, now, load_templates()).let_through(dossier)

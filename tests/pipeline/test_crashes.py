"""Steps on the disk that fail, processes that die there, and a disk that is full."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.crashes import SCENARIOS
from support.offices import small_scan
from support.places import ROOT
from support.program import environment

pytestmark = pytest.mark.thorough

POINTS = 6
"""Of each scenario; `make bench` tries every one with every fault."""


def test_after_a_fault_at_any_step_a_resume_ends_in_the_same_archive() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "crashes.py", str(POINTS)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the process dies: " in done.stdout
    for scenario in SCENARIOS:
        assert f"{scenario.name}: " in done.stdout


FULL_DISK = """
set -e
mount -t tmpfs -o size=$SIZE,mode=700 tmpfs "$PLACE"
cp -r "$OFFICE/." "$PLACE"
code=0
"$PYTHON" -m digitize run -w "$PLACE" --lang en || code=$?
echo "full: $code"
mount -o remount,size=200m "$PLACE"
code=0
"$PYTHON" -m digitize run -w "$PLACE" --lang en || code=$?
echo "with room: $code"
"$PYTHON" -m digitize verify "$PLACE/archive" --anchor "$PLACE/keys/ca.pem" --lang en
find "$PLACE" -name '.digitize-*' -o -name '.staging-*'
ls "$PLACE/quarantine"
"""


@pytest.mark.parametrize("room", [60_000, 250_000, 500_000])
def test_a_full_disk_stops_the_run_and_harms_nothing(office: Path, tmp_path: Path, room: int) -> None:
    for number in range(1, 4):
        small_scan(office / "scans" / f"HS-{number}.tif", f"Hồ sơ {number}", pages=2)
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    size = sum(-(-path.stat().st_size // 4096) * 4096 + 4096 for path in office.rglob("*"))
    place = tmp_path / "small"
    place.mkdir()
    extra = {"SIZE": str(size + room), "PLACE": str(place), "OFFICE": str(office), "PYTHON": sys.executable}
    done = subprocess.run(
        [shutil.which("unshare") or "", "-m", "sh", "-c", FULL_DISK],
        env=environment(TMPDIR=os.environ.get("TMPDIR", "/tmp"), **extra),  # noqa: S108
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    if "mount:" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert "Traceback" not in done.stderr
    assert "full: 3" in done.stdout, done.stdout + done.stderr
    assert "disk" in done.stderr.lower() or "ledger" in done.stderr.lower(), done.stderr
    assert "with room: 0" in done.stdout, done.stdout + done.stderr
    assert "VALID: 3" in done.stdout
    assert done.stdout.rstrip().endswith("VALID: 3"), "something was left over"

"""The recipe for backup and restore does what its page says: the very script, the very lines."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digitize.model import Stage
from support.offices import small_scan, stages
from support.places import ROOT
from support.program import digitize, environment

SCRIPT = ROOT / "deploy" / "backup.sh"
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
LACKING = [name for name in ("restic", "sqlite3", "flock") if shutil.which(name) is None]

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(bool(LACKING), reason=f"not installed: {', '.join(LACKING)}"),
]


class Safe:
    """A workspace and where it is backed up to."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.workspace = workspace
        self.repository = folder / "repository"
        self.password = folder / "password"
        self.password.write_text("một mật khẩu dài\n", "utf-8")
        self.password.chmod(0o600)
        self.program = folder / "bin"
        self.program.mkdir()
        called = self.program / "digitize"
        called.write_text(f'#!/bin/sh\nexec {sys.executable} -m digitize "$@"\n')
        called.chmod(0o755)
        self._path = f"{self.program}:{os.environ['PATH']}"

    def environment(self, **extra: str) -> dict[str, str]:
        asked = {"RESTIC_REPOSITORY": str(self.repository), "RESTIC_PASSWORD_FILE": str(self.password)}
        return environment(PATH=self._path, RESTIC_CACHE_DIR=f"{self.repository}.cache") | asked | extra

    def backup(self, kind: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return self.run([str(SCRIPT), kind, str(self.workspace)], **extra)

    def run(self, command: list[str], **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment(**extra), capture_output=True, text=True, timeout=120, check=False
        )

    def restore(self, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run the lines of the page as they stand there."""
        (lines,) = re.findall(r"```sh\n(restic restore.*?)```", PAGE, re.DOTALL)
        anchor = self.workspace / "keys" / "ca.pem"
        return self.run(["sh", "-euc", lines], RESTORED=str(folder), ANCHOR=str(anchor))

    @property
    def log(self) -> list[list[str]]:
        text = (self.workspace / "backup-log.tsv").read_text("utf-8")
        return [line.split("\t") for line in text.splitlines()]


@pytest.fixture
def safe(finished: Path, tmp_path: Path) -> Safe:
    return Safe(tmp_path, Path(shutil.copytree(finished, tmp_path / "hồ sơ")))


def files(folder: Path, *parts: str) -> dict[str, str]:
    """SHA-256 and mode of every file under some parts of a folder."""
    return {
        str(
            path.relative_to(folder)
        ): f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for part in parts
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


def dump(ledger: Path) -> Iterator[str]:
    with closing(sqlite3.connect(ledger)) as database:
        yield from database.iterdump()


def test_what_is_restored_is_what_was_there(safe: Safe, tmp_path: Path) -> None:
    assert safe.backup("init").returncode == 0
    done = safe.backup("daily")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    restored = tmp_path / "restored"
    again = safe.restore(restored)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "newer than the ledger" not in again.stdout
    parts = ("archive", "originals", "scans", "quarantine")
    assert files(restored, *parts) == files(safe.workspace, *parts) != {}
    assert list(dump(restored / "ledger.db")) == list(dump(safe.workspace / "ledger.db"))
    found = digitize(
        "verify", "--json", restored / "archive", "--anchor", safe.workspace / "keys" / "ca.pem"
    ).json
    assert found["summary"] == {"VALID": 3}
    # Private keys are kept apart; with them the work goes on, and nothing has to be read anew.
    assert not {"signer.p12", "timestamp.p12", "passphrase.txt"} & {
        one.name for one in (restored / "keys").iterdir()
    }
    for key in ("signer.p12", "timestamp.p12", "passphrase.txt"):
        shutil.copy2(safe.workspace / "keys" / key, restored / "keys" / key)
    ran = digitize("run", "-w", restored, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["pages_read"] == 0
    assert ran.json["summary"] == {"packaged": 3, "in_review": 2}


def test_work_that_goes_on_meanwhile_is_saved_and_named(office: Path, tmp_path: Path) -> None:
    small_scan(office / "scans" / "HS-1.jpg")
    assert digitize("run", "-w", office, "--until", "composed").code == 0
    safe = Safe(tmp_path, office)
    assert safe.backup("init").returncode == 0
    # Between the copy of the ledger and the reading of the files somebody signs.
    between = safe.program / "restic"
    between.write_text(
        f'#!/bin/sh\n[ "$1" != backup ] || digitize run -w "{office}" --quiet >&2\n'
        f'exec {shutil.which("restic")} "$@"\n'
    )
    between.chmod(0o755)
    done = safe.backup("daily")
    assert done.returncode == 0, done.stderr
    (package,) = (path.name for path in (office / "archive").iterdir())
    restored = tmp_path / "restored"
    again = safe.restore(restored)
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"newer than the ledger: {package}" in again.stdout
    assert stages(restored) == {"HS-1": Stage.COMPOSED}
    assert files(restored, "archive") == files(office, "archive")


def test_each_night_adds_a_snapshot_and_a_line_and_the_month_is_checked(safe: Safe) -> None:
    assert safe.backup("init").returncode == 0
    assert safe.backup("daily").returncode == 0
    stored = sum(path.stat().st_size for path in safe.repository.rglob("*") if path.is_file())
    (safe.workspace / "scans" / "moi.txt").write_text("mới", "utf-8")
    assert safe.backup("daily").returncode == 0
    grown = sum(path.stat().st_size for path in safe.repository.rglob("*") if path.is_file()) - stored
    assert 0 < grown < stored / 10, "only what is new was stored"
    assert safe.backup("monthly").returncode == 0
    log = safe.log
    assert [(line[1], line[3]) for line in log] == [
        ("init", "ok"), ("daily", "ok"), ("daily", "ok"), ("monthly", "ok"),
    ]  # fmt: skip
    assert len({line[4] for line in log[1:]}) == 3, "each snapshot is named"
    assert all(line[0].endswith("+07:00") for line in log)
    packs = sorted(path for path in (safe.repository / "data").rglob("*") if path.is_file())
    for pack in packs:
        pack.chmod(0o600)
        data = bytearray(pack.read_bytes())
        data[len(data) // 2] ^= 1
        pack.write_bytes(data)
    broken = safe.backup("check")
    assert broken.returncode == 1
    assert "bị hỏng" in broken.stderr
    assert safe.log[-1][3] == "failed"


def test_a_damaged_ledger_is_told_and_no_backup_of_it_is_made(safe: Safe) -> None:
    assert safe.backup("init").returncode == 0
    (safe.workspace / "ledger.db").write_bytes(b"no database at all" * 1000)
    broken = safe.backup("daily")
    assert broken.returncode == 1
    assert "sổ theo dõi" in broken.stderr
    assert safe.run(["restic", "snapshots", "--json"]).stdout.strip() in ("[]", "null")


def test_what_would_be_careless_is_refused(safe: Safe) -> None:
    for extra, word in (
        ({"RESTIC_PASSWORD": "mở"}, "chỉ qua tệp"),
        ({"RESTIC_PASSWORD_COMMAND": "echo mở"}, "chỉ qua tệp"),
        ({"RESTIC_PASSWORD_FILE": str(safe.repository)}, "thiếu tệp"),
        ({"RESTIC_REPOSITORY": ""}, "thiếu"),
        ({"RESTIC_REPOSITORY": str(safe.workspace / "sao-luu")}, "chính thư mục này"),
        ({"RESTIC_REPOSITORY": str(safe.repository)}, "không mở được"),
    ):
        refused = safe.backup("daily", **extra)
        assert refused.returncode == 3, extra
        assert word in refused.stderr
    safe.password.chmod(0o640)
    assert "người khác đọc được" in safe.backup("daily").stderr
    assert safe.backup("weekly").returncode == 2
    assert safe.run([str(SCRIPT), "daily", str(safe.repository)]).returncode == 2


def test_one_backup_at_a_time(safe: Safe) -> None:
    with (safe.workspace / ".backup.lock").open("w") as lock:
        subprocess.run(["flock", "--nonblock", str(lock.fileno())], pass_fds=[lock.fileno()], check=True)
        second = safe.backup("daily")
    assert second.returncode == 4

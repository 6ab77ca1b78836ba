"""What lies ready in deploy/: units that systemd takes, and commands that the program knows."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from digitize.settings import Operations
from support.calls import together
from support.places import ROOT

DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
AUDIT_PAGE = (ROOT / "docs" / "audit.md").read_text("utf-8")
CRONTAB = (DEPLOY / "crontab").read_text("utf-8")
UNITS = sorted(DEPLOY.glob("digitize-*.*"))


def commands(text: str) -> list[list[str]]:
    """Calls of the program in a text, without what a shell does with them."""
    lines = re.findall(r"(?m)^[^#\n]*?\bdigitize ((?:run|audit|renew|report|tidy) -w [^;|&\n]*)", text)
    return [shlex.split(line) for line in lines]


def schedule(text: str) -> dict[str, str]:
    """When each command of a crontab is called, and how."""
    found = re.findall(r"(?m)^(\S+ \S+ \S+ \S+ \S+) +digitize (\w+ [^;\n]*?--quiet)", text)
    return {call.split()[0]: f"{when} {call}" for when, call in found}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="not installed: systemd")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    program = tmp_path / "digitize"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m digitize "$@"\n')
    program.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/digitize/.venv/bin/digitize", str(program))
        (tmp_path / unit.name).write_text(text, "utf-8")
    names = [str(tmp_path / unit.name) for unit in UNITS]
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    # It speaks of the machine's own units as well.
    assert [line for line in told.stderr.splitlines() if "digitize" in line] == []
    assert told.returncode == 0, told.stderr


def test_every_command_is_one_that_the_program_knows(tmp_path: Path) -> None:
    units = "\n".join(re.sub(r"(?m)^ExecStart=\S*/", "", unit.read_text("utf-8")) for unit in UNITS)
    calls = commands(CRONTAB) + commands(PAGE) + commands(AUDIT_PAGE) + commands(units)
    assert len(calls) > 10
    seen = {call[0] for call in calls}
    assert seen == {"run", "audit", "renew", "report", "tidy"}
    elsewhere = [
        [argument.replace("/srv/ho-so", str(tmp_path)).replace("$m", "2026-11") for argument in call]
        for call in calls
    ]
    for call, outcome in zip(calls, together(*elsewhere), strict=True):
        # All that is wrong is that the workspace is not there.
        assert outcome.code == 2, call
        assert f"{tmp_path} không phải thư mục làm việc" in outcome.err, (call, outcome.err)


def test_the_pages_and_the_crontab_say_the_same() -> None:
    (shown,) = re.findall(r"```text\n(MAILTO.*?)```", PAGE, re.DOTALL)
    assert CRONTAB.endswith(shown)
    cron = schedule(CRONTAB)
    assert "audit -w /srv/ho-so --budget 2h" in cron["audit"]
    for name, line in schedule(AUDIT_PAGE).items():
        assert cron[name] == line
    timers = {unit.stem: unit.read_text("utf-8") for unit in UNITS if unit.suffix == ".timer"}
    for name, timer in timers.items():
        service = (DEPLOY / f"{name}.service").read_text("utf-8")
        assert "Type=oneshot" in service
        hour = re.search(r"OnCalendar=.*?(\d\d):(\d\d)", timer)
        assert hour is not None
        command = name.removeprefix("digitize-")
        if command != "run":
            assert cron[command].split()[1] == str(int(hour[1]))


def test_the_watch_is_a_service_that_comes_back_and_is_fenced_in() -> None:
    text = (DEPLOY / "digitize-watch.service").read_text("utf-8")
    for line in ("Type=notify", "Restart=on-failure", "WatchdogSec=", "RestartPreventExitStatus=2 3"):
        assert line in text
    for unit in UNITS:
        if unit.suffix == ".service":
            text = unit.read_text("utf-8")
            for line in (
                "NoNewPrivileges=yes",
                "ProtectSystem=strict",
                "ReadWritePaths=/srv/ho-so",
                "MemoryMax=",
                "OOMPolicy=continue",
            ):
                assert line in text, unit.name


def test_the_settings_on_the_page_are_settings() -> None:
    (shown,) = re.findall(r"```toml\n(\[operations\].*?)```", PAGE, re.DOTALL)
    read = Operations.model_validate(tomllib.loads(shown)["operations"])
    assert str(read.log_file) in (DEPLOY / "logrotate").read_text("utf-8").replace("*", "digitize")
    assert Path(read.on_trouble[0]).name == "mail-summary.py"
    folder = str(read.metrics.parent) if read.metrics else "?"
    assert f"-{folder}" in (DEPLOY / "digitize-run.service").read_text("utf-8")

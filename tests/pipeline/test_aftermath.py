"""When a command has ended: figures for Prometheus, and a summary for hooks and mails."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from digitize.errors import ExitCode
from digitize.messages import Catalogue
from digitize.model import Language, Problem, Stage
from digitize.pipeline.aftermath import follow_up
from digitize.pipeline.ending import Ending
from digitize.pipeline.founding import Founder, found_workspace
from digitize.pipeline.health import examine
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.offices import ledger_of
from support.places import ROOT
from support.program import environment

MOMENT = dt.datetime(2026, 12, 1, 2, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
WELL = Ending("run", ExitCode.DONE, MOMENT, MOMENT + dt.timedelta(seconds=90), pages_read=12)
DAMAGED = Ending("audit", ExitCode.ITEMS, MOMENT, MOMENT + dt.timedelta(seconds=5))
FULL = Problem("disk_too_small", {"path": "/x", "free": 1, "reserve": 500, "missing": 499})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a dossier in review, two in quarantine, and days on which they are due."""
    founder = Founder("UBND phường Sao Mai", "H99.00.01", "H99", "tt05-2025", Language.VI)
    root = found_workspace(tmp_path / "ho-so", founder, "lan", now).root
    with ledger_of(root) as ledger, ledger.transaction():
        for code, stage, due in (
            ("HS-1", Stage.IN_REVIEW, "2020-01-31"),
            ("HS-2", Stage.QUARANTINED, None),
            ("HS-3", Stage.QUARANTINED, None),
            ("HS-4", Stage.PACKAGED, "2020-01-01"),
        ):
            ledger.add_dossier(code, code)
            ledger.move(code, stage, "quarantined" if stage is Stage.QUARANTINED else "x")
            ledger.execute("UPDATE dossier SET due_on = ? WHERE id = ?", due, code)
        for code in ("HS-2", "HS-3"):
            ledger.set_problem(code, Problem("file_empty", {"file": f"{code} của Nguyễn Văn A.pdf"}))
    settings = root / "digitize.toml"
    text = settings.read_text("utf-8")
    hooks = 'on_finish = ["sh", "hook.sh", "finish"]\non_trouble = ["sh", "hook.sh", "trouble"]\n'
    own = f'[operations]\nmetrics = "out/digitize.prom"\n{hooks}'
    settings.write_text(text.replace("[operations]\n", own), "utf-8")
    (root / "hook.sh").write_text('cat > "$1.json"\n')
    (root / "out").mkdir()
    return Workspace.open(root)


def samples(workspace: Workspace) -> dict[str, float]:
    """Every figure by its name and its own label."""
    text = (workspace.root / "out" / "digitize.prom").read_text("utf-8")
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {key: value for key, value in sample.labels.items() if key != "workspace"}
            assert sample.labels["workspace"] == str(workspace.root)
            found[":".join([sample.name, *labels.values()])] = sample.value
    return found


def summary(workspace: Workspace, name: str) -> dict[str, Any]:
    path = workspace.root / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    path.unlink()
    return found


def told(workspace: Workspace, ending: Ending) -> list[str]:
    return [problem.code for problem in follow_up(workspace, ending, "lan", now)]


def test_every_command_adds_its_figures_and_keeps_those_of_others(workspace: Workspace) -> None:
    umask = os.umask(0o077)
    try:
        assert told(workspace, WELL) == []
        assert told(workspace, DAMAGED) == []
    finally:
        os.umask(umask)
    found = samples(workspace)
    assert found["digitize_command_exit_code:run"] == 0
    assert found["digitize_command_exit_code:audit"] == 1
    assert found["digitize_command_pages_read:run"] == 12
    assert found["digitize_command_seconds:run"] == 90
    ended = WELL.ended.timestamp()
    assert found["digitize_command_success_timestamp_seconds:run"] == ended
    assert "digitize_command_success_timestamp_seconds:audit" not in found
    assert found["digitize_command_completed_timestamp_seconds:audit"] == DAMAGED.ended.timestamp()
    assert found["digitize_dossiers:in_review"] == 1
    assert found["digitize_dossiers:composed"] == 0
    assert found["digitize_quarantine_dossiers:file_empty"] == 2
    assert found["digitize_due_dossiers:late"] == 1
    assert found["digitize_disk_free_bytes:archive"] > 0
    assert "digitize_oldest_waiting_seconds:in_review" in found
    # The exporter runs under another account.
    file = workspace.root / "out" / "digitize.prom"
    assert file.stat().st_mode & 0o777 == 0o644
    assert list(file.parent.iterdir()) == [file]
    # What failed since has not come to an end; the last success is still known.
    stopped = replace(
        WELL, exit_code=ExitCode.ENVIRONMENT, ended=WELL.ended + dt.timedelta(days=1), problem=FULL
    )
    told(workspace, stopped)
    found = samples(workspace)
    assert found["digitize_command_exit_code:run"] == 3
    assert found["digitize_command_completed_timestamp_seconds:run"] == ended
    assert found["digitize_command_ended_timestamp_seconds:run"] > ended


def test_the_alerts_speak_of_figures_that_there_are(workspace: Workspace) -> None:
    told(workspace, WELL)
    text = (workspace.root / "out" / "digitize.prom").read_text("utf-8")
    names = {family.name for family in text_string_to_metric_families(text)}
    # Nothing was packaged and audited here.
    names.add("digitize_proof_expiry_timestamp_seconds")
    rules = (ROOT / "deploy" / "alerts.yml").read_text("utf-8")
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert set(re.findall(r"digitize_\w+", rules)) <= names
    assert {name for name in names if name not in page} == set()


def test_hooks_are_given_the_summary_with_codes_and_counts_and_nobody_s_name(workspace: Workspace) -> None:
    assert told(workspace, WELL) == []
    assert not (workspace.root / "trouble.json").exists()
    well = summary(workspace, "finish")
    assert (well["command"], well["exit_code"], well["trouble"], well["problem"]) == ("run", 0, False, None)
    assert well["summary"] == {"in_review": 1, "packaged": 1, "quarantined": 2}
    assert well["pages_read"] == 12
    assert [(one["code"], one["dossiers"]) for one in well["quarantine"]] == [("file_empty", 2)]
    assert [one["id"] for one in well["late"]] == ["HS-1"]
    assert well["due_soon"] == []
    assert "Nguyễn" not in json.dumps(well, ensure_ascii=False)
    assert "HS-1 (31/01/2020)" in well["text"]
    assert told(workspace, replace(WELL, exit_code=ExitCode.ENVIRONMENT, problem=FULL)) == []
    trouble = summary(workspace, "trouble")
    assert trouble["problem"]["code"] == "disk_too_small"
    assert Catalogue(Language.VI).problem(FULL) in trouble["text"]
    assert summary(workspace, "finish") == trouble


@pytest.mark.parametrize("code", [ExitCode.LOCKED, ExitCode.USAGE, ExitCode.INTERRUPTED])
def test_nobody_is_told_of_a_call_that_did_not_work(workspace: Workspace, code: ExitCode) -> None:
    assert told(workspace, replace(WELL, exit_code=code)) == []
    assert not (workspace.root / "finish.json").exists()
    assert not (workspace.root / "out" / "digitize.prom").exists()


def test_a_watch_that_goes_on_tells_of_trouble_alone(workspace: Workspace) -> None:
    assert told(workspace, replace(WELL, goes_on=True)) == []
    assert not (workspace.root / "finish.json").exists()
    assert samples(workspace)["digitize_command_exit_code:run"] == 0
    told(workspace, replace(WELL, goes_on=True, exit_code=ExitCode.ITEMS, failed=("HS-3",)))
    assert summary(workspace, "trouble")["failed"] == ["HS-3"]


def test_what_fails_afterwards_is_told_and_keeps_nothing_else_back(workspace: Workspace) -> None:
    (workspace.root / "out").rmdir()
    (workspace.root / "hook.sh").write_text("exit 4\n")
    assert told(workspace, DAMAGED) == ["metrics_unwritable", "hook_failed", "hook_failed"]
    # A broken ledger keeps nobody from being told.
    (workspace.root / "hook.sh").write_text('cat > "$1.json"\n')
    for path in workspace.root.glob("ledger.db*"):
        path.unlink()
    workspace.ledger.write_bytes(b"not a ledger" * 1000)
    assert told(workspace, DAMAGED) == ["metrics_unwritable"]
    assert summary(workspace, "trouble")["summary"] == {}


def test_the_mail_hook_sends_the_text_of_the_summary(workspace: Workspace, tmp_path: Path) -> None:
    told(workspace, DAMAGED)
    given = (workspace.root / "trouble.json").read_bytes()
    sendmail = tmp_path / "bin" / "sendmail"
    sendmail.parent.mkdir()
    sendmail.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/how; cat > {tmp_path}/letter\n')
    sendmail.chmod(0o755)
    subprocess.run(
        [sys.executable, ROOT / "deploy" / "mail-summary.py", "quantri@example.vn"],
        input=given,
        env=environment(PATH=f"{sendmail.parent}:{os.environ['PATH']}"),
        check=True,
    )
    letter = message_from_bytes((tmp_path / "letter").read_bytes(), policy=policy.default)
    assert (tmp_path / "how").read_text() == "-t -i\n"
    assert letter["To"] == "quantri@example.vn"
    assert letter["Subject"].startswith("[digitize] digitize audit cần người xem lại")
    assert "Để riêng 2 hồ sơ" in letter.get_content()


def mail_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mail_summary", ROOT / "deploy" / "mail-summary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def post_office(listening: socket.socket, letters: list[bytes]) -> None:
    """Take one letter, as the mail server of a machine does."""
    with listening.accept()[0] as wire, wire.makefile("rwb") as lines:
        answer = b"220 here"
        while True:
            lines.write(answer + b"\r\n")
            lines.flush()
            said = lines.readline()
            answer = b"250 good"
            if said.upper().startswith(b"DATA"):
                lines.write(b"354 go on\r\n")
                lines.flush()
                letters.append(b"".join(iter(lines.readline, b".\r\n")))
            elif said.upper().startswith(b"QUIT") or not said:
                return


def test_where_systemd_takes_rights_the_mail_hook_asks_the_mail_server() -> None:
    letters: list[bytes] = []
    hook, letter = mail_hook(), EmailMessage()
    letter["To"], letter["Subject"] = "quantri@example.vn", "cần người xem lại"
    letter.set_content("Để riêng 2 hồ sơ\n")
    with socket.create_server(("localhost", 0)) as listening:
        port = listening.getsockname()[1]
        server = threading.Thread(target=post_office, args=(listening, letters))
        server.start()
        assert hook.was_taken(letter, port)
        server.join()
    assert not hook.was_taken(letter, port)
    (taken,) = letters
    assert message_from_bytes(taken, policy=policy.default)["Subject"] == "cần người xem lại"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="not installed: setpriv")
def test_the_mail_hook_knows_whether_it_is_fenced_in() -> None:
    place = str(ROOT / "deploy" / "mail-summary.py")
    look = f"import runpy; print(runpy.run_path({place!r})['is_fenced_in']())"
    call = ["setpriv", "--no-new-privs", sys.executable, "-c", look]
    fenced = subprocess.run(call, capture_output=True, text=True, check=True)
    assert fenced.stdout == "True\n"


def test_doctor_looks_at_what_the_settings_name(workspace: Workspace) -> None:
    def states() -> list[tuple[str, str]]:
        found = [one for one in examine(workspace, now) if one.name == "operations"]
        return [(one.state.value, one.problem.code if one.problem else "") for one in found]

    assert states() == [("ok", "")] * 3
    (workspace.root / "hook.sh").chmod(0o666)
    (workspace.root / "out").rmdir()
    assert [code for _, code in states()] == ["metrics_unwritable", "hook_of_others", "hook_of_others"]


def test_a_clock_that_is_put_back_makes_no_time_negative(workspace: Workspace) -> None:
    assert told(workspace, replace(WELL, ended=WELL.began - dt.timedelta(hours=1))) == []
    assert samples(workspace)["digitize_command_seconds:run"] == 0

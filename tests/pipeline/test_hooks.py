"""Hooks get the summary and no secret, are ended when they hang, and are believed only from their owner."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem
from digitize.pipeline.hooks import run_hook
from support.processes import children


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "digitize.toml").write_text("")
    (tmp_path / "digitize.toml").chmod(0o640)
    return tmp_path


def hook(root: Path, text: str, name: str = "hook.sh") -> Path:
    path = root / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o750)
    return path


def refusal(root: Path, *command: str, seconds: float = 20.0) -> EnvironmentProblem:
    with pytest.raises(EnvironmentProblem) as caught:
        run_hook(root, command, {"kind": "x"}, seconds)
    return caught.value


def test_a_hook_reads_the_summary_in_its_workspace_without_secrets(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DIGITIZE_PIN", "DIGITIZE_PIN_OFFICER", "DIGITIZE_PASSPHRASE", "RESTIC_PASSWORD"):
        monkeypatch.setenv(name, "bí mật")
    hook(root, 'cat > got.json; env > got.env; echo "$1" > got.txt; echo noise')
    run_hook(root, ["./hook.sh", "a b; rm -rf x"], {"text": "Hồ sơ"}, 20)
    assert json.loads((root / "got.json").read_text("utf-8")) == {"text": "Hồ sơ"}
    assert (root / "got.txt").read_text() == "a b; rm -rf x\n"
    environment = (root / "got.env").read_text()
    assert "bí mật" not in environment
    assert "DIGITIZE" not in environment
    assert "PATH=" in environment


def test_a_program_is_found_in_the_path_and_need_not_read(root: Path) -> None:
    run_hook(root, ["true"], {"text": "x" * 1_000_000}, 20)


def test_a_hook_that_hangs_is_ended_with_all_that_it_started(root: Path) -> None:
    hook(root, "sleep 600 & sleep 600")
    began, before = time.monotonic(), children()
    told = refusal(root, "./hook.sh", seconds=0.5)
    assert told.code == "hook_too_slow"
    assert time.monotonic() - began < 60
    assert children() == before


def test_what_a_hook_leaves_in_the_background_is_not_waited_for(root: Path) -> None:
    # As a mail program does that queues a letter, with the error stream that it was given.
    hook(root, "(sleep 2; touch sent) &\ncat > got.json")
    began = time.monotonic()
    run_hook(root, ["./hook.sh"], {"kind": "x"}, 20)
    assert time.monotonic() - began < 1.5
    while not (root / "sent").exists():
        assert time.monotonic() - began < 30
        time.sleep(0.1)


def test_a_hook_that_fails_is_told_with_its_last_words(root: Path) -> None:
    hook(root, "echo 'mail: no route' >&2; exit 7")
    told = refusal(root, "./hook.sh")
    assert told.code == "hook_failed"
    assert told.facts == {"program": "./hook.sh", "exit_code": 7, "detail": "mail: no route"}


def test_what_is_not_there_or_cannot_be_run_is_told(root: Path) -> None:
    (root / "plain").write_text("x")
    assert refusal(root, "./missing").code == "hook_unusable"
    assert refusal(root, "no-such-program-anywhere").code == "hook_unusable"
    assert refusal(root, "./plain").code == "hook_unusable"


def test_settings_and_programs_that_others_can_write_are_not_believed(root: Path) -> None:
    path = hook(root, "touch ran")
    (root / "digitize.toml").chmod(0o660)
    assert refusal(root, "./hook.sh").code == "hook_settings_of_others"
    (root / "digitize.toml").chmod(0o640)
    path.chmod(0o777)
    assert refusal(root, "./hook.sh").code == "hook_of_others"
    # Nor a script that its interpreter is given.
    assert refusal(root, "sh", "hook.sh").code == "hook_of_others"
    if os.getuid() == 0:
        path.chmod(0o755)
        os.chown(path, 12345, 12345)
        assert refusal(root, "./hook.sh").code == "hook_of_others"
    assert not (root / "ran").exists()

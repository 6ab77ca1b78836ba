"""The lock of a workspace: held by one, told to others, gone with its holder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem, WorkspaceBusy
from digitize.mounts import mount_of, require_local
from digitize.pipeline.lock import find_holder, run_lock
from digitize.times import now
from support import holder
from support.program import environment

TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:40 / /mnt/kho\\040chung rw,nosuid - nfs4 server:/kho rw,vers=4.2,local_lock=none
41 22 0:41 / /mnt/may\\040quet rw - cifs //server/quet rw,vers=3.1.1,nobrl
42 22 0:42 / /srv rw - nfs server:/srv rw,vers=3,nolock,local_lock=all
43 42 254:1 / /srv/ho-so rw - xfs /dev/vdb rw
44 22 254:2 / /mnt/kho\\040chung rw - ext4 /dev/vdc rw
"""


@contextmanager
def held(path: Path, *how: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another process that holds a lock, and its number."""
    process = subprocess.Popen(
        [sys.executable, holder.__file__, str(path), *how],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def refusal(path: Path) -> WorkspaceBusy:
    with pytest.raises(WorkspaceBusy) as caught, run_lock(path, now):
        pytest.fail("two hold it")
    return caught.value


def test_who_comes_second_is_told_who_holds_it_and_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / ".run.lock"
    with held(path) as (process, number):
        told = refusal(path)
        assert told.code == "workspace_busy"
        assert told.facts["pid"] == number
        assert told.facts["user"] == "lan"
        assert told.facts["command"] == "run --watch"
        assert told.facts["host"] == socket.gethostname()
        os.kill(number, signal.SIGKILL)
        process.wait()
        # What it wrote stands there still, and is nobody.
        left = find_holder(path)
        assert left is not None
        assert left.is_gone
        with run_lock(path, now, who="minh"):
            mine = find_holder(path)
            assert mine is not None
            assert (mine.pid, mine.user, mine.is_gone) == (os.getpid(), "minh", False)
    assert find_holder(path) is None


def test_a_dead_process_is_not_shown_as_the_holder(tmp_path: Path) -> None:
    path = tmp_path / ".run.lock"
    with held(path, "fork"):
        told = refusal(path)
        assert told.code == "lock_of_unknown"
        assert told.facts == {"path": str(path)}


@pytest.mark.parametrize("record", ["", "{", "[]", '{"host": "x"}', '{"pid": 1}'])
def test_a_record_that_says_nothing_is_no_holder(tmp_path: Path, record: str) -> None:
    path = tmp_path / ".run.lock"
    with held(path):
        path.write_text(record)
        assert refusal(path).code == "lock_of_unknown"


def test_a_process_of_another_machine_cannot_be_known_to_be_gone(tmp_path: Path) -> None:
    path = tmp_path / ".run.lock"
    with held(path):
        record = json.loads(path.read_text())
        path.write_text(json.dumps(record | {"host": "may-2", "pid": 4_000_000}))
        assert refusal(path).facts["host"] == "may-2"


def test_the_file_system_of_a_path_is_the_innermost_mount(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)

    def kind(path: str) -> str | None:
        found = mount_of(Path(path), table)
        return found.kind if found else None

    assert kind("/home/lan") == "ext4"
    assert kind("/srv/khac/ledger.db") == "nfs"
    assert kind("/srv/ho-so/ledger.db") == "xfs"
    assert kind("/srv/ho-so-khac") == "nfs"
    # A later mount at the same place hides the one before.
    assert kind("/mnt/kho chung/a") == "ext4"
    assert kind("/mnt/may quet") == "cifs"
    assert mount_of(tmp_path, tmp_path / "not there") is None
    here = mount_of(tmp_path)
    assert here is not None
    assert tmp_path.is_relative_to(here.place)


def test_a_ledger_on_a_share_is_refused_and_locks_that_stay_here_are_known(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    require_local(Path("/srv/ho-so/ledger.db"), table)
    with pytest.raises(EnvironmentProblem, match="ledger_on_share") as caught:
        require_local(Path("/srv/khac/ledger.db"), table)
    assert caught.value.facts == {"path": "/srv/khac/ledger.db", "kind": "nfs"}
    for path, stay in (("/srv", True), ("/mnt/may quet", True), ("/srv/ho-so", False)):
        found = mount_of(Path(path), table)
        assert found is not None
        assert found.locks_stay_here is stay

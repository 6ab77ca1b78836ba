"""The ledger as files: copied while it is written, kept before it is brought up, never begun anew."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.pipeline.ledger import VERSION, Ledger
from digitize.pipeline.ledger_files import (
    aside,
    backup_ledger,
    flaws,
    is_open_elsewhere,
    move_aside,
    moved_aside,
    read_only,
)
from support.broken_ledgers import overwritten_page
from support.program import environment

MOMENT = dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
LEDGERS = Path(__file__).parent / "ledgers"


def clock() -> dt.datetime:
    return MOMENT


def filled(path: Path, dossiers: int = 3) -> Path:
    with closing(Ledger(path, clock, "lan")) as ledger, ledger.transaction():
        for number in range(dossiers):
            ledger.add_dossier(f"HS-{number}", f"scans/HS-{number}")
            ledger.add_event("received", f"HS-{number}", source=f"HS-{number}")
    return path


def earlier(path: Path, version: int = 3) -> Path:
    """A ledger of an earlier version with a dossier in it."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript((LEDGERS / f"{version}.sql").read_text("utf-8"))
        database.execute(f"PRAGMA user_version={version}")
        database.execute(
            "INSERT INTO dossier (id, stage, source, received_at, updated_at) "
            "VALUES ('HS-1', 'extracted', 'scans/HS-1', '2026-11-21T09:05:07+07:00', '')"
        )
        database.commit()
    return path


def version_of(path: Path) -> int:
    with closing(read_only(path, immutable=True)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        return int(version)


# --- copies ---------------------------------------------------------------------------------------


def test_a_copy_made_while_somebody_writes_is_one_state_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db", 50)
    done = threading.Event()

    def write() -> None:
        with closing(Ledger(path, clock, "minh")) as ledger:
            while not done.is_set():
                with ledger.transaction():
                    # Two rows that belong together: a copy has both or neither.
                    number = len(ledger.dossier_codes())
                    ledger.add_dossier(f"N-{number}", f"scans/N-{number}")
                    ledger.add_event("received", f"N-{number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [tmp_path / "copies" / f"{number}.db" for number in range(5)]
        for copy in copies:
            assert backup_ledger(path, copy) == copy.stat().st_size
    finally:
        done.set()
        writer.join()
    for copy in copies:
        assert copy.stat().st_mode & 0o777 == 0o640
        with closing(read_only(copy, immutable=True)) as database:
            assert list(flaws(database)) == []
            dossiers, events = database.execute(
                "SELECT (SELECT count(*) FROM dossier), (SELECT count(*) FROM event)"
            ).fetchone()
            assert dossiers == events >= 50
    assert sorted(one.name for one in (tmp_path / "copies").iterdir()) == [one.name for one in copies]
    # A copy is a ledger to go on with.
    with closing(Ledger(copies[0], clock, "lan")) as ledger:
        assert ledger.dossier("HS-1") is not None


def test_a_copy_never_takes_the_place_of_something_and_never_is_of_a_broken_ledger(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db", 400)
    there = tmp_path / "there.db"
    there.write_bytes(b"mine")
    with pytest.raises(UsageProblem, match="backup_exists"):
        backup_ledger(path, there)
    assert there.read_bytes() == b"mine"
    with pytest.raises(EnvironmentProblem, match="ledger_missing"):
        backup_ledger(tmp_path / "none.db", tmp_path / "copy.db")
    overwritten_page(path)
    with pytest.raises(EnvironmentProblem, match="ledger_unusable"):
        backup_ledger(path, tmp_path / "copy.db")
    beside = {"ledger.db", "ledger.db-shm", "ledger.db-wal", "there.db"}
    assert {one.name for one in tmp_path.iterdir()} <= beside


# --- bringing up ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", range(1, VERSION))
def test_the_earlier_ledger_is_kept_beside_the_one_of_today(tmp_path: Path, version: int) -> None:
    path = earlier(tmp_path / "ledger.db", version)
    with closing(Ledger(path, clock, "lan")) as ledger:
        assert ledger.dossier("HS-1") is not None
    kept = tmp_path / f"ledger.db.v{version}-20260302T083000"
    assert (version_of(kept), version_of(path)) == (version, VERSION)
    assert kept.stat().st_mode & 0o777 == 0o640
    # Once is enough.
    with closing(Ledger(path, clock, "lan")):
        pass
    assert len(list(tmp_path.glob("ledger.db.v*"))) == 1


def killed_at(path: Path, step: int) -> bool:
    """Bring a ledger up in a process that is killed at its n-th step on the disk; False if it lived."""
    child = os.fork()
    if child == 0:
        count = 0

        def watch(event: str, _: tuple[object, ...]) -> None:
            nonlocal count
            if event in ("digitize.disk", "sqlite3.connect"):
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        Ledger(path, clock, "lan").close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_whoever_is_killed_while_bringing_it_up_leaves_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    killed = 0
    for step in range(1, 50):
        folder = tmp_path / str(step)
        folder.mkdir()
        path = earlier(folder / "ledger.db")
        if not killed_at(path, step):
            break
        killed += 1
        with closing(read_only(path)) as database:
            assert database.execute("PRAGMA user_version").fetchone() == (3,)
        for kept in folder.glob("ledger.db.v3-*"):
            assert version_of(kept) == 3
        with closing(Ledger(path, clock, "lan")) as ledger:
            assert ledger.dossier("HS-1") is not None
        assert version_of(path) == VERSION
        assert [one.name for one in folder.glob("ledger.db.v*")] == ["ledger.db.v3-20260302T083000"]
    assert killed >= 8


def test_two_that_bring_it_up_at_once_are_both_served_and_it_is_done_once(tmp_path: Path) -> None:
    path = earlier(tmp_path / "ledger.db")
    code = (
        "import sys; from pathlib import Path; from digitize.pipeline.ledger import Ledger; "
        "from digitize.times import now; l = Ledger(Path(sys.argv[1]), now, 'x'); print(len(l.dossiers()))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)], env=environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [one.communicate(timeout=60)[0] for one in both] == ["1\n", "1\n"]
    assert len(list(tmp_path.glob("ledger.db.v3-*"))) == 1
    assert version_of(path) == VERSION


def test_a_place_where_no_copy_can_lie_is_told_and_the_ledger_stays_as_it_was(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        # Nothing is forbidden to root but what the file system itself refuses.
        name = "l" * 240
        path = earlier(tmp_path / name)
    else:
        path = earlier(tmp_path / "ledger.db")
        tmp_path.chmod(0o500)
    with pytest.raises(EnvironmentProblem) as caught:
        Ledger(path, clock, "lan")
    tmp_path.chmod(0o700)
    assert caught.value.code in ("ledger_copy_failed", "ledger_unusable")
    assert version_of(path) == 3


# --- a ledger that is lost ------------------------------------------------------------------------


@pytest.mark.parametrize("kept", ["archive", "originals"])
def test_no_new_ledger_is_begun_where_one_was_lost(tmp_path: Path, kept: str) -> None:
    (tmp_path / kept / "HS-1").mkdir(parents=True)
    for empty in (False, True):
        if empty:
            (tmp_path / "ledger.db").touch()
        with pytest.raises(EnvironmentProblem, match="ledger_missing"):
            Ledger(tmp_path / "ledger.db", clock, "lan")
        assert (tmp_path / "ledger.db").exists() == empty
    # What a run that was killed has left there is nothing yet.
    (tmp_path / kept / "HS-1").rename(tmp_path / kept / ".staging-x")
    with closing(Ledger(tmp_path / "ledger.db", clock, "lan")) as ledger:
        assert ledger.dossiers() == []


def test_a_broken_page_is_told_by_whatever_reads_it(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db", 400)
    overwritten_page(path)
    with closing(Ledger(path, clock, "lan")) as ledger:
        with pytest.raises(EnvironmentProblem, match="ledger_unusable"):
            list(ledger.logged_events())
        with pytest.raises(EnvironmentProblem, match="ledger_unusable"):
            ledger.rows("SELECT * FROM event")


def test_what_is_moved_aside_keeps_all_its_parts_and_is_found_again(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    (tmp_path / "ledger.db-wal").write_bytes(b"")
    assert moved_aside(path) is None
    names = []
    for _ in range(2):
        names.append(aside(path, MOMENT).name)
        move_aside(path, MOMENT)
        path.write_bytes(b"x")
    assert names == ["ledger.db.broken-20260302T083000", "ledger.db.broken-20260302T083000-2"]
    assert (tmp_path / f"{names[0]}-wal").exists()
    found = moved_aside(path)
    assert found is not None
    assert found.name == names[1]


def test_whether_another_process_has_it_open_can_be_asked(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    assert not is_open_elsewhere(path)
    code = (
        "import sys; from pathlib import Path; from digitize.pipeline.ledger import Ledger; "
        "from digitize.times import now; l = Ledger(Path(sys.argv[1]), now, 'x'); l.dossiers(); "
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "open\n"
        assert is_open_elsewhere(path)
        other.stdin.close()
        other.wait()
    assert not is_open_elsewhere(path)

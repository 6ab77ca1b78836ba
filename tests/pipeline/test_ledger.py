"""The ledger and the leases in it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.model import Problem, Stage
from digitize.pipeline.findings import load_documents
from digitize.pipeline.leases import IN_USE, lease
from digitize.pipeline.ledger import VERSION, Ledger
from digitize.pipeline.processes import find_process
from support.offices import ledger_of

MOMENT = dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def clock() -> dt.datetime:
    return MOMENT


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.db", clock, "lan")) as made:
        with made.transaction():
            made.add_dossier("HS-1", "scans/HS-1")
        yield made


def test_a_dossier_is_moved_together_with_the_event_that_says_who_and_when(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.move("HS-1", Stage.RECOGNISED, "pages_read", pages=3)
    (event,) = ledger.events("HS-1")
    assert (event.who, event.kind, event.detail) == ("lan", "pages_read", {"pages": 3, "stage": "recognised"})
    assert dt.datetime.fromisoformat(event.at) == MOMENT
    record = ledger.dossier("HS-1")
    assert record is not None
    assert record.stage is Stage.RECOGNISED


def test_a_transaction_that_fails_leaves_nothing_behind(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError), ledger.transaction():
        ledger.move("HS-1", Stage.PACKAGED, "packaged")
        raise RuntimeError
    assert ledger.events("HS-1") == []
    record = ledger.dossier("HS-1")
    assert record is not None
    assert record.stage is Stage.RECEIVED


def test_problems_keep_their_facts(ledger: Ledger) -> None:
    problem = Problem("late_pages", {"files": 2})
    with ledger.transaction():
        ledger.set_problem("HS-1", problem)
    record = ledger.dossier("HS-1")
    assert record is not None
    assert record.problem == problem


def test_a_ledger_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "later.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=99")
    before = path.read_bytes()
    with pytest.raises(EnvironmentProblem) as caught:
        Ledger(path, clock, "lan")
    assert caught.value.code == "ledger_version"
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", range(1, VERSION))
def test_a_ledger_of_an_earlier_version_becomes_one_of_today_with_all_it_holds(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "ledger.db"
    schema = (Path(__file__).parent / "ledgers" / f"{version}.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(schema)
        database.execute(f"PRAGMA user_version={version}")
        database.execute(
            "INSERT INTO dossier (id, stage, source, received_at, updated_at) "
            "VALUES ('HS-1', 'extracted', 'scans/HS-1', '2026-11-21T09:05:07+07:00', "
            "'2026-11-21T09:06:00+07:00')"
        )
        database.execute(
            "INSERT INTO document (dossier, ordinal, pages, anchor, form, confidence, problems) "
            "VALUES ('HS-1', 1, '[0]', 'a', 'unknown', 0.0, '[]')"
        )
        database.commit()
    with closing(Ledger(path, clock, "lan")) as ledger:
        record = ledger.dossier("HS-1")
        assert record is not None
        assert record.stage is Stage.EXTRACTED
        assert [document.pages for document in load_documents(ledger, "HS-1")] == [(0,)]
    with closing(Ledger(tmp_path / "today.db", clock, "lan")):
        pass
    assert _shape(path) == _shape(tmp_path / "today.db")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


def _shape(path: Path) -> list[tuple[object, ...]]:
    """Tables with the names, types and order of their columns."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            (table, *database.execute(f"PRAGMA table_info({table})").fetchall()) for table in sorted(tables)
        ]


def test_a_file_that_is_no_ledger_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(EnvironmentProblem) as caught:
        Ledger(path, clock, "lan")
    assert caught.value.code == "ledger_unusable"
    assert path.read_bytes() == b"not a database at all" * 100


def test_two_connections_see_each_others_committed_steps_alone(ledger: Ledger, tmp_path: Path) -> None:
    with ledger_of(tmp_path) as other, ledger.transaction():
        ledger.move("HS-1", Stage.RECOGNISED, "pages_read")
        record = other.dossier("HS-1")
        assert record is not None
        assert record.stage is Stage.RECEIVED
    with ledger_of(tmp_path) as other:
        record = other.dossier("HS-1")
        assert record is not None
        assert record.stage is Stage.RECOGNISED


# --- leases ---------------------------------------------------------------------------------------


def hold(ledger: Ledger, process: int, began: int, until: dt.datetime) -> None:
    with ledger.transaction():
        ledger.execute(
            "INSERT INTO lease VALUES ('HS-1', 'mai', ?, ?, ?, '')", process, began, until.isoformat()
        )


@pytest.fixture
def other_process() -> Iterator[tuple[int, int]]:
    """A process that lives: its number and when it began."""
    child = subprocess.Popen(["sleep", "600"])
    found = find_process(child.pid)
    assert found is not None
    yield found.number, found.began
    child.kill()
    child.wait()


def test_what_another_process_works_on_is_not_touched(ledger: Ledger, other_process: tuple[int, int]) -> None:
    hold(ledger, *other_process, MOMENT + dt.timedelta(minutes=5))
    with pytest.raises(ItemProblem) as caught, lease(ledger, "HS-1", clock):
        pytest.fail("two at once")
    assert caught.value.code == IN_USE
    assert caught.value.facts["holder"] == "mai"


def test_a_lease_ends_with_its_process_and_with_its_time(
    ledger: Ledger, other_process: tuple[int, int]
) -> None:
    number, began = other_process
    hold(ledger, number, began + 1, MOMENT + dt.timedelta(minutes=5))
    with lease(ledger, "HS-1", clock):
        assert [row["holder"] for row in ledger.rows("SELECT holder FROM lease")] == ["lan"]
    assert ledger.rows("SELECT * FROM lease") == []
    hold(ledger, number, began, MOMENT - dt.timedelta(minutes=5))
    with lease(ledger, "HS-1", clock):
        assert [row["holder"] for row in ledger.rows("SELECT holder FROM lease")] == ["lan"]


def test_a_lease_is_given_back_when_the_work_fails(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError), lease(ledger, "HS-1", clock):
        raise RuntimeError
    assert ledger.rows("SELECT * FROM lease") == []


def test_what_was_begun_is_read_first_and_of_the_rest_the_largest(ledger: Ledger) -> None:
    with ledger.transaction():
        for code, pages in (("HS-1", 2), ("HS-2", 5), ("HS-3", 2), ("HS-4", 7)):
            if code != "HS-1":
                ledger.add_dossier(code, f"scans/{code}")
            ledger.set_pages(code, [(1, frame) for frame in range(pages)])
        ledger.move("HS-4", Stage.QUARANTINED, "set_aside")
    waiting = [(page.dossier, page.ordinal) for page in ledger.waiting_pages(20)]
    assert waiting == [("HS-2", n) for n in range(1, 6)] + [
        (code, n) for code in ("HS-1", "HS-3") for n in (1, 2)
    ]
    with ledger.transaction():
        ledger.set_read("HS-3", 1, {})
    assert [(page.dossier, page.ordinal) for page in ledger.waiting_pages(2)] == [("HS-3", 2), ("HS-2", 1)]

"""The log of events is a chain: whoever changes it breaks a link, or no longer fits what was told before."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digitize.archive.check import PackageReport
from digitize.archive.verification import Effort
from digitize.pipeline.event_chain import Head, LoggedEvent, broken_links, heads_in, link
from digitize.pipeline.event_log import check_event_log
from digitize.pipeline.heads import ToldHead
from digitize.pipeline.history import History
from digitize.pipeline.ledger import Ledger
from digitize.signatures.verdict import Verdict

MOMENT = dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
LEDGERS = Path(__file__).parent / "ledgers"
EFFORT = Effort(jobs=1)


def clock() -> dt.datetime:
    return MOMENT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with eight events; nobody has it open."""
    place = tmp_path / "ledger.db"
    with closing(Ledger(place, clock, "lan")) as ledger:
        for number in range(1, 9):
            with ledger.transaction():
                ledger.add_event("received", f"HS-{number}", source=f"Tập {number}", package=f"GOI-{number}")
    return place


@pytest.fixture
def told(path: Path) -> list[ToldHead]:
    """What packages have told of it: one after the third event, one after the last."""
    with closing(sqlite3.connect(path)) as database:
        rows = dict(database.execute("SELECT id, hash FROM event"))
    return [ToldHead(f"GOI-{number}", Head(number, rows[number]), own=True) for number in (3, 8)]


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def chain_anew(path: Path) -> None:
    """What somebody does who knows how the chain is made."""
    with closing(sqlite3.connect(path)) as database:
        previous = ""
        for row in database.execute(
            "SELECT id, at, who, dossier, kind, detail FROM event ORDER BY id"
        ).fetchall():
            previous = link(previous, LoggedEvent(*row))
            database.execute("UPDATE event SET hash = ? WHERE id = ?", (previous, row[0]))
        database.commit()


def found(path: Path, told: list[ToldHead]) -> tuple[Verdict, list[tuple[str, dict[str, object]]]]:
    item = check_event_log(path, told, EFFORT)
    assert isinstance(item.report, PackageReport)
    return item.verdict, [(finding.rule, dict(finding.facts)) for finding in item.report.findings]


# --- the chain ------------------------------------------------------------------------------------


def test_the_hash_is_over_the_bytes_that_the_handbook_tells() -> None:
    event = LoggedEvent(2, "2026-03-02T08:30:00+07:00", "lan", None, "nghỉ", '{"a": "\\"b\\""}')
    text = '["00ff",2,"2026-03-02T08:30:00+07:00","lan",null,"nghỉ","{\\"a\\": \\"\\\\\\"b\\\\\\"\\"}"]'
    assert link("00ff", event) == hashlib.sha256(text.encode()).hexdigest()


def test_every_part_of_an_event_and_the_one_before_count() -> None:
    event = LoggedEvent(2, "t", "lan", "HS-1", "received", "{}")
    others = [
        LoggedEvent(3, "t", "lan", "HS-1", "received", "{}"),
        LoggedEvent(2, "u", "lan", "HS-1", "received", "{}"),
        LoggedEvent(2, "t", "mai", "HS-1", "received", "{}"),
        LoggedEvent(2, "t", "lan", None, "received", "{}"),
        LoggedEvent(2, "t", "lan", "", "received", "{}"),
        LoggedEvent(2, "t", "lan", "HS-1", "packaged", "{}"),
        LoggedEvent(2, "t", "lan", "HS-1", "received", '{"a": 1}'),
        LoggedEvent(2, "t", 'lan","HS-1', "", "received", "{}"),
    ]
    hashes = {link("a", one) for one in [event, *others]} | {link("b", event)}
    assert len(hashes) == len(others) + 2


def test_the_ledger_links_what_it_writes(path: Path, told: list[ToldHead]) -> None:
    with closing(Ledger(path, clock, "lan")) as ledger:
        events = list(ledger.logged_events())
        assert list(broken_links(events)) == []
        assert ledger.head().hash == events[-1].hash == told[1].head.hash
    assert found(path, told) == (Verdict.VALID, [])


def test_a_broken_chain_stays_broken_when_the_ledger_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((LEDGERS / "3.sql").read_text("utf-8"))
        database.execute("PRAGMA user_version=3")
        database.execute(
            "INSERT INTO event (at, who, dossier, kind, detail, hash) "
            "VALUES ('2026-01-01T00:00:00+07:00', 'lan', 'HS-1', 'received', '{}', 'forged')"
        )
        database.commit()
    with closing(Ledger(path, clock, "lan")) as ledger:
        assert len(list(broken_links(list(ledger.logged_events())))) == 1


@pytest.mark.parametrize("version", [1, 2])
def test_events_from_before_the_chain_are_linked_when_the_ledger_is_brought_up(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((LEDGERS / f"{version}.sql").read_text("utf-8"))
        database.execute(f"PRAGMA user_version={version}")
        for number in range(3):
            row = ("2026-01-01T00:00:00+07:00", "lan", f"HS-{number}", "received", "{}")
            database.execute("INSERT INTO event (at, who, dossier, kind, detail) VALUES (?, ?, ?, ?, ?)", row)
        database.commit()
    before = check_event_log(path, [], EFFORT)
    assert before.verdict is Verdict.INDETERMINATE
    assert [note.code for note in before.report.notes] == ["event_log_old"]
    with closing(Ledger(path, clock, "lan")) as ledger:
        with ledger.transaction():
            ledger.add_event("approved", "HS-1")
        assert ledger.head().id == 4
    assert found(path, []) == (Verdict.VALID, [])
    change(path, "UPDATE event SET who = 'mai' WHERE id = 2")
    assert found(path, [])[1][0][0] == "event_log_changed"


def test_a_transaction_that_fails_leaves_the_chain_whole(path: Path, told: list[ToldHead]) -> None:
    with closing(Ledger(path, clock, "lan")) as ledger:
        with pytest.raises(RuntimeError), ledger.transaction():
            ledger.add_event("approved", "HS-1")
            raise RuntimeError
        with ledger.transaction():
            ledger.add_event("approved", "HS-2")
    assert found(path, told) == (Verdict.VALID, [])


def test_packages_tell_the_head_in_words_that_are_found_again(path: Path) -> None:
    with closing(Ledger(path, clock, "lan")) as ledger:
        head = ledger.head()
        history = History(ledger, "HS-1")
        history.add_log_head(head, MOMENT)
    (told,) = heads_in(history.events[-1].detail)
    assert (told.id, told.hash) == (head.id, head.hash)


# --- tampering ------------------------------------------------------------------------------------


def changed(path: Path) -> None:
    change(path, "UPDATE event SET detail = replace(detail, 'Tập', 'Hộp') WHERE id = 5")


def deleted(path: Path) -> None:
    change(path, "DELETE FROM event WHERE id IN (4, 5)")


def first_deleted(path: Path) -> None:
    change(path, "DELETE FROM event WHERE id = 1")


def deleted_and_counted_anew(path: Path) -> None:
    change(path, "DELETE FROM event WHERE id = 4", "UPDATE event SET id = id - 1 WHERE id > 4")


def reordered(path: Path) -> None:
    change(
        path,
        "UPDATE event SET id = 99 WHERE id = 5",
        "UPDATE event SET id = 5 WHERE id = 6",
        "UPDATE event SET id = 6 WHERE id = 99",
    )


def put_in(path: Path) -> None:
    change(
        path,
        "UPDATE event SET id = id + 100 WHERE id > 4",
        "UPDATE event SET id = id - 99 WHERE id > 100",
        "INSERT INTO event SELECT 5, at, who, dossier, 'approved', detail, hash FROM event WHERE id = 4",
    )


def put_at_the_end(path: Path) -> None:
    change(path, "INSERT INTO event (at, who, kind, detail) VALUES ('t', 'mai', 'approved', '{}')")


@pytest.mark.parametrize(
    ("tamper", "rule", "place"),
    [
        (changed, "event_log_changed", {"number": 5}),
        (deleted, "event_log_gap", {"first": 4, "last": 5}),
        (first_deleted, "event_log_gap", {"first": 1, "last": 1}),
        (deleted_and_counted_anew, "event_log_changed", {"number": 4}),
        (reordered, "event_log_changed", {"number": 5}),
        (put_in, "event_log_changed", {"number": 5}),
        (put_at_the_end, "event_log_bare", {"number": 9}),
    ],
)
def test_the_first_link_that_does_not_hold_is_told(
    path: Path, tamper: Callable[[Path], None], rule: str, place: dict[str, int]
) -> None:
    tamper(path)
    verdict, findings = found(path, [])
    assert verdict is Verdict.INVALID
    ((told_rule, facts),) = findings
    assert told_rule == rule
    assert facts.items() >= place.items()
    assert facts["time"]


def test_an_end_that_was_cut_off_shows_by_what_was_told_alone(path: Path, told: list[ToldHead]) -> None:
    change(path, "DELETE FROM event WHERE id > 6", "UPDATE sqlite_sequence SET seq = 6")
    assert found(path, []) == (Verdict.VALID, [])
    verdict, ((rule, facts),) = found(path, told)
    assert (verdict, rule) == (Verdict.INVALID, "event_log_cut")
    assert facts == {"source": "GOI-8", "number": 8, "last": 6, "heads": 1}


def test_a_chain_that_was_made_anew_shows_by_what_was_told_alone(path: Path, told: list[ToldHead]) -> None:
    change(path, "UPDATE event SET who = 'mai' WHERE id = 5")
    chain_anew(path)
    assert found(path, []) == (Verdict.VALID, [])
    verdict, ((rule, facts),) = found(path, told)
    assert (verdict, rule) == (Verdict.INVALID, "event_log_rewritten")
    # What was told after the third event still fits: it lies behind that.
    assert facts == {"source": "GOI-8", "first": 4, "number": 8, "heads": 1}


def test_a_package_that_the_log_does_not_know_is_doubt_and_no_proof(path: Path) -> None:
    elsewhere = ToldHead("GOI-CUA-NOI-KHAC", Head(5, "ab" * 32), own=False)
    verdict, ((rule, facts),) = found(path, [elsewhere])
    assert (verdict, rule, facts["number"]) == (Verdict.INDETERMINATE, "event_log_elsewhere", 5)
    # One that an event names is known, wherever it lies.
    known = ToldHead("GOI-5", Head(5, "ab" * 32), own=False)
    assert found(path, [known])[0] is Verdict.INVALID


# --- ledgers that are none ------------------------------------------------------------------------


def no_database(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)


def no_table(path: Path) -> None:
    change(path, "DROP TABLE event")


def view_without_end(path: Path) -> None:
    change(
        path,
        "DROP TABLE event",
        "CREATE VIEW event AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
        "SELECT id, 't' AS at, 'x' AS who, NULL AS dossier, 'k' AS kind, '{}' AS detail, '' AS hash FROM n",
    )


def other_types(path: Path) -> None:
    change(
        path,
        "DROP TABLE event",
        "CREATE TABLE event (id INTEGER PRIMARY KEY, at, who, dossier, kind, detail, hash)",
        "INSERT INTO event VALUES (1, 2.5, x'00', 3, 4, zeroblob(1000), NULL)",
    )


def huge_value(path: Path) -> None:
    change(path, "UPDATE event SET detail = hex(zeroblob(20000000)) WHERE id = 3")


def torn(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def a_link(path: Path) -> None:
    path.rename(path.with_name("other.db"))
    path.symlink_to("other.db")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil", [no_database, no_table, view_without_end, other_types, huge_value, torn, a_link, a_pipe]
)
def test_a_ledger_that_is_none_is_told_and_nothing_is_run_or_waited_for(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    item = check_event_log(path, [], EFFORT)
    assert item.verdict is Verdict.UNREADABLE
    (note,) = item.report.notes
    assert note.code in {"event_log_unreadable", "audit_link", "audit_special"}


@pytest.fixture
def listing(path: Path) -> Iterator[None]:
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    yield
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


@pytest.mark.usefixtures("listing")
def test_nothing_is_left_beside_a_ledger_under_audit(path: Path, told: list[ToldHead]) -> None:
    assert found(path, told)[0] is Verdict.VALID


def test_what_somebody_else_has_just_written_counts(path: Path, told: list[ToldHead]) -> None:
    with closing(Ledger(path, clock, "lan")) as ledger:
        with ledger.transaction():
            ledger.add_event("approved", "HS-1")
        head = ledger.head()
        assert found(path, [*told, ToldHead("GOI-9", head, own=True)]) == (Verdict.VALID, [])

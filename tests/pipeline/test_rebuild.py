"""A ledger that is lost or broken is made anew from what lies in the workspace."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from digitize.errors import UsageProblem, WorkspaceBusy
from digitize.model import Stage
from digitize.pipeline.event_chain import REBUILT, Head, LoggedEvent, broken_links, link, previous_head
from digitize.pipeline.intake import Intake
from digitize.pipeline.ledger_check import check_ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.overview import dossier_detail
from digitize.pipeline.rebuild import Rebuilt, rebuild_ledger
from digitize.pipeline.reopening import Reopening
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.broken_ledgers import overwritten_leaf
from support.crashes import DIED, in_child, run_here
from support.offices import ledger_of, packages, small_scan, stages
from support.program import digitize
from support.stacks import paper, sheets, write_stack


@pytest.fixture(scope="module")
def _busy(packaged_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One packaged, one packaged twice, one received in a folder, one in quarantine, one withdrawn."""
    root = Path(shutil.copytree(packaged_office, tmp_path_factory.mktemp("busy") / "office"))
    with ledger_of(root) as ledger:
        Reopening(Workspace.open(root), ledger, now).reopen("HS-2", "Sai trang")
        with ledger.transaction():
            # As if a person had looked at it.
            ledger.add_event("approved", "HS-2", doubtful=0)
    run_here(root, now())
    small_scan(root / "scans" / "HS-3" / "a.jpg", "Trang đầu")
    small_scan(root / "scans" / "HS-3" / "b.jpg", "Trang sau")
    small_scan(root / "scans" / "HS-5.jpg", "Hồ sơ đã rút")
    (root / "scans" / "HS-4.jpg").write_bytes(b"no picture")
    workspace = Workspace.open(root)
    with ledger_of(root) as ledger:
        Intake(workspace, ledger, now).take([])
        Reopening(workspace, ledger, now).withdraw("HS-5", "Quét nhầm")
    return root


@pytest.fixture
def busy(_busy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_busy, tmp_path / "office"))


def rebuilt(root: Path, *, force: bool = False) -> Rebuilt:
    return rebuild_ledger(Workspace.open(root), [], now, "quantri", force=force)


def rows(root: Path, sql: str) -> list[dict[str, Any]]:
    with ledger_of(root) as ledger:
        return [dict(row) for row in ledger.rows(sql)]


DOSSIERS = (
    "SELECT id, stage, source, received_at, package_uuid, package, replaces, record_status, received_on, "
    "due_on FROM dossier ORDER BY id"
)
ORIGINALS = (
    "SELECT dossier, ordinal, name, source, source_size, source_time, kind, sha256, size, superseded "
    "FROM original ORDER BY dossier, ordinal"
)
FIELDS = "SELECT dossier, ordinal, pages, anchor, form, paper FROM document ORDER BY dossier, ordinal"


def generations(root: Path) -> list[tuple[object, ...]]:
    """What is shown of the packages of the dossier that has two."""
    with ledger_of(root) as ledger:
        detail = dossier_detail(ledger, "HS-2")
    assert detail is not None
    return [
        (one.number, one.package, one.record_status, one.replaces, one.why, one.superseded)
        for one in detail.generations
    ]


def lose(root: Path) -> None:
    for path in root.glob("ledger.db*"):
        path.unlink()


def test_what_is_lost_comes_back_and_the_next_run_does_nothing_twice(busy: Path) -> None:
    dossiers, originals, fields = (rows(busy, sql) for sql in (DOSSIERS, ORIGINALS, FIELDS))
    before = packages(busy)
    shown = generations(busy)
    lose(busy)
    lost = digitize("status", "-w", busy)
    assert (lost.code, "ledger rebuild" in lost.err) == (3, True)
    assert not (busy / "ledger.db").exists()
    done = digitize("ledger", "rebuild", "-w", busy, "--json")
    assert done.code == 0, done.err
    assert (done.json["packages"], done.json["kept_as"], done.json["events_kept"]) == (3, None, 0)
    codes = [one["code"] for one in done.json["notes"]]
    assert codes == ["rebuild_log_lost", "rebuild_withdrawn_lost"]
    # What was withdrawn cannot be known; everything else is as it was.
    for one in dossiers:
        one["stage"] = Stage.RECEIVED if one["stage"] == Stage.WITHDRAWN else one["stage"]
    again = rows(busy, DOSSIERS)
    for one, other in zip(dossiers, again, strict=True):
        if one["stage"] != Stage.PACKAGED:
            # Nothing but the time of its files tells when it came.
            other["received_at"] = one["received_at"]
    assert again == dossiers
    assert rows(busy, ORIGINALS) == originals
    assert rows(busy, FIELDS) == [one for one in fields if one["dossier"] in ("HS-1", "HS-2")]
    assert generations(busy) == shown
    # The next run reads what was never packaged, and nothing else.
    with ledger_of(busy) as ledger:
        Reopening(Workspace.open(busy), ledger, now).withdraw("HS-5", "Quét nhầm")
    run_here(busy, now())
    assert Counter(stages(busy).values()) == {Stage.PACKAGED: 3, Stage.QUARANTINED: 1, Stage.WITHDRAWN: 1}
    read = rows(busy, "SELECT dossier FROM event WHERE kind = 'pages_read'")
    assert [one["dossier"] for one in read] == ["HS-3"]
    after = packages(busy)
    assert set(before) < set(after)
    assert len(after) == 3
    found = digitize("find", "Hồ sơ số 1", "-w", busy, "--json").json
    assert "HS-1" in json.dumps(found, ensure_ascii=False)
    assert check_ledger(Workspace.open(busy), full=True).is_good
    # An auditor is told of the gap, and of nothing worse.
    audited = digitize("audit", "-w", busy, "--json")
    assert audited.code == 5
    assert [one["rule"] for one in audited.json["event_log"]["findings"]] == ["event_log_rebuilt"]


def test_what_can_still_be_read_of_a_broken_ledger_is_kept(busy: Path) -> None:
    with ledger_of(busy) as ledger, ledger.transaction():
        for number in range(60):
            ledger.add_event("paper_made", None, paper=f"thống kê {number} " + "x" * 200)
        ledger.execute(
            "INSERT INTO decision VALUES ('HS-3', 'a', 'unknown', 'k', '1', 'mai', '2026-11-23T08:00')"
        )
    dossiers, originals = rows(busy, DOSSIERS), rows(busy, ORIGINALS)
    shutil.rmtree(busy / "scans")
    (busy / "scans").mkdir()
    overwritten_leaf(busy / "ledger.db")
    broken = (busy / "ledger.db").read_bytes()
    assert digitize("ledger", "check", "-w", busy).code == 1
    checks = digitize("doctor", "-w", busy, "--json").json["checks"]
    assert next(one for one in checks if one["name"] == "ledger")["state"] == "failure"
    result = rebuilt(busy)
    assert result.kept_as is not None
    assert result.kept_as.read_bytes() == broken, "the broken one stays as it is"
    assert 0 < result.events_kept < 60
    assert [one.code for one in result.notes] == ["rebuild_log_lost"]
    # The withdrawn one is withdrawn, and where things came from is known though the inbox is empty.
    assert rows(busy, DOSSIERS) == dossiers
    assert rows(busy, ORIGINALS) == originals
    assert result.decisions == 1
    with ledger_of(busy) as ledger:
        assert list(broken_links(ledger.logged_events())) == []
    report = check_ledger(Workspace.open(busy), full=True)
    assert [one.problem.code for one in report.findings if one.serious] == []


@pytest.mark.thorough
def test_a_ledger_that_was_moved_aside_before_the_new_one_had_its_name_is_read_again(busy: Path) -> None:
    events = len(rows(busy, "SELECT id FROM event"))
    (busy / "ledger.db").rename(busy / "ledger.db.broken-20261123T080000")
    (busy / ".rebuild").mkdir()
    (busy / ".rebuild" / "ledger.db").write_bytes(b"half")
    result = rebuilt(busy)
    assert (result.events_kept, result.events_told) == (events, 0)
    assert not (busy / ".rebuild").exists()
    # Nothing is gone from the log: it is told, and no finding.
    verified = digitize("verify", "-w", busy, busy / "archive", "--json")
    assert verified.code == 0, verified.out
    assert "event_log_rebuilt_whole" in json.dumps(verified.json["event_log"])
    assert stages(busy)["HS-5"] is Stage.WITHDRAWN


def test_it_is_made_anew_only_where_that_is_needed_and_nobody_works(busy: Path) -> None:
    with pytest.raises(UsageProblem, match="ledger_sound"):
        rebuilt(busy)
    with run_lock(busy / ".run.lock", now), pytest.raises(WorkspaceBusy):
        rebuilt(busy, force=True)
    refused = digitize("ledger", "rebuild", "-w", busy)
    assert refused.code == 2
    assert "--force" in refused.err
    events = len(rows(busy, "SELECT id FROM event"))
    assert rebuilt(busy, force=True).events_kept == events


def test_without_scans_it_is_told_that_sources_are_guessed_and_other_folders_can_be_named(busy: Path) -> None:
    lose(busy)
    elsewhere = busy.parent / "máy quét"
    (busy / "scans").rename(elsewhere)
    (busy / "scans").mkdir()
    result = rebuilt(busy)
    told = {one.code: one.facts for one in result.notes}
    assert told["rebuild_sources_guessed"]["number"] == 5
    rebuild_ledger(Workspace.open(busy), [elsewhere], now, "quantri", force=True)
    with ledger_of(busy) as ledger:
        taken = Intake(Workspace.open(busy), ledger, now).take([elsewhere])
        assert ledger.dossier_codes() == {"HS-1", "HS-2", "HS-3", "HS-4.jpg", "HS-5"}
    assert (taken.dossiers, taken.rejected) == ([], [])


def test_a_package_with_broken_mets_still_counts_as_that_of_its_dossier(busy: Path) -> None:
    lose(busy)
    folder = next(
        path for path in packages(busy) if "HS-1" in next((path / "representations").rglob("*.pdf")).name
    )
    (folder / "METS.xml").write_bytes(b"<broken")
    result = rebuilt(busy)
    assert stages(busy)["HS-1"] is Stage.PACKAGED
    assert {one.code: one.facts for one in result.notes}["rebuild_content_lost"]["first"] == "HS-1"
    (folder / "representations").rename(folder / "gone")
    result = rebuilt(busy, force=True)
    assert result.unknown == (folder.name,)


@pytest.mark.thorough
def test_whoever_is_killed_while_rebuilding_loses_nothing(busy: Path, tmp_path: Path) -> None:
    events = len(rows(busy, "SELECT id FROM event"))
    dossiers = rows(busy, DOSSIERS)
    for step in range(1, 200, 2):
        root = Path(shutil.copytree(busy, tmp_path / str(step)))

        def work(root: Path = root, step: int = step) -> None:
            count = 0

            def watch(event: str, _: tuple[object, ...]) -> None:
                nonlocal count
                count += event == "digitize.disk"
                if count == step:
                    os._exit(DIED)

            sys.addaudithook(watch)
            rebuilt(root, force=True)

        code = in_child(work)
        result = rebuilt(root, force=True)
        assert result.events_kept >= events
        assert rows(root, DOSSIERS) == dossiers
        assert not (root / ".rebuild").exists()
        if code == 0:
            break
        assert code == DIED
        shutil.rmtree(root)
    assert step >= 16


@pytest.mark.thorough
def test_dossiers_that_were_cut_from_a_stack_stay_what_they_were(office: Path, tmp_path: Path) -> None:
    a, b = sheets(tmp_path / "sheets", ["HS-A", "HS-B"])
    scans = [a, paper("Giấy A một"), paper("Giấy A hai"), b, paper("Giấy B")]
    write_stack(office / "scans" / "chong-1.tif", scans)
    run_here(office, now())
    sql = "SELECT id, stage, source, stack, package FROM dossier ORDER BY id"
    pages = "SELECT dossier, ordinal, original, frame FROM page WHERE dossier LIKE 'HS-%' ORDER BY 1, 2"
    files = "SELECT dossier, name, source, source_time, frames FROM original ORDER BY dossier"
    before = [rows(office, one) for one in (sql, pages, files)]
    lose(office)
    assert [one.code for one in rebuilt(office).notes] == ["rebuild_log_lost", "rebuild_withdrawn_lost"]
    assert [rows(office, one) for one in (sql, pages, files)] == before
    run_here(office, now())
    assert len(packages(office)) == 2
    assert [rows(office, one) for one in (sql, files)] == [before[0], before[2]]


# --- the chain ------------------------------------------------------------------------------------


def event(number: int, kind: str, detail: str, previous: str) -> LoggedEvent:
    bare = LoggedEvent(number, "2026-11-23T08:00:00+07:00", "quantri", None, kind, detail)
    return LoggedEvent(number, bare.at, bare.who, None, kind, detail, link(previous, bare))


def chain() -> Iterator[LoggedEvent]:
    last = "a" * 64
    detail = json.dumps({"previous": {"id": 29, "hash": last}})
    first = event(30, REBUILT, detail, last)
    yield first
    yield event(31, "received", "{}", first.hash or "")


def test_a_log_may_begin_after_a_gap_only_with_the_event_that_says_so() -> None:
    first, second = chain()
    assert previous_head(first) == Head(29, "a" * 64)
    assert list(broken_links([first, second])) == []
    plain = event(30, "received", first.detail, "a" * 64)
    assert [one.kind.value for one in broken_links([plain])] == ["missing"]
    forged = LoggedEvent(30, first.at, "lan", None, REBUILT, first.detail, first.hash)
    assert [one.kind.value for one in broken_links([forged])] == ["missing"]
    elsewhere = event(40, REBUILT, first.detail, "a" * 64)
    assert [one.kind.value for one in broken_links([elsewhere])] == ["missing"]


@pytest.mark.thorough
def test_what_was_changed_after_the_rebuild_is_no_gap_that_is_explained(busy: Path) -> None:
    lose(busy)
    rebuilt(busy)
    with closing(sqlite3.connect(busy / "ledger.db")) as database:
        database.execute("UPDATE event SET who = 'lan' WHERE id = (SELECT max(id) FROM event)")
        database.commit()
    verified = digitize("verify", "-w", busy, busy / "archive", "--json")
    assert verified.code == 1
    found = verified.json["event_log"]["findings"]
    assert {one["rule"] for one in found} == {"event_log_changed", "event_log_rebuilt"}

"""Audits: the oldest check first, what they find and what they keep."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from digitize.archive.check import PackageReport
from digitize.archive.discovery import ItemKind
from digitize.archive.verification import Effort
from digitize.errors import EnvironmentProblem, WorkspaceBusy
from digitize.pipeline.audit import AuditResult, AuditWishes
from digitize.pipeline.audit_record import load_checks
from digitize.pipeline.audit_subjects import find_holdings
from digitize.pipeline.heads import stamp_of
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.workspace import Workspace
from digitize.reports.audit import audit_and_report
from digitize.reports.fixity import ReportNews
from digitize.signatures.detached import check_detached_stamp
from digitize.signatures.trust import load_workspace_trust
from digitize.signatures.verdict import Integrity, Verdict
from digitize.times import VIETNAM, duration, written
from support.calls import together
from support.crashes import in_child
from support.offices import ledger_of, packages
from support.program import digitize

DAY = dt.timedelta(days=1)


def today() -> dt.datetime:
    """The second that comes: not before anything that was made until now."""
    return dt.datetime.now(VIETNAM).replace(microsecond=0) + dt.timedelta(seconds=1)


class Watch:
    """A clock that goes on only when it is told to."""

    def __init__(self, moment: dt.datetime | None = None) -> None:
        self.moment = moment or today()

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.fixture
def office(packaged_office: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_office, tmp_path / "office"))


def audit(
    root: Path,
    clock: Watch | None = None,
    *,
    budget: dt.timedelta | None = None,
    within: dt.timedelta = 90 * DAY,
    told: Callable[[int, int], None] = lambda *_: None,
    report: bool = False,
) -> tuple[AuditResult, ReportNews]:
    watch = clock or Watch()
    wishes = AuditWishes(budget, within, Effort(jobs=1))
    with closing(Ledger(root / "ledger.db", watch, "cron")) as ledger:
        return audit_and_report(Workspace.open(root), ledger, watch, wishes, told, report=report)


def verdicts(result: AuditResult) -> dict[str, Verdict]:
    return {item.path.name: item.verdict for item in result.items}


def rules(result: AuditResult) -> set[str]:
    reports = (item.report for item in result.items)
    return {
        finding.rule for report in reports if isinstance(report, PackageReport) for finding in report.findings
    }


def kept(root: Path) -> dict[str, tuple[str, str]]:
    """When each thing was checked, and what came of it."""
    with ledger_of(root) as ledger:
        return {row.package: (row.checked_at, row.verdict.value) for row in load_checks(ledger)}


def events(root: Path) -> list[tuple[str, dict[str, object]]]:
    with ledger_of(root) as ledger:
        return [
            (event.kind, json.loads(event.detail))
            for event in ledger.logged_events()
            if event.kind in ("package_checked", "fixity_reported")
        ]


def flip(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


def test_a_sound_archive_is_checked_whole_and_leaves_no_trace_in_the_log(office: Path) -> None:
    result, news = audit(office)
    names = {path.name for path in packages(office)} | {"HS-1", "HS-2"}
    assert verdicts(result) == dict.fromkeys(names, Verdict.VALID)
    assert {item.kind for item in result.items} == {ItemKind.PACKAGE, ItemKind.ORIGINALS}
    assert result.log is not None
    assert result.log.verdict is Verdict.VALID
    # Each package tells a head.
    assert [note.facts["heads"] for note in result.log.report.notes] == [2]
    assert (result.unchecked, result.strays, result.expiring, result.overdue) == ([], (), [], [])
    assert (news.made, news.stamped) == ([], [])
    with ledger_of(office) as ledger:
        rows = load_checks(ledger)
    for row in rows:
        assert row.files > 0
        assert row.bytes > 0
        assert (row.expires_at is None) == row.package.startswith("originals/")
    assert events(office) == []
    audit(office)
    assert events(office) == []


def test_what_is_damaged_is_invalid_kept_and_logged_once(office: Path) -> None:
    victim = packages(office)[0]
    flip(next(victim.rglob("data/*.pdf")))
    original = next(path for path in (office / "originals" / "HS-2").iterdir() if path.suffix == ".jpg")
    flip(original)
    for _ in range(2):
        result, _ = audit(office)
        assert verdicts(result)[victim.name] is Verdict.INVALID
        assert verdicts(result)["HS-2"] is Verdict.INVALID
        assert rules(result) >= {"checksum_differs", "original_changed"}
        assert sum(verdict is Verdict.VALID for verdict in verdicts(result).values()) == 2
    assert kept(office)[victim.name][1] == "INVALID"
    assert kept(office)["originals/HS-2"][1] == "INVALID"
    logged = [(detail["package"], detail["verdict"]) for _, detail in events(office)]
    assert logged == [(victim.name, "INVALID"), ("originals/HS-2", "INVALID")]
    # Within a budget it waits for its turn, and is not forgotten meanwhile.
    with ledger_of(office) as ledger, ledger.transaction():
        sound = [row.package for row in load_checks(ledger) if row.verdict is Verdict.VALID]
        ledger.execute(
            "UPDATE package_check SET checked_at = ? WHERE package = ?", written(today() - DAY), sound[0]
        )
    result, _ = audit(office, budget=dt.timedelta())
    assert set(verdicts(result).values()) == {Verdict.VALID}
    assert {row.package for row in result.standing} == {victim.name, "originals/HS-2"}
    assert digitize("audit", "-w", office, "--budget", "0s", "--jobs", "1", "--quiet").code == 1
    original.unlink()
    assert "original_missing" in rules(audit(office)[0])
    assert len(events(office)) == 3


def test_within_a_budget_the_oldest_checks_come_first_and_the_next_audit_goes_on(office: Path) -> None:
    watch = Watch(today() - 10 * DAY)
    order: list[str] = []
    for _ in range(4):
        watch.moment += DAY
        result, _ = audit(office, watch, budget=dt.timedelta())
        (item,) = result.items
        order.append(item.path.name)
        assert len(result.unchecked) == 3
    assert set(order) == {path.name for path in packages(office)} | {"HS-1", "HS-2"}
    watch.moment += DAY
    result, _ = audit(office, watch, budget=dt.timedelta())
    assert [item.path.name for item in result.items] == order[:1]
    assert [one.path.name for one in result.unchecked] == order[1:]

    def slow(_done: int, _total: int) -> None:
        watch.moment += dt.timedelta(minutes=20)

    result, _ = audit(office, watch, budget=dt.timedelta(minutes=30), told=slow)
    assert [item.path.name for item in result.items] == order[1:3]


def test_what_was_not_checked_for_years_is_told(office: Path) -> None:
    audit(office)
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.execute("UPDATE package_check SET checked_at = ?", written(today() - 3 * 365 * DAY - DAY))
    result, _ = audit(office, budget=dt.timedelta())
    assert len(result.overdue) == 3


def test_an_audit_that_is_cut_off_has_done_what_it_has_done(office: Path) -> None:
    def dies(done: int, _total: int) -> None:
        if done >= 2:
            os._exit(137)

    def spoilt() -> None:
        audit(office, budget=365 * DAY, told=dies)

    assert in_child(spoilt) == 137
    done = kept(office)
    assert len(done) == 2
    result, _ = audit(office, budget=dt.timedelta())
    assert {item.path.name for item in result.items} & set(done) == set()


def test_what_is_missing_and_what_nobody_knows_is_told(office: Path) -> None:
    gone, stays = packages(office)
    shutil.move(gone, office / gone.name)
    (office / "archive" / "ai-do").mkdir()
    (office / "archive" / f".staging-{gone.name}").mkdir()
    (office / "archive" / f".renewed-{gone.name}").mkdir()
    result, _ = audit(office)
    assert verdicts(result) == {
        gone.name: Verdict.INVALID,
        "ai-do": Verdict.INDETERMINATE,
        stays.name: Verdict.VALID,
        "HS-1": Verdict.VALID,
        "HS-2": Verdict.VALID,
    }
    assert [path.name for path in result.strays] == ["ai-do"]
    assert rules(result) == {"package_not_there"}
    # Once it is back it is looked at before all that was checked meanwhile.
    shutil.move(office / gone.name, gone)
    result, _ = audit(office, budget=dt.timedelta())
    assert [item.path.name for item in result.items if item.kind is ItemKind.PACKAGE] == [gone.name]


def test_a_package_that_the_ledger_is_about_to_name_is_no_stray(office: Path) -> None:
    first = packages(office)[0]
    # As it stands between the rename into the archive and the ledger.
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET package = NULL WHERE package = ?", first.name)
        ledger.execute("DELETE FROM event WHERE kind = 'packaged'")
        assert find_holdings(Workspace.open(office), ledger).strays == ()


def test_a_generation_that_was_replaced_is_still_checked(office: Path) -> None:
    old, _ = packages(office)
    audit(office, Watch(today() - 2 * DAY))
    (office / "superseded").mkdir()
    shutil.move(old, office / "superseded" / old.name)
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET package = NULL, stage = 'extracted' WHERE package = ?", old.name)
    before = kept(office)[old.name]
    flip(next((office / "superseded" / old.name).rglob("data/*.pdf")))
    result, _ = audit(office)
    assert verdicts(result)[old.name] is Verdict.INVALID
    assert old.name not in kept(office)
    assert kept(office)[f"superseded/{old.name}"][0] > before[0]


def test_a_generation_that_was_replaced_is_judged_as_of_then(office: Path) -> None:
    old, current = packages(office)
    (office / "superseded").mkdir()
    shutil.move(old, office / "superseded" / old.name)
    with closing(Ledger(office / "ledger.db", Watch(), "lan")) as ledger, ledger.transaction():
        (dossier,) = (one.id for one in ledger.dossiers() if one.package == old.name)
        ledger.execute("UPDATE dossier SET package = NULL, stage = 'extracted' WHERE id = ?", dossier)
        ledger.add_event("renewed", dossier, replaces=old.name, package=current.name)
    # Long after the certificates of both have run out.
    result, _ = audit(office, Watch(today() + 4000 * DAY))
    assert verdicts(result)[old.name] is Verdict.VALID
    assert verdicts(result)[current.name] is not Verdict.VALID


def test_a_ledger_that_was_exchanged_fits_nothing(office: Path, tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.db", Watch(), "lan").close()
    for path in office.glob("ledger.db*"):
        path.unlink()
    shutil.copy(tmp_path / "ledger.db", office)
    result, _ = audit(office)
    assert set(verdicts(result).values()) == {Verdict.INDETERMINATE}
    assert len(result.strays) == 2
    assert result.log is not None
    assert result.log.verdict is Verdict.INVALID


def test_it_warns_before_a_proof_ends(office: Path) -> None:
    soon, later = audit(office)[0], audit(office, within=4000 * DAY)[0]
    assert soon.expiring == []
    assert [row.dossier for row in later.expiring] == ["HS-1", "HS-2"]
    assert all(verdict is Verdict.VALID for verdict in verdicts(later).values())


def test_it_warns_of_a_package_whose_dossier_was_reopened(office: Path) -> None:
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET stage = 'in_review' WHERE id = 'HS-1'")
        ledger.execute("UPDATE dossier SET stage = 'withdrawn' WHERE id = 'HS-2'")
    assert [row.dossier for row in audit(office, within=4000 * DAY)[0].expiring] == ["HS-1"]


def test_what_is_replaced_while_an_audit_looks_is_not_missing(office: Path) -> None:
    old, new = packages(office)

    class Meanwhile(Ledger):
        def rows(self, sql: str, *values: object) -> Sequence[sqlite3.Row]:
            if "FROM original" in sql and old.exists():
                (office / "superseded").mkdir()
                with self.transaction():
                    self.execute("UPDATE dossier SET package = ? WHERE package = ?", new.name, old.name)
                old.rename(office / "superseded" / old.name)
            return super().rows(sql, *values)

    with closing(Meanwhile(office / "ledger.db", Watch(), "cron")) as disturbed:
        assert find_holdings(Workspace.open(office), disturbed).missing == ()
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET package = ? WHERE package = ?", old.name, new.name)
        (lost,) = find_holdings(Workspace.open(office), ledger).missing
    assert lost.key == old.name


def test_the_log_is_checked_each_time(office: Path) -> None:
    with closing(sqlite3.connect(office / "ledger.db")) as database:
        database.execute("UPDATE event SET who = 'ai khác' WHERE id = 2")
        database.commit()
    log = audit(office)[0].log
    assert log is not None
    assert log.verdict is Verdict.INVALID
    call = ("verify", office / "archive", "-w", office)
    plain, told, without = together(
        call,
        (*call, "--json"),
        ("verify", office / "archive", "--anchor", office / "keys" / "ca.pem", "--json"),
    )
    assert (plain.code, told.code) == (1, 1)
    assert "nhật ký bị sửa: sự kiện số 2" in plain.out
    assert told.json["summary"] == {"INVALID": 1, "VALID": 2}
    assert told.json["items"][-1] == told.json["event_log"]
    # Nobody named the workspace: its log is not looked at.
    assert "event_log" not in without.json


def test_an_archive_that_is_not_mounted_has_not_lost_everything(office: Path) -> None:
    audit(office, budget=dt.timedelta())
    before = kept(office)
    (office / "archive").rename(office / "elsewhere")
    with pytest.raises(EnvironmentProblem) as caught:
        audit(office, Watch(today() + 40 * DAY))
    assert caught.value.code == "folder_unusable"
    assert kept(office) == before
    assert not (office / "reports").exists()


def test_two_audits_at_once_are_refused_and_a_run_is_none(office: Path) -> None:
    workspace = Workspace.open(office)
    with run_lock(workspace.audit_lock, Watch()), pytest.raises(WorkspaceBusy) as caught:
        audit(office)
    assert caught.value.code == "audit_busy"
    with run_lock(workspace.lock, Watch()):
        assert audit(office)[0].items


# --- reports --------------------------------------------------------------------------------------


def stamp_fits(office: Path, report: Path) -> bool:
    workspace = Workspace.open(office)
    named = workspace.settings.trust
    trust = load_workspace_trust(office, named.anchors, named.revocations)
    token = stamp_of(report).read_bytes()
    return check_detached_stamp(report.read_bytes(), token, trust, today()).integrity is Integrity.INTACT


def test_the_first_audit_of_a_month_reports_on_the_months_before(office: Path) -> None:
    damaged = packages(office)[0]
    moment = today()
    audit(office, Watch(moment), budget=dt.timedelta())
    following = moment.replace(day=1) + 31 * DAY
    watch = Watch((following.replace(day=1) + 31 * DAY).replace(day=1))
    flip(next(damaged.rglob("data/*.pdf")))
    _, news = audit(office, watch)
    assert [path.name for path in news.made] == [
        f"fixity-{moment:%Y-%m}.json",
        f"fixity-{following:%Y-%m}.json",
    ]
    assert audit(office, watch)[1].made == []
    first, second = (json.loads(path.read_text("utf-8")) for path in news.made)
    # What this audit finds is not of those months.
    assert first["summary"]["verdicts"] == {"VALID": 1}
    assert (first["summary"]["checked_in_month"], second["summary"]["checked_in_month"]) == (1, 0)
    assert first["summary"]["never_checked"] == len(first["never_checked"]) == 3
    assert [(kind, detail["report"]) for kind, detail in events(office) if kind == "fixity_reported"] == [
        ("fixity_reported", path.name) for path in news.made
    ]
    for path in news.made:
        page = path.with_suffix(".html").read_text("utf-8")
        assert "Báo cáo kiểm tra toàn vẹn" in page
        assert path.stat().st_mode & 0o777 == 0o640
    watch.moment += 31 * DAY
    (third,) = audit(office, watch)[1].made
    document = json.loads(third.read_text("utf-8"))
    assert document["summary"]["verdicts"] == {"INVALID": 1, "VALID": 3}
    assert document["checks"][0]["package"] == damaged.name


def test_a_report_is_stamped_and_a_change_of_it_is_found(office: Path) -> None:
    result, news = audit(office, report=True)
    (report,) = news.made
    assert (news.stamped, news.waiting, news.problem) == ([report], [], None)
    assert stamp_fits(office, report)
    assert result.log is not None
    assert result.log.verdict is Verdict.VALID
    report.chmod(0o640)
    report.write_text(report.read_text("utf-8").replace('"VALID"', '"INVALID"'))
    told = digitize("verify", packages(office)[0], "-w", office, "--json")
    assert told.code == 1
    assert [one["rule"] for one in told.json["event_log"]["findings"]] == ["fixity_report_changed"]
    assert [item["kind"] for item in told.json["items"]] == ["package", "event_log"]


def test_a_report_waits_for_an_authority_that_is_down(office: Path) -> None:
    settings = office / "digitize.toml"
    good = settings.read_text("utf-8")
    lines = good.splitlines(keepends=True)
    changed = ['timestamp_url = "http://127.0.0.1:9/"\n' if "timestamp_key" in one else one for one in lines]
    settings.write_text("".join(changed))
    _, news = audit(office, report=True)
    assert (news.waiting, news.stamped) == (news.made, [])
    assert news.problem is not None
    settings.write_text(good)
    again = audit(office)[1]
    assert (again.stamped, again.waiting) == (news.made, [])
    assert stamp_fits(office, news.made[0])


def test_a_log_that_was_cut_after_a_report_no_longer_fits_it(office: Path) -> None:
    audit(office, report=True)
    with closing(sqlite3.connect(office / "ledger.db")) as database:
        database.execute("DELETE FROM event WHERE id > 3")
        database.execute("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'event'")
        database.commit()
    log = audit(office)[0].log
    assert log is not None
    assert isinstance(log.report, PackageReport)
    (finding,) = log.report.findings
    assert finding.rule == "event_log_cut"


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.thorough
def test_cron_hears_nothing_as_long_as_all_is_well(office: Path) -> None:
    call = ("audit", "-w", office, "--quiet")
    told, warned = together(call, (*call, "--within", "4000"))
    assert (told.code, told.out, told.err) == (0, "", "")
    assert (warned.code, warned.out) == (0, "")
    assert "hãy chạy digitize renew" in warned.err
    (office / "archive" / "ai-do").mkdir()
    assert digitize(*call).code == 5
    flip(next((office / "archive").rglob("data/*.pdf")))
    told = digitize(*call)
    assert told.code == 1
    assert "tệp đã bị sửa" in told.out


def test_the_document_of_an_audit_is_that_of_verify_and_more(office: Path) -> None:
    call = ("audit", "-w", office)
    told, plain, wrong = together(
        (*call, "--budget", "1s", "--jobs", "1", "--within", "4000", "--json"),
        call,
        (*call, "--budget", "lâu"),
    )
    assert (told.code, told.err) == (0, "")
    document = told.json
    assert set(document) >= {"checked_at", "items", "summary", "expiring", "strays", "unchecked", "event_log"}
    assert document["summary"] == {"VALID": len(document["items"])}
    assert len(document["items"]) + len(document["unchecked"]) == 4
    assert document["event_log"]["kind"] == "event_log"
    assert "Đã kiểm tra 4 mục. HỢP LỆ: 4" in plain.out
    assert wrong.code == 2
    assert "Không hiểu khoảng thời gian lâu" in wrong.err


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), ("1d", 86400), ("0s", 0)]
)
def test_lengths_of_time_are_read_as_people_type_them(text: str, seconds: int) -> None:
    assert duration(text) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "30", "m", "-5m", "1.5h", "2h 30m", "5m5m", "9999999d", "1w"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(text)}$"):
        duration(text)

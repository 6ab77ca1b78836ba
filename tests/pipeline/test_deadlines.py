"""The days on which dossiers were received and are due: where they come from, and what is late."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digitize.model import Document, FieldReading, Stage
from digitize.pipeline.deadlines import Deadline, due_json, due_lists, due_now, settle_deadline
from digitize.pipeline.findings import save_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.sheet_values import WHOLE, set_sheet_values
from digitize.profiles.profile import DeadlineRules, load_profile
from digitize.times import VIETNAM
from support.activity import Office, at, office_at
from support.program import digitize

RULES = load_profile("tt05-2025").deadlines
CODE = "000.00.01.H99-260115-0001"
"""Of Thursday, 15 January 2026."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path / "ledger.db") as made:
        yield made


def settled(office: Office, code: str, rules: DeadlineRules = RULES) -> Deadline:
    with office.ledger.transaction():
        return settle_deadline(office.ledger, code, rules)


def sheet(office: Office, code: str, **values: str) -> None:
    with office.ledger.transaction():
        set_sheet_values(office.ledger, code, {WHOLE: values}, "so.xlsx")


def read(office: Office, code: str, *documents: tuple[str, dict[str, FieldReading]]) -> None:
    with office.ledger.transaction():
        made = [Document((0,), form, None, 0.9, fields) for form, fields in documents]
        save_documents(office.ledger, code, made)


def days(office: Office, code: str) -> tuple[str | None, str | None]:
    record = office.ledger.dossier(code)
    assert record is not None
    return record.received_on, record.due_on


def test_the_code_tells_the_day_of_receipt_and_the_procedure_the_due_day(office: Office) -> None:
    office.receive(CODE, "2026-01-16 09:00")
    found = settled(office, CODE)
    assert found.received is not None
    assert (found.received.source, found.due) == ("code", None)
    read(office, CODE, ("household_business_registration", {}))
    settled(office, CODE)
    # Friday, Monday, Tuesday.
    assert days(office, CODE) == ("2026-01-15", "2026-01-20")
    last = office.ledger.events(CODE)[-1]
    assert (last.kind, last.detail["received_on_from"], last.detail["due_on_from"]) == (
        "deadline_set",
        "code",
        "procedure",
    )


def test_a_term_of_the_calendar_that_ends_on_a_day_off_ends_with_the_next_working_day(office: Office) -> None:
    # Fifteen days after Friday 23 January 2026 is a Saturday.
    code = "000.00.01.H99-260123-0007"
    office.receive(code, "2026-01-23 09:00")
    read(office, code, ("building_permit_request", {}))
    settled(office, code)
    assert days(office, code) == ("2026-01-23", "2026-02-09")
    # The days off of Tết are no working days.
    tet = "000.00.01.H99-260213-0001"
    office.receive(tet, "2026-02-13 09:00")
    read(office, tet, ("household_business_registration", {}))
    settled(office, tet)
    assert days(office, tet) == ("2026-02-13", "2026-02-25")


def test_a_sheet_is_believed_before_papers_and_papers_before_the_code_and_the_rest_is_told(
    office: Office,
) -> None:
    office.receive(CODE, "2026-01-20 09:00")
    cover = {
        "received_on": FieldReading("2026-01-14"),
        "due_on": FieldReading("2026-01-28", needs_review=True),
    }
    receipt = {"received_on": FieldReading("2026-01-15"), "due_on": FieldReading("2026-01-22")}
    read(office, CODE, ("receipt", receipt), ("dossier_cover", cover))
    found = settled(office, CODE)
    # What nobody has settled on the cover is not used.
    assert days(office, CODE) == ("2026-01-14", "2026-01-22")
    assert [one.code for one in found.conflicts] == ["received_on_disagrees", "received_on_disagrees"]
    assert {one.facts["other_from"] for one in found.conflicts} == {"receipt", "code"}
    sheet(office, CODE, received_on="16/01/2026", due_on="2026-01-30")
    found = settled(office, CODE)
    assert days(office, CODE) == ("2026-01-16", "2026-01-30")
    assert found.facts()["received_on_from"] == "sheet"
    assert len(found.conflicts) == 4
    # A sheet that says nothing usable leaves it to the others.
    sheet(office, CODE, received_on="16.1.26", due_on="2026-02-30")
    settled(office, CODE)
    assert days(office, CODE) == ("2026-01-14", "2026-01-22")


@pytest.mark.parametrize("code", ["HS-1", "H99-261301-0001", "H99-260230-1", "H99-260120-0001", "260115-1"])
def test_a_code_without_a_day_that_can_be_tells_none(office: Office, code: str) -> None:
    # The last but one lies after the day of scanning; the last names no office.
    office.receive(code, "2026-01-16 09:00")
    settled(office, code)
    assert days(office, code) == (None, None)


def test_in_the_backlog_no_procedure_makes_a_dossier_late(office: Office) -> None:
    office.receive(CODE, "2026-11-20 09:00")
    read(office, CODE, ("household_business_registration", {}))
    settled(office, CODE, load_profile("tt05-2025-backlog").deadlines)
    assert days(office, CODE) == ("2026-01-15", None)


def test_an_event_is_written_only_where_a_day_has_changed(office: Office) -> None:
    office.receive(CODE, "2026-01-16 09:00")
    before = len(office.ledger.events(CODE))
    settled(office, CODE)
    settled(office, CODE)
    assert len(office.ledger.events(CODE)) == before + 1
    assert settled(office, "gone") == Deadline()


def test_a_due_day_before_the_receipt_is_told(office: Office) -> None:
    office.receive("HS-1", "2026-01-16 09:00")
    sheet(office, "HS-1", received_on="2026-01-16", due_on="2026-01-02")
    assert [one.code for one in settled(office, "HS-1").conflicts] == ["deadline_before_receipt"]


def test_what_is_packaged_or_withdrawn_is_neither_late_nor_due(office: Office) -> None:
    for number, due in enumerate(("2026-01-19", "2026-01-20", "2026-01-23", "2026-01-24", "2026-01-10"), 1):
        code = f"HS-{number}"
        office.receive(code, "2026-01-16 09:00")
        sheet(office, code, due_on=due)
        settled(office, code)
    office.package("HS-5", "2026-01-16 10:00")
    lists = due_lists(office.ledger, dt.date(2026, 1, 20), 3)
    assert [(one.dossier, one.days) for one in lists.late] == [("HS-1", -1)]
    assert [(one.dossier, one.days) for one in lists.soon] == [("HS-2", 0), ("HS-3", 3)]
    told = due_json(lists)
    assert told["late"] == [
        {"id": "HS-1", "stage": "received", "received_on": None, "due_on": "2026-01-19", "days": -1}
    ]
    with office.ledger.transaction():
        # One that was packaged in time stays so while it is corrected.
        office.ledger.move("HS-5", Stage.RECEIVED, "reopened", why="x")
    office.withdraw("HS-1", "2026-01-17 09:00")
    assert due_lists(office.ledger, dt.date(2026, 1, 20), 0).late == ()


def test_the_day_is_that_of_vietnam(office: Office) -> None:
    office.receive("HS-1", "2026-01-16 09:00")
    sheet(office, "HS-1", due_on="2026-01-19")
    settled(office, "HS-1")
    # Seven in the evening in London is two o'clock on the next day in Hanoi.
    evening = dt.datetime(2026, 1, 19, 19, 0, tzinfo=dt.UTC)
    assert [one.days for one in due_now(office.ledger, RULES, lambda: evening).late] == [-1]
    assert due_now(office.ledger, RULES, lambda: evening.replace(hour=16)).late == ()


def test_a_ledger_that_is_brought_up_has_the_days_of_its_sheets(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((Path(__file__).parent / "ledgers" / "3.sql").read_text("utf-8"))
        database.execute("PRAGMA user_version=3")
        for code, received, due in (("A", "02/10/2026", "2026-10-05"), ("B", "16.10.26", "2026-02-30")):
            database.execute(
                "INSERT INTO dossier (id, stage, source, received_at, updated_at) "
                "VALUES (?, 'received', ?, ?, ?)",
                (code, f"scans/{code}", "2026-10-06T08:00:00+07:00", "2026-10-06T08:00:00+07:00"),
            )
            for key, value in (("received_on", received), ("due_on", due)):
                database.execute(
                    "INSERT INTO sheet_value VALUES (?, 0, ?, ?, 'so.xlsx', 'lan', ?)",
                    (code, key, value, "2026-10-06T08:00:00+07:00"),
                )
        database.commit()
    with closing(Ledger(path, lambda: at("2026-10-07 08:00"), "lan")) as ledger:
        found = {one.id: (one.received_on, one.due_on) for one in ledger.dossiers()}
    assert found == {"A": ("2026-10-02", "2026-10-05"), "B": (None, None)}


def test_status_and_show_tell_what_is_late(finished: Path) -> None:
    late = dt.datetime.now(VIETNAM).date() - dt.date(2026, 11, 19)
    told = digitize("status", "-w", finished, "--json").json
    by_code = {one["id"]: one for one in told["dossiers"]}
    in_review = by_code["000.00.01.H99-261118-0001"]
    assert (in_review["received_on"], in_review["due_on"]) == ("2026-11-18", "2026-11-19")
    assert told["deadlines"] == {"late": 2, "due_soon": 0}
    alone = digitize("status", "-w", finished, "--due", "1", "--json").json
    assert {one["stage"] for one in alone["dossiers"]} == {"in_review"}
    assert alone["summary"] == told["summary"]
    shown = digitize("status", "-w", finished, "--due", "1")
    assert f"trễ hẹn {late.days} ngày (hẹn trả 19/11/2026)" in shown.out
    assert "Trễ hẹn: 2; sắp đến hẹn: 0" in shown.out
    one = digitize("show", "000.00.01.H99-261118-0001", "-w", finished)
    assert "Ngày tiếp nhận: 18/11/2026 (theo mã hồ sơ)" in one.out
    assert "Ngày hẹn trả: 19/11/2026 (theo thời hạn của thủ tục)" in one.out
    as_json = digitize("show", "000.00.01.H99-261118-0001", "-w", finished, "--json").json
    assert (as_json["received_on_from"], as_json["due_on_from"]) == ("code", "procedure")
    assert digitize("status", "-w", finished, "--due", "-1").code == 2

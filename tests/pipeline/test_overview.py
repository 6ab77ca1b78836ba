"""What stands where, when there is much of it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.files import make_folder
from digitize.ingest.naming import unused
from digitize.model import Problem, Stage
from digitize.pipeline.leases import abandoned, lease
from digitize.pipeline.leftovers import clear_leftovers
from digitize.pipeline.overview import dossier_detail, dossier_lines, overview
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.activity import Office, at, office_at, paper
from support.offices import ledger_of
from support.program import digitize

MOST = 20
_BEGIN = at("2026-03-02 08:00")


def packaged(office: Office, code: str, when: dt.datetime, doubtful: int = 0) -> None:
    office.receive(code, when, pages=3)
    office.read(code, when, [paper("birth_registration", 0, doubtful=doubtful)])
    if not doubtful:
        office.compose(code, when)
        office.package(code, when)


def fill(office: Office, dossiers: int) -> None:
    """Packaged dossiers, and among them one of each that a person has to know of."""
    with office.together():
        for number in range(dossiers):
            packaged(office, f"HS-{number:03}", _BEGIN + dt.timedelta(minutes=number))
        later = _BEGIN + dt.timedelta(days=1)
        packaged(office, "DOI", later, doubtful=2)
        packaged(office, "MUON", later)
        office.ledger.set_problem("MUON", Problem("late_pages", {"files": 1, "dossier": "MUON"}))
        office.receive("HONG", later)
        office.set_aside("HONG", later, "pdf_encrypted")
        office.receive("RUT", later)
        office.withdraw("RUT", later)


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path / "ledger.db") as made:
        yield made


def test_of_many_dossiers_those_are_shown_that_are_unfinished_or_in_trouble(busy: Office) -> None:
    fill(busy, 30)
    seen = overview(busy.ledger, MOST)
    assert [line.id for line in seen.lines] == ["HONG", "DOI", "MUON"]
    assert seen.counts == {Stage.IN_REVIEW: 1, Stage.PACKAGED: 31, Stage.QUARANTINED: 1, Stage.WITHDRAWN: 1}
    assert seen.left_out == 31
    assert [line.doubtful_fields for line in seen.lines] == [0, 2, 0]


def test_a_few_dossiers_are_all_shown_those_that_need_a_person_first(busy: Office) -> None:
    fill(busy, 2)
    seen = overview(busy.ledger, MOST)
    assert [line.id for line in seen.lines] == ["HONG", "DOI", "MUON", "HS-000", "HS-001", "RUT"]
    assert seen.left_out == 0


def test_whoever_asks_for_every_dossier_gets_them_as_they_came(busy: Office) -> None:
    fill(busy, 30)
    seen = overview(busy.ledger)
    assert [line.id for line in seen.lines][:2] == ["HS-000", "HS-001"]
    assert (len(seen.lines), seen.left_out) == (34, 0)


def test_the_line_of_one_dossier_is_the_same_alone_and_among_all(busy: Office) -> None:
    fill(busy, 5)
    for line in dossier_lines(busy.ledger):
        assert dossier_lines(busy.ledger, [line.id]) == [line]
        detail = dossier_detail(busy.ledger, line.id)
        assert detail is not None
        assert detail.line == line
    assert dossier_detail(busy.ledger, "HS") is None


def test_a_code_is_looked_up_without_reading_all_of_them(busy: Office) -> None:
    fill(busy, 3)
    assert unused("HS-001", busy.ledger.codes) == "HS-001-2"
    assert unused("HS-009", busy.ledger.codes) == "HS-009"


def test_a_long_list_is_written_plainly_and_every_dossier_stands_in_the_json(office: Path) -> None:
    (office / "ledger.db").unlink(missing_ok=True)
    with office_at(office / "ledger.db") as made:
        fill(made, 250)
    short = digitize("status", "-w", office, "--lang", "en")
    whole = digitize("status", "--all", "-w", office, "--lang", "en")
    told = digitize("status", "--json", "-w", office)
    assert [line.split()[0] for line in short.out.splitlines()[1:4]] == ["HONG", "DOI", "MUON"]
    assert "and 251 more" in short.out
    rows = whole.out.splitlines()
    assert rows[0].split()[0] == "Dossier"
    assert [row.split()[0] for row in rows[1:251]] == [f"HS-{number:03}" for number in range(250)]
    assert "more" not in whole.out
    assert short.out.splitlines()[-1] == rows[-1]
    assert len(told.json["dossiers"]) == 254
    assert told.out.count("\n") < 300, "a dossier stands in one line"
    assert json.loads(told.out)["summary"]["packaged"] == 251


# --- what a run that died has left ----------------------------------------------------------------


def test_folders_in_which_a_dead_run_was_at_work_are_cleared(office: Path) -> None:
    workspace = Workspace.open(office)
    workspace.require_folders()
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = []
    with ledger_of(office) as ledger:
        with ledger.transaction():
            for code in ("HELD", "OPEN"):
                ledger.add_dossier(code, f"scans/{code}")
            ledger.move("HELD", Stage.QUARANTINED, "quarantined")
            ledger.execute("INSERT INTO lease VALUES ('HELD', 'lan', ?, 1, '2999-01-01', '')", dead.pid)
        for code in ("HELD", "OPEN"):
            left.append(make_folder(workspace.originals / code) / ".digitize-0123456789abcdef.part")
            left[-1].write_bytes(b"half")
        with lease(ledger, "OPEN", now):
            assert abandoned(ledger) == ["HELD"]
        clear_leftovers(workspace, ledger, now)
        assert [path for path in left if path.exists()] == []
        assert ledger.rows("SELECT * FROM lease") == []

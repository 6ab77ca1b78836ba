"""Several windows and processes at one queue: no field is handed out twice, no answer is lost."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from digitize.errors import ItemProblem
from digitize.forms.template_files import load_templates
from digitize.pipeline.ledger import Ledger
from digitize.review.desk import Desk
from digitize.times import Clock, now
from support.filled import filled_workspace
from support.offices import ledger_of, stages
from support.program import environment

TESTS = Path(__file__).parents[1]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return filled_workspace(tmp_path / "office", 15)


class Clerk:
    """A process at the desk, see ``support.clerk``."""

    def __init__(self, root: Path, name: str, *fields: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "support.clerk", str(root), name, *map(str, fields)],
            env=environment(PYTHONPATH=str(TESTS)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.hear() == "ready"

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> list[str]:
        out, err = self.process.communicate(timeout=120)
        assert (self.process.returncode, err) == (0, "")
        return out.splitlines()


@pytest.fixture
def opened(root: Path) -> Iterator[list[Desk]]:
    """Two windows of this process, each with its own connection."""
    with ExitStack() as stack:
        ledgers = [stack.enter_context(ledger_of(root, who)) for who in ("lan", "minh")]
        yield [Desk(ledger, now, load_templates()) for ledger in ledgers]


def test_processes_at_one_queue_settle_each_field_once(tmp_path: Path) -> None:
    root = filled_workspace(tmp_path / "full", 90)
    clerks = [Clerk(root, name) for name in ("lan", "minh", "huong")]
    for clerk in clerks:
        clerk.begin()
    settled = [clerk.end() for clerk in clerks]
    every = [field for told in settled for field in told]
    assert len(every) == len(set(every)) == 90
    with ledger_of(root) as ledger:
        answers = ledger.rows("SELECT dossier, anchor, key, count(*) AS n FROM answer GROUP BY 1, 2, 3")
        assert [row["n"] for row in answers] == [1] * 90
        assert ledger.rows("SELECT * FROM lease") == []
        assert ledger.rows("SELECT * FROM field WHERE needs_review = 1") == []
        by = {row["dossier"]: row["n"] for row in ledger.rows(
            "SELECT dossier, count(DISTINCT who) AS n FROM answer GROUP BY dossier"
        )}  # fmt: skip
    assert set(by.values()) == {1}, "a dossier stays in one pair of hands"
    assert set(stages(root).values()) == {"approved"}


def test_who_is_killed_leaves_the_dossier_to_others_and_the_answers_in_it(
    root: Path, opened: list[Desk]
) -> None:
    clerk = Clerk(root, "huong", 2)
    clerk.begin()
    done = [clerk.hear(), clerk.hear()]
    assert clerk.hear() == "waits"
    dossier = done[0].split()[0]
    desk, _ = opened
    other = desk.take("a")
    assert other not in (None, dossier)
    with pytest.raises(ItemProblem) as told:
        desk.take_this("b", dossier)
    assert told.value.code == "dossier_in_use"
    assert told.value.facts["holder"] == "huong"
    clerk.process.kill()
    clerk.process.communicate()
    desk.take_this("a", dossier)
    left = {f"{one.dossier} {one.document} {one.key}" for one in desk.fields(dossier)}
    assert len(left) == 3
    assert left.isdisjoint(done)


def test_windows_of_one_process_get_different_dossiers_until_none_is_left(opened: list[Desk]) -> None:
    one, two = opened
    first, second, third = one.take("a"), two.take("b"), two.take("c")
    assert sorted(map(str, (first, second, third))) == ["HS-00001", "HS-00002", "HS-00003"]
    assert two.take("d") is None
    assert one.waiting_count().held == 3
    with pytest.raises(ItemProblem):
        two.next_field("b", str(first))
    one.let_go("a", str(first))
    assert two.take("d") == first
    assert one.take("a") is None


def test_taking_another_lets_go_of_the_one_before(opened: list[Desk]) -> None:
    one, two = opened
    first = one.take("a")
    assert first is not None
    second = one.take("a", passed=(first,))
    assert second not in (None, first)
    assert two.take("b") == first


def test_who_is_shown_a_field_holds_its_dossier(opened: list[Desk]) -> None:
    one, two = opened
    assert one.next_field("a", "HS-00002") is not None
    with pytest.raises(ItemProblem):
        two.next_field("b", "HS-00002")
    assert two.take("b", passed=("HS-00001",)) == "HS-00003"


def at(clock: list[dt.datetime]) -> Clock:
    return lambda: clock[0]


def test_a_window_that_nobody_hears_of_loses_its_dossier_and_its_late_answer(root: Path) -> None:
    clock = [now()]
    with ledger_of(root, "lan") as first, ledger_of(root, "minh") as second:
        one, two = (Desk(ledger, at(clock), load_templates()) for ledger in (first, second))
        dossier = one.take("a")
        assert dossier is not None
        seen = one.next_field("a", dossier)
        assert seen is not None
        clock[0] += dt.timedelta(minutes=2)
        one.keep("a", dossier)
        clock[0] += dt.timedelta(minutes=2)
        with pytest.raises(ItemProblem):
            two.take_this("b", dossier)
        clock[0] += dt.timedelta(minutes=2)
        two.take_this("b", dossier)
        with pytest.raises(ItemProblem) as late:
            one.settle("a", seen, "X")
        assert late.value.code == "dossier_in_use"
        with pytest.raises(ItemProblem):
            one.keep("a", dossier)
        two.settle("b", seen, "Y")
        two.let_go("b", dossier)
        with pytest.raises(ItemProblem) as settled:
            one.settle("a", seen, "X")
        assert settled.value.code == "field_settled"
        assert [row["value"] for row in first.rows("SELECT value FROM answer")] == ['"Y"']


def test_who_comes_back_late_goes_on_if_nobody_else_came(root: Path) -> None:
    clock = [now()]
    with ledger_of(root, "lan") as ledger:
        desk = Desk(ledger, at(clock), load_templates())
        dossier = desk.take("a")
        assert dossier is not None
        seen = desk.next_field("a", dossier)
        assert seen is not None
        clock[0] += dt.timedelta(hours=2)
        desk.settle("a", seen, None)
        assert dossier in desk_holds(ledger)


def desk_holds(ledger: Ledger) -> list[str]:
    return [row["dossier"] for row in ledger.rows("SELECT dossier FROM lease")]

"""How soon the next field is there when one has been answered, with 10,000 fields waiting and with 10.

    python benchmarks/review.py [FIELDS [ANSWERS]]

Two workspaces of each size: fields over dossiers of five each, and all of them in one dossier. An answer is
settled in the ledger and flushed to the disk; the next field is found and gathered with its alternatives,
reasons and related fields; where a dossier is done it is let through and the next one taken. Answers on the
large and on the small workspace take turns, so that both meet the same load of the machine; CPU time stands
beside. The small one is put back whenever its fields are used up.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from common import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from digitize.forms.template_files import load_templates
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.ledger import Ledger
from digitize.review.desk import Desk
from digitize.times import now
from support.filled import EACH, filled_workspace

FEW, MANY = 10, 10_000
_ANSWERS = 200
_WANTED = 1.5
_WINDOW = "window"


@dataclass
class Sitting:
    """A clerk at one workspace.

    Attributes:
        root: the workspace; it is used up.
        fields: how many wait in it at first.
        whole: all are in one dossier.
        within: milliseconds, and those of CPU, of each answer whose next field was in the same dossier.
        across: of those that finished a dossier.

    """

    root: Path
    fields: int
    whole: bool
    within: list[tuple[float, float]] = field(default_factory=list)
    across: list[tuple[float, float]] = field(default_factory=list)
    _answered: int = 0
    _ledger: Ledger | None = None

    def __post_init__(self) -> None:
        filled_workspace(self.root, self.fields, each=self.fields if self.whole else EACH)
        self._kept = self.root.with_suffix(".db")
        shutil.copy(self.root / "ledger.db", self._kept)
        self._sit_down()

    def _sit_down(self) -> None:
        self._ledger = Ledger(self.root / "ledger.db", now, "lan")
        self.desk = Desk(self._ledger, now, load_templates())
        self._answered = 0
        dossier = self.desk.take(_WINDOW)
        assert dossier is not None
        first = self.desk.next_field(_WINDOW, dossier)
        assert first is not None
        self.shown = first
        self.desk.look_at(first)

    def put_back(self) -> None:
        """Begin again with all fields in doubt."""
        self.leave()
        for path in self.root.glob("ledger.db*"):
            path.unlink()
        shutil.copy(self._kept, self.root / "ledger.db")
        self._sit_down()

    def leave(self) -> None:
        """Let go of the ledger."""
        if self._ledger is not None:
            self._ledger.close()

    def answer(self, *, counts: bool) -> None:
        """Answer one field, and see the next."""
        if self._answered + 1 >= self.fields:
            self.put_back()
        began, cpu = time.perf_counter(), time.process_time()
        following = step(self.desk, self.shown)
        taken = (time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000
        assert following is not None
        if counts:
            same = following.dossier == self.shown.dossier
            (self.within if same else self.across).append(taken)
        self.shown, self._answered = following, self._answered + 1


def step(desk: Desk, shown: DoubtfulField) -> DoubtfulField | None:
    """Settle a field and see the next one; None where nothing is left."""
    desk.settle(_WINDOW, shown, shown.reading.value)
    following = desk.next_field(_WINDOW, shown.dossier)
    if following is None:
        desk.let_through(shown.dossier)
        dossier = desk.take(_WINDOW)
        following = desk.next_field(_WINDOW, dossier) if dossier else None
    if following is not None:
        desk.look_at(following)
    return following


def main() -> None:
    """Measure both kinds of workspaces, and hold the large against the small."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    answers = int(sys.argv[2]) if len(sys.argv) > 2 else _ANSWERS
    late = False
    for whole in (False, True):
        with tempfile.TemporaryDirectory(prefix="digitize-review-") as folder:
            few = Sitting(Path(folder) / "few", FEW, whole)
            large = Sitting(Path(folder) / "many", many, whole)
            print(f"{'one dossier' if whole else 'dossiers of five fields each'}, {answers} answers:")
            for turn in range(answers + FEW):
                for one in (few, large):
                    one.answer(counts=turn >= FEW)
            late |= _tell("next field of the dossier", few.within, large.within, many)
            if not whole:
                late |= _tell("next dossier", few.across, large.across, many)
            counted = [_best(one.desk.waiting_count) for one in (few, large)]
            print(f"  how much waits: {counted[0]:.2f} ms of {FEW}, {counted[1]:.2f} ms of {many}")
            few.leave()
            large.leave()
    sys.exit(late)


def _tell(what: str, few: list[tuple[float, float]], many: list[tuple[float, float]], fields: int) -> bool:
    """Print the figures of one step; whether it takes longer than is wanted where much waits."""
    walls, cpus = zip(*([list(part) for part in zip(*one, strict=True)] for one in (few, many)), strict=True)
    small, large = map(statistics.median, walls)
    tails = [statistics.quantiles(one, n=20)[-1] for one in walls]
    ratio, of_cpu = large / small, statistics.median(cpus[1]) / statistics.median(cpus[0])
    print(
        f"  {what}: {small:.2f} ms of {FEW} (p95 {tails[0]:.2f}), {large:.2f} ms of {fields}"
        f" (p95 {tails[1]:.2f}): {ratio:.2f} times (wanted: {_WANTED}); CPU"
        f" {statistics.median(cpus[0]):.2f} and {statistics.median(cpus[1]):.2f} ms, {of_cpu:.2f} times",
        flush=True,
    )
    return bool(ratio > _WANTED)


def _best(asked: Callable[[], object]) -> float:
    """The shortest of some calls, in milliseconds."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        asked()
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


if __name__ == "__main__":
    main()

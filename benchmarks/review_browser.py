"""From a key pressed to the next field drawn, in Chromium, with 10,000 fields waiting and with 10.

    python benchmarks/review_browser.py [FIELDS [ANSWERS]]

Two offices with fields over dossiers of five each, served by ``digitize review`` as clerks have it; keys are
pressed in both in turn, so that both meet the same load of the machine. The time ends with the first frame in
which the next field stands with its picture decoded. The small office is filled again whenever it is empty.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from common import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Page

from support.desks import chromium, enter, office_of_one, screen, served
from support.offices import ledger_of

FEW, MANY = 10, 10_000
_ANSWERS = 100
_WARM = 10
_WANTED = 1.5

_WATCH = """
(() => {
    let pressed = 0;
    addEventListener('keydown', () => { pressed = performance.now(); }, true);
    new MutationObserver(async () => {
        const desk = document.getElementById('desk');
        const item = desk.dataset.item;
        const cut = desk.querySelector('.cut img');
        if (cut) await cut.decode();
        requestAnimationFrame(() => {
            const frame = new MessageChannel();
            frame.port1.onmessage = () => {
                desk.dataset.drawn = item;
                desk.dataset.took = String(performance.now() - pressed);
            };
            frame.port2.postMessage(null);
        });
    }).observe(document, {subtree: true, attributeFilter: ['data-item']});
})();
"""


@dataclass
class Sitting:
    """A clerk before one office; milliseconds to the next field of a dossier, and to that of the next one."""

    root: Path
    page: Page
    within: list[float] = field(default_factory=list)
    across: list[float] = field(default_factory=list)

    def answer(self, *, counts: bool) -> None:
        """Press Enter until a next field has been drawn."""
        if not self._shows("#value"):
            self._press()
        while True:
            was_field = self._shows("#value")
            took = self._press()
            if self._shows(".queue"):
                self._fill_again()
                self._press()
            elif self._shows("#value"):
                if counts:
                    (self.within if was_field else self.across).append(took)
                return

    def _shows(self, what: str) -> bool:
        return self.page.locator(what).count() > 0

    def _press(self) -> float:
        before = self._drawn(None)
        self.page.keyboard.press("Enter")
        self._drawn(before)
        return float(self.page.locator("#desk").get_attribute("data-took") or 0)

    def _drawn(self, before: str | None) -> str | None:
        """Wait until another screen than one before stands there, whole; which one."""
        self.page.wait_for_function(
            "was => { const { item, drawn } = document.getElementById('desk').dataset;"
            " return item && item === drawn && item !== was; }",
            arg=before,
            polling=20,
        )
        return self.page.locator("#desk").get_attribute("data-item")

    def _fill_again(self) -> None:
        with ledger_of(self.root) as ledger, ledger.transaction():
            ledger.execute("DELETE FROM decision")
            ledger.execute("UPDATE dossier SET stage = 'in_review'")
            ledger.execute("UPDATE field SET needs_review = 1 WHERE confidence < 0.9")


def main() -> None:
    """Measure, and hold the large office against the small."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    answers = int(sys.argv[2]) if len(sys.argv) > 2 else _ANSWERS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digitize-review-")))
        browser = stack.enter_context(chromium())
        sittings = []
        for fields in (FEW, many):
            root = office_of_one(folder / str(fields), fields)
            at = stack.enter_context(served(root))
            context = stack.enter_context(screen(browser))
            context.add_init_script(_WATCH)
            sittings.append(Sitting(root, enter(context, at)))
        for turn in range(_WARM + answers):
            for one in sittings:
                one.answer(counts=turn >= _WARM)
        few, large = sittings
        late = _tell("next field of the dossier", few.within, large.within, many)
        late |= _tell("first field of the next dossier", few.across, large.across, many)
    sys.exit(late)


def _tell(what: str, few: list[float], many: list[float], fields: int) -> bool:
    medians = statistics.median(few), statistics.median(many)
    ratio = medians[1] / medians[0]
    told = f"{medians[0]:.0f} ms of {FEW}, {medians[1]:.0f} ms of {fields}"
    slow = f"slowest tenth {_tenth(few):.0f} and {_tenth(many):.0f} ms"
    print(f"{what}: {told}, {slow}; {ratio:.2f} times ({len(few)} and {len(many)} times)")
    return ratio > _WANTED


def _tenth(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.9)]


if __name__ == "__main__":
    main()

"""Pages that are remembered to know their paper again: which, how many, and after another start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digitize.pipeline.ledger import Ledger
from digitize.pipeline.prints import Known, Prints
from support.offices import ledger_of

WORDS = ["ủy", "ban", "nhân", "dân", "phường", "sao", "mai", "thông", "báo"]
ONE = bytes(range(32))
NEAR = bytes([ONE[0] ^ 1]) + ONE[1:]
FAR = bytes(255 - byte for byte in ONE)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with ledger_of(tmp_path) as opened:
        yield opened


def remember(prints: Prints, ledger: Ledger, dossier: str, likeness: bytes = ONE, ordinal: int = 0) -> None:
    with ledger.transaction():
        prints.remember(dossier, ordinal, likeness, WORDS)


def test_pages_that_look_and_read_alike_are_candidates(ledger: Ledger) -> None:
    prints = Prints(ledger)
    remember(prints, ledger, "A", NEAR)
    remember(prints, ledger, "B", FAR)
    remember(prints, ledger, "C", ONE)
    with ledger.transaction():
        prints.remember("D", 0, ONE, [*WORDS[:4], "một", "hai", "ba", "bốn"])
    remember(prints, ledger, "E")
    # What reads as well is told in the order of likeness.
    assert prints.candidates("E", 0) == [Known("C", 0), Known("A", 0)]


def test_of_its_own_dossier_only_pages_before_it_are_candidates(ledger: Ledger) -> None:
    prints = Prints(ledger)
    for ordinal in range(3):
        remember(prints, ledger, "A", ordinal=ordinal)
    assert prints.candidates("A", 1) == [Known("A", 0)]


def test_a_page_that_was_read_anew_is_known_by_what_it_is_now(ledger: Ledger) -> None:
    prints = Prints(ledger)
    remember(prints, ledger, "A")
    remember(prints, ledger, "B")
    remember(prints, ledger, "A", FAR)
    assert prints.candidates("B", 0) == []


def test_a_page_that_was_not_committed_after_all_is_no_candidate(ledger: Ledger) -> None:
    prints = Prints(ledger)

    def lose() -> None:
        with ledger.transaction():
            prints.remember("A", 0, ONE, WORDS)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        lose()
    remember(prints, ledger, "C")
    assert prints.candidates("C", 0) == []


@pytest.mark.parametrize("anew", [False, True])
def test_the_latest_pages_alone_are_remembered(ledger: Ledger, anew: bool) -> None:  # noqa: FBT001
    prints = Prints(ledger, kept=3)
    for name in "ABCDE":
        remember(prints, ledger, name, np.random.default_rng(ord(name)).bytes(32))
    prints.forget_old()
    assert [row["dossier"] for row in ledger.rows("SELECT dossier FROM page_print")] == ["C", "D", "E"]
    if anew:
        prints = Prints(ledger, kept=3)
    # One more takes the place of the oldest.
    remember(prints, ledger, "F", np.random.default_rng(ord("D")).bytes(32))
    assert prints.candidates("F", 0) == [Known("D", 0)]
    remember(prints, ledger, "G", np.random.default_rng(ord("C")).bytes(32))
    assert prints.candidates("G", 0) == []


def test_what_is_empty_or_hardly_written_on_is_not_remembered(ledger: Ledger) -> None:
    prints = Prints(ledger)
    with ledger.transaction():
        prints.remember("A", 0, b"", WORDS)
        prints.remember("B", 0, ONE, WORDS[:2])
    assert ledger.rows("SELECT 1 FROM page_print") == []
    assert prints.candidates("A", 0) == []

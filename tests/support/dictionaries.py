"""Dictionaries for tests: one's own words, or none; and whether the machine has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digitize.vietnamese import dictionary

needs_dictionary = pytest.mark.skipif(
    dictionary.in_dictionary("và") is None, reason="no dictionary of Vietnamese is installed"
)


@contextmanager
def only_dictionaries(*places: Path) -> Iterator[None]:
    """Look for dictionaries at these places, as a machine does on which they are installed there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dictionary, "_PLACES", places)
        _forget()
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    """Whatever the module keeps of the dictionary that it has read."""
    for kept in vars(dictionary).values():
        if callable(clear := getattr(kept, "cache_clear", None)):
            clear()

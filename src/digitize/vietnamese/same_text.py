"""Whether two people have typed the same, though not letter for letter."""

from __future__ import annotations

from collections.abc import Iterator

from digitize.vietnamese.folding import single_spaced
from digitize.vietnamese.tokens import tokens

_AT_THE_END = " .,;"


def same_text(one: str, other: str) -> bool:
    """Whether two texts say the same: case, spaces beside signs and the place of a tone do not count.

    ``hoà`` is ``hòa``, ``Xã A , huyện B.`` is ``xã A, huyện B``; another diacritic, digit or sign counts.
    """
    return list(_parts(one)) == list(_parts(other))


def _parts(text: str) -> Iterator[str]:
    """The words of a text, and the signs between them without their spaces."""
    whole = single_spaced(text).rstrip(_AT_THE_END)
    end = 0
    for token in tokens(whole):
        between = whole[end : token.start]
        yield between.replace(" ", "") or " " * (end > 0)
        yield token.exact
        end = token.end
    yield whole[end:].replace(" ", "")

"""What household businesses do, and amounts of money in words."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from digitize.vietnamese.numbers import number_in_words


class Trade(BaseModel):
    """A trade with its code in the system of economic activities (QĐ 27/2018/QĐ-TTg)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    code: str


class Trades(BaseModel):
    """See ``trades.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    activities: tuple[Trade, ...]
    second_names: tuple[str, ...]
    foreign_names: tuple[str, ...]


@cache
def trades() -> Trades:
    """Trades and names of businesses."""
    text = resources.files("digitize.samples").joinpath("trades.toml").read_text("utf-8")
    return Trades.model_validate(tomllib.loads(text))


def amount_in_words(dong: int) -> str:
    """Whole millions of đồng in words, below ten thousand millions.

    Raises:
        ValueError: not whole millions, or too much.

    """
    millions, rest = divmod(dong, 1_000_000)
    if rest or not 0 < millions < 10_000:
        raise ValueError(dong)
    words = f"{number_in_words(millions)} triệu đồng"
    return words[0].upper() + words[1:]

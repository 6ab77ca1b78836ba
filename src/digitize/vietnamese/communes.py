"""The communes of Viet Nam, those of today and those before July 2025, and what became of these.

The lists in ``units/`` are made by ``scripts/make_units.py``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from digitize.vietnamese.folding import fold

UNIT_KINDS = ("xã", "phường", "thị trấn", "đặc khu", "huyện", "quận", "thị xã", "thành phố", "tỉnh")
"""What administrative units are, those of before July 2025 included."""


_HEAD = re.compile(rf"^(?:{'|'.join(map(fold, UNIT_KINDS))}) ")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, ward, township or special zone.

    Attributes:
        code: of the General Statistics Office.
        name, district, province: with what they are (``Xã Vĩnh Thực``); no ``district`` since July 2025.
        now: codes of the communes of today that it went into; of one of today its own.

    """

    code: str
    name: str
    district: str
    province: str
    now: tuple[str, ...]


def all_communes() -> tuple[Commune, ...]:
    """Every commune of the list: those of today, then those before July 2025."""
    return tuple(communes_of_today().values()) + _before()


@cache
def communes_of_today() -> dict[str, Commune]:
    """The communes since July 2025 by their codes."""
    return {code: Commune(code, name, "", province, (code,)) for code, province, name in _rows("since_2025")}


@cache
def _before() -> tuple[Commune, ...]:
    return tuple(
        Commune(code, name, district, province, tuple(now.split()))
        for code, province, district, name, now in _rows("before_2025")
    )


@cache
def number_provinces() -> dict[str, str]:
    """The provinces that the first three digits of a personal number stand for."""
    return {row[0]: row[1] for row in _rows("number_provinces")}


def _rows(name: str) -> list[list[str]]:
    text = (resources.files("digitize.vietnamese") / "units" / f"{name}.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [line.split("\t") for line in lines[1:]]


@cache
def communes_by_province() -> dict[str, list[Commune]]:
    """All communes by the names of their provinces, as ``plain`` gives them."""
    found: dict[str, list[Commune]] = defaultdict(list)
    for commune in all_communes():
        found[commune.province].append(commune)
    merged: dict[str, list[Commune]] = defaultdict(list)
    for province, communes in found.items():
        merged[plain(bare_name(province))] += communes
    return dict(merged)


def bare_name(unit: str) -> str:
    """The name of a unit without what it is."""
    head = _HEAD.match(fold(unit))
    return unit[head.end() :] if head else unit


def same_unit(unit: str, written: str) -> bool:
    """Whether a written name has the letters of a unit of the list, accents aside."""
    return plain(bare_name(unit)) == plain(written)


@lru_cache(maxsize=1 << 16)
def plain(name: str) -> str:
    """A name in small letters without accents and hyphens."""
    return re.sub(r"[\s-]+", " ", fold(name))

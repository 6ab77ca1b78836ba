"""Real communes for made-up people: names of places are what OCR has to read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from digitize.vietnamese.communes import all_communes, bare_name, number_provinces

_LONGEST = 22
"""Letters of a name; longer ones do not fit the narrow lines of drawn papers."""


@dataclass(frozen=True, slots=True)
class Place:
    """A commune; ``code`` is its province's in personal numbers."""

    commune: str
    district: str
    province: str
    code: str


@cache
def places() -> tuple[Place, ...]:
    """Communes whose names in full and whose provinces outlived July 2025: they fit papers of any year."""
    codes = {province: code for code, province in number_provinces().items()}
    today = {(one.code, one.name, one.province) for one in all_communes() if not one.district}
    return tuple(
        Place(_small(old.name), _small(old.district), _small(old.province), codes[bare_name(old.province)])
        for old in all_communes()
        if old.district
        and any((code, old.name, old.province) in today for code in old.now)
        and len(old.name) <= _LONGEST
        and len(old.district) <= _LONGEST
        and bare_name(old.province) in codes
    )


def _small(unit: str) -> str:
    """``Xã Vĩnh Thực`` as it stands in an address."""
    return unit[0].lower() + unit[1:]

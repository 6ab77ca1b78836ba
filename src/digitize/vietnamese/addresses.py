"""Find the commune that an address names, among those of today and those before July 2025.

Until 30 June 2025 addresses had three levels, since then two (Luật Tổ chức chính quyền địa phương
72/2025/QH15); old communes went into one or several new ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from digitize.vietnamese.communes import (
    UNIT_KINDS,
    Commune,
    all_communes,
    bare_name,
    communes_by_province,
    communes_of_today,
    plain,
    same_unit,
)
from digitize.vietnamese.folding import fold
from digitize.vietnamese.phrases import same_marks

_COMMUNE = re.compile(r"(?:.*?\b(?:xa|phuong|thi tran|dac khu)|^(?:tt|p|x)\.) *(?P<name>.+)$")
_DISTRICT = re.compile(r"^(?:(?:huyen|quan|thi xa|thanh pho|tp)|(?:tp|tx|h|q)\.) *(?P<name>.+)$")
_PROVINCE = re.compile(r"^(?:(?:tinh|thanh pho|tp)\b|t\.)?[. ]*(?P<name>.+)$")
_UNIT = re.compile(rf"\b({'|'.join(map(fold, UNIT_KINDS))}) +(?=[^\W\d_])")

_BEFORE_NAME = {
    "xa": r"xa|\bx\.",
    "phuong": r"phuong|\bp\.",
    "thi tran": r"thi tran|\btt\.",
    "dac khu": "dac khu",
    "huyen": r"huyen|\bh\.",
    "quan": r"quan|\bq\.",
    "thi xa": r"thi xa|\btx\.",
    "thanh pho": r"thanh pho|\btp\.?|[,;]",
    "tinh": "tinh|[,;]",
}
"""What may stand before the name of a unit, by what it is."""

_ALSO_CALLED = {"hcm": "ho chi minh", "thua thien hue": "hue"}
"""Other names of provinces, folded."""

_NEAR = 80.0
"""How alike, of 100, a written name and one of the list must be to be taken for that one misread."""

_VERY_NEAR = 85.0
_SHORTEST = 5
"""Letters of a name from which likeness tells something."""

_LONGEST = 4
"""Words in the name of a unit, at most."""


@dataclass(frozen=True, slots=True)
class Located:
    """What the list says of an address.

    Attributes:
        communes: those that it may name; none if the list has no such one.
        proven: units that the list has with these letters in one spelling alone, with what they are.
        odd: a unit as written that the list does not have, and the one that is nearly the same.

    """

    communes: tuple[Commune, ...]
    proven: tuple[str, ...]
    odd: tuple[str, str] | None = None

    @property
    def now(self) -> tuple[Commune, ...]:
        """The communes of today in which the place may lie."""
        codes = dict.fromkeys(code for commune in self.communes for code in commune.now)
        return tuple(communes_of_today()[code] for code in codes)


def locate_address(address: str) -> Located | None:
    """Find the commune of an address that ends with its province; None where nothing can be said."""
    parts = [part.strip() for part in re.split("[,;]", address)]
    province = _matched(_PROVINCE, parts[-1])
    if len(parts) < 2 or province is None:
        return None
    name = plain(province)
    known = communes_by_province().get(_ALSO_CALLED.get(name, name))
    if known is None:
        return None
    spelled = {known[0].province} if same_unit(known[0].province, province) else set()
    # Without what it is before it, it may be the name of another place.
    proven = spelled if len(province) < len(parts[-1].rstrip(" .")) else set()
    odd: tuple[str, str] | None = None
    district = _matched(_DISTRICT, parts[-2]) if len(parts) > 2 else None
    if district is not None:
        inside = [one for one in known if one.district and same_unit(one.district, district)]
        if inside:
            known = inside
            proven |= _only_one({one.district for one in inside})
        else:
            odd = _nearly(district, {one.district for one in known if one.district})
    commune = _matched(_COMMUNE, parts[-3 if district is not None else -2])
    if commune is None:
        return Located((), tuple(proven), odd)
    named = [one for one in known if same_unit(one.name, commune)]
    if not named:
        odd = odd or _nearly(commune, {one.name for one in known})
        return Located((), tuple(proven), odd)
    proven |= spelled
    # ``Xã Ba Tô`` and ``Thị trấn Ba Tơ`` stand side by side.
    head = fold(parts[-3 if district is not None else -2])
    named = [one for one in named if fold(one.name).partition(plain(bare_name(one.name)))[0] in head] or named
    fitting = [one for one in named if same_marks(bare_name(one.name), commune)]
    if not fitting and district is not None and plain(district) == plain(commune):
        # Read as its district is spelled.
        return Located((), (), (commune, named[0].name))
    only = _only_one({one.name for one in named})
    if not fitting and not only:
        # ``Tan Hoa`` where there are both ``Tân Hòa`` and ``Tân Hóa``.
        return Located((), tuple(proven), (commune, ", ".join(sorted({one.name for one in named}))))
    return Located(tuple(fitting or named), tuple(proven | only), odd)


def known_units(text: str) -> tuple[str, ...]:
    """Units in a text whose names the whole country has in one spelling alone, as the list spells them.

    A name counts only behind what it is: ``huyện Bảo Lạc``.
    """
    folded = fold(text)
    found = []
    for head in _heads(text):
        words = re.split(r"[^\w-]", plain(folded[head.end() :]))[:_LONGEST]
        names = (" ".join(words[:count]) for count in range(len(words), 0, -1))
        spelled = next((_spellings()[head[1], name] for name in names if (head[1], name) in _spellings()), ())
        found += [f"{head[1]} {spelled[0]}"] if len(spelled) == 1 else []
    return tuple(found)


def _heads(text: str) -> Iterator[re.Match[str]]:
    """What units are, in a text; not ``Phượng`` in ``xã Phượng Tiến``, and no ``xã hội``."""
    end = -1
    for head in _UNIT.finditer(fold(text)):
        if head.start() > end and not text[head.end()].islower():
            yield head
        end = head.end()


def with_units_spelled(text: str, units: Iterable[str]) -> str:
    """A text in which the names of some units are spelled as they should be; those in capitals stay so."""
    for unit in set(units):
        name = bare_name(unit)
        before = _BEFORE_NAME[fold(unit[: -len(name)]).strip()]
        for match in re.finditer(rf"(?:{before}) *\b({re.escape(fold(name))})\b", fold(text)):
            start, end = match.span(1)
            written = text[start:end]
            spelled = name.upper() if written.isupper() else name
            same_letters = spelled.casefold() == written.casefold()
            if len(spelled) == len(written) and (same_letters or not same_marks(name, written)):
                text = text[:start] + spelled + text[end:]
    return text


def misspelled_unit(text: str) -> tuple[str, str] | None:
    """A unit in a text that no province has with these accents, and how its name is spelled; else None.

    One with other letters is told where it is very nearly another one: offices bear names that no list has.
    """
    for head in _heads(text):
        rest = re.match(r"[^,;()\d]+", text[head.end() :])
        written = rest[0].split()[:_LONGEST] if rest else []
        for count in range(len(written), 0, -1):
            name = " ".join(written[:count])
            spelled = _spellings().get((head[1], plain(name)))
            if spelled is None:
                continue
            if not any(same_marks(one, name) for one in spelled):
                return name, ", ".join(sorted(spelled))
            break
        else:
            found = _alike(head[1], rest[0].strip() if rest else "")
            if found is not None:
                return found
    return None


@cache
def _spellings() -> dict[tuple[str, str], tuple[str, ...]]:
    """For what a unit is and its name without accents all ways in which such names are spelled."""
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    units = {unit for one in all_communes() for unit in (one.name, one.district, one.province) if unit}
    for unit in units:
        name = bare_name(unit)
        names[fold(unit[: -len(name)]).strip(), plain(name)].add(name)
    return {key: tuple(_only_one(spelled) or spelled) for key, spelled in names.items()}


@lru_cache(maxsize=1 << 12)
def _alike(kind: str, written: str) -> tuple[str, str] | None:
    """A name that no unit of a kind has, and the one that is very nearly the same."""
    known = any((other, plain(written)) in _spellings() for other in _BEFORE_NAME)
    if known or len(written) < _SHORTEST or any(map(str.isdigit, written)):
        # A commune may have become a ward.
        return None
    names = {spelled[0]: name for (own, name), spelled in _spellings().items() if own == kind}
    found = process.extractOne(plain(written), names, scorer=fuzz.ratio, score_cutoff=_VERY_NEAR)
    return (written, str(found[2])) if found else None


def _only_one(units: set[str]) -> set[str]:
    """One of some units if the names of all are the same but for where the tone is put, else none."""
    first = min(units)
    return {first} if all(same_marks(bare_name(first), bare_name(unit)) for unit in units) else set()


def _matched(pattern: re.Pattern[str], part: str) -> str | None:
    """The name in a part of an address, without what it is."""
    match = pattern.match(fold(part))
    return part[slice(*match.span("name"))].rstrip(" .") if match else None


def _nearly(written: str, units: set[str]) -> tuple[str, str] | None:
    """A name that the list does not have, and the unit whose name is nearly the same."""
    names = {unit: plain(bare_name(unit)) for unit in units}
    found = process.extractOne(plain(written), names, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return (written, str(found[2])) if found else None

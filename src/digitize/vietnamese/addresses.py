"""Find the commune that an address names, among those of today and those before July 2025.

Until 30 June 2025 addresses had three levels, since then two (Luật Tổ chức chính quyền địa phương
72/2025/QH15); old communes went into one or several new ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rapidfuzz import fuzz, process

from digitize.vietnamese.folding import fold
from digitize.vietnamese.phrases import in_case_of, same_marks

_COMMUNE = re.compile(r"(?:.*\b(?:xa|phuong|thi tran|dac khu)|^(?:tt|p|x)\.) *(?P<name>.+)$")
_DISTRICT = re.compile(r"^(?:(?:huyen|quan|thi xa|thanh pho|tp)|(?:tp|tx|h|q)\.) *(?P<name>.+)$")
_PROVINCE = re.compile(r"^(?:(?:tinh|thanh pho|tp)\b|t\.)?[. ]*(?P<name>.+)$")
_HEAD = re.compile(r"^(?:xa|phuong|thi tran|dac khu|huyen|quan|thi xa|thanh pho|tinh) ")

_ALSO_CALLED = {"hcm": "ho chi minh", "thua thien hue": "hue"}
"""Other names of provinces, folded."""

_NEAR = 80.0
"""How alike, of 100, a written name and one of the list must be to be taken for that one misread."""


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


@dataclass(frozen=True, slots=True)
class Located:
    """What the list says of an address.

    Attributes:
        address: the address, with the accents of the units that were found.
        communes: those that it may name; none if the list has no such one.
        odd: a unit as written that the list does not have, and the one that is nearly the same.

    """

    address: str
    communes: tuple[Commune, ...]
    odd: tuple[str, str] | None = None

    @property
    def now(self) -> tuple[Commune, ...]:
        """The communes of today in which the place may lie."""
        codes = dict.fromkeys(code for commune in self.communes for code in commune.now)
        return tuple(_of_today()[code] for code in codes)


@dataclass(frozen=True, slots=True)
class _Part:
    """The name of a unit in an address: where it stands, as it is written."""

    start: int
    written: str


def locate_address(address: str) -> Located | None:
    """Find the commune of an address that ends with its province; None where nothing can be said."""
    parts = _parted(address)
    if len(parts) < 2:
        return None
    province = _matched(_PROVINCE, parts[-1])
    if province is None:
        return None
    name = _folded(province.written)
    known = _by_province().get(_ALSO_CALLED.get(name, name))
    if known is None:
        return None
    district = _matched(_DISTRICT, parts[-2]) if len(parts) > 2 else None
    odd: tuple[str, str] | None = None
    if district is not None:
        inside = [one for one in known if one.district and _same(one.district, district.written)]
        if inside:
            known = inside
            address = _restored(address, district, {_bare(one.district) for one in inside})
        else:
            odd = _nearly(district.written, {one.district for one in known if one.district})
    part = _matched(_COMMUNE, parts[-3 if district is not None else -2])
    if part is None:
        return Located(address, (), odd)
    communes = tuple(one for one in known if _same(one.name, part.written))
    if not communes:
        odd = odd or _nearly(part.written, {one.name for one in known})
        return Located(address, (), odd)
    alike = {_bare(one.name) for one in communes}
    fitting = [name for name in alike if same_marks(name, part.written)]
    if not fitting and len(alike) > 1:
        # ``Tan Hoa`` where there are both ``Tân Hòa`` and ``Tân Hóa``.
        return Located(address, (), (part.written, ", ".join(sorted(alike))))
    kept = tuple(one for one in communes if not fitting or same_marks(_bare(one.name), part.written))
    return Located(_restored(address, part, alike), kept, odd)


def all_communes() -> tuple[Commune, ...]:
    """Every commune of the list: those of today, then those before July 2025."""
    return tuple(_of_today().values()) + _before()


@cache
def _of_today() -> dict[str, Commune]:
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
def _by_province() -> dict[str, list[Commune]]:
    found: dict[str, list[Commune]] = defaultdict(list)
    for commune in all_communes():
        found[commune.province].append(commune)
    merged: dict[str, list[Commune]] = defaultdict(list)
    for province, communes in found.items():
        merged[_folded(_bare(province))] += communes
    return dict(merged)


def _parted(address: str) -> list[_Part]:
    """The parts of an address between its commas."""
    return [_Part(match.start(), match[0]) for match in re.finditer(r"[^,;\s][^,;]*", address)]


def _matched(pattern: re.Pattern[str], part: _Part) -> _Part | None:
    """The name in a part of an address, without what it is."""
    match = pattern.match(fold(part.written))
    if match is None:
        return None
    start, end = match.span("name")
    return _Part(part.start + start, part.written[start:end].rstrip(" ."))


def _bare(unit: str) -> str:
    """The name of a unit without what it is; ``Quận 1`` keeps its number."""
    head = _HEAD.match(fold(unit))
    return unit[head.end() :] if head else unit


def _same(unit: str, written: str) -> bool:
    return _folded(_bare(unit)) == _folded(written)


@cache
def _folded(name: str) -> str:
    return re.sub(r"[\s-]+", " ", fold(name))


def _nearly(written: str, units: Iterable[str]) -> tuple[str, str] | None:
    """A name that the list does not have, and the unit whose name is nearly the same."""
    names = {unit: _folded(_bare(unit)) for unit in units}
    found = process.extractOne(_folded(written), names, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return (written, str(found[2])) if found else None


def _restored(address: str, part: _Part, names: set[str]) -> str:
    """The address with the accents that a name has in the list, where that has just one like it."""
    name, end = min(names), part.start + len(part.written)
    if len(names) != 1 or same_marks(name, part.written) or len(name) != len(part.written):
        return address
    return address[: part.start] + "".join(map(in_case_of, name, part.written)) + address[end:]

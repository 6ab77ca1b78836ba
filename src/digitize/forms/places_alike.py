"""Names of places on one paper that differ by an accent alone: one of them was misread."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import takewhile

from digitize.model import FieldReading, Problem
from digitize.vietnamese.communes import UNIT_KINDS
from digitize.vietnamese.folding import fold

_UNIT = re.compile(rf"\b({'|'.join(UNIT_KINDS)}) ((?:[^\W\d_]+ ?)+)", re.IGNORECASE)


def doubt_places_alike(fields: dict[str, FieldReading]) -> dict[str, FieldReading]:
    """Flag the fields that name one place in two spellings, ``xã Thanh Phong`` and ``xã Thạnh Phong``.

    Both may exist, so no list can tell which of them was meant.
    """
    spelled: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, reading in fields.items():
        if isinstance(reading.value, str):
            for kind, rest in _UNIT.findall(reading.value):
                name = " ".join(takewhile(lambda word: word[0].isupper(), rest.split()))
                spelled[fold(f"{kind} {name}")][name.casefold()].append(key)
    checked = dict(fields)
    for spellings in spelled.values():
        if len(spellings) < 2:
            continue
        problem = Problem("places_differ", {"names": "; ".join(sorted(spellings))})
        for key in {key for keys in spellings.values() for key in keys}:
            checked[key] = checked[key].doubted(problem)
    return checked

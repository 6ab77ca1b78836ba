"""The published attacks on signed PDFs that the tests rebuild, on each kind of signed file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from dss import Question
from tools import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from support.attacked import bases, everything
from support.attacks_family import Attack, NoRoomError
from support.attacks_shadow import SHADOW
from support.sealing import DAY, NOW, office


def questions(folder: Path) -> Iterator[Question]:
    """Files manipulated in every way that the tests know."""
    trust = office().trust
    kinds: list[tuple[str, bytes, Iterable[Attack]]] = [
        (kind, data, everything()) for kind, data in bases().items()
    ]
    kinds += [(f"{kind}, prepared", data, SHADOW) for kind, data in bases(shadowed=True).items()]
    number = 0
    for kind, data, every in kinds:
        for attack in every:
            try:
                evil = attack.forge(data)
            except NoRoomError:
                # It needs what this kind lacks; the tests see to it that one has it.
                continue
            number += 1
            file = folder / f"published-{number}.pdf"
            file.write_bytes(evil)
            yield Question(f"{attack} ({kind})", file, trust, NOW + DAY, hostile=True)

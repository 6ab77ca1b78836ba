"""What lies beside the originals of a dossier that was cut from a stack: which stack, and which pages of it.

Its files are those of the whole stack under second names. Where the ledger is lost this alone tells how they
belong together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from digitize.files import write_whole

_NAME = "STACK.json"


@dataclass(frozen=True, slots=True)
class CutFrom:
    """Where a dossier was cut from.

    Attributes:
        stack: the code of the stack.
        source: what the ledger calls the source of the dossier.
        frames: for each of its files the pages that are its, from 0; None for all of them.

    """

    stack: str
    source: str
    frames: Mapping[str, tuple[int, ...] | None]


def write_cut(folder: Path, cut: CutFrom) -> None:
    """Write it into a dossier's folder of originals, whole or not at all."""
    write_whole(folder / _NAME, json.dumps(asdict(cut), ensure_ascii=False, indent=1))


def read_cut(folder: Path) -> CutFrom | None:
    """What stands in a dossier's folder of originals; None if it was cut from no stack."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        told = json.loads((folder / _NAME).read_text("utf-8"))
        frames = {
            str(name): None if own is None else tuple(map(int, own)) for name, own in told["frames"].items()
        }
        return CutFrom(str(told["stack"]), str(told["source"]), frames)
    return None

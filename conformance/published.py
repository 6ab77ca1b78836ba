"""The published attacks on signed PDFs that the tests rebuild, on each kind of signed file."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dss import Question
from tools import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from support.sealing import DAY, NOW, office


def questions(folder: Path) -> Iterator[Question]:
    """Files manipulated in every way that the tests know; none where these tests are not there."""
    if not (ROOT / "tests" / "support" / "attacked.py").exists():
        return
    tests: Any = importlib.import_module("support.attacked")
    trust = office().trust
    kinds = [(kind, data, tests.everything()) for kind, data in tests.bases().items()]
    shadow = tests.attacks_shadow.SHADOW
    kinds += [(f"{kind}, prepared", data, shadow) for kind, data in tests.bases(shadowed=True).items()]
    number = 0
    for kind, data, every in kinds:
        for attack in every:
            try:
                evil = attack.forge(data)
            except Exception:  # noqa: BLE001, S112 - it needs what this kind lacks; the tests see to it that one has it
                continue
            number += 1
            file = folder / f"published-{number}.pdf"
            file.write_bytes(evil)
            yield Question(f"{attack} ({kind})", file, trust, NOW + DAY, hostile=True)

"""eark-validator: whether a package is one by E-ARK CSIP, save for what is waived on purpose."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tools import HERE, output_of, python

_FOLDER = HERE / "eark"


def faults(packages: Sequence[Path]) -> tuple[list[str], Counter[str]]:
    """Errors of the validator, and how often each waived rule was broken."""
    waivers = set(tomllib.loads((_FOLDER / "waivers.toml").read_text("utf-8")))
    done = output_of(python(_FOLDER / "requirements.txt"), _FOLDER / "offline.py", *packages)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    if len(reports) != len(packages):
        return [f"eark-validator judged {len(reports)} of {len(packages)}: {done.stderr[-500:]}"], Counter()
    found: list[str] = []
    waived: Counter[str] = Counter()
    for package, report in zip(packages, reports, strict=True):
        parts = (report["structure"], *report["metadata"].values())
        for message in (message for part in parts for message in part["messages"]):
            if message["severity"] != "Error":
                continue
            rule = message["rule_id"]
            if rule in waivers:
                waived[rule] += 1
            else:
                found.append(f"eark-validator: {package.name}: {rule} {message['message']}")
    return [*found, *(f"waiver not needed: {rule}" for rule in sorted(waivers - waived.keys()))], waived

"""eark-validator: packages by E-ARK CSIP and SIP, save for what the circular has otherwise."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import HERE, output_of, python

_FOLDER = HERE / "eark"
_COUNTED = ("Error", "Warn")


def faults(packages: Mapping[str, Sequence[Path]]) -> tuple[list[str], Counter[str]]:
    """What is found and not waived, or waived and not found; and how often each waiver was needed.

    Args:
        packages: by their type, ``aip`` or ``sip``.

    """
    waivers = tomllib.loads((_FOLDER / "waivers.toml").read_text("utf-8"))
    asked = [(kind, package) for kind, some in packages.items() for package in some]
    program = python(_FOLDER / "requirements.txt")
    done = output_of(program, _FOLDER / "offline.py", *(package for _, package in asked))
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    if len(reports) != len(asked):
        return [f"eark-validator judged {len(reports)} of {len(asked)}: {done.stderr[-500:]}"], Counter()
    found: list[str] = []
    waived: Counter[str] = Counter()
    for (kind, package), report in zip(asked, reports, strict=True):
        parts = (report["structure"], *report["metadata"].values())
        for message in (message for part in parts for message in part["messages"]):
            if message["severity"] not in _COUNTED:
                continue
            rule = message["rule_id"]
            if rule in waivers[kind]:
                waived[f"{kind} {rule}"] += 1
            else:
                found.append(f"eark-validator: {kind} {package.name}: {rule} {message['message']}")
    named = {f"{kind} {rule}" for kind, rules in waivers.items() for rule in rules}
    return [*found, *(f"waiver not needed: {rule}" for rule in sorted(named - waived.keys()))], waived


def main() -> None:
    """Judge packages of every kind, without the other judges."""
    import sys
    import tempfile

    from material import exchanged

    with tempfile.TemporaryDirectory(prefix="digitize-eark-") as name:
        made = exchanged(Path(name))
        found, waived = faults(made)
    for kind, some in made.items():
        print(f"{len(some)} {kind.upper()}")
    print("waived: " + ", ".join(f"{rule} x {count}" for rule, count in sorted(waived.items())))
    sys.exit("\n".join(found) or 0)


if __name__ == "__main__":
    main()

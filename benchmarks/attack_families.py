"""Try every family of attacks on every kind of signed file; prints Markdown rows.

python benchmarks/attack_families.py
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.attacked import attempts, bases, families
from support.attacks_shadow import SHADOW


def main() -> int:
    """One row a family: files tried, and the verdicts on them."""
    logging.disable(logging.CRITICAL)
    columns = ("INVALID", "UNREADABLE", "UNSIGNED", "UNTRUSTED", "INDETERMINATE", "VALID")
    print("| family | source | attacks | files |", " | ".join(columns), "| slowest |")
    print("|---" * (len(columns) + 5) + "|")
    valid = 0
    for family in (*families(), SHADOW):
        files = bases(shadowed=family is SHADOW)
        found = [one for attack in family for one in attempts(attack, files)]
        counts = Counter(verdict.value for _, verdict, _ in found)
        row = [family.name, family.source, len(family.attacks), len(found), *(counts[one] for one in columns)]
        print(
            "|", " | ".join(map(str, row)), f"| {max(seconds for *_, seconds in found):.1f} s |", flush=True
        )
        valid += counts["VALID"]
    return 1 if valid else 0


if __name__ == "__main__":
    sys.exit(main())

"""Change single bytes of signed PDFs and count what becomes of the verdict; prints Markdown rows.

python benchmarks/mutations.py --count 2000
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.attacked import archived, bases, verified
from support.mutations import tried


def main() -> int:
    """Try every kind of signed file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)
    wrong = 0
    head = (
        "file",
        "bytes",
        "INVALID",
        "UNREADABLE",
        "other",
        "VALID: means nothing",
        "VALID: wrong",
        "seconds",
    )
    print("|", " | ".join(head), "|")
    print("|---" * len(head) + "|")
    for kind, data in {**bases(), "B-LTA": archived()}.items():
        started = time.monotonic()
        outcome = tried(data, chosen.count, chosen.seed, verified)
        known = [outcome.verdicts[one] for one in ("INVALID", "UNREADABLE", "VALID")]
        nothing = ", ".join(f"{count} {why}" for why, count in outcome.meaningless.items()) or "0"
        row = [kind, chosen.count, known[0], known[1], chosen.count - sum(known), nothing, len(outcome.wrong)]
        print("|", " | ".join(map(str, [*row, round(time.monotonic() - started)])), "|", flush=True)
        wrong += len(outcome.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

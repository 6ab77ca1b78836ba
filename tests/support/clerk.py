"""A clerk at a desk of their own, as a process: takes dossiers and settles their fields as they were read.

    python -m support.clerk WORKSPACE NAME [FIELDS]

It begins with a line of the standard input, and tells each field that was settled. After so many fields the
clerk says ``waits`` and stays at the desk until the standard input ends.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from digitize.forms.template_files import load_templates
from digitize.pipeline.ledger import Ledger
from digitize.review.desk import Desk
from digitize.times import now


def main() -> None:
    root, name = Path(sys.argv[1]), sys.argv[2]
    left = int(sys.argv[3]) if len(sys.argv) > 3 else None
    with closing(Ledger(root / "ledger.db", now, name)) as ledger:
        desk = Desk(ledger, now, load_templates())
        _say("ready")
        sys.stdin.readline()
        while (dossier := desk.take(name)) is not None:
            while (field := desk.next_field(name, dossier)) is not None:
                if left == 0:
                    _say("waits")
                    sys.stdin.read()
                    return
                desk.settle(name, field, field.reading.value)
                _say(f"{field.dossier} {field.document} {field.key}")
                left = None if left is None else left - 1
            desk.let_through(dossier)
            desk.let_go(name, dossier)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Draw the dossiers in samples/ anew: made-up people on scans as an office has them.

Run it from the root of the repository: ``python scripts/draw_samples.py``. The same program and
the same fonts give the same pictures.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from digitize.samples.dossiers import write_dossiers

FOLDER = Path(__file__).resolve().parents[1] / "samples"


def main() -> None:
    """Replace what an earlier call has drawn."""
    for old in FOLDER.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name != "README.md":
            old.unlink()
    for code in write_dossiers(FOLDER):
        print(code)


if __name__ == "__main__":
    main()

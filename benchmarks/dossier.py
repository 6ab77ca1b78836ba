"""Real scans through the main job: every page read, every dossier composed.

Each folder of the real cases that holds scans becomes an inbox of its own under the profile for old
holdings, where nobody settles doubtful fields.

    python benchmarks/dossier.py
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from common import CASES, call, call_json

SCANS = (".pdf", ".jpg", ".png", ".tif")


def main() -> None:
    """Run both sets and say what came of them."""
    for name in ("dossier", "pages"):
        scans = (
            [p for p in sorted((CASES / name).iterdir()) if p.suffix.lower() in SCANS]
            if CASES.is_dir()
            else []
        )
        if not scans:
            print(f"no scans in {CASES / name}; skipped")
            continue
        with tempfile.TemporaryDirectory(prefix="digitize-dossier-") as folder:
            place = Path(folder) / "work"
            call(
                *("init", place, "--name", "UBND phường Sao Mai", "--code", "H99.00.01"),
                *("--fonds", "H99.00.01", "--profile", "tt05-2025-backlog"),
            )
            for scan in scans:
                shutil.copy(scan, place / "scans")
            result = call_json("run", "-w", place)
            documents = [
                document
                for dossier in result["dossiers"]
                for document in call_json("show", dossier["id"], "-w", place)["documents"]
            ]
            pages = sum(dossier["pages"] for dossier in result["dossiers"])
            forms = sorted({document["form"] for document in documents})
            print(
                f"{name}: {len(scans)} files, {result['pages_read']} of {pages} pages read in "
                f"{result['seconds']:.0f} s; dossiers {result['summary']}; "
                + ", ".join(f"{sum(d['form'] == form for d in documents)} {form}" for form in forms)
            )


if __name__ == "__main__":
    main()

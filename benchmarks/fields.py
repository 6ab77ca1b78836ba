"""Fields of made-up dossiers: right, flagged, and wrong without a flag, which must not be.

Dossiers of `digitize sample` are read as they lie; each field of each document whose form is known
to the program is compared with the truth.

    python benchmarks/fields.py [DOSSIERS] [SEED]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import call, call_json

from digitize.forms.template_files import load_templates

SETS = (("typed", 1), ("typed", 2), ("mixed", 1), ("mixed", 3), ("handwritten", 1))

Document = dict[str, Any]


def documents_of(folder: Path, truth: dict[str, Any]) -> list[Document]:
    """What is read in a dossier."""
    files = list(dict.fromkeys(page["file"] for page in truth["pages"]))
    found: list[Document] = call_json("read", *(folder / file for file in files))["documents"]
    return found


def place_of(page: dict[str, Any]) -> tuple[str, int]:
    """Which page of which file."""
    return Path(page["file"]).name, page["page"]


def compared(folder: Path, truth: dict[str, Any]) -> Iterator[tuple[str, str, str, object, object]]:
    """For each field of a dossier: form, key, what came of it, what was read, and what is true."""
    read = {
        place_of(page): document for document in documents_of(folder, truth) for page in document["pages"]
    }
    known = load_templates()
    for document in truth["documents"]:
        pages = [truth["pages"][index] for index in document["pages"]]
        found = read.get(place_of(pages[0]))
        if document["form"] not in known:
            if found is not None and found["form"] != "unknown":
                yield document["form"], "form", "silent", found["form"], document["form"]
            continue
        if found is None or found["form"] == "unknown":
            yield document["form"], "form", "not recognised", "unknown", document["form"]
            continue
        if found["form"] != document["form"]:
            yield document["form"], "form", "silent", found["form"], document["form"]
            continue
        for key, true in document["fields"].items():
            field = found["fields"].get(key)
            if field is None:
                yield document["form"], key, "not asked", None, true
                continue
            right = "right" if field["value"] == true else "wrong"
            flagged = "flagged" if field["needs_review"] else "unflagged"
            kind = "silent" if (right, flagged) == ("wrong", "unflagged") else f"{right}, {flagged}"
            yield document["form"], key, kind, field["value"], true


def main() -> None:
    """Read every set and print the counts."""
    dossiers = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    kinds = ("right, unflagged", "right, flagged", "wrong, flagged", "silent", "not asked", "not recognised")
    print("| style | wear | form | " + " | ".join(kinds) + " |")
    print("|" + "---|" * (3 + len(kinds)))
    silent = []
    for style, wear in SETS:
        with tempfile.TemporaryDirectory(prefix="digitize-fields-") as name:
            folder = Path(name) / "dossiers"
            numbers = ("--dossiers", str(dossiers), "--seed", str(seed), "--wear", str(wear))
            call("sample", folder, *numbers, "--style", style)
            counts: dict[str, Counter[str]] = {}
            for truth in json.loads((folder / "truth.json").read_text("utf-8")).values():
                for form, key, kind, read, true in compared(folder, truth):
                    counts.setdefault(form, Counter())[kind] += 1
                    if kind == "silent":
                        silent.append(f"{style} {wear} {form} {key}: {read!r} for {true!r}")
            for form, count in sorted(counts.items()):
                cells = " | ".join(str(count[kind]) for kind in kinds)
                print(f"| {style} | {wear} | {form} | {cells} |", flush=True)
    print(f"\n{len(silent)} wrong without a flag")
    for line in silent:
        print(f"  {line}")


if __name__ == "__main__":
    main()

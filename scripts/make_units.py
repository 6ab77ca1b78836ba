"""Make the tables of communes from the package vietnamadminunits (MIT), which the program does not need.

``pip download vietnamadminunits==1.0.4 --no-deps``, unzip it, ``python scripts/make_units.py FOLDER``, where
FOLDER is the one that holds ``dataset.db`` and ``converter_2025.json``.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Converter = dict[str, Any]

_TARGET = Path(__file__).parent.parent / "src/digitize/vietnamese/units"
_HEAD = (
    "# Made by scripts/make_units.py from vietnamadminunits 1.0.4 (MIT, Tran Ngoc Minh Hieu); see NOTICE.\n"
)


def main(folder: Path) -> None:
    """Write the communes since July 2025, and those before with what became of them."""
    with sqlite3.connect(folder / "dataset.db") as database:
        new = database.execute(
            "SELECT wardCode, provinceKey, wardKey, province, ward FROM admin_units ORDER BY wardCode"
        ).fetchall()
        # Five island districts had no communes.
        old = database.execute(
            "SELECT coalesce(wardCode, districtCode), provinceKey || '_' || districtKey || '_' || "
            "coalesce(wardKey, ''), province, district, coalesce(ward, '') FROM admin_units_legacy ORDER BY 1"
        ).fetchall()
    codes = {(province, ward): code for code, province, ward, _, _ in new}
    now = _now(json.loads((folder / "converter_2025.json").read_text("utf-8")), codes)
    _write("since_2025.tsv", ("code", "province", "commune"), ((r[0], r[3], r[4]) for r in new))
    _write(
        "before_2025.tsv",
        ("code", "province", "district", "commune", "now"),
        ((r[0], r[2], r[3], r[4], " ".join(now[r[1]])) for r in old),
    )


def _now(converter: Converter, codes: dict[tuple[str, str], str]) -> dict[str, list[str]]:
    """For the key of each old commune the codes of those it went into."""
    now: dict[str, list[str]] = defaultdict(list)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                now[old].append(codes[province, ward])
    for province, olds in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, wards in olds.items():
            now[old] += [codes[province, ward["newWardKey"]] for ward in wards]
    return now


def _write(name: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    lines = ["\t".join(row) for row in (columns, *rows)]
    (_TARGET / name).write_text(_HEAD + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

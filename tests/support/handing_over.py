"""What leaves a workspace and what comes into it from others, as work that can be cut off at any step."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from digitize.model import Stage
from digitize.pipeline.importing import import_sheets
from support.exports import export, order
from support.offices import ledger_of

_OUT = "out"
_SHEET = "so-ho-so.csv"


def write_sheet(root: Path, _moment: dt.datetime) -> None:
    """A clerk's sheet lies beside the workspace."""
    lines = ["Số và ký hiệu hồ sơ;Tiêu đề hồ sơ;Số lượng tờ"]
    with ledger_of(root) as ledger:
        lines += [f"{record.id};Hồ sơ {record.id};2" for record in ledger.dossiers()]
    (root / _SHEET).write_text("\n".join(lines) + "\n", "utf-8")


def import_sheet(root: Path, _moment: dt.datetime) -> None:
    """Import the sheet; done again it says the same."""
    with ledger_of(root) as ledger:
        import_sheets(ledger, root / _SHEET)


def export_packages(root: Path, _moment: dt.datetime) -> None:
    """Hand over every package, as a ZIP file each; what was handed over before is told and left alone."""
    with ledger_of(root) as ledger:
        records = ledger.dossiers(Stage.PACKAGED)
    for record in records:
        failed = export(root, order("aip", root / _OUT, record.id, zipped=True)).failed
        assert {problem.code for problem in failed.values()} <= {"export_exists"}


def handed_over(root: Path) -> dict[str, bytes]:
    """What lies outside, and what sheets said: the same after each resume."""
    out = root / _OUT
    found = {f"{_OUT}/{path.name}": path.read_bytes() for path in out.glob("[!.]*")} if out.is_dir() else {}
    with ledger_of(root) as ledger:
        rows = ledger.rows("SELECT dossier, document, key, value FROM sheet_value ORDER BY 1, 2, 3")
    found["sheets"] = json.dumps([tuple(row) for row in rows], ensure_ascii=False).encode()
    return found

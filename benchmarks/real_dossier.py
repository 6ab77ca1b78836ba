"""A real dossier with its cover and its index: packaged, its differences listed, its index judged.

``real_dossier.tsv`` is what stands in the index, copied by eye: numbers, dates and sheets. A clerk's
sheet is made of it, with three mistakes put in on purpose; it is imported before the scans are taken in. So
every difference between sheet and index is either one of the three, or a misreading.

    python benchmarks/real_dossier.py [--keep DIR]
"""

from __future__ import annotations

import argparse
import csv
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from common import CASES, call, call_json
from openpyxl import Workbook

_TRUTH = Path(__file__).with_suffix(".tsv")
_SCANS = CASES / "dossier"
_NAME = "hoso02"
_PROFILE = """
extends = "demo"
id = "nobody-reviews"
title = { vi = "Không ai duyệt", en = "Nobody reviews" }
source = "-"

[review]
required = "never"
"""
_MISTAKES = {(3, "number"): "173", (9, "issued_date"): "2010-07-15", (25, "page_count"): "4"}
"""What the clerk got wrong: number of the document, key, value."""

_HEADINGS = {
    "dossier_code": "Số và ký hiệu hồ sơ",
    "title": "Tiêu đề hồ sơ",
    "retention": "Thời hạn bảo quản",
    "start_date": "Ngày/Tháng/Năm bắt đầu",
    "end_date": "Ngày/Tháng/Năm kết thúc",
    "sheet_count": "Số lượng tờ",
    "doc_ordinal": "Số thứ tự văn bản trong hồ sơ",
    "number": "Số của văn bản",
    "notation": "Ký hiệu của văn bản",
    "issued_date": "Ngày/Tháng/Năm văn bản",
    "page_count": "Số lượng trang của văn bản",
    "sheets": "Tờ số",
}


def truth() -> dict[int, dict[str, str]]:
    """What stands in the index, by number and key."""
    found = {}
    with _TRUTH.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            number, stroke, notation = row["code"].partition("/")
            found[int(row["ordinal"])] = {
                "number": number if stroke else "",
                "notation": notation if stroke else row["code"],
                "issued_date": row["date"],
                "sheets": row["sheet"],
            }
    return found


def clerks_sheet(path: Path) -> None:
    """The sheet of a clerk who copied the index, with some mistakes."""
    book = Workbook()
    page = book.worksheets[0]
    page.append(list(_HEADINGS.values()))
    whole = {
        "dossier_code": "02",
        "title": "Tập lưu văn bản đi tháng 7 đến tháng 12 năm 2010",
        "retention": "Vĩnh viễn",
        "start_date": "01/07/2010",
        "end_date": "30/12/2010",
        "sheet_count": "248",
    }
    for number, own in truth().items():
        said = {"doc_ordinal": str(number), **own}
        said |= {key: value for (place, key), value in _MISTAKES.items() if place == number}
        # A dossier stands in its first row alone.
        row = said | (whole if number == 1 else {})
        page.append([row.get(key, "") for key in _HEADINGS])
    book.save(path)


def main() -> None:
    """Package the dossier and say what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path)
    keep = parser.parse_args().keep
    if not _SCANS.is_dir():
        print("no real dossier is at hand: skipped")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        inbox = folder / "inbox" / _NAME
        inbox.mkdir(parents=True)
        for file in sorted(_SCANS.glob("*.pdf")):
            shutil.copyfile(file, inbox / file.name)
        place = folder / "office"
        call("init", place, "--demo", "--samples", inbox.parent)
        (place / "nobody.toml").write_text(_PROFILE, encoding="utf-8")
        settings = place / "digitize.toml"
        text = settings.read_text(encoding="utf-8").replace('profile = "demo"', 'profile = "nobody.toml"')
        settings.write_text(text, encoding="utf-8")
        clerks_sheet(folder / "sheet.xlsx")
        imported = call_json("import", folder / "sheet.xlsx", "--dossier", _NAME, "-w", place)["files"][0]
        print(f"sheet: {imported['dossiers'][0]['documents']} documents, bad cells {len(imported['bad'])}")
        start = time.monotonic()
        ran = call_json("run", "-w", place)
        print(f"run: {ran['pages_read']} pages, {ran['summary']}, {time.monotonic() - start:.0f} s")
        verdicts = call_json("verify", place / "archive", "-w", place)["summary"]
        print(f"verify: {verdicts}")
        shown = call_json("show", _NAME, "-w", place)
        judge_index(shown["documents"])
        judge_differences(call_json("differences", _NAME, "-w", place)["dossiers"][0])


def judge_index(documents: list[dict[str, Any]]) -> None:
    """How much of the index was read right, and how much of what is wrong was flagged."""
    forms = Counter(document["form"] for document in documents)
    print(f"documents: {len(documents)}, {dict(forms)}")
    index = next(document for document in documents if document["form"] == "document_index")
    rows = index["tables"]["entries"]
    expected = truth()
    print(f"index: {len(rows)} rows of {len(expected)}")
    for key in ("doc_ordinal", "code", "issued_date", "sheets"):
        right = silent = flagged = 0
        for number, row in enumerate(rows, start=1):
            wanted = expected.get(number, {})
            code = "/".join(part for part in (wanted.get("number"), wanted.get("notation")) if part)
            true = {"doc_ordinal": str(number), "code": code}.get(key, wanted.get(key, ""))
            said = str(row[key]["value"] if row[key]["value"] is not None else "").replace(" ", "")
            good = said == true.replace(" ", "")
            right += good
            silent += not good and not row[key]["needs_review"]
            flagged += not good and row[key]["needs_review"]
        print(f"  {key}: {right} right, {flagged} wrong and flagged, {silent} wrong and silent")


def judge_differences(compared: dict[str, Any]) -> None:
    """The differences by kind; which of the clerk's mistakes are among them."""
    found = compared["differences"]
    kinds = Counter((one["kind"], one["one"], one["other"]) for one in found)
    print(f"differences: {len(found)}; {compared['compared']} pairs compared, {compared['unread']} unread")
    for (kind, one, other), number in sorted(kinds.items()):
        print(f"  {kind}, {one} and {other}: {number}")
    for (number, key), value in _MISTAKES.items():
        told = any(one["number"] == number and one["key"] == key for one in found)
        print(f"  the clerk's {key} {value} of document {number}: {'told' if told else 'NOT TOLD'}")
    for one in found:
        if one["kind"] == "value":
            mark = " (?)" if one["doubtful"] else ""
            said = f"{one['one']} {one['said']!r}, {one['other']} {one['says']!r}"
            print(f"    {one['number']} {one['key']}{mark}: {said}")


if __name__ == "__main__":
    main()

"""What stands where, and everything about one dossier."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

from digitize.forms.template_files import load_templates
from support.calls import together
from support.offices import ledger_of, small_scan
from support.program import digitize

WAITING = "000.00.01.H99-261118-0005"
PACKAGED = "000.00.01.H99-261118-0004"
LINE = {"id", "stage", "pages", "doubtful_fields", "problem"}
PAGE = {
    "file", "page", "width", "height", "dpi", "rotated", "rotation_confidence", "skew", "skew_confidence",
    "blank", "bytes", "quality", "problems",
}  # fmt: skip
QUALITY = {"dpi", "depth", "skew", "contrast", "edge", "clipped", "unread"}
DOCUMENT = {"pages", "form", "form_version", "form_confidence", "fields", "tables", "problems"}
FIELD = {"value", "raw", "confidence", "source", "page", "box", "needs_review", "problems"}


def assert_documents(documents: list[dict[str, Any]]) -> None:
    """Documents are as the contract has them: every key of a form, boxes on the page they name."""
    for document in documents:
        assert set(document) >= DOCUMENT
        assert document["pages"]
        for page in document["pages"]:
            assert set(page) >= PAGE
            assert set(page["quality"]) == QUALITY
            assert page["bytes"] > 1000
            assert 0 <= page["rotation_confidence"] <= 1
            assert 0 <= page["skew_confidence"] <= 1
        if document["form"] == "unknown":
            continue
        assert set(document["fields"]) == set(load_templates()[document["form"]].names)
        for field in document["fields"].values():
            assert set(field) >= FIELD
            assert 0 <= field["confidence"] <= 1
            assert field["source"] in ("ocr", "qr", "mrz", "human")
            if field["box"] is not None:
                page = document["pages"][field["page"]]
                left, top, right, bottom = field["box"]
                assert 0 <= left < right <= page["width"]
                assert 0 <= top < bottom <= page["height"]
            for problem in field["problems"]:
                assert set(problem) == {"code", "text"}


def test_status_tells_every_dossier_and_writes_nothing(finished: Path) -> None:
    with ledger_of(finished) as ledger:
        events = len(ledger.rows("SELECT * FROM event"))
    told = digitize("status", "-w", finished, "--json")
    assert (told.code, told.err) == (0, "")
    document = told.json
    assert set(document) == {"dossiers", "stacks", "summary", "deadlines", "pages_read", "seconds"}
    assert document["summary"] == {"in_review": 2, "packaged": 3}
    assert len(document["dossiers"]) == 5
    for line in document["dossiers"]:
        assert set(line) >= LINE
        assert (line["stage"] == "in_review") == (line["doubtful_fields"] > 0)
        assert (line["stage"] == "packaged") == bool(line["package"])
        assert line["problem"] is None
        assert dt.datetime.fromisoformat(line["received_at"]).utcoffset() is not None
    assert told.out == unicodedata.normalize("NFC", told.out)
    table = digitize("status", cwd=finished / "archive")
    assert table.err == ""
    lines = [line.split()[0] for line in table.out.splitlines()]
    assert lines[1:3] == ["000.00.01.H99-261118-0001", WAITING], "those that wait for a person come first"
    assert table.out.splitlines()[-1] == "chờ xác nhận: 2, đã ký, đóng gói: 3"
    assert "in review: 2, packaged: 3" in digitize("status", "-w", finished, "--lang", "en").out
    with ledger_of(finished) as ledger:
        assert len(ledger.rows("SELECT * FROM event")) == events


def test_show_tells_pages_fields_doubts_and_history(finished: Path) -> None:
    told = digitize("show", WAITING, "-w", finished, "--json")
    assert (told.code, told.err) == (0, "")
    assert_documents(told.json["documents"])
    assert told.out == unicodedata.normalize("NFC", told.out)
    (document,) = told.json["documents"]
    doubtful = [key for key, field in document["fields"].items() if field["needs_review"]]
    assert len(doubtful) == told.json["doubtful_fields"] > 0
    assert [event["kind"] for event in told.json["events"]][-1] == "review_needed"
    for event in told.json["events"]:
        assert dt.datetime.fromisoformat(event["at"]).utcoffset() == dt.timedelta(hours=7)
    (original,) = told.json["originals"]
    assert original["name"] == "to-khai.jpg"
    text = digitize("show", WAITING, "-w", finished).out
    assert "Trạng thái: chờ xác nhận. Số trang: 1." in text
    assert sum(line.strip().startswith("? ") for line in text.splitlines()) == len(doubtful)
    assert "Chuyển người xác nhận" in text
    packaged = digitize("show", PACKAGED, "-w", finished, "--lang", "en").out
    assert "Package: archive/urn_H99.00.01" in packaged
    assert "Signed and packaged" in packaged


def test_an_unknown_dossier_comes_with_what_to_do(finished: Path) -> None:
    calls = (("show", "HS-404"), ("sign", "HS-404"), ("show", "HS-404", "--json"))
    for told in together(*((*call, "-w", finished) for call in calls)):
        assert told.code == 2
        assert told.out == ""
        assert "Không có hồ sơ mã HS-404." in told.err
        assert "digitize status" in told.err


def test_a_code_typed_in_decomposed_form_is_found(office: Path) -> None:
    code = "Hồ sơ số 7"
    small_scan(office / "scans" / code / "a.jpg")
    assert digitize("run", "-w", office, "--until", "received").code == 0
    decomposed = unicodedata.normalize("NFD", code)
    assert digitize("show", decomposed, "-w", office, "--json").json["id"] == code
    signed = digitize("sign", decomposed, "-w", office)
    assert signed.code == 1
    assert "chưa sẵn sàng ký" in signed.err


def test_a_quarantined_dossier_is_shown_with_its_problem_and_the_remedy(office: Path) -> None:
    (office / "scans" / "HS").mkdir()
    (office / "scans" / "HS" / "a.jpg").write_bytes(b"")
    assert digitize("run", "-w", office).code == 1
    told = digitize("status", "-w", office, "--json")
    assert told.code == 0
    (line,) = told.json["dossiers"]
    assert line["problem"]["code"] == "file_empty"
    assert line["problem"]["text"] == "a.jpg rỗng (0 byte)."
    shown = digitize("show", "HS", "-w", office, "--lang", "en")
    assert "a.jpg is empty (0 bytes)." in shown.out
    assert "Scan or copy it again, then run again." in shown.out


def test_control_characters_in_names_and_readings_are_shown_and_not_obeyed(
    finished: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(finished, tmp_path / "demo"))
    harm = "\x1b[2J\x1b]0;x\x07\x9b31m\u202ekhai\x7f"
    with ledger_of(root) as ledger, ledger.transaction():
        for row in ledger.rows("SELECT rowid, reading FROM field WHERE dossier = ?", WAITING):
            reading = json.loads(row["reading"]) | {"value": harm, "needs_review": True}
            ledger.execute("UPDATE field SET reading = ? WHERE rowid = ?", json.dumps(reading), row["rowid"])
        ledger.execute("UPDATE original SET name = ? WHERE dossier = ?", f"{harm}.jpg", WAITING)
        ledger.add_event("received", WAITING, source=harm)
    outputs = [
        digitize("show", WAITING, "-w", root),
        digitize("review", "--list", "-w", root),
        digitize("review", "--terminal", "-w", root, stdin="-\n" * 20),
    ]
    for shown in outputs:
        assert shown.code == 0
        text = shown.out + shown.err
        assert "\\u001b[2J" in text.replace("\n", "").replace(" ", "")
        assert [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")] == []
    assert digitize("show", WAITING, "-w", root, "--json").json["originals"][0]["name"] == f"{harm}.jpg"

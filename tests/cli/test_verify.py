"""An auditor's view: verdicts, exit codes, anchors."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from digitize.signatures.demo_authority import DemoAuthority
from digitize.signatures.sign import Level, Seal, sign_pdf
from digitize.times import VIETNAM
from support.calls import together
from support.papers import plain_paper
from support.program import Outcome, digitize
from support.sealing import DAY, YEAR, Authority

TODAY = dt.datetime.now(VIETNAM).replace(microsecond=0)

SIGNATURE = {
    "field",
    "verdict",
    "integrity",
    "coverage",
    "later_changes",
    "issuer",
    "signer",
    "certificate_manager",
    "signing_time",
    "time_source",
    "timestamp",
    "not_before",
    "not_after",
    "valid_at_signing_time",
    "revocation",
    "level",
    "notes",
}


@pytest.fixture
def pdf(finished: Path, tmp_path: Path) -> Path:
    """A signed PDF outside of any workspace."""
    signed = next((finished / "archive").rglob("*.pdf"))
    return Path(shutil.copy(signed, tmp_path / "văn bản.pdf"))


@dataclass(frozen=True)
class Auditor:
    """Verifies as a user without anchors but those in ``store``."""

    store: Path

    def __call__(self, *arguments: str | Path, **extra: Any) -> Outcome:
        return digitize("verify", *arguments, XDG_CONFIG_HOME=str(self.store), **extra)

    def all(self, *calls: Sequence[str | Path]) -> list[Outcome]:
        return together(*(("verify", *call) for call in calls), XDG_CONFIG_HOME=str(self.store))


@pytest.fixture
def verify(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path / "config")


def test_an_archive_is_valid_and_told_as_the_contract_has_it(finished: Path, verify: Auditor) -> None:
    place = (finished / "archive", "-w", finished)
    told, table, quiet = verify.all((*place, "--json"), place, (*place, "--quiet"))
    assert (told.code, told.err) == (0, "")
    document = told.json
    assert set(document) >= {"checked_at", "items", "summary"}
    assert dt.datetime.fromisoformat(document["checked_at"]).utcoffset() == dt.timedelta(hours=7)
    assert document["summary"] == {"VALID": 3}
    for item in document["items"]:
        assert set(item) >= {"path", "kind", "verdict", "signatures", "findings", "items"}
        assert (item["kind"], item["verdict"], item["findings"]) == ("package", "VALID", [])
        assert [one["field"] for one in item["signatures"]] == ["METS.xml"]
        for inner in [item, *item["items"]]:
            assert Path(inner["path"]).exists()
            (signature,) = inner["signatures"]
            assert set(signature) >= SIGNATURE
            assert (signature["integrity"], signature["time_source"]) == ("INTACT", "timestamp")
            for key in ("signing_time", "timestamp", "not_before", "not_after"):
                assert dt.datetime.fromisoformat(signature[key]).utcoffset() is not None
    assert table.code == 0
    assert "Đã kiểm tra 3 mục. HỢP LỆ: 3" in table.out
    assert (quiet.code, quiet.out) == (0, "")


def without_timestamp(folder: Path) -> Path:
    """A PDF signed at B-B by an office; its anchor and CRL are put beside it as ``office.*``."""
    authority = Authority.root(begin=TODAY - YEAR, end=TODAY + YEAR)
    signer = authority.issue(begin=TODAY - YEAR, end=TODAY + YEAR)
    target = folder / "không rõ thu hồi.pdf"
    sign_pdf(plain_paper(folder), target, Seal(signer.credentials, Level.B_B), TODAY)
    (folder / "office.pem").write_bytes(authority.certificate.dump())
    listed = authority.revocations(since=TODAY - DAY, until=TODAY + DAY)
    (folder / "office.crl").write_bytes(listed.dump())
    return target


@pytest.mark.thorough
def test_only_the_anchors_that_are_named_count(
    finished: Path, pdf: Path, authority: DemoAuthority, tmp_path: Path, verify: Auditor
) -> None:
    own = finished / "keys" / "ca.pem"
    trusted, none, either = verify.all(
        (pdf, "--anchor", own, "--json"),
        (pdf, "--lang", "en"),
        (pdf, "--anchor", authority.anchor, "--anchor", own),
    )
    assert trusted.code == 0
    (item,) = trusted.json["items"]
    assert (item["kind"], item["verdict"], item["path"]) == ("pdf", "VALID", str(pdf))
    # Another authority goes before the workspace; a folder under audit brings no anchors of its own.
    for arguments, folder in (
        ((pdf, "--anchor", authority.anchor, "-w", finished), tmp_path),
        ((pdf,), finished),
    ):
        told = verify(*arguments, "--json", cwd=folder)
        assert told.code == 1
        (signature,) = told.json["items"][0]["signatures"]
        assert (signature["verdict"], signature["integrity"]) == ("UNTRUSTED", "INTACT")
    assert none.code == 1
    assert "UNTRUSTED: 1" in none.out
    assert "No trust anchor is known" in none.err
    assert either.code == 0
    added = digitize("trust", "add", own, "--yes", XDG_CONFIG_HOME=str(verify.store))
    assert added.code == 0, added.err
    assert verify(pdf).code == 0


def test_an_anchor_that_is_no_certificate_is_a_broken_environment(pdf: Path, verify: Auditor) -> None:
    anchors = (pdf, pdf.with_name("mất.pem"))
    calls = [(pdf, "--anchor", anchor, "--json") for anchor in anchors]
    for anchor, told in zip(anchors, verify.all(*calls), strict=True):
        assert told.code == 3
        assert told.out == ""
        assert f"{anchor} không phải chứng thư" in told.err


def test_what_was_changed_is_invalid_and_goes_before_what_is_undecided(
    finished: Path, pdf: Path, tmp_path: Path, verify: Auditor
) -> None:
    anchor = finished / "keys" / "ca.pem"
    data = bytearray(pdf.read_bytes())
    data[1000] ^= 1
    changed = tmp_path / "sửa.pdf"
    changed.write_bytes(data)
    package = Path(shutil.copytree(next((finished / "archive").iterdir()), tmp_path / "gói"))
    (package / "thêm.txt").write_text("x")
    trust = ("--anchor", anchor, "--json")
    unproven = without_timestamp(tmp_path)
    listed = ("--anchor", tmp_path / "office.pem", "--crl", tmp_path / "office.crl", "--json")
    told, known, later, both, found = verify.all(
        (changed, *trust),
        (unproven, *listed),
        (unproven, "--anchor", tmp_path / "office.pem", "--json"),
        (changed, unproven, *trust, "--anchor", tmp_path / "office.pem"),
        (package, *trust),
    )
    assert told.code == 1
    assert told.json["items"][0]["verdict"] in ("INVALID", "UNREADABLE")
    assert (known.code, known.json["summary"]) == (0, {"VALID": 1})
    # Without any revocation list nobody can say that it is valid.
    assert later.code == 5
    assert later.json["summary"] == {"INDETERMINATE": 1}
    (signature,) = later.json["items"][0]["signatures"]
    assert [warning["code"] for warning in signature["warnings"]] == ["revocation_unchecked"]
    assert signature["valid_at_signing_time"] is None
    assert both.code == 1
    assert found.code == 1
    (item,) = found.json["items"]
    assert item["verdict"] == "INVALID"
    assert {"rule", "severity", "file", "message"} == set(item["findings"][0])
    assert any(finding["file"].endswith("thêm.txt") for finding in item["findings"])


def test_what_is_no_pdf_is_unreadable_and_what_is_not_there_is_wrong_usage(
    pdf: Path, tmp_path: Path, verify: Auditor
) -> None:
    text, empty, folder = tmp_path / "a.txt", tmp_path / "rỗng.pdf", tmp_path / "trống"
    text.write_text("xin chào")
    empty.touch()
    folder.mkdir()
    told, listed = verify.all((text, empty, pdf, "--json"), (pdf, text))
    assert told.code == 1
    verdicts = {Path(item["path"]).name: item["verdict"] for item in told.json["items"]}
    assert verdicts == {"a.txt": "UNREADABLE", "rỗng.pdf": "UNREADABLE", "văn bản.pdf": "UNTRUSTED"}
    assert told.json["summary"] == {"UNREADABLE": 2, "UNTRUSTED": 1}
    assert listed.out.splitlines()[1].startswith("không đọc được"), "the worst comes first"
    mistakes: tuple[tuple[tuple[str | Path, ...], str], ...] = (
        ((folder,), "Không có tệp PDF hay gói tin nào"),
        ((tmp_path / "mất.pdf", pdf), f"Không có {tmp_path / 'mất.pdf'}."),
        ((pdf, "--at", "hôm qua"), "Không hiểu thời điểm hôm qua"),
        ((pdf, "--at", "2076-01-01"), "Thời điểm 2076-01-01 ở tương lai"),
        ((pdf, "--html", text), f"Tệp {text} đã có"),
        ((pdf, "--csv", text), f"Tệp {text} đã có"),
        ((pdf, "--evidence", tmp_path), f"Thư mục {tmp_path} đã có nội dung"),
        ((), "Thiếu 'ĐƯỜNG_DẪN'"),
        ((pdf, "-w", folder), "không phải thư mục làm việc"),
    )
    calls = [(*arguments, "--json") for arguments, _ in mistakes]
    for (_, words), wrong in zip(mistakes, verify.all(*calls), strict=True):
        assert (wrong.code, wrong.out) == (2, "")
        assert words in wrong.err


def test_a_file_name_can_neither_forge_a_line_nor_break_the_output(
    finished: Path, tmp_path: Path, verify: Auditor
) -> None:
    data = next((finished / "archive").rglob("*.pdf")).read_bytes()
    folder = tmp_path / "kho"
    folder.mkdir()
    forged = folder / "a\nHỢP LỆ  thật.pdf\x1b[1A\x1b[32m\u202e.pdf"
    forged.write_bytes(data)
    (folder / os.fsdecode(b"b\xff.pdf")).write_bytes(data)
    for extra in ({"LC_ALL": "C.UTF-8"}, {"PYTHONIOENCODING": "ascii"}):
        table = verify(folder, **extra)
        assert table.code == 1
        assert not any(line.startswith("HỢP LỆ") for line in table.out.splitlines())
        assert "\x1b" not in table.out
        assert "\u202e" not in table.out
        assert "\\u000a" in table.out
        assert "b\\udcff.pdf" in table.out
        told = verify(folder, "--json", **extra)
        assert told.code == 1
        paths = {item["path"] for item in told.json["items"]}
        assert paths == {str(forged), os.fsdecode(os.fsencode(folder) + b"/b\xff.pdf")}

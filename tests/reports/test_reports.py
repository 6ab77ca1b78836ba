"""Reports say what was found, in words that the rules ask for, and nothing that strangers put into names."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from asn1crypto import pem

from digitize.archive.discovery import ItemKind
from digitize.archive.verification import Effort, VerifiedItem, verify_paths
from digitize.errors import UsageProblem
from digitize.messages import Catalogue
from digitize.model import Language
from digitize.reports.document import Writer
from digitize.reports.evidence import EvidenceFolder
from digitize.reports.facts import Tone, conclusion, criterion_lines, seven_facts, warnings
from digitize.reports.outcome import Outcome, each_signature
from digitize.reports.page import write_page
from digitize.reports.sheet import write_table
from digitize.signatures.certificate_facts import certificate_facts
from digitize.signatures.sign import Level
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
    CertificateState,
    Coverage,
    EvidenceKind,
    Integrity,
    LaterChanges,
    Revocation,
    SignatureReport,
    TimeSource,
    Trust,
    UsedEvidence,
    Verdict,
)
from digitize.signatures.verify_pdf import PdfReport
from support.dossiers import package_in
from support.papers import plain_paper
from support.sealing import DAY, NOW, office

VI, EN = Catalogue(Language.VI), Catalogue(Language.EN)

GOOD = SignatureReport(
    field="Chữ ký 1",
    integrity=Integrity.INTACT,
    coverage=Coverage.ENTIRE_FILE,
    later_changes=LaterChanges.NONE,
    issuer="Common Name: Gốc",
    signer="Common Name: Nguyễn Thị Ký",
    holder="Nguyễn Thị Ký",
    certificate_manager="Nơi cấp",
    signing_time=NOW,
    time_source=TimeSource.TIMESTAMP,
    timestamp=NOW + DAY,
    not_before=NOW - DAY,
    not_after=NOW + 9 * DAY,
    trust=Trust.TRUSTED,
    certificate=CertificateState.VALID,
    revocation=Revocation.GOOD,
    level="B-LT",
)
HOSTILE = "<script>alert(1)</script>\"'&\x1b[2J\u202e\nHỢP LỆ"


def item(path: str, *signatures: SignatureReport) -> VerifiedItem:
    verdict = min((one.verdict for one in signatures), key=lambda one: one.rank, default=Verdict.UNSIGNED)
    return VerifiedItem(Path(path), ItemKind.PDF, PdfReport(verdict, signatures))


@pytest.fixture
def found(tmp_path: Path) -> Outcome:
    """A valid package, a valid PDF and one of a stranger, really verified."""
    kept = tmp_path / "kho"
    kept.mkdir()
    package_in(kept)
    (kept / "b.pdf").write_bytes(office().signed(plain_paper(tmp_path), Level.B_LT))
    (kept / "c.pdf").write_bytes(plain_paper(tmp_path).read_bytes())
    items = verify_paths([kept], office().trust, NOW + DAY, effort=Effort(evidence=True))
    return Outcome(items, NOW + DAY, (certificate_facts(office().authority.certificate),))


def test_the_seven_facts_stand_in_the_order_and_words_of_the_circular() -> None:
    facts = seven_facts(VI, GOOD)
    assert [(fact.number, fact.label) for fact in facts] == [
        (1, "Thông tin cơ quan, tổ chức tạo lập, cấp, phát hành chứng thư chữ ký số"),
        (2, "Thông tin chủ thể ký"),
        (3, "Thông tin đơn vị quản lý chứng thư chữ ký số"),
        (4, "Thời điểm ký số hoặc dấu thời gian (nếu có)"),
        (5, "Tính toàn vẹn của thông điệp dữ liệu đã ký"),
        (6, "Tính hợp lệ của chữ ký số tại thời điểm ký"),
        (7, "Thời hạn có hiệu lực của chứng thư chữ ký số"),
    ]
    values = [fact.value for fact in facts]
    assert values[:3] == ["Common Name: Gốc", "Common Name: Nguyễn Thị Ký", "Nơi cấp"]
    assert values[3] == "ký lúc 01/06/2026 09:00:00 (UTC+7); dấu thời gian 02/06/2026 09:00:00 (UTC+7)"
    assert values[4].startswith("phần đã ký còn nguyên vẹn")
    assert values[5].startswith("Hợp lệ (")
    assert values[6] == "từ 31/05/2026 09:00:00 (UTC+7) đến 10/06/2026 09:00:00 (UTC+7)"
    assert conclusion(VI, GOOD.verdict) == "Chữ ký số hợp lệ"
    assert warnings(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "verdict", "word"),
    [
        ({"revocation": Revocation.UNKNOWN}, Verdict.INDETERMINATE, "Chưa xác định được"),
        ({"revocation": Revocation.REVOKED}, Verdict.REVOKED, "Không hợp lệ"),
        ({"certificate": CertificateState.EXPIRED}, Verdict.EXPIRED_AT_SIGNING, "Không hợp lệ"),
        ({"trust": Trust.NO_PATH}, Verdict.UNTRUSTED, "Không hợp lệ"),
        ({"integrity": Integrity.BROKEN}, Verdict.INVALID, "Không hợp lệ"),
        ({"later_changes": LaterChanges.OTHER}, Verdict.INVALID, "Không hợp lệ"),
        ({"weak": True}, Verdict.INDETERMINATE, "Chưa xác định được"),
    ],
)
def test_nothing_but_a_valid_signature_is_called_so(
    change: dict[str, object], verdict: Verdict, word: str
) -> None:
    report = replace(GOOD, **change)  # type: ignore[arg-type]
    assert report.verdict is verdict
    assert seven_facts(VI, report)[5].value.startswith(f"{word} (")
    assert seven_facts(VI, report)[5].tone is not Tone.GOOD
    told = conclusion(VI, verdict)
    assert told != conclusion(VI, Verdict.VALID)
    assert "hợp lệ" not in told.replace("không hợp lệ", "")


def test_a_warning_stands_where_revocation_was_not_checked_and_names_both_ways() -> None:
    (warning,) = warnings(replace(GOOD, revocation=Revocation.UNKNOWN))
    for catalogue in (VI, EN):
        assert "CRL" in catalogue.problem(warning)
        assert "OCSP" in catalogue.problem(warning)
        assert "--online" in catalogue.remedy(warning)


def test_names_that_nobody_vouches_for_are_told_as_claims() -> None:
    report = replace(GOOD, trust=Trust.NO_PATH)
    for fact in seven_facts(VI, report)[:3]:
        assert "chưa ai xác nhận" in fact.value
        assert fact.tone is Tone.DOUBTFUL
    claimed = replace(GOOD, timestamp=None, time_source=TimeSource.CLAIMED)
    assert "tự khai" in seven_facts(VI, claimed)[3].value
    without = replace(GOOD, signing_time=None, timestamp=None, time_source=TimeSource.NONE)
    assert seven_facts(EN, without)[3].value == "no time is given"


def test_every_word_for_every_state_is_there_in_both_languages() -> None:
    for catalogue in (VI, EN):
        for kind, field in (
            (Integrity, "integrity"),
            (Coverage, "coverage"),
            (LaterChanges, "later_changes"),
            (Revocation, "revocation"),
            (CertificateState, "certificate"),
            (Trust, "trust"),
        ):
            for member in kind:
                assert len(seven_facts(catalogue, replace(GOOD, **{field: member}))) == 7  # type: ignore[arg-type]
        assert all(conclusion(catalogue, verdict) for verdict in Verdict)
        assert [line.number for line in criterion_lines(catalogue, GOOD)] == [
            "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "2.2", "2.3", "2.4",
        ]  # fmt: skip


class _Page(HTMLParser):
    """What a browser would make of a page: its tags, what it would fetch, its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.stack: list[str] = []
        self.addresses: list[str] = []
        self.policy = ""
        self.style = ""
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action")]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values.get("content") or ""
        if tag != "meta":
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "style":
            self.style += data
        else:
            self.words.append(data)


def page_of(outcome: Outcome, folder: Path, catalogue: Catalogue = VI) -> _Page:
    target = folder / "report.html"
    write_page(outcome, catalogue, target)
    page = _Page()
    page.feed(target.read_text("utf-8"))
    page.close()
    assert page.stack == []
    return page


def test_a_page_needs_nothing_from_outside_and_lets_nothing_run(found: Outcome, tmp_path: Path) -> None:
    page = page_of(found, tmp_path)
    assert page.addresses == []
    assert {"script", "img", "link", "iframe", "form"} & set(page.tags) == set()
    assert "default-src 'none'" in page.policy
    (allowed,) = re.findall(r"style-src 'sha256-([^']+)'", page.policy)
    digest = hashlib.sha256(page.style.encode()).digest()
    assert pem.base64.b64encode(digest).decode() == allowed
    assert not re.search(r"url\(|@import|https?:", page.style)
    for wanted in ("prefers-color-scheme: dark", "@media print"):
        assert wanted in page.style
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) & 0o007 == 0


def test_a_page_counts_and_shows_the_bad_ones_first(found: Outcome, tmp_path: Path) -> None:
    page = page_of(found, tmp_path)
    text = "".join(page.words)
    assert "Báo cáo kiểm tra chữ ký số" in text
    assert text.index("c.pdf") < text.index("b.pdf")
    assert text.count("Tính toàn vẹn của thông điệp dữ liệu đã ký") == 4
    assert certificate_facts(office().authority.certificate).sha256 in text
    assert "Kiểm tra tại thời điểm: 02/06/2026 09:00:00 (UTC+7)." in text
    english = "".join(page_of(Outcome((), NOW), tmp_path / "..", EN).words)
    assert "No root certificate is trusted" in english


def test_of_many_items_only_those_that_need_somebody_are_open(tmp_path: Path) -> None:
    bad = item("bad.pdf", replace(GOOD, integrity=Integrity.BROKEN))
    write_page(
        Outcome([*(item(f"{number}.pdf", GOOD) for number in range(30)), bad], NOW), VI, tmp_path / "r"
    )
    text = (tmp_path / "r").read_text("utf-8")
    assert text.count('<details class="item good">') == 30
    assert text.count('<details class="item bad" open>') == 1
    assert text.index("bad.pdf") < text.index("0.pdf")


def test_what_strangers_write_into_names_is_shown_as_text(tmp_path: Path) -> None:
    hostile = replace(GOOD, field=HOSTILE, signer=HOSTILE, issuer=HOSTILE, certificate_manager=HOSTILE)
    outcome = Outcome([item(f"kho/{HOSTILE}.pdf", hostile), item("b\udcff.pdf", hostile)], NOW)
    page = page_of(outcome, tmp_path)
    plain = page_of(Outcome([item("a", GOOD), item("b", GOOD)], NOW), tmp_path)
    assert page.tags == plain.tags
    text = "".join(page.words)
    assert "<script>alert(1)</script>" in text
    assert "b\\udcff.pdf" in text
    assert not {"\x1b", "\u202e"} & set(text)
    assert "\\u000aHỢP LỆ" in text


def test_a_table_has_a_row_for_each_signature_and_no_formula(found: Outcome, tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    write_table(found, VI, target)
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(Path(row["Mục"]).name, row["Tệp"], row["Chữ ký"]) for row in rows[:2]] == [
        ("c.pdf", "", ""),
        (rows[1]["Mục"].rsplit("/", 1)[-1], rows[1]["Tệp"], rows[1]["Chữ ký"]),
    ]
    assert len(rows) == 5
    assert [row["Kết luận"] for row in rows] == ["chưa ký", "HỢP LỆ", "HỢP LỆ", "HỢP LỆ", "HỢP LỆ"]
    for start in ("=", "+", "-", "@"):
        evil = replace(GOOD, signer=f"{start}cmd|' /C calc'!A0", field=f"{start}1")
        write_table(Outcome([item(f"{start}x.pdf", evil)], NOW), EN, target)
        for row in csv.reader(io.StringIO(target.read_text("utf-8-sig"))):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_the_document_adds_and_keeps_the_keys_of_the_contract(found: Outcome) -> None:
    document = json.loads(json.dumps(Writer(VI).document(found)))
    signature = document["items"][-1]["items"][0]["signatures"][0]
    assert signature["conclusion"] == "Chữ ký số hợp lệ"
    assert signature["criteria"][0].keys() == {"number", "mandatory", "state", "text"}
    assert "evidence" not in signature
    assert document["summary"] == {"UNSIGNED": 1, "VALID": 2}


EVIDENCE = (
    UsedEvidence(EvidenceKind.CERTIFICATE, b"certificate " * 20),
    UsedEvidence(EvidenceKind.CRL, b"list"),
    UsedEvidence(EvidenceKind.OCSP, b"answer"),
    UsedEvidence(EvidenceKind.TIMESTAMP, b"stamp"),
)


def test_evidence_is_kept_once_under_its_checksum_with_the_report(tmp_path: Path) -> None:
    certificate = UsedEvidence(EvidenceKind.CERTIFICATE, office().authority.certificate.dump())
    report = replace(GOOD, evidence=(certificate, *EVIDENCE[1:]))
    target = tmp_path / "chứng cứ"
    with EvidenceFolder(target) as folder:
        items = [folder.keep(item("a.pdf", report)), folder.keep(item("b.pdf", report))]
        assert not target.exists()
        folder.finish(Writer(VI, folder.name).document(Outcome(items, NOW)))
    assert [path.name for path in tmp_path.iterdir()] == ["chứng cứ"]
    document = json.loads((target / "report.json").read_text("utf-8"))
    named = [one["file"] for told in document["items"] for one in told["signatures"][0]["evidence"]]
    files = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert files == {*named, "report.json"}
    assert len(files) == 5
    for piece, name in zip(report.evidence, named, strict=False):
        assert hashlib.sha256(piece.data).hexdigest() in name
        data = (target / name).read_bytes()
        assert (pem.unarmor(data)[2] if name.endswith(".pem") else data) == piece.data
    for path in [target, *target.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
    shown = subprocess.run(
        ["openssl", "x509", "-in", target / named[0], "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(named[0]).stem in shown.stdout.replace(":", "").lower()


def test_evidence_is_never_written_over_and_nothing_is_left_of_what_was_broken_off(tmp_path: Path) -> None:
    target = tmp_path / "proof"
    with pytest.raises(KeyboardInterrupt), EvidenceFolder(target) as folder:
        folder.keep(item("a.pdf", replace(GOOD, evidence=EVIDENCE)))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    target.mkdir()
    with EvidenceFolder(target) as folder:
        folder.finish({})
    for taken in (target, target / "report.json"):
        with pytest.raises(UsageProblem) as caught:
            EvidenceFolder(taken)
        assert caught.value.code == "evidence_exists"
    late = tmp_path / "late"
    with pytest.raises(UsageProblem), EvidenceFolder(late) as folder:
        late.mkdir()
        (late / "mine").touch()
        folder.finish({})
    assert [path.name for path in late.iterdir()] == ["mine"]


def test_each_signature_of_a_package_is_reached(found: Outcome) -> None:
    package = next(one for one in found.items if one.kind is ItemKind.PACKAGE)
    seen: list[str] = []

    def note(report: SignatureReport) -> SignatureReport:
        seen.append(report.field)
        return report

    assert each_signature(package, note) == package
    assert len(seen) == 3


def test_an_outcome_without_trust_is_told_so(tmp_path: Path) -> None:
    signed = tmp_path / "a.pdf"
    signed.write_bytes(office().signed(plain_paper(tmp_path), Level.B_LT))
    (one,) = verify_paths([signed], TrustStore(), NOW + DAY)
    assert one.verdict is Verdict.UNTRUSTED
    text = "".join(page_of(Outcome([one], NOW), tmp_path).words)
    assert "Không có chứng thư gốc nào được tin cậy" in text
    assert "chưa ai xác nhận" in text

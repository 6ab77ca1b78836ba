"""Signing PDFs at the levels that the profiles ask for."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.pdf.compose import check_pdfa
from digitize.signatures.evidence import Evidence
from digitize.signatures.sign import FIELD_NAME, OFFICER_FIELD_NAME, Level, Seal, sign_pdf
from digitize.signatures.verdict import Coverage, Integrity, LaterChanges, TimeSource, Verdict
from digitize.signatures.verify_pdf import verify_pdf, verify_pdf_data
from support.papers import plain, plain_paper
from support.sealing import DAY, NOW, office, rsa_key


def signed_with(folder: Path, seal: Seal) -> Path:
    target = folder / "signed.pdf"
    sign_pdf(plain_paper(folder), target, seal, NOW)
    return target


@pytest.mark.parametrize(
    ("level", "source"),
    [
        (Level.B_B, TimeSource.CLAIMED),
        (Level.B_T, TimeSource.TIMESTAMP),
        (Level.B_LT, TimeSource.TIMESTAMP),
        (Level.B_LTA, TimeSource.TIMESTAMP),
    ],
)
def test_a_signed_paper_is_valid_at_the_level_that_was_asked_for(
    tmp_path: Path, level: Level, source: TimeSource
) -> None:
    report = verify_pdf(signed_with(tmp_path, office().seal(level)), office().trust, NOW + DAY)
    assert report.verdict is Verdict.VALID
    (signature,) = report.signatures
    assert signature.field == FIELD_NAME
    assert signature.level == level
    assert signature.integrity is Integrity.INTACT
    # What proves the certificates is written behind the signature, in a revision of its own.
    stamped = level.is_long_term
    assert signature.coverage is (Coverage.ENTIRE_REVISION if stamped else Coverage.ENTIRE_FILE)
    assert signature.later_changes is (LaterChanges.LTA_UPDATES if stamped else LaterChanges.NONE)
    assert signature.time_source is source
    assert signature.signing_time == NOW
    assert signature.timestamp == (NOW if source is TimeSource.TIMESTAMP else None)
    assert signature.holder == "Nguyễn Thị Ký"
    assert "UBND xã Thử Nghiệm" in (signature.signer or "")
    assert "Gốc thử nghiệm" in (signature.issuer or "")
    assert signature.valid_at_signing_time is True
    assert signature.notes == ()


def test_a_long_term_signature_brings_its_own_revocation_list(tmp_path: Path) -> None:
    path = signed_with(tmp_path, office().seal(Level.B_LT))
    knows_only_the_anchor = office().authority.trust()
    assert verify_pdf(path, knows_only_the_anchor, NOW + DAY).verdict is Verdict.VALID


def test_the_signature_certifies_that_nothing_may_be_changed(tmp_path: Path) -> None:
    data = signed_with(tmp_path, office().seal()).read_bytes()
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    assert signature.docmdp_level is MDPPerm.NO_CHANGES


@pytest.mark.parametrize("on_curve", [True, False])
def test_a_signed_paper_is_still_pdf_a_and_clean_and_begins_with_the_unsigned_one(
    tmp_path: Path, *, on_curve: bool
) -> None:
    signer = None if on_curve else office().authority.issue(key=rsa_key())
    path = signed_with(tmp_path, office().seal(Level.B_LT, signer=signer))
    # The check approves what it knows, and it knows nothing of signatures.
    assert [finding for finding in check_pdfa(path) if not finding.startswith("[unsupported]")] == []
    assert path.read_bytes().startswith(plain())
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_reason_and_the_claimed_time_stand_in_the_signature(tmp_path: Path) -> None:
    path = signed_with(tmp_path, replace(office().seal(), reason="Xác nhận bản số hóa"))
    with pikepdf.open(path) as pdf:
        value = pdf.Root.AcroForm.Fields[0].V
        assert str(value.Reason) == "Xác nhận bản số hóa"
        assert str(value.M) == "D:20260601090000+07'00'"


def test_an_rsa_key_signs_by_pss(tmp_path: Path) -> None:
    holder = office().authority.issue(key=rsa_key())
    path = signed_with(tmp_path, office().seal(signer=holder))
    (signature,) = verify_pdf(path, office().trust, NOW + DAY).signatures
    assert signature.verdict is Verdict.VALID
    assert "not_pss" not in [note.code for note in signature.notes]


def test_a_certificate_under_an_intermediate_authority_brings_its_path(tmp_path: Path) -> None:
    root = office().authority
    between = root.under()
    seal = replace(
        office().seal(signer=between.issue()),
        evidence=Evidence((root.certificate,), (office().crl, between.revocations())),
    )
    path = signed_with(tmp_path, seal)
    trust = root.trust(office().crl, between.revocations())
    assert verify_pdf(path, trust, NOW + DAY).verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"end": NOW - DAY}, "certificate_expired"),
        ({"begin": NOW + DAY}, "certificate_not_yet_valid"),
        ({"usage": ("key_encipherment",)}, "certificate_not_for_signing"),
    ],
)
def test_a_certificate_that_may_not_sign_now_is_refused_and_nothing_is_written(
    tmp_path: Path, wishes: dict[str, object], code: str
) -> None:
    holder = office().authority.issue(**wishes)  # type: ignore[arg-type]
    with pytest.raises(EnvironmentProblem) as caught:
        signed_with(tmp_path, office().seal(signer=holder))
    assert caught.value.code == code
    assert [path.name for path in tmp_path.iterdir()] == ["paper.pdf"]


def test_a_long_term_signature_with_a_revoked_certificate_is_refused_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    authority = office().authority
    holder = authority.issue()
    seal = replace(
        office().seal(Level.B_LT, signer=holder),
        evidence=Evidence((authority.certificate,), (authority.revocations(holder),)),
    )
    with pytest.raises(EnvironmentProblem) as caught:
        signed_with(tmp_path, seal)
    assert caught.value.code == "certificate_revoked"
    assert [path.name for path in tmp_path.iterdir()] == ["paper.pdf"]


def test_a_level_cannot_be_promised_without_what_it_needs() -> None:
    whole = office().seal(Level.B_LT)
    with pytest.raises(EnvironmentProblem) as timeless:
        Seal(whole.credentials, Level.B_T)
    assert timeless.value.code == "timestamp_missing"
    with pytest.raises(EnvironmentProblem) as listless:
        Seal(whole.credentials, Level.B_LT, timestamper=whole.timestamper)
    assert listless.value.code == "revocations_missing"


@pytest.mark.parametrize("data", [b"", b"no PDF at all", plain()[:3000]], ids=["empty", "text", "torn"])
def test_what_is_no_pdf_cannot_be_signed_and_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "broken.pdf"
    source.write_bytes(data)
    with pytest.raises(ItemProblem) as caught:
        sign_pdf(source, tmp_path / "signed.pdf", office().seal(), NOW)
    assert caught.value.code == "pdf_broken"
    assert [path.name for path in tmp_path.iterdir()] == ["broken.pdf"]


def test_many_papers_are_signed_with_one_seal(tmp_path: Path) -> None:
    seal = office().seal(Level.B_LT)
    source = plain_paper(tmp_path)
    for number in range(3):
        sign_pdf(source, tmp_path / f"{number}.pdf", seal, NOW + number * DAY)
    reports = [verify_pdf(tmp_path / f"{n}.pdf", office().trust, NOW + 5 * DAY) for n in range(3)]
    assert [report.verdict for report in reports] == [Verdict.VALID] * 3
    times = [report.signatures[0].signing_time for report in reports]
    assert times == [NOW, NOW + DAY, NOW + 2 * DAY]


def test_the_source_is_never_changed(tmp_path: Path) -> None:
    source = plain_paper(tmp_path)
    sign_pdf(source, tmp_path / "signed.pdf", office().seal(), NOW)
    assert source.read_bytes() == plain()
    assert verify_pdf_data(plain(), office().trust, NOW).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("level", list(Level))
def test_an_officer_certifies_and_the_organisation_approves_after(tmp_path: Path, level: Level) -> None:
    officer = office().authority.issue("Cán bộ Tiếp Nhận")
    seal = replace(office().seal(level), officer=officer.credentials)
    path = signed_with(tmp_path, seal)
    report = verify_pdf(path, office().trust, NOW + DAY)
    assert report.verdict is Verdict.VALID
    found = {one.field: one for one in report.signatures}
    assert found[OFFICER_FIELD_NAME].holder == "Cán bộ Tiếp Nhận"
    assert found[OFFICER_FIELD_NAME].later_changes is LaterChanges.SIGNATURES
    assert found[FIELD_NAME].holder == "Nguyễn Thị Ký"
    assert {one.level for one in report.signatures} == {level}
    with path.open("rb") as stream:
        first, second = PdfFileReader(stream).embedded_regular_signatures
        assert (first.field_name, first.docmdp_level) == (OFFICER_FIELD_NAME, MDPPerm.FILL_FORMS)
        assert (second.field_name, second.docmdp_level) == (FIELD_NAME, None)
    assert [one for one in check_pdfa(path) if not one.startswith("[unsupported]")] == []


def test_an_officer_whose_certificate_has_run_out_stops_both(tmp_path: Path) -> None:
    officer = office().authority.issue("Cán bộ", end=NOW - DAY)
    with pytest.raises(EnvironmentProblem) as caught:
        signed_with(tmp_path, replace(office().seal(), officer=officer.credentials))
    assert caught.value.code == "certificate_expired"
    assert [path.name for path in tmp_path.iterdir()] == ["paper.pdf"]

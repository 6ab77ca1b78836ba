"""The verdict on a PDF that nobody tampered with follows from time, trust and revocation."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from asn1crypto import crl

from digitize.signatures.sign import Level, sign_pdf
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import (
    CertificateState,
    Coverage,
    Integrity,
    LaterChanges,
    Revocation,
    SignatureReport,
    TimeSource,
    Trust,
    Verdict,
    judge,
    worst,
)
from digitize.signatures.verify_pdf import verify_pdf, verify_pdf_data
from support.papers import plain, plain_paper
from support.sealing import DAY, NOW, YEAR, Holder, Office, office, rsa_key
from support.tampering import approved


@cache
def signed(level: Level = Level.B_B, holder: Holder | None = None) -> bytes:
    """A paper signed at ``NOW``."""
    with TemporaryDirectory() as folder:
        return office().signed(plain_paper(Path(folder)), level, holder)


def later_list(*revoked: Holder, days_after_signing: int = 2) -> crl.CertificateList:
    """A revocation list that was issued well after the signing time."""
    moment = NOW + days_after_signing * DAY
    return office().authority.revocations(*revoked, at=moment, since=NOW + 5 * DAY, number=2)


def only(data: bytes, trust: TrustStore, days: int = 6) -> SignatureReport:
    """The report on the only signature, some days after signing."""
    (signature,) = verify_pdf_data(data, trust, NOW + days * DAY).signatures
    return signature


def codes(signature: SignatureReport) -> list[str]:
    return [note.code for note in signature.notes]


def test_a_paper_without_a_signature_is_unsigned() -> None:
    report = verify_pdf_data(plain(), office().trust, NOW)
    assert report.verdict is Verdict.UNSIGNED
    assert report.signatures == ()


@pytest.mark.parametrize("level", list(Level))
def test_a_genuine_signature_without_its_anchor_is_intact_and_untrusted(level: Level) -> None:
    for trust in (TrustStore(), Office.new("Gốc khác").trust):
        signature = only(signed(level), trust)
        assert signature.integrity is Integrity.INTACT
        assert signature.trust is Trust.NO_PATH
        assert signature.verdict is Verdict.UNTRUSTED


def test_an_anchor_of_the_same_name_with_another_key_is_another_anchor() -> None:
    assert only(signed(), Office.new().trust).verdict is Verdict.UNTRUSTED


def test_a_certificate_that_signed_itself_is_untrusted() -> None:
    stranger = Office.new("Tự ký")
    data = approved(plain(), stranger.authority.issue("Ủy ban giả mạo", organisation="UBND xã Thử Nghiệm"))
    assert only(data, office().trust).verdict is Verdict.UNTRUSTED


def test_a_certificate_revoked_before_it_signed_is_revoked() -> None:
    for level in Level:
        signature = only(
            signed(level), office().authority.trust(later_list(office().signer, days_after_signing=-1))
        )
        assert signature.revocation is Revocation.REVOKED
        assert signature.verdict is Verdict.REVOKED
        assert signature.valid_at_signing_time is False


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT])
def test_a_certificate_revoked_after_a_proven_signing_time_was_good(level: Level) -> None:
    signature = only(signed(level), office().authority.trust(later_list(office().signer)))
    assert signature.revocation is Revocation.GOOD
    assert signature.verdict is Verdict.VALID


def test_a_certificate_revoked_after_a_merely_claimed_time_is_revoked() -> None:
    signature = only(signed(Level.B_B), office().authority.trust(later_list(office().signer)))
    assert signature.verdict is Verdict.REVOKED


def test_without_revocation_information_nothing_is_certain() -> None:
    signature = only(signed(Level.B_T), office().authority.trust())
    assert signature.verdict is Verdict.INDETERMINATE
    assert signature.revocation is Revocation.UNKNOWN
    assert "revocation_unchecked" in codes(signature)
    assert signature.valid_at_signing_time is None


def test_a_revocation_list_that_has_run_out_proves_nothing() -> None:
    signature = only(signed(Level.B_B), office().trust, days=60)
    assert signature.verdict is Verdict.INDETERMINATE


def test_a_revocation_list_of_another_authority_proves_nothing() -> None:
    stranger = Office.new("Gốc khác")
    trust = office().authority.trust(stranger.crl)
    assert only(signed(Level.B_B), trust).verdict is Verdict.INDETERMINATE


def test_a_certificate_that_has_run_out_is_valid_with_a_timestamp_and_unclear_without() -> None:
    short = office().authority.issue(end=NOW + 3 * DAY)
    trust = office().authority.trust(office().crl, later_list())
    stamped = only(signed(Level.B_T, short), trust)
    assert stamped.verdict is Verdict.VALID
    assert stamped.certificate is CertificateState.VALID
    claimed = only(signed(Level.B_B, short), trust)
    assert claimed.verdict is Verdict.INDETERMINATE
    assert claimed.certificate is CertificateState.EXPIRED


def test_a_certificate_that_had_run_out_when_it_signed_is_told() -> None:
    dead = office().authority.issue(end=NOW - 3 * DAY)
    seal = office().careless_seal(Level.B_T, signer=dead)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "signed.pdf"
        # Its clock was turned back; the timestamp tells the truth.
        sign_pdf(plain_paper(Path(folder)), target, seal, NOW - 5 * DAY)
        signature = only(target.read_bytes(), office().trust)
    assert signature.signing_time == NOW - 5 * DAY
    assert signature.timestamp == NOW
    assert signature.verdict is Verdict.EXPIRED_AT_SIGNING
    assert signature.valid_at_signing_time is False


def test_a_certificate_that_was_not_valid_yet_is_told() -> None:
    data = approved(plain(), office().authority.issue(begin=NOW + 10 * DAY))
    assert only(data, office().trust).verdict is Verdict.EXPIRED_AT_SIGNING


def test_a_timestamp_of_an_unknown_authority_proves_no_time() -> None:
    stranger = Office.new("Gốc khác")
    seal = stranger.careless_seal(Level.B_T, signer=office().signer)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "signed.pdf"
        sign_pdf(plain_paper(Path(folder)), target, seal, NOW)
        signature = only(target.read_bytes(), office().trust)
    assert signature.timestamp is None
    assert signature.time_source is TimeSource.CLAIMED
    assert signature.level == "B-B"
    assert "timestamp_untrusted" in codes(signature)


def test_a_timestamp_from_the_future_proves_no_time() -> None:
    with TemporaryDirectory() as folder:
        target = Path(folder) / "signed.pdf"
        seal = office().careless_seal(Level.B_T, NOW + 30 * DAY)
        sign_pdf(plain_paper(Path(folder)), target, seal, NOW)
        signature = only(target.read_bytes(), office().trust)
    assert signature.timestamp is None
    assert "timestamp_in_future" in codes(signature)


@pytest.mark.parametrize("usage", [("key_encipherment",), ("key_cert_sign",)])
def test_a_certificate_that_is_not_made_for_signing_does_not_count(usage: tuple[str, ...]) -> None:
    signature = only(approved(plain(), office().authority.issue(usage=usage)), office().trust)
    assert signature.verdict is Verdict.INDETERMINATE
    assert "usage_not_signing" in codes(signature)


@pytest.mark.parametrize("usage", [("digital_signature",), ("content_commitment",), None])
def test_either_usage_for_signing_is_enough(usage: tuple[str, ...] | None) -> None:
    signature = only(approved(plain(), office().authority.issue(usage=usage)), office().trust)
    assert signature.verdict is Verdict.VALID


def test_sha1_is_too_weak_to_be_valid() -> None:
    signature = only(approved(plain(), office().signer, digest="sha1"), office().trust)
    assert signature.integrity is Integrity.INTACT
    assert signature.verdict is Verdict.INDETERMINATE
    assert "weak_digest" in codes(signature)


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_every_strong_digest_is_accepted(digest: str) -> None:
    holder = office().authority.issue(key=rsa_key())
    assert only(approved(plain(), holder, digest=digest), office().trust).verdict is Verdict.VALID


@pytest.mark.parametrize(
    "data",
    [b"", b"xin chao", b"%PDF-1.7\n", b"\x00" * 5000, b"%PDF-1.7\n%%EOF\n" + b"1 0 obj " * 500],
    ids=["empty", "text", "header", "zeros", "debris"],
)
def test_what_is_no_pdf_is_unreadable(data: bytes) -> None:
    report = verify_pdf_data(data, office().trust, NOW)
    assert report.verdict is Verdict.UNREADABLE
    assert [note.code for note in report.notes] == ["file_unreadable"]


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    assert verify_pdf(tmp_path / "missing.pdf", office().trust, NOW).verdict is Verdict.UNREADABLE
    assert verify_pdf(tmp_path, office().trust, NOW).verdict is Verdict.UNREADABLE


def test_an_authority_with_a_long_life_does_not_lend_it_to_its_certificates() -> None:
    signature = only(signed(Level.B_B), office().trust, days=3 * 365)
    assert signature.certificate is CertificateState.EXPIRED
    assert signature.not_after is not None
    assert signature.not_after == NOW + YEAR
    assert signature.verdict is Verdict.INDETERMINATE


def test_verdicts_are_those_of_the_contract_worst_first() -> None:
    assert [verdict.value for verdict in Verdict] == [
        "UNREADABLE",
        "INVALID",
        "UNSIGNED",
        "REVOKED",
        "EXPIRED_AT_SIGNING",
        "UNTRUSTED",
        "INDETERMINATE",
        "VALID",
    ]
    assert worst([Verdict.VALID, Verdict.REVOKED, Verdict.UNTRUSTED]) is Verdict.REVOKED
    assert worst([]) is Verdict.VALID


FLAWLESS = SignatureReport(
    field="x",
    integrity=Integrity.INTACT,
    coverage=Coverage.ENTIRE_FILE,
    later_changes=LaterChanges.NONE,
    time_source=TimeSource.TIMESTAMP,
    trust=Trust.TRUSTED,
    certificate=CertificateState.VALID,
    revocation=Revocation.GOOD,
)


@pytest.mark.parametrize(
    ("flaw", "verdict"),
    [
        ({}, Verdict.VALID),
        ({"later_changes": LaterChanges.LTA_UPDATES}, Verdict.VALID),
        ({"later_changes": LaterChanges.SIGNATURES}, Verdict.VALID),
        ({"later_changes": LaterChanges.FORM_FILLING}, Verdict.INVALID),
        ({"later_changes": LaterChanges.ANNOTATIONS}, Verdict.INVALID),
        ({"later_changes": LaterChanges.OTHER}, Verdict.INVALID),
        ({"later_changes": LaterChanges.UNKNOWN}, Verdict.INVALID),
        ({"later_changes": LaterChanges.SIGNATURES, "changes_forbidden": True}, Verdict.INVALID),
        ({"coverage": Coverage.ENTIRE_REVISION}, Verdict.VALID),
        ({"coverage": Coverage.PARTIAL}, Verdict.INVALID),
        ({"integrity": Integrity.BROKEN}, Verdict.INVALID),
        ({"integrity": Integrity.UNKNOWN}, Verdict.INDETERMINATE),
        ({"trust": Trust.NO_PATH}, Verdict.UNTRUSTED),
        ({"trust": Trust.NOT_CHECKED}, Verdict.INDETERMINATE),
        ({"revocation": Revocation.REVOKED}, Verdict.REVOKED),
        ({"revocation": Revocation.UNKNOWN}, Verdict.INDETERMINATE),
        ({"certificate": CertificateState.EXPIRED}, Verdict.EXPIRED_AT_SIGNING),
        ({"certificate": CertificateState.NOT_YET_VALID}, Verdict.EXPIRED_AT_SIGNING),
        ({"certificate": CertificateState.UNKNOWN}, Verdict.INDETERMINATE),
        ({"weak": True}, Verdict.INDETERMINATE),
        ({"tolerant": True}, Verdict.INDETERMINATE),
        ({"timestamp_broken": True}, Verdict.INDETERMINATE),
        ({"integrity": Integrity.BROKEN, "trust": Trust.NO_PATH}, Verdict.INVALID),
        ({"trust": Trust.NO_PATH, "weak": True}, Verdict.UNTRUSTED),
    ],
)
def test_each_flaw_has_its_verdict(flaw: dict[str, object], verdict: Verdict) -> None:
    values = {name: getattr(FLAWLESS, name) for name in FLAWLESS.__dataclass_fields__}
    assert judge(SignatureReport(**(values | flaw))) is verdict

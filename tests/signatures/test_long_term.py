"""What a signature is worth long after it was made, and at times in the past."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from digitize.signatures.sign import Level
from digitize.signatures.verdict import (
    Coverage,
    EvidenceKind,
    Integrity,
    LaterChanges,
    Revocation,
    TimeSource,
    Verdict,
)
from digitize.signatures.verify_pdf import PdfReport, verify_pdf_data
from support.longterm import archived, with_store
from support.papers import plain, plain_paper
from support.sealing import DAY, NOW, YEAR, Holder, Office, office, rsa_key
from support.tampering import (
    approved,
    flipped,
    other_content,
    updated,
)


@cache
def signed(level: Level) -> bytes:
    with TemporaryDirectory() as folder:
        return office().signed(plain_paper(Path(folder)), level)


@cache
def long_lived() -> Holder:
    """A timestamp authority whose certificate outlives the others'."""
    return office().authority.issue(
        "Dấu thời gian bền",
        key=rsa_key(),
        usage=("digital_signature",),
        extended=(ExtendedKeyUsageOID.TIME_STAMPING,),
        end=NOW + 5 * YEAR,
    )


@cache
def renewed(days: int = 10) -> bytes:
    """A long-term signature with a document timestamp some days later."""
    data = signed(Level.B_LT)
    later = office().authority.revocations(
        since=NOW + (days - 1) * DAY, until=NOW + (days + 9) * DAY, number=5
    )
    return archived(data, long_lived(), NOW + days * DAY, crls=[later])


def verified(data: bytes, days: float, *revocations: object) -> PdfReport:
    """Verified some days after signing, by somebody who has the anchor, and perhaps revocation lists."""
    trust = office().authority.trust(*revocations)
    return verify_pdf_data(data, trust, NOW + days * DAY)


def codes(report: PdfReport) -> set[str]:
    return {note.code for one in (*report.signatures, *report.timestamps) for note in one.notes}


def test_a_long_term_signature_outlives_its_revocation_list() -> None:
    for days in (1, 29, 31, 200, 360):
        report = verified(signed(Level.B_LT), days)
        assert report.verdict is Verdict.VALID, days
        assert report.signatures[0].level == "B-LT"


def test_a_timestamp_without_revocation_data_is_not_enough_once_there_is_none() -> None:
    assert verified(signed(Level.B_T), 60).verdict is Verdict.INDETERMINATE


def test_a_timestamp_whose_certificate_has_run_out_proves_nothing_by_itself() -> None:
    report = verified(signed(Level.B_LT), 400)
    assert report.verdict is Verdict.INDETERMINATE
    assert "timestamp_expired" in codes(report)
    assert report.signatures[0].time_source is TimeSource.CLAIMED


def test_a_document_timestamp_proves_the_first_timestamp_after_its_certificate_has_run_out() -> None:
    report = verified(renewed(), 2 * 365)
    (signature,) = report.signatures
    assert signature.verdict is Verdict.VALID
    assert signature.timestamp == NOW
    assert signature.level == "B-LTA"
    assert signature.later_changes is LaterChanges.LTA_UPDATES
    (stamp,) = report.timestamps
    assert (stamp.integrity, stamp.coverage) == (Integrity.INTACT, Coverage.ENTIRE_FILE)
    assert stamp.timestamp == NOW + 10 * DAY
    assert stamp.verdict is Verdict.VALID
    assert report.verdict is Verdict.VALID


def test_a_chain_holds_as_long_as_its_last_link() -> None:
    assert verified(renewed(), 4.9 * 365).verdict is Verdict.VALID
    assert verified(renewed(), 5.1 * 365).verdict is Verdict.INDETERMINATE


def test_a_document_timestamp_that_came_too_late_proves_nothing_about_the_first() -> None:
    # The first timestamp's certificate ran out after a year.
    report = verified(renewed(days=400), 2 * 365)
    assert report.verdict is Verdict.INDETERMINATE
    assert "timestamp_expired" in codes(report)


def test_a_document_timestamp_alone_proves_a_time_for_a_signature_without_one() -> None:
    data = archived(approved(plain(), office().signer), long_lived(), NOW + DAY, crls=[office().crl])
    report = verified(data, 2 * 365)
    (signature,) = report.signatures
    assert signature.timestamp == NOW + DAY
    assert signature.time_source is TimeSource.TIMESTAMP
    assert report.verdict is Verdict.VALID


def test_a_certificate_that_ran_out_before_the_document_timestamp_may_have_signed_in_time() -> None:
    short = office().authority.issue(end=NOW + DAY / 2)
    data = archived(approved(plain(), short), long_lived(), NOW + DAY, crls=[office().crl])
    assert verified(data, 2).verdict is Verdict.INDETERMINATE


def test_document_timestamps_alone_are_no_signature() -> None:
    report = verified(archived(plain(), long_lived(), NOW, crls=[office().crl]), 1)
    assert report.verdict is Verdict.UNSIGNED
    assert [stamp.verdict for stamp in report.timestamps] == [Verdict.VALID]
    assert [note.code for note in report.notes] == ["only_timestamps"]


@pytest.mark.parametrize("base", [plain, lambda: signed(Level.B_LT)], ids=["unsigned", "signed"])
def test_a_broken_document_timestamp_is_never_overlooked(base: object) -> None:
    assert callable(base)
    data = archived(base(), long_lived(), NOW + DAY, crls=[office().crl])
    imprint = data.rindex(b"0609608648016503040201", 0, data.rindex(b"/ByteRange") + len(data))
    for place in (imprint + 60, imprint + 61):
        digit = b"1" if data[place : place + 1] != b"1" else b"2"
        report = verified(data[:place] + digit + data[place + 1 :], 2)
        assert report.verdict is Verdict.INVALID
        assert Verdict.INVALID in {stamp.verdict for stamp in report.timestamps}


def test_bytes_under_a_document_timestamp_cannot_be_changed() -> None:
    data = archived(plain(), long_lived(), NOW, crls=[office().crl])
    report = verified(flipped(data, data.index(b"\xff\xda") + 40), 1)
    assert report.verdict is Verdict.INVALID


def test_a_document_timestamp_of_an_unknown_authority_changes_nothing() -> None:
    stranger = Office.new("Gốc khác")
    report = verified(archived(signed(Level.B_LT), stranger.stamper, NOW + DAY), 2)
    assert report.verdict is Verdict.VALID
    assert [stamp.verdict for stamp in report.timestamps] == [Verdict.UNTRUSTED]
    assert report.signatures[0].level == "B-LT"
    assert (
        verified(archived(signed(Level.B_LT), stranger.stamper, NOW + DAY), 400).verdict
        is Verdict.INDETERMINATE
    )


def test_a_signature_that_poses_as_a_document_timestamp_is_not_skipped() -> None:
    data = approved(signed(Level.B_B), office().signer, "Second").replace(
        b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       "
    )
    report = verified(data, 1, office().crl)
    assert report.verdict is not Verdict.VALID


def test_content_changed_after_a_document_timestamp_is_told_there() -> None:
    data = updated(renewed(), other_content)
    report = verified(data, 20)
    assert report.verdict is Verdict.INVALID
    assert [stamp.later_changes for stamp in report.timestamps] == [LaterChanges.OTHER]


def test_a_revocation_before_the_proven_time_counts_however_it_is_learnt() -> None:
    before = office().authority.revocations(
        office().signer, at=NOW - DAY, since=NOW + 60 * DAY, until=NOW + 90 * DAY
    )
    for report in (
        verified(signed(Level.B_LT), 70, before),
        verified(signed(Level.B_LT), 200, before),
        verified(with_store(signed(Level.B_LT), crls=[before]), 200),
    ):
        assert report.verdict is Verdict.REVOKED
        assert report.signatures[0].valid_at_signing_time is False


def test_a_revocation_at_the_proven_time_itself_counts() -> None:
    at = office().authority.revocations(office().signer, at=NOW, since=NOW + DAY, number=9)
    assert verified(signed(Level.B_LT), 2, at).verdict is Verdict.REVOKED


def test_a_revocation_after_the_proven_time_is_only_told() -> None:
    after = office().authority.revocations(office().signer, at=NOW + DAY, since=NOW + 2 * DAY, number=9)
    report = verified(signed(Level.B_LT), 5, after)
    assert report.verdict is Verdict.VALID
    assert "revoked_later" in codes(report)


def test_a_timestamp_whose_authority_was_revoked_proves_nothing() -> None:
    for at in (NOW - DAY, NOW + DAY):
        revoked = office().authority.revocations(office().stamper, at=at, since=NOW + 2 * DAY, number=9)
        report = verified(signed(Level.B_LT), 5, revoked)
        assert "timestamp_revoked" in codes(report)
        assert report.signatures[0].time_source is TimeSource.CLAIMED
        assert verified(signed(Level.B_LT), 200, revoked).verdict is Verdict.INDETERMINATE


def test_a_timestamp_that_was_renewed_before_its_authority_was_revoked_still_holds() -> None:
    revoked = office().authority.revocations(
        office().stamper, at=NOW + 15 * DAY, since=NOW + 16 * DAY, number=9
    )
    assert verified(renewed(), 20, revoked).verdict is Verdict.VALID


def test_a_list_from_the_future_does_not_count() -> None:
    bad = office().authority.revocations(
        office().signer, at=NOW - DAY, since=NOW + 10 * DAY, until=NOW + 40 * DAY
    )
    assert verified(signed(Level.B_LT), 5, bad).verdict is Verdict.VALID
    assert verified(signed(Level.B_LT), 15, bad).verdict is Verdict.REVOKED
    good = office().authority.revocations(since=NOW + 10 * DAY, until=NOW + 40 * DAY)
    assert verified(signed(Level.B_B), 5, good).verdict is Verdict.INDETERMINATE
    assert verified(signed(Level.B_B), 15, good).verdict is Verdict.VALID


def test_a_timestamp_from_the_future_does_not_count() -> None:
    report = verified(signed(Level.B_LT), -0.5)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].timestamp is None
    assert "timestamp_in_future" in codes(report)
    # A document timestamp that came later takes nothing away, and gives nothing.
    report = verified(renewed(), 5)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].level == "B-LT"


def test_a_list_says_nothing_about_certificates_that_had_run_out_before_it() -> None:
    short = office().authority.issue(end=NOW + 3 * DAY)
    with TemporaryDirectory() as folder:
        data = office().signed(plain_paper(Path(folder)), Level.B_T, short)
    late = office().authority.revocations(since=NOW + 5 * DAY, until=NOW + 40 * DAY, number=7)
    stamper_only = verified(data, 10, late)
    assert stamper_only.signatures[0].revocation is Revocation.UNKNOWN
    assert stamper_only.verdict is Verdict.INDETERMINATE


def test_what_a_verdict_rests_on_is_handed_out() -> None:
    (signature,) = verified(signed(Level.B_LT), 5).signatures
    kinds = {one.kind for one in signature.evidence}
    assert kinds == {EvidenceKind.CERTIFICATE, EvidenceKind.CRL, EvidenceKind.TIMESTAMP}
    data = {one.data for one in signature.evidence}
    assert {office().signer.asn1.dump(), office().authority.certificate.dump(), office().crl.dump()} <= data
    assert office().stamper.asn1.dump() in data
    (stamp,) = verified(renewed(), 15).timestamps
    assert EvidenceKind.TIMESTAMP in {one.kind for one in stamp.evidence}

"""Detached signatures, such as that over the METS of a package."""

from __future__ import annotations

import pytest
from asn1crypto import cms

from digitize.signatures.detached import verify_detached
from digitize.signatures.sign import Level, sign_detached
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Integrity, SignatureReport, Verdict
from support.sealing import DAY, NOW, Office, office, rsa_key
from support.tampering import flipped

DATA = "<mets>Hồ sơ thử nghiệm</mets>".encode()


def verified(data: bytes, signature: bytes, trust: TrustStore | None = None) -> SignatureReport:
    return verify_detached(data, signature, "METS.xml", trust or office().trust, NOW + DAY)


@pytest.mark.parametrize("level", list(Level))
def test_data_signed_beside_is_valid_at_its_level(level: Level) -> None:
    report = verified(DATA, sign_detached(DATA, office().seal(level)))
    assert report.verdict is Verdict.VALID
    # Signatures beside their data have no document timestamps; the archive stamps the METS anew.
    assert report.level == (Level.B_LT if level is Level.B_LTA else level)
    assert report.field == "METS.xml"
    assert report.holder == "Nguyễn Thị Ký"
    assert report.timestamp == (None if level is Level.B_B else NOW)


def test_a_long_term_signature_needs_nothing_but_the_anchor() -> None:
    anchor = office().authority.trust()
    assert verified(DATA, sign_detached(DATA, office().seal(Level.B_LT)), anchor).verdict is Verdict.VALID
    assert (
        verified(DATA, sign_detached(DATA, office().seal(Level.B_T)), anchor).verdict is Verdict.INDETERMINATE
    )


def test_the_data_is_not_in_the_signature() -> None:
    assert DATA not in sign_detached(DATA, office().seal())


@pytest.mark.parametrize("other", [b"", DATA + b"\n", DATA[:-1], flipped(DATA, 5)])
def test_other_data_is_invalid(other: bytes) -> None:
    report = verified(other, sign_detached(DATA, office().seal(Level.B_LT)))
    assert report.integrity is Integrity.BROKEN
    assert report.verdict is Verdict.INVALID


def test_one_bit_changed_in_value_certificate_or_signed_attributes_is_never_valid() -> None:
    signature = sign_detached(DATA, office().seal())
    info = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
    parts = (info["signature"].native, office().signer.asn1.dump(), info["signed_attrs"].contents)
    for part in parts:
        begin = signature.index(part)
        for place in range(begin, begin + len(part)):
            assert verified(DATA, flipped(signature, place)).verdict is not Verdict.VALID, place


@pytest.mark.parametrize(
    "signature", [b"", b"0", b"0\x03\x02\x01\x01", b"-----BEGIN PKCS7-----", b"\x30\x80" * 900]
)
def test_what_is_no_signature_is_invalid(signature: bytes) -> None:
    report = verified(DATA, signature)
    assert report.verdict is Verdict.INVALID
    assert [note.code for note in report.notes] == ["file_unreadable"]


def test_something_behind_the_signature_is_invalid() -> None:
    assert verified(DATA, sign_detached(DATA, office().seal()) + b"more").verdict is Verdict.INVALID


def test_a_truncated_signature_is_invalid() -> None:
    signature = sign_detached(DATA, office().seal(Level.B_LT))
    for part in (1, 100, len(signature) // 2, len(signature) - 1):
        assert verified(DATA, signature[:part]).verdict is Verdict.INVALID, part


def test_the_signature_of_another_office_is_untrusted() -> None:
    stranger = Office.new("Gốc khác")
    report = verified(DATA, sign_detached(DATA, stranger.seal(Level.B_LT)))
    assert report.integrity is Integrity.INTACT
    assert report.verdict is Verdict.UNTRUSTED


def test_a_revoked_certificate_is_told() -> None:
    revoked = office().authority.issue()
    signature = sign_detached(DATA, office().seal(signer=revoked))
    trust = office().authority.trust(office().authority.revocations(revoked))
    assert verified(DATA, signature, trust).verdict is Verdict.REVOKED


def test_an_rsa_key_signs_by_pss() -> None:
    holder = office().authority.issue(key=rsa_key())
    report = verified(DATA, sign_detached(DATA, office().seal(signer=holder)))
    assert report.verdict is Verdict.VALID
    assert report.notes == ()

"""Whatever is done to a signed PDF afterwards is found, unless it is allowed."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pytest
from pyhanko.sign.fields import MDPPerm

from digitize.signatures.sign import Level
from digitize.signatures.verdict import Coverage, Integrity, LaterChanges, Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf_data
from support.papers import plain, plain_paper
from support.sealing import DAY, NOW, office
from support.tampering import (
    BLACK_BOX,
    Change,
    added_annotation,
    added_page,
    approved,
    byte_range,
    filled_field,
    flipped,
    other_content,
    removed_signatures,
    replaced_content,
    replaced_picture,
    updated,
    with_byte_range,
    with_text_field,
    with_waiting_field,
)

BAD = {Verdict.INVALID, Verdict.UNREADABLE}


@cache
def certified(level: Level = Level.B_B) -> bytes:
    """Signed as the program signs: nothing may be changed."""
    with TemporaryDirectory() as folder:
        return office().signed(plain_paper(Path(folder)), level)


@cache
def approval() -> bytes:
    """Signed as other programs sign: no certification."""
    return approved(plain(), office().signer)


def verified(data: bytes) -> PdfReport:
    return verify_pdf_data(data, office().trust, NOW + DAY)


def test_the_papers_of_these_tests_are_valid_before_anything_is_done_to_them() -> None:
    assert verified(certified()).verdict is Verdict.VALID
    assert verified(certified(Level.B_LT)).verdict is Verdict.VALID
    assert verified(approval()).verdict is Verdict.VALID


def test_one_bit_changed_anywhere_in_the_signed_bytes_is_found() -> None:
    data = certified()
    _, before, after, _ = byte_range(data)
    assert before > len(plain())
    # Every part of the file: a prime step never falls into step with its structure.
    for place in [*range(0, before, 997), *range(after, len(data), 97)]:
        report = verified(flipped(data, place))
        assert report.verdict is not Verdict.VALID, place
        for signature in report.signatures:
            assert signature.integrity is not Integrity.INTACT, place


def test_one_bit_changed_in_picture_or_metadata_is_invalid_and_broken() -> None:
    data = certified()
    for mark in (b"\xff\xda", b"<dc:title>", b"Tesseract" if b"Tesseract" in data else b"dc:contributor"):
        report = verified(flipped(data, data.index(mark) + len(mark) + 40))
        assert report.verdict is Verdict.INVALID, mark
        assert [signature.integrity for signature in report.signatures] == [Integrity.BROKEN]


def test_one_bit_changed_in_the_signature_value_is_invalid() -> None:
    data = certified()
    _, before, _, _ = byte_range(data)
    # The value is the last part of the CMS object, before the zeros that fill the reserved room.
    filled = data[before + 1 :].split(b"00000000")[0]
    for back in (8, 40, 80):
        place = before + len(filled) - back
        digit = b"0" if data[place : place + 1] != b"0" else b"1"
        report = verified(data[:place] + digit + data[place + 1 :])
        assert report.verdict is Verdict.INVALID
        assert report.signatures[0].integrity is Integrity.BROKEN


def test_one_bit_changed_in_the_certificate_is_never_valid() -> None:
    data = certified(Level.B_T)
    _, before, _, _ = byte_range(data)
    name = data.index("Nguyễn".encode().hex().upper().encode(), before)
    for place in range(name, name + 600, 13):
        assert verified(flipped(data, place)).verdict is not Verdict.VALID, place


def test_a_damaged_timestamp_is_no_valid_signature() -> None:
    data = certified(Level.B_T)
    token = data.index(b"2A864886F70D0109100104")  # id-ct-TSTInfo, in hexadecimal
    imprint = data.index(b"0609608648016503040201", token)
    at = imprint + 60
    # Another digit, not any other byte: what is no digit would be found by any parser.
    report = verified(data[:at] + (b"1" if data[at : at + 1] == b"0" else b"0") + data[at + 1 :])
    (signature,) = report.signatures
    assert signature.integrity is Integrity.INTACT
    assert signature.timestamp is None
    assert [note.code for note in signature.notes] == ["timestamp_broken"]
    assert report.verdict is Verdict.INDETERMINATE


def test_data_hidden_in_the_room_behind_the_signature_is_found() -> None:
    data = certified()
    _, _, after, _ = byte_range(data)
    for back in (2, 200):
        report = verified(flipped(data, after - back))
        assert report.verdict is Verdict.INVALID
        assert report.signatures[0].later_changes is LaterChanges.OTHER


@pytest.mark.parametrize("base", [certified, approval], ids=["certified", "approved"])
@pytest.mark.parametrize(
    "change",
    [other_content, replaced_content, replaced_picture, added_annotation, added_page],
    ids=lambda change: change.__name__,
)
def test_an_update_that_changes_what_is_seen_is_invalid(base: object, change: Change) -> None:
    assert callable(base)
    report = verified(updated(base(), change))
    (signature,) = report.signatures
    assert report.verdict is Verdict.INVALID
    # The signed bytes themselves are untouched, and the report says so.
    assert signature.integrity is Integrity.INTACT
    assert signature.coverage is Coverage.ENTIRE_REVISION
    assert signature.later_changes in {LaterChanges.OTHER, LaterChanges.ANNOTATIONS}


@pytest.mark.parametrize("certifies", [None, MDPPerm.FILL_FORMS, MDPPerm.NO_CHANGES])
def test_a_form_filled_in_after_signing_is_invalid_whatever_the_certification_allows(
    certifies: MDPPerm | None,
) -> None:
    data = approved(with_text_field(plain()), office().signer, certifies=certifies)
    assert verified(data).verdict is Verdict.VALID
    report = verified(updated(data, filled_field))
    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].later_changes in {LaterChanges.FORM_FILLING, LaterChanges.OTHER}


def test_a_signature_after_a_form_was_filled_in_does_not_heal_the_first() -> None:
    data = approved(with_text_field(plain()), office().signer, "First")
    data = approved(updated(data, filled_field), office().signer, "Second")
    report = verified(data)
    assert report.verdict is Verdict.INVALID
    assert [signature.verdict for signature in report.signatures] == [Verdict.INVALID, Verdict.VALID]


def test_two_signatures_are_both_valid_and_the_first_says_what_came_after() -> None:
    report = verified(approved(approval(), office().signer, "Second"))
    assert report.verdict is Verdict.VALID
    first, second = report.signatures
    assert (first.coverage, first.later_changes) == (Coverage.ENTIRE_REVISION, LaterChanges.SIGNATURES)
    assert (second.coverage, second.later_changes) == (Coverage.ENTIRE_FILE, LaterChanges.NONE)


def test_a_file_is_as_good_as_its_worst_signature() -> None:
    revoked = office().authority.issue()
    data = approved(approval(), revoked, "Second")
    trust = office().authority.trust(office().authority.revocations(revoked))
    report = verify_pdf_data(data, trust, NOW + DAY)
    assert [signature.verdict for signature in report.signatures] == [Verdict.VALID, Verdict.REVOKED]
    assert report.verdict is Verdict.REVOKED


def test_an_organisation_may_sign_the_field_that_an_officer_left_for_it() -> None:
    waiting = with_waiting_field(plain(), "Organisation")
    officer = approved(waiting, office().signer, "Officer", certifies=MDPPerm.FILL_FORMS)
    report = verified(approved(officer, office().signer, "Organisation", existing=True))
    assert report.verdict is Verdict.VALID
    changes = {signature.field: signature.later_changes for signature in report.signatures}
    assert changes == {"Officer": LaterChanges.SIGNATURES, "Organisation": LaterChanges.NONE}


def test_a_signature_that_the_certification_forbids_makes_the_file_invalid() -> None:
    report = verified(approved(certified(), office().signer, "Second"))
    assert report.verdict is Verdict.INVALID


def test_a_paper_whose_signatures_were_taken_out_is_unsigned() -> None:
    assert verified(updated(certified(), removed_signatures)).verdict is Verdict.UNSIGNED


def test_objects_appended_outside_any_revision_are_found() -> None:
    data = certified()
    old = re.findall(rb"startxref\s+(\d+)", data)[-1]
    evil = b"\n4 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(BLACK_BOX), BLACK_BOX)
    tails = [
        evil,
        b"\n% a remark",
        evil + b"trailer\n<< /Root 1 0 R /Size 9 >>\n",
        evil + b"startxref\n" + old + b"\n%%EOF\n",
        evil + b" " * 3000,
        evil + b"%%EOF\n",
    ]
    for tail in tails:
        assert verified(data + tail).verdict in BAD, tail


def test_blanks_behind_the_end_of_the_file_are_no_change() -> None:
    report = verified(certified() + b"\r\n\n")
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].coverage is Coverage.ENTIRE_REVISION


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_not_valid(part: float) -> None:
    data = certified()
    assert verified(data[: int(len(data) * part)]).verdict in BAD


def test_a_file_with_something_in_front_is_not_valid() -> None:
    assert verified(b"From: somebody\n\n" + certified()).verdict in BAD


def test_a_signed_file_written_anew_is_not_valid() -> None:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(certified())) as pdf:
        pdf.save(output)
    assert verified(output.getvalue()).verdict in BAD


def test_a_signed_file_inside_an_unsigned_one_lends_it_nothing() -> None:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        pdf.attachments["signed.pdf"] = certified()
        pdf.save(output)
    assert verified(output.getvalue()).verdict is Verdict.UNSIGNED


def test_a_byte_range_that_does_not_cover_the_file_is_not_valid() -> None:
    data = certified()
    _, before, after, rest = byte_range(data)
    ranges = [
        (0, before, after, rest - 20),
        (0, before - 50, after, rest),
        (0, before, after + 10, rest - 10),
        (9, before - 9, after, rest),
        (0, 0, 0, 0),
        (0, before),
        (0, before, before, rest),
        (0, before, after, rest + 99),
        (0, before, -5, rest),
        (after, rest, 0, before),
    ]
    for numbers in ranges:
        assert verified(with_byte_range(data, *numbers)).verdict in BAD, numbers


def test_a_signature_over_part_of_the_file_does_not_count_though_its_digest_fits() -> None:
    data = approval()
    evil = updated(data, replaced_content)
    # The old signature is intact; the bytes that it does not cover say something else.
    report = verified(evil)
    assert report.signatures[0].integrity is Integrity.INTACT
    assert report.signatures[0].coverage is not Coverage.ENTIRE_FILE
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "contents", [b"<>", b"<00>", b"<3000>", b"null", b"<30820000>", b"(text)", b"42"], ids=repr
)
def test_an_emptied_signature_is_not_valid(contents: bytes) -> None:
    data = certified()
    _, before, after, _ = byte_range(data)
    forged = data[:before] + contents.ljust(after - before) + data[after:]
    assert verified(forged).verdict is not Verdict.VALID


def test_a_signature_moved_to_another_paper_is_invalid() -> None:
    first = certified()
    other = approved(
        with_text_field(plain()), office().signer, "DigitizeSignature", certifies=MDPPerm.NO_CHANGES
    )
    _, before, after, _ = byte_range(other)
    _, start, end, _ = byte_range(first)
    value = first[start:end]
    room = after - before
    forged = other[:before] + (value[: room - 1] + b">").ljust(room) + other[after:]
    assert verified(forged).verdict in BAD


def test_an_encrypted_file_is_unreadable_and_says_why() -> None:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(certified())) as pdf:
        pdf.save(output, encryption=pikepdf.Encryption(owner="a", user="b"))
    report = verified(output.getvalue())
    assert report.verdict is Verdict.UNREADABLE
    assert [note.code for note in report.notes] == ["pdf_encrypted"]


def test_a_signature_of_an_unknown_kind_is_never_valid() -> None:
    data = certified().replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detacheX")
    report = verified(data)
    assert report.verdict is Verdict.INDETERMINATE
    assert [note.code for note in report.signatures[0].notes] == ["signature_kind_unknown"]

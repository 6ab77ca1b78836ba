"""Files that others signed, and files that others attacked."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Integrity, LaterChanges, Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf
from support.places import CASES, needs_cases

pytestmark = pytest.mark.thorough

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SIGNED = CASES / "signed"

ATTACKS = (
    "dss/pdf-removed-pages.pdf",
    "dss/pdf-signed-added-page.pdf",
    "dss/pdf-byterange-overlap.pdf",
    "dss/pades-signed-annot-added.pdf",
    "dss/dss-2236__annotation-and-visible-change.pdf",
    "dss/hello_signed_INCSAVE_signed_EDITED.pdf",
    "dss/pdf-spoofing-attack.pdf",
    "openpdf/siwa.pdf",
    "pyhanko/coverage-anomalies__one-byterange.pdf",
    "pyhanko/coverage-anomalies__signature-gap-too-big.pdf",
    "pyhanko/pdf-sig-with-econtent.pdf",
    "shadow_rub/replace__variant-1_replace-via-overlay__4_original-document-shadowed-signed-manipulated.pdf",
)


def pinned(name: str) -> TrustStore:
    """A store that believes every certificate in a file: the attacker's best case."""
    try:
        with (SIGNED / name).open("rb") as stream:
            signatures = PdfFileReader(stream, strict=False).embedded_signatures
            found = [
                one
                for signature in signatures
                for one in [signature.signer_cert, *signature.other_embedded_certs]
            ]
    except Exception:  # noqa: BLE001 - what cannot be read names nobody
        found = []
    return TrustStore(tuple(found))


@cache
def reports() -> dict[str, PdfReport]:
    return {
        path.relative_to(SIGNED).as_posix(): verify_pdf(path, TrustStore(), NOW)
        for path in sorted(SIGNED.rglob("*.pdf"))
    }


@needs_cases
def test_every_file_gets_a_verdict_and_none_is_valid_without_an_anchor() -> None:
    assert len(reports()) > 50
    assert [name for name, report in reports().items() if report.verdict is Verdict.VALID] == []


@needs_cases
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attacked_file_is_never_valid_though_its_signer_is_believed(name: str) -> None:
    report = verify_pdf(SIGNED / name, pinned(name), NOW)
    assert report.verdict in {Verdict.INVALID, Verdict.UNREADABLE}


NOT_INTACT = {
    "dss/Signature-P-HU_NET-2.pdf": (Integrity.UNKNOWN,),  # names no digest algorithm
    "dss/dss-1420__PAdES-BpB-att-SHA256-SHA3_224withRSA.pdf": (Integrity.BROKEN,),  # the value does not fit
    "dss/dss-1420__PAdES-BpB-att-SHA256-SHA3_256withRSA.pdf": (Integrity.BROKEN,),  # the value does not fit
    "dss/hello_signed_INCSAVE_signed_EDITED.pdf": (Integrity.BROKEN,),  # edited
    "dss/pades-unsupported-signature-algorithm.pdf": (Integrity.BROKEN,),  # the value does not fit
    "dss/pdf-byterange-overlap.pdf": (Integrity.BROKEN,),  # the ranges overlap
    "dss/pdf-with-empty-sig.pdf": (Integrity.BROKEN,),  # zeros where a signature should be
    "pyhanko/pdf-sig-with-econtent.pdf": (Integrity.BROKEN,),  # encloses other content
}
"""The signatures that are not intact, and why; all others are."""

NOTHING_LEFT = {
    "dss/EmptyPage-corrupted2.pdf",
    "dss/pades_opposite_infinite_loop.pdf",
}
"""Files that no parser can read and in which no signature can be found."""

UNSIGNED = {
    "dss/dss-2554__fieldmdp-exclude.pdf",
    "dss/not_signed_pdfa.pdf",
    "dss/retrieved-modified_after_signature.pdf",
    "dss/timestamped-fields.pdf",
    "pdfbox/sign_me_visible.pdf",
    "pyhanko/minimal-with-field.pdf",
    "pyhanko/minimal.pdf",
    "pyhanko/struct-tree-circular-ref.pdf",
    "siva/no-signatures.pdf",
}


@needs_cases
def test_every_signature_is_intact_but_those_that_are_known_not_to_be() -> None:
    found = {
        name: tuple(one.integrity for one in report.signatures if one.integrity is not Integrity.INTACT)
        for name, report in reports().items()
    }
    assert {name: kinds for name, kinds in found.items() if kinds} == NOT_INTACT


@needs_cases
def test_a_file_without_signatures_is_unsigned_and_every_other_shows_its_own() -> None:
    none = {name for name, report in reports().items() if not report.signatures}
    assert none == UNSIGNED | NOTHING_LEFT | {name for name in none if "original-document" in name}
    assert {reports()[name].verdict for name in UNSIGNED} == {Verdict.UNSIGNED}


@needs_cases
def test_what_only_a_tolerant_parser_reads_is_never_valid_though_its_signer_is_believed() -> None:
    for name, report in reports().items():
        if "tolerant_parser" in {note.code for note in report.notes}:
            assert verify_pdf(SIGNED / name, pinned(name), NOW).verdict.rank <= Verdict.INDETERMINATE.rank, (
                name
            )


@needs_cases
def test_files_of_the_european_commission_hold_though_they_were_updated() -> None:
    """Hybrid files, linearized ones, security stores that were written anew, references to nothing."""
    for name in (
        "dss/TEST2_signed_with_zero_policy_hash.pdf",
        "dss/pades-ocsp-archiveCutOff-invalid.pdf",
        "dss/Signature-P-HU_POL-7.pdf",
        "dss/adbe_crl_signed.pdf",
        "dss/lt-short.pdf",
        "dss/pades-ltv-from-epes.pdf",
        "dss/pades-ltv-with-reason.pdf",
        "dss/pades-lt-extended-abde.pdf",
        "dss/protected__edition_protected_signing_allowed_with_field_signed.pdf",
    ):
        assert reports()[name].verdict is Verdict.UNTRUSTED, name


@needs_cases
def test_signatures_of_the_vietnamese_government_are_intact_each_with_its_own_verdict() -> None:
    first = reports()["vietnam/vn_vgca_BXD329_3sigs.pdf"]
    assert [one.integrity for one in first.signatures] == [Integrity.INTACT] * 3
    # The first certifies the paper, and allows no further field that shows something.
    assert [one.verdict for one in first.signatures] == [
        Verdict.INVALID,
        Verdict.UNTRUSTED,
        Verdict.UNTRUSTED,
    ]
    assert [one.later_changes for one in first.signatures] == [
        LaterChanges.SIGNATURES,
        LaterChanges.SIGNATURES,
        LaterChanges.NONE,
    ]
    second = reports()["vietnam/vn_vgca_TT08_2023_BTC_3sigs.pdf"]
    assert [one.verdict for one in second.signatures] == [Verdict.UNTRUSTED] * 3
    codes = [{note.code for note in one.notes} for one in (*first.signatures, *second.signatures)]
    assert ["pss_parameters_misplaced" in one for one in codes] == [False, True, True] * 2
    assert ["weak_digest" in one for one in codes] == [False, False, False, True, False, False]
    assert {first.verdict, second.verdict} == {Verdict.INVALID, Verdict.UNTRUSTED}


@needs_cases
def test_a_signature_that_several_fields_name_is_one_signature() -> None:
    assert len(reports()["dss/signature-referenced-from-multiple-fields.pdf"].signatures) == 1

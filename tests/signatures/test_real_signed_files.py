"""Files that others signed, and files that others attacked."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Integrity, Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf
from support.places import CASES, needs_cases

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


@needs_cases
@pytest.mark.parametrize(
    "name", ["dss/pdf-signed-original.pdf", "dss/pades-bes.pdf", "openpdf/sample_signed-sha512.pdf"]
)
def test_a_genuine_file_is_intact_and_untrusted(name: str) -> None:
    report = reports()[name]
    assert report.verdict is Verdict.UNTRUSTED
    assert {signature.integrity for signature in report.signatures} == {Integrity.INTACT}


@needs_cases
def test_signatures_of_the_vietnamese_government_are_intact() -> None:
    for name, report in reports().items():
        if name.startswith("vietnam/"):
            assert [signature.integrity for signature in report.signatures] == [Integrity.INTACT] * 3, name


@needs_cases
def test_a_signature_that_several_fields_name_is_one_signature() -> None:
    assert len(reports()["dss/signature-referenced-from-multiple-fields.pdf"].signatures) == 1

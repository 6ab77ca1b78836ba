"""What may follow a signature is on a short list; what only looks like it is found."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pyhanko.pdf_utils import generic as typeless
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from digitize.signatures.sign import Level
from digitize.signatures.verdict import Integrity, LaterChanges, Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf_data
from support.longterm import with_store
from support.papers import plain, plain_paper
from support.sealing import DAY, NOW, office
from support.tampering import (
    BLACK_BOX,
    approved,
    first_page,
    removed_signatures,
    updated,
    with_waiting_field,
)

generic: Any = typeless


def verified(data: bytes) -> PdfReport:
    return verify_pdf_data(data, office().trust, NOW + DAY)


@cache
def approval() -> bytes:
    return approved(plain(), office().signer)


@cache
def long_term() -> bytes:
    with TemporaryDirectory() as folder:
        return office().signed(plain_paper(Path(folder)), Level.B_LT)


def black_field(
    name: str, value: Callable[[IncrementalPdfFileWriter], Any] | None = None
) -> Callable[[IncrementalPdfFileWriter], None]:
    """Lay a black signature field over the page, which nobody has signed."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        box = generic.ArrayObject([generic.NumberObject(edge) for edge in (0, 0, 300, 300)])
        form = generic.StreamObject(
            dict_data={
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): box,
            },
            stream_data=BLACK_BOX,
        )
        entries = {
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/T"): generic.pdf_string(name),
            pdf_name("/F"): generic.NumberObject(132),
            pdf_name("/Rect"): box,
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)}),
        }
        if value is not None:
            entries[pdf_name("/V")] = value(writer)
        field = writer.add_object(generic.DictionaryObject(entries))
        fields = writer.root["/AcroForm"]["/Fields"]
        fields.append(field)
        writer.update_container(fields)
        page = first_page(writer)
        page["/Annots"].append(field)
        writer.update_container(page["/Annots"])
        writer.update_container(page)

    return change


def test_a_field_that_nobody_signed_may_not_hide_what_was_signed() -> None:
    report = verified(updated(approval(), black_field("Second")))
    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].integrity is Integrity.INTACT


def test_a_field_with_the_signature_of_another_may_not_hide_what_was_signed() -> None:
    def old_value(writer: IncrementalPdfFileWriter) -> Any:
        return writer.root["/AcroForm"]["/Fields"][0].raw_get("/V")

    report = verified(updated(approval(), black_field("Second", old_value)))
    assert report.verdict is Verdict.INVALID


def test_a_field_with_an_empty_signature_may_not_hide_what_was_signed() -> None:
    def empty(writer: IncrementalPdfFileWriter) -> Any:
        return writer.add_object(generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Sig")}))

    assert verified(updated(approval(), black_field("Second", empty))).verdict is Verdict.INVALID


def locked(action: FieldMDPAction, *fields: str) -> bytes:
    """A paper with a field that waits, signed by one who locks fields."""
    lock = FieldMDPSpec(action, fields=list(fields) or None)
    data = with_waiting_field(plain(), "Organisation")
    metadata = PdfSignatureMetadata(
        field_name="Officer", subfilter=SigSeedSubFilter.PADES, signer_key_usage=set()
    )
    place = SigFieldSpec("Officer", on_page=0, box=(100, 10, 190, 40), field_mdp_spec=lock)
    signer = PdfSigner(metadata, signer=office().signer.credentials.signer, new_field_spec=place)
    output = io.BytesIO()
    asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=output))
    return output.getvalue()


def test_a_field_that_was_locked_stays_as_it_was() -> None:
    data = locked(FieldMDPAction.INCLUDE, "Organisation")
    assert verified(data).verdict is Verdict.VALID
    report = verified(approved(data, office().signer, "Organisation", existing=True))
    officer = next(one for one in report.signatures if one.field == "Officer")
    assert officer.verdict is Verdict.INVALID
    assert officer.later_changes is LaterChanges.SIGNATURES
    assert "certification_forbids" in {note.code for note in officer.notes}
    assert report.verdict is Verdict.INVALID


def test_a_field_that_was_not_locked_may_be_signed() -> None:
    data = locked(FieldMDPAction.INCLUDE, "Other")
    report = verified(approved(data, office().signer, "Organisation", existing=True))
    assert report.verdict is Verdict.VALID


def test_the_security_store_may_grow_and_be_written_anew() -> None:
    more = with_store(long_term(), crls=[office().authority.revocations(number=4)])
    report = verified(more)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].later_changes is LaterChanges.LTA_UPDATES

    def rewritten(writer: IncrementalPdfFileWriter) -> None:
        store = writer.root["/DSS"]
        name = pdf_name("/" + "A" * 40)
        listed = generic.ArrayObject([store["/CRLs"].raw_get(0)])
        store["/VRI"] = generic.DictionaryObject(
            {name: generic.DictionaryObject({pdf_name("/CRL"): listed, pdf_name("/Type"): pdf_name("/VRI")})}
        )
        store["/Type"] = pdf_name("/DSS")
        writer.update_container(store)

    def emptied(writer: IncrementalPdfFileWriter) -> None:
        store = writer.root["/DSS"]
        store["/VRI"] = generic.DictionaryObject()
        writer.update_container(store)

    assert verified(updated(updated(more, rewritten), emptied)).verdict is Verdict.VALID


def removed(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/DSS"]
    writer.update_container(writer.root)


def smuggled(writer: IncrementalPdfFileWriter) -> None:
    """Replace the page's content, and list it as a certificate."""
    old = first_page(writer).raw_get("/Contents")
    writer.objects[(old.generation, old.idnum)] = generic.StreamObject(stream_data=BLACK_BOX)
    store = writer.root["/DSS"]
    store["/Certs"].append(generic.IndirectObject(old.idnum, old.generation, writer))
    writer.update_container(store["/Certs"])
    writer.update_container(store)


def other_entries(writer: IncrementalPdfFileWriter) -> None:
    store = writer.root["/DSS"]
    store["/OpenAction"] = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})
    writer.update_container(store)


def no_streams(writer: IncrementalPdfFileWriter) -> None:
    store = writer.root["/DSS"]
    store["/Certs"] = generic.ArrayObject(
        [first_page(writer).container_ref and writer.root.raw_get("/Pages")]
    )
    writer.update_container(store)


@pytest.mark.parametrize(
    "change", [removed, smuggled, other_entries, no_streams], ids=lambda change: change.__name__
)
def test_the_security_store_hides_nothing(change: Callable[[IncrementalPdfFileWriter], None]) -> None:
    report = verified(updated(long_term(), change))
    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].later_changes is LaterChanges.OTHER


def other_title(writer: IncrementalPdfFileWriter) -> None:
    info = generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Quyết định khác")})
    writer.set_info(writer.add_object(info))


def test_what_a_paper_says_of_itself_stays_as_it_was_signed() -> None:
    assert verified(updated(approval(), other_title)).verdict is Verdict.INVALID


def test_what_was_a_signature_and_is_shown_by_no_field_is_told() -> None:
    report = verified(updated(long_term(), removed_signatures))
    assert report.verdict is Verdict.UNSIGNED
    assert [note.code for note in report.notes] == ["signature_hidden"]
    assert verified(plain()).notes == ()


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 100_000,
        b"<</A " * 50_000,
        b"1 0 obj\n" + b"[" * 60_000 + b"]" * 60_000 + b"\nendobj\n",
    ],
    ids=["arrays", "dictionaries", "object"],
)
def test_depth_without_end_is_unreadable(hostile: bytes) -> None:
    data = b"%PDF-1.7\n" + hostile + b"\ntrailer\n<</Root " + hostile[:40_000] + b">>\nstartxref\n9\n%%EOF\n"
    assert verified(data).verdict is Verdict.UNREADABLE


def test_a_form_that_contains_itself_comes_to_an_end() -> None:
    def circle(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field["/Kids"] = generic.ArrayObject([writer.root["/AcroForm"]["/Fields"].raw_get(0)])
        writer.update_container(field)

    assert verified(updated(approval(), circle)).verdict is not Verdict.VALID


def test_more_signatures_than_anybody_makes_are_not_looked_at() -> None:
    def crowd(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        value = fields[0].raw_get("/V")
        for number in range(300):
            entries = {
                pdf_name("/FT"): pdf_name("/Sig"),
                pdf_name("/T"): generic.pdf_string(f"n{number}"),
                pdf_name("/V"): value,
            }
            fields.append(writer.add_object(generic.DictionaryObject(entries)))
        writer.update_container(fields)

    assert verified(updated(approval(), crowd)).verdict is Verdict.UNREADABLE

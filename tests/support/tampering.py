"""Changes to a PDF after it was signed, harmless and hostile ones."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic as typeless
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession

from support.sealing import NOW, Holder, timestamper

generic: Any = typeless

Change = Callable[[IncrementalPdfFileWriter], None]

BLACK_BOX = b"0 0 0 rg 0 0 300 300 re f"


class StandingClock(PdfSigner):
    """A signer for whom it is always the present of the tests."""

    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = NOW
        return session


class HeedlessSigner(StandingClock):
    """A signer that does not care what an earlier certification forbids."""

    def _enforce_certification_constraints(self, *_: Any) -> None:
        pass


def approved(
    data: bytes,
    holder: Holder,
    field: str = "Approval",
    *,
    certifies: MDPPerm | None = None,
    digest: str = "sha256",
    existing: bool = False,
    stamper: Holder | None = None,
) -> bytes:
    """The PDF with one more signature, as other programs make it.

    Args:
        data: the PDF.
        holder: who signs.
        field: name of the signature field.
        certifies: a certification that allows this much; None for an approval.
        digest: the digest algorithm.
        existing: the field is there already and waits for its signature.
        stamper: who gives it a timestamp.

    """
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=digest,
        subfilter=SigSeedSubFilter.PADES,
        certify=certifies is not None,
        docmdp_permissions=certifies or MDPPerm.FILL_FORMS,
        signer_key_usage=set(),
    )
    place = None if existing else SigFieldSpec(field, on_page=0, box=(10, 10, 90, 40))
    signer = HeedlessSigner(
        metadata,
        signer=holder.credentials.signer,
        timestamper=timestamper(stamper, NOW) if stamper else None,
        new_field_spec=place,
    )
    output = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    asyncio.run(signer.async_sign_pdf(writer, output=output))
    return output.getvalue()


def updated(data: bytes, change: Change) -> bytes:
    """The PDF with an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def with_waiting_field(data: bytes, name: str) -> bytes:
    """The PDF with an empty signature field."""
    field = SigFieldSpec(name, on_page=0, box=(10, 10, 90, 40))
    return updated(data, lambda writer: append_signature_field(writer, field))


def first_page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]["/Kids"][0]


def other_content(writer: IncrementalPdfFileWriter) -> None:
    """Let the page point to another content stream."""
    page = first_page(writer)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=BLACK_BOX))
    writer.update_container(page)


def replaced_content(writer: IncrementalPdfFileWriter) -> None:
    """Redefine the content stream under its own number, as in a shadow attack."""
    old = first_page(writer).raw_get("/Contents")
    writer.objects[(old.generation, old.idnum)] = generic.StreamObject(stream_data=BLACK_BOX)


def replaced_picture(writer: IncrementalPdfFileWriter) -> None:
    """Redefine the scan of the page under its own number."""
    old = first_page(writer)["/Resources"]["/XObject"].raw_get("/Im0")
    picture = generic.StreamObject(
        dict_data={
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/Width"): generic.NumberObject(1),
            pdf_name("/Height"): generic.NumberObject(1),
            pdf_name("/ColorSpace"): pdf_name("/DeviceGray"),
            pdf_name("/BitsPerComponent"): generic.NumberObject(8),
        },
        stream_data=b"\x00",
    )
    writer.objects[(old.generation, old.idnum)] = picture


def added_annotation(writer: IncrementalPdfFileWriter) -> None:
    """Lay a note over the page."""
    page = first_page(writer)
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): generic.pdf_string("Đã hủy"),
            pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(edge) for edge in (0, 0, 200, 200)]),
        }
    )
    reference = writer.add_object(note)
    if "/Annots" in page:
        page["/Annots"].append(reference)
        writer.update_container(page["/Annots"])
    else:
        page["/Annots"] = generic.ArrayObject([reference])
    writer.update_container(page)


def added_page(writer: IncrementalPdfFileWriter) -> None:
    """Put one more page behind the others."""
    box = generic.ArrayObject([generic.NumberObject(edge) for edge in (0, 0, 200, 200)])
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/MediaBox"): box,
            pdf_name("/Contents"): writer.add_object(generic.StreamObject(stream_data=BLACK_BOX)),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
        }
    )
    pages = writer.root["/Pages"]
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(pages["/Count"] + 1)
    writer.update_container(pages["/Kids"])
    writer.update_container(pages)


def removed_signatures(writer: IncrementalPdfFileWriter) -> None:
    """Take the form with its signature fields out of the document."""
    del writer.root["/AcroForm"]
    writer.update_container(writer.root)


def with_text_field(data: bytes) -> bytes:
    """The PDF with a form that has one text field, called ``note``."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=b"note",
                V=b"1000",
                Rect=pikepdf.Array([10, 100, 200, 120]),
            )
        )
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        output = io.BytesIO()
        pdf.save(output)
    return output.getvalue()


def filled_field(writer: IncrementalPdfFileWriter) -> None:
    """Write another value into the text field."""
    fields = (field.get_object() for field in writer.root["/AcroForm"]["/Fields"])
    field = next(field for field in fields if field["/T"] == "note")
    field["/V"] = generic.pdf_string("9000000")
    writer.update_container(field)


def byte_range(data: bytes) -> tuple[int, ...]:
    """The ``/ByteRange`` of the first signature."""
    found = re.search(rb"/ByteRange\s*\[([\d ]+)\]", data)
    assert found
    return tuple(int(number) for number in found[1].split())


def with_byte_range(data: bytes, *numbers: int) -> bytes:
    """The PDF with other numbers in ``/ByteRange``, at the same length."""
    found = re.search(rb"/ByteRange\s*\[([\d -]+)\]", data)
    assert found
    text = " ".join(map(str, numbers)).encode()
    assert len(text) <= len(found[1])
    return data[: found.start(1)] + text.ljust(len(found[1])) + data[found.end(1) :]


def flipped(data: bytes, place: int) -> bytes:
    """The data with one bit changed."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

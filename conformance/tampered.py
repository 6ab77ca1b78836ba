"""Signed papers that something was done to by plain means, harmless or hostile."""

from __future__ import annotations

import asyncio
import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
from dss import Question
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfTimeStamper
from tools import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from digitize.signatures.sign import Level
from support import tampering
from support.papers import plain, plain_paper
from support.sealing import DAY, NOW, Office, office, timestamper

Attack = Callable[[bytes], bytes]


def _update(change: tampering.Change) -> Attack:
    return lambda data: tampering.updated(data, change)


def _rewritten(data: bytes) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(output)
    return output.getvalue()


def _enclosed(data: bytes) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        pdf.attachments["signed.pdf"] = data
        pdf.save(output)
    return output.getvalue()


def _shorter_range(data: bytes) -> bytes:
    _, before, after, rest = tampering.byte_range(data)
    return tampering.with_byte_range(data, 0, before, after, rest - 20)


def _wider_gap(data: bytes) -> bytes:
    _, before, after, rest = tampering.byte_range(data)
    return tampering.with_byte_range(data, 0, before - 50, after, rest)


def _stuffed(data: bytes) -> bytes:
    _, _, after, _ = tampering.byte_range(data)
    return tampering.flipped(data, after - 20)


def _wrong_end(data: bytes) -> bytes:
    """The last thing in the CMS object is the signature value, or the timestamp's."""
    _, before, _, _ = tampering.byte_range(data)
    place = before + len(data[before + 1 :].split(b"00000000")[0]) - 40
    digit = b"1" if data[place : place + 1] == b"0" else b"0"
    return data[:place] + digit + data[place + 1 :]


def _tail(data: bytes) -> bytes:
    start: bytes = re.findall(rb"startxref\s+(\d+)", data)[-1]
    evil = tampering.BLACK_BOX
    stream = b"\n4 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(evil), evil)
    return data + stream + b"startxref\n" + start + b"\n%%EOF\n"


def _covering_field(writer: IncrementalPdfFileWriter) -> None:
    """Lay a signature field over the page that nobody signed, but that shows something."""
    generic, page = tampering.generic, tampering.first_page(writer)
    box = generic.ArrayObject([generic.NumberObject(edge) for edge in (0, 0, 300, 300)])
    kind = {pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form")}
    look = generic.StreamObject({**kind, pdf_name("/BBox"): box}, stream_data=tampering.BLACK_BOX)
    reference = page.container_ref
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): generic.pdf_string("Covering"),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/Rect"): box,
            pdf_name("/P"): generic.IndirectObject(reference.idnum, reference.generation, writer),
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)}),
        }
    )
    added = writer.add_object(field)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(added)
    writer.update_container(form["/Fields"])
    if "/Annots" in page:
        page["/Annots"].append(added)
        writer.update_container(page["/Annots"])
    else:
        page["/Annots"] = generic.ArrayObject([added])
    writer.update_container(page)


def _covering_timestamp(data: bytes) -> bytes:
    """The same with a document timestamp in that field, of an authority that nobody knows."""
    writer = IncrementalPdfFileWriter(io.BytesIO(tampering.updated(data, _covering_field)))
    stamper = PdfTimeStamper(timestamper(Office.new("Gốc lạ").stamper, NOW), field_name="Covering")
    output = io.BytesIO()
    asyncio.run(
        stamper.async_timestamp_pdf(
            writer, "sha256", validation_context=None, bytes_reserved=16384, output=output
        )
    )
    return output.getvalue()


HARMLESS: dict[str, Attack] = {
    "nothing was done": lambda data: data,
    "blanks behind the end": lambda data: data + b"\r\n\n",
    "signed by another": lambda data: tampering.approved(
        data, office().authority.issue("Người khác"), "Another"
    ),
}
"""What may be done to a signed paper, unless a certification forbids it."""

OWN: dict[str, Attack] = {
    "the page points to other content": _update(tampering.other_content),
    "content redefined": _update(tampering.replaced_content),
    "picture redefined": _update(tampering.replaced_picture),
    "a note laid over the page": _update(tampering.added_annotation),
    "one more page": _update(tampering.added_page),
    "signature fields taken out": _update(tampering.removed_signatures),
    "an empty signature field laid over the page": _update(_covering_field),
    "a document timestamp laid over the page": _covering_timestamp,
    "an empty signature field added": lambda data: tampering.with_waiting_field(data, "Later"),
    "a bit of the picture changed": lambda data: tampering.flipped(data, data.index(b"\xff\xda") + 40),
    "a bit of the metadata changed": lambda data: tampering.flipped(data, data.index(b"<dc:title>") + 50),
    "the end of the CMS object changed": _wrong_end,
    "the reserved room stuffed": _stuffed,
    "the byte range ends early": _shorter_range,
    "the byte range leaves a gap": _wider_gap,
    "objects behind the end": _tail,
    "something in front": lambda data: b"From: somebody\n\n" + data,
    "cut off": lambda data: data[: len(data) * 9 // 10],
    "written anew by another program": _rewritten,
    "enclosed in an unsigned file": _enclosed,
}


def questions(folder: Path) -> Iterator[Question]:
    """Signed papers of an office that believes in itself, each with something done to it."""
    bases = {
        f"certified {level.value}": office().signed(plain_paper(folder), level)
        for level in (Level.B_B, list(Level)[-1])
    }
    bases["approved"] = tampering.approved(plain(), office().signer)
    files: dict[tuple[str, bool], bytes] = {}
    for base, data in bases.items():
        files |= {(f"{base}: {name}", False): change(data) for name, change in HARMLESS.items()}
        files |= {(f"{base}: {name}", True): attack(data) for name, attack in OWN.items()}
    form = tampering.with_text_field(plain())
    fillable = tampering.approved(form, office().signer, certifies=MDPPerm.FILL_FORMS)
    files["form filled in", True] = tampering.updated(fillable, tampering.filled_field)
    trust = office().trust
    for number, ((name, hostile), data) in enumerate(files.items()):
        file = folder / f"attacked-{number}.pdf"
        file.write_bytes(data)
        yield Question(name, file, trust, NOW + DAY, hostile=hostile)

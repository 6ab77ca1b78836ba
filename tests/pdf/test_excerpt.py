"""Pages of a PDF as a file of their own."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from digitize.pdf.excerpt import write_excerpt


def scanned(path: Path, pages: int) -> Path:
    """A PDF whose pages share one list of pictures, with a link from each page to the next."""
    pdf = Pdf.new()
    pictures = Dictionary()
    for number in range(pages):
        data = bytes([number]) * 16
        pictures[f"/P{number}"] = Stream(
            pdf,
            data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=4,
            Height=4,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
        )
    shared = pdf.make_indirect(Dictionary(XObject=pictures))
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(100, 100))
        page.obj.Resources = shared
        page.obj.Contents = Stream(pdf, f"100 0 0 100 0 0 cm /P{number} Do".encode())
    for number, page in enumerate(pdf.pages):
        target = pdf.pages[(number + 1) % pages].obj
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], Dest=Array([target, Name.Fit])
        )
        page.obj.Annots = Array([link])
    pdf.Root.Names = Dictionary(Secret=pikepdf.String("of somebody else"))
    pdf.save(path)
    return path


def test_an_excerpt_has_the_pictures_of_its_pages_and_no_others(tmp_path: Path) -> None:
    source, target = scanned(tmp_path / "stack.pdf", 5), tmp_path / "cut" / "own.pdf"
    write_excerpt(source, [1, 3], target)
    with pikepdf.open(target) as cut:
        assert len(cut.pages) == 2
        streams = [one for one in cut.objects if isinstance(one, Stream)]
        pictures = [one.read_bytes() for one in streams if one.get("/Subtype") == Name.Image]
        assert sorted(pictures) == [b"\x01" * 16, b"\x03" * 16]
        assert all("/Annots" not in page.obj for page in cut.pages)
        assert "/Names" not in cut.Root
    again = tmp_path / "again.pdf"
    write_excerpt(source, [1, 3], again)
    assert again.read_bytes() == target.read_bytes()

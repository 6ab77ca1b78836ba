"""Reader's copies: the mark stands where it can be seen and covers nothing; signatures are gone."""

from __future__ import annotations

import datetime as dt
import io
from itertools import product
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digitize.errors import ItemProblem
from digitize.fonts import Face, find_font
from digitize.pdf.compose import check_pdfa
from digitize.pdf.copies import Mark, write_copy
from digitize.times import VIETNAM

MARK = Mark("BẢN SAO", find_font(Face.TIMES), 10, every_page=True)
FIRST = Mark("BẢN SAO", find_font(Face.TIMES), 10, every_page=False)
WHEN = dt.datetime(2026, 11, 21, 9, 5, 7, tzinfo=VIETNAM)
ORIGIN = "ab" * 32


def scanned(path: Path, *boxes: tuple[int, int, int, int], pages: int = 1, turn: int = 0) -> Path:
    """A PDF of grey pages of 400 by 600 points with black boxes, given from the top left as it is seen."""
    pdf = pikepdf.new()
    for _ in range(pages):
        image = Image.new("L", (400, 600), 225)
        draw = ImageDraw.Draw(image)
        for box in boxes:
            draw.rectangle(box, fill=20)
        image = image.rotate(turn, expand=True)
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=95)
        page = pdf.add_blank_page(page_size=image.size)
        facts = {"Width": image.width, "Height": image.height, "BitsPerComponent": 8}
        picture = pikepdf.Stream(
            pdf,
            stream.getvalue(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            ColorSpace=pikepdf.Name.DeviceGray,
            Filter=pikepdf.Name.DCTDecode,
            **facts,
        )
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        page.Contents = pikepdf.Stream(pdf, f"{image.width} 0 0 {image.height} 0 0 cm /Im0 Do".encode())
        if turn:
            page.Rotate = turn
    pdf.save(path)
    return path


def seen(path: Path, page: int = 0) -> NDArray[np.uint8]:
    """A page as it is seen, a point for each point."""
    document = pypdfium2.PdfDocument(path)
    try:
        picture: NDArray[np.uint8] = document[page].render(scale=1, grayscale=True).to_numpy()
        return picture
    finally:
        document.close()


def words(path: Path) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded().strip() for page in document]
    finally:
        document.close()


def added(before: Path, after: Path) -> tuple[int, int, int, int]:
    """Where a copy is darker than what it was made from: left, top, right, bottom."""
    darker = seen(before).astype(int) - seen(after) > 30
    rows, columns = np.nonzero(darker)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_mark_stands_upright_at_the_top_right_however_the_page_is_turned(
    tmp_path: Path, turn: int
) -> None:
    source = scanned(tmp_path / "a.pdf", turn=turn)
    done = write_copy(source, tmp_path / "b.pdf", MARK, ORIGIN, WHEN)
    assert (done.pages, done.covering) == (1, ())
    left, top, right, bottom = added(source, tmp_path / "b.pdf")
    assert right == pytest.approx(384, abs=4)
    assert top == pytest.approx(16, abs=4)
    # Seven letters, in one line of size 10.
    assert right - left == pytest.approx(44, abs=5)
    assert bottom - top == pytest.approx(9, abs=3)
    assert words(tmp_path / "b.pdf") == ["BẢN SAO"]


def test_the_mark_covers_nothing_while_there_is_room(tmp_path: Path) -> None:
    corner = (250, 5, 395, 60)
    source = scanned(tmp_path / "a.pdf", corner)
    assert write_copy(source, tmp_path / "b.pdf", MARK, ORIGIN, WHEN).covering == ()
    left, top, right, bottom = added(source, tmp_path / "b.pdf")
    assert bottom < corner[1] or top > corner[3] or right < corner[0]
    assert top < 80
    assert left > 200


def test_where_there_is_no_room_the_mark_stands_in_the_corner_and_that_is_told(tmp_path: Path) -> None:
    dots = [(x, y, x + 4, y + 4) for x, y in product(range(0, 400, 12), range(0, 600, 12))]
    source = scanned(tmp_path / "a.pdf", *dots, pages=2)
    done = write_copy(source, tmp_path / "b.pdf", MARK, ORIGIN, WHEN)
    assert done.covering == (1, 2)
    assert words(tmp_path / "b.pdf") == ["BẢN SAO", "BẢN SAO"]


def test_the_first_page_alone_where_the_profile_says_so(tmp_path: Path) -> None:
    source = scanned(tmp_path / "a.pdf", pages=2)
    write_copy(source, tmp_path / "b.pdf", FIRST, ORIGIN, WHEN)
    assert words(tmp_path / "b.pdf") == ["BẢN SAO", ""]


def test_a_copy_of_a_signed_file_is_archival_and_bears_no_signature(finished: Path, tmp_path: Path) -> None:
    source = max(
        finished.glob("archive/*/representations/rep1/data/*.pdf"), key=lambda path: path.stat().st_size
    )
    before = source.read_bytes()
    done = write_copy(source, tmp_path / "b.pdf", MARK, ORIGIN, WHEN)
    assert source.read_bytes() == before
    assert done.archival
    assert check_pdfa(tmp_path / "b.pdf") == ()
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert not {"/AcroForm", "/DSS", "/Perms"} & set(pdf.Root.keys())
        assert not any("/Annots" in page for page in pdf.pages)
        with pdf.open_metadata() as xmp:
            assert xmp["dc:relation"] == {f"urn:sha256:{ORIGIN}"}
            assert xmp["dc:type"] == {"BẢN SAO"}
    for old, new in zip(words(source), words(tmp_path / "b.pdf"), strict=True):
        assert "BẢN SAO" in new
        # The text layer stays, and what the signature showed stays to be seen.
        assert set(old.split()) <= set(new.split())
    # The visible signature is drawn into the page: organisation and time.
    assert "Ủy ban nhân dân phường Sao Mai" in " ".join(words(tmp_path / "b.pdf")[0].split())


def test_what_is_no_pdf_leaves_no_copy(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(ItemProblem, match="copy_failed"):
        write_copy(tmp_path / "a.pdf", tmp_path / "b.pdf", MARK, ORIGIN, WHEN)
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]

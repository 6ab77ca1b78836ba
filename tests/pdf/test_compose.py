"""Composing PDF/A from pictures and words: what others can read of it."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from lxml import etree
from PIL import Image

from digitize.model import Word
from digitize.pdf.compose import TOOL, ComposedPage, check_pdfa, compose
from support.papers import LINES, PROVENANCE, drawn, page, paper, plain_paper, reading


def text_of(path: Path, *options: str) -> str:
    return subprocess.run(
        ["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True
    ).stdout


def boxes_of(path: Path, dpi: float = 200.0) -> list[tuple[str, tuple[float, ...]]]:
    """Words with their boxes in pixels, as poppler sees them."""
    page = etree.fromstring(text_of(path, "-bbox").encode(), etree.HTMLParser(encoding="utf-8"))
    return [
        (
            word.text or "",
            tuple(float(word.get(key, "nan")) * dpi / 72 for key in ("xmin", "ymin", "xmax", "ymax")),
        )
        for word in page.iter("word")
    ]


def only_image(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    (image,) = pdf.pages[0].get_images().values()
    assert isinstance(image, pikepdf.Stream)
    return image


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Shared area as a part of the area of both together."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, across) * max(0.0, down)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def test_a_paper_is_pdf_a_2b_of_version_1_7_and_clean(tmp_path: Path) -> None:
    path = paper(tmp_path / "a.pdf", LINES, ("Trang hai",))
    assert check_pdfa(path) == ()
    assert path.read_bytes().startswith(b"%PDF-1.7")
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with pikepdf.open(path) as pdf, pdf.open_metadata() as xmp:
        assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "B")


def test_the_check_finds_what_is_not_pdf_a(tmp_path: Path) -> None:
    with pikepdf.open(plain_paper(tmp_path)) as pdf:
        pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary())
        del pdf.Root.OutputIntents
        pdf.save(tmp_path / "b.pdf")
    assert check_pdfa(tmp_path / "b.pdf") != ()


def test_text_copies_out_as_it_was_read_in_composed_vietnamese(tmp_path: Path) -> None:
    text = text_of(plain_paper(tmp_path))
    assert text.split("\n")[:3] == list(LINES)
    assert unicodedata.is_normalized("NFC", text)


def test_every_letter_of_vietnamese_copies_out(tmp_path: Path) -> None:
    vowels = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
    letters = vowels + vowels.upper()
    words = [letters[start : start + 38] for start in range(0, len(letters), 38)] + ["“…”–№½€"]
    assert text_of(paper(tmp_path / "a.pdf", words)).split() == words


def test_words_lie_on_their_pictures(tmp_path: Path) -> None:
    path = plain_paper(tmp_path)
    _, words = drawn()
    found = boxes_of(path)
    assert [text for text, _ in found] == [word.text for word in words]
    for (text, box), word in zip(found, words, strict=True):
        left, _, right, _ = word.box
        assert abs(box[0] - left) < 2, text
        assert abs(box[2] - right) < 2, text
        # Heights are those of the line, so that a comma or a dash stands on it.
        assert box[1] < word.box[3], text
        assert box[3] > word.box[1], text
    shares = [overlap(box, word.box) for (_, box), word in zip(found, words, strict=True)]
    # Poppler takes a font to be a third higher than it is.
    assert sum(shares) / len(shares) > 0.65


def test_a_word_far_from_its_line_keeps_its_own_box(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    Image.new("RGB", (1000, 400), "white").save(picture, dpi=(200, 200))
    words = [
        Word("Số:", (100, 100, 160, 140), 0.9, 0),
        Word("12/UBND", (180, 100, 400, 140), 0.9, 0),
        Word("dấu", (600, 250, 700, 300), 0.9, 0),
    ]
    compose([ComposedPage(picture, reading(words, (1000, 400)))], PROVENANCE, tmp_path / "a.pdf")
    boxes = dict(boxes_of(tmp_path / "a.pdf"))
    assert overlap(boxes["dấu"], (600, 250, 700, 300)) > 0.7


def test_the_text_is_invisible(tmp_path: Path) -> None:
    path = plain_paper(tmp_path)
    with pikepdf.open(path) as pdf:
        image = only_image(pdf)
        picture = pikepdf.PdfImage(image).as_pil_image().convert("RGB")
    with pypdfium2.PdfDocument(path) as document:
        shown = document[0].render(scale=200 / 72).to_pil().convert("RGB").resize(picture.size)
    difference = np.abs(np.asarray(shown, dtype=int) - np.asarray(picture, dtype=int))
    assert difference.mean() < 3


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_jpeg_data_is_passed_through_untouched(tmp_path: Path, mode: str) -> None:
    composed = page(tmp_path / "a.jpg", mode=mode)
    compose([composed], PROVENANCE, tmp_path / "a.pdf")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        image = only_image(pdf)
        assert image.read_raw_bytes() == composed.picture.read_bytes()
    assert check_pdfa(tmp_path / "a.pdf") == ()


@pytest.mark.parametrize("size", [(1000, 400), (1003, 701)])
def test_a_picture_in_black_and_white_stays_lossless_and_small(tmp_path: Path, size: tuple[int, int]) -> None:
    composed = page(tmp_path / "a.png", mode="1", size=size)
    compose([composed], PROVENANCE, tmp_path / "a.pdf")
    assert check_pdfa(tmp_path / "a.pdf") == ()
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        image = only_image(pdf)
        assert image.Filter == pikepdf.Name.CCITTFaxDecode
        kept = np.array(pikepdf.PdfImage(image).as_pil_image().convert("L"))
    with Image.open(composed.picture) as wanted:
        assert np.array_equal(kept, np.array(wanted.convert("L")))


def test_a_page_is_as_large_as_its_paper_was(tmp_path: Path) -> None:
    with pikepdf.open(plain_paper(tmp_path)) as pdf:
        box = [float(edge) for edge in pdf.pages[0].MediaBox]
    assert box == pytest.approx([0, 0, 1000 * 72 / 200, 400 * 72 / 200])


def test_a_blank_page_has_a_picture_and_no_words(tmp_path: Path) -> None:
    path = paper(tmp_path / "a.pdf", (), LINES)
    assert check_pdfa(path) == ()
    assert text_of(path, "-l", "1").strip() == ""
    assert text_of(path, "-f", "2").startswith(LINES[0])


def test_title_language_and_provenance_stand_in_the_file(tmp_path: Path) -> None:
    with pikepdf.open(plain_paper(tmp_path)) as pdf:
        assert str(pdf.Root.Lang) == "vi-VN"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle == True  # noqa: E712 - a pikepdf object
        with pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == PROVENANCE.title
            assert xmp["dc:creator"] == [PROVENANCE.organisation]
            assert xmp["dc:identifier"] == PROVENANCE.identifier
            assert xmp["dc:description"] == PROVENANCE.conversion_mark
            assert xmp["dc:source"] == f"urn:sha256:{'ab' * 32} urn:sha256:{'cd' * 32}"
            assert xmp["dc:contributor"] == {PROVENANCE.engine}
            assert xmp["dc:language"] == {"vi-VN"}
            assert xmp["pdf:Keywords"] == "khai sinh, hộ tịch"
            assert xmp["xmp:CreatorTool"] == TOOL
            assert xmp["xmp:CreateDate"] == "2026-06-01T09:00:00+07:00"


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    bare = replace(PROVENANCE, sources=(), engine="", keywords=())
    with pikepdf.open(paper(tmp_path / "a.pdf", provenance=bare)) as pdf, pdf.open_metadata() as xmp:
        for key in ("dc:source", "dc:contributor", "pdf:Keywords"):
            assert key not in xmp
    assert check_pdfa(tmp_path / "a.pdf") == ()


def test_the_same_pages_make_the_same_file_but_for_the_moment_of_writing(tmp_path: Path) -> None:
    moment = rb"<xmp:MetadataDate>[^<]*|/ID \[[^]]*\]"
    first, second = (re.sub(moment, b"", paper(tmp_path / name).read_bytes()) for name in ("a.pdf", "b.pdf"))
    assert first == second
    other = replace(PROVENANCE, created=PROVENANCE.created + dt.timedelta(days=1))
    assert re.sub(moment, b"", paper(tmp_path / "c.pdf", provenance=other).read_bytes()) != first


def test_the_font_has_no_ink_and_is_embedded_once(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    path = paper(tmp_path / "a.pdf", LINES, LINES)
    with pikepdf.open(path) as pdf:
        fonts = [page.Resources.Font.F0 for page in pdf.pages]
        assert fonts[0].objgen == fonts[1].objgen
        program = fonts[0].DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
        mapping = fonts[0].ToUnicode.read_bytes().decode("ascii")
    with TTFont(io.BytesIO(program)) as font:
        outlines = [font["glyf"][name].numberOfContours for name in font.getGlyphOrder()]
        assert outlines == [0, 0]
    codes = {int(code, 16) for code in re.findall(r"^<(\w{4})> <\1>$", mapping, re.MULTILINE)}
    assert {chr(code) for code in codes} == {" "} | set("".join(LINES)) - {" "}


def test_a_letter_outside_the_basic_plane_does_not_spoil_the_others(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    Image.new("RGB", (1000, 400), "white").save(picture, dpi=(200, 200))
    words = [Word("𠮷ủy", (100, 100, 200, 140), 0.5, 0), Word("ban", (220, 100, 300, 140), 0.5, 0)]
    compose([ComposedPage(picture, reading(words, (1000, 400)))], PROVENANCE, tmp_path / "a.pdf")
    assert check_pdfa(tmp_path / "a.pdf") == ()
    assert text_of(tmp_path / "a.pdf").split() == ["\ufffdủy", "ban"]


def test_more_than_a_hundred_different_letters_are_mapped(tmp_path: Path) -> None:
    letters = "".join(chr(code) for code in [*range(0x1EA0, 0x1EFA), *range(0x30, 0x7B)])
    words = [letters[start : start + 33] for start in range(0, len(letters), 33)]
    assert text_of(paper(tmp_path / "a.pdf", words)).split() == words


def test_a_failure_leaves_an_older_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    target.write_bytes(b"older")
    missing = ComposedPage(tmp_path / "none.jpg", reading([], (10, 10)))
    with pytest.raises(FileNotFoundError):
        compose([missing], PROVENANCE, target)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.pdf", b"older")]

"""The visible appearance of a signature."""

from __future__ import annotations

import datetime as dt
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray

from digitize.fonts import Face, find_font
from digitize.pdf.compose import check_pdfa
from digitize.signatures.sign import sign_pdf
from digitize.signatures.stamp import Frame, Rectangle, Stamp
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import verify_pdf
from support.papers import plain_paper
from support.sealing import DAY, NOW, office

PAGE = (0, 0, 595, 842)


def stamp(*lines: str) -> Stamp:
    return Stamp(lines or ("UBND xã Thử Nghiệm",), find_font(Face.TIMES))


def stamped(folder: Path, seen: Stamp, occupied: tuple[Rectangle, ...] = ()) -> Path:
    target = folder / "stamped.pdf"
    sign_pdf(plain_paper(folder), target, replace(office().seal(), stamp=seen), NOW, occupied)
    return target


def overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_organisation_and_time_stand_on_the_first_page_and_copy_out(tmp_path: Path) -> None:
    path = stamped(tmp_path, stamp("UBND xã Thử Nghiệm", "Đã số hóa 100%"))
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    for line in ("UBND xã Thử Nghiệm", "Đã số hóa 100%", "2026-06-01T09:00:00+07:00"):
        assert line in text
    assert verify_pdf(path, office().trust, NOW + DAY).verdict is Verdict.VALID


def test_the_time_is_vietnamese_whatever_the_zone_of_the_clock(tmp_path: Path) -> None:
    target = tmp_path / "stamped.pdf"
    moment = dt.datetime(2026, 5, 31, 20, 30, tzinfo=dt.UTC)
    sign_pdf(plain_paper(tmp_path), target, replace(office().seal(), stamp=stamp()), moment)
    text = subprocess.run(["pdftotext", target, "-"], capture_output=True, text=True, check=True).stdout
    assert "2026-06-01T03:30:00+07:00" in text


def test_the_ink_is_black_and_inside_the_box_of_the_signature(tmp_path: Path) -> None:
    seen = stamp()
    unstamped = plain_paper(tmp_path)
    path = stamped(tmp_path, seen)
    with pikepdf.open(path) as pdf:
        left, bottom, right, top = (float(edge) for edge in pdf.pages[0].Annots[0].Rect)
        height = float(pdf.pages[0].MediaBox[3])
    scale = 4

    def pixels(file: Path) -> NDArray[np.int_]:
        with pypdfium2.PdfDocument(file) as document:
            document.init_forms()
            page = document[0]
            return np.asarray(
                page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB"), dtype=int
            )

    before, after = pixels(unstamped), pixels(path)
    rows, columns = np.nonzero(np.abs(before - after).sum(axis=2) > 60)
    assert len(rows) > 500
    assert left - 1 <= columns.min() / scale
    assert columns.max() / scale <= right + 1
    assert height - top - 1 <= rows.min() / scale
    assert rows.max() / scale <= height - bottom + 1
    darkest = after[rows, columns].sum(axis=1).min()
    assert darkest < 60


def test_the_font_is_embedded_and_the_paper_stays_pdf_a(tmp_path: Path) -> None:
    path = stamped(tmp_path, stamp("UBND xã Thử Nghiệm", "Đặng Thị Ký – ký số"))
    assert [finding for finding in check_pdfa(path) if not finding.startswith("[unsupported]")] == []
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    embedded = [line.split()[-5:-3] for line in fonts.splitlines()[2:]]
    assert embedded
    assert all(parts[0] == "yes" for parts in embedded), fonts


def place(page: Rectangle, occupied: tuple[Rectangle, ...] = ()) -> Rectangle:
    box = stamp().place(Frame(page), occupied)
    assert box is not None
    return box.box


def test_it_stands_at_the_top_right() -> None:
    left, bottom, right, top = place(PAGE)
    assert (right, top) == (595 - 14, 842 - 14)
    assert top - bottom == 24
    assert 90 < right - left < 200


def test_it_gives_way_to_words_along_the_top_then_down_the_right() -> None:
    usual = place(PAGE)
    moved = place(PAGE, (usual,))
    assert not overlap(moved, usual)
    assert moved[1] == usual[1]
    whole_top = (0, 700, 595, 842)
    lower = place(PAGE, (whole_top,))
    assert not overlap(lower, whole_top)
    assert lower[2] == usual[2]


def test_it_finds_room_in_the_middle_where_all_edges_are_written_on() -> None:
    edges = ((0, 0, 595, 100), (0, 0, 60, 842), (400, 0, 595, 842), (0, 700, 595, 842))
    moved = place(PAGE, edges)
    assert not any(overlap(moved, edge) for edge in edges)


def test_on_a_page_that_is_written_all_over_it_covers_nothing() -> None:
    assert stamp().place(Frame(PAGE), (PAGE,)) is None


@pytest.mark.parametrize("page", [(0, 0, 240, 90), (0, 0, 842, 595), (-100, 50, 495, 892)])
def test_it_stays_on_pages_of_any_size_and_origin(page: Rectangle) -> None:
    left, bottom, right, top = place(page)
    assert page[0] <= left < right <= page[2]
    assert page[1] <= bottom < top <= page[3]


@pytest.mark.parametrize("page", [(0, 0, 90, 200), (0, 0, 595, 40), (0, 0, 1, 1)])
def test_a_scrap_too_small_for_it_is_signed_without_one(tmp_path: Path, page: Rectangle) -> None:
    assert stamp().place(Frame(page)) is None
    scrap = tmp_path / "scrap.pdf"
    with pikepdf.open(plain_paper(tmp_path)) as pdf:
        pdf.pages[0].MediaBox = list(page)
        pdf.save(scrap)
    target = tmp_path / "signed.pdf"
    sign_pdf(scrap, target, replace(office().seal(), stamp=stamp()), NOW)
    assert target.stat().st_size > scrap.stat().st_size


def test_without_a_stamp_nothing_is_to_be_seen(tmp_path: Path) -> None:
    target = tmp_path / "signed.pdf"
    sign_pdf(plain_paper(tmp_path), target, office().seal(), NOW)
    with pikepdf.open(target) as pdf:
        annotation = pdf.pages[0].Annots[0]
        assert [float(edge) for edge in annotation.Rect] == [0, 0, 0, 0]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_on_a_turned_page_it_stands_upright_at_the_top_right_of_what_is_seen(
    tmp_path: Path, turn: int
) -> None:
    turned = tmp_path / "turned.pdf"
    with pikepdf.open(plain_paper(tmp_path)) as pdf:
        pdf.pages[0].MediaBox = [10, -400, 410, 0]
        del pdf.pages[0].Contents
        pdf.pages[0].Rotate = turn
        pdf.save(turned)
    target = tmp_path / "signed.pdf"
    place = sign_pdf(turned, target, replace(office().seal(), stamp=stamp()), NOW)
    assert place is not None
    assert place.prescribed
    with pypdfium2.PdfDocument(target) as document:
        document.init_forms()
        seen = np.asarray(document[0].render(scale=2, may_draw_forms=True).to_pil().convert("L"), dtype=int)
    rows, columns = np.nonzero(seen < 128)
    ink = seen[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    # Wide and flat like two lines of text, at the top right; and the same whatever the turn.
    assert ink.shape[1] > 3 * ink.shape[0]
    assert rows.max() < 100
    assert columns.min() > 400
    assert _UPRIGHT.setdefault("ink", ink).shape == ink.shape
    assert np.abs(_UPRIGHT["ink"] - ink).mean() < 25


_UPRIGHT: dict[str, NDArray[np.int_]] = {}

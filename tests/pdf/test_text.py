"""The text that a PDF bears comes out as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitize.errors import ItemProblem
from digitize.pdf.text import page_texts
from support.papers import paper


def test_text_comes_out_page_by_page(tmp_path: Path) -> None:
    path = paper(tmp_path / "a.pdf", ["Ngô Minh Nghĩa", "số 12"], [], ["Trang ba"])
    first, second, third = page_texts(path.read_bytes(), max_pages=10)
    assert first.split() == ["Ngô", "Minh", "Nghĩa", "số", "12"]
    assert (second.split(), third.split()) == ([], ["Trang", "ba"])
    assert len(page_texts(path.read_bytes(), max_pages=2)) == 2


def test_what_is_no_pdf_is_told() -> None:
    with pytest.raises(ItemProblem) as caught:
        page_texts(b"%PDF-1.7 nothing more", max_pages=10)
    assert caught.value.code == "pdf_broken"

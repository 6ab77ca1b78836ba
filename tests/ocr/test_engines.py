"""Both engines read the same, and one is found where it can be."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from digitize.errors import EnvironmentProblem
from digitize.imaging.decode import decode
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import EngineName, Layout, OcrEngine
from digitize.ocr.pytesseract_engine import PytesseractEngine
from digitize.ocr.tessdata import LANGUAGE, data_checksum, find_tessdata
from digitize.ocr.tesserocr_engine import TesserocrEngine
from support.places import CASES, needs_cases
from support.reading import LINES, found_share, upper_part, written_sheet

DPI = 200
NAMES = (EngineName.TESSEROCR, EngineName.PYTESSERACT)


@pytest.fixture(scope="module")
def page() -> Pixels:
    return to_grey(upper_part(written_sheet(dpi=DPI), 58))


@pytest.fixture(scope="module")
def engines() -> dict[EngineName, OcrEngine]:
    return {name: open_engine(name) for name in NAMES}


@pytest.fixture(scope="module")
def readings(page: Pixels, engines: dict[EngineName, OcrEngine]) -> dict[EngineName, tuple[Word, ...]]:
    return {name: one.read(page, DPI) for name, one in engines.items()}


def shared(first: Word, second: Word) -> float:
    """The share of two boxes that is in both."""
    left, top = max(first.box[0], second.box[0]), max(first.box[1], second.box[1])
    right, bottom = min(first.box[2], second.box[2]), min(first.box[3], second.box[3])
    common = max(0, right - left) * max(0, bottom - top)
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (first.box, second.box)]
    return common / (sum(areas) - common)


def test_both_engines_read_the_same_words_at_the_same_places(
    readings: dict[EngineName, tuple[Word, ...]],
) -> None:
    ours, theirs = (readings[name] for name in NAMES)
    assert [word.text for word in ours] == " ".join(LINES).split()
    assert [word.text for word in theirs] == [word.text for word in ours]
    assert [word.line for word in theirs] == [word.line for word in ours]
    assert all(shared(one, other) > 0.8 for one, other in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_words_stand_in_the_page_in_order_and_composed(
    readings: dict[EngineName, tuple[Word, ...]], page: Pixels, name: EngineName
) -> None:
    height, width = page.shape
    words = readings[name]
    for word in words:
        left, top, right, bottom = word.box
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        assert 0 <= word.confidence <= 1
        assert word.text == unicodedata.normalize("NFC", word.text)
        assert word.text == word.text.strip() != ""
    assert [word.line for word in words] == sorted(word.line for word in words)
    assert {word.line for word in words} == set(range(len(LINES)))


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_read_as_a_line(
    page: Pixels, engines: dict[EngineName, OcrEngine], name: EngineName
) -> None:
    line = page[round(15 * DPI / 25.4) : round(23 * DPI / 25.4)]
    words = engines[name].read(line, DPI, Layout.LINE)
    assert " ".join(word.text for word in words) == LINES[0]
    assert {word.line for word in words} == {0}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", [Layout.PAGE, Layout.BLOCK])
def test_nothing_is_read_from_empty_paper(
    engines: dict[EngineName, OcrEngine], name: EngineName, layout: Layout
) -> None:
    assert engines[name].read(np.full((200, 300), 250, np.uint8), DPI, layout) == ()


@pytest.mark.parametrize("shape", [(1, 1), (2, 600), (600, 2), (3, 3)])
@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_pictures_are_read_without_harm(
    engines: dict[EngineName, OcrEngine], name: EngineName, shape: tuple[int, int]
) -> None:
    height, width = shape
    for word in engines[name].read(np.zeros(shape, np.uint8), DPI, Layout.LINE):
        left, top, right, bottom = word.box
        assert 0 <= left <= right <= width
        assert 0 <= top <= bottom <= height


def test_reading_one_page_says_nothing_about_the_next(page: Pixels, engine: OcrEngine) -> None:
    first = engine.read(page, DPI)
    engine.read(page[:100], 300, Layout.LINE)
    assert engine.read(page, DPI) == first


def test_an_engine_tells_its_versions_and_the_sum_of_its_data(engines: dict[EngineName, OcrEngine]) -> None:
    checksum = data_checksum(find_tessdata())
    assert len(checksum) == 12
    for name, one in engines.items():
        assert one.identity.startswith(f"{name.value} ")
        assert f", {LANGUAGE} {checksum}" in one.identity
        assert ", Tesseract 5." in one.identity


def test_tesserocr_is_taken_where_it_is_there() -> None:
    assert isinstance(open_engine(), TesserocrEngine)
    assert isinstance(open_engine(EngineName.PYTESSERACT), PytesseractEngine)


def test_pytesseract_is_taken_where_tesserocr_cannot_be_imported(
    monkeypatch: pytest.MonkeyPatch, page: Pixels
) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    monkeypatch.delitem(sys.modules, "digitize.ocr.tesserocr_engine", raising=False)
    engine = open_engine()
    assert isinstance(engine, PytesseractEngine)
    assert found_share(LINES[0], engine.read(page, DPI)) == 1.0
    with pytest.raises(EnvironmentProblem) as caught:
        open_engine(EngineName.TESSEROCR)
    assert (caught.value.code, caught.value.facts) == ("engine_missing", {"engine": "tesserocr"})


def test_without_the_program_pytesseract_is_missing(tmp_path: Path) -> None:
    program = (
        "from digitize.errors import EnvironmentProblem\n"
        "from digitize.ocr.choice import open_engine\nfrom digitize.ocr.engine import EngineName\n"
        "try:\n    open_engine(EngineName.PYTESSERACT)\n"
        "except EnvironmentProblem as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "engine_missing (engine=tesseract)\n"


def test_importing_the_room_keeps_the_engine_to_one_thread() -> None:
    program = "import os, digitize.ocr\nprint(os.environ['OMP_THREAD_LIMIT'])"
    without = {key: value for key, value in os.environ.items() if key != "OMP_THREAD_LIMIT"}
    for environment, limit in ((without, "1"), (without | {"OMP_THREAD_LIMIT": "3"}, "3")):
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == limit


def test_language_data_are_looked_for_where_they_were_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = find_tessdata()
    with pytest.raises(EnvironmentProblem) as caught:
        find_tessdata(tmp_path)
    assert caught.value.facts == {"language": LANGUAGE, "place": str(tmp_path)}
    (tmp_path / "tessdata").mkdir()
    (tmp_path / "tessdata" / "vie.traineddata").symlink_to(real / "vie.traineddata")
    assert find_tessdata(tmp_path) == tmp_path / "tessdata"
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert find_tessdata() == tmp_path / "tessdata"
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "missing"))
    assert find_tessdata() == real


def test_an_engine_reads_with_data_from_a_folder_with_an_odd_name(tmp_path: Path, page: Pixels) -> None:
    folder = tmp_path / "dữ liệu 'OCR'"
    folder.mkdir()
    (folder / "vie.traineddata").symlink_to(find_tessdata() / "vie.traineddata")
    for name in NAMES:
        assert found_share(LINES[0], open_engine(name, folder).read(page, DPI)) == 1.0


def test_a_language_without_data_is_an_environment_problem() -> None:
    with pytest.raises(EnvironmentProblem, match="tessdata_missing"):
        open_engine(language="xyz")


@needs_cases
def test_a_real_picture_of_a_vietnamese_word_is_read(engine: OcrEngine) -> None:
    picture = decode(CASES / "images" / "tesseract" / "viet.tif", max_megapixels=50)
    words = engine.read(to_grey(picture.pixels), picture.dpi)
    assert [word.text for word in words] == ["tiếng"]

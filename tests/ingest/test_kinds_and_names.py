"""What a file is by its bytes, and names that are safe everywhere."""

from __future__ import annotations

import datetime as dt
import io
import os
import unicodedata
from pathlib import Path, PurePath
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitize.archive.naming import make_names
from digitize.ingest.kinds import FileKind, is_plain_file, kind_of
from digitize.ingest.naming import in_order, nfc, safe_code, unused
from digitize.profiles.profile import load_profile
from digitize.settings import Organisation
from support.places import CASES, needs_cases

ANY_NAME = st.text(st.characters(codec="utf-8"), max_size=120)


def image_data(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (9, 9), "white").save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "JPEG2000", "BMP", "WEBP"])
def test_an_image_is_told_by_its_bytes_whatever_its_name_says(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thu.pdf"
    path.write_bytes(image_data(kind))
    assert kind_of(path) is FileKind.IMAGE


def test_a_pdf_may_have_bytes_before_its_header(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\r\n" * 300 + b"%PDF-1.4\n")
    assert kind_of(path) is FileKind.PDF
    path.write_bytes(b" " * 2000 + b"%PDF-1.4\n")
    assert kind_of(path) is None


@pytest.mark.parametrize(
    "data", [b"", b"MZ\x90\x00", b"GIF89a", b"PK\x03\x04", b"RIFF\x00\x00\x00\x00WAVE", b"\xff\xd8"]
)
def test_other_files_are_no_scans_whatever_their_name_says(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "trang 1.jpg"
    path.write_bytes(data)
    assert kind_of(path) is None


@needs_cases
def test_real_scans_of_every_format_are_known() -> None:
    images = CASES / "images"
    for name in ("image-tiff/BigTIFF.tif", "image-tiff/BigTIFFMotorola.tif", "pillow/16bit.cropped.jp2"):
        assert kind_of(images / name) is FileKind.IMAGE, name
    assert kind_of(images / "ocrmypdf" / "trivial.pdf") is FileKind.PDF


def test_only_regular_files_are_plain(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    os.mkfifo(tmp_path / "pipe")
    assert is_plain_file(tmp_path / "a")
    for other in ("link", "pipe", ".", "missing"):
        assert not is_plain_file(tmp_path / other)


def test_pages_stand_in_the_order_that_a_person_sees() -> None:
    names = ["trang 10.jpg", "Trang 2.jpg", "b/trang 1.jpg", "a/trang 3.jpg", "trang 1.jpg"]
    assert [str(path) for path in in_order(map(PurePath, names))] == [
        "a/trang 3.jpg",
        "b/trang 1.jpg",
        "trang 1.jpg",
        "Trang 2.jpg",
        "trang 10.jpg",
    ]


def test_order_does_not_depend_on_how_letters_are_composed() -> None:
    names = ["tờ 1", "tờ 2", "tờ 10"]
    mixed = [names[2], unicodedata.normalize("NFD", names[1]), names[0]]
    assert [nfc(str(path)) for path in in_order(map(PurePath, mixed))] == names


@settings(max_examples=150)
@given(ANY_NAME)
def test_every_name_gives_a_code_that_is_a_safe_file_name(name: str) -> None:
    code = safe_code(name)
    assert code
    assert code == unicodedata.normalize("NFC", code)
    assert not set(code) & set('/\\:*?"<>|\0\n\r\t')
    assert code.strip(" .") == code
    assert len(code.encode()) <= 150
    assert PurePath(code).name == code


@settings(max_examples=100)
@given(ANY_NAME)
def test_a_code_is_its_own_code(name: str) -> None:
    assert safe_code(safe_code(name)) == safe_code(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("000.00.01.H99-261118-0001", "000.00.01.H99-261118-0001"),
        ("  Hồ sơ 7 . ", "Hồ sơ 7"),
        ("a/b:c", "a_b_c"),
        ("..", "ho-so"),
        ("", "ho-so"),
        ("\x07", "_"),
    ],
)
def test_a_code_stays_as_close_to_the_name_as_is_safe(name: str, code: str) -> None:
    assert safe_code(name) == code


def test_bytes_that_are_no_text_make_a_code_all_the_same() -> None:
    name = os.fsdecode(b"h\xff so")
    assert safe_code(name).encode("utf-8") == "h\ufffd so".encode()


def test_a_long_name_is_cut_between_letters() -> None:
    assert safe_code("ệ" * 100) == "ệ" * 50


@settings(max_examples=60)
@given(st.sampled_from(["a.jpg", "a", "Hồ sơ 7", ".jpg", "a.b.tiff", "000.01.H99-0001"]), st.integers(0, 5))
def test_a_taken_name_gets_the_next_number_and_keeps_its_suffix(name: str, times: int) -> None:
    taken: set[str] = set()
    for _ in range(times + 1):
        free = unused(name, taken)
        assert free not in taken
        taken.add(free)
    assert len(taken) == times + 1
    assert name in taken


def test_numbers_stand_before_the_suffix_and_behind_a_code() -> None:
    assert unused("a.jpg", {"a.jpg", "a-2.jpg"}) == "a-3.jpg"
    assert unused("000.01.H99-261118-0001", {"000.01.H99-261118-0001"}) == "000.01.H99-261118-0001-2"


@pytest.mark.parametrize("ordinal", [1, 9_999_999])
def test_the_longest_code_fits_the_identifiers_of_a_package(ordinal: int) -> None:
    code = safe_code("Hồ sơ đăng ký khai sinh của cháu Nguyễn Thị Thử, thôn 5 xã Thử, năm 2025 " * 3)
    office = Organisation(name="UBND", code="000.00.00.H99", fonds="000.00.00.H99", archive="000.00.00.H99")
    rules = load_profile("tt05-2025").package
    names = make_names(rules, office, unused(code, [code]), dt.datetime(2025, 1, 1, tzinfo=dt.UTC), uuid4())
    told = (names.file_code, names.archive_file_code, names.paper_file_code, names.doc_id(ordinal))
    assert max(map(len, (*told, names.doc_code(ordinal)))) <= 100


def test_long_names_that_differ_at_their_end_are_two_codes() -> None:
    long = "Hồ sơ đăng ký khai sinh của cháu bé trong gia đình ở thôn 5 của ông Nguyễn Văn"
    assert safe_code(f"{long} A") != safe_code(f"{long} B")

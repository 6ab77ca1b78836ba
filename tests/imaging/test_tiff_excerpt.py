"""Pages of a TIFF file as a file of their own."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitize.errors import ItemProblem
from digitize.imaging.decode import count_frames, decode
from digitize.imaging.tiff import Hindrance, Tiff, TiffPage
from digitize.imaging.tiff_excerpt import write_tiff_excerpt
from support.tiffs import ASCII, BYTE, LONG, RATIONAL, SHORT, UNDEFINED, Page, Value, grey, write_tiff

OWN = [1, 3]
WIDTH, HEIGHT = 32, 48


def drawn(number: int, mode: str = "RGB") -> Image.Image:
    """A page that looks like no other, large enough for several strips."""
    grain = np.random.default_rng(number).integers(200, 255, (400, 300, 3), np.uint8)
    image = Image.fromarray(grain)
    ImageDraw.Draw(image).text((20, 30 * number + 10), f"page {number} " * 4, fill=(0, 0, 60))
    return image.convert(mode)


def saved(path: Path, compression: str | None, mode: str = "RGB", **options: object) -> Path:
    pages = [drawn(number, mode) for number in range(5)]
    more: dict[str, object] = {"compression": compression} if compression else {}
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(200, 200), **more, **options)  # type: ignore[arg-type]
    return path


def lettered(number: int) -> bytes:
    """The pixels of a small page, in which its number can be read."""
    return (f"<data of page {number}>".encode() * 200)[: WIDTH * HEIGHT]


def small(number: int, more: Mapping[int, Value] | None = None) -> Page:
    """A grey page in three strips."""
    data, rows = lettered(number), HEIGHT // 3
    strips = [data[rows * WIDTH * n : rows * WIDTH * (n + 1)] for n in range(3)]
    return Page(grey(WIDTH, HEIGHT, 1, {278: (SHORT, [rows]), **(more or {})}), strips)


def stack(path: Path, order: str = "<", *, big: bool = False) -> Path:
    return write_tiff(path, [small(number) for number in range(5)], order, big=big)


def cut(source: Path, target: Path, pages: Sequence[int] = OWN) -> bytes:
    write_tiff_excerpt(source, pages, target, max_megapixels=10)
    return target.read_bytes()


def structure(path: Path) -> tuple[Tiff, list[TiffPage], list[list[bytes]]]:
    """The pages of a file, and the bytes of their strips or tiles."""
    with path.open("rb") as stream:
        tiff = Tiff(stream)
        pages = tiff.pages()
        blocks = [[tiff.read(at, end - at) for at, end in page.blocks.tolist()] for page in pages]
    return tiff, pages, blocks


def require_same(source: Path, target: Path, pages: Sequence[int] = OWN) -> None:
    """The cut has the pages, bit by bit, in the same kind of file, and nothing of others."""
    data = cut(source, target, pages)
    kind, _, theirs = structure(source)
    new, _, blocks = structure(target)
    assert new.head == kind.head
    assert blocks == [theirs[page] for page in pages]
    assert count_frames(target) == len(pages)
    for number, page in enumerate(pages):
        wanted, found = (
            decode(source, frame=page, max_megapixels=10),
            decode(target, frame=number, max_megapixels=10),
        )
        assert np.array_equal(wanted.pixels, found.pixels)
        assert (wanted.dpi, wanted.depth) == (found.dpi, found.depth)
    foreign = {block for number, page in enumerate(theirs) if number not in pages for block in page}
    assert not [block for block in foreign if block in data]
    assert cut(source, target.with_name("again.tif"), pages) == data


def refusal(source: Path, folder: Path, pages: Sequence[int] = OWN) -> str:
    """Why a file is not cut; nothing is left then."""
    target = folder / "cut" / "own.tif"
    with pytest.raises(ItemProblem) as told:
        cut(source, target, pages)
    assert told.value.code == "tiff_not_cut"
    assert not target.parent.exists() or not list(target.parent.iterdir())
    return str(told.value.facts["detail"])


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(
    ("compression", "mode"),
    [
        ("group4", "1"),
        ("group3", "1"),
        ("tiff_lzw", "RGB"),
        ("tiff_adobe_deflate", "RGB"),
        ("tiff_adobe_deflate", "L"),
        ("packbits", "L"),
        ("jpeg", "RGB"),
        ("jpeg", "L"),
        (None, "RGB"),
        (None, "P"),
        (None, "CMYK"),
    ],
)
def test_pages_that_libtiff_packs_are_the_same_bit_by_bit(
    tmp_path: Path, compression: str | None, mode: str, *, big: bool
) -> None:
    source = saved(tmp_path / "stack.tif", compression, mode, big_tiff=big)
    _, (first, *_), _ = structure(source)
    assert (347 in first.fields) is (compression == "jpeg")
    # Pillow writes what is not packed as one strip.
    assert (len(first.blocks) > 1) is (compression is not None and mode != "1")
    require_same(source, tmp_path / "cut" / "own.tif")


@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True)])
def test_files_of_both_byte_orders_classic_and_big(tmp_path: Path, order: str, *, big: bool) -> None:
    source = stack(tmp_path / "stack.tif", order, big=big)
    target = tmp_path / "own.tif"
    require_same(source, target)
    data = target.read_bytes()
    assert all((f"page {number}".encode() in data) is (number in OWN) for number in range(5))


def test_big_files_that_nobody_can_read_here_are_not_cut(tmp_path: Path) -> None:
    source = stack(tmp_path / "stack.tif", ">", big=True)
    assert len(structure(source)[1]) == 5
    # Pillow knows big files of the other byte order alone; what cannot be compared does not count.
    for look in (lambda: decode(source, max_megapixels=10), lambda: cut(source, tmp_path / "own.tif")):
        with pytest.raises(ItemProblem) as told:
            look()
        assert told.value.code == "image_broken"
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiles_and_packed_strips(tmp_path: Path, order: str) -> None:
    pages = []
    for number in range(4):
        pixels = np.frombuffer(lettered(number), np.uint8).reshape(HEIGHT, WIDTH)
        tiles = [
            zlib.compress(pixels[top : top + 16, left : left + 16].tobytes())
            for top in range(0, HEIGHT, 16)
            for left in range(0, WIDTH, 16)
        ]
        pages.append(Page(grey(WIDTH, HEIGHT, 8), tiles, tile=(16, 16)))
    require_same(write_tiff(tmp_path / "stack.tif", pages, order), tmp_path / "own.tif")


def test_jpeg_whose_tables_are_in_its_strips(tmp_path: Path) -> None:
    pages = []
    for number in range(4):
        stream = io.BytesIO()
        image = drawn(number, "L")
        image.save(stream, "JPEG")
        pages.append(Page(grey(*image.size, 7), [stream.getvalue()]))
    require_same(write_tiff(tmp_path / "stack.tif", pages), tmp_path / "own.tif")


def test_what_a_page_looks_like_is_kept_and_what_tells_of_others_is_not(tmp_path: Path) -> None:
    profile = b"a profile of colours that is the same for all" * 3
    inner = Page(grey(WIDTH, HEIGHT), [b"<small copy>".ljust(WIDTH * HEIGHT, b"-")])
    exif = Page({36867: (ASCII, b"2026:11:20 <taken by whom>\0")}, [b"<exif>"])
    secrets: dict[int, Value] = {
        269: (ASCII, b"<name of the document> of somebody else\0"),
        270: (ASCII, b"<description> 80 pages\0"),
        297: (SHORT, [3, 80]),
        305: (ASCII, b"<program>\0"),
        315: (ASCII, b"<who>\0"),
        700: (BYTE, b"<x:xmpmeta>names</x:xmpmeta>"),
        33723: (UNDEFINED, b"<iptc of the whole file>"),
        65000: (UNDEFINED, b"<of the maker of the scanner>"),
    }
    pages = [
        small(number, {274: (SHORT, [6]), 34675: (UNDEFINED, profile), 286: (RATIONAL, [1, 2]), **secrets})
        for number in range(5)
    ]
    for page in pages:
        page.inner = {330: [inner], 34665: [exif]}
    source, target = write_tiff(tmp_path / "stack.tif", pages), tmp_path / "own.tif"
    require_same(source, target)
    data = target.read_bytes()
    _, (first, second), _ = structure(target)
    assert {274, 286, 34675} < set(first.fields)
    assert not {269, 270, 297, 305, 315, 330, 700, 33723, 34665, 65000} & set(first.fields)
    assert profile in data
    for secret in (b"<name", b"<desc", b"<prog", b"<who", b"<x:", b"<iptc", b"<of the", b"<small", b"<exif"):
        assert secret in source.read_bytes()
        assert secret not in data
    assert second.fields.keys() == first.fields.keys()


def test_pages_may_share_the_value_of_a_field(tmp_path: Path) -> None:
    source = stack(tmp_path / "stack.tif")
    data, (tag, place) = bytearray(source.read_bytes()), (282, 8)
    _, pages, _ = structure(source)
    for page in pages[1:]:
        entry = data.index(struct.pack("<HH", tag, RATIONAL), page.directory[0])
        struct.pack_into("<L", data, entry + place, pages[0].fields[tag].at)
    source.write_bytes(data)
    require_same(source, tmp_path / "own.tif")


def test_a_cut_takes_no_more_room_than_its_pages(tmp_path: Path) -> None:
    source = saved(tmp_path / "stack.tif", "tiff_lzw")
    _, pages, _ = structure(source)
    own = sum(end - at for number in OWN for at, end in pages[number].blocks.tolist())
    assert own < len(cut(source, tmp_path / "own.tif")) < own + 2000


# --- files that cannot be cut -----------------------------------------------------------------


def changed(path: Path, tag: int, page: int, kind: int, count: int, value: int) -> Path:
    """A stack in which a field of a page says something else."""
    source = stack(path)
    data = bytearray(source.read_bytes())
    _, pages, _ = structure(source)
    field = pages[page].fields[tag]
    entry = data.index(struct.pack("<HHL", tag, field.kind, field.count), pages[page].directory[0])
    struct.pack_into("<HHLL", data, entry, tag, kind, count, value)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ((273, 1, LONG, 0xFFFFFFFF, 8), Hindrance.UNKNOWN_BLOCKS),
        ((273, 0, LONG, 3, 0xFFFFFF00), Hindrance.UNKNOWN_BLOCKS),
        ((273, 1, RATIONAL, 1, 8), Hindrance.UNKNOWN_SIZES),
        ((279, 1, LONG, 1, 400), Hindrance.UNKNOWN_SIZES),
        ((273, 1, 99, 3, 8), Hindrance.UNKNOWN_BLOCKS),
        ((258, 1, 99, 1, 8), Hindrance.UNKNOWN_FIELDS),
        ((258, 1, SHORT, 0, 8), Hindrance.UNKNOWN_FIELDS),
        ((259, 1, SHORT, 1, 6), Hindrance.OLD_JPEG),
        ((259, 2, SHORT, 1, 6), Hindrance.OLD_JPEG),
        ((259, 2, LONG, 1000, 8), Hindrance.OLD_JPEG),
        ((283, 1, BYTE, 4000, 8), Hindrance.SHARED),
        ((283, 1, BYTE, 0x7FFFFFFF, 8), Hindrance.UNKNOWN_FIELDS),
    ],
)
def test_fields_that_cannot_be_believed(
    tmp_path: Path, change: tuple[int, int, int, int, int], wanted: Hindrance
) -> None:
    assert refusal(changed(tmp_path / "stack.tif", *change), tmp_path) == wanted


def one_strip(path: Path, sizes: Sequence[int], places: Sequence[int] | None = None) -> Path:
    """Pages of one strip each that claim these sizes."""
    pages = []
    for number, size in enumerate(sizes):
        fields = grey(WIDTH, HEIGHT) | {279: (LONG, [size])}
        if places is not None:
            fields[273] = (LONG, [places[number]])
        pages.append(Page(fields, [lettered(number)]))
    return write_tiff(path, pages)


def test_strips_that_reach_into_other_pages_or_out_of_the_file(tmp_path: Path) -> None:
    right = WIDTH * HEIGHT
    for sizes, wanted in (
        # Some bytes too many: what fields say; many: the next page.
        ([right, right + 30, right, right], Hindrance.SHARED),
        ([right, right * 2, right, right], Hindrance.SHARED),
        ([right * 3, right, right, right], Hindrance.SHARED),
        ([right, 0xFFFF_FFFF, right, right], Hindrance.OUTSIDE),
        ([right, right, 1 << 20, right], Hindrance.OUTSIDE),
        ([right, 0, right, right], Hindrance.OUTSIDE),
    ):
        assert refusal(one_strip(tmp_path / "stack.tif", sizes), tmp_path) == wanted
    same = one_strip(tmp_path / "stack.tif", [right] * 4, [8] * 4)
    assert refusal(same, tmp_path) == Hindrance.SHARED


def test_data_that_would_become_more_than_the_file_has(tmp_path: Path) -> None:
    # Each strip begins a byte after the one before: two hundred times the file.
    length = 90_000
    places = list(range(8, 208))
    fields = grey(450, length // 450 * 200) | {
        278: (LONG, [200]),
        273: (LONG, places),
        279: (LONG, [length] * len(places)),
    }
    other = small(0)
    source = write_tiff(tmp_path / "stack.tif", [Page(fields, [bytes(length + 300)]), other])
    assert refusal(source, tmp_path, [0]) == Hindrance.TOO_MANY


def test_chains_of_pages_that_do_not_end(tmp_path: Path) -> None:
    source = stack(tmp_path / "stack.tif")
    _, pages, _ = structure(source)
    broken = tmp_path / "broken.tif"
    end = len(source.read_bytes()) - 1
    for last, following, wanted in (
        (4, pages[0].directory[0], Hindrance.CIRCLE),
        (4, pages[4].directory[0], Hindrance.CIRCLE),
        (2, pages[1].directory[0], Hindrance.CIRCLE),
        (2, end, Hindrance.OUTSIDE),
    ):
        data = bytearray(source.read_bytes())
        struct.pack_into("<L", data, pages[last].directory[1] - 4, following)
        broken.write_bytes(data)
        assert refusal(broken, tmp_path) == wanted


def test_counts_that_nobody_could_read(tmp_path: Path) -> None:
    head = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16)
    for name, data, wanted in (
        ("many.tif", head + struct.pack("<Q", 1 << 62), Hindrance.TOO_MANY),
        ("few.tif", head + struct.pack("<Q", 400_000) + bytes(100), Hindrance.OUTSIDE),
        ("none.tif", head + bytes(100), Hindrance.UNKNOWN_FIELDS),
        ("sizes.tif", struct.pack("<2sHHHQ", b"II", 43, 4, 0, 16), Hindrance.UNKNOWN_SIZES),
        ("png.tif", b"\x89PNG\r\n\x1a\n" + bytes(100), Hindrance.NO_TIFF),
        ("empty.tif", b"", Hindrance.OUTSIDE),
    ):
        (tmp_path / name).write_bytes(data)
        assert refusal(tmp_path / name, tmp_path) == wanted
    assert refusal(tmp_path / "nowhere.tif", tmp_path) == Hindrance.UNREADABLE
    assert refusal(stack(tmp_path / "stack.tif"), tmp_path, [7]) == Hindrance.OTHER_PAGES


def test_endless_pages_in_a_small_file(tmp_path: Path) -> None:
    # Lists that overlap: each begins a few bytes after the one before and has all fields that fit.
    room, step = 60_000, 6
    data = bytearray(b"II*\0" + struct.pack("<L", 8) + bytes(room))
    for at in range(8, room // 2, step):
        struct.pack_into("<H", data, at, 1)
    path = tmp_path / "many.tif"
    path.write_bytes(data)
    began = time.monotonic()
    refusal(path, tmp_path)
    assert time.monotonic() - began < 5


def test_whatever_is_changed_in_a_file_it_is_cut_rightly_or_refused(tmp_path: Path) -> None:
    source, broken, target = stack(tmp_path / "stack.tif"), tmp_path / "broken.tif", tmp_path / "own.tif"
    whole = source.read_bytes()
    chance = random.Random(20261123)
    _, pages, _ = structure(source)
    lists = [at for page in pages for at in range(*page.directory)]
    outcomes = set()
    for _ in range(300):
        data = bytearray(whole)
        for at in chance.sample(lists, chance.randint(1, 3)):
            data[at] = chance.choice((0, 1, 0xFF, data[at] ^ (1 << chance.randrange(8))))
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        broken.write_bytes(data)
        target.unlink(missing_ok=True)
        try:
            cut(broken, target)
        except ItemProblem as error:
            outcomes.add(error.code)
            assert not target.exists()
            continue
        outcomes.add("cut")
        found = target.read_bytes()
        for number, page in enumerate(OWN):
            wanted = decode(broken, frame=page, max_megapixels=10).pixels
            assert np.array_equal(decode(target, frame=number, max_megapixels=10).pixels, wanted)
        assert len(found) < len(whole)
    assert {"cut", "tiff_not_cut"} <= outcomes

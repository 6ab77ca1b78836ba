"""Files that want to break the program, or that somebody broke without wanting to."""

from __future__ import annotations

import io
import os
import socket
import stat
import struct
import zlib
from pathlib import Path

import pikepdf

from support.offices import small_scan


def hostile_files(folder: Path) -> dict[str, Path]:
    """Write one file of each kind into a folder; their paths by what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    good_jpeg = small_scan(folder / "good.jpg").read_bytes()
    good_pdf = small_scan(folder / "good.pdf").read_bytes()
    good_tiff = small_scan(folder / "good.tif", pages=2).read_bytes()
    for name in ("good.jpg", "good.pdf", "good.tif"):
        (folder / name).unlink()
    contents = {
        "empty.jpg": b"",
        "one byte.pdf": b"%",
        "truncated.jpg": good_jpeg[: len(good_jpeg) // 2],
        "truncated.pdf": good_pdf[: len(good_pdf) // 2],
        "truncated.tif": good_tiff[: len(good_tiff) // 3],
        "text.pdf": "Đây không phải PDF".encode(),
        "text.jpg": b"<html>not a picture</html>" * 40,
        "program.png": b"\x7fELF" + bytes(4000),
        "noise.tif": b"II*\0" + bytes(range(256)) * 40,
        "scrambled.jpg": _scrambled(good_jpeg),
        "bomb.png": png(30_000, 30_000, zlib.compress(bytes(30_000_000), 9)),
        "claimed.png": png(4_000_000, 4_000_000, b""),
        "loop.tif": looping_tiff(good_tiff),
        "locked.pdf": _locked(good_pdf),
        "ten thousand.pdf": _many_pages(10_000),
        "page loop.pdf": _page_loop(),
        "vast page.pdf": _vast_page(),
        "vast picture.pdf": _vast_picture(),
        "no pages.pdf": _no_pages(),
        "deep.pdf": b"%PDF-1.4\n1 0 obj\n" + b"[" * 50_000 + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        "self stream.pdf": _self_referring_stream(),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in contents}


def mislabelled_files(folder: Path) -> dict[str, Path]:
    """Good scans under names of another kind: read for what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for kind, name in (
        (".pdf", "really a pdf.jpg"),
        (".jpg", "really a jpeg.pdf"),
        (".png", "really a png.tif"),
    ):
        data = small_scan(folder / f"x{kind}").read_bytes()
        (folder / f"x{kind}").unlink()
        (folder / name).write_bytes(data)
        made[name] = folder / name
    return made


def special_files(folder: Path, elsewhere: Path) -> list[Path]:
    """Things that are no files: links, a pipe, a socket, and a device where that is allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / name for name in ("link.jpg", "dangling.jpg", "pipe.tif", "socket.pdf")]
    made[0].symlink_to(elsewhere)
    made[1].symlink_to(folder / "nowhere")
    os.mkfifo(made[2])
    with socket.socket(socket.AF_UNIX) as listener:
        # A path of a socket has room for 108 bytes only.
        here = Path.cwd()
        os.chdir(folder)
        try:
            listener.bind("socket.pdf")
        finally:
            os.chdir(here)
    try:
        os.mknod(folder / "device.png", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        return made
    return [*made, folder / "device.png"]


STRANGE_NAMES = (
    "..hidden up",
    "a\x1b[31mred\x07",
    "line\nbreak",
    "tab\there",
    "$(touch owned); `id` & 'quoted' \"twice\"",
    "-rf",
    "con.aux",
    "%s%n{0}{name}",
    "\u202egnp.exe",
    "ẩn\u200bchữ",
    "x" * 250,
    "ồ" * 83,
    " spaces around ",
    "trailing dots...",
)


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG that claims a size and holds some data."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _scrambled(jpeg: bytes) -> bytes:
    """A JPEG whose tables are nonsense."""
    data = bytearray(jpeg)
    for at in range(20, 400, 7):
        data[at] ^= 0xA5
    return bytes(data)


def looping_tiff(tiff: bytes) -> bytes:
    """A TIFF whose list of pages never ends: each points to the first."""
    data = bytearray(tiff)
    order = "<" if data[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", data, 4)
    at = first
    while True:
        (count,) = struct.unpack_from(order + "H", data, at)
        following = at + 2 + 12 * count
        (at,) = struct.unpack_from(order + "I", data, following)
        if at == 0:
            struct.pack_into(order + "I", data, following, first)
            return bytes(data)


def _saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    stream = io.BytesIO()
    pdf.save(stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def _locked(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return _saved(pdf, encryption=pikepdf.Encryption(owner="owner", user="user"))


def _many_pages(number: int) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for _ in range(number - 1):
            pdf.pages.append(pdf.pages[0])
        return _saved(pdf)


def _raw(*objects: bytes) -> bytes:
    """A PDF of objects as they are, with a right table of them."""
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(
        data + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    )


def _page_loop() -> bytes:
    return _raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000>>")


def _vast_page() -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99999999 99999999]>>"
    return _raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page)


def _vast_picture() -> bytes:
    image = (
        b"<</Type/XObject/Subtype/Image/Width 100000/Height 100000/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Length 4>>stream\nabcd\nendstream"
    )
    content = b"q 595 0 0 842 0 0 cm /I Do Q"
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    )
    return _raw(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        image,
    )


def _no_pages() -> bytes:
    return _raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")


def _self_referring_stream() -> bytes:
    """A page whose drawing draws itself, for ever."""
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 4 0 R>>>>/Length 6>>"
        b"stream\n/F Do \nendstream"
    )
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 4 0 R>>>>>>"
    )
    return _raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, form)

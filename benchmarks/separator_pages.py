"""Pages for the benchmark of separators: sheets that were printed, and pages that are none."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pypdfium2
import segno
import zxingcpp
from common import CASES
from PIL import Image

from digitize.errors import ItemProblem
from digitize.imaging.decode import decode
from digitize.imaging.patch import A4, EDGE, HEIGHT, LENGTH, NARROW, WIDE
from digitize.imaging.picture import Pixels
from digitize.samples.cases import CASE_KINDS, Desk, draw_case
from digitize.samples.letter import draw_letter
from digitize.samples.office_dossiers import scan_documents
from digitize.samples.pens import Style
from digitize.samples.scanner import Mode, scan_sheet
from digitize.samples.wear_levels import LEVELS, choose_damage, choose_lying, choose_machine

_MEGAPIXELS = 60.0
_PDF_PAGES = 2
"""Pages of each real PDF that are looked at."""


@dataclass(frozen=True, slots=True)
class Page:
    """A picture of a page: what it is, and its resolution."""

    kind: str
    pixels: Pixels
    dpi: float


def rendered(path: Path, page: int, dpi: int) -> Pixels:
    """A page of a PDF as a printer makes it."""
    document = pypdfium2.PdfDocument(path)
    try:
        return np.asarray(document[page].render(scale=dpi / 72).to_pil().convert("RGB"))
    finally:
        document.close()


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """What is left of a picture in a file of a scanner."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def copied(front: Pixels, random: Random, dpi: int) -> Pixels:
    """A photocopy: hard contrast, too dark or too light, a little smaller, larger or askew, with specks."""
    grey = cv2.cvtColor(front, cv2.COLOR_RGB2GRAY).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), dpi / 25.4 * random.uniform(0.04, 0.12)))
    chance = np.random.default_rng(random.randrange(1 << 32))
    specks = np.asarray(chance.normal(0, 60, grey.shape), np.float32)
    grain = cv2.GaussianBlur(specks, (0, 0), dpi / 200)
    limit, steep = random.uniform(90, 190), random.uniform(2, 12)
    rest = np.exp(-(soft + grain - limit) / 255 * 4 * steep)
    hard = np.array(255 / (1 + rest), np.float32)
    height, width = hard.shape
    matrix = cv2.getRotationMatrix2D(
        (width / 2, height / 2), random.uniform(-1.5, 1.5), random.uniform(0.93, 1.03)
    )
    moved = cv2.warpAffine(hard, matrix, (width, height), borderValue=255)
    return cv2.cvtColor(np.clip(moved, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB).astype(np.uint8)


def scanned_sheet(front: Pixels, number: int, wear: int, dpi: int, random: Random) -> Page:
    """A sheet after a photocopier (two of three), use, and a scanner on which it lies askew and turned."""
    generations = number % 3
    for _ in range(generations):
        front = copied(front, random, dpi)
    level = LEVELS[wear]
    machine = choose_machine(random, level)
    skew = (-8.0, 8.0, random.uniform(-8, 8), random.uniform(-3, 3))[number // 4 % 4]
    lying = replace(choose_lying(random, level, photo=False), skew=skew, quarter_turns=number % 4)
    scan = scan_sheet(front, None, choose_damage(random, level), lying, machine.mode, dpi, random)
    pixels = scan.pixels if machine.mode is Mode.BITONAL else as_jpeg(scan.pixels, machine.quality)
    return Page(f"wear {wear}, copied {generations}x, {machine.mode}", pixels, dpi)


def provincial_page(text: str, number: int, wear: int, dpi: int) -> Page:
    """A letter with the code of a provincial system at its top left, 18 to 28 mm wide, scanned."""
    random = Random(f"provincial/{number}")
    sheet, _ = draw_letter(random, office="UBND phường Sao Mai", place="Sao Mai", dpi=dpi)
    front = np.array(sheet.image)
    matrix = _modules(text, "m")
    side, at = sheet.pixels((18, 22, 28)[number // 9 % 3]), sheet.pixels(10)
    white = side // 10
    front[at - white : at + side + white, at - white : at + side + white] = 255
    code = cv2.resize(matrix, (side, side), interpolation=cv2.INTER_NEAREST)
    front[at : at + side, at : at + side] = code[:, :, None]
    level = LEVELS[wear]
    machine = choose_machine(random, level)
    lying = replace(choose_lying(random, level, photo=False), quarter_turns=number % 4)
    scan = scan_sheet(front, None, choose_damage(random, level), lying, machine.mode, dpi, random)
    pixels = scan.pixels if machine.mode is Mode.BITONAL else as_jpeg(scan.pixels, machine.quality)
    return Page("provincial", pixels, dpi)


def sample_pages(number: int) -> Iterator[Page]:
    """The papers of a made-up dossier, scanned."""
    random = Random(f"separators/{number}")
    wear = number % 3
    level = LEVELS[wear]
    machine = choose_machine(random, level)
    dpi = 300 if number % 8 == 0 else random.choice((150, 200))
    machine = replace(machine, dpi=dpi)
    case = CASE_KINDS[number // 3 % len(CASE_KINDS)]
    style = (Style.TYPED, Style.HANDWRITTEN, Style.MIXED)[number % 3]
    documents = draw_case(case, Desk(random, style, dpi), number // 33)
    for page in scan_documents(documents, random, level, machine, photo=False):
        form = page.document.form if page.document is not None else "empty back"
        yield Page(f"sample: {form}", page.scan.pixels, dpi)


def real_pages(files: list[Path]) -> Iterator[Page]:
    """Real scans and papers; what cannot be read is left out."""
    for path in files:
        try:
            if path.suffix.lower() == ".pdf":
                for page in range(_PDF_PAGES):
                    yield Page("real", rendered(path, page, 150), 150)
            else:
                picture = decode(path, max_megapixels=_MEGAPIXELS)
                yield Page("real", picture.pixels, picture.dpi)
        except (ItemProblem, pypdfium2.PdfiumError, IndexError):
            continue


def real_files() -> list[Path]:
    """Pictures and PDFs of the real cases."""
    kinds = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"}
    return sorted(path for path in CASES.rglob("*") if path.suffix.lower() in kinds) if CASES.is_dir() else []


def hard_page(number: int) -> Page:
    """A page that looks like a separator in some way and is none, drawn and worn a little."""
    random = Random(f"hard/{number}")
    dpi = random.choice((150, 200, 300)) if number % 5 == 0 else 150
    canvas = np.full((round(A4[1] * dpi / 25.4), round(A4[0] * dpi / 25.4)), 255, np.uint8)
    kind, draw = _HARD[number % len(_HARD)]
    draw(canvas, dpi, random)
    if random.random() < 0.4:
        height, width = canvas.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-8, 8), 1)
        canvas = cv2.warpAffine(canvas, matrix, (width, height), borderValue=250).astype(np.uint8)
    chance = np.random.default_rng(number)
    noisy = canvas * random.uniform(0.8, 1) + chance.normal(0, random.uniform(1, 14), canvas.shape)
    pixels = np.clip(noisy, 0, 255).astype(np.uint8)
    if random.random() < 0.2:
        pixels = np.where(pixels < 150, 0, 255).astype(np.uint8)
    return Page(f"drawn: {kind}", np.ascontiguousarray(np.rot90(pixels, random.randrange(4))), dpi)


def _box(canvas: Pixels, dpi: int, left: float, top: float, width: float, height: float) -> None:
    x, y = round(left * dpi / 25.4), round(top * dpi / 25.4)
    canvas[y : y + max(1, round(height * dpi / 25.4)), x : x + max(1, round(width * dpi / 25.4))] = 0


def _table(canvas: Pixels, dpi: int, random: Random) -> None:
    """A ruled table, from hairlines to bars, rows as narrow as the spaces of a patch code."""
    line, row = random.uniform(0.2, 5.5), random.uniform(2.0, 14.0)
    left, width, top = random.uniform(10, 30), random.uniform(100, 165), random.uniform(8, 40)
    while top < random.uniform(200, 285):
        _box(canvas, dpi, left, top, width, random.choice((line, line, random.uniform(0.2, 5.5))))
        top += line + row
    for _ in range(random.randrange(8)):
        _box(canvas, dpi, left + random.uniform(0, width), 20, random.uniform(0.2, 2), 250)


def _stripes(canvas: Pixels, dpi: int, random: Random) -> None:
    """Bars of the two widths of a patch code, with its spaces, all over the page."""
    top = random.uniform(5, 15)
    while top < 285:
        bar = random.choice((NARROW, WIDE))
        _box(canvas, dpi, 40, top, random.uniform(60, 130), bar)
        top += bar + NARROW


def _patches(canvas: Pixels, dpi: int, random: Random) -> None:
    """Other patch codes at both ends, ours at one end only, or both turned the wrong way."""
    others = ((1, 0, 0, 1), (1, 1, 0, 0), (0, 1, 1, 0), (0, 0, 1, 1), (1, 0, 1, 0))
    first, second = random.choice(
        (*((code, code[::-1]) for code in others), ((0, 1, 0, 1), None), ((0, 1, 0, 1), (0, 1, 0, 1)))
    )
    for code, top in ((first, EDGE), (second, A4[1] - EDGE - HEIGHT)):
        for wide in code or ():
            bar = WIDE if wide else NARROW
            _box(canvas, dpi, (A4[0] - LENGTH) / 2, top, LENGTH, bar)
            top += bar + NARROW  # noqa: PLW2901 - from bar to bar


def _barcodes(canvas: Pixels, dpi: int, random: Random) -> None:
    """Barcodes of other systems, from small to as wide as the page."""
    for top in (12, 120, 240):
        name, text = random.choice(
            (
                ("Code39", "HS0012"),
                ("Code128", "H29-230412-0001"),
                ("EAN13", "893850500123"),
                ("ITF", "00123456"),
                ("DataMatrix", "DIGITIZE"),
                ("PDF417", "Công văn 12/UBND"),
                ("Aztec", "12345"),
            )
        )
        code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name))
        picture: Pixels = np.asarray(code.to_image(scale=random.randint(1, 3)))
        width = random.uniform(40, 190) * dpi / 25.4
        height = random.uniform(8, 40) * dpi / 25.4
        if picture.shape[0] > picture.shape[1] / 3:
            height = width = min(width, 40 * dpi / 25.4)
        size = (round(width), round(height))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
        if random.random() < 0.3:
            picture = np.rot90(picture)
        _paste(canvas, picture, round(10 * dpi / 25.4), round(top * dpi / 25.4))


def _paste(canvas: Pixels, picture: Pixels, x: int, y: int) -> None:
    part = canvas[y : y + picture.shape[0], x : x + picture.shape[1]]
    part[:] = picture[: part.shape[0], : part.shape[1]]


def _modules(text: str, error: str) -> Pixels:
    """A QR code, a pixel for each module."""
    code = segno.make(text, error=error, micro=False)
    return np.array([[0 if dark else 255 for dark in row] for row in code.matrix], np.uint8)


OTHER_TEXTS = (
    "012345678901|012345678|Nguyễn Văn Mẫu|01011990|Nam|Phường Sao Mai, Tỉnh Mẫu|01012022",
    "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN6304ABCD",
    "https://hoadon.example.vn/tra-cuu?ma=1C26TAA-00000012",
    "https://dichvucong.example.vn/tra-cuu?mahoso=000.19.29.H29-230412-0001",
    "000.19.29.H29-230412-0001",
    "DIGITIZE:2:S:000.19.29.H29-230412-0001::00000000",
    "DIGITIZE:1:S:000.19.29.H29-230412-0001::00000000",
    "DIGITIZE:1:S:HS-02",
    "digitize:1:s:HS-02::C1E1A4D7",
    "WIFI:S:UBND;T:WPA;P:12345678;;",
    "BEGIN:VCARD\nVERSION:3.0\nFN:Trần Thị Mẫu\nTEL:0123456789\nEND:VCARD",
)
"""What other QR codes say: cards, payments, invoices, look-ups, and sheets that are not ours."""


def _qr_codes(canvas: Pixels, dpi: int, random: Random) -> None:
    """QR codes of others, at the top left and elsewhere, from small to as large as ours."""
    for x, y in ((12, 12), (130, 15), (60, 200)):
        matrix = _modules(random.choice(OTHER_TEXTS), random.choice("lmqh"))
        side = round(random.uniform(15, 64) * dpi / 25.4)
        picture = cv2.resize(matrix, (side, side), interpolation=cv2.INTER_NEAREST)
        _paste(canvas, picture.astype(np.uint8), round(x * dpi / 25.4), round(y * dpi / 25.4))


def _blank(canvas: Pixels, dpi: int, random: Random) -> None:
    """Nothing, or holes of a binder."""
    for y in range(random.randrange(3)):
        cv2.circle(canvas, (round(11 * dpi / 25.4), canvas.shape[0] // (y + 2)), dpi // 9, 90, -1)


def _noise(canvas: Pixels, _dpi: int, random: Random) -> None:
    """Rubbish, fine or coarse."""
    chance = np.random.default_rng(random.randrange(1 << 32))
    size = random.choice((4, 12, 40, 200))
    coarse = chance.integers(0, 256, (size, size), np.uint8)
    canvas[:] = cv2.resize(coarse, (canvas.shape[1], canvas.shape[0]), interpolation=cv2.INTER_NEAREST)


def _lines(canvas: Pixels, dpi: int, random: Random) -> None:
    """Bars of text: paragraphs as a printer without toner makes them, and underlined headings."""
    top = 15.0
    while top < 280:
        height = random.uniform(0.5, 6)
        _box(canvas, dpi, random.uniform(15, 60), top, random.uniform(30, 140), height)
        top += height + random.uniform(1.2, 7)


_HARD: tuple[tuple[str, Callable[[Pixels, int, Random], None]], ...] = (
    ("tables", _table),
    ("tables", _table),
    ("stripes", _stripes),
    ("other patch codes", _patches),
    ("barcodes", _barcodes),
    ("other QR codes", _qr_codes),
    ("blank pages", _blank),
    ("noise", _noise),
    ("lines of text", _lines),
)

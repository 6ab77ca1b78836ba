"""Writes made-up dossiers as an office's scanner leaves them, with what is true of them.

``truth.json`` holds one object for each dossier, by its code::

    {"…-0001": {"case": "birth", "style": "typed", "wear": 1, "documents": […], "pages": […]}}

- ``documents``, in the order of the pages: ``form``, ``form_version``, ``pages`` (indexes into
  ``pages``), ``filled_by`` (``typewriter``, ``printer``, ``computer``, ``hand``, ``print``), and
  ``fields`` and ``tables`` with every key of the form, values as ``read --json`` reports them.
- ``pages``: ``file`` and ``page`` (from 1) where it stands; ``width``, ``height``, ``dpi``; ``mode``;
  ``blank``; ``form`` and ``form_version``; ``skew``, degrees by which text sinks to the right once
  the page is upright; ``rotated``, the clockwise turn that makes it upright; ``corners``, where the
  corners of the sheet lie in the file (top left, top right, bottom right, bottom left of the upright
  sheet); and ``lines``, every run of text with its ``box`` in pixels of the file, its ``kind``
  (``printed``, ``filled``, ``marked``) and, where it fills a field, the ``key``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image

from digitize.errors import UsageProblem
from digitize.files import make_folder, whole_file, write_whole
from digitize.imaging.picture import Pixels
from digitize.samples.cases import CASE_KINDS, Desk, Document, draw_case
from digitize.samples.damage import Damage
from digitize.samples.extras import require_extra
from digitize.samples.pdf_file import save_pdf
from digitize.samples.pens import Style
from digitize.samples.scanner import Lying, Mode, Scan, scan_sheet
from digitize.samples.sheet import Inscription
from digitize.samples.wear_levels import (
    LEVELS,
    Level,
    Machine,
    choose_damage,
    choose_lying,
    choose_machine,
)

_EMPTY_BACK = 0.08

Truth = dict[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a dossier: its scan, and what is true of it."""

    scan: Scan
    document: Document | None
    lines: Sequence[Inscription]
    extent: tuple[int, int]


def write_office(folder: Path, *, dossiers: int, seed: int, style: Style, wear: int) -> list[str]:
    """Write made-up dossiers and ``truth.json`` into a new or empty folder; return their codes.

    Raises:
        UsageProblem: there is something in the folder.
        EnvironmentProblem: what only samples need is not installed.

    """
    require_extra()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageProblem("folder_not_empty", path=str(folder))
    make_folder(folder)
    truths: dict[str, Truth] = {}
    for ordinal in range(1, dossiers + 1):
        # The pattern of TT 01/2018 Art. 19, with a province code that nobody bears.
        code = f"000.00.02.H99-261118-{ordinal:04}"
        # Repeatable is what it must be.
        random = Random(f"{seed}/{ordinal}/{style}/{wear}")  # noqa: S311
        truths[code] = write_dossier(folder, code, random, ordinal - 1, style, wear)
    write_whole(folder / "truth.json", json.dumps(truths, ensure_ascii=False, indent=1, sort_keys=True))
    return list(truths)


def write_dossier(folder: Path, code: str, random: Random, number: int, style: Style, wear: int) -> Truth:
    """Draw, scan and write one dossier; ``number`` goes through cases and versions of forms."""
    level = LEVELS[wear]
    machine = choose_machine(random, level)
    kind = CASE_KINDS[number % len(CASE_KINDS)]
    documents = draw_case(kind, Desk(random, style, machine.dpi), number // len(CASE_KINDS))
    photo = random.random() < level.photographed and machine.mode is not Mode.BITONAL
    pages = scan_documents(documents, random, level, machine, photo=photo)
    places = _write(folder, code, pages, machine, random, photo=photo)
    numbers = {
        id(document): [i for i, page in enumerate(pages) if page.document is document]
        for document in documents
    }
    return {
        "case": kind,
        "style": style.value,
        "wear": wear,
        "documents": [_document_truth(document, numbers[id(document)]) for document in documents],
        "pages": [_page_truth(page, machine, place) for page, place in zip(pages, places, strict=True)],
    }


def scan_documents(
    documents: Sequence[Document], random: Random, level: Level, machine: Machine, *, photo: bool
) -> list[Page]:
    """Scan all sheets of a dossier, now and then with an empty back."""
    pages: list[Page] = []
    sheets = [(document, sheet) for document in documents for sheet in document.sheets]
    for index, (document, sheet) in enumerate(sheets):
        front: Pixels = np.asarray(sheet.image)
        other: Pixels = np.asarray(sheets[(index + 1) % len(sheets)][1].image)
        damage = choose_damage(random, level)
        lying = choose_lying(random, level, photo=photo)
        extent = (front.shape[1], front.shape[0])
        scan = scan_sheet(front, other, damage, lying, machine.mode, machine.dpi, random)
        pages.append(Page(scan, document, sheet.inscriptions, extent))
        if not photo and random.random() < _EMPTY_BACK:
            back = Damage(show_through=random.uniform(0.03, 0.08), specks=damage.specks)
            empty = np.full_like(front, 255)
            scan = scan_sheet(empty, front, back, _flat(lying), machine.mode, machine.dpi, random)
            pages.append(Page(scan, None, (), extent))
    return pages


def _flat(lying: Lying) -> Lying:
    return Lying(skew=-lying.skew, border=lying.border, noise=lying.noise, blur=lying.blur, paper=lying.paper)


def _write(
    folder: Path, code: str, pages: Sequence[Page], machine: Machine, random: Random, *, photo: bool
) -> list[tuple[str, int]]:
    """Write a dossier's pages in one of the shapes that scanners have; return file and page of each."""
    shape = "folder" if photo else random.choice(("folder", "folder", "pdf", "tif"))
    images = [Image.fromarray(page.scan.pixels) for page in pages]
    if machine.mode is Mode.BITONAL:
        images = [image.convert("1", dither=Image.Dither.NONE) for image in images]
    if shape == "folder":
        make_folder(folder / code)
        names = []
        for index, image in enumerate(images, start=1):
            suffix = "tif" if machine.mode is Mode.BITONAL else "png" if random.random() < 0.05 else "jpg"
            names.append(f"{code}/{index:02}.{suffix}")
            write_whole(folder / names[-1], _encoded(image, suffix, machine))
        return [(name, 1) for name in names]
    name = f"{code}.{shape}"
    with whole_file(folder / name) as part:
        if shape == "pdf":
            encoding = {} if machine.mode is Mode.BITONAL else {"quality": machine.quality}
            save_pdf(part, images, title=code, dpi=machine.dpi, **encoding)
        else:
            images[0].save(part, "TIFF", save_all=True, append_images=images[1:], **_tiff(machine))
    return [(name, number) for number in range(1, len(images) + 1)]


def _tiff(machine: Machine) -> dict[str, object]:
    dpi = (machine.dpi, machine.dpi)
    if machine.mode is Mode.BITONAL:
        return {"compression": "group4", "dpi": dpi}
    return {"compression": "jpeg", "quality": machine.quality, "dpi": dpi}


def _encoded(image: Image.Image, suffix: str, machine: Machine) -> bytes:
    stream = io.BytesIO()
    if suffix == "jpg":
        image.save(stream, "JPEG", quality=machine.quality, dpi=(machine.dpi, machine.dpi))
    elif suffix == "tif":
        image.save(stream, "TIFF", **_tiff(machine))
    else:
        # Few colours, as an old office scanner gives them.
        few = image.convert("RGB").quantize(32, method=Image.Quantize.FASTOCTREE)
        few.save(stream, "PNG", dpi=(machine.dpi, machine.dpi), optimize=True)
    return stream.getvalue()


def _document_truth(document: Document, pages: list[int]) -> Truth:
    fields = {key: value for key, value in document.fields.items() if not _is_table(value)}
    tables = {key: value for key, value in document.fields.items() if _is_table(value)}
    return {
        "form": document.form,
        "form_version": document.version,
        "filled_by": document.filled_by,
        "pages": pages,
        "fields": fields,
        "tables": tables,
    }


def _is_table(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(row, dict) for row in value)


def _page_truth(page: Page, machine: Machine, place: tuple[str, int]) -> Truth:
    scan, document = page.scan, page.document
    width, height = page.extent
    corners = np.array([[[0.0, 0.0], [width, 0], [width, height], [0, height]]])
    found = cv2.perspectiveTransform(corners, scan.place)[0]
    return {
        "file": place[0],
        "page": place[1],
        "width": scan.pixels.shape[1],
        "height": scan.pixels.shape[0],
        "dpi": machine.dpi,
        "mode": machine.mode.value,
        "blank": document is None,
        "form": document.form if document else None,
        "form_version": document.version if document else None,
        "skew": scan.skew,
        "rotated": scan.rotated,
        "corners": [[round(float(x), 1), round(float(y), 1)] for x, y in found],
        "lines": [_line_truth(line, scan) for line in page.lines],
    }


def _line_truth(line: Inscription, scan: Scan) -> Truth:
    truth: Truth = {"text": line.text, "box": scan.box_of(line.box), "kind": line.kind}
    if line.key is not None:
        truth["key"] = line.key
    return truth

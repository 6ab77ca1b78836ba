"""A handful of made-up dossiers as an office's inbox would hold them, with their truth.

Every dossier comes in another shape: a folder of JPEGs, a multi-page TIFF, a PDF, a PNG that lies
upside down. ``truth.json`` beside them says what is really written.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from digitize.files import make_folder, whole_file, write_whole
from digitize.imaging.picture import Pixels
from digitize.samples import birth_form, letter
from digitize.samples.form_writer import COMPUTER, TYPEWRITER
from digitize.samples.pdf_file import save_pdf
from digitize.samples.sheet import Sheet
from digitize.samples.wear import Wear, jpeg, make_wear, scan, scan_pixels

OFFICE = "Ủy ban nhân dân phường Sao Mai"
PLACE = "Sao Mai"
DPI = 200
SEED = 2037
"""Draws dossiers of which some are read without a doubt and some are not."""

_COLOURS = 48

Truth = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a dossier: its scan, and what is true of it."""

    pixels: Pixels
    wear: Wear
    truth: Truth

    def data(self) -> bytes:
        return jpeg(self.pixels, self.wear, DPI)


def write_dossiers(folder: Path, *, seed: int = SEED) -> list[str]:
    """Write the made-up dossiers and ``truth.json`` into ``folder``; return their codes."""
    make_folder(folder)
    truths: dict[str, Truth] = {}
    makers: tuple[Callable[[Random, Path, str], Truth], ...] = (
        _typed_folder,
        _printed_tiff,
        _letter_pdf,
        _letter_upside_down,
        _doubtful_folder,
    )
    for ordinal, make in enumerate(makers, start=1):
        # The pattern of TT 01/2018 Art. 19, with a province code that nobody bears.
        code = f"000.00.01.H99-261118-{ordinal:04}"
        truths[code] = make(Random(f"{seed}/{ordinal}"), folder, code)  # noqa: S311 - repeatable is what it must be
    write_whole(folder / "truth.json", json.dumps(truths, ensure_ascii=False, indent=1, sort_keys=True))
    return list(truths)


def _typed_folder(random: Random, folder: Path, code: str) -> Truth:
    form = _birth(random, "tt04-2020", typed=True)
    notice = _plain(random, letter.draw_birth_notice(random, dpi=DPI))
    return _as_jpegs(folder / code, {"to-khai.jpg": form, "giay-chung-sinh.jpg": notice})


def _printed_tiff(random: Random, folder: Path, code: str) -> Truth:
    form = _birth(random, "tt04-2024", typed=False)
    back = _Page(_empty_back(form.pixels, random), form.wear, {"form": None, "blank": True})
    images = [Image.fromarray(page.pixels) for page in (form, back)]
    with whole_file(folder / f"{code}.tif") as part:
        images[0].save(
            part,
            "TIFF",
            save_all=True,
            append_images=images[1:],
            compression="jpeg",
            quality=50,
            dpi=(DPI, DPI),
        )
    return {"pages": [form.truth, back.truth]}


def _letter_pdf(random: Random, folder: Path, code: str) -> Truth:
    page = _letter(random)
    with whole_file(folder / f"{code}.pdf") as part:
        save_pdf(part, [Image.open(io.BytesIO(page.data()))], title=code, dpi=DPI)
    return {"pages": [page.truth]}


def _letter_upside_down(random: Random, folder: Path, code: str) -> Truth:
    page = _letter(random, quarter_turns=2)
    with whole_file(folder / f"{code}.png") as part:
        # Few colours, as an old office scanner gives them.
        colours = Image.fromarray(page.pixels).quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
        colours.save(part, "PNG", dpi=(DPI, DPI), optimize=True)
    return {"pages": [page.truth]}


def _doubtful_folder(random: Random, folder: Path, code: str) -> Truth:
    page = _birth(random, "tt04-2024", typed=False, disagreeing_words=True)
    return _as_jpegs(folder / code, {"to-khai.jpg": page})


def _birth(random: Random, version: str, *, typed: bool, disagreeing_words: bool = False) -> _Page:
    facts = birth_form.make_registration(
        random,
        version,
        office=OFFICE,
        made_at=f"phường {PLACE}",
        disagreeing_words=disagreeing_words,
    )
    sheet = birth_form.draw_birth_form(random, facts, TYPEWRITER if typed else COMPUTER, dpi=DPI)
    fields = birth_form.truth_of(facts)
    return _scanned(random, sheet, birth_form.FORM, version, fields, level=1)


def _letter(random: Random, *, quarter_turns: int = 0) -> _Page:
    sheet, fields = letter.draw_letter(random, office=OFFICE, place=PLACE, dpi=DPI)
    return _scanned(random, sheet, letter.FORM, letter.VERSION, fields, level=1, quarter_turns=quarter_turns)


def _plain(random: Random, sheet: Sheet) -> _Page:
    return _scanned(random, sheet, "unknown", None, {}, level=1)


def _scanned(
    random: Random,
    sheet: Sheet,
    form: str,
    version: str | None,
    fields: Truth,
    *,
    level: int,
    quarter_turns: int = 0,
) -> _Page:
    wear = replace(make_wear(random, level), quarter_turns=quarter_turns)
    truth: Truth = {
        "form": form,
        "form_version": version,
        "fields": fields,
        "skew": wear.skew,
        "rotated": (-90 * quarter_turns) % 360,
        "lines": [{"text": line.text, "box": line.box, "kind": line.kind} for line in sheet.inscriptions],
    }
    return _Page(scan(sheet, wear, random), wear, truth)


def _empty_back(front: Pixels, random: Random) -> Pixels:
    """The back of a sheet: nothing on it, the front shining through faintly."""
    through = 255 - (255 - front[:, ::-1].astype(np.float32)) * 0.07
    return scan_pixels(through.astype(np.uint8), Wear(noise=3.0, blur=1.2), random)


def _as_jpegs(folder: Path, pages: dict[str, _Page]) -> Truth:
    make_folder(folder)
    for name, page in pages.items():
        write_whole(folder / name, page.data())
    return {"pages": [pages[name].truth for name in sorted(pages)]}

"""Tesseract as a program, by pytesseract: slower, and at home wherever the program is."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytesseract
from PIL import Image

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.tessdata import data_checksum, second_identity, second_language
from digitize.ocr.tsv import parse_tsv


class PytesseractEngine:
    """Starts the program ``tesseract`` for every picture."""

    def __init__(self, tessdata: Path, language: str) -> None:
        self._tessdata = tessdata
        self._language = language
        version = program_version()
        checksum = data_checksum(tessdata, language)
        self._identity = f"pytesseract {pytesseract.__version__}, Tesseract {version}, {language} {checksum}"
        self._identity += second_identity(tessdata, language)

    @property
    def identity(self) -> str:
        """Names and versions of binding, engine and language data."""
        return self._identity

    @property
    def second(self) -> OcrEngine | None:
        """The engine with the other model, see ``OcrEngine``."""
        other = second_language(self._tessdata, self._language)
        return PytesseractEngine(self._tessdata, other) if other else None

    def read(
        self, grey: Pixels, dpi: float, layout: Layout = Layout.PAGE, *, only: str = ""
    ) -> tuple[Word, ...]:
        """Words of a picture, see ``OcrEngine``."""
        config = f"--tessdata-dir {shlex.quote(str(self._tessdata))} --psm {layout.value} --dpi {round(dpi)}"
        if only:
            config += f" -c tessedit_char_whitelist={shlex.quote(only)}"
        try:
            tsv = pytesseract.image_to_data(Image.fromarray(grey), lang=self._language, config=config)
        except pytesseract.TesseractError as error:
            raise ItemProblem("ocr_failed", detail=f"tesseract {error.status}") from error
        return parse_tsv(str(tsv))


def program_version() -> str:
    """The version of the program.

    Raises:
        EnvironmentProblem: it is not there.

    """
    try:
        return str(pytesseract.get_tesseract_version())
    except pytesseract.TesseractNotFoundError as error:
        raise EnvironmentProblem("engine_missing", engine="tesseract") from error

"""The protocol of an OCR engine, and the choice of one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Protocol

from digitize.errors import EnvironmentProblem
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.tessdata import LANGUAGE, find_tessdata


class Layout(StrEnum):
    """What the engine is told to expect; the values are Tesseract's page segmentation modes."""

    PAGE = "3"
    BLOCK = "6"
    LINE = "7"


class EngineName(StrEnum):
    """Engines that can be asked for; ``auto`` takes the first that is there."""

    AUTO = "auto"
    TESSEROCR = "tesserocr"
    PYTESSERACT = "pytesseract"


class OcrEngine(Protocol):
    """Reads the words of a picture."""

    @property
    def identity(self) -> str:
        """Name and version of engine and language data, for the record of a dossier."""

    def read(self, grey: Pixels, dpi: float, layout: Layout = Layout.PAGE) -> tuple[Word, ...]:
        """Words in reading order, with boxes in pixels of ``grey``; text in NFC."""


def open_engine(
    name: EngineName = EngineName.AUTO, tessdata: Path | None = None, language: str = LANGUAGE
) -> OcrEngine:
    """Open the engine that is asked for.

    Args:
        name: which engine; ``auto`` prefers tesserocr, which reads in this process.
        tessdata: folder of the language data; None looks in the usual places.
        language: name of the language data.

    Raises:
        EnvironmentProblem: no engine, or no language data.

    """
    folder = find_tessdata(tessdata, language)
    if name in (EngineName.AUTO, EngineName.TESSEROCR):
        try:
            from digitize.ocr.tesserocr_engine import TesserocrEngine

            return TesserocrEngine(folder, language)
        except ImportError as error:
            if name is EngineName.TESSEROCR:
                raise EnvironmentProblem("engine_missing", engine=name.value) from error
    from digitize.ocr.pytesseract_engine import PytesseractEngine

    return PytesseractEngine(folder, language)

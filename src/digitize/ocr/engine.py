"""The protocol of an OCR engine."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from digitize.imaging.picture import Pixels
from digitize.model import Word


class Layout(StrEnum):
    """What the engine is told to expect; the values are Tesseract's page segmentation modes."""

    PAGE = "3"
    BLOCK = "6"
    LINE = "7"
    WORD = "8"
    RAW_LINE = "13"


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

    @property
    def second(self) -> OcrEngine | None:
        """The same engine with other language data, for a second opinion; None if there are none."""

    def read(
        self, grey: Pixels, dpi: float, layout: Layout = Layout.PAGE, *, only: str = ""
    ) -> tuple[Word, ...]:
        """Words in reading order, with boxes in pixels of ``grey``; text in NFC.

        Args:
            grey: the picture.
            dpi: its resolution.
            layout: what it holds.
            only: the characters that are possible; all if empty.

        """

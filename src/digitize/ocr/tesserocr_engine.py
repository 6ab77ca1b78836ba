"""Tesseract in this process, by tesserocr."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import tesserocr

from digitize.errors import ItemProblem
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.tessdata import data_checksum, second_identity, second_language
from digitize.ocr.tsv import parse_tsv


class TesserocrEngine:
    """Holds one loaded engine; loading it costs as much as reading three lines."""

    def __init__(self, tessdata: Path, language: str) -> None:
        self._api = tesserocr.PyTessBaseAPI(path=str(tessdata), lang=language)
        version = tesserocr.tesseract_version().split()[1]
        checksum = data_checksum(tessdata, language)
        self._folder, self._language = tessdata, language
        self._identity = f"tesserocr {tesserocr.__version__}, Tesseract {version}, {language} {checksum}"
        self._identity += second_identity(tessdata, language)

    @property
    def identity(self) -> str:
        """Names and versions of binding, engine and language data."""
        return self._identity

    @cached_property
    def second(self) -> OcrEngine | None:
        """The engine with the other model, see ``OcrEngine``; loaded when first asked for."""
        other = second_language(self._folder, self._language)
        return TesserocrEngine(self._folder, other) if other else None

    def read(
        self, grey: Pixels, dpi: float, layout: Layout = Layout.PAGE, *, only: str = ""
    ) -> tuple[Word, ...]:
        """Words of a picture, see ``OcrEngine``."""
        self._api.SetPageSegMode(int(layout))
        self._api.SetVariable("tessedit_char_whitelist", only)
        # Bytes are taken as they are; a Pillow image would be written and read as a file in between.
        data = np.ascontiguousarray(grey)
        height, width = data.shape
        self._api.SetImageBytes(data.tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(round(dpi))
        try:
            return parse_tsv(self._api.GetTSVText(0))
        except RuntimeError as error:
            raise ItemProblem("ocr_failed", detail=str(error)) from error
        finally:
            self._api.Clear()

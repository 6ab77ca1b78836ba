"""The choice of an OCR engine."""

from __future__ import annotations

from pathlib import Path

from digitize.errors import EnvironmentProblem
from digitize.ocr.engine import EngineName, OcrEngine
from digitize.ocr.tessdata import LANGUAGE, find_tessdata


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


def engine_version(name: EngineName = EngineName.AUTO) -> str:
    """What an engine that would be opened says of itself and its libraries, in one line.

    Raises:
        EnvironmentProblem: there is no such engine.

    """
    if name in (EngineName.AUTO, EngineName.TESSEROCR):
        try:
            import tesserocr

            return f"tesserocr {tesserocr.__version__} {' '.join(tesserocr.tesseract_version().split())}"
        except ImportError as error:
            if name is EngineName.TESSEROCR:
                raise EnvironmentProblem("engine_missing", engine=name.value) from error
    from digitize.ocr.pytesseract_engine import program_version

    return f"tesseract {program_version()}"

"""Find Tesseract's language data; the tesserocr wheel brings an engine but no data."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from digitize.errors import EnvironmentProblem

LANGUAGE = "vie"

_SECOND = ("Vietnamese", "script/Vietnamese")
"""The model of the Vietnamese script (Debian's ``tesseract-ocr-script-viet``) was taught apart from that
of the language, and errs elsewhere; where it lies differs."""

_USUAL_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


def find_tessdata(chosen: Path | None = None, language: str = LANGUAGE) -> Path:
    """The first folder that holds the language: as chosen, ``TESSDATA_PREFIX``, usual places.

    Raises:
        EnvironmentProblem: there is none; where a folder was chosen, only that one counts.

    """
    for folder in _candidates(chosen):
        if (folder / f"{language}.traineddata").is_file():
            return folder
    raise EnvironmentProblem("tessdata_missing", language=language, place=str(chosen) if chosen else "-")


def _candidates(chosen: Path | None) -> list[Path]:
    if chosen is not None:
        return [chosen, chosen / "tessdata"]
    places = [Path(place) for place in _USUAL_PLACES]
    prefix = os.environ.get("TESSDATA_PREFIX")
    if prefix:
        places = [Path(prefix), Path(prefix) / "tessdata", *places]
    return [*places, Path(sys.prefix) / "share" / "tessdata"]


def data_checksum(folder: Path, language: str = LANGUAGE) -> str:
    """First twelve hex digits of the SHA-256 of the language data, enough to tell versions."""
    data = (folder / f"{language}.traineddata").read_bytes()
    return hashlib.sha256(data).hexdigest()[:12]


def second_language(folder: Path, language: str = LANGUAGE) -> str | None:
    """The language data for a second opinion in a folder; None if there are none."""
    if language != LANGUAGE:
        return None
    return next((name for name in _SECOND if (folder / f"{name}.traineddata").is_file()), None)


def second_identity(folder: Path, language: str = LANGUAGE) -> str:
    """What the record of a dossier says about the data for a second opinion."""
    other = second_language(folder, language)
    return f", {other} {data_checksum(folder, other)}" if other else ""

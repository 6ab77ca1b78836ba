"""Find the fonts that stamps and made-up papers are set in.

The circulars prescribe Times New Roman, which may not be passed on. Tinos and Liberation Serif
have the same widths and may. Liberation before version 2 (Debian 12's ``fonts-liberation``) lacks
most Vietnamese letters and would print boxes, so a font counts only if it has them.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from pathlib import Path

from digitize.errors import EnvironmentProblem

_PLACES = (
    Path("/usr/share/fonts/truetype/croscore"),
    Path("/usr/share/fonts/truetype/freefont"),
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/liberation"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
)
_VIETNAMESE = "ạẳệỉộợữỹĐƠƯ"


class Face(Enum):
    """Faces by what they are metric-compatible with, and the file names they come under."""

    TIMES = ("Tinos-Regular.ttf", "LiberationSerif-Regular.ttf")
    TIMES_BOLD = ("Tinos-Bold.ttf", "LiberationSerif-Bold.ttf")
    TIMES_ITALIC = ("Tinos-Italic.ttf", "LiberationSerif-Italic.ttf")
    COURIER = ("FreeMono.ttf", "Cousine-Regular.ttf", "LiberationMono-Regular.ttf")


def find_font(face: Face, chosen: Path | None = None) -> Path:
    """The file of a face: the one chosen in the settings, else from the usual places.

    Raises:
        EnvironmentProblem: there is none, or the chosen one lacks Vietnamese letters.

    """
    names = face.value
    candidates = [chosen] if chosen is not None else [place / name for name in names for place in _PLACES]
    for path in candidates:
        if path.is_file() and has_vietnamese(path):
            return path
    raise EnvironmentProblem("font_missing", font=str(chosen or names[0]))


@cache
def has_vietnamese(path: Path) -> bool:
    """Whether a TrueType font has the letters of Vietnamese."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        # Given a path, fontTools leaves a file open that is no font.
        with path.open("rb") as stream, TTFont(stream, lazy=True) as font:
            characters = font.getBestCmap()
    except (TTLibError, ImportError, AssertionError):
        # WOFF2 needs a library that nothing else needs; odd collections fail an assertion.
        return False
    return all(ord(letter) in characters for letter in _VIETNAMESE)

"""What only made-up papers need: fonts that look like handwriting, and QR codes.

They come with the extra ``samples``, because an office that reads papers needs none of them.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from digitize.errors import EnvironmentProblem
from digitize.samples.sheet import Hand

EXTRA = "samples"

_SCRIPT = ("fontpkg_dancing_script", "DancingScript[wght].ttf")

_MODULES = ("segno", "fontpkg_arimo", "fontpkg_dancing_script", "fontpkg_great_vibes", "fontpkg_pacifico")


def require_extra() -> None:
    """Make sure that everything of the extra is there.

    Raises:
        EnvironmentProblem: something is missing.

    """
    missing = [name for name in _MODULES if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem("samples_extra_missing", missing=", ".join(missing), extra=EXTRA)


@cache
def sans(weight: int = 400) -> Hand:
    """The face of identity cards and of stamps."""
    return Hand(_file("fontpkg_arimo", "Arimo[wght].ttf"), weight)


@cache
def capitals() -> Hand:
    """The hand for words in capitals, which swash letters would make unreadable."""
    return Hand(_file(*_SCRIPT), 500)


@cache
def handwriting() -> tuple[tuple[Hand, float], ...]:
    """Hands that have all Vietnamese letters, each with the size in points that it is written in."""
    script = _file(*_SCRIPT)
    return (
        (Hand(script, 400), 15.0),
        (Hand(script, 600), 14.5),
        (Hand(_file("fontpkg_great_vibes", "GreatVibes-Regular.ttf")), 16.0),
        (Hand(_file("fontpkg_pacifico", "Pacifico-Regular.ttf")), 10.5),
    )


def _file(module: str, name: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise EnvironmentProblem("samples_extra_missing", missing=module, extra=EXTRA)
    return Path(spec.origin).parent / "files" / name

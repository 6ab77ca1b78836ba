"""The steps of reading that can be switched off, to see what each is worth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from digitize.imaging import ink, zones
from digitize.imaging.cells import Grid
from digitize.imaging.lines import Lines
from digitize.imaging.straighten import Skew
from digitize.imaging.upright import Turn

Replacement = tuple[str, Any]


def _no_zones(pixels: Any, ink: Any, *_: Any) -> Any:
    return [], pixels, ink


def _no_values(pixels: Any, mask: Any, _leaders: Any, grid: Any, dpi: float, paper: int) -> Any:
    return zones.cut_zones(pixels, mask, (), grid, dpi, paper)


def _no_cells(*_: Any) -> Grid:
    return Grid((), ())


def _no_leaders(mask: Any, *_: Any) -> Any:
    return np.zeros_like(mask), []


def _no_lines(mask: Any, *_: Any) -> Lines:
    return Lines(np.zeros_like(mask), np.zeros_like(mask), np.zeros_like(mask))


def _none_found(*_: Any) -> list[Any]:
    return []


def _line_as_read(line: Any, *_: Any) -> list[Any]:
    return list(line)


def _first_look(looks: Any, *_: Any) -> Any:
    return tuple(looks[0])


def _as_it_was(given: Any, *_: Any) -> Any:
    return given


def _lines_as_read(lines: Any, *_: Any) -> Any:
    return [list(line) for line in lines]


def _no_boxes(parts: Any, *_: Any) -> Any:
    return np.zeros(parts.labels.shape, bool)


def _never(*_: Any) -> bool:
    return False


def _nothing(*_: Any) -> float:
    return 0.0


def _one(*_: Any) -> float:
    return 1.0


def _none(*_: Any) -> None:
    return None


def _upright(*_: Any) -> Turn:
    return Turn(0, 1.0)


def _straight(*_: Any) -> Skew:
    return Skew(0.0, 1.0, 1.0)


_READING = "digitize.imaging.reading."
_RULINGS = "digitize.imaging.rulings."
_PAGE = "digitize.ocr.page."
_ZONES = "digitize.ocr.zones."
_STRAIGHTEN = "digitize.imaging.straighten."
_UPRIGHT = "digitize.imaging.upright."

STEPS: dict[str, tuple[Replacement, ...]] = {
    "everything on": (),
    "lines and leaders stay": (
        (_READING + "without_rulings", _as_it_was),
        (_READING + "cut_zones", _no_zones),
    ),
    "leaders stay, lines go": ((_RULINGS + "find_leaders", _no_leaders),),
    "lines stay, leaders go": ((_RULINGS + "find_lines", _no_lines),),
    "nothing is cut out": ((_READING + "cut_zones", _no_zones),),
    "values over leaders are not cut out": ((_READING + "cut_zones", _no_values),),
    "cells and boxes are not cut out": ((_READING + "find_cells", _no_cells),),
    "not turned upright": ((_PAGE + "lines_run_up", _upright), (_PAGE + "upside_down", _upright)),
    "not straightened": ((_PAGE + "estimate_skew", _straight),),
    "colour stays": ((_READING + "without_colour", ink.to_grey),),
    "uneven light stays": ((_READING + "unevenness", _nothing),),
    "what shines through stays": ((_READING + "show_through", _nothing),),
    "grain stays": ((_READING + "paper_noise", _nothing),),
    "resolution stays": ((_READING + "_scale", _one),),
    "pale print stays pale": ((_PAGE + "strengthened", _none),),
    "black border counts": (
        (_STRAIGHTEN + "edgeless", _as_it_was),
        (_UPRIGHT + "edgeless", _as_it_was),
    ),
    "the dark beside the sheet stays": ((_READING + "without_border", _as_it_was),),
    "remains of leaders stay": ((_ZONES + "without_remains", _line_as_read),),
    "marks of footnotes stay": (
        ("digitize.imaging.zones.raised_marks", _none_found),
        (_ZONES + "with_marks", _line_as_read),
    ),
    "missed lines stay unread": ((_ZONES + "read_missed", _none_found),),
    "words run together stay so": ((_ZONES + "with_spaces", _line_as_read),),
    "no network for numbers": (
        ("digitize.ocr.second_look.read_number", _none),
        ("digitize.ocr.numbers.read_word", _none),
        ("digitize.ocr.abbreviations.read_word", _none),
    ),
    "abbreviations and powers as read first": (
        (_ZONES + "with_abbreviations_checked", _line_as_read),
        (_ZONES + "with_powers", _line_as_read),
    ),
    "numbers are not voted on": (("digitize.ocr.second_look.best_number", _first_look),),
    "boxes to tick stay": ((_RULINGS + "find_check_boxes", _no_boxes),),
    "no second look at a word": ((_ZONES + "read_again", _lines_as_read),),
    "words are not read by the network": (
        ("digitize.ocr.second_look.read_line_of_words", _none),
        ("digitize.ocr.words_settled.read_word_of_line", _none),
        ("digitize.ocr.words_in_doubt.read_word_of_line", _none),
    ),
    "no second look at a line": (("digitize.ocr.second_look._pays", _never),),
}
"""What is replaced to switch a step off."""


@contextmanager
def without(step: str) -> Iterator[None]:
    """Switch a step off for a while."""
    with ExitStack() as stack:
        for name, replacement in STEPS[step]:
            stack.enter_context(patch(name, replacement))
        yield

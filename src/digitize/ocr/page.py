"""A page is read by a pure function: picture in, words and archival picture out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from digitize.imaging.blank import is_blank, is_empty
from digitize.imaging.encode import Encoded, encode
from digitize.imaging.ink import flatten, reduced, strengthened, to_grey
from digitize.imaging.picture import Picture, Pixels
from digitize.imaging.quality import clipped_sides, contrast_and_edge
from digitize.imaging.reading import reading_picture
from digitize.imaging.straighten import NEGLIGIBLE, Skew, estimate_skew, turn
from digitize.imaging.upright import Legibility, Turn, lines_run_up, sample_lines, upside_down
from digitize.model import Box, PageQuality, PageReading, Problem, Word
from digitize.ocr.cards import shows_both_sides
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.legible import is_read
from digitize.ocr.two_up import is_two_up
from digitize.ocr.zones import read_picture
from digitize.vietnamese.dictionary import in_dictionary

_SURE = 0.5
"""A turn or a skew found with less confidence is told to the clerk."""

_LINES_TRIED = 3
_TEXT = 0.7
"""Legibility of a line of print; the same line mirrored stays below."""

_STRANGE = 0.5
"""What letters count that make no word of the language."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page after page work: what it says, and its archival picture."""

    reading: PageReading
    archival: Encoded
    pixels: Pixels


def read_page(
    picture: Picture, engine: OcrEngine, *, quality: int = 70, turned: int | None = None
) -> ReadPage:
    """Turn a page upright, straighten it, and read it.

    Args:
        picture: the page as decoded.
        engine: reads the words.
        quality: JPEG quality of the archival picture, where it is encoded anew.
        turned: the clockwise turn in degrees that makes it upright, where a person has told it.

    """
    problems = list(picture.problems)
    # How a page lies is seen from a smaller grey picture of it.
    grey, dpi = reduced(to_grey(picture.pixels), picture.dpi)
    pale: Pixels | None = None
    blank = is_blank(grey, dpi)
    if blank:
        pale = strengthened(grey)
        blank = pale is None or not _is_legible(pale, dpi, engine, turned)
    lies, skew = Turn(turned or 0, 1.0), Skew(0.0, 1.0, 0.0)
    pixels = _posed(picture.pixels, lies, skew)
    words: tuple[Word, ...] = ()
    unread: tuple[Box, ...] = ()
    if not blank:
        lies, skew = _pose(grey if pale is None else pale, dpi, engine, turned)
        pixels = _posed(picture.pixels, lies, skew)
        readable = pixels
        if pale is not None:
            strong = strengthened(pixels)
            readable = pixels if strong is None else strong
            problems.append(Problem("print_pale"))
        words, unread = _words(readable, picture.dpi, engine)
        if is_two_up(words, pixels.shape[1], pixels.shape[0]):
            problems.append(Problem("two_up"))
        if shows_both_sides(words):
            problems.append(Problem("card_sides"))
        if lies.confidence < _SURE:
            problems.append(Problem("turn_in_doubt"))
        if skew.confidence < _SURE and abs(skew.angle) > NEGLIGIBLE:
            problems.append(Problem("skew_in_doubt", {"degrees": skew.angle}))
    reading = PageReading(
        width=pixels.shape[1],
        height=pixels.shape[0],
        dpi=picture.dpi,
        rotated=lies.degrees,
        rotation_confidence=lies.confidence,
        skew=skew.angle,
        skew_confidence=skew.confidence,
        blank=blank,
        words=words,
        unread=unread,
        problems=tuple(problems),
        engine=engine.identity,
        quality=_quality(picture, grey, dpi, skew.angle, _share(unread, words), blank=blank),
        empty=blank and is_empty(picture.pixels, picture.dpi),
    )
    changed = lies.degrees != 0 or skew.angle != 0.0
    return ReadPage(reading, encode(picture, pixels, changed=changed, quality=quality), pixels)


def picture_page(picture: Picture, *, quality: int = 70, turned: int | None = None) -> ReadPage:
    """A page that is kept as it lies, because it cannot be read; the whole of it is marked as unread.

    It is turned where a person has told how it lies.
    """
    pixels = _quarter_turned(picture.pixels, turned or 0)
    height, width = pixels.shape[:2]
    reading = PageReading(
        width=width,
        height=height,
        dpi=picture.dpi,
        rotated=turned or 0,
        rotation_confidence=0.0 if turned is None else 1.0,
        skew=0.0,
        skew_confidence=0.0,
        blank=False,
        words=(),
        unread=((0, 0, width, height),),
        problems=(*picture.problems, Problem("page_not_read")),
        engine="",
    )
    return ReadPage(reading, encode(picture, pixels, changed=bool(turned), quality=quality), pixels)


def _quality(
    picture: Picture, grey: Pixels, dpi: float, skew: float, unread: float, *, blank: bool
) -> PageQuality:
    flat = flatten(grey)
    contrast, edge = (0.0, 0.0) if blank else contrast_and_edge(flat, dpi)
    return PageQuality(
        dpi=round(picture.dpi),
        depth=picture.depth,
        skew=abs(skew),
        contrast=round(contrast, 2),
        edge=round(edge, 2),
        clipped=() if blank else clipped_sides(flat, dpi),
        unread=round(unread, 2),
    )


def _share(unread: tuple[Box, ...], words: tuple[Word, ...]) -> float:
    return len(unread) / max(1, len(unread) + len(words))


def _pose(grey: Pixels, dpi: float, engine: OcrEngine, told: int | None = None) -> tuple[Turn, Skew]:
    """How a page lies: its turn, and its skew once turned; one too small to matter is given as 0.

    Where somebody has told its turn it is not looked for, and lines that run up then are not straightened.
    """
    axis = lines_run_up(grey) if told is None else Turn(told, 1.0)
    level = _quarter_turned(grey, axis.degrees)
    if told is not None and lines_run_up(level).degrees:
        return axis, Skew(0.0, 0.0, 0.0)
    skew = estimate_skew(level)
    if abs(skew.angle) < NEGLIGIBLE or skew.confidence == 0.0:
        skew = Skew(0.0, skew.confidence, skew.sharpness)
    if told is not None:
        return axis, skew
    # Standing on its head does not change the direction in which a page is skewed.
    head = upside_down(_posed(level, Turn(0, 1.0), skew), dpi, _legibility_by(engine, dpi, _wording))
    degrees = (axis.degrees + head.degrees) % 360
    return Turn(degrees, min(axis.confidence, head.confidence)), skew


def _posed(pixels: Pixels, turned: Turn, skew: Skew) -> Pixels:
    upright = _quarter_turned(pixels, turned.degrees)
    return turn(upright, skew.angle) if skew.angle else upright


def _is_legible(grey: Pixels, dpi: float, engine: OcrEngine, told: int | None = None) -> bool:
    """Whether the lines of a page read as text; those that shine through are mirrored."""
    upright = _posed(grey, *_pose(grey, dpi, engine, told))
    legibility = _legibility_by(engine, dpi, _legibility)
    lines = sample_lines(upright, dpi)[:_LINES_TRIED]
    return any(legibility(line) >= _TEXT for line in lines)


def _legibility_by(engine: OcrEngine, dpi: float, judged: Callable[[tuple[Word, ...]], float]) -> Legibility:
    return lambda line: judged(engine.read(line, dpi, Layout.LINE))


def _wording(words: tuple[Word, ...]) -> float:
    """How much of what was read are words: figures read as figures on their head as well."""
    characters = sum(len(word.text) for word in words)
    if not characters:
        return 0.0
    letters = (
        word.confidence
        * sum(map(str.isalpha, word.text))
        * (_STRANGE if in_dictionary(word.text) is False else 1.0)
        for word in words
    )
    return sum(letters) / characters


def _legibility(words: tuple[Word, ...]) -> float:
    characters = sum(len(word.text) for word in words)
    if not characters:
        return 0.0
    letters = (word.confidence * sum(map(str.isalnum, word.text)) for word in words)
    return sum(letters) / characters


def _words(pixels: Pixels, dpi: float, engine: OcrEngine) -> tuple[tuple[Word, ...], tuple[Box, ...]]:
    """The words of a page, and the boxes of what could not be read, in page pixels."""
    picture = reading_picture(pixels, dpi)
    found = read_picture(picture, engine)
    words = [replace(word, box=_scaled(word.box, 1 / picture.scale)) for word in found]
    read = tuple(word for word in words if is_read(word))
    return read, tuple(word.box for word in words if not is_read(word))


def _scaled(box: Box, factor: float) -> Box:
    left, top, right, bottom = (round(edge * factor) for edge in box)
    return left, top, right, bottom


def _quarter_turned(pixels: Pixels, degrees: int) -> Pixels:
    if degrees % 360 == 0:
        return pixels
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90))

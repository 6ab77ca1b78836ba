"""Pictures of fields for a review in a terminal: as a file, or in the terminal where it can show them.

A terminal is never asked what it can: one that does not answer would swallow what is typed. It is known by
what it says of itself in the environment.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console

from digitize.cli.picture_mode import PictureMode
from digitize.cli.session import Session
from digitize.files import remove_tree, write_whole
from digitize.model import FieldReading
from digitize.pipeline.layout import page_target
from digitize.pipeline.tasks import archival_file
from digitize.pipeline.workspace import Workspace
from digitize.review.pictures import Pictures
from digitize.review.showing import Showing

_FOLDER = ".review-"
_MOST_COLUMNS = 100
_USUAL_CELL = (10, 20)
"""Pixels of a letter, where the terminal does not tell."""

_OWNER = 0o600


class Drawing(StrEnum):
    """By what means a terminal shows a picture."""

    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"


def drawing_of(environment: Mapping[str, str]) -> Drawing | None:
    """How the terminal that an environment tells of shows pictures; None where it is not known to do so."""
    name = environment.get("TERM", "")
    if "TMUX" in environment or name.startswith(("tmux", "screen")):
        # What runs between the terminal and us lets no pictures through.
        return None
    if name == "xterm-kitty" or "KITTY_WINDOW_ID" in environment:
        return Drawing.KITTY
    if name.startswith(("foot", "mlterm", "contour", "yaft")) or "WEZTERM_PANE" in environment:
        return Drawing.SIXEL
    return None


@dataclass(frozen=True)
class FieldPictures:
    """Shows the pictures of fields, and keeps their files as long as the review lasts."""

    session: Session
    workspace: Workspace
    showing: Showing
    mode: PictureMode
    folder: Path
    pictures: Pictures

    def show(self, number: int, dossier: str, reading: FieldReading) -> None:
        """Show the picture of a field, or where it is."""
        if self.mode is PictureMode.NONE or reading.page is None:
            return
        path = archival_file(page_target(self.workspace, dossier, reading.page + 1))
        cut = self.showing.cutting_of(dossier, reading)
        try:
            if cut is not None:
                data, _ = self.pictures.cut(path, cut.box)
                path = self.folder / f"{number:04}.jpg"
                write_whole(path, data, mode=_OWNER)
        except OSError:
            self.session.say("no_picture", page=reading.page + 1)
            return
        drawing = self._drawing()
        if drawing is not None and cut is not None:
            _draw(drawing, path, self.session.err.width)
        else:
            key = "see_picture" if cut is not None else "see_page"
            self.session.say(key, path=str(path), page=reading.page + 1)

    def _drawing(self) -> Drawing | None:
        seen = sys.stdout.isatty() and sys.stderr.isatty() and not self.session.err.is_dumb_terminal
        if not seen or self.mode not in (PictureMode.AUTO, PictureMode.INLINE):
            return None
        known = drawing_of(os.environ)
        if known is None and self.mode is PictureMode.INLINE and not self.session.err.no_color:
            return Drawing.BLOCKS
        return known


@contextmanager
def field_pictures(
    session: Session, workspace: Workspace, showing: Showing, mode: PictureMode
) -> Iterator[FieldPictures]:
    """Pictures of fields, whose files are private, and removed at the end."""
    _sweep(workspace.work)
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=workspace.work))
    try:
        yield FieldPictures(session, workspace, showing, mode, folder, Pictures(workspace.limits.megapixels))
    finally:
        remove_tree(folder)


def _sweep(work: Path) -> None:
    """Remove what reviews have left that were killed."""
    for folder in work.glob(f"{_FOLDER}*"):
        number = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if number.isdecimal() and not Path("/proc", number).exists():
            remove_tree(folder)


def _draw(drawing: Drawing, path: Path, columns: int) -> None:
    image = _image_class(drawing)(str(path), width=min(columns, _MOST_COLUMNS), height="auto")
    # Not through the console for texts, which would make the picture's bytes visible as codes.
    with warnings.catch_warnings():
        # The library reads pixels in a way that Pillow is giving up.
        warnings.simplefilter("ignore", DeprecationWarning)
        Console(file=sys.stderr, highlight=False).print(image)


def _image_class(drawing: Drawing) -> Any:
    """The library's kind of picture, loaded without a question to the terminal."""
    kept, sys.__stdout__ = sys.__stdout__, None  # type: ignore[misc]
    try:
        from textual_image._terminal import CellSize, get_cell_size
        from textual_image.renderable import HalfcellImage, SixelImage, TGPImage
    finally:
        sys.__stdout__ = kept  # type: ignore[misc]
    if not hasattr(get_cell_size, "_result"):
        get_cell_size._result = CellSize(*_cell())  # type: ignore[attr-defined]  # noqa: SLF001 - it asks otherwise
    return {Drawing.KITTY: TGPImage, Drawing.SIXEL: SixelImage, Drawing.BLOCKS: HalfcellImage}[drawing]


def _cell() -> tuple[int, int]:
    """Pixels of a letter, from what the terminal has told the system."""
    import fcntl
    import struct
    import termios

    told = fcntl.ioctl(sys.stdout.fileno(), termios.TIOCGWINSZ, bytes(8))
    rows, columns, width, height = struct.unpack("HHHH", told)
    if not (rows and columns and width >= columns and height >= rows):
        return _USUAL_CELL
    return width // columns, height // rows

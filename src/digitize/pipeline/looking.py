"""Look through the pages of a file for what tells that another dossier begins: work for workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from digitize.errors import ItemProblem
from digitize.imaging.blank import is_empty
from digitize.imaging.signs import find_sign
from digitize.ingest.kinds import FileKind
from digitize.model import Sign, SignKind
from digitize.pipeline.tasks import load_picture


@dataclass(frozen=True, slots=True)
class SignsTask:
    """Look for signs on some pages of an original."""

    original: Path
    kind: FileKind
    frames: tuple[int, ...]
    max_megapixels: float


@dataclass(frozen=True, slots=True)
class FoundSign:
    """A page with a sign, or an empty one that may be the back of a separator sheet.

    Attributes:
        frame: which page of its file, from 0.
        sign: what tells that another dossier begins.
        empty: there is not the slightest trace of writing on it.

    """

    frame: int
    sign: Sign | None = None
    empty: bool = False


_FOUND: TypeAdapter[list[FoundSign]] = TypeAdapter(list[FoundSign])


def find_signs(task: SignsTask) -> list[FoundSign]:
    """Look for signs on some pages; a page that cannot be decoded has none, its reading will tell why."""
    found = []
    # What lies before the first of these pages is somebody else's to know: it may be a sheet.
    after_sheet = True
    for frame in task.frames:
        try:
            picture = load_picture(task.original, task.kind, frame, task.max_megapixels)
        except ItemProblem:
            after_sheet = False
            continue
        sign = find_sign(picture.pixels, picture.dpi)
        empty = sign is None and after_sheet and is_empty(picture.pixels, picture.dpi)
        if sign is not None or empty:
            found.append(FoundSign(frame, sign, empty))
        after_sheet = sign is not None and sign.kind is SignKind.SEPARATOR
    return found


def written_signs(found: list[FoundSign]) -> str:
    """What was found, as the ledger keeps it."""
    return _FOUND.dump_json(sorted(found, key=lambda one: one.frame)).decode()


def signs_from(text: str) -> dict[int, FoundSign]:
    """What was found, by the pages of the file."""
    return {one.frame: one for one in _FOUND.validate_json(text)}

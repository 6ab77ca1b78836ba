"""What workers do. Each task is small and picklable, and so is its result.

Workers write derived files into ``work/``, whole or not at all, and nothing else; the ledger and
the archive are the runner's. A worker may be killed at any time: a task done twice gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from digitize.errors import ItemProblem
from digitize.files import make_folder, remove_file, write_whole
from digitize.forms.extract import read_documents
from digitize.forms.template import Template
from digitize.forms.template_files import OwnForms, templates_with
from digitize.forms.told import ToldPage
from digitize.forms.view import PageView
from digitize.imaging.decode import count_frames, decode
from digitize.imaging.encode import Encoding
from digitize.imaging.likeness import page_print
from digitize.imaging.picture import Picture, Pixels
from digitize.imaging.tiff_excerpt import write_tiff_excerpt
from digitize.ingest.kinds import FileKind
from digitize.model import Document, PageReading, Problem
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import EngineName, OcrEngine
from digitize.ocr.page import ReadPage, picture_page, read_page
from digitize.pdf.compose import ComposedPage, Provenance, compose
from digitize.pdf.excerpt import write_excerpt
from digitize.pdf.source import inspect_pdf, page_picture
from digitize.pipeline.memory import keep_freed_memory
from digitize.profiles.profile import QualityRules
from digitize.profiles.quality import blocking, shortcomings

_READING: TypeAdapter[PageReading] = TypeAdapter(PageReading)
_PROBLEM: TypeAdapter[Problem] = TypeAdapter(Problem)
_WORDS = ".json"
_NO_MEMORY = "out_of_memory"

_Print = bytes


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """What a worker must know to read a page."""

    engine: EngineName
    tessdata: Path | None
    max_megapixels: float
    jpeg_quality: int
    quality: QualityRules | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a look into a file found."""

    pages: int
    signed: bool


@dataclass(frozen=True, slots=True)
class PageTask:
    """Read one page of an original; the results go beside ``target``, with other suffixes.

    Nobody reads it if it is accepted as a ``picture``: it is kept as it lies, and marked. Where a person has
    told by how many degrees clockwise it is ``turned``, that is not looked for.
    """

    original: Path
    kind: FileKind
    frame: int
    target: Path
    settings: ReadingSettings
    picture: bool = False
    turned: int | None = None


@dataclass(frozen=True, slots=True)
class PageDone:
    """What the runner must know of a page that was read; by ``likeness`` its paper is known again."""

    reading: PageReading
    bytes: int
    likeness: _Print = b""


@dataclass(frozen=True, slots=True)
class ExtractTask:
    """Tell the documents of a dossier apart and read their fields.

    Attributes:
        pages: the ``target`` of each page, in order.
        files: for each page, the number of its file.
        threshold: confidence below which a field is doubtful.
        thresholds: others for single fields, by key or by form and key.
        settings: how to read values again.
        only: the one form that is possible; None for all that are known.
        own_forms: an office's own, whole: a worker on another machine may not see their folder.
        told: for each page, what a person has told of it; empty where nobody has told anything.

    """

    pages: tuple[Path, ...]
    files: tuple[int, ...]
    threshold: float
    settings: ReadingSettings
    only: Template | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    own_forms: OwnForms = field(default_factory=OwnForms)
    told: tuple[ToldPage, ...] = ()


@dataclass(frozen=True, slots=True)
class ComposeTask:
    """Compose the PDF/A of one document from its pages."""

    pages: tuple[Path, ...]
    provenance: Provenance
    target: Path


@dataclass(frozen=True, slots=True)
class CutTask:
    """Write the pages of a stack's file that are a dossier's own to a file of their own.

    Attributes:
        original: the file.
        kind: what it is.
        pages: which, from 0.
        target: the file of their own.
        max_megapixels: larger pictures are not looked at.

    """

    original: Path
    kind: FileKind
    pages: tuple[int, ...]
    target: Path
    max_megapixels: float


def inspect_file(path: Path, kind: FileKind, most_pages: int) -> Inspected:
    """Count the pages of a file.

    Raises:
        ItemProblem: the file is broken, encrypted, or has too many pages.

    """
    if kind is FileKind.PDF:
        summary = inspect_pdf(path)
        found = Inspected(summary.pages, summary.signed)
    else:
        found = Inspected(count_frames(path), signed=False)
    if found.pages == 0:
        raise ItemProblem("no_pages")
    if found.pages > most_pages:
        raise ItemProblem("too_many_pages", pages=found.pages, limit=most_pages)
    return found


def load_picture(path: Path, kind: FileKind, frame: int, max_megapixels: float) -> Picture:
    """The picture of a page of a file."""
    if kind is FileKind.PDF:
        return page_picture(path, frame, max_megapixels=max_megapixels)
    return decode(path, frame=frame, max_megapixels=max_megapixels)


def read_one_page(task: PageTask) -> PageDone:
    """Page work: decode, turn upright, straighten, read; keep picture and words.

    Raises:
        ItemProblem: the page cannot be decoded or read.

    """
    picture = load_picture(task.original, task.kind, task.frame, task.settings.max_megapixels)
    settings = task.settings
    if task.picture:
        done = picture_page(picture, quality=settings.jpeg_quality, turned=task.turned)
    else:
        read = read_page(picture, _engine(settings), quality=settings.jpeg_quality, turned=task.turned)
        done = _judged(read, settings.quality)
    keep_page(
        task.target,
        {done.archival.encoding: done.archival.data, _WORDS: _READING.dump_json(done.reading)},
    )
    likeness = b"" if done.reading.blank or task.picture else page_print(done.pixels)
    return PageDone(done.reading, len(done.archival.data), likeness)


def keep_page(target: Path, files: Mapping[str, bytes]) -> None:
    """Write what was made of a page, by suffix: its archival picture and its words."""
    make_folder(target.parent)
    for encoding in Encoding:
        if encoding not in files:
            remove_file(with_suffix(target, encoding))
    # The words come last: a page counts as read when they are there.
    for suffix in sorted(files, key=lambda suffix: suffix == _WORDS):
        write_whole(with_suffix(target, suffix), files[suffix])


def _judged(done: ReadPage, rules: QualityRules | None) -> ReadPage:
    """A page with what its scan falls short of.

    Raises:
        ItemProblem: it falls short of a limit that stops its dossier.

    """
    quality = done.reading.quality
    if rules is None or quality is None:
        return done
    found = shortcomings(quality, rules)
    stopping = blocking(found, rules)
    if stopping is not None:
        raise ItemProblem(stopping.code, **stopping.facts)
    problems = (*done.reading.problems, *(problem for _, problem in found))
    return replace(done, reading=replace(done.reading, problems=problems))


def extract(task: ExtractTask) -> list[Document]:
    """Dossier work: documents and fields."""
    views = [
        PageView(load_reading(target), _loader(target, task.settings.max_megapixels)) for target in task.pages
    ]
    templates = {task.only.id: task.only} if task.only else templates_with(task.own_forms)
    return read_documents(
        views,
        task.files,
        templates,
        _engine(task.settings),
        threshold=task.threshold,
        thresholds=task.thresholds,
        told=task.told,
    )


def compose_document(task: ComposeTask) -> Path:
    """Compose one document; return its file."""
    pages = [ComposedPage(archival_file(target), load_reading(target)) for target in task.pages]
    make_folder(task.target.parent)
    compose(pages, task.provenance, task.target)
    return task.target


def cut_original(task: CutTask) -> Problem | None:
    """Write some pages of a file to a file of their own; why that cannot be, None where it was done.

    Raises:
        ItemProblem: there was no memory for it.

    """
    try:
        if task.kind is FileKind.PDF:
            write_excerpt(task.original, task.pages, task.target)
        else:
            write_tiff_excerpt(task.original, task.pages, task.target, max_megapixels=task.max_megapixels)
    except ItemProblem as error:
        if error.code == _NO_MEMORY:
            # Others may have had it; then there is another try.
            raise
        return leave_uncut(task.target, Problem.of(error))
    remove_file(uncut_mark(task.target))
    return None


def leave_uncut(target: Path, problem: Problem) -> Problem:
    """Mark that pages could not be taken out of a file, so that nobody waits for them; return why."""
    make_folder(target.parent)
    remove_file(target)
    write_whole(uncut_mark(target), _PROBLEM.dump_json(problem))
    return problem


def load_reading(target: Path) -> PageReading:
    """What was read on a page."""
    return _READING.validate_json(words_file(target).read_bytes())


def words_file(target: Path) -> Path:
    """The file with the words of a page."""
    return with_suffix(target, _WORDS)


def uncut_mark(target: Path) -> Path:
    """The file that says why the pages for ``target`` could not be cut out of theirs."""
    return target.with_suffix(".uncut")


def archival_file(target: Path) -> Path:
    """The archival picture of a page, in whichever encoding it is."""
    for encoding in Encoding:
        path = with_suffix(target, encoding)
        if path.is_file():
            return path
    raise ItemProblem("derived_missing", file=target.name)


def with_suffix(target: Path, suffix: str) -> Path:
    """``target`` with a suffix added; dossier codes have dots in them."""
    return target.with_name(target.name + suffix)


def _loader(target: Path, max_megapixels: float) -> Callable[[], Pixels]:
    def load() -> Pixels:
        return decode(archival_file(target), max_megapixels=max_megapixels).pixels

    return load


@cache
def _open(engine: EngineName, tessdata: Path | None) -> OcrEngine:
    keep_freed_memory()
    return open_engine(engine, tessdata)


def _engine(settings: ReadingSettings) -> OcrEngine:
    """The engine of this process: loading one costs as much as reading three lines."""
    return _open(settings.engine, settings.tessdata)

"""Packages read for the catalogue, each in a worker that may die of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from digitize.archive.catalogue_rows import MOST, DocumentRows, Types, rows_of
from digitize.archive.content import DocumentContent, UnreadablePackageError, read_content
from digitize.archive.opening import is_plain_inside, read_plain
from digitize.pdf.text import page_texts
from digitize.workers import Crew, Lost

UNREADABLE = "package_unreadable"
TEXT_UNREADABLE = "text_unreadable"

_JOBS_EACH = 5000
"""Packages that a worker reads before it is replaced: most take some milliseconds."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What reading may cost.

    Attributes:
        jobs: workers; 0 for as many as there are processors.
        seconds: longest time for a package, and for each PDF whose text has to be read.
        megabytes: most address space of a worker.

    """

    jobs: int = 0
    seconds: float = 120.0
    megabytes: int = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """A package's folder, and whether a later generation has taken its place."""

    path: Path
    superseded: bool


@dataclass(frozen=True, slots=True)
class PackageRows:
    """What the catalogue keeps of a package; ``problem`` says why it is not all."""

    source: Source
    file_code: str
    documents: tuple[DocumentRows, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """A package, or one of its PDFs whose text has to be read from it."""

    number: int
    source: Source
    document: DocumentContent | None = None


@dataclass(frozen=True, slots=True)
class _Begun:
    """What a package says, and documents whose texts are still to be read."""

    file_code: str
    documents: tuple[DocumentRows, ...]
    waiting: tuple[DocumentContent, ...]


_Answer = _Begun | DocumentRows | None


class Reading:
    """Reads packages.

    Args:
        types: types of the fields of known forms.
        effort: what it may cost.

    """

    def __init__(self, types: Types, effort: Effort) -> None:
        self._types = types
        self._effort = effort
        self._begun: dict[int, tuple[PackageRows, int]] = {}

    def read(self, sources: Collection[Source], told: Callable[[int, int], None]) -> Iterator[PackageRows]:
        """Each package as it is done; one that cannot be read has no documents and a problem."""
        size = self._effort.jobs or max(2, len(os.sched_getaffinity(0)))
        done = 0
        with Crew[_Job, _Answer](self._look, size, self._effort.megabytes, _JOBS_EACH) as crew:
            for number, source in enumerate(sources):
                crew.add(_Job(number, source), self._effort.seconds)
            for job, answer in crew:
                rows = self._settled(job, answer, crew)
                if rows is not None:
                    done += 1
                    yield rows
                    told(done, len(sources))

    def _look(self, job: _Job) -> _Answer:
        """What a worker does."""
        if job.document is not None:
            return rows_of(_with_text(job.source.path, job.document), self._types)
        try:
            content = read_content(job.source.path)
        except UnreadablePackageError:
            return None
        documents = [rows_of(one, self._types) for one in content.documents if one.pages is not None]
        waiting = [one for one in content.documents if one.pages is None]
        return _Begun(content.file_code, tuple(documents), tuple(waiting))

    def _settled(self, job: _Job, answer: _Answer | Lost, crew: Crew[_Job, _Answer]) -> PackageRows | None:
        """A whole package, once all of it is there."""
        if job.document is None:
            if not isinstance(answer, _Begun):
                return _unread(job.source)
            for document in answer.waiting:
                crew.add(_Job(job.number, job.source, document), self._effort.seconds, first=True)
            rows = PackageRows(job.source, answer.file_code, answer.documents)
            return self._whole(job.number, rows, len(answer.waiting))
        rows, waiting = self._begun.pop(job.number)
        if isinstance(answer, DocumentRows) and answer.pages:
            rows = replace(rows, documents=(*rows.documents, answer))
        else:
            # What is known of it without its text is found all the same.
            known = rows_of(replace(job.document, pages=()), self._types)
            rows = replace(rows, documents=(*rows.documents, known), problem=TEXT_UNREADABLE)
        return self._whole(job.number, rows, waiting - 1)

    def _whole(self, number: int, rows: PackageRows, waiting: int) -> PackageRows | None:
        if not waiting:
            return rows
        self._begun[number] = (rows, waiting)
        return None


def _with_text(package: Path, document: DocumentContent) -> DocumentContent:
    data = read_plain(package / document.file) if is_plain_inside(package, document.file) else None
    texts = page_texts(data, max_pages=MOST) if isinstance(data, bytes) else []
    return replace(document, pages=tuple(enumerate(texts, start=1)))


def _unread(source: Source) -> PackageRows:
    return PackageRows(source, source.path.name, (), UNREADABLE)

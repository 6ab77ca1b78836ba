"""Read single files, outside of any workspace.

Files are foreign and may be hostile: they are opened in a worker that may die, as in a run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitize.errors import ItemProblem, UsageProblem
from digitize.files import fixity
from digitize.forms.template import load_templates
from digitize.ingest.kinds import is_plain_file, kind_of
from digitize.model import Document, PageReading, Problem
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pdf.compose import Provenance
from digitize.pipeline import tasks
from digitize.pipeline.pool import LocalPool, outcome
from digitize.settings import Limits
from digitize.times import now

_QUALITY = 85
_THRESHOLD = 0.7


@dataclass(frozen=True, slots=True)
class SinglePage:
    """A page of a file that was read."""

    file: Path
    frame: int
    number: int
    target: Path
    reading: PageReading


@dataclass(slots=True)
class ReadFiles:
    """Files that were read together, as one stack of pages in that order."""

    pages: list[SinglePage] = field(default_factory=list)
    failures: list[tuple[Path, Problem]] = field(default_factory=list)
    _pool: LocalPool | None = None
    _settings: tasks.ReadingSettings | None = None

    def documents(self, form: str | None = None) -> list[Document]:
        """The documents among the pages, with their fields.

        Args:
            form: take only this form for possible; None for all.

        Raises:
            UsageProblem: there is no such form.
        """
        if form is not None and form not in load_templates():
            raise UsageProblem("form_unknown", form=form, known=", ".join(load_templates()))
        if not self.pages:
            return []
        assert self._settings is not None
        task = tasks.ExtractTask(
            pages=tuple(page.target for page in self.pages),
            files=tuple(page.number for page in self.pages),
            threshold=_THRESHOLD,
            settings=self._settings,
            forms=(form,) if form else (),
        )
        found: list[Document] = self._do(tasks.extract, task)
        return found

    def write_pdfs(self) -> Iterator[Path]:
        """Write a searchable PDF/A beside each file, under a name that was free."""
        for file in dict.fromkeys(page.file for page in self.pages):
            own = [page for page in self.pages if page.file == file]
            target = file.with_name(f"{file.stem}.ocr.pdf")
            number = 2
            while target.exists():
                target = file.with_name(f"{file.stem}.ocr-{number}.pdf")
                number += 1
            provenance = Provenance(
                title=file.stem,
                identifier=file.stem,
                organisation="-",
                conversion_mark="-",
                created=now(),
                sources=(fixity(file).sha256,),
                engine=own[0].reading.engine,
            )
            task = tasks.ComposeTask(tuple(page.target for page in own), provenance, target)
            self._do(tasks.compose_document, task)
            yield target

    def _do(self, function: Any, *args: Any) -> Any:
        assert self._pool is not None
        return outcome(self._pool.submit(function, *args), Limits().page_seconds)


@contextmanager
def read_files(files: Sequence[Path], limits: Limits | None = None) -> Iterator[ReadFiles]:
    """Read the pages of some files; what cannot be read is told and left out.

    Raises:
        UsageProblem: a file does not exist.
        EnvironmentProblem: no OCR engine or language data.
    """
    chosen = limits or Limits()
    for file in files:
        if not file.exists():
            raise UsageProblem("source_missing", path=str(file))
    settings = tasks.ReadingSettings(
        engine=EngineName.AUTO,
        tessdata=find_tessdata(),
        max_megapixels=chosen.megapixels,
        jpeg_quality=_QUALITY,
    )
    pool = LocalPool(2, seconds=chosen.page_seconds, megabytes=chosen.worker_megabytes)
    try:
        with tempfile.TemporaryDirectory(prefix="digitize-") as folder:
            reading = ReadFiles(_pool=pool, _settings=settings)
            for number, file in enumerate(files, start=1):
                try:
                    _read_file(reading, file, number, Path(folder), chosen)
                except ItemProblem as error:
                    reading.failures.append((file, Problem.of(error)))
            yield reading
    finally:
        pool.stop()


def _read_file(
    reading: ReadFiles, file: Path, number: int, folder: Path, limits: Limits
) -> None:
    if not is_plain_file(file.resolve()):
        raise ItemProblem("special_file_refused", file=file.name)
    try:
        kind = kind_of(file)
    except OSError as error:
        detail = error.strerror or ""
        raise ItemProblem("file_unreadable_here", file=file.name, detail=detail) from error
    if kind is None:
        raise ItemProblem("not_a_scan", file=file.name)
    pool, settings = reading._pool, reading._settings
    assert pool is not None and settings is not None
    inspected = outcome(
        pool.submit(tasks.inspect_file, file.resolve(), kind, limits.pages_per_file),
        limits.page_seconds,
    )
    flights = []
    for frame in range(inspected.pages):
        target = folder / f"{number:04}-{frame:05}"
        task = tasks.PageTask(file.resolve(), kind, frame, target, settings)
        flights.append((frame, target, pool.submit(tasks.read_one_page, task)))
    for frame, target, future in flights:
        done = outcome(future, limits.page_seconds)
        reading.pages.append(SinglePage(file, frame, number, target, done.reading))

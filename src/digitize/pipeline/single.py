"""Read single files, outside of any workspace.

Files are foreign and may be hostile: they are opened in a worker that may die, as in a run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from digitize.errors import ItemProblem, UsageProblem
from digitize.files import fixity
from digitize.forms.template import Template
from digitize.forms.template_files import read_own_forms
from digitize.ingest.kinds import is_plain_file, kind_of
from digitize.model import Document, PageReading, Problem
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pdf.compose import Provenance
from digitize.pipeline import tasks
from digitize.pipeline.page_summary import summary_of
from digitize.pipeline.pool import LocalPool, outcome
from digitize.profiles.profile import LimitRules
from digitize.times import now

_QUALITY = 70
_THRESHOLD = 0.7
_JOBS = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SinglePage:
    """A page of a file that was read.

    Attributes:
        file: the file it is in.
        frame: its index in that file.
        number: the place of the file among those read together, from 1.
        target: where its pictures and words lie as long as the reader is open.
        reading: what was read.
        summary: what is told of it beside its words.

    """

    file: Path
    frame: int
    number: int
    target: Path
    reading: PageReading
    summary: dict[str, object]


class FileReader:
    """Reads files together, as one stack of pages in that order; close it after use.

    Attributes:
        pages: the pages that were read.
        failures: the files that could not be read, and why.

    Raises:
        EnvironmentProblem: no OCR engine or language data.

    """

    def __init__(self, limits: LimitRules | None = None) -> None:
        self.pages: list[SinglePage] = []
        self.failures: list[tuple[Path, Problem]] = []
        self._limits = limits or LimitRules()
        self._settings = tasks.ReadingSettings(
            engine=EngineName.AUTO,
            tessdata=find_tessdata(),
            max_megapixels=self._limits.megapixels,
            jpeg_quality=_QUALITY,
        )
        self._folder = tempfile.TemporaryDirectory(prefix="digitize-")
        self._pool = LocalPool(
            _JOBS, seconds=self._limits.page_seconds, megabytes=self._limits.worker_megabytes
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.stop()
        self._folder.cleanup()

    def read(self, files: Sequence[Path]) -> None:
        """Read the pages of some files; what cannot be read is told and left out.

        Raises:
            UsageProblem: a file does not exist.

        """
        for file in files:
            if not file.exists():
                raise UsageProblem("source_missing", path=str(file))
        for number, file in enumerate(files, start=1):
            try:
                self.pages.extend(self._read_file(file, number))
            except ItemProblem as error:
                self.failures.append((file, Problem.of(error)))

    def documents(self, only: Template | None = None, forms: Path | None = None) -> list[Document]:
        """The documents among the pages, with their fields.

        Args:
            only: take only this form for possible; None for all that are known.
            forms: the folder with an office's own templates.

        """
        if not self.pages:
            return []
        task = tasks.ExtractTask(
            pages=tuple(page.target for page in self.pages),
            files=tuple(page.number for page in self.pages),
            threshold=_THRESHOLD,
            settings=self._settings,
            only=only,
            own_forms=read_own_forms(forms),
        )
        return self._do(tasks.extract, task)

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

    def _do(self, function: Callable[..., T], *args: Any) -> T:
        return outcome(self._pool.submit(function, *args), self._limits.page_seconds)

    def _read_file(self, file: Path, number: int) -> list[SinglePage]:
        if not is_plain_file(file.resolve()):
            raise ItemProblem("special_file_refused", file=file.name)
        try:
            kind = kind_of(file)
        except OSError as error:
            detail = error.strerror or ""
            raise ItemProblem("file_unreadable_here", file=file.name, detail=detail) from error
        if kind is None:
            raise ItemProblem("not_a_scan", file=file.name)
        source = file.resolve()
        inspected = self._do(tasks.inspect_file, source, kind, self._limits.pages_per_file)
        flights = []
        for frame in range(inspected.pages):
            target = Path(self._folder.name) / f"{number:04}-{frame:05}"
            task = tasks.PageTask(source, kind, frame, target, self._settings)
            flights.append((target, self._pool.submit(tasks.read_one_page, task)))
        done = [outcome(future, self._limits.page_seconds) for _, future in flights]
        return [
            SinglePage(file, frame, number, target, one.reading, summary_of(one))
            for frame, ((target, _), one) in enumerate(zip(flights, done, strict=True))
        ]

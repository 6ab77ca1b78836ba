"""Let go what was set aside, so that it is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from digitize.errors import DigitizeError, ItemProblem, UsageProblem
from digitize.ingest.discover import rediscover
from digitize.model import Problem, Stage
from digitize.pipeline.intake import STRAY
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.quarantine import release, stood_before
from digitize.pipeline.quarantined import Waits, quarantine_groups
from digitize.pipeline.records import DossierRecord, PageRecord
from digitize.pipeline.signing_trouble import last_trouble
from digitize.pipeline.suspects import failed_pages, let_wait
from digitize.pipeline.workspace import Workspace
from digitize.profiles.quality import SHORTCOMINGS
from digitize.times import Clock


@dataclass(frozen=True, slots=True)
class Released:
    """What is tried again.

    Attributes:
        dossier: its code.
        pages: numbers of the pages that are read again.
        stage: where it goes on.
        code: the reason for which it was set aside.
        picture: its pages are kept as pictures that nobody reads.

    """

    dossier: str
    pages: tuple[int, ...]
    stage: Stage
    code: str
    picture: bool = False


@dataclass(slots=True)
class RetryResult:
    """What a call came to.

    Attributes:
        released: what is tried again.
        refused: what stays, and why.
        unsigned: dossiers that wait for a signature; the next run or ``sign`` tries them.

    """

    released: list[Released] = field(default_factory=list)
    refused: list[tuple[str, Problem]] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Retrying:
    """Releases dossiers and pages of one workspace; a run may go on beside it."""

    workspace: Workspace
    ledger: Ledger
    clock: Clock

    def retry(self, items: Sequence[str], *, picture: bool = False) -> RetryResult:
        """Release dossiers (``HS-01``) and pages (``HS-01:3``).

        Args:
            items: which.
            picture: their pages are accepted as pictures that nobody reads.

        Raises:
            UsageProblem: there is no such dossier, or it has no such page; nothing is released then.

        """
        parsed = [self._parsed(item) for item in items]
        whole = {dossier for dossier, page in parsed if page is None}
        wanted: dict[str, list[int]] = {}
        for dossier, page in parsed:
            wanted.setdefault(dossier, []).extend([page] if page is not None else [])
        result = RetryResult()
        for dossier, pages in wanted.items():
            self._retry(dossier, [] if dossier in whole else pages, result, picture=picture)
        return result

    def retry_reason(self, code: str | None) -> RetryResult:
        """Release everything that is set aside for a reason, or everything.

        Raises:
            UsageProblem: nothing is set aside for that reason.

        """
        groups = [one for one in quarantine_groups(self.ledger) if code in (None, one.code)]
        if code is not None and not groups:
            known = ", ".join(one.code for one in quarantine_groups(self.ledger)) or "-"
            raise UsageProblem("reason_not_there", reason=code, known=known)
        result = RetryResult()
        wanted: dict[str, list[int]] = {}
        for group in groups:
            if group.waits is Waits.SIGNING:
                self._retry_signing([item.dossier for item in group.items], result)
                continue
            for item in group.items:
                wanted.setdefault(item.dossier, []).extend([item.page] if item.page is not None else [])
        for dossier, pages in wanted.items():
            self._retry(dossier, pages, result)
        return result

    def _retry(
        self, dossier: str, pages: Sequence[int], result: RetryResult, *, picture: bool = False
    ) -> None:
        record = self.ledger.dossier(dossier)
        waits = (
            record is not None and record.stage is Stage.COMPOSED and last_trouble(self.ledger) is not None
        )
        if waits and not pages and not picture:
            self._retry_signing([dossier], result)
            return
        try:
            with lease(self.ledger, dossier, self.clock):
                result.released.append(self._release(dossier, pages, picture=picture))
        except ItemProblem as error:
            result.refused.append((dossier, Problem.of(error)))

    def _retry_signing(self, dossiers: Iterable[str], result: RetryResult) -> None:
        result.unsigned.extend(dossiers)
        with self.ledger.transaction():
            self.ledger.add_event("signing_retried", None)

    def _release(self, dossier: str, numbers: Sequence[int], *, picture: bool) -> Released:
        record = self._set_aside(dossier)
        self._require_mended(record)
        pages = self._chosen(record, numbers, picture=picture)
        stage = Stage.RECEIVED if pages else stood_before(self.ledger, dossier)
        problem = next((page.problem for page in pages if page.problem), record.problem)
        code = problem.code if problem else "reason_unknown"
        release(self.workspace, dossier, self.clock)
        with self.ledger.transaction():
            # A run goes on beside this.
            self._set_aside(dossier)
            let_wait(self.ledger, pages, picture=picture)
            self.ledger.set_problem(dossier, None)
            self.ledger.forget_refused(record.source, sorted(STRAY))
            ordinals = [page.ordinal for page in pages]
            self.ledger.move(dossier, stage, "retried", code=code, pages=ordinals)
            if picture:
                self.ledger.add_event("accepted_as_picture", dossier, pages=ordinals)
        return Released(dossier, tuple(ordinals), stage, code, picture)

    def _set_aside(self, dossier: str) -> DossierRecord:
        record = self.ledger.dossier(dossier)
        if record is None or record.stage is not Stage.QUARANTINED:
            raise ItemProblem("not_quarantined", stage=record.stage.value if record else "-")
        return record

    def _require_mended(self, record: DossierRecord) -> None:
        """A dossier with a stray file among its scans must not go on as long as that lies there."""
        if record.problem is None or record.problem.code not in STRAY:
            return
        found = rediscover(self.workspace.root / record.source)
        if found is not None and found.trouble is not None:
            detail = found.trouble.strerror or ""
            raise ItemProblem("file_unreadable_here", file=found.source.name, detail=detail)
        if found is not None and found.rejected:
            raise _error(found.rejected[0].problem)
        if found is None and not self.ledger.originals(record.id):
            raise ItemProblem("nothing_left", dossier=record.id)

    def _chosen(self, record: DossierRecord, numbers: Sequence[int], *, picture: bool) -> list[PageRecord]:
        failed = failed_pages(self.ledger, record.id)
        if not numbers:
            chosen = failed
        elif picture:
            chosen = [page for page in self.ledger.pages(record.id) if page.ordinal in numbers]
        else:
            chosen = [page for page in failed if page.ordinal in numbers]
        if (numbers or picture) and not chosen:
            raise ItemProblem("page_not_failed", dossier=record.id)
        for page in chosen:
            if picture and page.problem is not None and page.problem.code in SHORTCOMINGS:
                raise ItemProblem("picture_not_allowed", page=page.ordinal)
        return chosen

    def _parsed(self, item: str) -> tuple[str, int | None]:
        """The dossier and the page that an item names; a code may have a colon in it."""
        if self.ledger.dossier(item) is not None:
            return item, None
        dossier, colon, number = item.rpartition(":")
        if not colon or self.ledger.dossier(dossier) is None:
            raise UsageProblem("dossier_unknown", dossier=item)
        pages = [page.ordinal for page in self.ledger.pages(dossier)]
        if not number.isdecimal() or int(number) not in pages:
            raise UsageProblem("page_unknown", dossier=dossier, page=number, pages=len(pages))
        return dossier, int(number)


def _error(problem: Problem) -> DigitizeError:
    return ItemProblem(problem.code, **problem.facts)

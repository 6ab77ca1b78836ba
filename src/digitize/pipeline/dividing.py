"""A stack becomes dossiers: each with its own record, and with second names of the files that it is in.

The order is the promise. First the dossiers stand in the ledger with their codes and without files, so that
nobody else takes a code; then the files have their second names; then, in one transaction, the ledger tells
which pages are whose, and that the stack is divided. Cut off anywhere and done again it gives the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from digitize.errors import EnvironmentProblem
from digitize.files import fixity, link_whole, make_folder
from digitize.ingest.naming import safe_code, unused
from digitize.ingest.stacks import CutStack, Part
from digitize.model import Problem, Stage
from digitize.pipeline.code_list import missed_after
from digitize.pipeline.cut_record import CutFrom, write_cut
from digitize.pipeline.intake import WITHIN, write_checksums
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import add_notice
from digitize.pipeline.records import DossierRecord, LaidPage, OriginalRecord, PageRole
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

DOUBLED = "separator_doubled"
UNLISTED = "separator_unlisted"
MISSED = "separator_missed"
_TOLD_ONLY = ("code_clash",)
"""What is told of a dossier and asks for nobody."""


@dataclass(frozen=True, slots=True)
class Divided:
    """What came of a stack: its dossiers in order, and what was noticed, with whom it concerns."""

    dossiers: tuple[str, ...]
    notices: tuple[tuple[str, Problem], ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a stack with the code that it got, and what was noticed of it."""

    code: str
    wanted: str
    source: str
    part: Part
    doubts: tuple[Problem, ...]


class Divider:
    """Divides stacks of one workspace.

    Args:
        workspace: where.
        ledger: in which they stand.
        clock: tells the time.
        codes: that stacks are to have, in order; empty where nobody has listed any.

    """

    def __init__(self, workspace: Workspace, ledger: Ledger, clock: Clock, codes: Sequence[str]) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._clock = clock
        self._codes = tuple(codes)

    def divide(
        self, record: DossierRecord, originals: Sequence[OriginalRecord], cut: CutStack
    ) -> Divided | None:
        """Make the dossiers of a stack; None if somebody has taken it out of work meanwhile.

        Raises:
            ItemProblem: somebody else works on it.
            EnvironmentProblem: the disk does not take it.

        """
        with lease(self._ledger, record.id, self._clock):
            pieces = self._reserve(record, cut)
            if pieces is None:
                return None
            try:
                added = [self._link(record, originals, piece) for piece in pieces]
            except OSError as error:
                raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
            return self._settle(record, cut, pieces, added)

    def _reserve(self, record: DossierRecord, cut: CutStack) -> list[_Piece] | None:
        """Put the dossiers into the ledger; those that an interrupted attempt has put there are kept."""
        with self._ledger.transaction():
            now = self._ledger.dossier(record.id)
            if now is None or now.stage is not Stage.RECEIVED:
                return None
            pieces = list(self._pieces(record, cut))
            for number, piece in enumerate(pieces, start=1):
                if self._ledger.dossier_from(piece.source) is not None:
                    continue
                self._ledger.add_dossier(piece.code, piece.source)
                sql = (
                    "UPDATE dossier SET (stack, urgent, received_on, due_on) = "
                    "(SELECT id, urgent, received_on, due_on FROM dossier WHERE id = ?) WHERE id = ?"
                )
                self._ledger.execute(sql, record.id, piece.code)
                self._ledger.add_event("received", piece.code, source=f"{record.id}, {number}")
        return pieces

    def _pieces(self, record: DossierRecord, cut: CutStack) -> Iterator[_Piece]:
        taken = self._ledger.dossier_codes()
        for number, part in enumerate(cut.parts, start=1):
            source = f"{record.source}{WITHIN}{record.id}{WITHIN}{number}"
            wanted = safe_code(part.code) if part.code else f"{record.id}-{number}"
            known = self._ledger.dossier_from(source)
            code = known.id if known else unused(wanted, taken)
            taken.add(code)
            yield _Piece(code, wanted, source, part, tuple(self._doubts(record, part, wanted, code)))

    def _doubts(self, record: DossierRecord, part: Part, wanted: str, code: str) -> Iterator[Problem]:
        yield from part.doubts
        if code != wanted:
            clash = "code_clash" if wanted == record.id else DOUBLED
            yield Problem(clash, {"code": wanted, "used": code})
        listed = part.code is None or not self._codes or wanted in self._codes
        if not listed:
            yield Problem(UNLISTED, {"code": wanted})

    def _link(
        self, record: DossierRecord, originals: Sequence[OriginalRecord], piece: _Piece
    ) -> list[OriginalRecord]:
        """Give the files that a dossier is in their second names; return them as its own."""
        folder = make_folder(self._workspace.originals / piece.code)
        added: list[OriginalRecord] = []
        for original in originals:
            frames = tuple(page.frame for page in piece.part.pages if page.file == original.ordinal)
            if not frames:
                continue
            source, target = self._workspace.originals / record.id / original.name, folder / original.name
            if not target.is_file() or (
                not source.samefile(target) and fixity(target).sha256 != original.sha256
            ):
                link_whole(source, target)
            whole = len(frames) == original.pages
            added.append(
                replace(
                    original,
                    dossier=piece.code,
                    ordinal=len(added) + 1,
                    frames=None if whole else frames,
                    # A signature over a whole stack says nothing of one dossier.
                    signed=original.signed and whole,
                )
            )
        write_checksums(folder, [(one.name, one.sha256) for one in added])
        write_cut(folder, CutFrom(record.id, piece.source, {one.name: one.frames for one in added}))
        return added

    def _settle(
        self,
        record: DossierRecord,
        cut: CutStack,
        pieces: Sequence[_Piece],
        added: Sequence[Sequence[OriginalRecord]],
    ) -> Divided | None:
        noticed: list[tuple[str, Problem]] = []
        with self._ledger.transaction():
            now = self._ledger.dossier(record.id)
            if now is None or now.stage is not Stage.RECEIVED:
                return None
            missed = missed_after(self._ledger, self._codes, [piece.wanted for piece in pieces])
            for piece, files in zip(pieces, added, strict=True):
                for original in files:
                    self._ledger.add_original(original)
                self._ledger.add_event("cut_from_stack", piece.code, **_told(record, piece, files))
                doubts = list(piece.doubts)
                if piece.wanted in missed:
                    doubts.append(Problem(MISSED, {"codes": ", ".join(missed[piece.wanted])}))
                for doubt in doubts:
                    add_notice(self._ledger, piece.code, doubt, asks=doubt.code not in _TOLD_ONLY)
                noticed.extend((piece.code, doubt) for doubt in doubts)
            for doubt in cut.doubts:
                add_notice(self._ledger, record.id, doubt, asks=False)
            noticed.extend((record.id, doubt) for doubt in cut.doubts)
            self._ledger.lay_pages(record.id, list(sheet_pages(cut)))
            self._ledger.set_problem(record.id, None)
            codes = [piece.code for piece in pieces]
            self._ledger.move(record.id, Stage.DIVIDED, "divided", dossiers=codes, sheets=len(cut.sheets))
        return Divided(tuple(codes), tuple(noticed))


def sheet_pages(cut: CutStack) -> Iterator[LaidPage]:
    """Separator sheets and their backs as pages of the record; they are never read."""
    for page in cut.sheets:
        sign = asdict(page.sign) if page.sign else None
        yield LaidPage(page.file, page.frame, PageRole.SEPARATOR, {"sign": sign, "blank": page.empty})


def _told(record: DossierRecord, piece: _Piece, files: Sequence[OriginalRecord]) -> dict[str, object]:
    """Where a dossier was cut from, for its history."""
    ranges = [f"{one.name} ({_ranges(one.own_frames)}; SHA-256 {one.sha256})" for one in files]
    told: dict[str, object] = {"stack": record.id, "files": ranges, "pages": len(piece.part.pages)}
    if piece.part.paper:
        told["paper"] = piece.part.paper
    if piece.part.procedure:
        told["procedure"] = piece.part.procedure
    return told


def _ranges(frames: Sequence[int]) -> str:
    """Pages as people write them: ``2-4, 7``."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][-1] + 1:
            runs[-1].append(frame)
        else:
            runs.append([frame])
    return ", ".join(f"{run[0] + 1}-{run[-1] + 1}" if len(run) > 1 else str(run[0] + 1) for run in runs)

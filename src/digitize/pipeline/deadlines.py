"""When a dossier was received by the office, and when the citizen is to have the result.

Several sources may say so. They are believed in this order: an imported sheet, papers of the dossier in the
order of the profile (its cover, the receipt that the citizen was given), the date in the dossier's code, and
for the due day the time that its procedure allows. Where they disagree the order decides, and that is told. A
value that was read and that nobody has settled is not used.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from digitize.errors import Fact
from digitize.model import Document, Problem, Stage
from digitize.pipeline.findings import load_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.sheet_values import WHOLE, sheet_values
from digitize.pipeline.workspace import Workspace
from digitize.procedures.completeness import Procedure, load_procedures, procedure_called
from digitize.profiles.profile import DeadlineRules
from digitize.times import VIETNAM, Clock
from digitize.vietnamese.dates import parse_date
from digitize.vietnamese.working_time import is_working_day, working_day_after

RECEIVED_ON, DUE_ON = "received_on", "due_on"
"""Keys under which sheets and forms have the two days."""

SHEET, CODE, PROCEDURE = "sheet", "code", "procedure"
"""Sources besides the forms, which are told by their ids."""

Settler = Callable[[str], "Deadline"]
"""Writes down what is known now of the days of a dossier of that code; inside a transaction."""

_OVER = (Stage.PACKAGED, Stage.WITHDRAWN, Stage.DIVIDED)
"""Stages at which nobody waits for a dossier, or it is none."""

_DAY = dt.timedelta(days=1)
_CENTURY = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """A day, and who tells it: ``sheet``, the id of a form, ``code``, ``procedure``."""

    day: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The two days of a dossier; None where nobody tells them.

    ``conflicts`` are what other sources say differently.
    """

    received: Told | None = None
    due: Told | None = None
    conflicts: tuple[Problem, ...] = ()

    def facts(self) -> dict[str, object]:
        """What an event keeps of it; nothing where nothing is known."""
        if self.received is None and self.due is None:
            return {}
        told = {RECEIVED_ON: self.received, DUE_ON: self.due}
        days = {key: one.day.isoformat() if one else "" for key, one in told.items()}
        sources = {f"{key}_from": one.source if one else "" for key, one in told.items()}
        others = {"conflicts": [one.facts for one in self.conflicts]} if self.conflicts else {}
        return {**days, **sources, **others}


@dataclass(frozen=True, slots=True)
class DueLine:
    """A dossier that is late or due soon.

    Attributes:
        dossier: its code.
        stage: where it stands.
        received_on: None where that is not known.
        due_on: the day by which the citizen is to have the result.
        days: days from today to that day; less than 0 for what is late.

    """

    dossier: str
    stage: Stage
    received_on: dt.date | None
    due_on: dt.date
    days: int


@dataclass(frozen=True, slots=True)
class DueLists:
    """What is late and what is due soon, the earliest day first; what is packaged or withdrawn is neither."""

    late: tuple[DueLine, ...] = ()
    soon: tuple[DueLine, ...] = ()

    @property
    def dossiers(self) -> tuple[str, ...]:
        """Their codes."""
        return tuple(one.dossier for one in (*self.late, *self.soon))


def due_lists(ledger: Ledger, today: dt.date, within: int) -> DueLists:
    """What is late today, and what is due today or within some days of the calendar.

    A dossier that was packaged once and is being corrected is not late any more.
    """
    last = today + max(within, 0) * _DAY
    sql = (
        "SELECT id, stage, received_on, due_on FROM dossier WHERE due_on <= ? AND package IS NULL "
        "AND stage NOT IN (?, ?, ?) ORDER BY due_on, id"
    )
    lines = [
        DueLine(
            dossier=row["id"],
            stage=Stage(row["stage"]),
            received_on=dt.date.fromisoformat(row["received_on"]) if row["received_on"] else None,
            due_on=dt.date.fromisoformat(row["due_on"]),
            days=(dt.date.fromisoformat(row["due_on"]) - today).days,
        )
        for row in ledger.rows(sql, last.isoformat(), *_OVER)
    ]
    return DueLists(tuple(one for one in lines if one.days < 0), tuple(one for one in lines if one.days >= 0))


def due_now(ledger: Ledger, rules: DeadlineRules, clock: Clock, within: int | None = None) -> DueLists:
    """``due_lists`` as of now in Vietnam; within the days of the profile if nobody asks for others."""
    today = clock().astimezone(VIETNAM).date()
    return due_lists(ledger, today, rules.warn_days if within is None else within)


def due_json(lists: DueLists) -> dict[str, list[dict[str, object]]]:
    """The lists as a summary for programs has them: ``late`` and ``due_soon``."""
    return {
        "late": [_line_json(one) for one in lists.late],
        "due_soon": [_line_json(one) for one in lists.soon],
    }


def settle_deadline(ledger: Ledger, dossier: str, rules: DeadlineRules, *, silent: bool = False) -> Deadline:
    """Write down what is known now of a dossier's days; inside a transaction.

    Nothing is done for a code without a dossier: a sheet may come before the scans.

    Args:
        ledger: where.
        dossier: its code.
        rules: of the profile.
        silent: the caller writes an event that keeps the ``facts``.

    """
    record = ledger.dossier(dossier)
    if record is None:
        return Deadline()
    found = find_deadline(ledger, record, rules)
    days = tuple(one.day.isoformat() if one else None for one in (found.received, found.due))
    if days != (record.received_on, record.due_on):
        ledger.execute("UPDATE dossier SET received_on = ?, due_on = ? WHERE id = ?", *days, dossier)
        if not silent:
            nothing = dict.fromkeys((RECEIVED_ON, DUE_ON, f"{RECEIVED_ON}_from", f"{DUE_ON}_from"), "")
            ledger.add_event("deadline_set", dossier, **nothing | found.facts())
    return found


def settler(workspace: Workspace, ledger: Ledger) -> Settler:
    """Settles deadlines of one workspace, for those who need not know its rules."""

    def settle(dossier: str) -> Deadline:
        return settle_deadline(ledger, dossier, workspace.profile.deadlines)

    return settle


def find_deadline(ledger: Ledger, record: DossierRecord, rules: DeadlineRules) -> Deadline:
    """What the sources say of a dossier's days; nothing is written."""
    documents = load_documents(ledger, record.id)
    sheet = sheet_values(ledger, record.id).get(WHOLE, {})
    read = list(_read(documents, rules.forms))
    received = [*_from_sheet(sheet, RECEIVED_ON), *_of(read, RECEIVED_ON), *_from_code(record, rules)]
    due = [*_from_sheet(sheet, DUE_ON), *_of(read, DUE_ON)]
    if not due and received and rules.by_procedure:
        procedure = _procedure(sheet, documents)
        due += _from_procedure(received[0].day, procedure)
    conflicts = (*_conflicts(record.id, RECEIVED_ON, received), *_conflicts(record.id, DUE_ON, due))
    if received and due and due[0].day < received[0].day:
        days = {"received": _written(received[0].day), "due": _written(due[0].day)}
        conflicts += (Problem("deadline_before_receipt", {"dossier": record.id, **days}),)
    return Deadline(received[0] if received else None, due[0] if due else None, conflicts)


# --- sources --------------------------------------------------------------------------------------


def _from_sheet(sheet: Mapping[str, str], key: str) -> Iterator[Told]:
    # What a sheet has beyond the day is the hour.
    day = _day(sheet.get(key, ""))
    if day is not None:
        yield Told(day, SHEET)


def _read(documents: Sequence[Document], forms: Sequence[str]) -> Iterator[tuple[str, Told]]:
    """What papers say, those of the form that is believed first before the others."""
    for form in forms:
        for document in documents:
            for key in (RECEIVED_ON, DUE_ON) if document.form == form else ():
                reading = document.fields.get(key)
                day = _day(str(reading.value)) if reading and not reading.needs_review else None
                if day is not None:
                    yield key, Told(day, form)


def _of(read: Sequence[tuple[str, Told]], key: str) -> Iterator[Told]:
    return (told for one, told in read if one == key)


def _from_code(record: DossierRecord, rules: DeadlineRules) -> Iterator[Told]:
    """The date in a dossier's code; one after the day of its scanning cannot be that of its receipt."""
    match = re.fullmatch(rules.code_date, record.id) if rules.code_date else None
    if match is None:
        return
    year = int(match["year"])
    with suppress(ValueError):
        day = dt.date(
            year if year >= _CENTURY // 2 else _CENTURY + year, int(match["month"]), int(match["day"])
        )
        if day.isoformat() <= record.received_at[:10]:
            yield Told(day, CODE)


def _procedure(sheet: Mapping[str, str], documents: Sequence[Document]) -> Procedure | None:
    said = procedure_called(sheet["procedure"]) if sheet.get("procedure") else None
    forms = load_procedures()
    return said or next((forms[one.form] for one in documents if one.form in forms), None)


def _from_procedure(received: dt.date, procedure: Procedure | None) -> Iterator[Told]:
    limit = procedure.limit if procedure else None
    if limit is None:
        return
    if limit.working:
        yield Told(working_day_after(received, limit.days), PROCEDURE)
        return
    day = received + limit.days * _DAY
    # Bộ luật Dân sự 91/2015/QH13, Art. 148.5: a term that ends on a day off ends with the next working day.
    yield Told(day if is_working_day(day) else working_day_after(day, 1), PROCEDURE)


# --- telling --------------------------------------------------------------------------------------


def _conflicts(dossier: str, key: str, told: Sequence[Told]) -> Iterator[Problem]:
    """What later sources say differently, each of them once."""
    for other in dict.fromkeys(told[1:]):
        if other.day != told[0].day:
            facts: dict[str, Fact] = {
                "dossier": dossier,
                "used": _written(told[0].day),
                "used_from": told[0].source,
                "other": _written(other.day),
                "other_from": other.source,
            }
            of_receipt = key == RECEIVED_ON
            yield (
                Problem("received_on_disagrees", facts) if of_receipt else Problem("due_on_disagrees", facts)
            )


def _line_json(line: DueLine) -> dict[str, object]:
    return {
        "id": line.dossier,
        "stage": line.stage.value,
        "received_on": line.received_on.isoformat() if line.received_on else None,
        "due_on": line.due_on.isoformat(),
        "days": line.days,
    }


def _day(text: str) -> dt.date | None:
    """A whole day, as it stands in a sheet or was read; None for less than that."""
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        parsed = parse_date(text) if text else None
        return dt.date.fromisoformat(parsed) if parsed and len(parsed) == 10 else None


def _written(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"

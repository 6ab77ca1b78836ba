"""The log of a ledger that is made anew: what is left of the old one, and what packages tell of it.

What is left keeps its numbers and hashes. Then comes an event that says that the ledger was made anew, from
what, and after which head: it is numbered and chained after the last head that anything tells, so that
packages made before and after can be told apart, and an auditor sees the gap. Events that packages tell
follow with the times and people that these name, and say so themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from digitize.pipeline.event_chain import REBUILT, Head, LoggedEvent, link
from digitize.pipeline.generations import MADE
from digitize.pipeline.heads import ToldHead
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.rebuild_holdings import Generation, Holding, Holdings
from digitize.pipeline.rebuild_rows import RowWriter
from digitize.pipeline.salvage import Salvage

_NOBODY = "?"
"""Who did what nothing tells."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An event to be written, with the time and the person that a package tells."""

    at: str
    who: str
    dossier: str
    kind: str
    detail: Mapping[str, object]


class RebuiltLog:
    """Writes the log of a new ledger, inside its transaction."""

    def __init__(self, ledger: Ledger, salvage: Salvage) -> None:
        self._ledger = ledger
        self._salvage = salvage
        self._head = Head(0, "")
        self._known: set[tuple[str, str | None]] = set()
        self._packages: set[str] = set()

    def begin(self, told: ToldHead | None, holdings: Holdings, kept_as: str) -> None:
        """Take over what is left of the old log, and say that the ledger was made anew.

        Args:
            told: the last head that packages and reports tell; None if none does.
            holdings: what the ledger is made of.
            kept_as: the name under which the old one lies now; empty if there was none.

        """
        for event in self._salvage.events:
            self._insert(event)
            self._known.add((event.kind, event.dossier))
            if event.kind in MADE:
                self._packages |= _package(event)
        before = told.head if told is not None and told.head.id > self._head.id else self._head
        generations = [one for holding in holdings.dossiers.values() for one in holding.generations]
        detail = {
            "previous": {"id": before.id, "hash": before.hash},
            "told_by": told.source if told is not None and before is told.head else "",
            "events_kept": len(self._salvage.events),
            "archive": sum(not one.superseded for one in generations),
            "superseded": sum(one.superseded for one in generations),
            "originals": sum(bool(holding.originals) for holding in holdings.dossiers.values()),
            "quarantine": sum(holding.problem is not None for holding in holdings.dossiers.values()),
            "kept_as": kept_as,
        }
        self._head = before
        self._append(self._ledger.now(), self._ledger.who, None, REBUILT, detail)

    def tell(self, holdings: Holdings, rows: RowWriter) -> int:
        """Write what packages tell of each dossier, in the order in which it happened; return how many."""
        told = [event for holding in holdings.dossiers.values() for event in self._of(holding, rows)]
        for event in sorted(told, key=lambda one: one.at):
            self._append(event.at, event.who, event.dossier, event.kind, event.detail)
        return len(told)

    def _of(self, holding: Holding, rows: RowWriter) -> Iterator[_Told]:
        code, current = holding.code, holding.current
        received_at = rows.received[code]
        if ("received", code) not in self._known:
            first = current.past.first("received") if current else None
            source = rows.sources[code].rpartition("/")[2]
            place = current.past.folder if current else "originals"
            detail: dict[str, object] = {"source": source, "restored": place, **rows.days.get(code, {})}
            yield _Told(received_at, first.who if first else _NOBODY, code, "received", detail)
        for generation in holding.generations:
            past = generation.past
            if past.folder in self._packages:
                continue
            composed = past.first("composed")
            if composed and ("composed", code) not in self._known and generation is holding.generations[0]:
                documents = len(past.content.documents) if past.content else 0
                detail = {"documents": documents, "restored": past.folder}
                yield _Told(composed.at, composed.who, code, "composed", detail)
            yield self._making(holding, generation, received_at)
        if holding.problem and not current and ("quarantined", code) not in self._known:
            detail = {"code": holding.problem.code, "restored": "quarantine"}
            yield _Told(received_at, _NOBODY, code, "quarantined", detail)

    def _making(self, holding: Holding, generation: Generation, received_at: str) -> _Told:
        """The event that a package was made."""
        past = generation.past
        kind = "renewed" if past.renewed else "packaged"
        made = past.last("packaged")
        detail: dict[str, object] = {"package": past.folder, "restored": past.folder}
        replaced = holding.before(generation)
        if replaced:
            older = next((one for one in holding.generations if one.past.folder == replaced), None)
            why = str(older.mark.get("reason", "")) if older else ""
            detail |= {"replaces": replaced, "record_status": past.record_status, "why": why}
        if kind == "renewed":
            detail["until"] = ""
        who = made.who if made and made.who else _NOBODY
        return _Told(past.made_at or received_at, who, holding.code, kind, detail)

    def _append(
        self, at: str, who: str, dossier: str | None, kind: str, detail: Mapping[str, object]
    ) -> None:
        text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
        event = LoggedEvent(self._head.id + 1, at, who, dossier, kind, text)
        own = link(self._head.hash, event)
        self._insert(LoggedEvent(event.id, at, who, dossier, kind, text, own))

    def _insert(self, event: LoggedEvent) -> None:
        self._ledger.execute(
            "INSERT INTO event (id, at, who, dossier, kind, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            event.id,
            event.at,
            event.who,
            event.dossier,
            event.kind,
            event.detail,
            event.hash,
        )
        self._head = Head(event.id, event.hash or "", event.at)


def _package(event: LoggedEvent) -> set[str]:
    with suppress(ValueError, RecursionError):
        found = json.loads(event.detail)
        if isinstance(found, dict) and isinstance(found.get("package"), str):
            return {found["package"]}
    return set()

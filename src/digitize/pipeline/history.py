"""A dossier's events as PREMIS tells them, with those who did them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from digitize.archive.premis import PremisAgent, PremisEvent
from digitize.messages import Catalogue
from digitize.model import Language
from digitize.pdf.compose import TOOL
from digitize.pipeline.event_chain import Head
from digitize.pipeline.ledger import EventRecord, Ledger

_KINDS = {
    "received": "ingestion start",
    "files_taken_in": "transfer",
    "pages_read": "metadata extraction",
    "fields_extracted": "metadata extraction",
    "field_confirmed": "metadata modification",
    "field_corrected": "metadata modification",
    "approved": "validation",
    "composed": "normalization",
    "packaged": "information package creation",
    "renewed": "digital signature generation",
}
"""Which events of the ledger enter PREMIS, and under which event type (LoC vocabulary)."""

_TOOLS = ("tool", "engine")


class History:
    """What happened to a dossier, and what is happening to it now."""

    def __init__(self, ledger: Ledger, dossier: str) -> None:
        self._catalogue = Catalogue(Language.VI)
        self._who = ledger.who
        self._agents: dict[tuple[str, str], PremisAgent] = {}
        self.events: list[PremisEvent] = []
        for record in ledger.events(dossier):
            self._add_recorded(record)

    @property
    def agents(self) -> list[PremisAgent]:
        """Everybody who did anything."""
        return list(self._agents.values())

    def add(
        self,
        identifier: str,
        kind: str,
        moment: dt.datetime,
        text: str,
        facts: Mapping[str, str],
        people: tuple[str, ...] = (),
    ) -> None:
        """Tell what is happening now.

        Args:
            identifier: of the event.
            kind: PREMIS event type.
            moment: now.
            text: key of what happens, under ``event`` in the catalogue.
            facts: for that text.
            people: who does it besides the program; by default who runs it.

        """
        who = [self._agent(name, "person") for name in people or (self._who,)]
        self.events.append(
            PremisEvent(
                identifier=identifier,
                kind=kind,
                moment=moment,
                detail=self._catalogue.text(f"event.{text}", **facts),
                outcome="success",
                agents=(*who, self._agent(TOOL, "software")),
            )
        )

    def add_log_head(self, head: Head, moment: dt.datetime) -> None:
        """Tell how far the log of events went, so that one that is rewritten later no longer fits."""
        facts = {"number": str(head.id), "hash": head.hash}
        self.add("event-log-head", "message digest calculation", moment, "log_head", facts)

    def _add_recorded(self, record: EventRecord) -> None:
        kind = _KINDS.get(record.kind)
        if kind is None:
            return
        who = [self._agent(record.who, "person")]
        who += [self._agent(str(record.detail[k]), "software") for k in _TOOLS if k in record.detail]
        facts = {key: str(value) for key, value in record.detail.items()}
        self.events.append(
            PremisEvent(
                # Counted within the dossier: what others went through meanwhile is not its business.
                identifier=f"event-{len(self.events) + 1}",
                kind=kind,
                moment=dt.datetime.fromisoformat(record.at),
                detail=self._catalogue.text(f"event.{record.kind}", **facts),
                outcome="success",
                agents=tuple(who),
            )
        )

    def _agent(self, name: str, kind: str) -> str:
        known = self._agents.get((name, kind))
        if known is None:
            known = PremisAgent(f"agent-{len(self._agents) + 1}", name, kind)
            self._agents[name, kind] = known
        return known.identifier

"""A dossier's events as PREMIS tells them, with those who did them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from digitize.archive.premis import PremisAgent, PremisEvent, event_type
from digitize.messages import Catalogue
from digitize.messages.event_keys import event_key
from digitize.model import Language
from digitize.pdf.compose import TOOL
from digitize.pipeline.event_chain import Head
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import EventRecord, PageRecord

PERSON, ORGANIZATION, SOFTWARE = "person", "organization", "software"
"""Kinds of agents (Library of Congress, vocabulary "agentType")."""


class History:
    """What happened to a dossier, and what is happening to it now.

    Attributes:
        events: in their order.

    """

    def __init__(self, ledger: Ledger, dossier: str) -> None:
        self._catalogue = Catalogue(Language.VI)
        self._who = ledger.who
        self._agents: dict[tuple[str, str, str], PremisAgent] = {}
        self._asked = False
        self.events: list[PremisEvent] = []
        records = ledger.events(dossier)
        last_read = max((record.id for record in records if record.kind == "pages_read"), default=0)
        for record in records:
            if record.id == last_read:
                # The pages as they are now; what an earlier reading made of them is gone.
                self._add_straightened(record, ledger.pages(dossier))
            self._add_recorded(record)

    @property
    def agents(self) -> list[PremisAgent]:
        """Everybody who did anything."""
        return list(self._agents.values())

    def add(
        self,
        kind: str,
        moment: dt.datetime,
        facts: Mapping[str, str],
        signers: Mapping[str, str] | None = None,
    ) -> None:
        """Tell what is happening now.

        Args:
            kind: what the ledger will call it.
            moment: now.
            facts: for its text.
            signers: who does it besides the program, with their kinds; by default the person who runs it.

        """
        who = signers or {self._who: PERSON}
        agents = [self._agent(name, of) for name, of in who.items()]
        self._add(kind, moment, facts, [*agents, *self._software(TOOL)])

    def add_log_head(self, head: Head, moment: dt.datetime) -> None:
        """Tell how far the log of events went, so that one that is rewritten later no longer fits."""
        facts = {"number": str(head.id), "hash": head.hash}
        self.add("log_head", moment, facts)

    def _add_recorded(self, record: EventRecord) -> None:
        """An event of the ledger; what the program decided by itself is no person's."""
        self._asked = self._asked or record.kind == "review_needed"
        agents: list[str] = []
        if record.kind == "pages_read":
            agents += self._software(str(record.detail.get("engine", "")))
        by_itself = record.kind == "approved" and not self._asked
        if not by_itself:
            agents.append(self._agent(record.who, PERSON))
        if by_itself or "tool" in record.detail:
            agents += self._software(str(record.detail.get("tool", TOOL)))
        facts = {key: _told(value) for key, value in record.detail.items()}
        self._add(record.kind, dt.datetime.fromisoformat(record.at), facts, agents)

    def _add_straightened(self, record: EventRecord, pages: Iterable[PageRecord]) -> None:
        """Which pages were turned upright or straightened, and by how much; nothing if none was."""
        turned = [told for page in pages if (told := self._turned(page))]
        if turned:
            tool = self._software(str(record.detail.get("tool", TOOL)))
            facts = {"pages": "; ".join(turned)}
            self._add("pages_straightened", dt.datetime.fromisoformat(record.at), facts, tool)

    def _turned(self, page: PageRecord) -> str:
        summary = page.summary or {}
        degrees, skew = int(str(summary.get("rotated", 0))), float(str(summary.get("skew", 0)))
        how = []
        if degrees:
            how.append(self._catalogue.text("event.page_turned_by", degrees=degrees))
        if round(skew, 2):
            way = "page_straightened_back" if skew > 0 else "page_straightened_on"
            degree = f"{abs(skew):.2f}".replace(".", ",")
            how.append(self._catalogue.text(f"event.{way}", degrees=degree))
        return self._catalogue.text("event.page", page=page.ordinal, how=", ".join(how)) if how else ""

    def _add(self, kind: str, moment: dt.datetime, facts: Mapping[str, str], agents: Iterable[str]) -> None:
        found = event_type(kind)
        if found is None:
            return
        event = PremisEvent(
            # Counted within the dossier: what others went through meanwhile is not its business.
            identifier=f"event-{len(self.events) + 1}",
            kind=found,
            moment=moment,
            detail=self._catalogue.text(event_key(kind, facts), **facts),
            outcome="success",
            agents=tuple(dict.fromkeys(agents)),
        )
        self.events.append(event)

    def _software(self, named: str) -> list[str]:
        """The programs and data that ``tesserocr 2.13.0, Tesseract 5.5.4, vie 79df64caf7bc`` names."""
        found = []
        parts = [one for one in named.split(", ") if one]
        for one in parts:
            name, _, version = one.partition(" ")
            found.append(self._agent(name, SOFTWARE, version, note=named if len(parts) > 1 else ""))
        return found

    def _agent(self, name: str, kind: str, version: str = "", note: str = "") -> str:
        known = self._agents.get((name, kind, version))
        if known is None:
            known = PremisAgent(f"agent-{len(self._agents) + 1}", name, kind, version, note)
            self._agents[name, kind, version] = known
        return known.identifier


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

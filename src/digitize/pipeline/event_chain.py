"""The chain of events: each carries a hash over the one before, so that a changed log shows.

The hash is the SHA-256, in lower-case hex, of the UTF-8 bytes of a JSON array without spaces (RFC 8785):
the hash of the event before (empty for the first), then id, time, person, dossier or null, kind, and the
detail as the text that the ledger keeps. ``docs/audit.md`` gives an example to compute by hand.

Whoever can write the ledger can also compute the whole chain anew. So its head is told in everything that
leaves the house, and a chain that was rewritten no longer has the heads that were told.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_HEAD = re.compile(r"event log head\)?: (\d{1,18}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the ledger keeps it; ``detail`` is its text, ``hash`` is None where there is none."""

    id: int
    at: str
    who: str
    dossier: str | None
    kind: str
    detail: str
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a log at some time, and its hash; that of a log without events is number 0."""

    id: int
    hash: str
    at: str = ""


class Break(StrEnum):
    """What is wrong where a chain does not hold."""

    CHANGED = "changed"
    MISSING = "missing"
    ORDER = "order"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """An event that does not follow from the one before it.

    ``MISSING``: events before it are gone. ``CHANGED``: it or its hash was changed, put in, or the
    hash before it. ``ORDER``: its number is not above the one before. ``BARE``: it bears no hash.
    """

    event: LoggedEvent
    kind: Break
    after: int


def link(previous: str, event: LoggedEvent) -> str:
    """The hash of an event that follows one with the hash ``previous``; its own is not looked at."""
    parts = [previous, event.id, event.at, event.who, event.dossier, event.kind, event.detail]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def broken_links(events: Iterable[LoggedEvent]) -> Iterator[BrokenLink]:
    """Every event that does not follow from the one before it, in order.

    After a break the chain is taken up with the hash that stands there, so that each break counts once.
    """
    previous, number = "", 0
    for event in events:
        kind = _broken(previous, number, event)
        if kind is not None:
            yield BrokenLink(event, kind, number)
        previous, number = event.hash or "", event.id


def _broken(previous: str, number: int, event: LoggedEvent) -> Break | None:
    if event.id <= number:
        return Break.ORDER
    if event.id > number + 1:
        return Break.MISSING
    if not event.hash:
        return Break.BARE
    return None if event.hash == link(previous, event) else Break.CHANGED


def heads_in(text: str) -> Iterator[Head]:
    """Heads of a log that a text tells."""
    for match in _HEAD.finditer(text):
        yield Head(int(match[1]), match[2])

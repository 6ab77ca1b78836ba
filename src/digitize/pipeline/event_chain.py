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
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

REBUILT = "ledger_rebuilt"
"""The event by which a log goes on that was made anew after its ledger was lost or broken."""

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
        # A log that was made anew says so, and from where it goes on; who checks it tells that.
        return Break.MISSING if previous_head(event) is None else None
    if not event.hash:
        return Break.BARE
    return None if event.hash == link(previous, event) else Break.CHANGED


def previous_head(event: LoggedEvent) -> Head | None:
    """The last head of the log before that a rebuilt one goes on from; None for any other event.

    What lay between the event before it and that head is lost: its hashes are known, not its events.
    """
    if event.kind != REBUILT:
        return None
    with suppress(ValueError, RecursionError, TypeError, KeyError):
        told = json.loads(event.detail)["previous"]
        head = Head(int(told["id"]), str(told["hash"]))
        if event.id == head.id + 1 and event.hash == link(head.hash, event):
            return head
    return None


def heads_in(text: str) -> Iterator[Head]:
    """Heads of a log that a text tells."""
    for match in _HEAD.finditer(text):
        yield Head(int(match[1]), match[2])

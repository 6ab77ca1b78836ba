"""Under which key of the catalogue an event of the ledger is told."""

from __future__ import annotations

from collections.abc import Mapping


def event_key(kind: str, detail: Mapping[str, object]) -> str:
    """The key of an event; a border between documents is told by which way it was moved."""
    if kind == "border_moved":
        return f"event.border_moved.{detail.get('border')}"
    return f"event.{kind}"

"""Figures for Prometheus, in a file that the textfile collector of its node exporter reads.

The file is written anew, whole, whenever ``run``, ``audit`` or ``renew`` has ended. What the others came to
stands in small files beside the ledger.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from digitize.errors import DigitizeError, EnvironmentProblem
from digitize.files import write_whole
from digitize.pipeline.ending import Ending
from digitize.pipeline.figures import Figures
from digitize.pipeline.keys import KeyOpener
from digitize.pipeline.quarantined import Waits
from digitize.pipeline.space import disk_of
from digitize.pipeline.workspace import Workspace

_READABLE = 0o644
"""The exporter runs under an account of its own; there are no people in these figures."""

_LAST = ".last-{command}.json"

_OF_COMMANDS = {
    "exit_code": ("exit_code", "Exit code of the last call."),
    "seconds": ("seconds", "Duration of the last call."),
    "pages_read": ("pages_read", "Pages read in the last call."),
    "ended": ("ended_timestamp_seconds", "When the last call ended."),
    "completed": ("completed_timestamp_seconds", "When a call last came to its end, whatever it found."),
    "succeeded": ("success_timestamp_seconds", "When a call last ended with nothing wrong."),
}


_WAITING = {
    Waits.QUARANTINE: "Dossiers in quarantine for a reason.",
    Waits.SIGNING: "Dossiers that wait for a signature that failed for a reason.",
}


def write_metrics(path: Path, workspace: Workspace, ending: Ending, figures: Figures | None) -> None:
    """Remember how a command has ended, and write the figures of all.

    Raises:
        EnvironmentProblem: the file cannot be written.

    """
    try:
        _remember(workspace, ending)
        registry = _registry(workspace, ending.ended, figures)
        write_whole(path, generate_latest(registry), mode=_READABLE, masked=False)
    except OSError as error:
        raise EnvironmentProblem("metrics_unwritable", path=str(path), detail=error.strerror or "") from error


def _remember(workspace: Workspace, ending: Ending) -> None:
    path = workspace.root / _LAST.format(command=ending.command)
    ended = ending.ended.timestamp()
    now = {
        "exit_code": int(ending.exit_code),
        "seconds": ending.seconds,
        "pages_read": ending.pages_read,
        "ended": ended,
    }
    if ending.is_complete:
        now["completed"] = ended
    if not ending.is_trouble:
        now["succeeded"] = ended
    write_whole(path, json.dumps(_last(path) | now))


def _last(path: Path) -> dict[str, float]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    known = found if isinstance(found, dict) else {}
    return {name: float(known[name]) for name in _OF_COMMANDS if isinstance(known.get(name), int | float)}


def _registry(workspace: Workspace, now: dt.datetime, figures: Figures | None) -> CollectorRegistry:
    registry = CollectorRegistry()
    root = str(workspace.root)

    def gauge(name: str, help_text: str, values: Mapping[str, float], label: str = "") -> None:
        labels = ("workspace", label) if label else ("workspace",)
        made = Gauge(f"digitize_{name}", help_text, labels, registry=registry)
        for value_of, value in values.items():
            made.labels(*((root, value_of) if label else (root,))).set(value)

    lasts = {path.name[6:-5]: _last(path) for path in sorted(workspace.root.glob(_LAST.format(command="*")))}
    for key, (name, about) in _OF_COMMANDS.items():
        values = {command: last[key] for command, last in lasts.items() if key in last}
        gauge(f"command_{name}", about, values, "command")
    gauge("disk_free_bytes", "Free bytes where something lies.", dict(_free(workspace)), "place")
    gauge("certificate_expiry_timestamp_seconds", "When a signing certificate ends.", _keys(workspace), "key")
    if figures is None:
        return registry
    gauge("dossiers", "Dossiers at a stage.", {s.value: n for s, n in figures.stages.items()}, "stage")
    for waits, about in _WAITING.items():
        held = {group.code: group.dossiers for group in figures.groups if group.waits is waits}
        gauge(f"{waits.value}_dossiers", about, held, "reason")
    ages = {stage.value: (now - since).total_seconds() for stage, since in figures.oldest.items()}
    gauge("oldest_waiting_seconds", "Age of the oldest dossier that waits at a stage.", ages, "stage")
    due = {"late": len(figures.due.late), "soon": len(figures.due.soon)}
    gauge("due_dossiers", "Dossiers that are late or due soon.", due, "when")
    if figures.proof_until is not None:
        until = {"": figures.proof_until.timestamp()}
        gauge("proof_expiry_timestamp_seconds", "When the first proof of a package ends.", until)
    return registry


def _free(workspace: Workspace) -> Iterator[tuple[str, float]]:
    places = {
        "ledger": workspace.root,
        "originals": workspace.originals,
        "work": workspace.work,
        "archive": workspace.archive,
    }
    for name, place in places.items():
        yield name, disk_of(place).free


def _keys(workspace: Workspace) -> dict[str, float]:
    """When the certificate ends that signs, where that shows without anybody's help."""
    key = workspace.settings.signing
    try:
        opener = KeyOpener(workspace, None)
        if key.module is not None:
            found = [one.not_after for one in opener.look(key, key.module).certificates]
            ends = [dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in found]
        elif key.key is not None:
            ends = [opener.open(key).not_after]
        else:
            ends = []
    except DigitizeError:
        return {}
    return {"signing": min(ends).timestamp()} if ends else {}

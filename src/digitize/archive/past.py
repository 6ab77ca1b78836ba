"""What a package tells of its dossier's past, for whoever has lost everything else.

Its METS says what it is and what it replaced, its PREMIS what happened and by whom, its ``content.json`` what
was read and settled. Signatures are not looked at: that is what verification is for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lxml import etree
from natsort import natsorted

from digitize.archive.content import KeptContent, kept_content
from digitize.archive.inventory import parse_xml
from digitize.archive.mets import METS
from digitize.archive.parts import METS_NAME, PREMIS_NAME, REPRESENTATION, STAMP_NAME
from digitize.archive.premis import NAMESPACE, event_kind
from digitize.times import written

_PERSON = "person"
_UUID = 36


@dataclass(frozen=True, slots=True)
class PastEvent:
    """Something that PREMIS tells; ``kind`` as the ledger calls it, ``who`` a person or a program."""

    kind: str
    at: str
    who: str


@dataclass(frozen=True, slots=True)
class PackagePast:
    """What a package tells.

    Attributes:
        folder: its name.
        identity: its UUID in lower case; empty where the folder bears none.
        object_id: what it calls itself; empty where its METS cannot be read.
        file_code: mã hồ sơ, from the names of its documents; empty where there are none.
        record_status: what it is to the one before; empty where its METS cannot be read.
        replaces: what the one before calls itself.
        made_at: when it was made.
        renewed: whether it was made by renewing timestamps.
        events: what happened, as far as the kind can be told from PREMIS.
        content: what was read and settled; None where that is not there or not what METS describes.

    """

    folder: str
    identity: str
    object_id: str
    file_code: str
    record_status: str
    replaces: str
    made_at: str
    renewed: bool
    events: tuple[PastEvent, ...]
    content: KeptContent | None

    def first(self, kind: str) -> PastEvent | None:
        """The first event of a kind."""
        return next((event for event in self.events if event.kind == kind), None)

    def last(self, kind: str) -> PastEvent | None:
        """The last event of a kind."""
        return next((event for event in reversed(self.events) if event.kind == kind), None)


def read_past(package: Path, previous_record: str) -> PackagePast:
    """Read a package; whatever of it cannot be read is left empty.

    Args:
        package: its folder.
        previous_record: type of the record identifier that names the package before.

    """
    root = parse_xml(package, METS_NAME)
    header = root.find(f"{{{METS}}}metsHdr") if root is not None else None
    told = {str(k): str(v) for k, v in header.attrib.items()} if header is not None else {}
    previous = ""
    for record in header.iterfind(f"{{{METS}}}altRecordID") if header is not None else ():
        if record.get("TYPE") == previous_record:
            previous = (record.text or "").strip()
    return PackagePast(
        folder=package.name,
        identity=package.name[-_UUID:].lower() if len(package.name) >= _UUID else "",
        object_id=(root.get("OBJID") or "") if root is not None else "",
        file_code=_file_code(package),
        record_status=str(told.get("RECORDSTATUS", "")),
        replaces=previous,
        made_at=_moment(str(told.get("CREATEDATE", ""))),
        renewed=(package / STAMP_NAME).is_file(),
        events=tuple(_events(package)),
        content=kept_content(package),
    )


def _file_code(package: Path) -> str:
    """From the folder itself, so that a package whose METS is broken is still known as its dossier's."""
    folder = package / REPRESENTATION / "data"
    names = natsorted(path.name for path in folder.glob("*.pdf")) if folder.is_dir() else []
    stem = PurePosixPath(names[0]).stem if names else ""
    code, _, ordinal = stem.rpartition(".")
    return code if ordinal.isdecimal() else stem


def _events(package: Path) -> Iterator[PastEvent]:
    root = parse_xml(package, PREMIS_NAME)
    if root is None:
        return
    agents = {
        _text(agent, "agentIdentifier/agentIdentifierValue"): (
            _text(agent, "agentName"),
            _text(agent, "agentType"),
        )
        for agent in root.iterfind(_tag("agent"))
    }
    for event in root.iterfind(_tag("event")):
        kind = event_kind(_text(event, "eventType"))
        at = _moment(_text(event, "eventDateTime"))
        if kind and at:
            yield PastEvent(kind, at, _who(event, agents))


def _who(event: etree._Element, agents: Mapping[str, tuple[str, str]]) -> str:
    path = _path("linkingAgentIdentifier/linkingAgentIdentifierValue")
    named = [one.text or "" for one in event.iterfind(path)]
    found: Sequence[tuple[str, str]] = [agents[one] for one in named if one in agents]
    people = [name for name, kind in found if kind == _PERSON]
    return next(iter([*people, *(name for name, _ in found)]), "")


def _text(element: etree._Element, path: str) -> str:
    found = element.find(_path(path))
    return (found.text or "").strip() if found is not None else ""


def _path(path: str) -> str:
    return "/".join(map(_tag, path.split("/")))


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _moment(text: str) -> str:
    """A moment as the ledger writes it; empty where it is none."""
    with suppress(ValueError):
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return written(moment)
    return ""

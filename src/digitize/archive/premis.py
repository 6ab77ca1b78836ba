"""Preservation metadata: PREMIS 3.0 with the objects, the events that happened, and the agents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from digitize.archive.xml import legal, serialized
from digitize.times import written

NAMESPACE = "http://www.loc.gov/premis/v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class PremisFile:
    """A file of the package and what proves it unchanged."""

    identifier: str
    name: str
    sha256: str
    size: int
    format_name: str
    format_version: str


@dataclass(frozen=True, slots=True)
class PremisEvent:
    """Something that happened to the dossier.

    Attributes:
        identifier: of this event alone.
        kind: PREMIS event type.
        moment: when.
        detail: what, in words.
        outcome: how it ended.
        agents: identifiers of those who did it.

    """

    identifier: str
    kind: str
    moment: dt.datetime
    detail: str
    outcome: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PremisAgent:
    """A person or a program."""

    identifier: str
    name: str
    kind: str
    version: str = ""


def premis_xml(
    subject: str,
    files: Sequence[PremisFile],
    events: Sequence[PremisEvent],
    agents: Sequence[PremisAgent],
    *,
    category: str,
) -> bytes:
    """A PREMIS document.

    Args:
        subject: identifier of the intellectual entity or representation that it is about.
        files: its files.
        events: what happened.
        agents: who did it.
        category: ``intellectualEntity`` or ``representation``.

    """
    root = etree.Element(f"{{{NAMESPACE}}}premis", nsmap={"premis": NAMESPACE, "xsi": _XSI})
    root.set("version", "3.0")
    entity = _object(root, category, subject)
    for file in files:
        relationship = _add(entity, "relationship")
        _add(relationship, "relationshipType", "structural")
        _add(relationship, "relationshipSubType", "has part")
        related = _add(relationship, "relatedObjectIdentifier")
        _add(related, "relatedObjectIdentifierType", "local")
        _add(related, "relatedObjectIdentifierValue", file.identifier)
    for file in files:
        _file(root, file)
    for event in events:
        _event(root, event, subject)
    for agent in agents:
        element = _add(root, "agent")
        _identifier(element, "agent", agent.identifier)
        _add(element, "agentName", agent.name)
        _add(element, "agentType", agent.kind)
        if agent.version:
            _add(element, "agentVersion", agent.version)
    return serialized(root)


def _object(root: etree._Element, category: str, identifier: str) -> etree._Element:
    element = _add(root, "object")
    element.set(f"{{{_XSI}}}type", f"premis:{category}")
    _identifier(element, "object", identifier)
    return element


def _file(root: etree._Element, file: PremisFile) -> None:
    element = _object(root, "file", file.identifier)
    characteristics = _add(element, "objectCharacteristics")
    fixity = _add(characteristics, "fixity")
    _add(fixity, "messageDigestAlgorithm", "SHA-256")
    _add(fixity, "messageDigest", file.sha256)
    _add(characteristics, "size", str(file.size))
    designation = _add(_add(characteristics, "format"), "formatDesignation")
    _add(designation, "formatName", file.format_name)
    _add(designation, "formatVersion", file.format_version)
    _add(element, "originalName", file.name)


def _event(root: etree._Element, event: PremisEvent, subject: str) -> None:
    element = _add(root, "event")
    _identifier(element, "event", event.identifier)
    _add(element, "eventType", event.kind)
    _add(element, "eventDateTime", written(event.moment))
    _add(_add(element, "eventDetailInformation"), "eventDetail", event.detail)
    _add(_add(element, "eventOutcomeInformation"), "eventOutcome", event.outcome)
    for agent in event.agents:
        link = _add(element, "linkingAgentIdentifier")
        _add(link, "linkingAgentIdentifierType", "local")
        _add(link, "linkingAgentIdentifierValue", agent)
    link = _add(element, "linkingObjectIdentifier")
    _add(link, "linkingObjectIdentifierType", "local")
    _add(link, "linkingObjectIdentifierValue", subject)


def _identifier(element: etree._Element, kind: str, value: str) -> None:
    identifier = _add(element, f"{kind}Identifier")
    _add(identifier, f"{kind}IdentifierType", "local")
    _add(identifier, f"{kind}IdentifierValue", value)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text is not None:
        element.text = legal(text)
    return element

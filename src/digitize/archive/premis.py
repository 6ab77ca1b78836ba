"""Preservation metadata: PREMIS 3.0 with the objects, the events that happened, and the agents."""

from __future__ import annotations

import base64
import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lxml import etree

from digitize.archive.xml import legal, serialized
from digitize.signatures.signature_facts import SignatureFacts
from digitize.times import written

NAMESPACE = "http://www.loc.gov/premis/v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_SCHEMA = "premis-v3-0.xsd"


@dataclass(frozen=True, slots=True)
class PremisFile:
    """A PDF/A of the package, what proves it unchanged, and its signatures."""

    name: str
    sha256: str
    size: int
    signatures: tuple[SignatureFacts, ...] = ()


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
    """A person, an organisation or a program; ``note`` says more of it."""

    identifier: str
    name: str
    kind: str
    version: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PremisSubject:
    """What a PREMIS document is about.

    Attributes:
        identifier: of the package or the representation.
        category: ``intellectualEntity`` or ``representation``.
        schemas: the folder in which the schema lies, relative to the document.
        files: its files.
        record_status: what the package is to the one before.
        replaces: identifier of that one; empty if there is none.

    """

    identifier: str
    category: str
    schemas: str
    files: Sequence[PremisFile] = ()
    record_status: str = "NEW"
    replaces: str = ""


def event_type(kind: str) -> str | None:
    """The PREMIS event type of an event of the ledger; None if it does not enter PREMIS."""
    found: str | None = _words()["events"].get(kind)
    return found


def event_kind(kind: str) -> str | None:
    """What the ledger calls an event of a PREMIS type; None where several are told under one type."""
    found = [own for own, told in _words()["events"].items() if told == kind]
    return found[0] if len(found) == 1 else None


def premis_xml(subject: PremisSubject, events: Sequence[PremisEvent], agents: Sequence[PremisAgent]) -> bytes:
    """A PREMIS document."""
    root = etree.Element(f"{{{NAMESPACE}}}premis", nsmap={"premis": NAMESPACE, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{NAMESPACE} {subject.schemas}/{_SCHEMA}")
    root.set("version", "3.0")
    entity = _object(root, subject.category, subject.identifier, 0)
    for file in subject.files:
        _relate(entity, "structural", "has part", file.name)
    relationship = _words()["relationships"].get(subject.record_status)
    if subject.replaces and relationship:
        kind, subkind = relationship
        _relate(entity, kind, subkind, subject.replaces)
    for number, file in enumerate(subject.files, start=1):
        _file(root, file, number)
    kinds = {agent.identifier: agent.kind for agent in agents}
    for event in events:
        _event(root, event, subject.identifier, kinds)
    for agent in agents:
        element = _add(root, "agent")
        _identifier(element, "agent", agent.identifier)
        _add(element, "agentName", agent.name)
        _add(element, "agentType", agent.kind)
        if agent.version:
            _add(element, "agentVersion", agent.version)
        if agent.note:
            _add(element, "agentNote", agent.note)
    return serialized(root)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(resources.files("digitize.archive").joinpath("premis.toml").read_text("utf-8"))


def _object(root: etree._Element, category: str, identifier: str, number: int) -> etree._Element:
    element = _add(root, "object")
    element.set(f"{{{_XSI}}}type", f"premis:{category}")
    element.set("xmlID", f"object-{number}")
    _identifier(element, "object", identifier)
    return element


def _relate(entity: etree._Element, kind: str, subkind: str, identifier: str) -> None:
    relationship = _add(entity, "relationship")
    _add(relationship, "relationshipType", kind)
    _add(relationship, "relationshipSubType", subkind)
    related = _add(relationship, "relatedObjectIdentifier")
    _add(related, "relatedObjectIdentifierType", "local")
    _add(related, "relatedObjectIdentifierValue", identifier)


def _file(root: etree._Element, file: PremisFile, number: int) -> None:
    words = _words()["format"]
    element = _object(root, "file", file.name, number)
    characteristics = _add(element, "objectCharacteristics")
    fixity = _add(characteristics, "fixity")
    _add(fixity, "messageDigestAlgorithm", "SHA-256")
    _add(fixity, "messageDigest", file.sha256.upper())
    _add(characteristics, "size", str(file.size))
    kind = _add(characteristics, "format")
    designation = _add(kind, "formatDesignation")
    _add(designation, "formatName", words["name"])
    _add(designation, "formatVersion", words["version"])
    registry = _add(kind, "formatRegistry")
    _add(registry, "formatRegistryName", words["registry"])
    _add(registry, "formatRegistryKey", words["key"])
    _add(element, "originalName", file.name)
    for signature in file.signatures:
        _signature(element, signature)


def _signature(file: etree._Element, facts: SignatureFacts) -> None:
    words = _words()["signature"]
    element = _add(_add(file, "signatureInformation"), "signature")
    _add(element, "signatureEncoding", words["encoding"])
    _add(element, "signer", facts.signer)
    _add(element, "signatureMethod", facts.method)
    _add(element, "signatureValue", base64.b64encode(facts.value).decode())
    _add(element, "signatureValidationRules", words["rules"])
    _add(element, "signatureProperties", f"field {facts.field}")
    if facts.time is not None:
        _add(element, "signatureProperties", f"signing time {written(facts.time)}")
    key = etree.SubElement(_add(element, "keyInformation"), f"{{{_DS}}}KeyInfo", nsmap={"ds": _DS})
    data = etree.SubElement(key, f"{{{_DS}}}X509Data")
    certificate = base64.b64encode(facts.certificate).decode()
    etree.SubElement(data, f"{{{_DS}}}X509Certificate").text = certificate


def _event(root: etree._Element, event: PremisEvent, subject: str, kinds: Mapping[str, str]) -> None:
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
        if agent in kinds:
            _add(link, "linkingAgentRole", _words()["roles"][kinds[agent]])
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

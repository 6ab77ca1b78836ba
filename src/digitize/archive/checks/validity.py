"""XML against the schemas that come with the program; those inside a package are never used.

A schema inside a package may say anything, or not compile at all: it is only compared with ours.
"""

from __future__ import annotations

import re
from copy import copy
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path, PurePosixPath

from lxml import etree

from digitize.archive.checks.contents import Contents
from digitize.archive.checks.kinds import Kind
from digitize.archive.element_schema import element_schema
from digitize.archive.elements import Part, order_of
from digitize.archive.findings import Findings
from digitize.archive.mets import CSIP, METS

_MOST = 5
_XS = "http://www.w3.org/2001/XMLSchema"
METS_SCHEMA = "mets1_12.xsd"
PREMIS_SCHEMA = "premis-v3-0.xsd"
_SCHEMA = re.compile(r"(?!documentation/).+\.xsd", re.IGNORECASE)
_EXTENSIONS = "DILCISExtensionMETS.xsd"


def check_valid(root: etree._Element, name: str, schema: str, findings: Findings) -> None:
    """Validate a document; the first few of its mistakes become findings."""
    for mistake in _mistakes(root, _schema(schema)):
        findings.wrong("xml_invalid", name, line=mistake.line, detail=_plain(mistake.message))


def _mistakes(root: etree._Element, judge: etree.XMLSchema) -> list[etree._LogEntry]:
    """The first few mistakes of a document."""
    return [] if judge.validate(root) else list(judge.error_log)[:_MOST]  # type: ignore[call-overload]


def check_description_valid(
    root: etree._Element, name: str, kind: Kind, part: Part, findings: Findings
) -> None:
    """Validate a description; the order of its elements, which the circular leaves open, does not count."""
    elements = order_of(kind.package, kind.holds, part).elements
    places = {element: place for place, element in enumerate(elements)}
    ordered = copy(root)
    ordered[:] = sorted(
        (child for child in ordered if child.tag in places), key=lambda one: places[str(one.tag)]
    )
    for mistake in _mistakes(ordered, _element_schema(kind, part)):
        findings.wrong("xml_invalid", name, line=mistake.line, detail=_plain(mistake.message))


def check_schemas(contents: Contents, kind: Kind | None, findings: Findings) -> None:
    """Compare the schemas inside a package with those of the program."""
    inside = sorted(path for path in contents.paths if _SCHEMA.fullmatch(path))
    if not inside:
        findings.wrong("schemas_missing", "schemas")
    ours = _fingerprints(kind)
    for path in inside:
        held, own = contents.held(path), ours.get(PurePosixPath(path).name.lower())
        if held is not None and own is not None and held.sha256 != own:
            findings.wrong("schema_differs", path)


@cache
def _fingerprints(kind: Kind | None) -> dict[str, str]:
    """SHA-256 of the schemas that a package may bring along, by file name in small letters."""
    known = {path.name.lower(): path.read_bytes() for path in _folder().glob("*.xsd")}
    known["mets.xsd"] = known[METS_SCHEMA]
    if kind is not None:
        known["ead.xsd"] = element_schema(kind.package, kind.holds, Part.WHOLE)
        known["ead_doc.xsd"] = element_schema(kind.package, kind.holds, Part.DOCUMENT)
    return {name: sha256(data).hexdigest().upper() for name, data in known.items()}


@cache
def _element_schema(kind: Kind, part: Part) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(element_schema(kind.package, kind.holds, part)))


@cache
def _schema(name: str) -> etree.XMLSchema:
    """A schema of the program; that of METS together with those of its attributes."""
    source = _folder() / name
    parser = etree.XMLParser(no_network=True)
    if name != METS_SCHEMA:
        return etree.XMLSchema(etree.parse(str(source), parser))
    both = (
        f'<xs:schema xmlns:xs="{_XS}">'
        f'<xs:import namespace="{METS}" schemaLocation="{METS_SCHEMA}"/>'
        f'<xs:import namespace="{CSIP}" schemaLocation="{_EXTENSIONS}"/>'
        "</xs:schema>"
    )
    return etree.XMLSchema(etree.fromstring(both, parser, base_url=str(_folder() / "both.xsd")))


def _folder() -> Path:
    return Path(str(resources.files("digitize.archive").joinpath("schemas")))


def _plain(message: str | None) -> str:
    """What the library says, without the names of namespaces."""
    text = message or ""
    for space in (METS, CSIP, "http://www.w3.org/1999/xlink", "http://www.loc.gov/premis/v3"):
        text = text.replace(f"{{{space}}}", "")
    return text

"""Whatever a stranger writes into the XML of a package, there is a report and no exception."""

from __future__ import annotations

import random
import socket
from pathlib import Path

import pytest
from lxml import etree

from digitize.archive.check import look_at_package
from digitize.archive.mets import METS
from digitize.archive.premis import NAMESPACE
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Verdict
from support.damaging import DATA, EAD, ROOT, ROOT_PREMIS, SINGLE
from support.dossiers import edited, package_in
from support.repairs import INNER, PREMIS
from support.sealing import NOW

LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"

ODD = (
    *("", " ", "²", "-1", "9" * 400, "0000000000000000000001", "\u202e", "x" * 5000, "../" * 30, "%", "%zz"),
    *("%00", "//", "a:b", "file:", "urn:P01:uuid:", "00/00/0000", "31/02/2025", "29/02/2023", "2026-06-01"),
    *("T", "{}", "{0}", "ID-1 ID-2", "NaN", "\ud7ff", ".", "..", "representations/rep1", "METS.xml"),
)
NAMES = (ROOT, INNER, EAD, SINGLE[0], ROOT_PREMIS, PREMIS)


def disturbed(chance: random.Random, root: etree._Element) -> None:
    """Change, take out, double or move some parts of a document."""
    for _ in range(chance.randint(1, 6)):
        element = chance.choice(list(root.iter("*")))
        parent = element.getparent()
        match chance.randrange(6):
            case 0 if element.attrib:
                element.set(chance.choice(list(element.attrib)), chance.choice(ODD))
            case 1 if element.attrib:
                del element.attrib[chance.choice(list(element.attrib))]
            case 2:
                element.text = chance.choice(ODD)
            case 3 if parent is not None:
                parent.remove(element)
            case 4 if parent is not None:
                parent.append(etree.fromstring(etree.tostring(element)))
            case _:
                element.append(etree.Comment("lạ"))
                element.append(etree.ProcessingInstruction("la", "ID='a'"))
                element.tag = chance.choice(("{a}b", "mets", element.tag))


@pytest.mark.parametrize("seed", range(4))
def test_odd_xml_gives_a_report(tmp_path: Path, seed: int) -> None:
    package = package_in(tmp_path)
    for path in DATA:
        (package / path).write_bytes(b"%PDF-")
    good = {name: (package / name).read_bytes() for name in NAMES}
    chance = random.Random(seed)
    for _ in range(40):
        name = chance.choice(NAMES)
        edited(package, lambda root: disturbed(chance, root), name)
        report, _ = look_at_package(package, TrustStore(), NOW)
        assert report.verdict in (Verdict.INVALID, Verdict.UNREADABLE)
        assert report.findings
        (package / name).write_bytes(good[name])


def test_nothing_that_xml_names_is_fetched(tmp_path: Path) -> None:
    package = package_in(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        doctype = f'<!DOCTYPE simpledc [<!ENTITY a SYSTEM "{place}">]>'.encode()
        include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{place}"/>'.encode()
        for name in (ROOT, INNER, PREMIS):
            edited(package, lambda root: root.set(LOCATION, f"{METS} {place} {NAMESPACE} {place}"), name)
        (package / EAD).write_bytes(b"<simpledc>" + include + b"</simpledc>")
        (package / SINGLE[0]).write_bytes(doctype + b"<simpledc>&a;</simpledc>")
        schema = (
            f'<schema xmlns="http://www.w3.org/2001/XMLSchema"><include schemaLocation="{place}"/></schema>'
        )
        (package / "schemas/xlink.xsd").write_text(schema)
        report, _ = look_at_package(package, TrustStore(), NOW)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert {("xml_doctype", SINGLE[0]), ("element_unknown", EAD)} <= {
        (one.rule, one.file) for one in report.findings
    }

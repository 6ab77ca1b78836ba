"""Whatever a stranger writes into the XML of a package, there is a report and no exception."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree

from digitize.archive.check import look_at_package
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Verdict
from support.damages import DATA, EAD, INNER, ROOT, ROOT_PREMIS, SINGLE
from support.dossiers import edited, package_in
from support.repairs import PREMIS
from support.sealing import NOW

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

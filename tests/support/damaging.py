"""How packages are damaged, and what that must be called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from digitize.archive.mets import METS, XLINK
from support.dossiers import edited, names
from support.repairs import PREMIS, fitted

ROOT = "METS.xml"
SIGNATURE = "METS.xml.p7s"
EAD = "metadata/descriptive/EAD.xml"
ROOT_PREMIS = "metadata/preservation/PREMIS.xml"
KEPT = "documentation/đơn đã ký.pdf"
SCHEMA = "schemas/xlink.xsd"
REP = "representations/rep1"
DATA = [f"{REP}/data/{names().doc_id(ordinal)}.pdf" for ordinal in (1, 2)]
SINGLE = [f"{REP}/metadata/descriptive/EAD_doc_{names().doc_id(ordinal)}.xml" for ordinal in (1, 2)]
HREF = f"{{{XLINK}}}href"

Harm = Callable[[Path], None]


@dataclass(frozen=True)
class Damage:
    """A way of damaging a package.

    Attributes:
        name: what was done.
        rule: the rule that must be told as broken.
        file: the file that it must name.
        harm: does it.
        repaired: whether checksums and signature fit afterwards.
        premis: whether those in PREMIS do, too.

    """

    name: str
    rule: str
    file: str
    harm: Harm
    repaired: bool = True
    premis: bool = True

    def do(self, package: Path) -> None:
        self.harm(package)
        if self.repaired:
            fitted(package, premis=self.premis)


DAMAGES: list[Damage] = []


def damage(rule: str, file: str, *, repaired: bool = True, premis: bool = True) -> Callable[[Harm], Harm]:
    def keep(harm: Harm) -> Harm:
        DAMAGES.append(Damage(harm.__name__, rule, file, harm, repaired, premis))
        return harm

    return keep


def retold(package: Path, name: str, element: str, text: str) -> None:
    """Give an element of a description another text."""

    def change(root: etree._Element) -> None:
        (found,) = root.findall(element)
        found.text = text

    edited(package, change, name)


def text_damage(rule: str, file: str, name: str, element: str, text: str) -> None:
    """A damage that is nothing but another text in a description."""
    DAMAGES.append(Damage(name, rule, file, lambda package: retold(package, file, element, text)))


def mets_damage(
    rule: str, name: str, change: Callable[[etree._Element], None], file: str = ROOT, at: str = ""
) -> None:
    """A damage that changes a METS document; the finding may name the file that it is about."""
    DAMAGES.append(Damage(name, rule, at or file, lambda package: edited(package, change, file)))


def premis_damage(
    rule: str, name: str, change: Callable[[etree._Element], None], file: str = PREMIS, *, fit: bool = True
) -> None:
    DAMAGES.append(Damage(name, rule, file, lambda package: edited(package, change, file), premis=fit))


def bytes_damage(rule: str, file: str, name: str, data: bytes) -> None:
    """A damage that puts other bytes in the place of a file."""
    DAMAGES.append(Damage(name, rule, file, lambda package: put(package / file, data)))


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def drop(element: etree._Element | None) -> None:
    assert element is not None
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def one(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(f"{{*}}{name}"))


def without(root: etree._Element, name: str, attribute: str) -> None:
    forget(one(root, name), attribute)


def forget(element: etree._Element, attribute: str) -> None:
    del element.attrib[attribute]


def pointing(root: etree._Element, attribute: str, name: str = "div") -> etree._Element:
    return next(element for element in root.iter(f"{{{METS}}}{name}") if element.get(attribute))


def leave_out(root: etree._Element, section: str, attribute: str) -> None:
    """Take a metadata section out together with what points to it."""
    drop(one(root, section))
    forget(pointing(root, attribute), attribute)

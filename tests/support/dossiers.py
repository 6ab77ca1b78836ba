"""Small packages with names, times and identifiers that a test knows beforehand."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree

from digitize.archive.descriptive import DescribedDocument
from digitize.archive.mets import METS, XLINK
from digitize.archive.naming import Names, NewUuid, make_names
from digitize.archive.package import METS_NAME, SIGNATURE_NAME, PackagedDocument, PackagePlan, build_package
from digitize.archive.premis import PremisAgent, PremisEvent
from digitize.archive.sip import sign_sip, write_sip
from digitize.model import Document, FieldReading
from digitize.profiles.profile import PackageKind, PackageRules, load_profile
from digitize.settings import Organisation
from digitize.signatures.sign import Level, Seal, sign_detached
from support.papers import plain
from support.sealing import NOW, office

ORGANISATION = Organisation(name="UBND xã Thử Nghiệm", code="000.00.99.T01", fonds="P01", archive="LT01")
IDENTITY = uuid.UUID(int=0xABCDEF)


def rules(kind: PackageKind = PackageKind.DOSSIER) -> PackageRules:
    return load_profile("tt05-2025").package.model_copy(update={"kind": kind})


def names(dossier: str = "HS-1") -> Names:
    return make_names(rules(), ORGANISATION, dossier, NOW, IDENTITY)


def told_uuids() -> NewUuid:
    """Identifiers that are the same in every run."""
    source = random.Random(7)
    return lambda: uuid.UUID(int=source.getrandbits(128), version=4)


def letter(ordinal: int, **fields: FieldReading) -> DescribedDocument:
    """A letter with some fields."""
    document = Document((0,), "official_letter", None, 0.9, fields)
    return DescribedDocument(ordinal, 1, "Công văn", document)


LETTER = letter(
    1,
    doc_type=FieldReading("Quyết định"),
    number=FieldReading("12"),
    notation=FieldReading("QĐ-UBND"),
    issued_date=FieldReading("2025-04-03"),
    issuer=FieldReading("UBND xã Mẫu"),
    subject=FieldReading("về việc thử nghiệm"),
)
OTHER_LETTER = letter(
    2, subject=FieldReading("chưa chắc", needs_review=True), issued_date=FieldReading("2024")
)


def plan(folder: Path, kind: PackageKind = PackageKind.DOSSIER) -> PackagePlan:
    """Two documents, and a file that somebody else had signed."""
    folder.mkdir(parents=True, exist_ok=True)
    paper = folder / "paper.pdf"
    paper.write_bytes(plain())
    kept = folder / "đơn đã ký.pdf"
    kept.write_bytes(b"%PDF-1.7 kept as it came")
    event = PremisEvent("event-1", "ingestion start", NOW, "Tiếp nhận <hồ sơ>", "success", ("agent-1",))
    return PackagePlan(
        names=names(),
        organisation=ORGANISATION,
        rules=rules(kind),
        documents=[PackagedDocument(LETTER, paper), PackagedDocument(OTHER_LETTER, paper)],
        kept=[("đơn đã ký.pdf", kept)],
        events=[event],
        agents=[PremisAgent("agent-1", "Nguyễn Văn Thử", "person")],
        moment=NOW,
    )


def built(
    folder: Path,
    seal: Seal | None = None,
    moment: dt.datetime = NOW,
    kind: PackageKind = PackageKind.DOSSIER,
    **changes: Any,
) -> Path:
    """A new package under ``folder``; ``changes`` are to its plan."""
    made = replace(plan(folder, kind), moment=moment, **changes)
    package = folder / made.names.folder
    package.mkdir()
    build_package(package, made, seal or office().seal(Level.B_LT), told_uuids())
    return package


@cache
def _kept() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory()
    built(Path(folder.name))
    return folder


def sip_of(package: Path, folder: Path, seal: Seal | None = None) -> Path:
    """The SIP of a package, under ``folder``; signed where there is a seal."""
    staging = folder / "staging"
    staging.mkdir(parents=True)
    name = write_sip(package, staging, rules(), ORGANISATION, NOW, told_uuids())
    if seal is not None:
        sign_sip(staging, seal, NOW)
    return staging.rename(folder / name)


def package_in(folder: Path) -> Path:
    """A copy of a package that was built once; do with it what you like."""
    target = folder / "archive" / names().folder
    shutil.copytree(Path(_kept().name) / names().folder, target)
    return target


def edited(package: Path, change: Callable[[etree._Element], None], name: str = METS_NAME) -> None:
    """Change a METS document of a package, as somebody without its key can."""
    path = package / name
    root = etree.fromstring(path.read_bytes())
    change(root)
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def resigned(package: Path, seal: Seal | None = None) -> None:
    """Sign the METS of a package anew: the worst that an insider could do."""
    data = (package / METS_NAME).read_bytes()
    (package / SIGNATURE_NAME).write_bytes(sign_detached(data, seal or office().seal(Level.B_LT)))


def file_of(root: etree._Element, href: str) -> etree._Element:
    """The element of METS that refers to a file."""
    for element in root.iter(f"{{{METS}}}file", f"{{{METS}}}mdRef"):
        location = element if element.tag.endswith("mdRef") else element.find(f"{{{METS}}}FLocat")
        if location is not None and location.get(f"{{{XLINK}}}href", "").endswith(href):
            return element
    raise LookupError(href)

"""What somebody could do to hide a damage: fit every checksum to it, and sign the METS anew."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from digitize.archive.mets import XLINK
from digitize.archive.package import METS_NAME
from digitize.archive.premis import NAMESPACE
from digitize.files import Fixity, fixity
from digitize.signatures.sign import Level
from support.dossiers import edited, resigned
from support.sealing import office

INNER = "representations/rep1/METS.xml"
PREMIS = "representations/rep1/metadata/preservation/PREMIS_rep1.xml"
_HREF = f"{{{XLINK}}}href"


def fitted(package: Path, *, premis: bool = True) -> None:
    """Fit sizes and checksums to the files as they are now: in PREMIS, in both METS, and sign anew."""
    if premis and (package / PREMIS).is_file():
        _fit_premis(package)
    for name in (INNER, METS_NAME):
        if (package / name).is_file():
            _fit_mets(package, name)
    if (package / METS_NAME).is_file():
        resigned(package, office().seal(Level.B_B))


def _fit_mets(package: Path, name: str) -> None:
    base = (package / name).parent

    def fit(root: etree._Element) -> None:
        for location in root.iter("{*}mdRef", "{*}FLocat"):
            element = location.getparent() if location.tag.endswith("FLocat") else location
            proof = _proof(base, location.get(_HREF, ""))
            if element is None or proof is None:
                continue
            if element.get("CHECKSUM", proof.sha256).upper() != proof.sha256.upper():
                element.set("CHECKSUM", proof.sha256.upper())
            if "SIZE" in element.attrib:
                element.set("SIZE", str(proof.size))

    try:
        edited(package, fit, name)
    except etree.XMLSyntaxError:
        # What was broken on purpose stays so.
        return


def _fit_premis(package: Path) -> None:
    def fit(root: etree._Element) -> None:
        for element in root.iterfind(f"{{{NAMESPACE}}}object"):
            name = element.findtext(f"{{{NAMESPACE}}}originalName", "")
            proof = _proof(package / "representations/rep1/data", name)
            for digest in element.iter(f"{{{NAMESPACE}}}messageDigest"):
                digest.text = proof.sha256.upper() if proof else digest.text
            for size in element.iter(f"{{{NAMESPACE}}}size"):
                size.text = str(proof.size) if proof else size.text

    try:
        edited(package, fit, PREMIS)
    except etree.XMLSyntaxError:
        return


def _proof(base: Path, href: str) -> Fixity | None:
    from urllib.parse import unquote

    path = base / unquote(href)
    return fixity(path) if href and path.is_file() and not path.is_symlink() else None

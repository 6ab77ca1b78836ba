"""Write the files of a package into its staging folder, and tell METS of them."""

from __future__ import annotations

import datetime as dt
import mimetypes
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from natsort import natsorted

from digitize.archive.element_schema import element_schema
from digitize.archive.elements import PackageType, Part
from digitize.archive.mets import CSIP, METS, XLINK, MetsFile
from digitize.files import copy_whole, fixity, make_folder, write_whole
from digitize.profiles.profile import PackageRules

METS_NAME = "METS.xml"
SIGNATURE_NAME = "METS.xml.p7s"
STAMP_NAME = "METS.xml.tst"
"""The timestamp of a machine over a METS that was made anew (RFC 3161)."""
REPRESENTATION = "representations/rep1"
DOCUMENTATION = "documentation"
CONTENT_NAME = "content.json"
"""What was read, in ``DOCUMENTATION``."""
PREVIOUS = "previous"
"""What described earlier generations, likewise."""
ORIGINALS = "originals"
"""The scans as they came, likewise, where the profile wants them inside."""
DESCRIPTIVE = "metadata/descriptive"
PRESERVATION = "metadata/preservation"
EAD_NAME = f"{DESCRIPTIVE}/EAD.xml"
PREMIS_NAME = f"{PRESERVATION}/PREMIS.xml"
PREMIS_REPRESENTATION_NAME = f"{PRESERVATION}/PREMIS_rep1.xml"
_METS_SCHEMA = "mets1_12.xsd"
_XLINK_SCHEMA = "xlink.xsd"
_CSIP_SCHEMA = "DILCISExtensionMETS.xsd"
_PREMIS_SCHEMA = "premis-v3-0.xsd"


def ead_doc_name(doc_id: str) -> str:
    """Where the metadata of a document lie, relative to the representation."""
    return f"{DESCRIPTIVE}/EAD_doc_{doc_id}.xml"


def data_name(doc_id: str) -> str:
    """Where a document lies, relative to the representation."""
    return f"data/{doc_id}.pdf"


def data_files(package: Path) -> list[Path]:
    """The documents of a package, in their order."""
    found = (package / REPRESENTATION / "data").glob("*.pdf")
    return natsorted(found, key=lambda path: path.name)


def bundled_schema(name: str) -> bytes:
    """A schema that others have published: of METS, XLink, CSIP's extension, PREMIS."""
    return resources.files("digitize.archive").joinpath("schemas", name).read_bytes()


def schema_files(package: PackageType, rules: PackageRules) -> dict[str, bytes]:
    """The schemas that travel with a package, by file name."""
    published = {rules.mets_schema: _METS_SCHEMA, _XLINK_SCHEMA: _XLINK_SCHEMA, _CSIP_SCHEMA: _CSIP_SCHEMA}
    if package is PackageType.AIP:
        published[_PREMIS_SCHEMA] = _PREMIS_SCHEMA
    found = {name: bundled_schema(source) for name, source in published.items()}
    found["EAD.xsd"] = element_schema(package, rules.kind, Part.WHOLE)
    found["EAD_doc.xsd"] = element_schema(package, rules.kind, Part.DOCUMENT)
    return found


def schema_places(rules: PackageRules, folder: str) -> dict[str, str]:
    """Where METS finds the schemas of its namespaces, when they lie in a folder."""
    return {
        METS: f"{folder}/{rules.mets_schema}",
        CSIP: f"{folder}/{_CSIP_SCHEMA}",
        XLINK: f"{folder}/{_XLINK_SCHEMA}",
    }


@dataclass(frozen=True, slots=True)
class PartWriter:
    """Writes files below one METS document.

    Attributes:
        base: the folder in which that document lies.
        moment: when the package is made.

    """

    base: Path
    moment: dt.datetime

    def write(self, href: str, data: bytes) -> MetsFile:
        """Write a file."""
        path = self.base / href
        make_folder(path.parent)
        write_whole(path, data)
        return self.describe(href)

    def copy(self, href: str, source: Path) -> MetsFile:
        """Copy a file, untouched."""
        path = self.base / href
        make_folder(path.parent)
        copy_whole(source, path)
        return self.describe(href)

    def describe(self, href: str) -> MetsFile:
        """What METS says of a file that is there."""
        proof = fixity(self.base / href)
        mime = "application/xml" if href.endswith((".xml", ".xsd")) else None
        return MetsFile(
            href=quote(href),
            mime=mime or mimetypes.guess_type(href)[0] or "application/octet-stream",
            sha256=proof.sha256,
            size=proof.size,
            created=self.moment,
        )

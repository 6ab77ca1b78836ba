"""What a package holds, and that its parts agree with each other."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from digitize.archive.elements import PackageType
from digitize.archive.mets import METS, XLINK
from digitize.archive.parts import schema_files
from digitize.archive.premis import NAMESPACE
from digitize.pdf.compose import check_pdfa
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import verify_pdf
from support.dossiers import built, names, package_in, rules
from support.offices import contents
from support.places import ROOT
from support.sealing import DAY, NOW, office

SCHEMA_FOLDER = ROOT / "src" / "digitize" / "archive" / "schemas"
HREF = f"{{{XLINK}}}href"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return package_in(tmp_path)


def tree(path: Path) -> etree._Element:
    return etree.fromstring(path.read_bytes())


def premis(root: etree._Element, path: str) -> list[str]:
    return [str(element.text) for element in root.iterfind(path, {"p": NAMESPACE})]


def test_it_has_the_layout_of_an_e_ark_package_and_nothing_else(package: Path) -> None:
    ids = [names().doc_id(ordinal) for ordinal in (1, 2)]
    assert sorted(contents(package)) == sorted(
        [
            "METS.xml",
            "METS.xml.p7s",
            "metadata/descriptive/EAD.xml",
            "metadata/preservation/PREMIS.xml",
            "documentation/đơn đã ký.pdf",
            "representations/rep1/METS.xml",
            "representations/rep1/metadata/preservation/PREMIS_rep1.xml",
            *(f"representations/rep1/data/{name}.pdf" for name in ids),
            *(f"representations/rep1/metadata/descriptive/EAD_doc_{name}.xml" for name in ids),
            *(f"schemas/{name}" for name in schema_files(PackageType.AIP, rules())),
        ]
    )


@pytest.mark.parametrize("name", ["METS.xml", "representations/rep1/METS.xml"])
def test_mets_is_valid_against_its_schema(package: Path, name: str) -> None:
    # The extension of CSIP is no part of the schema of METS, which admits foreign attributes.
    schema = etree.XMLSchema(etree.parse(SCHEMA_FOLDER / "mets1_12.xsd"))
    assert schema.validate(tree(package / name)), schema.error_log


@pytest.mark.parametrize(
    ("pattern", "schema"),
    [
        ("metadata/descriptive/EAD.xml", "EAD.xsd"),
        ("**/EAD_doc_*.xml", "EAD_doc.xsd"),
        ("**/PREMIS*.xml", "premis-v3-0.xsd"),
    ],
)
def test_descriptions_are_valid_against_their_schemas(package: Path, pattern: str, schema: str) -> None:
    judge = etree.XMLSchema(etree.parse(package / "schemas" / schema))
    files = list(package.glob(pattern))
    assert files
    for path in files:
        assert judge.validate(tree(path)), judge.error_log


def test_a_schema_would_notice_a_wrong_mets(package: Path) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA_FOLDER / "mets1_12.xsd"))
    root = tree(package / "METS.xml")
    root.append(etree.Element(f"{{{METS}}}nonsense"))
    assert not schema.validate(root)


def test_the_schemas_travel_with_the_package(package: Path) -> None:
    for name, data in schema_files(PackageType.AIP, rules()).items():
        assert (package / "schemas" / name).read_bytes() == data


@pytest.mark.parametrize("name", ["METS.xml", "representations/rep1/METS.xml"])
def test_every_file_is_named_once_with_its_true_checksum_and_size(package: Path, name: str) -> None:
    root = tree(package / name)
    base = (package / name).parent
    named = []
    for element in root.iter(f"{{{METS}}}file", f"{{{METS}}}mdRef"):
        location = element if element.tag.endswith("mdRef") else element.find(f"{{{METS}}}FLocat")
        assert location is not None
        data = (base / unquote(location.attrib[HREF])).read_bytes()
        assert element.get("CHECKSUMTYPE") == "SHA-256"
        assert element.get("CHECKSUM") == hashlib.sha256(data).hexdigest().upper()
        assert element.get("SIZE") == str(len(data))
        assert element.get("CREATED") == "2026-06-01T09:00:00.0+07:00"
        named.append(location.attrib[HREF])
    assert len(named) == len(set(named))


def test_identifiers_are_unique_and_every_reference_has_its_target(package: Path) -> None:
    for name in ("METS.xml", "representations/rep1/METS.xml"):
        root = tree(package / name)
        borne = [element.get("ID") for element in root.iter() if element.get("ID")]
        assert len(borne) == len(set(borne))
        pointed = [element.get("FILEID") for element in root.iter(f"{{{METS}}}fptr")]
        assert pointed
        assert set(pointed) <= set(borne)


def test_every_document_is_signed_pdf_a(package: Path) -> None:
    pdfs = sorted(package.glob("representations/rep1/data/*.pdf"))
    assert len(pdfs) == 2
    for path in pdfs:
        assert verify_pdf(path, office().trust, NOW + DAY).verdict is Verdict.VALID
        assert [f for f in check_pdfa(path) if not f.startswith("[unsupported]")] == []


def test_what_was_signed_by_others_is_kept_to_the_byte(package: Path) -> None:
    assert (package / "documentation" / "đơn đã ký.pdf").read_bytes() == b"%PDF-1.7 kept as it came"


def test_header_and_root_say_whose_package_it_is(package: Path) -> None:
    root, representation = tree(package / "METS.xml"), tree(package / "representations/rep1/METS.xml")
    assert root.get("OBJID") == names().object_id
    assert "P01" in names().object_id
    assert representation.get("OBJID") == "rep1"
    agents = representation.findall(f".//{{{METS}}}agent")
    assert [agent.findtext(f"{{{METS}}}name") for agent in agents] == ["UBND xã Thử Nghiệm"]
    assert [agent.findtext(f"{{{METS}}}note") for agent in agents] == ["P01"]


def test_premis_tells_objects_events_and_agents(package: Path) -> None:
    root = tree(package / "metadata/preservation/PREMIS.xml")
    assert root.get("version") == "3.0"
    assert premis(root, "p:event/p:eventType") == ["ingestion start"]
    assert premis(root, "p:event/p:eventDateTime") == ["2026-06-01T09:00:00+07:00"]
    assert premis(root, "p:event//p:eventDetail") == ["Tiếp nhận <hồ sơ>"]
    assert premis(root, "p:agent/p:agentName") == ["Nguyễn Văn Thử"]
    linked = premis(root, "p:event//p:linkingAgentIdentifierValue")
    assert linked == premis(root, "p:agent//p:agentIdentifierValue")
    assert premis(root, "p:event//p:linkingObjectIdentifierValue") == [names().object_id]


def test_premis_of_the_representation_proves_its_files(package: Path) -> None:
    root = tree(package / "representations/rep1/metadata/preservation/PREMIS_rep1.xml")
    data = package / "representations/rep1/data"
    originals = premis(root, "p:object/p:originalName")
    assert originals == sorted(path.name for path in data.iterdir())
    digests = [hashlib.sha256((data / name).read_bytes()).hexdigest() for name in originals]
    assert [d.lower() for d in premis(root, "p:object//p:messageDigest")] == digests
    assert premis(root, "p:object//p:size") == [str((data / name).stat().st_size) for name in originals]
    assert set(premis(root, "p:object//p:formatName")) == {"PDF/A"}


def test_the_same_dossier_makes_the_same_package_but_for_its_signatures(tmp_path: Path) -> None:
    first, second = contents(built(tmp_path / "a")), contents(built(tmp_path / "b"))
    assert sorted(first) == sorted(second)
    differing = {name for name in first if first[name] != second[name]}
    # The PDFs hold signatures, and what holds their checksums follows them.
    depends = {"METS.xml", "METS.xml.p7s", "representations/rep1/METS.xml"}
    depends.add("representations/rep1/metadata/preservation/PREMIS_rep1.xml")
    assert all(name in depends or name.endswith(".pdf") for name in differing), differing
    assert "metadata/descriptive/EAD.xml" not in differing
    assert "metadata/preservation/PREMIS.xml" not in differing

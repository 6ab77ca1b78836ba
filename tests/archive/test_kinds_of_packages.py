"""AIP and SIP, of dossiers and of loose documents: valid, complete, and what the circular has them say."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from digitize.archive.elements import PackageType, Part, order_of
from digitize.archive.mets import CSIP, METS, XLINK
from digitize.archive.premis import NAMESPACE
from digitize.archive.sip import write_sip
from digitize.errors import ItemProblem
from digitize.profiles.profile import PackageKind
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import verify_pdf
from support.dossiers import ORGANISATION, built, names, rules, sip_of, told_uuids
from support.offices import contents
from support.sealing import DAY, NOW, office

KINDS = [(package, kind) for package in PackageType for kind in PackageKind]
P = {"p": NAMESPACE}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[PackageType, PackageKind], Path]:
    """One package of each kind; nobody changes them."""
    folder = tmp_path_factory.mktemp("kinds")
    found = {}
    for kind in PackageKind:
        found[PackageType.AIP, kind] = built(folder / kind.value, kind=kind, content=b'{"version": 1}')
        found[PackageType.SIP, kind] = sip_of(found[PackageType.AIP, kind], folder / f"sip-{kind.value}")
    return found


@pytest.fixture(params=KINDS, ids=lambda one: f"{one[0]}-{one[1]}")
def one(
    request: pytest.FixtureRequest, made: dict[tuple[PackageType, PackageKind], Path]
) -> tuple[PackageType, PackageKind, Path]:
    return (*request.param, made[request.param])


def tree(path: Path) -> etree._Element:
    return etree.fromstring(path.read_bytes())


def schema(package: Path, name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(package / "schemas" / name))


def names_of(path: Path) -> list[str]:
    return [str(element.tag) for element in tree(path)]


def header(package: Path, name: str = "METS.xml") -> etree._Element:
    found = tree(package / name).find(f"{{{METS}}}metsHdr")
    assert found is not None
    return found


def test_every_document_is_valid_against_the_schemas_that_travel_along(
    one: tuple[PackageType, PackageKind, Path],
) -> None:
    _, _, package = one
    for pattern, name in (
        ("**/METS.xml", "mets1_12.xsd"),
        ("**/PREMIS*.xml", "premis-v3-0.xsd"),
        ("**/EAD.xml", "EAD.xsd"),
        ("**/EAD_doc_*.xml", "EAD_doc.xsd"),
    ):
        for path in package.glob(pattern):
            judge = schema(package, name)
            assert judge.validate(tree(path)), judge.error_log


def test_it_has_the_elements_of_its_annex_in_their_order(one: tuple[PackageType, PackageKind, Path]) -> None:
    package_type, kind, package = one
    counts = {
        (PackageType.AIP, PackageKind.DOSSIER): (18, 19),
        (PackageType.AIP, PackageKind.DOCUMENTS): (4, 19),
        (PackageType.SIP, PackageKind.DOSSIER): (18, 21),
        (PackageType.SIP, PackageKind.DOCUMENTS): (5, 21),
    }
    whole = names_of(package / "metadata/descriptive/EAD.xml")
    assert whole == list(order_of(package_type, kind, Part.WHOLE).elements)
    for path in package.rglob("EAD_doc_*.xml"):
        document = names_of(path)
        assert document == list(order_of(package_type, kind, Part.DOCUMENT).elements)
        assert (len(whole), len(document)) == counts[package_type, kind]


def test_nothing_that_has_to_be_filled_is_empty(one: tuple[PackageType, PackageKind, Path]) -> None:
    package_type, kind, package = one
    for pattern, part in (("**/EAD.xml", Part.WHOLE), ("**/EAD_doc_*.xml", Part.DOCUMENT)):
        for path in package.glob(pattern):
            values = {str(element.tag): element.text or "" for element in tree(path)}
            assert order_of(package_type, kind, part).missing(values) == []


def test_mets_says_what_the_circular_has_it_say(one: tuple[PackageType, PackageKind, Path]) -> None:
    package_type, kind, package = one
    is_aip = package_type is PackageType.AIP
    root, representation = tree(package / "METS.xml"), tree(package / "representations/rep1/METS.xml")
    csip = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
    assert root.get("PROFILE") == ("http://www.ra.ee/METS/v01/IP.xml" if is_aip else csip)
    assert representation.get("PROFILE") == csip
    wanted = "Mixed" if kind is PackageKind.DOSSIER else "Collection"
    tops = representation.findall(f"{{{METS}}}structMap/{{{METS}}}div")
    assert [top.get("TYPE") for top in tops] == ["NORMALIZED" if is_aip else "ORIGINAL"]
    for one_root in (root, representation):
        assert one_root.get("TYPE") == wanted
        assert one_root.get(f"{{{CSIP}}}CONTENTINFORMATIONTYPE") == "MIXED"
    for name in ("METS.xml", "representations/rep1/METS.xml"):
        assert header(package, name).get(f"{{{CSIP}}}OAISPACKAGETYPE") == package_type.upper()
        assert header(package, name).get("RECORDSTATUS") == "NEW"
        assert header(package, name).get("CREATEDATE") == "2026-06-01T09:00:00.0+07:00"
    identifier = str(root.get("OBJID"))
    assert identifier.startswith("urn:P01:uuid:" if is_aip else "uuid-")
    assert package.name == identifier.replace(":", "_")
    assert identifier[-36:] == identifier[-36:].upper()
    records = {e.get("TYPE"): e.text for e in header(package).iterfind(f"{{{METS}}}altRecordID")}
    assert records == ({} if is_aip else {"SUBMISSIONAGREEMENT": names().file_code})
    references = [e.get("MDTYPE") for e in root.iter(f"{{{METS}}}mdRef")]
    assert references == (["OTHER", "PREMIS"] if is_aip else ["OTHER"])
    uses = [e.get("USE") for e in root.iter(f"{{{METS}}}fileGrp")]
    assert uses == ["Schemas", "Documentation", "Representations/rep1"]


def test_every_file_is_named_with_its_true_checksum_and_no_other_is_there(
    one: tuple[PackageType, PackageKind, Path],
) -> None:
    _, _, package = one
    named = {"METS.xml", "METS.xml.p7s"}
    for name in ("METS.xml", "representations/rep1/METS.xml"):
        for element in tree(package / name).iter(f"{{{METS}}}file", f"{{{METS}}}mdRef"):
            location = element if element.tag.endswith("mdRef") else element[0]
            path = Path(name).parent / unquote(str(location.get(f"{{{XLINK}}}href")))
            data = (package / path).read_bytes()
            assert element.get("CHECKSUM") == hashlib.sha256(data).hexdigest().upper()
            assert element.get("SIZE") == str(len(data))
            named.add(path.as_posix())
    assert set(contents(package)) - named == set()


def test_a_sip_holds_the_same_documents_to_the_byte_and_no_premis(
    made: dict[tuple[PackageType, PackageKind], Path],
) -> None:
    for kind in PackageKind:
        aip, sip = made[PackageType.AIP, kind], made[PackageType.SIP, kind]
        assert contents(sip / "representations/rep1/data") == contents(aip / "representations/rep1/data")
        for path in sip.rglob("*.pdf"):
            if path.parent.name == "data":
                assert verify_pdf(path, office().trust, NOW + DAY).verdict is Verdict.VALID
        assert not list(sip.rglob("preservation"))
        # What came signed belongs to the dossier; what we keep for our own catalogue does not.
        assert sorted(contents(sip / "documentation")) == ["đơn đã ký.pdf"]


def test_a_sip_says_in_its_own_elements_what_the_aip_says(
    made: dict[tuple[PackageType, PackageKind], Path],
) -> None:
    sip = made[PackageType.SIP, PackageKind.DOSSIER]
    first = tree(sip / f"representations/rep1/metadata/descriptive/EAD_doc_{names().doc_id(1)}.xml")
    told = {str(e.tag): e.text or "" for e in first}
    assert told["docId"] == names().doc_id(1)
    assert told["docCode"] == names().doc_code(1)
    assert (told["codeNumber"], told["codeNotation"], told["issuedDate"]) == ("12", "QĐ-UBND", "03/04/2025")
    assert (told["maintenance"], told["riskRecovery"], told["riskRecoveryStatus"]) == ("01", "0", "")
    whole = {str(e.tag): e.text or "" for e in tree(sip / "metadata/descriptive/EAD.xml")}
    assert whole["fileCode"] == names().file_code
    assert whole["totalDoc"] == "2"


def test_a_date_that_a_sip_cannot_hold_is_not_lost(made: dict[tuple[PackageType, PackageKind], Path]) -> None:
    # Only the year of the second document is known; an AIP may say so, a SIP wants day and month.
    sip = made[PackageType.SIP, PackageKind.DOSSIER]
    second = tree(sip / f"representations/rep1/metadata/descriptive/EAD_doc_{names().doc_id(2)}.xml")
    assert second.findtext("issuedDate") == ""
    assert second.findtext("description") == "Ngày, tháng, năm tài liệu: 2024"


def test_a_package_that_cannot_be_read_gives_no_sip(tmp_path: Path) -> None:
    with pytest.raises(ItemProblem) as caught:
        write_sip(tmp_path / "gone", tmp_path / "staging", rules(), ORGANISATION, NOW, told_uuids())
    assert caught.value.code == "package_unreadable"


def test_premis_holds_the_facts_of_each_signature(made: dict[tuple[PackageType, PackageKind], Path]) -> None:
    package = made[PackageType.AIP, PackageKind.DOSSIER]
    root = tree(package / "representations/rep1/metadata/preservation/PREMIS_rep1.xml")
    files = root.findall("p:object[p:objectCharacteristics]", P)
    assert len(files) == 2
    for file in files:
        signature = file.find("p:signatureInformation/p:signature", P)
        assert signature is not None
        value = base64.b64decode(signature.findtext("p:signatureValue", "", P))
        pdf = package / "representations/rep1/data" / file.findtext("p:originalName", "", P)
        assert value.hex().encode() in pdf.read_bytes().lower()
        assert signature.findtext("p:signatureEncoding", "", P) == "Base64"
        assert signature.findtext("p:signatureMethod", "", P) == "ECDSA SHA-256"
        signer = office().seal().credentials
        assert signature.findtext("p:signer", "", P) == signer.holder
        key = signature.findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate", "")
        assert base64.b64decode(key) == signer.certificate.dump()
        assert "2026-06-01T09:00:00+07:00" in signature.findtext("p:signatureProperties[2]", "", P)
        assert file.findtext(".//p:formatRegistryKey", "", P) == "fmt/477"
        digest = file.findtext(".//p:messageDigest", "", P)
        assert digest == hashlib.sha256(pdf.read_bytes()).hexdigest().upper()

"""What of a dossier's life and of its sheets comes into its package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from digitize.archive.mets import METS
from digitize.archive.premis import NAMESPACE
from digitize.errors import EnvironmentProblem
from digitize.files import fixity
from digitize.model import Problem
from digitize.pipeline.sheet_values import set_sheet_values
from digitize.pipeline.workspace import Workspace
from support.composed import SCAN, choose, derive, in_review, packaged, settle
from support.offices import ledger_of
from support.program import digitize

P = {"p": NAMESPACE}
STRAIGHTENED = (
    "Đã xoay, nắn thẳng: trang 1: xoay 90° theo chiều kim đồng hồ, nắn thẳng 1,30° theo chiều kim đồng hồ"
)


def tree(path: Path) -> etree._Element:
    return etree.fromstring(path.read_bytes())


def values(path: Path) -> dict[str, str]:
    return {str(element.tag): element.text or "" for element in tree(path)}


def dossier_values(package: Path) -> dict[str, str]:
    return values(package / "metadata/descriptive/EAD.xml")


def document_values(package: Path) -> dict[str, str]:
    (found,) = package.rglob("EAD_doc_*.xml")
    return values(found)


def content(package: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((package / "documentation/content.json").read_text("utf-8"))
    return told


@pytest.fixture
def reviewed(office: Path) -> Path:
    """The office, where Nguyễn Thị Duyệt has corrected one field and confirmed none."""
    with ledger_of(office, "Nguyễn Văn Quét") as ledger:
        in_review(Workspace.open(office), ledger)
    with ledger_of(office, "Nguyễn Thị Duyệt") as ledger:
        settle(ledger, {"subject": "về việc thử", "signer_name": "TRẦN VĂN MẪU"})
    return office


def pack(root: Path, workspace: Workspace | None = None) -> Path:
    with ledger_of(root, "Lê Thị Ký") as ledger:
        return packaged(workspace or Workspace.open(root), ledger).folder


def test_premis_tells_every_step_and_who_took_it(reviewed: Path) -> None:
    root = tree(pack(reviewed) / "metadata/preservation/PREMIS.xml")
    agents = {
        one.findtext("p:agentIdentifier/p:agentIdentifierValue", "", P): (
            one.findtext("p:agentName", "", P),
            one.findtext("p:agentType", "", P),
            one.findtext("p:agentVersion", "", P),
        )
        for one in root.iterfind("p:agent", P)
    }
    told = [
        (
            event.findtext("p:eventType", "", P),
            event.findtext("p:eventDetailInformation/p:eventDetail", "", P),
            {agents[str(link.text)][0] for link in event.iterfind(".//p:linkingAgentIdentifierValue", P)},
        )
        for event in root.iterfind("p:event", P)
    ]
    kind, head, _ = told.pop()
    assert kind == "message digest calculation"
    assert "event log head" in head
    organisation = told[-2][2] - {"digitize"}
    assert told == [
        ("ingestion start", "Nhận hồ sơ từ HS-1", {"Nguyễn Văn Quét"}),
        ("transfer", "Nhận các tệp 1.jpg", {"Nguyễn Văn Quét"}),
        ("modification", STRAIGHTENED, {"digitize"}),
        (
            "metadata extraction",
            "Đã đọc 1 trang",
            {"tesserocr", "Tesseract", "vie", "digitize", "Nguyễn Văn Quét"},
        ),
        (
            "metadata extraction",
            "Đã bóc tách 1 tài liệu, 2 trường nghi ngờ",
            {"digitize", "Nguyễn Văn Quét"},
        ),
        ("metadata modification", "Sửa trường subject của tài liệu 1", {"Nguyễn Thị Duyệt"}),
        ("metadata modification", "Xác nhận trường signer_name của tài liệu 1", {"Nguyễn Thị Duyệt"}),
        ("validation", "Đã duyệt", {"Nguyễn Thị Duyệt"}),
        ("normalization", "Đã dựng 1 tệp PDF/A", {"digitize", "Lê Thị Ký"}),
        ("digital signature generation", "Đã ký số, mức B-LTA", {"digitize"} | organisation),
        ("information package creation", "Đã ký số và đóng gói", {"digitize", "Lê Thị Ký"}),
    ]
    assert len(organisation) == 1
    kinds = {name: (kind, version) for name, kind, version in agents.values()}
    assert kinds["Nguyễn Thị Duyệt"] == ("person", "")
    assert kinds["Tesseract"] == ("software", "5.5.4")
    assert kinds["vie"] == ("software", "79df64caf7bc")
    assert kinds[organisation.pop()][0] == "organization"


def test_what_no_person_has_approved_is_not_said_to_be(office: Path) -> None:
    with ledger_of(office, "Nguyễn Văn Quét") as ledger:
        in_review(Workspace.open(office), ledger)
        with ledger.transaction():
            ledger.execute("DELETE FROM event WHERE kind = 'review_needed'")
            ledger.add_event("approved", "HS-1", doubtful=0)
    root = tree(pack(office) / "metadata/preservation/PREMIS.xml")
    (approved,) = [e for e in root.iterfind("p:event", P) if e.findtext("p:eventType", "", P) == "validation"]
    (agent,) = approved.iterfind("p:linkingAgentIdentifier/p:linkingAgentIdentifierValue", P)
    kinds = {
        one.findtext("p:agentIdentifier/p:agentIdentifierValue", "", P): one.findtext("p:agentType", "", P)
        for one in root.iterfind("p:agent", P)
    }
    assert kinds[str(agent.text)] == "software"


def test_what_was_read_lies_in_the_package_and_says_nothing_unsettled(office: Path) -> None:
    with ledger_of(office) as ledger:
        in_review(Workspace.open(office), ledger)
        settle(ledger, {"signer_name": "TRẦN VĂN MẪU"})
    package = pack(office)
    told = content(package)
    assert told["version"] == 1
    (document,) = told["documents"]
    assert (package / "representations/rep1/data" / document["file"]).is_file()
    assert document["form"] == "official_letter"
    assert document["pages"] == [{"page": 1, "text": "QUYẾT ĐỊNH"}]
    fields = document["fields"]
    assert fields["number"] == {"value": "5", "source": "ocr", "needs_review": False}
    assert fields["signer_name"] == {"value": "TRẦN VĂN MẪU", "source": "human", "needs_review": False}
    assert fields["subject"] == {"value": None, "source": "ocr", "needs_review": True}
    named = {
        element.get("CHECKSUM")
        for group in tree(package / "METS.xml").iter(f"{{{METS}}}fileGrp")
        if group.get("USE") == "Documentation"
        for element in group
    }
    assert named == {fixity(package / "documentation/content.json").sha256.upper()}


def import_sheet(root: Path, whole: dict[str, str], document: dict[str, str]) -> None:
    with ledger_of(root) as ledger, ledger.transaction():
        set_sheet_values(ledger, "HS-1", {0: whole, 1: document}, "mục lục.xlsx")


def test_what_a_sheet_says_goes_before_what_was_read_and_before_the_defaults(reviewed: Path) -> None:
    before = {"title": "Hồ sơ cũ", "retention": "05", "sheet_count": "12", "paper_file_code": "K1.01.7"}
    dates = {"start_date": "1999", "end_date": "2025-04", "note": "Thiếu tờ 3"}
    letter = {"subject": "Về việc mẫu", "number": "7", "doc_type": "Thông báo", "autograph": "Đồng ý"}
    own = {"doc_code": "X", "page_count": "99", "total_docs": "44", "file_code": "Y"}
    import_sheet(reviewed, {**before, **dates, **own}, {**letter, **own, "issued_date": "3/4/2024"})
    package = pack(reviewed)
    whole, document = dossier_values(package), document_values(package)
    assert whole["title"] == "Hồ sơ cũ"
    assert (whole["maintenance"], whole["numberOfPaper"], whole["paperFileCode"]) == ("05", "12", "K1.01.7")
    assert (whole["startDate"], whole["endDate"]) == ("1999", "04/2025")
    assert whole["description"].startswith("Thiếu tờ 3. Số hóa bởi ")
    assert document["subject"] == "Về việc mẫu"
    assert (document["codeNumber"], document["typeName"]) == ("07", "07")
    assert (document["issuedDate"], document["autograph"]) == ("03/04/2024", "Đồng ý")
    # What the sheet does not say comes from the paper; what the program counts and names it does itself.
    assert document["organName"] == "UBND xã Mẫu"
    assert (whole["totalDoc"], whole["numberOfPage"], document["numberOfPage"]) == ("1", "1", "1")
    assert "X" not in document["docCode"]
    assert "Y" not in whole["arcFileCode"]
    # What was read and settled stays what it was.
    (read,) = content(package)["documents"]
    assert read["fields"]["subject"]["value"] == "về việc thử"
    assert read["sheet"]["subject"] == "Về việc mẫu"
    # And what the sheet says is found.
    for words in ('title:"Hồ sơ cũ"', "viec mau"):
        found = digitize("find", words, "-w", reviewed, "--json").json
        assert [hit["dossier"] for hit in found["hits"]] == ["HS-1"], words


def test_a_cell_that_fits_no_element_is_told_and_left_out(reviewed: Path) -> None:
    import_sheet(reviewed, {"access": "tuyệt mật", "end_date": "31/02/2025"}, {"subject": "x" * 501})
    with ledger_of(reviewed) as ledger:
        done = packaged(Workspace.open(reviewed), ledger)
    assert dossier_values(done.folder)["mode"] == "02"
    assert dossier_values(done.folder)["endDate"] == "03/04/2025"
    assert len(document_values(done.folder)["subject"]) == 500
    told = [note for note in done.notes if note.code in ("sheet_value_unfit", "metadata_cut")]
    assert Problem("sheet_value_unfit", {"file": "EAD.xml", "label": "Chế độ sử dụng"}) in told
    assert Problem("sheet_value_unfit", {"file": "EAD.xml", "label": "Thời gian kết thúc"}) in told
    assert [note.facts["most"] for note in told if note.code == "metadata_cut"] == [500]


def test_scans_go_along_where_the_profile_wants_them_inside(reviewed: Path) -> None:
    package = pack(reviewed, choose(reviewed, 'originals = "inside"'))
    assert (package / "documentation/originals/1.jpg").read_bytes() == SCAN
    assert 'href="documentation/originals/1.jpg"' in (package / "METS.xml").read_text("utf-8")


def test_scans_stay_beside_the_packages_by_default(reviewed: Path) -> None:
    assert not list(pack(reviewed).rglob("*.jpg"))
    assert (reviewed / "originals/HS-1/1.jpg").read_bytes() == SCAN


@pytest.mark.parametrize(
    ("status", "relation"),
    [("REPLACEMENT", ["replacement", "supersedes"]), ("SUPPLEMENT", ["logical", "supplements"])],
)
def test_a_later_package_says_what_it_is_to_the_one_before(
    reviewed: Path, status: str, relation: list[str]
) -> None:
    first = pack(reviewed)
    identifier = tree(first / "METS.xml").get("OBJID")
    with ledger_of(reviewed) as ledger:
        derive(Workspace.open(reviewed))
        with ledger.transaction():
            sql = "UPDATE dossier SET replaces = ?, record_status = ?, package_uuid = NULL WHERE id = 'HS-1'"
            ledger.execute(sql, first.name, status)
        second = packaged(Workspace.open(reviewed), ledger).folder
    root = tree(second / "METS.xml")
    header = root.find(f"{{{METS}}}metsHdr")
    assert header is not None
    assert header.get("RECORDSTATUS") == status
    named = {one.get("TYPE"): one.text for one in header.iterfind(f"{{{METS}}}altRecordID")}
    assert named == {"PREVIOUSPACKAGE": identifier}
    entity = tree(second / "metadata/preservation/PREMIS.xml").find("p:object/p:relationship", P)
    assert entity is not None
    assert [str(one.text) for one in entity.iter() if one.tag.endswith("ype") and one.text][:2] == relation
    assert entity.findtext(".//p:relatedObjectIdentifierValue", "", P) == identifier
    assert (reviewed / "superseded" / first.name).is_dir()


def test_loose_documents_are_packaged_as_such_and_found_valid(reviewed: Path) -> None:
    package = pack(reviewed, choose(reviewed, 'kind = "documents"'))
    assert list(dossier_values(package)) == ["arcFileCode", "title", "source", "description"]
    assert tree(package / "METS.xml").get("TYPE") == "Collection"
    told = digitize("verify", package, "-w", reviewed, "--json").json
    assert [item["verdict"] for item in told["items"]] == ["VALID"]


def test_a_profile_with_a_code_that_no_list_has_is_refused_before_anything_is_signed(office: Path) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        choose(office, 'retention = "5"').require_rules()
    assert caught.value.code == "profile_wrong"
    assert caught.value.facts["key"] == "package.retention"

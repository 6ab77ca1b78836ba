"""Names of packages, and the metadata that describe dossiers and documents."""

from __future__ import annotations

import pytest
from lxml import etree

from digitize.archive.descriptive import DescribedDocument, describe_document, describe_whole
from digitize.archive.elements import code_list
from digitize.archive.naming import make_names
from digitize.archive.premis import NAMESPACE, PremisEvent, PremisSubject, premis_xml
from digitize.model import Document, FieldReading, Value
from support.dossiers import IDENTITY, LETTER, ORGANISATION, OTHER_LETTER, letter, names, rules
from support.sealing import NOW


def values(data: bytes) -> dict[str, str]:
    return {str(element.tag): element.text or "" for element in etree.fromstring(data)}


def dossier(*documents: DescribedDocument) -> dict[str, str]:
    return values(describe_whole(names(), documents, rules(), note="Số hóa thử").xml)


def test_names_follow_the_patterns_of_the_profile() -> None:
    made = names("HS-1")
    assert str(IDENTITY).upper() in made.object_id
    assert made.folder == made.object_id.replace(":", "_")
    assert ":" not in made.folder
    assert "/" not in made.folder
    for part in ("2026", "HS-1"):
        assert part in made.file_code
    assert made.doc_id(1) != made.doc_id(2)
    assert made.file_code in made.doc_id(1)


def test_an_office_without_an_archive_has_no_stray_dots_in_its_code() -> None:
    bare = ORGANISATION.model_copy(update={"archive": ""})
    made = make_names(rules(), bare, "HS-1", NOW, IDENTITY)
    assert not made.archive_file_code.startswith(".")
    assert made.file_code in made.archive_file_code


def test_two_packages_of_one_dossier_have_different_names() -> None:
    import uuid

    other = make_names(rules(), ORGANISATION, "HS-1", NOW, uuid.UUID(int=5))
    assert other.object_id != names().object_id
    assert other.file_code == names().file_code


@pytest.mark.parametrize("dossier", ["x" * 235, "ồ" * 80])
def test_a_long_code_is_cut_so_that_each_document_keeps_a_code_of_its_own(dossier: str) -> None:
    made = make_names(rules(), ORGANISATION, dossier, NOW, IDENTITY)
    other = make_names(rules(), ORGANISATION, f"{dossier}y", NOW, IDENTITY)
    codes = [made.doc_code(1), made.doc_code(2), made.doc_id(1), made.archive_file_code, made.paper_file_code]
    assert all(len(code) <= 100 for code in codes)
    assert made.doc_code(1).endswith(".0000001")
    assert made.file_code != other.file_code


def test_a_document_is_described_by_what_is_settled() -> None:
    found = values(describe_document(names(), LETTER, rules()).xml)
    assert len(found) == 19
    assert found["typeName"] == code_list("document_kinds")["Quyết định"] == "02"
    assert found["codeNumber"] == "12"
    assert found["codeNotation"] == "QĐ-UBND"
    assert found["issuedDate"] == "03/04/2025"
    assert found["organName"] == "UBND xã Mẫu"
    assert found["subject"] == "về việc thử nghiệm"
    assert found["docOrdinal"] == "1"
    assert found["arcFileCode"] == names().archive_file_code


def test_what_nobody_has_settled_never_enters_the_metadata() -> None:
    found = describe_document(names(), OTHER_LETTER, rules()).xml.decode()
    assert "chưa chắc" not in found
    assert "chưa chắc" not in describe_whole(names(), [OTHER_LETTER], rules(), note="").xml.decode()


def test_a_dossier_is_described_by_its_documents() -> None:
    found = dossier(LETTER, OTHER_LETTER)
    assert len(found) == 18
    assert found["title"] == "Quyết định về việc thử nghiệm (và 1 tài liệu khác)"
    assert (found["startDate"], found["endDate"]) == ("2024", "03/04/2025")
    assert found["totalDoc"] == "2"
    assert found["numberOfPage"] == "2"
    assert found["description"] == "Số hóa thử"


def test_an_empty_dossier_has_neither_title_nor_dates() -> None:
    found = dossier()
    assert (found["title"], found["startDate"], found["endDate"], found["totalDoc"]) == ("", "", "", "0")


@pytest.mark.parametrize(
    ("iso", "written"),
    [("2025-04-03", "03/04/2025"), ("2025-04", "04/2025"), ("1992", "1992"), ("hôm qua", ""), ("", "")],
)
def test_dates_are_written_as_the_circular_wants(iso: str, written: str) -> None:
    assert letter(1, issued_date=FieldReading(iso)).date == written


def test_a_document_without_fields_is_called_by_its_form_or_its_number() -> None:
    unknown = DescribedDocument(3, 1, "", Document((0,), "unknown", None, 0.0))
    assert unknown.title == "Tài liệu 3"
    assert letter(1).title == "Công văn"


def test_long_texts_are_cut_and_characters_that_xml_cannot_hold_are_dropped() -> None:
    found = values(
        describe_document(names(), letter(1, subject=FieldReading("a\x00b\x0c" + "c" * 900)), rules()).xml
    )
    assert found["subject"].startswith("abc")
    assert len(found["subject"]) == 500


@pytest.mark.parametrize("stray", ["\ufffe", "\uffff", "\x7f", "<&>\"'", "\ud800"])
def test_no_character_breaks_a_description(stray: str) -> None:
    found = values(
        describe_document(names(), letter(1, subject=FieldReading(f"trước{stray}sau")), rules()).xml
    )
    assert found["subject"].startswith("trước")
    assert found["subject"].endswith("sau")


@pytest.mark.parametrize(
    ("value", "text"), [(["a", "b"], "a; b"), ({"x": "1", "y": None, "z": "2"}, "1, 2"), (5, "5"), (None, "")]
)
def test_values_of_every_kind_become_text(value: Value, text: str) -> None:
    assert letter(1, number=FieldReading(value)).settled("number") == text


def test_no_character_breaks_the_history_of_a_dossier() -> None:
    event = PremisEvent("e", "transfer", NOW, "tệp\x01 lạ\uffff", "success", ())
    root = etree.fromstring(premis_xml(PremisSubject("HS", "intellectualEntity", "schemas"), [event], []))
    assert root.findtext(f".//{{{NAMESPACE}}}eventDetail") == "tệp lạ"

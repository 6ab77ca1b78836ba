"""Damages of preservation and descriptive metadata."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from lxml import etree

from digitize.archive.premis import NAMESPACE as PREMIS_SPACE
from support.damaging import (
    DATA,
    EAD,
    REP,
    ROOT_PREMIS,
    SINGLE,
    damage,
    drop,
    leave_out,
    mets_damage,
    premis_damage,
    put,
    retold,
    text_damage,
)
from support.dossiers import edited, names
from support.repairs import INNER, PREMIS

# --- preservation metadata ----------------------------------------------------------------------


def _p(name: str) -> str:
    return f"{{{PREMIS_SPACE}}}{name}"


def _files(root: etree._Element) -> list[etree._Element]:
    return [one for one in root.findall(_p("object")) if one.find(_p("originalName")) is not None]


def _renamed(element: etree._Element, name: str) -> None:
    for one in element.iter(_p("objectIdentifierValue"), _p("originalName")):
        one.text = name


def _text(root: etree._Element, name: str, text: str) -> None:
    next(root.iter(_p(name))).text = text


premis_damage(
    "premis_checksum_differs",
    "preservation_proves_another_file",
    lambda r: _text(r, "messageDigest", "0" * 64),
    fit=False,
)
premis_damage(
    "premis_size_differs", "preservation_gives_another_size", lambda r: _text(r, "size", "12"), fit=False
)
premis_damage(
    "premis_checksum_absent",
    "preservation_proves_nothing",
    lambda r: _text(r, "messageDigestAlgorithm", "MD5"),
)
premis_damage("premis_file_missing", "preservation_forgets_a_document", lambda r: drop(_files(r)[0]))
premis_damage(
    "premis_file_unknown", "preservation_tells_of_a_stranger", lambda r: _renamed(_files(r)[0], "khác.pdf")
)
premis_damage(
    "premis_identifier_twice",
    "an_object_is_told_twice",
    lambda r: _files(r)[0].addnext(deepcopy(_files(r)[0])),
)
premis_damage(
    "premis_link_dangling", "an_agent_is_nobody", lambda r: _text(r, "linkingAgentIdentifierValue", "nobody")
)
premis_damage(
    "premis_link_dangling", "a_part_is_nowhere", lambda r: _text(r, "relatedObjectIdentifierValue", "nobody")
)
premis_damage(
    "premis_subject_differs",
    "preservation_is_of_another_package",
    lambda r: _text(r, "objectIdentifierValue", "urn:khác"),
    ROOT_PREMIS,
)
premis_damage(
    "time_impossible",
    "an_event_is_of_no_day",
    lambda r: _text(r, "eventDateTime", "2026-13-01T09:00:00+07:00"),
)
mets_damage(
    "premis_missing",
    "nothing_refers_to_preservation",
    lambda r: leave_out(r, "amdSec", "ADMID"),
)


@damage("premis_event_missing", ROOT_PREMIS)
def nothing_is_told_to_have_happened(package: Path) -> None:
    def forget(root: etree._Element) -> None:
        for event in root.findall(_p("event")):
            drop(event)

    edited(package, forget, ROOT_PREMIS)


# --- descriptions -------------------------------------------------------------------------------

mets_damage(
    "description_missing",
    "nothing_describes_the_dossier",
    lambda r: leave_out(r, "dmdSec", "DMDID"),
)


@damage("element_missing", EAD)
def an_element_is_left_out(package: Path) -> None:
    edited(package, lambda root: drop(root.find("language")), EAD)


@damage("element_missing", SINGLE[0])
def an_element_has_the_name_that_another_schema_gives(package: Path) -> None:
    def rename(root: etree._Element) -> None:
        element = root.find("docCode")
        assert element is not None
        element.tag = "arcDocCode"

    edited(package, rename, SINGLE[0])


@damage("element_twice", SINGLE[1])
def an_element_stands_twice(package: Path) -> None:
    def twice(root: etree._Element) -> None:
        element = root.find("typeName")
        assert element is not None
        element.addnext(deepcopy(element))

    edited(package, twice, SINGLE[1])


text_damage("element_empty", EAD, "a_dossier_has_no_title", "title", "")
text_damage("element_empty", SINGLE[0], "a_document_has_no_subject", "subject", "  ")
text_damage("element_empty", EAD, "a_copy_is_promised_and_not_told", "riskRecovery", "1")
text_damage("paper_code_missing", EAD, "a_scan_has_no_paper_original", "paperFileCode", "")
text_damage("code_unknown", EAD, "a_retention_is_in_no_list", "maintenance", "08")
text_damage("code_unknown", SINGLE[0], "a_kind_of_document_is_in_no_list", "typeName", "33")
text_damage("code_unknown", SINGLE[1], "a_language_is_in_no_list", "language", "12")
text_damage("date_impossible", SINGLE[0], "a_document_is_of_a_day_that_never_was", "issuedDate", "31/02/2025")
text_damage("date_impossible", EAD, "a_dossier_begins_in_no_month", "startDate", "13/2024")
text_damage("dates_out_of_order", EAD, "a_dossier_ends_before_it_begins", "startDate", "04/04/2025")
text_damage("date_outside", SINGLE[0], "a_document_is_of_another_time", "issuedDate", "03/04/2026")
text_damage("count_impossible", EAD, "a_count_is_no_number", "totalDoc", "hai")
text_damage("document_count_differs", EAD, "a_document_too_many_is_claimed", "totalDoc", "3")
text_damage("page_sum_differs", EAD, "a_page_too_many_is_claimed", "numberOfPage", "3")
text_damage("file_code_differs", SINGLE[0], "a_document_is_of_another_dossier", "arcFileCode", "LT01.khác")
text_damage(
    "doc_code_differs",
    SINGLE[0],
    "a_document_bears_another_code",
    "docCode",
    "000.00.99.T01.2021.HS-1.0000001",
)
text_damage(
    "doc_code_differs",
    SINGLE[1],
    "a_document_bears_another_number",
    "docCode",
    f"{names().file_code}.0000007",
)
text_damage("doc_code_short", SINGLE[0], "a_number_is_short", "docCode", f"{names().file_code}.001")
text_damage("doc_ordinal_twice", SINGLE[1], "two_documents_have_one_number", "docOrdinal", "1")
text_damage("doc_ordinal_differs", SINGLE[1], "a_document_is_out_of_turn", "docOrdinal", "1")
text_damage("doc_ordinal_gap", SINGLE[1], "a_document_is_missing_between", "docOrdinal", "3")


@damage("page_count_differs", SINGLE[0])
def a_document_claims_more_pages_than_its_pdf_has(package: Path) -> None:
    retold(package, SINGLE[0], "numberOfPage", "2")
    retold(package, EAD, "numberOfPage", "3")


def _rename(package: Path, name: str) -> None:
    """Call the first document's files otherwise, wherever they are named."""
    (package / DATA[0]).rename((package / DATA[0]).with_name(f"{name}.pdf"))
    (package / SINGLE[0]).rename((package / SINGLE[0]).with_name(f"EAD_doc_{name}.xml"))
    old = names().doc_id(1).encode()
    for file in (INNER, PREMIS):
        data = (package / file).read_bytes()
        for around in (b"EAD_doc_%s.xml", b"%s.pdf"):
            data = data.replace(around % old, around % name.encode())
        put(package / file, data)


@damage("data_name_odd", f"{REP}/data/scan.pdf")
def a_file_is_called_after_the_scanner(package: Path) -> None:
    _rename(package, "scan")


@damage("data_name_differs", f"{REP}/metadata/descriptive/EAD_doc_X.2026.HS-9.1.xml")
def a_file_is_called_after_another_dossier(package: Path) -> None:
    _rename(package, "X.2026.HS-9.1")

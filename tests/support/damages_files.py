"""Damages of files, references, METS and XML as such."""

from __future__ import annotations

import os
import shutil
import unicodedata
from copy import deepcopy
from pathlib import Path

from lxml import etree

from digitize.archive.mets import CSIP, METS
from support.damaging import (
    DATA,
    EAD,
    HREF,
    KEPT,
    REP,
    ROOT,
    ROOT_PREMIS,
    SCHEMA,
    SIGNATURE,
    SINGLE,
    bytes_damage,
    damage,
    drop,
    forget,
    mets_damage,
    one,
    pointing,
    premis_damage,
    put,
    retold,
    text_damage,
    without,
)
from support.dossiers import edited, file_of
from support.repairs import INNER, PREMIS
from support.tampering import flipped

# --- what anybody could do, and chance ----------------------------------------------------------


@damage("checksum_differs", DATA[0], repaired=False)
def a_bit_of_a_pdf_is_flipped(package: Path) -> None:
    data = (package / DATA[0]).read_bytes()
    put(package / DATA[0], flipped(data, len(data) // 2))


@damage("size_differs", DATA[1], repaired=False)
def a_pdf_is_cut_short(package: Path) -> None:
    put(package / DATA[1], (package / DATA[1]).read_bytes()[:-100])


@damage("checksum_differs", EAD, repaired=False)
def a_title_is_changed(package: Path) -> None:
    retold(package, EAD, "title", "Hồ sơ khác")


@damage("checksum_differs", KEPT, repaired=False)
def what_others_had_signed_is_exchanged(package: Path) -> None:
    put(package / KEPT, (package / DATA[0]).read_bytes())


@damage("checksum_differs", INNER, repaired=False)
def the_representation_is_described_otherwise(package: Path) -> None:
    edited(package, lambda root: root.set("LABEL", "khác"), INNER)


@damage("mets_signature_broken", SIGNATURE, repaired=False)
def mets_is_changed(package: Path) -> None:
    edited(package, lambda root: root.set("LABEL", "khác"))


@damage("mets_signature_broken", SIGNATURE, repaired=False)
def the_signature_is_rubbish(package: Path) -> None:
    put(package / SIGNATURE, b"0\x82" + bytes(200))


@damage("mets_stamp_broken", "METS.xml.tst", repaired=False)
def a_timestamp_of_something_else_lies_beside_mets(package: Path) -> None:
    shutil.copy(package / SIGNATURE, package / "METS.xml.tst")


@damage("file_missing", DATA[0], repaired=False)
def a_pdf_is_gone(package: Path) -> None:
    (package / DATA[0]).unlink()


@damage("file_missing", ROOT_PREMIS, repaired=False)
def a_folder_is_gone(package: Path) -> None:
    shutil.rmtree((package / ROOT_PREMIS).parent)


@damage("file_missing", ROOT, repaired=False)
def mets_is_gone(package: Path) -> None:
    (package / ROOT).unlink()


@damage("file_unexpected", f"{REP}/data/thêm.pdf")
def a_pdf_is_added(package: Path) -> None:
    shutil.copy(package / DATA[0], package / REP / "data" / "thêm.pdf")


@damage("file_unexpected", f"{REP}/data/.ẩn/x")
def something_is_hidden(package: Path) -> None:
    (package / REP / "data" / ".ẩn").mkdir()
    put(package / REP / "data" / ".ẩn" / "x", b"x")


@damage("file_unexpected", "schemas/METS.xml.p7s")
def a_signature_lies_in_another_folder(package: Path) -> None:
    shutil.copy(package / SIGNATURE, package / "schemas" / SIGNATURE)


# --- what is no file, or is called otherwise ----------------------------------------------------


@damage("file_special", EAD)
def a_file_is_a_link(package: Path) -> None:
    (package / EAD).rename(package.parent / "EAD.xml")
    (package / EAD).symlink_to(package.parent / "EAD.xml")


@damage("file_special", "schemas")
def a_folder_is_a_link(package: Path) -> None:
    (package / "schemas").rename(package.parent / "schemas")
    (package / "schemas").symlink_to(package.parent / "schemas", target_is_directory=True)


@damage("file_special", KEPT)
def a_file_is_a_pipe(package: Path) -> None:
    (package / KEPT).unlink()
    os.mkfifo(package / KEPT)


@damage("name_spelled_otherwise", EAD.replace("EAD", "ead"))
def a_name_has_other_capitals(package: Path) -> None:
    (package / EAD).rename(package / EAD.replace("EAD", "ead"))


@damage("name_spelled_otherwise", unicodedata.normalize("NFD", KEPT))
def a_name_is_decomposed(package: Path) -> None:
    (package / KEPT).rename(package / unicodedata.normalize("NFD", KEPT))


# --- references ---------------------------------------------------------------------------------

for _number, _href in enumerate(
    ["../../secret.xml", "/etc/passwd", "file:///etc/passwd", "..%2F..%2Fsecret.xml", "a\\..\\..\\b"]
):
    mets_damage(
        "path_leaves",
        f"a_path_leaves_the_package_{_number}",
        lambda root, href=_href: file_of(root, "EAD.xml").set(HREF, href),  # type: ignore[misc]
    )

mets_damage(
    "href_not_encoded",
    "a_path_is_not_encoded",
    lambda root: file_of(root, "xlink.xsd")[0].set(HREF, "schemas/./xlink xsd"),
)
mets_damage("size_absent", "a_size_is_missing", lambda r: without(r, "mdRef", "SIZE"), at=EAD)
mets_damage("checksum_absent", "a_checksum_is_missing", lambda r: without(r, "mdRef", "CHECKSUM"), at=EAD)
mets_damage(
    "checksum_absent",
    "a_checksum_is_of_another_kind",
    lambda r: one(r, "mdRef").set("CHECKSUMTYPE", "MD5"),
    at=EAD,
)
mets_damage(
    "checksum_not_upper",
    "a_checksum_is_in_small_letters",
    lambda r: one(r, "mdRef").set("CHECKSUM", one(r, "mdRef").get("CHECKSUM", "").lower()),
    at=EAD,
)
mets_damage(
    "mime_differs",
    "a_pdf_is_said_to_be_a_picture",
    lambda r: one(r, "file").set("MIMETYPE", "image/png"),
    INNER,
    DATA[0],
)
mets_damage("reference_empty", "an_entry_has_no_location", lambda r: drop(one(r, "FLocat")))


@damage("reference_twice", INNER)
def a_file_is_named_twice(package: Path) -> None:
    def twice(root: etree._Element) -> None:
        first = one(root, "file")
        again = deepcopy(first)
        again.set("ID", "ID-11111111-1111-4111-8111-111111111111")
        first.addnext(again)
        pointer = one(root, "fptr")
        second = deepcopy(pointer)
        second.set("FILEID", again.get("ID", ""))
        pointer.addnext(second)

    edited(package, twice, INNER)


@damage("content_embedded", ROOT)
def a_file_lies_inside_mets(package: Path) -> None:
    def embed(root: etree._Element) -> None:
        element = one(root, "file")
        drop(element[0])
        inside = etree.SubElement(element, f"{{{METS}}}FContent")
        etree.SubElement(inside, f"{{{METS}}}binData").text = "AAAA"

    edited(package, embed)


mets_damage(
    "reference_dangling", "a_file_pointer_leads_nowhere", lambda r: one(r, "fptr").set("FILEID", "nobody")
)
mets_damage(
    "reference_dangling",
    "a_description_pointer_leads_nowhere",
    lambda r: pointing(r, "DMDID").set("DMDID", "nobody"),
    INNER,
)
mets_damage(
    "reference_dangling",
    "a_preservation_pointer_leads_nowhere",
    lambda r: pointing(r, "ADMID").set("ADMID", "nobody"),
)
mets_damage(
    "reference_wrong_kind",
    "a_file_pointer_leads_to_metadata",
    lambda r: one(r, "fptr").set("FILEID", one(r, "dmdSec").get("ID", "")),
)
mets_damage(
    "pointer_unlisted", "a_pointer_leads_to_what_is_not_listed", lambda r: one(r, "mptr").set(HREF, EAD)
)
mets_damage("representation_missing", "nothing_points_to_the_representation", lambda r: drop(one(r, "mptr")))


@damage("representations_many", ROOT)
def there_is_a_second_representation(package: Path) -> None:
    shutil.copytree(package / REP, package / "representations/rep2")

    def second(root: etree._Element) -> None:
        first = file_of(root, INNER)
        again = deepcopy(first)
        again.set("ID", "ID-22222222-2222-4222-8222-222222222222")
        again[0].set(HREF, "representations/rep2/METS.xml")
        first.addnext(again)
        pointer = one(root, "mptr")
        other = deepcopy(pointer)
        other.set(HREF, "representations/rep2/METS.xml")
        pointer.addnext(other)

    edited(package, second)


# --- inside METS --------------------------------------------------------------------------------

mets_damage(
    "identifier_twice",
    "an_identifier_stands_twice",
    lambda r: one(r, "structMap").set("ID", one(r, "fileSec").get("ID", "")),
)
mets_damage(
    "uuid_not_upper",
    "an_identifier_is_in_small_letters",
    lambda r: one(r, "structMap").set("ID", one(r, "structMap").get("ID", "").lower().replace("-0", "-a")),
)
mets_damage("file_not_in_structure", "a_file_stands_in_no_division", lambda r: drop(one(r, "fptr")))
mets_damage(
    "metadata_not_in_structure",
    "preservation_stands_in_no_division",
    lambda r: forget(pointing(r, "ADMID"), "ADMID"),
)


def _swap(root: etree._Element) -> None:
    first, second = (e for e in root.iter(f"{{{METS}}}div") if e.get("LABEL") == "MetadataLink/File")
    one, other = first.get("DMDID", ""), second.get("DMDID", "")
    first.set("DMDID", other)
    second.set("DMDID", one)


mets_damage("pairing_differs", "two_descriptions_are_swapped", _swap, INNER)
mets_damage(
    "document_undescribed",
    "a_document_is_paired_with_nothing",
    lambda r: drop(next(e for e in r.iter(f"{{{METS}}}div") if e.get("LABEL") == "MetadataLink/File")),
    INNER,
    DATA[0],
)

# --- headers ------------------------------------------------------------------------------------

_KIND = f"{{{CSIP}}}OAISPACKAGETYPE"
mets_damage("package_kind_unknown", "the_kind_is_missing", lambda r: without(r, "metsHdr", _KIND))
mets_damage("package_kind_unknown", "the_type_is_of_no_kind", lambda r: r.set("TYPE", "AIP"))
mets_damage(
    "package_kind_differs",
    "the_representation_is_of_another_kind",
    lambda r: one(r, "metsHdr").set(_KIND, "SIP"),
    INNER,
)
mets_damage("object_id_missing", "the_package_has_no_identifier", lambda r: forget(r, "OBJID"))
mets_damage(
    "object_id_malformed", "the_identifier_follows_no_pattern", lambda r: r.set("OBJID", "AIP_2026_01")
)
mets_damage(
    "folder_name_differs",
    "the_identifier_is_another_packages",
    lambda r: r.set("OBJID", "urn:P01:uuid:9C13E70E-0000-4000-8000-000000000000"),
)
mets_damage(
    "uuid_not_upper",
    "the_identifier_of_the_package_is_in_small_letters",
    lambda r: r.set("OBJID", "urn:P01:uuid:9c13e70e-0000-4000-8000-000000000000"),
)
mets_damage("profile_missing", "the_profile_is_missing", lambda r: forget(r, "PROFILE"))
mets_damage("header_missing", "the_header_is_missing", lambda r: drop(one(r, "metsHdr")), INNER)
mets_damage("creation_time_missing", "nobody_says_when", lambda r: without(r, "metsHdr", "CREATEDATE"))
mets_damage(
    "record_status_unknown",
    "the_status_is_none_of_the_five",
    lambda r: one(r, "metsHdr").set("RECORDSTATUS", "FINAL"),
)
mets_damage(
    "record_status_differs",
    "the_representation_has_another_status",
    lambda r: one(r, "metsHdr").set("RECORDSTATUS", "REPLACEMENT"),
    INNER,
)
mets_damage("creator_missing", "nobody_says_who", lambda r: drop(one(r, "agent")))
mets_damage(
    "representation_id_differs",
    "the_representation_bears_another_name",
    lambda r: r.set("OBJID", "rep7"),
    INNER,
)
mets_damage(
    "content_type_missing",
    "the_type_of_content_is_missing",
    lambda r: forget(r, f"{{{CSIP}}}CONTENTINFORMATIONTYPE"),
    INNER,
)
mets_damage(
    "time_impossible",
    "it_was_made_on_a_day_that_never_was",
    lambda r: one(r, "metsHdr").set("CREATEDATE", "2026-02-30T09:00:00+07:00"),
)
mets_damage(
    "time_zone_other",
    "it_was_made_in_another_zone",
    lambda r: one(r, "metsHdr").set("CREATEDATE", "2026-06-01T02:00:00Z"),
)
mets_damage(
    "time_zone_other", "a_time_has_no_zone", lambda r: one(r, "mdRef").set("CREATED", "2026-06-01T02:00:00")
)

# --- XML that is none, or too much --------------------------------------------------------------

_LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12)
)
bytes_damage("xml_broken", EAD, "a_description_is_cut_off", b"<simpledc><arcFileCode>")
bytes_damage("xml_broken", PREMIS, "preservation_is_no_xml", b"\xff\xfe\x00")
bytes_damage(
    "xml_broken",
    SINGLE[0],
    "a_description_has_an_unknown_encoding",
    b'<?xml version="1.0" encoding="no-such-code"?><a/>',
)
bytes_damage(
    "xml_doctype",
    EAD,
    "a_description_has_an_external_entity",
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><simpledc>&b;</simpledc>',
)
bytes_damage(
    "xml_doctype",
    ROOT_PREMIS,
    "preservation_has_an_external_document_type",
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
)
bytes_damage("xml_excessive", SINGLE[1], "a_description_is_a_bomb", _LAUGHS + b"]><simpledc>&m;</simpledc>")
bytes_damage("xml_excessive", EAD, "a_description_is_nested_without_end", b"<a>" * 200_000)
bytes_damage(
    "xml_excessive", SINGLE[0], "an_attribute_is_vast", b'<simpledc a="' + b"x" * 11_000_000 + b'"/>'
)
bytes_damage("xml_excessive", ROOT_PREMIS, "a_name_is_vast", b"<" + b"n" * 100_000 + b"/>")
bytes_damage("mets_expected", INNER, "the_representation_is_described_by_something_else", b"<html/>")
bytes_damage(
    "premis_expected",
    ROOT_PREMIS,
    "preservation_is_of_an_old_version",
    b'<premis xmlns="info:lc/xmlns/premis-v2" version="2.0"/>',
)
bytes_damage(
    "description_expected", EAD, "a_description_is_real_ead", b'<ead xmlns="urn:isbn:1-931666-22-9"/>'
)
mets_damage(
    "xml_invalid",
    "mets_has_an_element_that_nobody_knows",
    lambda r: r.append(etree.Element(f"{{{METS}}}khác")),
)
mets_damage(
    "xml_invalid",
    "a_note_is_of_an_unknown_kind",
    lambda r: one(r, "note").set(f"{{{CSIP}}}NOTETYPE", "GHI CHÚ"),
)
premis_damage("xml_invalid", "an_event_has_no_kind", lambda r: drop(one(r, "eventType")))
text_damage("xml_invalid", EAD, "a_title_is_too_long", "title", "x" * 1001)


@damage("xml_too_large", ROOT_PREMIS)
def preservation_is_of_many_megabytes(package: Path) -> None:
    with (package / ROOT_PREMIS).open("r+b") as stream:
        stream.truncate(65 << 20)


@damage("element_unknown", EAD)
def a_description_includes_another_file(package: Path) -> None:
    def include(root: etree._Element) -> None:
        etree.SubElement(root, "{http://www.w3.org/2001/XInclude}include", href="file:///etc/passwd")

    edited(package, include, EAD)


@damage("schema_differs", SCHEMA)
def a_schema_allows_everything(package: Path) -> None:
    put(package / SCHEMA, b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')


@damage("schemas_missing", "schemas")
def the_schemas_are_left_out(package: Path) -> None:
    shutil.rmtree(package / "schemas")

    def forget(root: etree._Element) -> None:
        for element in list(root.iter(f"{{{METS}}}fileGrp", f"{{{METS}}}div")):
            if "Schemas" in (element.get("USE"), element.get("LABEL")):
                drop(element)

    edited(package, forget)

"""Ways of damaging a package that was good, each with the rule that names it.

Most are done the way an insider could: afterwards every checksum and the signature over METS fit again,
so that nothing but the rule itself can find them.
"""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from digitize.archive.mets import CSIP, METS, XLINK
from digitize.archive.premis import NAMESPACE as PREMIS_SPACE
from support.dossiers import edited, file_of, names
from support.repairs import INNER, PREMIS, fitted
from support.tampering import flipped

ROOT = "METS.xml"
SIGNATURE = "METS.xml.p7s"
EAD = "metadata/descriptive/EAD.xml"
ROOT_PREMIS = "metadata/preservation/PREMIS.xml"
KEPT = "documentation/đơn đã ký.pdf"
SCHEMA = "schemas/xlink.xsd"
_REP = "representations/rep1"
DATA = [f"{_REP}/data/{names().doc_id(ordinal)}.pdf" for ordinal in (1, 2)]
SINGLE = [f"{_REP}/metadata/descriptive/EAD_doc_{names().doc_id(ordinal)}.xml" for ordinal in (1, 2)]
_HREF = f"{{{XLINK}}}href"

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


def _set(package: Path, name: str, element: str, text: str) -> None:
    """Give an element of a description another text."""

    def change(root: etree._Element) -> None:
        (found,) = root.findall(element)
        found.text = text

    edited(package, change, name)


def _value(rule: str, file: str, name: str, element: str, text: str) -> None:
    """A damage that is nothing but another text in a description."""
    DAMAGES.append(Damage(name, rule, file, lambda package: _set(package, file, element, text)))


def _mets(
    rule: str, name: str, change: Callable[[etree._Element], None], file: str = ROOT, at: str = ""
) -> None:
    """A damage that changes a METS document; the finding may name the file that it is about."""
    DAMAGES.append(Damage(name, rule, at or file, lambda package: edited(package, change, file)))


def _premis(
    rule: str, name: str, change: Callable[[etree._Element], None], file: str = PREMIS, *, fit: bool = True
) -> None:
    DAMAGES.append(Damage(name, rule, file, lambda package: edited(package, change, file), premis=fit))


def _bytes(rule: str, file: str, name: str, data: bytes) -> None:
    """A damage that puts other bytes in the place of a file."""
    DAMAGES.append(Damage(name, rule, file, lambda package: _write(package / file, data)))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _drop(element: etree._Element | None) -> None:
    assert element is not None
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _one(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(f"{{*}}{name}"))


def _without(root: etree._Element, name: str, attribute: str) -> None:
    _forget(_one(root, name), attribute)


def _forget(element: etree._Element, attribute: str) -> None:
    del element.attrib[attribute]


def _pointing(root: etree._Element, attribute: str, name: str = "div") -> etree._Element:
    return next(element for element in root.iter(f"{{{METS}}}{name}") if element.get(attribute))


# --- what anybody could do, and chance ----------------------------------------------------------


@damage("checksum_differs", DATA[0], repaired=False)
def a_bit_of_a_pdf_is_flipped(package: Path) -> None:
    data = (package / DATA[0]).read_bytes()
    _write(package / DATA[0], flipped(data, len(data) // 2))


@damage("size_differs", DATA[1], repaired=False)
def a_pdf_is_cut_short(package: Path) -> None:
    _write(package / DATA[1], (package / DATA[1]).read_bytes()[:-100])


@damage("checksum_differs", EAD, repaired=False)
def a_title_is_changed(package: Path) -> None:
    _set(package, EAD, "title", "Hồ sơ khác")


@damage("checksum_differs", KEPT, repaired=False)
def what_others_had_signed_is_exchanged(package: Path) -> None:
    _write(package / KEPT, (package / DATA[0]).read_bytes())


@damage("checksum_differs", INNER, repaired=False)
def the_representation_is_described_otherwise(package: Path) -> None:
    edited(package, lambda root: root.set("LABEL", "khác"), INNER)


@damage("mets_signature_broken", SIGNATURE, repaired=False)
def mets_is_changed(package: Path) -> None:
    edited(package, lambda root: root.set("LABEL", "khác"))


@damage("mets_signature_broken", SIGNATURE, repaired=False)
def the_signature_is_rubbish(package: Path) -> None:
    _write(package / SIGNATURE, b"0\x82" + bytes(200))


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


@damage("file_unexpected", f"{_REP}/data/thêm.pdf")
def a_pdf_is_added(package: Path) -> None:
    shutil.copy(package / DATA[0], package / _REP / "data" / "thêm.pdf")


@damage("file_unexpected", f"{_REP}/data/.ẩn/x")
def something_is_hidden(package: Path) -> None:
    (package / _REP / "data" / ".ẩn").mkdir()
    _write(package / _REP / "data" / ".ẩn" / "x", b"x")


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
    _mets(
        "path_leaves",
        f"a_path_leaves_the_package_{_number}",
        lambda root, href=_href: file_of(root, "EAD.xml").set(_HREF, href),  # type: ignore[misc]
    )

_mets(
    "href_not_encoded",
    "a_path_is_not_encoded",
    lambda root: file_of(root, "xlink.xsd")[0].set(_HREF, "schemas/./xlink xsd"),
)
_mets("size_absent", "a_size_is_missing", lambda r: _without(r, "mdRef", "SIZE"), at=EAD)
_mets("checksum_absent", "a_checksum_is_missing", lambda r: _without(r, "mdRef", "CHECKSUM"), at=EAD)
_mets(
    "checksum_absent",
    "a_checksum_is_of_another_kind",
    lambda r: _one(r, "mdRef").set("CHECKSUMTYPE", "MD5"),
    at=EAD,
)
_mets(
    "checksum_not_upper",
    "a_checksum_is_in_small_letters",
    lambda r: _one(r, "mdRef").set("CHECKSUM", _one(r, "mdRef").get("CHECKSUM", "").lower()),
    at=EAD,
)
_mets(
    "mime_differs",
    "a_pdf_is_said_to_be_a_picture",
    lambda r: _one(r, "file").set("MIMETYPE", "image/png"),
    INNER,
    DATA[0],
)
_mets("reference_empty", "an_entry_has_no_location", lambda r: _drop(_one(r, "FLocat")))


@damage("reference_twice", INNER)
def a_file_is_named_twice(package: Path) -> None:
    def twice(root: etree._Element) -> None:
        first = _one(root, "file")
        again = deepcopy(first)
        again.set("ID", "ID-11111111-1111-4111-8111-111111111111")
        first.addnext(again)
        pointer = _one(root, "fptr")
        second = deepcopy(pointer)
        second.set("FILEID", again.get("ID", ""))
        pointer.addnext(second)

    edited(package, twice, INNER)


@damage("content_embedded", ROOT)
def a_file_lies_inside_mets(package: Path) -> None:
    def embed(root: etree._Element) -> None:
        element = _one(root, "file")
        _drop(element[0])
        inside = etree.SubElement(element, f"{{{METS}}}FContent")
        etree.SubElement(inside, f"{{{METS}}}binData").text = "AAAA"

    edited(package, embed)


_mets("reference_dangling", "a_file_pointer_leads_nowhere", lambda r: _one(r, "fptr").set("FILEID", "nobody"))
_mets(
    "reference_dangling",
    "a_description_pointer_leads_nowhere",
    lambda r: _pointing(r, "DMDID").set("DMDID", "nobody"),
    INNER,
)
_mets(
    "reference_dangling",
    "a_preservation_pointer_leads_nowhere",
    lambda r: _pointing(r, "ADMID").set("ADMID", "nobody"),
)
_mets(
    "reference_wrong_kind",
    "a_file_pointer_leads_to_metadata",
    lambda r: _one(r, "fptr").set("FILEID", _one(r, "dmdSec").get("ID", "")),
)
_mets("pointer_unlisted", "a_pointer_leads_to_what_is_not_listed", lambda r: _one(r, "mptr").set(_HREF, EAD))
_mets("representation_missing", "nothing_points_to_the_representation", lambda r: _drop(_one(r, "mptr")))


@damage("representations_many", ROOT)
def there_is_a_second_representation(package: Path) -> None:
    shutil.copytree(package / _REP, package / "representations/rep2")

    def second(root: etree._Element) -> None:
        first = file_of(root, INNER)
        again = deepcopy(first)
        again.set("ID", "ID-22222222-2222-4222-8222-222222222222")
        again[0].set(_HREF, "representations/rep2/METS.xml")
        first.addnext(again)
        pointer = _one(root, "mptr")
        other = deepcopy(pointer)
        other.set(_HREF, "representations/rep2/METS.xml")
        pointer.addnext(other)

    edited(package, second)


# --- inside METS --------------------------------------------------------------------------------

_mets(
    "identifier_twice",
    "an_identifier_stands_twice",
    lambda r: _one(r, "structMap").set("ID", _one(r, "fileSec").get("ID", "")),
)
_mets(
    "uuid_not_upper",
    "an_identifier_is_in_small_letters",
    lambda r: _one(r, "structMap").set("ID", _one(r, "structMap").get("ID", "").lower().replace("-0", "-a")),
)
_mets("file_not_in_structure", "a_file_stands_in_no_division", lambda r: _drop(_one(r, "fptr")))
_mets(
    "metadata_not_in_structure",
    "preservation_stands_in_no_division",
    lambda r: _forget(_pointing(r, "ADMID"), "ADMID"),
)


def _swap(root: etree._Element) -> None:
    first, second = (e for e in root.iter(f"{{{METS}}}div") if e.get("LABEL") == "MetadataLink/File")
    one, other = first.get("DMDID", ""), second.get("DMDID", "")
    first.set("DMDID", other)
    second.set("DMDID", one)


def _leave_out(root: etree._Element, section: str, attribute: str) -> None:
    """Take a metadata section out together with what points to it."""
    _drop(_one(root, section))
    _forget(_pointing(root, attribute), attribute)


_mets("pairing_differs", "two_descriptions_are_swapped", _swap, INNER)
_mets(
    "document_undescribed",
    "a_document_is_paired_with_nothing",
    lambda r: _drop(next(e for e in r.iter(f"{{{METS}}}div") if e.get("LABEL") == "MetadataLink/File")),
    INNER,
    DATA[0],
)

# --- headers ------------------------------------------------------------------------------------

_KIND = f"{{{CSIP}}}OAISPACKAGETYPE"
_mets("package_kind_unknown", "the_kind_is_missing", lambda r: _without(r, "metsHdr", _KIND))
_mets("package_kind_unknown", "the_type_is_of_no_kind", lambda r: r.set("TYPE", "AIP"))
_mets(
    "package_kind_differs",
    "the_representation_is_of_another_kind",
    lambda r: _one(r, "metsHdr").set(_KIND, "SIP"),
    INNER,
)
_mets("object_id_missing", "the_package_has_no_identifier", lambda r: _forget(r, "OBJID"))
_mets("object_id_malformed", "the_identifier_follows_no_pattern", lambda r: r.set("OBJID", "AIP_2026_01"))
_mets(
    "folder_name_differs",
    "the_identifier_is_another_packages",
    lambda r: r.set("OBJID", "urn:P01:uuid:9C13E70E-0000-4000-8000-000000000000"),
)
_mets(
    "uuid_not_upper",
    "the_identifier_of_the_package_is_in_small_letters",
    lambda r: r.set("OBJID", "urn:P01:uuid:9c13e70e-0000-4000-8000-000000000000"),
)
_mets("profile_missing", "the_profile_is_missing", lambda r: _forget(r, "PROFILE"))
_mets("header_missing", "the_header_is_missing", lambda r: _drop(_one(r, "metsHdr")), INNER)
_mets("creation_time_missing", "nobody_says_when", lambda r: _without(r, "metsHdr", "CREATEDATE"))
_mets(
    "record_status_unknown",
    "the_status_is_none_of_the_five",
    lambda r: _one(r, "metsHdr").set("RECORDSTATUS", "FINAL"),
)
_mets(
    "record_status_differs",
    "the_representation_has_another_status",
    lambda r: _one(r, "metsHdr").set("RECORDSTATUS", "REPLACEMENT"),
    INNER,
)
_mets("creator_missing", "nobody_says_who", lambda r: _drop(_one(r, "agent")))
_mets(
    "representation_id_differs",
    "the_representation_bears_another_name",
    lambda r: r.set("OBJID", "rep7"),
    INNER,
)
_mets(
    "content_type_missing",
    "the_type_of_content_is_missing",
    lambda r: _forget(r, f"{{{CSIP}}}CONTENTINFORMATIONTYPE"),
    INNER,
)
_mets(
    "time_impossible",
    "it_was_made_on_a_day_that_never_was",
    lambda r: _one(r, "metsHdr").set("CREATEDATE", "2026-02-30T09:00:00+07:00"),
)
_mets(
    "time_zone_other",
    "it_was_made_in_another_zone",
    lambda r: _one(r, "metsHdr").set("CREATEDATE", "2026-06-01T02:00:00Z"),
)
_mets(
    "time_zone_other", "a_time_has_no_zone", lambda r: _one(r, "mdRef").set("CREATED", "2026-06-01T02:00:00")
)

# --- XML that is none, or too much --------------------------------------------------------------

_LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12)
)
_bytes("xml_broken", EAD, "a_description_is_cut_off", b"<simpledc><arcFileCode>")
_bytes("xml_broken", PREMIS, "preservation_is_no_xml", b"\xff\xfe\x00")
_bytes(
    "xml_broken",
    SINGLE[0],
    "a_description_has_an_unknown_encoding",
    b'<?xml version="1.0" encoding="no-such-code"?><a/>',
)
_bytes(
    "xml_doctype",
    EAD,
    "a_description_has_an_external_entity",
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><simpledc>&b;</simpledc>',
)
_bytes(
    "xml_doctype",
    ROOT_PREMIS,
    "preservation_has_an_external_document_type",
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
)
_bytes("xml_excessive", SINGLE[1], "a_description_is_a_bomb", _LAUGHS + b"]><simpledc>&m;</simpledc>")
_bytes("xml_excessive", EAD, "a_description_is_nested_without_end", b"<a>" * 200_000)
_bytes("xml_excessive", SINGLE[0], "an_attribute_is_vast", b'<simpledc a="' + b"x" * 11_000_000 + b'"/>')
_bytes("xml_excessive", ROOT_PREMIS, "a_name_is_vast", b"<" + b"n" * 100_000 + b"/>")
_bytes("mets_expected", INNER, "the_representation_is_described_by_something_else", b"<html/>")
_bytes(
    "premis_expected",
    ROOT_PREMIS,
    "preservation_is_of_an_old_version",
    b'<premis xmlns="info:lc/xmlns/premis-v2" version="2.0"/>',
)
_bytes("description_expected", EAD, "a_description_is_real_ead", b'<ead xmlns="urn:isbn:1-931666-22-9"/>')
_mets(
    "xml_invalid",
    "mets_has_an_element_that_nobody_knows",
    lambda r: r.append(etree.Element(f"{{{METS}}}khác")),
)
_mets(
    "xml_invalid",
    "a_note_is_of_an_unknown_kind",
    lambda r: _one(r, "note").set(f"{{{CSIP}}}NOTETYPE", "GHI CHÚ"),
)
_premis("xml_invalid", "an_event_has_no_kind", lambda r: _drop(_one(r, "eventType")))
_value("xml_invalid", EAD, "a_title_is_too_long", "title", "x" * 1001)


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
    _write(package / SCHEMA, b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')


@damage("schemas_missing", "schemas")
def the_schemas_are_left_out(package: Path) -> None:
    shutil.rmtree(package / "schemas")

    def forget(root: etree._Element) -> None:
        for element in list(root.iter(f"{{{METS}}}fileGrp", f"{{{METS}}}div")):
            if "Schemas" in (element.get("USE"), element.get("LABEL")):
                _drop(element)

    edited(package, forget)


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


_premis(
    "premis_checksum_differs",
    "preservation_proves_another_file",
    lambda r: _text(r, "messageDigest", "0" * 64),
    fit=False,
)
_premis("premis_size_differs", "preservation_gives_another_size", lambda r: _text(r, "size", "12"), fit=False)
_premis(
    "premis_checksum_absent",
    "preservation_proves_nothing",
    lambda r: _text(r, "messageDigestAlgorithm", "MD5"),
)
_premis("premis_file_missing", "preservation_forgets_a_document", lambda r: _drop(_files(r)[0]))
_premis(
    "premis_file_unknown", "preservation_tells_of_a_stranger", lambda r: _renamed(_files(r)[0], "khác.pdf")
)
_premis(
    "premis_identifier_twice",
    "an_object_is_told_twice",
    lambda r: _files(r)[0].addnext(deepcopy(_files(r)[0])),
)
_premis(
    "premis_link_dangling", "an_agent_is_nobody", lambda r: _text(r, "linkingAgentIdentifierValue", "nobody")
)
_premis(
    "premis_link_dangling", "a_part_is_nowhere", lambda r: _text(r, "relatedObjectIdentifierValue", "nobody")
)
_premis(
    "premis_subject_differs",
    "preservation_is_of_another_package",
    lambda r: _text(r, "objectIdentifierValue", "urn:khác"),
    ROOT_PREMIS,
)
_premis(
    "time_impossible",
    "an_event_is_of_no_day",
    lambda r: _text(r, "eventDateTime", "2026-13-01T09:00:00+07:00"),
)
_mets(
    "premis_missing",
    "nothing_refers_to_preservation",
    lambda r: _leave_out(r, "amdSec", "ADMID"),
)


@damage("premis_event_missing", ROOT_PREMIS)
def nothing_is_told_to_have_happened(package: Path) -> None:
    def forget(root: etree._Element) -> None:
        for event in root.findall(_p("event")):
            _drop(event)

    edited(package, forget, ROOT_PREMIS)


# --- descriptions -------------------------------------------------------------------------------

_mets(
    "description_missing",
    "nothing_describes_the_dossier",
    lambda r: _leave_out(r, "dmdSec", "DMDID"),
)


@damage("element_missing", EAD)
def an_element_is_left_out(package: Path) -> None:
    edited(package, lambda root: _drop(root.find("language")), EAD)


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


_value("element_empty", EAD, "a_dossier_has_no_title", "title", "")
_value("element_empty", SINGLE[0], "a_document_has_no_subject", "subject", "  ")
_value("element_empty", EAD, "a_copy_is_promised_and_not_told", "riskRecovery", "1")
_value("paper_code_missing", EAD, "a_scan_has_no_paper_original", "paperFileCode", "")
_value("code_unknown", EAD, "a_retention_is_in_no_list", "maintenance", "08")
_value("code_unknown", SINGLE[0], "a_kind_of_document_is_in_no_list", "typeName", "33")
_value("code_unknown", SINGLE[1], "a_language_is_in_no_list", "language", "12")
_value("date_impossible", SINGLE[0], "a_document_is_of_a_day_that_never_was", "issuedDate", "31/02/2025")
_value("date_impossible", EAD, "a_dossier_begins_in_no_month", "startDate", "13/2024")
_value("dates_out_of_order", EAD, "a_dossier_ends_before_it_begins", "startDate", "04/04/2025")
_value("date_outside", SINGLE[0], "a_document_is_of_another_time", "issuedDate", "03/04/2026")
_value("count_impossible", EAD, "a_count_is_no_number", "totalDoc", "hai")
_value("document_count_differs", EAD, "a_document_too_many_is_claimed", "totalDoc", "3")
_value("page_sum_differs", EAD, "a_page_too_many_is_claimed", "numberOfPage", "3")
_value("file_code_differs", SINGLE[0], "a_document_is_of_another_dossier", "arcFileCode", "LT01.khác")
_value(
    "doc_code_differs",
    SINGLE[0],
    "a_document_bears_another_code",
    "docCode",
    "000.00.99.T01.2021.HS-1.0000001",
)
_value(
    "doc_code_differs",
    SINGLE[1],
    "a_document_bears_another_number",
    "docCode",
    f"{names().file_code}.0000007",
)
_value("doc_code_short", SINGLE[0], "a_number_is_short", "docCode", f"{names().file_code}.001")
_value("doc_ordinal_twice", SINGLE[1], "two_documents_have_one_number", "docOrdinal", "1")
_value("doc_ordinal_differs", SINGLE[1], "a_document_is_out_of_turn", "docOrdinal", "1")
_value("doc_ordinal_gap", SINGLE[1], "a_document_is_missing_between", "docOrdinal", "3")


@damage("page_count_differs", SINGLE[0])
def a_document_claims_more_pages_than_its_pdf_has(package: Path) -> None:
    _set(package, SINGLE[0], "numberOfPage", "2")
    _set(package, EAD, "numberOfPage", "3")


def _rename(package: Path, name: str) -> None:
    """Call the first document's files otherwise, wherever they are named."""
    (package / DATA[0]).rename((package / DATA[0]).with_name(f"{name}.pdf"))
    (package / SINGLE[0]).rename((package / SINGLE[0]).with_name(f"EAD_doc_{name}.xml"))
    old = names().doc_id(1).encode()
    for file in (INNER, PREMIS):
        data = (package / file).read_bytes()
        for around in (b"EAD_doc_%s.xml", b"%s.pdf"):
            data = data.replace(around % old, around % name.encode())
        _write(package / file, data)


@damage("data_name_odd", f"{_REP}/data/scan.pdf")
def a_file_is_called_after_the_scanner(package: Path) -> None:
    _rename(package, "scan")


@damage("data_name_differs", f"{_REP}/metadata/descriptive/EAD_doc_X.2026.HS-9.1.xml")
def a_file_is_called_after_another_dossier(package: Path) -> None:
    _rename(package, "X.2026.HS-9.1")

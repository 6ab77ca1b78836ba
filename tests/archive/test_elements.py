"""The elements of the descriptive metadata: what they hold, and that a schema finds what does not fit."""

from __future__ import annotations

import pytest
from lxml import etree

from digitize.archive.descriptive import describe_document, describe_whole, simpledc
from digitize.archive.element_schema import element_schema
from digitize.archive.elements import (
    ElementType,
    PackageType,
    Part,
    code_list,
    fitted,
    order_of,
    written_date,
)
from digitize.profiles.profile import PackageKind
from support.dossiers import LETTER, names, rules

ORDERS = [(package, kind, part) for package in PackageType for kind in PackageKind for part in Part]


def schema(package: PackageType, kind: PackageKind, part: Part) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(element_schema(package, kind, part)))


def described(part: Part) -> dict[str, str]:
    if part is Part.WHOLE:
        found = describe_whole(names(), [LETTER], rules(), note="Số hóa thử").xml
    else:
        found = describe_document(names(), LETTER, rules()).xml
    return {str(element.tag): element.text or "" for element in etree.fromstring(found)}


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_every_element_has_a_key_a_code_list_that_exists_and_a_schema_that_compiles(
    order: tuple[PackageType, PackageKind, Part],
) -> None:
    elements = order_of(*order).elements
    keys = [element.key for element in elements.values()]
    assert len(keys) == len(set(keys))
    for element in elements.values():
        coded = element.type in (ElementType.CODE, ElementType.CODES)
        assert coded == bool(element.codes)
        assert element.rest is None or element.rest in element.codes
        assert element.when is None or element.when[0] in keys
    assert schema(*order) is not None


@pytest.mark.parametrize(
    ("part", "element", "wrong"),
    [
        (Part.WHOLE, "title", ""),
        (Part.WHOLE, "title", "x" * 1001),
        (Part.WHOLE, "maintenance", "08"),
        (Part.WHOLE, "maintenance", ""),
        (Part.WHOLE, "mode", "1"),
        (Part.WHOLE, "language", "01,02"),
        (Part.WHOLE, "startDate", "2025-04-03"),
        (Part.WHOLE, "startDate", "03/13/2025"),
        (Part.WHOLE, "endDate", "32/01/2025"),
        (Part.WHOLE, "totalDoc", "hai"),
        (Part.WHOLE, "numberOfPage", ""),
        (Part.WHOLE, "format", "04"),
        (Part.WHOLE, "inforSign", "x" * 31),
        (Part.WHOLE, "riskRecovery", "2"),
        (Part.WHOLE, "description", "x" * 2001),
        (Part.DOCUMENT, "docCode", ""),
        (Part.DOCUMENT, "docOrdinal", "1a"),
        (Part.DOCUMENT, "typeName", "33"),
        (Part.DOCUMENT, "typeName", "Quyết định"),
        (Part.DOCUMENT, "codeNumber", "5"),
        (Part.DOCUMENT, "codeNumber", "123456789012"),
        (Part.DOCUMENT, "issuedDate", "3/4/2025"),
        (Part.DOCUMENT, "numberOfPage", "10000"),
        (Part.DOCUMENT, "subject", ""),
        (Part.DOCUMENT, "organName", "x" * 201),
        (Part.DOCUMENT, "process", "có"),
    ],
)
def test_the_schema_refuses_what_the_circular_does_not_allow(part: Part, element: str, wrong: str) -> None:
    judge = schema(PackageType.AIP, PackageKind.DOSSIER, part)
    values = described(part)
    assert judge.validate(etree.fromstring(simpledc(values))), judge.error_log
    assert not judge.validate(etree.fromstring(simpledc(values | {element: wrong})))
    assert not judge.validate(etree.fromstring(simpledc({k: v for k, v in values.items() if k != element})))


def test_a_year_alone_is_a_date_of_an_aip_and_none_of_a_sip() -> None:
    values = described(Part.WHOLE) | {"startDate": "2024"}
    assert schema(PackageType.AIP, PackageKind.DOSSIER, Part.WHOLE).validate(
        etree.fromstring(simpledc(values))
    )
    values = {"fileCode" if name == "arcFileCode" else name: text for name, text in values.items()}
    judge = schema(PackageType.SIP, PackageKind.DOSSIER, Part.WHOLE)
    assert not judge.validate(etree.fromstring(simpledc(values)))
    assert judge.validate(etree.fromstring(simpledc(values | {"startDate": "01/02/2024"})))


def test_the_note_stands_where_the_profile_wants_it_and_the_schema_does_not_mind() -> None:
    last = rules().model_copy(update={"description_last": True})
    found = etree.fromstring(describe_whole(names(), [LETTER], last, note="Số hóa thử").xml)
    tags = [str(element.tag) for element in found]
    assert tags[-3:] == ["riskRecovery", "riskRecoveryStatus", "description"]
    assert sorted(tags) == sorted(described(Part.WHOLE))
    assert schema(PackageType.AIP, PackageKind.DOSSIER, Part.WHOLE).validate(found)


def test_what_was_digitized_has_to_have_the_code_of_its_paper() -> None:
    order = order_of(PackageType.AIP, PackageKind.DOSSIER, Part.WHOLE)
    values = described(Part.WHOLE) | {"paperFileCode": ""}
    assert order.missing(values) == ["paperFileCode"]
    assert order.missing(values | {"confidenceLevel": "01"}) == []
    assert order.missing(described(Part.WHOLE) | {"riskRecovery": "1"}) == ["riskRecoveryStatus"]


@pytest.mark.parametrize(
    ("element", "text", "code"),
    [
        ("maintenance", "05", "05"),
        ("maintenance", "20 năm", "05"),
        ("maintenance", "vinh vien", "01"),
        # Five years are no code; 05 would mean twenty.
        ("maintenance", "5", "07"),
        ("maintenance", "5 năm", "07"),
        ("mode", "2", "02"),
        ("mode", "Có điều kiện", "02"),
        ("mode", "tuyệt mật", None),
        ("language", "Việt-Anh", "06"),
        ("language", "01; 02", "01;02"),
        ("language", "Khmer", "11"),
        ("format", "Hỏng", "03"),
        ("endDate", "3/4/2025", "03/04/2025"),
        ("endDate", "2025-04", "04/2025"),
        ("endDate", "31/02/2025", None),
        ("numberOfPaper", "012", "12"),
        ("numberOfPaper", "mười", None),
    ],
)
def test_what_people_write_becomes_what_the_element_holds(element: str, text: str, code: str | None) -> None:
    assert fitted(order_of(PackageType.AIP, PackageKind.DOSSIER, Part.WHOLE).elements[element], text) == code


@pytest.mark.parametrize(
    "text", ["", "hôm qua", "2025-13-01", "1/2/25", "0000", "1-2-3-4", "²/1/2025", "99999999999"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert written_date(text) is None


def test_the_kinds_of_documents_are_those_of_the_decree() -> None:
    kinds = code_list("document_kinds")
    assert len(kinds) == 32
    assert sorted(kinds.values()) == [f"{number:02}" for number in range(1, 33)]

"""Templates are data: they load whole, and a mistake in one is seen."""

from __future__ import annotations

import csv
import tomllib
import unicodedata
from importlib import resources
from typing import Any

import pytest
from pydantic import ValidationError

from digitize.forms.classify import version_of
from digitize.forms.template import FieldType, Template, is_cell
from digitize.forms.template_files import load_templates
from digitize.model import Language
from digitize.samples import birth_form, letter
from digitize.vietnamese.folding import fold
from support.places import CASES, needs_cases

IDS = (
    "birth_certificate",
    "birth_registration",
    "building_permit_request",
    "citizen_id",
    "civil_status_extract_request",
    "criminal_record_request",
    "death_registration",
    "document_index",
    "dossier_cover",
    "household_business_registration",
    "insurance_tk1",
    "land_change_request",
    "marriage_registration",
    "official_letter",
    "residence_change",
)


PAPERS_OF_DOSSIERS = ("document_index", "dossier_cover")


def raw(form: str) -> dict[str, Any]:
    text = (resources.files("digitize.forms") / "templates" / f"{form}.toml").read_text("utf-8")
    return tomllib.loads(text)


def test_the_forms_that_are_known() -> None:
    assert tuple(load_templates()) == IDS
    assert all(template.id == form for form, template in load_templates().items())


@pytest.mark.parametrize("form", IDS)
def test_keys_are_unique_in_every_version_and_each_version_has_its_source(form: str) -> None:
    template = load_templates()[form]
    for version in template.versions:
        keys = [item.key for item in template.items_of(version.id) if item.key]
        assert len(set(keys)) == len(keys)
        assert version.source
        if version.effective_from and version.effective_to:
            assert version.effective_from < version.effective_to
    assert len({version.id for version in template.versions}) == len(template.versions)


@pytest.mark.parametrize("form", IDS)
def test_what_items_and_checks_refer_to_exists(form: str) -> None:
    template = load_templates()[form]
    known = {version.id for version in template.versions}
    for item in template.items:
        assert set(item.versions) <= known
        assert set(item.required_unless) <= set(template.field_keys)
        assert item.lines >= 1
        assert all(label.strip(" :.") == label for label in item.label)
    for check in template.checks:
        for name in check.fields:
            assert name in template.field_keys or name in ("Nam", "Nữ", "18", "20", "60", "today"), name


def test_only_one_version_of_the_birth_form_is_told_by_nothing_but_the_lack_of_signs() -> None:
    template = load_templates()["birth_registration"]
    assert [version.id for version in template.versions if not version.signs] == ["tt04-2020"]
    version, clear = version_of(template, [])
    assert (version.id, clear) == ("tt04-2020", True)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("child_dob", FieldType.DATE),
        ("requester_iddoc", FieldType.IDDOC),
        ("signature_present", FieldType.SIGNATURE),
        ("copies_wanted", FieldType.CHECK),
        ("addressed_to", FieldType.TEXT),
    ],
)
def test_fields_have_their_types(key: str, kind: FieldType) -> None:
    assert load_templates()["birth_registration"].type_of(key) is kind


def test_samples_fill_exactly_the_fields_of_their_forms() -> None:
    from random import Random

    random = Random(1)
    _, truth = letter.draw_letter(random, office="UBND", place="Sao Mai")
    assert set(truth) == set(load_templates()["official_letter"].field_keys)
    facts = birth_form.make_registration(random, "tt04-2024", office="UBND", made_at="Sao Mai")
    assert set(birth_form.truth_of(facts)) == set(load_templates()["birth_registration"].field_keys)


@needs_cases
def test_the_forms_have_the_fields_and_types_that_were_agreed() -> None:
    # Covers and indices of paper dossiers are ours alone.
    agreed: dict[str, dict[str, str]] = {form: {} for form in IDS if form not in PAPERS_OF_DOSSIERS}
    with (CASES.parent / "fields.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if row["form"] in agreed:
                agreed[row["form"]][row["key"]] = row["type"]
    # Our own types say more about how a value is read than about what it looks like.
    same = {
        "relation": "text",
        "date_words": "text",
        "address": "text",
        "signature": "check",
        "tick": "check",
        "signer": "name",
        "party": "text",
        "digits": "text",
    }
    # A personal number may be a passport's; which boxes are ticked says a number or a word.
    same_of = {
        ("criminal_record_request", "slip_number"): "int",
        ("household_business_registration", "founder_kind"): "enum",
    }
    for form, fields in agreed.items():
        template = load_templates()[form]
        types = {
            key: same_of.get((form, key)) or same.get(template.type_of(key), template.type_of(key))
            for key in template.field_keys
            if not is_cell(key)
        }
        cells = filter(is_cell, template.field_keys)
        tables = dict.fromkeys((key.partition(".")[0] for key in (*template.tables, *cells)), "table")
        assert types | tables == {key: same.get(kind, kind) for key, kind in fields.items()}


@needs_cases
@pytest.mark.parametrize(
    ("blank", "form", "version"),
    [
        ("01_to_khai_dang_ky_khai_sinh.pdf", "birth_registration", "tt04-2024"),
        ("02_mau_CT01_TT116_2026.pdf", "residence_change", "tt116-2026"),
        ("03_don_de_nghi_cap_gpxd_nha_o_rieng_le.pdf", "building_permit_request", "nd175-2024"),
    ],
)
def test_every_label_of_a_verified_form_stands_on_the_blank_one(blank: str, form: str, version: str) -> None:
    from pypdfium2 import PdfDocument

    with PdfDocument(CASES / "blank_forms" / "pdf" / blank) as document:
        text = bare(" ".join(page.get_textpage().get_text_range() for page in document))
    template = load_templates()[form]
    assert next(v for v in template.versions if v.id == version).verified
    missing = [
        item.label
        for item in template.items_of(version)
        if not any(bare(label) in text for label in item.label)
    ]
    assert missing == []


def bare(text: str) -> str:
    """Folded letters and digits, with single spaces."""
    folded = fold(unicodedata.normalize("NFC", text))
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def spoiled(change: dict[str, Any]) -> dict[str, Any]:
    return raw("birth_registration") | change


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"versions": []},
        {"names": {}},
        {"items": [{"label": ["A"], "key": "a", "type": "colour"}]},
        {"items": [{"label": ["A"], "key": "a", "colour": 1}]},
        {"checks": [{"rule": "is_nice", "fields": []}]},
        {"reader": "magic"},
        {"id": None},
        {"id": "Có dấu"},
        {"items": [{"label": [], "key": "a"}]},
        {"items": [{"label": ["A"], "key": "a", "type": "table"}]},
        {"items": [{"label": ["A"], "key": "a", "type": "choice"}]},
        {"items": [{"label": ["A"], "key": "a", "choices": [{"label": ["B"], "value": 1}]}]},
        {"items": [{"label": ["A"], "key": "a", "pattern": "("}]},
        {"items": [{"label": ["A"], "key": "a", "versions": ["tt99-2099"]}]},
    ],
)
def test_a_mistake_in_a_template_is_refused(change: dict[str, Any]) -> None:
    Template.model_validate(raw("birth_registration"))
    with pytest.raises(ValidationError):
        Template.model_validate(spoiled(change))


def test_a_field_that_a_form_has_no_more_is_called_by_its_key() -> None:
    template = load_templates()["birth_registration"]
    names = {template.name_of(key, Language.VI) for key in ("child_name", "gone", "gone.0.column")}
    assert {"gone", "gone.0.column"} < names
    assert "child_name" not in names

"""What made-up papers say: every field of every form, in the types of the contract, without contradiction."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from functools import cache
from random import Random

import pytest

from digitize.forms.template_files import load_templates
from digitize.samples import facts
from digitize.samples.cases import CASE_KINDS, Desk, Document, draw_case
from digitize.samples.citizens import made_up, make_family
from digitize.samples.paper import load_fields, load_papers
from digitize.samples.pens import Style
from digitize.samples.trades import amount_in_words
from digitize.vietnamese.dates import parse_date_words
from digitize.vietnamese.identity import read_personal_number

ROUNDS = 6
"""So many of each case are drawn; rare values may be null in all of them."""

RARE = {
    ("official_letter", "secrecy"),
    ("official_letter", "urgency"),
    ("official_letter", "number_year"),
    ("official_letter", "parent_org"),
    ("residence_change", "consent_guardian"),
    ("citizen_id", "old_pid"),
}


@cache
def drawn() -> tuple[Document, ...]:
    """Papers of every case, in every version, on coarse paper."""
    documents = []
    for kind in CASE_KINDS:
        for number in range(ROUNDS):
            desk = Desk(Random(f"paper/{kind}/{number}"), Style.MIXED, 50)
            documents += draw_case(kind, desk, number)
    return tuple(documents)


def fits(value: object, kind: str) -> bool:
    """Whether a value has the form that the contract gives its type."""
    if kind == "check":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "list":
        return isinstance(value, list) and all(isinstance(item, str) and item for item in value)
    if kind == "iddoc":
        return (
            isinstance(value, dict)
            and set(value) == {"number", "issuer", "issued_on"}
            and fits(value["number"], "pid")
            and fits(value["issued_on"], "date")
        )
    patterns = {
        "date": r"\d{4}(-\d\d(-\d\d)?)?|Không thời hạn",
        "time": r"\d\d:\d\d",
        "sex": "Nam|Nữ",
        "pid": r"\d{12}",
        "phone": r"\d{10}",
        "enum": r"[a-z_0-9]+",
    }
    plain = isinstance(value, str) and value == " ".join(unicodedata.normalize("NFC", value).split())
    return plain and re.fullmatch(patterns.get(kind, ".+"), str(value)) is not None


@pytest.mark.thorough
def test_every_field_of_every_form_is_drawn_in_its_type() -> None:
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for document in drawn():
        fields = load_fields().get(document.form, {})
        assert set(document.fields) == set(fields), document.form
        for key, value in document.fields.items():
            kind = fields[key]
            if isinstance(kind, list):
                assert isinstance(value, list)
                for row in value:
                    assert set(row) == set(kind)
                seen[document.form, key] += bool(value)
            elif value is not None:
                assert fits(value, kind), (document.form, key, value)
                seen[document.form, key] += 1
    missing = {(form, key) for form, keys in load_fields().items() for key in keys} - set(seen) - RARE
    assert missing == set()


@pytest.mark.thorough
def test_every_version_of_every_form_is_drawn() -> None:
    versions = {(document.form, document.version) for document in drawn()}
    for form, papers in load_papers().items():
        if form != "unknown":
            assert {(form, paper.version) for paper in papers} <= versions


@pytest.mark.thorough
def test_what_a_form_says_is_written_on_it() -> None:
    for document in drawn():
        written = {line.key for sheet in document.sheets for line in sheet.inscriptions if line.key}
        for key, kind in load_fields().get(document.form, {}).items():
            value = document.fields[key]
            if document.form in ("official_letter", "citizen_id") or kind in ("check", "enum") or not value:
                continue
            if key == "slip_number":
                continue
            assert any(one == key or one.startswith(f"{key}.") for one in written), (document.form, key)


def test_templates_of_forms_know_no_field_that_is_never_drawn() -> None:
    for form, template in load_templates().items():
        if form in load_fields():
            keys = {key.partition(".")[0] for key in (*template.field_keys, *template.tables)}
            assert keys <= set(load_fields()[form])


@pytest.mark.parametrize("year", [2021, 2026])
def test_people_bear_numbers_and_cards_that_fit_them(year: int) -> None:
    for seed in range(40):
        family = make_family(Random(f"family/{seed}"), dt.date(year, 3, 1), dt.date(year, 11, 1))
        for one in (family.father, family.mother, family.child, family.elder):
            number = read_personal_number(one.pid)
            assert number is not None
            assert (number.province, number.sex, number.birth_year) == (
                one.origin.code,
                one.sex,
                one.born.year,
            )
            if one.card is not None:
                assert one.card.kind.issued_from <= one.card.issued_on < family.on
                unlimited = one.card.expires_on == made_up().renewal.unlimited
                assert unlimited or dt.date.fromisoformat(one.card.expires_on) > one.card.issued_on
        assert family.elder.born < family.father.born < family.child.born <= family.on


def test_papers_of_a_birth_agree_with_each_other() -> None:
    for number in range(4):
        documents = draw_case("birth", Desk(Random(f"birth/{number}"), Style.TYPED, 50), number)
        papers = {document.form: document.fields for document in documents}
        declared, certificate = papers["birth_registration"], papers["birth_certificate"]
        assert certificate["name"] == declared["child_name"]
        for key in ("birth_place", "hometown", "mother_name", "mother_birth", "father_residence"):
            # Where the form was left short, the office knew it from the number.
            assert certificate[key] == declared[key] or (declared[key] is None and certificate[key])
        assert parse_date_words(str(declared["child_dob_words"])) == declared["child_dob"]
        if "citizen_id" in papers:
            card, iddoc = papers["citizen_id"], declared["requester_iddoc"]
            assert isinstance(iddoc, dict)
            assert (card["pid"], card["issued_on"]) == (iddoc["number"], iddoc["issued_on"])
            assert card["name"] == declared["requester_name"]


def test_amounts_in_words() -> None:
    assert amount_in_words(50_000_000) == "Năm mươi triệu đồng"
    assert amount_in_words(350_000_000) == "Ba trăm năm mươi triệu đồng"
    with pytest.raises(ValueError, match="1500"):
        amount_in_words(1500)


def test_nothing_is_written_beside_the_paper() -> None:
    for document in drawn():
        for sheet in document.sheets:
            width, height = sheet.image.size
            for line in sheet.inscriptions:
                left, top, right, bottom = line.box
                assert 0 <= left < right <= width, (document.form, line)
                assert 0 <= top < bottom <= height, (document.form, line)


def test_newer_forms_are_sometimes_left_short_where_a_number_is_given() -> None:
    paper = next(one for one in load_papers()["birth_registration"] if one.may_be_blank)
    short = []
    for seed in range(12):
        desk = Desk(Random(f"short/{seed}"), Style.TYPED, 50)
        family = make_family(desk.random, paper.used_from, paper.used_until)
        said = desk.fill(paper, facts.birth(desk.random, family)).fields
        blank = [said[key] is None for key in paper.may_be_blank]
        assert len(set(blank)) == 1
        assert said["requester_iddoc"] is not None
        short.append(blank[0])
    assert 0 < sum(short) < len(short)

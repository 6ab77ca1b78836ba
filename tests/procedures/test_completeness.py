"""Which papers a procedure asks for, and what a dossier lacks of them."""

from __future__ import annotations

import pytest

from digitize.forms.papers import load_papers, paper_of
from digitize.forms.template_files import load_templates
from digitize.model import Document, FieldReading, Language, Problem, Value
from digitize.procedures.completeness import Requirement, completeness_of, load_procedures


def application(form: str, **values: Value) -> Document:
    fields = {key: FieldReading(None) for key in load_templates()[form].field_keys}
    fields |= {key: FieldReading(value, confidence=0.9) for key, value in values.items()}
    return Document((0,), form, "x", 1.0, fields)


def attached(paper: str, page: int = 1) -> Document:
    return Document((page,), "unknown", None, 0.0, paper=paper)


def test_every_procedure_speaks_of_forms_fields_and_papers_that_are_known() -> None:
    assert len(load_procedures()) >= 7
    for form, procedure in load_procedures().items():
        template = load_templates()[form]
        assert procedure.source
        for asked in procedure.papers:
            assert set(asked.any) <= set(load_papers())
            assert {*asked.filled, *asked.when} <= set(template.field_keys)
    for paper in load_papers().values():
        assert paper.titles or paper.forms
        assert set(paper.forms) <= set(load_templates())


def test_no_title_of_a_paper_is_one_of_a_form() -> None:
    titles = {title for template in load_templates().values() for title in template.titles}
    assert titles.isdisjoint(title for paper in load_papers().values() for title in paper.titles)


def test_a_missing_paper_is_named_and_one_of_several_is_enough() -> None:
    alone = completeness_of([application("birth_registration")])
    assert alone is not None
    assert [asked.any[0] for asked in alone.missing] == ["birth_notice"]
    assert "Giấy chứng sinh" in alone.missing[0].name(Language.VI)
    for paper in ("birth_notice", "birth_witness"):
        whole = completeness_of([attached(paper, 0), application("birth_registration")])
        assert whole is not None
        assert whole.missing == ()
        assert whole.held[0][1] == (0,)


def test_each_of_several_papers_is_asked_for() -> None:
    found = completeness_of([application("building_permit_request"), attached("land_certificate")])
    assert found is not None
    assert [asked.any for asked in found.missing] == [("building_design",)]


@pytest.mark.parametrize(("founder", "missing"), [("household", True), ("individual", False), (None, False)])
def test_what_the_form_says_decides_whether_a_paper_is_needed(founder: Value, *, missing: bool) -> None:
    found = completeness_of([application("household_business_registration", founder_kind=founder)])
    assert found is not None
    assert bool(found.missing) is missing


def test_a_field_that_was_not_read_asks_for_the_paper() -> None:
    asked = Requirement(any=("household_minutes",), when={"founder_kind": "household"})
    paper = application("household_business_registration")
    unread = FieldReading(None, needs_review=True, problems=(Problem("tick_unclear"),))
    assert not asked.applies(paper)
    paper.fields["founder_kind"] = unread
    assert asked.applies(paper)


def test_a_form_of_an_office_without_the_field_asks_for_nothing_by_it() -> None:
    asked = Requirement(any=("household_minutes",), when={"founder_kind": "household"})
    paper = application("household_business_registration")
    del paper.fields["founder_kind"]
    assert not asked.applies(paper)


def test_a_dossier_without_an_application_is_of_no_procedure() -> None:
    assert completeness_of([attached("birth_notice"), application("official_letter")]) is None
    assert completeness_of([]) is None


def test_an_unknown_paper_is_no_requirement() -> None:
    with pytest.raises(ValueError, match="unknown papers: nonsense"):
        Requirement(any=("nonsense",))


def test_cards_and_certificates_are_papers_as_well() -> None:
    assert paper_of("citizen_id") == "identity_card"
    assert paper_of("birth_certificate") == "birth_certificate"
    assert paper_of("birth_registration") is None

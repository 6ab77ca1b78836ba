"""By which papers procedures end, and what sheets and letters call them."""

from __future__ import annotations

import pytest

from digitize.forms.papers import load_papers
from digitize.forms.template_files import load_templates
from digitize.procedures.completeness import (
    Procedure,
    issued_forms,
    load_procedures,
    procedure_called,
    same_body,
)


def test_results_are_papers_that_are_known_and_none_that_the_procedure_asks_for() -> None:
    assert sum(bool(procedure.results) for procedure in load_procedures().values()) >= 4
    for procedure in load_procedures().values():
        asked = {paper for requirement in procedure.papers for paper in requirement.any}
        assert set(procedure.results) <= set(load_papers())
        assert asked.isdisjoint(procedure.results), procedure.id
    for issued in issued_forms():
        assert issued.field in load_templates()[issued.form].field_keys


def test_a_result_that_is_no_paper_is_a_mistake_in_the_data() -> None:
    with pytest.raises(ValueError, match="unknown papers: nothing_such"):
        Procedure.model_validate(
            {
                "id": "x",
                "name": {"vi": "x", "en": "x"},
                "form": "x",
                "source": "x",
                "results": ["nothing_such"],
            }
        )


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Đăng ký khai sinh", "birth_registration"),
        ("  ĐĂNG KÝ  KHAI SINH ", "birth_registration"),
        ("dang ky khai sinh", "birth_registration"),
        ("1.001193", "birth_registration"),
        ("Marriage registration", "marriage_registration"),
        ("land_change", "land_change"),
        ("Đăng ký tàu cá", None),
        ("", None),
    ],
)
def test_a_procedure_is_known_by_what_sheets_call_it(said: str, known: str | None) -> None:
    found = procedure_called(said)
    assert (found.id if found else None) == known


def test_an_office_is_the_same_written_out_or_short() -> None:
    assert same_body("UBND phường Sao Mai", "ỦY BAN NHÂN DÂN PHƯỜNG SAO MAI")
    assert not same_body("UBND phường Sao Mai", "UBND xã Sao Mai")
    assert not same_body("Sở Tư pháp", "Ủy ban nhân dân phường Sao Mai")

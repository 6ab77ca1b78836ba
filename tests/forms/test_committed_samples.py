"""The committed samples against what is truly written on them: no silently wrong value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from digitize.forms.extract import read_documents
from digitize.forms.template_files import load_templates
from digitize.forms.view import PageView
from digitize.model import Document
from digitize.ocr.engine import OcrEngine
from support.places import SAMPLES
from support.reading import pictures_of, view_of

CODES = tuple(f"000.00.01.H99-261118-{number:04}" for number in range(1, 6))


@dataclass(frozen=True)
class Dossier:
    """A sample dossier as it was read, and its truth."""

    views: list[PageView]
    documents: list[Document]
    truth: list[dict[str, Any]]


@pytest.fixture(scope="module")
def dossiers(engine: OcrEngine) -> dict[str, Dossier]:
    truth = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    assert tuple(truth) == CODES
    found = {}
    for code in CODES:
        (source,) = SAMPLES.glob(f"{code}*")
        pictures, files = pictures_of(source)
        views = [view_of(picture, engine) for picture in pictures]
        documents = read_documents(views, files, load_templates(), engine, threshold=0.7)
        found[code] = Dossier(views, documents, truth[code]["pages"])
    return found


@pytest.fixture(params=CODES)
def dossier(dossiers: dict[str, Dossier], request: pytest.FixtureRequest) -> Dossier:
    return dossiers[str(request.param)]


def test_no_value_is_wrong_without_being_for_a_person(dossier: Dossier) -> None:
    silent = {
        key: (reading.value, dossier.truth[document.pages[0]]["fields"][key])
        for document in dossier.documents
        for key, reading in document.fields.items()
        if not reading.needs_review and reading.value != dossier.truth[document.pages[0]]["fields"][key]
    }
    assert silent == {}


def test_most_values_are_right_without_a_person(dossiers: dict[str, Dossier]) -> None:
    readings = [r for d in dossiers.values() for document in d.documents for r in document.fields.values()]
    assert len(readings) > 100
    assert sum(not reading.needs_review for reading in readings) > 0.8 * len(readings)


def test_every_key_of_the_form_is_there_and_every_doubt_has_its_reason(dossier: Dossier) -> None:
    for document in dossier.documents:
        if document.form == "unknown":
            assert document.fields == {}
            continue
        assert set(document.fields) == set(load_templates()[document.form].field_keys)
        for key, reading in document.fields.items():
            assert reading.needs_review is bool(reading.problems), key
            assert 0 <= reading.confidence <= 1


def test_forms_versions_and_pages_are_told(dossier: Dossier) -> None:
    for document in dossier.documents:
        truth = dossier.truth[document.pages[0]]
        assert (document.form, document.form_version) == (truth["form"], truth["form_version"])
    pages = [page for document in dossier.documents for page in document.pages]
    assert pages == list(range(len(dossier.views)))


def test_pages_lie_as_the_truth_says(dossier: Dossier) -> None:
    for view, truth in zip(dossier.views, dossier.truth, strict=True):
        assert view.reading.blank is truth.get("blank", False)
        if not view.reading.blank:
            assert view.reading.rotated == truth["rotated"]
            assert view.reading.skew == pytest.approx(truth["skew"], abs=0.1)


def test_values_stand_where_they_were_written(dossier: Dossier) -> None:
    seen = 0
    for document in dossier.documents:
        for reading in document.fields.values():
            if not reading.raw or reading.needs_review or reading.page is None or reading.box is None:
                continue
            left, top, right, bottom = reading.box
            page = dossier.views[reading.page].reading
            assert reading.page in document.pages
            assert 0 <= left < right <= page.width
            assert 0 <= top < bottom <= page.height
            inside = " ".join(
                word.text
                for word in page.words
                if left - 2 <= word.box[0] and word.box[2] <= right + 2 and top - 2 <= word.box[1] < bottom
            )
            assert reading.raw.split()[-1].strip(".,;:") in inside
            seen += 1
    assert seen > 5


def test_the_date_in_words_that_disagrees_is_seen(dossiers: dict[str, Dossier]) -> None:
    (document,) = dossiers[CODES[4]].documents
    for key in ("child_dob", "child_dob_words"):
        assert "dob_words_disagree" in [problem.code for problem in document.fields[key].problems]


def test_letters_give_their_number_notation_and_date(dossiers: dict[str, Dossier]) -> None:
    for code in CODES[2:4]:
        (document,) = dossiers[code].documents
        truth = dossiers[code].truth[0]["fields"]
        for key in ("number", "notation", "issued_date", "doc_type", "subject", "signer_name", "place"):
            assert document.fields[key].value == truth[key], key


def test_a_paper_that_is_no_form_is_unknown_and_does_not_swallow_the_form_behind_it(
    dossiers: dict[str, Dossier],
) -> None:
    assert [document.form for document in dossiers[CODES[0]].documents] == ["unknown", "birth_registration"]


def test_the_blank_back_belongs_to_the_form_before_it(dossiers: dict[str, Dossier]) -> None:
    assert [document.pages for document in dossiers[CODES[1]].documents] == [(0, 1)]

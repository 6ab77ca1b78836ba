"""Made-up dossiers: the same seed gives the same bytes, and the truth is true."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.files import fixity
from digitize.forms.checks import apply_checks
from digitize.forms.template_files import load_templates
from digitize.model import FieldReading
from digitize.samples.birth_form import VERSIONS, draw_birth_form, make_registration, truth_of
from digitize.samples.dossiers import write_dossiers
from digitize.samples.form_writer import COMPUTER, TYPEWRITER, Blank, FormWriter, TextDoesNotFit
from digitize.samples.letter import draw_letter
from digitize.samples.people import make_date, make_person
from digitize.samples.sheet import Sheet
from digitize.samples.wear import Wear, jpeg, make_wear, scan
from digitize.vietnamese.dates import parse_date_words
from support.places import SAMPLES

OFFICE = "Ủy ban nhân dân phường Sao Mai"


def sums(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")
    return {str(path.relative_to(folder)): fixity(path).sha256 for path in files}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    write_dossiers(folder)
    return folder


def test_the_committed_samples_are_what_the_program_draws(drawn: Path) -> None:
    assert sums(drawn) == sums(SAMPLES)


def test_the_truth_names_every_dossier_and_every_page(drawn: Path) -> None:
    truth = json.loads((drawn / "truth.json").read_text("utf-8"))
    assert sorted(truth) == sorted(
        {
            path.name.removesuffix(path.suffix) if path.is_file() else path.name
            for path in drawn.iterdir()
            if path.name != "truth.json"
        }
    )
    assert [len(dossier["pages"]) for dossier in truth.values()] == [2, 2, 1, 1, 1]


def test_no_file_is_left_over_and_none_is_large(drawn: Path) -> None:
    files = [path for path in drawn.rglob("*") if path.is_file()]
    assert not [path for path in files if path.name.startswith(".")]
    assert all(path.stat().st_size < 1_500_000 for path in files)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_same_seed_gives_the_same_scan_and_another_seed_another(level: int) -> None:
    def drawn_with(seed: int) -> bytes:
        random = Random(seed)
        sheet = Sheet(dpi=60)
        sheet.write(20, 30, make_person(random, sex="Nữ", first=1980, last=2000).name)
        wear = make_wear(random, level)
        return jpeg(scan(sheet, wear, random), wear, 60)

    assert drawn_with(1) == drawn_with(1)
    assert drawn_with(1) != drawn_with(2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(VERSIONS))
def test_made_up_births_contradict_themselves_nowhere(seed: int, version: str) -> None:
    facts = make_registration(Random(seed), version, office=OFFICE, made_at="phường Sao Mai")
    truth = truth_of(facts)
    fields = {key: FieldReading(value) for key, value in truth.items()}  # type: ignore[arg-type]
    checked = apply_checks(fields, load_templates()["birth_registration"].checks)
    assert {key: reading.problems for key, reading in checked.items() if reading.problems} == {}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_words_that_shall_disagree_do(seed: int) -> None:
    facts = make_registration(
        Random(seed),
        "tt04-2024",
        office=OFFICE,
        made_at="phường Sao Mai",
        disagreeing_words=True,
    )
    assert parse_date_words(facts.date_words) == (facts.child.born - dt.timedelta(days=1)).isoformat()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(VERSIONS), st.sampled_from([COMPUTER, TYPEWRITER]))
def test_every_birth_fits_on_its_form_and_every_value_stands_there(
    seed: int, version: str, fill: object
) -> None:
    random = Random(seed)
    facts = make_registration(random, version, office=OFFICE, made_at="phường Sao Mai")
    assert fill is COMPUTER or fill is TYPEWRITER
    sheet = draw_birth_form(random, facts, COMPUTER if fill is COMPUTER else TYPEWRITER, dpi=60)
    filled = " ".join(line.text for line in sheet.inscriptions if line.kind == "filled")
    truth = truth_of(facts)
    for key in ("child_name", "mother_residence", "birth_place", "child_dob_words", "hometown"):
        assert str(truth[key]) in filled
    width, height = sheet.image.size
    assert all(0 <= i.box[0] < i.box[2] <= width and i.box[3] <= height for i in sheet.inscriptions)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_every_letter_fits_on_its_page_with_its_number_and_date(seed: int) -> None:
    sheet, truth = draw_letter(Random(seed), office=OFFICE, place="Sao Mai", dpi=60)
    texts = [line.text for line in sheet.inscriptions]
    assert f"Số: {truth['number']}/{truth['notation']}" in texts
    assert truth["signer_name"] in texts
    assert max(line.box[3] for line in sheet.inscriptions) <= sheet.image.size[1]


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1900, 2090), st.integers(0, 9))
def test_days_lie_in_their_years(seed: int, first: int, more: int) -> None:
    assert first <= make_date(Random(seed), first, first + more).year <= first + more


def test_a_value_that_finds_no_room_is_an_error_and_not_lost() -> None:
    form = FormWriter(Sheet(dpi=60), COMPUTER, top=20)
    with pytest.raises(TextDoesNotFit):
        form.blanks(Blank("Nơi cư trú:", "đường Lý Thường Kiệt, " * 9), lines=2)
    with pytest.raises(TextDoesNotFit):
        form.blanks(Blank("Số:", "Trần Hưng Đạo nối dài", 0.1), Blank("tại", "", 0.9))


@pytest.mark.parametrize("quarter", range(4))
def test_a_sheet_that_lies_wrongly_is_scanned_so(quarter: int) -> None:
    sheet = Sheet(dpi=50)
    sheet.rule(10, 10, 60, 10, 3)
    straight, lying = (scan(sheet, Wear(quarter_turns=turns), Random(1)) for turns in (0, quarter))
    assert np.array_equal(np.rot90(straight, -quarter), lying)

"""What an office adds to forms: variants of labels and words of its own, checked before they are used."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from digitize.errors import UsageProblem
from digitize.forms.additions import (
    ADDITIONS,
    AddedLabel,
    AddedWord,
    Additions,
    additions_text,
    load_additions,
)
from digitize.forms.extract import read_documents
from digitize.forms.template import FieldType, Template
from digitize.forms.template_files import check_file, load_template, load_templates
from digitize.forms.values import read_value
from digitize.ocr.engine import OcrEngine
from support.own_forms import OWN_FORM
from support.reading import scanned, view_of, written_sheet

TODAY = dt.date(2026, 11, 23)


def label(text: str, key: str = "people", form: str = "phieu_rieng") -> AddedLabel:
    return AddedLabel(id="label-1", text=text, by="lan", on=TODAY, form=form, key=key)


def word(text: str, kind: FieldType = FieldType.ETHNICITY) -> AddedWord:
    return AddedWord(id="word-1", text=text, by="lan", on=TODAY, type=kind)  # type: ignore[arg-type]


def folder_with(path: Path, *entries: AddedLabel | AddedWord) -> Path:
    folder = path / "forms"
    folder.mkdir()
    (folder / "phieu.toml").write_text(OWN_FORM, "utf-8")
    additions = Additions()
    for entry in entries:
        additions = additions.with_entry(entry)
    (folder / ADDITIONS).write_text(additions_text(additions), "utf-8")
    return folder


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, label("Thành phần dân tộc"), word('Nguồn \\ "x"'))
    found = load_additions(folder / ADDITIONS)
    assert [one.text for one in found.entries] == ["Thành phần dân tộc", 'Nguồn \\ "x"']
    assert check_file(folder / ADDITIONS) == found
    assert found.without("label-1").entries == found.words


def test_labels_and_words_are_added_to_the_forms_of_the_office_and_of_the_program(tmp_path: Path) -> None:
    ours = load_templates()["birth_registration"]
    folder = folder_with(
        tmp_path, label("Tên thường gọi của cháu bé", "child_name", "birth_registration"), word("Nguồn")
    )
    found = load_templates(folder)
    own = next(item for item in found["birth_registration"].items if item.key == "child_name")
    before = next(item for item in ours.items if item.key == "child_name")
    assert own.label == (*before.label, "Tên thường gọi của cháu bé")
    assert next(item for item in found["phieu_rieng"].items if item.key == "people").known == ("Nguồn",)
    assert load_templates()["birth_registration"] == ours, "an office's additions are its own"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (label("Thành phần", "nobody"), "nobody"),
        (label("Thành phần", form="no_form"), "no such form"),
        (label("Họ và tên người nộp phiếu"), "another field"),
        (label("A b"), "four letters"),
    ],
)
def test_a_label_that_fits_no_field_is_refused_and_named(
    entry: AddedLabel, told: str, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path, entry)
    for check in (lambda: load_templates(folder), lambda: check_file(folder / ADDITIONS)):
        with pytest.raises(UsageProblem, match="additions_wrong") as caught:
            check()
        assert told in str(caught.value.facts["detail"])


@pytest.mark.parametrize(
    "text",
    [
        "labels = 3",
        "[[words]",
        '[[words]]\nid = "word-1"\ntext = "A"\nby = "x"\non = 2026-11-23\ntype = "ethnicity"',
        '[[words]]\nid = "word-1"\ntext = "Lê Thị"\nby = "x"\non = 2026-11-23\ntype = "name"',
        '[[words]]\nid = "word-1"\ntext = "Hai\\ndòng"\nby = "x"\non = 2026-11-23\ntype = "text"',
    ],
)
def test_a_file_with_a_mistake_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / ADDITIONS
    path.write_text(text, "utf-8")
    with pytest.raises(UsageProblem) as caught:
        load_additions(path)
    assert caught.value.code == "additions_wrong"


def test_a_known_word_is_taken_and_one_that_only_looks_like_it_is_doubted() -> None:
    assert [problem.code for problem in read_value(FieldType.ETHNICITY, "Nguồn").problems] == [
        "ethnicity_unknown"
    ]
    taken = read_value(FieldType.ETHNICITY, "Nguôn", ("Nguồn",))
    assert (taken.value, taken.problems) == ("Nguồn", ())
    address = "Nà Mòn, xã Trần Phú, thành phố Hà Nội"
    assert [problem.code for problem in read_value(FieldType.ADDRESS, address).problems] == ["place_odd"]
    known = read_value(FieldType.ADDRESS, address, ("Nà Mòn",))
    assert (known.value, known.problems) == (address, ())
    assert {"nà", "mòn"} <= known.proven
    other = read_value(FieldType.ADDRESS, address.replace("Mòn", "Món"), ("Nà Mòn",))
    assert "Nà Món" in str(other.value), "what is written is not changed"
    assert other.problems
    phrase = read_value(FieldType.TEXT, "Tổ Thơm Bưởi", ("Tổ Thôm Bưởi",))
    assert [problem.code for problem in phrase.problems] == ["name_unusual"]


def test_an_issuer_that_an_office_knows_is_no_longer_doubted() -> None:
    paper = "CMND số 012345678 do Công an tỉnh Bắc Nam cấp ngày 01/02/2010"
    codes = {problem.code for problem in read_value(FieldType.IDDOC, paper).problems}
    assert "iddoc_issuer_unknown" in codes
    known = read_value(FieldType.IDDOC, paper, ("Công an tỉnh Bắc Nam",))
    assert "iddoc_issuer_unknown" not in {problem.code for problem in known.problems}


def test_the_next_reading_finds_a_label_that_was_taken(engine: OcrEngine, tmp_path: Path) -> None:
    sheet = written_sheet(
        "PHIẾU ĐĂNG KÝ NHÀ TÌNH NGHĨA",
        "Họ và tên người nộp phiếu: Nguyễn Văn Bình",
        "Thuộc thành phần nào: Khmer",
        "Trình độ văn hóa phổ thông: 12/12",
    )
    picture = scanned(sheet)
    view = view_of(replace(picture, pixels=picture.pixels[: sheet.pixels(70)]), engine)

    def read(templates: dict[str, Template]) -> tuple[object, tuple[str, ...], str]:
        own = {"phieu_rieng": templates["phieu_rieng"]}
        (document,) = read_documents([view], [1], own, engine, threshold=0.8)
        field = document.fields["people"]
        return field.value, tuple(problem.code for problem in field.problems), field.raw

    folder = folder_with(tmp_path, label("Thuộc thành phần nào"))
    before = read({"phieu_rieng": load_template(folder / "phieu.toml")})
    assert before[:2] == (None, ("label_not_found",))
    assert "Thuộc thành phần nào: Khmer" in before[2].splitlines(), "a person is shown where it must stand"
    assert read(load_templates(folder))[:2] == ("Khmer", ())

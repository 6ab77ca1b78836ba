"""Template files of one's own: a mistake is told with its line and key."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from digitize.errors import UsageProblem
from digitize.forms.template_files import find_template, line_of, load_template, load_templates

TEXT = (resources.files("digitize.forms") / "templates" / "death_registration.toml").read_text("utf-8")


def refused(folder: Path, text: str) -> UsageProblem:
    file = folder / "mau.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageProblem) as caught:
        load_template(file)
    assert caught.value.facts["path"] == str(file)
    return caught.value


def line_with(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_a_good_file_is_a_template(tmp_path: Path) -> None:
    file = tmp_path / "mau.toml"
    file.write_text(TEXT, "utf-8")
    assert find_template(str(file), {}).id == find_template("death_registration", load_templates()).id


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('type = "time"', 'type = "tim"', "type"),
        ('unit = ["bản"]', 'unit = "bản"', "unit"),
        ('key = "death_cause"', 'key = "death_cause"\ncolour = "red"', "colour"),
        ('id = "death_registration"', 'id = "Đăng ký"', "id"),
        ('rule = "not_after"', 'rule = "not_before"', "rule"),
        (
            'death_time = { vi = "Giờ chết", en = "Time of death" }',
            'death_time = { vi = 3, en = "Time" }',
            "vi",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(tmp_path: Path, before: str, after: str, key: str) -> None:
    assert before in TEXT
    spoiled = TEXT.replace(before, after, 1)
    error = refused(tmp_path, spoiled)
    assert error.code == "template_mistake"
    assert str(error.facts["key"]).endswith(key)
    assert error.facts["line"] == line_with(spoiled, after.splitlines()[-1])


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, 'id = "a"\ntitle = [\n')
    assert (error.code, error.facts["line"]) == ("template_not_toml", 3)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        load_template(tmp_path / "không có.toml")
    assert caught.value.code == "template_unreadable"
    binary = tmp_path / "ảnh.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageProblem) as caught:
        load_template(binary)
    assert caught.value.code == "template_unreadable"


def test_an_unknown_form_names_those_that_are_known() -> None:
    with pytest.raises(UsageProblem) as caught:
        find_template("mau_la", load_templates())
    assert "birth_registration" in str(caught.value.facts["known"])


@pytest.mark.parametrize(
    ("where", "line"),
    [((), 1), (("a",), 1), (("items", 1, "key"), 6), (("items", 1, "none"), 4), (("names", "b", "vi"), 9)],
)
def test_lines_are_those_of_the_file(where: tuple[int | str, ...], line: int) -> None:
    text = (
        "a = 1\n[[items]]\nkey = 2\n[[items]]\nlabel = [1]\nkey = 3\n[names]\n"
        "a = { vi = 1 }\nb = { vi = 2 }\n"
    )
    assert line_of(text, where) == line


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('reader = "card"\n', "a card needs the fields"),
        ('[[persons]]\nnumber = "deceased_iddoc"\nname = "nobody"\n', "nobody"),
        ('[[checks]]\nrule = "not_after"\nfields = ["death_date", "tomorrow"]\n', "tomorrow"),
    ],
)
def test_what_a_template_speaks_of_must_be_there(tmp_path: Path, added: str, told: str) -> None:
    spoiled = added + TEXT if added.startswith("reader") else TEXT.replace("[names]", f"{added}\n[names]")
    error = refused(tmp_path, spoiled)
    assert error.code == "template_mistake"
    assert told in str(error.facts["detail"])

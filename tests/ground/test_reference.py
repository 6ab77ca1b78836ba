"""The pages of the reference hold everything that the program has, and say what it means."""

from __future__ import annotations

import re

import pytest
from reference_pages import PAGES

from digitize.errors import ExitCode
from digitize.forms.template_files import load_templates
from digitize.messages import entries
from digitize.model import Language
from digitize.profiles.profile import Profile, profile_names
from digitize.settings import Settings


@pytest.mark.parametrize(
    ("page", "language"), [("reference/commands.md", Language.EN), ("vi/lenh.md", Language.VI)]
)
def test_every_help_text_of_the_catalogue_stands_on_the_page_of_commands(
    page: str, language: Language
) -> None:
    text = PAGES[page]().replace("\\|", "|").replace("&lt;", "<")
    # A group of commands is shown by its commands.
    groups = {"help.forms.about", "help.trust.about", "help.ledger.about"}
    told = {
        key: both[language]
        for key, both in entries().items()
        if key.startswith("help.")
        and key.count(".") == 2
        and key not in groups
        and not key.endswith(".example")
    }
    assert len(told) > 100
    assert [key for key, words in told.items() if words not in text] == []


@pytest.mark.parametrize(
    ("page", "model"), [("reference/settings.md", Settings), ("reference/profiles.md", Profile)]
)
def test_every_key_has_a_meaning(page: str, model: type[Settings | Profile]) -> None:
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", PAGES[page](), re.MULTILINE)
    cells = {key: [cell.strip() for cell in re.split(r"(?<!\\)\|", rest)] for key, rest in rows}
    assert len(cells) > 30
    assert [key for key, row in cells.items() if "" in row] == []
    plain = {name for name, field in model.model_fields.items() if field.annotation in (str, int)}
    assert plain - {"id", "source"} <= set(cells)


def test_every_profile_is_compared() -> None:
    page = PAGES["reference/profiles.md"]()
    assert [name for name in profile_names() if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("page", ["reference/exit-codes.md", "vi/ma-ket-thuc.md"])
def test_every_exit_code_is_explained(page: str) -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \| \S", PAGES[page](), re.MULTILINE)}
    assert told == {code.value for code in ExitCode}


@pytest.mark.parametrize("page", ["reference/forms.md", "vi/mau-giay-to.md"])
def test_every_field_of_every_form_is_listed(page: str) -> None:
    text = PAGES[page]()
    missing = [
        f"{template.id}.{key}"
        for template in load_templates().values()
        for key in (*template.field_keys, *(f"{table}.0" for table in template.tables))
        if not re.search(rf"^\| `{re.escape(key)}[`.]", text, re.MULTILINE)
    ]
    assert missing == []


def test_every_message_is_on_the_page_for_clerks() -> None:
    page = PAGES["vi/thong-bao.md"]()
    codes = {key.split(".")[1] for key in entries() if key.startswith("problem.")}
    assert set(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == codes

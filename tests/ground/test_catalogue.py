"""Everything that people are told stands in the catalogue, in both languages, and nothing else does."""

from __future__ import annotations

import re
import string
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from typer.exceptions import TyperException

from digitize.errors import ExitCode
from digitize.forms.template_files import load_templates
from digitize.messages import Catalogue, entries, preferred_language
from digitize.model import Language, Problem, Stage
from digitize.pipeline.health import State
from digitize.pipeline.renewal import RenewalState
from digitize.signatures.verdict import Verdict
from support.source_code import SOURCE, strings, told

SET_ASIDE = ("link_refused", "special_file_refused", "file_empty", "not_a_scan", "file_unreadable_here")
"""Problems of scans; they bring a dossier into quarantine, whose reason says what to do."""

KNOWN_WHEN_IT_RUNS = {
    "archive/checks/contents.py",  # why an XML document is not read
    "archive/findings.py",  # the rule of a finding, told where it is found
    "cli/documents.py",  # what a record says
    "forms/checks.py",  # what a rule between fields says; its tests look at each
    "pipeline/importing.py",  # what is wrong with a cell
    "pipeline/notices.py",  # what was noticed
    "pipeline/operation.py",  # what is wrong with the list of codes
    "pipeline/records.py",  # what a record says
    "pipeline/retrying.py",  # what still lies in the inbox
    "pipeline/roles_apart.py",  # what a person has done before
    "pipeline/signing_trouble.py",  # what a record says
    "pipeline/workspace.py",  # what is wrong with a template of the office's own
    "pipeline/watching.py",  # what is wrong with a source that was well before
    "review/answers.py",  # what makes an answer none
    "pipeline/tasks.py",  # which limit of the profile a scan falls short of
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def keys(prefix: str) -> list[str]:
    return [key for key in entries() if key.startswith(prefix)]


def codes() -> set[str]:
    return {place.code for place in told() if place.code is not None}


def test_the_search_finds_the_places_that_tell_of_problems() -> None:
    assert len(told()) > 120
    # One of each way: raised, returned, by a helper, by a helper's parameter, by a constant.
    assert {
        "image_bomb",
        "link_refused",
        "seal_unclear",
        "settings_wrong",
        "dossier_in_use",
        "checksum_differs",
        "clock_wrong",
    } <= codes()
    assert {place.where.split(":")[0] for place in told() if place.code is None} == KNOWN_WHEN_IT_RUNS


def test_every_problem_has_a_sentence() -> None:
    assert {code for code in codes() if f"problem.{code}.what" not in entries()} == set()


def test_every_error_says_what_to_do() -> None:
    errors = {place.code for place in told() if place.error and place.code} | set(SET_ASIDE)
    assert {code for code in errors if f"problem.{code}.remedy" not in entries()} == set()


def test_every_place_gives_the_facts_that_its_sentences_name() -> None:
    lacking = [
        (place.where, place.code, missing)
        for place in told()
        if place.facts is not None
        for part in ("what", "remedy")
        for text in entries().get(f"problem.{place.code}.{part}", {}).values()
        if (missing := placeholders(text) - place.facts)
    ]
    assert lacking == []


def test_every_problem_in_the_catalogue_is_told_somewhere() -> None:
    unused = {key.split(".")[1] for key in keys("problem.")} - codes()
    # What remains is told by a rule or a record; its code must at least be written there.
    assert {code for code in unused if code not in strings()} == set()
    assert unused <= {code for code in strings() if re.fullmatch(r"[a-z_]+", code)}


def test_every_other_text_is_used() -> None:
    others = [key for key in entries() if not key.startswith("problem.")]
    assert [key for key in others if not is_used(key)] == []
    assert not is_used("say.nothing_like_this")


def is_used(key: str) -> bool:
    """Whether the code has a key, or a pattern for it and the words that make the key of it."""
    if key in strings() or f'"{key}"' in pages():
        return True
    by_command = key.startswith("help.") and re.sub(r"^help\.[^.]+\.", "help.{}.", key) in strings()
    # Numbers of facts and criteria are those of the circular.
    by_number = re.sub(r"\.[0-9.]+$", ".{}", key) in strings()
    return by_command or by_number or any(fits(key, pattern) for pattern in patterns())


def fits(key: str, pattern: re.Pattern[str]) -> bool:
    match = pattern.fullmatch(key)
    return match is not None and all(word in words() for word in match.groups())


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """Keys that are put together when the program runs, by their parts that are written out."""
    joined = re.findall(r'text\(("[^)]*?" ~ [^),]*)', pages())
    # In a template: "first." ~ word ~ ".last"
    written = [
        "".join(one[1:-1] if one[0] == '"' else "{}" for one in re.split(" ~ ", text)) for text in joined
    ]
    made = [one for one in (*strings(), *written) if re.match(r"[a-z_]+\.?[a-z_.]*\{\}", one)]
    starts = {key.split(".")[0] for key in entries()} | {"completion_next_{}"}
    chosen = {one if one.split(".")[0] in starts and "." in one else f"say.{one}" for one in made}
    return tuple(re.compile(re.escape(one).replace(r"\{\}", r"([^.]+)")) for one in sorted(chosen))


@cache
def words() -> frozenset[str]:
    """What the parts that are filled in can be."""
    kinds = (Stage, Verdict, State, RenewalState, ExitCode)
    values = {str(member.value) for kind in kinds for member in kind} | usage_errors()
    texts = (*strings(), pages())
    return frozenset(values | {word for one in texts for word in re.split(r"[^A-Za-z0-9_]+", one)})


@cache
def pages() -> str:
    """What templates of pages say."""
    files = sorted(path for end in ("html", "js") for path in SOURCE.rglob(f"*.{end}"))
    return "".join(path.read_text("utf-8") for path in files)


def usage_errors() -> set[str]:
    """Names of the errors that the library of the command line raises; texts are found by them."""
    found: list[type] = [TyperException]
    for kind in found:
        found.extend(kind.__subclasses__())
    return {kind.__name__ for kind in found}


def test_both_languages_say_something_with_the_same_placeholders() -> None:
    for key, both in entries().items():
        assert set(both) == {"vi", "en"}, key
        assert all(text.strip() for text in both.values()), key
        if key.startswith("usage."):
            # What the library says of a wrong call is English; Vietnamese does without it.
            given = {"detail", "name", "names", "wanted", "least", "most", "number"}
            assert placeholders(both["vi"]) | placeholders(both["en"]) <= given, key
        else:
            assert placeholders(both["vi"]) == placeholders(both["en"]), key


def test_all_texts_are_composed_and_free_of_stray_space() -> None:
    for key, both in entries().items():
        for text in both.values():
            assert text == unicodedata.normalize("NFC", text), key
            assert "  " not in text.replace("    |    ", " | ").lstrip(), key


def test_no_data_file_holds_what_the_catalogue_does_not_take() -> None:
    folder = resources.files("digitize.messages")
    parts = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    texts = sum(count(tomllib.loads(part.read_text("utf-8"))) for part in parts)
    assert texts == 2 * len(entries())


def count(table: Mapping[str, object]) -> int:
    return sum(count(value) if isinstance(value, dict) else 1 for value in table.values())


def test_errors_bear_codes_and_no_sentences() -> None:
    assert [code for code in codes() if not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)] == []


def test_a_sentence_is_filled_with_its_facts() -> None:
    problem = Problem("too_many_pages", {"pages": 3000, "limit": 2000})
    assert Catalogue(Language.EN).problem(problem) == "The file has 3000 pages; the limit is 2000."
    assert "3000" in Catalogue(Language.VI).problem(problem)
    assert "pages_per_file" in Catalogue(Language.VI).remedy(problem)


def test_records_of_other_versions_are_told_as_well_as_can_be() -> None:
    catalogue = Catalogue(Language.EN)
    assert catalogue.problem(Problem("not_thought_of_yet")) == "not_thought_of_yet"
    assert catalogue.remedy(Problem("not_thought_of_yet")) == ""
    assert (
        catalogue.problem(Problem("too_many_pages", {"pages": 3})) == "The file has 3 pages; the limit is ?."
    )


def test_a_fact_with_braces_is_told_as_it_is() -> None:
    problem = Problem("not_a_scan", {"file": "{0.__class__}.exe"})
    assert Catalogue(Language.EN).problem(problem).startswith("{0.__class__}.exe")


def test_a_text_that_does_not_exist_or_lacks_a_fact_is_a_programming_error() -> None:
    catalogue = Catalogue(Language.VI)
    with pytest.raises(KeyError):
        catalogue.text("say.nothing_like_this")
    with pytest.raises(KeyError):
        catalogue.text("say.workspace_made")
    assert catalogue.text("say.workspace_made", folder=str(Path("a"))) == "Đã tạo thư mục làm việc a"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, Language.VI),
        ({"LANG": "en_US.UTF-8"}, Language.EN),
        ({"LANG": "vi_VN.UTF-8"}, Language.VI),
        ({"LANG": "C.UTF-8"}, Language.VI),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, Language.VI),
        ({"LC_ALL": "", "LC_MESSAGES": "en_GB", "LANG": "vi_VN"}, Language.EN),
    ],
)
def test_the_language_follows_the_environment(environment: dict[str, str], language: Language) -> None:
    assert preferred_language(environment) is language


def test_names_of_fields_and_forms_stand_in_both_languages() -> None:
    for template in load_templates().values():
        for names in (template.title, *template.names.values()):
            assert set(names) == set(Language)
            assert all(name.strip() for name in names.values())


def test_a_kind_of_problem_is_told_without_the_facts_of_one_case() -> None:
    vietnamese = Catalogue(Language.VI)
    assert vietnamese.kind_of_problem("page_skewed") == "Trang nằm nghiêng …°, quá mức …°."
    assert vietnamese.kind_of_problem("of_a_newer_version") == "of_a_newer_version"
    kinds = [key.split(".")[1] for key in keys("problem.") if key.endswith(".what")]
    assert not any("{" in vietnamese.kind_of_problem(kind) for kind in kinds)

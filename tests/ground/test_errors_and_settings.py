"""Errors that travel, and settings that say which key is wrong."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from digitize.errors import (
    DigitizeError,
    EnvironmentProblem,
    ExitCode,
    ItemProblem,
    UsageProblem,
    WorkspaceBusy,
)
from digitize.imaging.decode import decode
from digitize.messages import Catalogue
from digitize.model import Language, Problem, Stage
from digitize.settings import Settings, load_settings

LEAST = '[organisation]\nname = "UBND phường Sao Mai"\ncode = "H99.00.01"\nfonds = "H99"\n'


def settings_of(folder: Path, text: str) -> Settings:
    path = folder / "digitize.toml"
    path.write_text(text, "utf-8")
    return load_settings(path)


def refused(folder: Path, text: str) -> DigitizeError:
    with pytest.raises(EnvironmentProblem) as caught:
        settings_of(folder, text)
    return caught.value


def test_exit_codes_are_those_of_the_contract() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "ITEMS": 1,
        "USAGE": 2,
        "ENVIRONMENT": 3,
        "LOCKED": 4,
        "INDETERMINATE": 5,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("kind", "code"), [(UsageProblem, 2), (EnvironmentProblem, 3), (WorkspaceBusy, 4), (ItemProblem, 1)]
)
def test_every_kind_of_error_has_its_exit_code(kind: type[DigitizeError], code: int) -> None:
    assert kind("x").exit_code == code


@pytest.mark.parametrize("kind", [UsageProblem, EnvironmentProblem, WorkspaceBusy, ItemProblem])
def test_an_error_survives_pickling_with_its_facts(kind: type[DigitizeError]) -> None:
    error = pickle.loads(pickle.dumps(kind("too_many_pages", pages=3, limit=2)))  # noqa: S301 - our own
    assert type(error) is kind
    assert (error.code, error.facts) == ("too_many_pages", {"pages": 3, "limit": 2})
    assert str(error) == "too_many_pages (pages=3, limit=2)"


def test_an_error_comes_back_whole_from_another_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as pool:
        error = pool.submit(decode, b"no image", max_megapixels=1).exception()
    assert isinstance(error, ItemProblem)
    assert (error.code, error.facts) == ("image_broken", {"detail": "UnidentifiedImageError"})


def test_a_problem_takes_over_what_an_error_knows() -> None:
    assert Problem.of(ItemProblem("ocr_failed", detail="x")) == Problem("ocr_failed", {"detail": "x"})


def test_stages_are_ordered_by_work_and_not_by_name() -> None:
    assert sorted(Stage, key=lambda stage: stage.position) == list(Stage)
    assert Stage.PACKAGED.position > Stage.APPROVED.position > Stage.RECEIVED.position


def test_the_least_settings_give_the_defaults(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, LEAST)
    assert settings.language is Language.VI
    assert settings.profile == "tt05-2025"
    assert settings.organisation.name == "UBND phường Sao Mai"
    assert settings.signing.key is None


def test_relative_paths_are_taken_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    text = LEAST + '[signing]\nkey = "keys/seal.p12"\n[trust]\nanchors = ["root.pem", "/etc/ca.pem"]\n'
    settings = settings_of(tmp_path, text)
    assert settings.signing.key == tmp_path / "keys" / "seal.p12"
    assert settings.trust.anchors == (tmp_path / "root.pem", Path("/etc/ca.pem"))
    assert settings.trust.revocations == ()


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("jobs = 2\ncolour = 1\n" + LEAST, "settings_unknown_key", "colour"),
        (LEAST + 'nmae = "x"\n', "settings_unknown_key", "organisation.nmae"),
        (LEAST + "[limits]\nmegapixel = 3\n", "settings_unknown_key", "limits.megapixel"),
        ("jobs = -1\n" + LEAST, "settings_wrong", "jobs"),
        ('language = "fr"\n' + LEAST, "settings_wrong", "language"),
        (LEAST + '[reading]\nengine = "paddle"\n', "settings_wrong", "reading.engine"),
        (LEAST + "[limits]\nmegapixels = 0\n", "settings_wrong", "limits.megapixels"),
        (LEAST + "[limits]\nmegapixels = 179\n", "settings_wrong", "limits.megapixels"),
        ("", "settings_wrong", "organisation"),
        (LEAST.replace("H99.00.01", ""), "settings_wrong", "organisation.code"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, text: str, code: str, key: str) -> None:
    error = refused(tmp_path, text)
    assert (error.code, error.facts["key"]) == (code, key)
    for language in Language:
        catalogue = Catalogue(language)
        assert key in catalogue.problem(Problem.of(error))
        assert catalogue.remedy(Problem.of(error))


@pytest.mark.parametrize("text", ["jobs = \n", "name = Sao Mai\n", "[organisation\n"])
def test_what_is_no_toml_is_refused_with_the_line(tmp_path: Path, text: str) -> None:
    error = refused(tmp_path, text)
    assert error.code == "settings_not_toml"
    assert "line 1" in str(error.facts["detail"])


def test_settings_in_another_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "digitize.toml"
    path.write_bytes('language = "vi" # tiếng Việt'.encode("utf-16"))
    with pytest.raises(EnvironmentProblem, match="settings_not_toml"):
        load_settings(path)


def test_missing_settings_are_an_environment_problem(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="settings_unreadable"):
        load_settings(tmp_path / "digitize.toml")

"""Profiles, fonts and the time in Vietnam."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.errors import EnvironmentProblem
from digitize.fonts import Face, find_font, has_vietnamese
from digitize.model import Language
from digitize.profiles import DEFAULT, DEMO
from digitize.profiles.profile import ReviewBefore, load_profile, profile_names
from digitize.times import VIETNAM, now, written

NAMES = profile_names()


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_loads_under_its_own_name_with_a_title_in_both_languages(name: str) -> None:
    profile = load_profile(name)
    assert profile.id == name
    assert set(profile.title) == set(Language)
    assert profile.source


@pytest.mark.parametrize("name", NAMES)
def test_names_in_packages_use_only_words_that_there_are(name: str) -> None:
    rules = load_profile(name).package
    words = {
        "organisation": "H99",
        "fonds": "F",
        "archive": "A",
        "year": 2026,
        "dossier": "HS-1",
        "uuid": "u",
        "file_code": "c",
        "ordinal": 3,
    }
    patterns = (
        rules.aip.object_id,
        rules.file_code,
        rules.archive_file_code,
        rules.doc_id,
        rules.doc_code,
        rules.paper_file_code,
    )
    for pattern in patterns:
        assert "{" not in pattern.format(**words)


def test_only_the_demo_signs_unattended() -> None:
    assert [name for name in NAMES if load_profile(name).signing.unattended] == [DEMO]


def test_the_profile_of_old_holdings_differs_from_the_usual_one_only_in_review() -> None:
    usual, backlog = load_profile(DEFAULT), load_profile("tt05-2025-backlog")
    assert (usual.review.required, backlog.review.required) == (ReviewBefore.DOUBTFUL, ReviewBefore.NEVER)
    assert backlog.review.threshold == usual.review.threshold
    assert (backlog.package, backlog.signing, backlog.pdf) == (usual.package, usual.signing, usual.pdf)


@pytest.mark.parametrize("name", ["tt01-2019", "", "../profiles/demo"])
def test_an_unknown_profile_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        load_profile(name)
    assert caught.value.code == "profile_unknown"
    assert caught.value.facts["known"] == ", ".join(NAMES)


def test_an_office_has_a_profile_of_its_own_over_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        f'extends = "{DEFAULT}"\nid = "mine"\n[review.thresholds]\n"birth_registration.child_name" = 0.95\n',
        "utf-8",
    )
    own, usual = load_profile("mine.toml", tmp_path), load_profile(DEFAULT)
    assert own.review.thresholds == {"birth_registration.child_name": 0.95}
    assert own.review.threshold == usual.review.threshold
    assert own.package == usual.package


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (None, "-"),
        ("extends = ", "-"),
        (f'extends = "{DEFAULT}"\nid = "x"\n[review]\nthreshold = 7\n', "review.threshold"),
        (f'extends = "{DEFAULT}"\nid = "x"\nmood = "good"\n', "mood"),
        ('extends = "tt01-2019"\nid = "x"\n', None),
    ],
)
def test_a_profile_that_is_wrong_is_refused_with_the_key(
    tmp_path: Path, text: str | None, key: str | None
) -> None:
    if text is not None:
        (tmp_path / "mine.toml").write_text(text, "utf-8")
    with pytest.raises(EnvironmentProblem) as caught:
        load_profile("mine.toml", tmp_path)
    if key is None:
        assert caught.value.code == "profile_unknown"
    else:
        assert (caught.value.code, caught.value.facts["key"]) == ("profile_wrong", key)


@pytest.mark.parametrize("face", list(Face))
def test_every_face_is_found_with_the_letters_of_vietnamese(face: Face) -> None:
    assert has_vietnamese(find_font(face))


@pytest.mark.parametrize("data", [b"", b"no font at all", b"wOF2" + bytes(60), b"ttcf" + bytes(60), None])
def test_a_chosen_font_that_is_none_or_is_missing_is_refused(tmp_path: Path, data: bytes | None) -> None:
    chosen = tmp_path / "font.ttf"
    if data is not None:
        chosen.write_bytes(data)
    with pytest.raises(EnvironmentProblem) as caught:
        find_font(Face.TIMES, chosen)
    assert caught.value.facts == {"font": str(chosen)}


def test_a_font_that_is_cut_off_is_not_taken(tmp_path: Path) -> None:
    cut = tmp_path / "font.ttf"
    cut.write_bytes(find_font(Face.TIMES).read_bytes()[:3000])
    assert not has_vietnamese(cut)


def test_a_font_without_vietnamese_letters_is_not_taken(tmp_path: Path) -> None:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    latin = tmp_path / "latin.ttf"
    with TTFont(find_font(Face.TIMES)) as font:
        subsetter = Subsetter(Options(layout_features=[]))
        subsetter.populate(text="abcABC")
        subsetter.subset(font)
        font.save(latin)
    assert not has_vietnamese(latin)
    with pytest.raises(EnvironmentProblem, match="font_missing"):
        find_font(Face.TIMES, latin)


def test_a_chosen_font_goes_before_the_usual_ones() -> None:
    bold = find_font(Face.TIMES_BOLD)
    assert find_font(Face.TIMES, bold) == bold


@settings(max_examples=50)
@given(st.datetimes(dt.datetime(1990, 1, 2), dt.datetime(2090, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_every_written_time_bears_the_offset_of_vietnam_and_is_the_same_moment(moment: dt.datetime) -> None:
    text = written(moment)
    assert text.endswith("+07:00")
    assert dt.datetime.fromisoformat(text) == moment.astimezone(dt.UTC).replace(microsecond=0)


def test_the_present_is_in_vietnam_and_to_the_second() -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    moment = now()
    assert moment.tzinfo is VIETNAM
    assert moment.microsecond == 0
    assert before <= moment <= dt.datetime.now(dt.UTC)


def test_a_time_is_written_as_the_contract_shows_it() -> None:
    moment = dt.datetime(2026, 11, 21, 2, 5, 7, 900_000, tzinfo=dt.UTC)
    assert written(moment) == "2026-11-21T09:05:07+07:00"

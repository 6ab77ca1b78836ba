"""``digitize sample`` as people call it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from digitize.samples.office_dossiers import write_office
from digitize.samples.pens import Style
from support.program import digitize, environment


def checksums(folder: Path) -> dict[str, str]:
    """Every file under a folder with its checksum."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dossiers: a birth and letters."""
    folder = tmp_path_factory.mktemp("drawn") / "made-up"
    called = digitize("sample", folder, "--dossiers", "2", "--seed", "4", "--lang", "en")
    assert called.code == 0, called.err
    assert called.out == ""
    assert "2 made-up dossiers" in called.err
    return folder


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(drawn: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    write_office(again, dossiers=1, seed=4, style=Style.MIXED, wear=1)
    repeated = checksums(again)
    del repeated["truth.json"]
    assert repeated.items() <= checksums(drawn).items()
    truths = [json.loads((folder / "truth.json").read_text("utf-8")) for folder in (again, drawn)]
    assert truths[0].items() <= truths[1].items()
    write_office(other, dossiers=1, seed=5, style=Style.MIXED, wear=1)
    assert not set(checksums(other).values()) & set(checksums(drawn).values())


def test_the_truth_names_every_page_that_lies_there_and_no_other(drawn: Path) -> None:
    truth = json.loads((drawn / "truth.json").read_text("utf-8"))
    assert [dossier["case"] for dossier in truth.values()] == ["birth", "letter"]
    named = {page["file"] for dossier in truth.values() for page in dossier["pages"]}
    assert named == set(checksums(drawn)) - {"truth.json"}
    for dossier in truth.values():
        claimed = [page for document in dossier["documents"] for page in document["pages"]]
        blank = [number for number, page in enumerate(dossier["pages"]) if page["blank"]]
        assert sorted(claimed + blank) == list(range(len(dossier["pages"])))


@pytest.mark.thorough
def test_the_program_reads_what_was_drawn(drawn: Path) -> None:
    truth = json.loads((drawn / "truth.json").read_text("utf-8"))
    first = next(
        page for dossier in truth.values() for page in dossier["pages"] if page["form"] == "official_letter"
    )
    read = digitize("read", drawn / first["file"], "--json")
    assert read.code == 0, read.err
    document = read.json["documents"][0]
    page = document["pages"][first["page"] - 1]
    assert document["form"] == "official_letter"
    assert page["rotated"] == first["rotated"]
    assert page["skew"] == pytest.approx(first["skew"], abs=0.3)


@pytest.mark.parametrize(
    ("options", "vietnamese", "english"),
    [
        (("--wear", "4"), "Giá trị của '--wear' không dùng được", "'--wear' cannot be used"),
        (("--wear", "-1"), "Giá trị của '--wear' không dùng được", "'--wear' cannot be used"),
        (("--dossiers", "0"), "Giá trị của '--dossiers' không dùng được", "'--dossiers' cannot be used"),
        (("--seed", "x"), "Giá trị của '--seed' không dùng được", "'--seed' cannot be used"),
        (("--style", "neat"), "'--style' phải là một trong", "'--style' must be one of"),
    ],
)
def test_options_that_cannot_be_are_told_plainly(
    options: tuple[str, ...], vietnamese: str, english: str, tmp_path: Path
) -> None:
    for language, words in (("vi", vietnamese), ("en", english)):
        called = digitize("sample", tmp_path / "new", *options, "--lang", language)
        assert called.code == 2
        assert words in called.err
        assert not (tmp_path / "new").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    called = digitize("sample", tmp_path, "--lang", "en")
    assert called.code == 2
    assert "There is something in" in called.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['segno'] = None; from digitize.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", program, "sample", str(tmp_path / "new"), "--lang", "en"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "segno" in done.stderr
    assert "scripts/setup samples" in done.stderr
    assert not (tmp_path / "new").exists()


def test_help_in_both_languages() -> None:
    vietnamese, english = digitize("sample", "-h", "--lang", "vi"), digitize("sample", "-h", "--lang", "en")
    assert "Ví dụ: digitize sample " in vietnamese.out
    assert "Example: digitize sample " in english.out
    for page in (vietnamese, english):
        assert page.code == 0
        for option in ("--dossiers", "--seed", "--style", "--wear"):
            assert option in page.out

"""The catalogue is made from packages alone, follows them, and survives what happens to it and to them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from digitize.archive.catalogue_reading import UNREADABLE
from digitize.archive.catalogue_store import BrokenCatalogueError
from support.dossiers import package_in
from support.searching import ask, asked, catalogue_in, made_anew
from support.told_packages import paper, told_package

LETTER = paper("official_letter", "Công văn về việc hòa giải", subject="hòa giải", issued_date="2025-03-03")
FORM = paper("birth_registration", "Tờ khai của Ngô Minh Nghĩa", child_name="Ngô Minh Nghĩa")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    told_package(tmp_path / "archive", "HS-1", LETTER, FORM)
    return tmp_path


def rows(root: Path) -> list[object]:
    """Everything that a catalogue holds, but for the numbers that it gives."""
    with sqlite3.connect(root / "catalogue.db") as db:
        found = db.execute(
            "SELECT folder, file, form, title, date,"
            " (SELECT count(*) FROM page WHERE page.id >> 16 = document.id),"
            " (SELECT group_concat(shown) FROM value WHERE value.id >> 16 = document.id)"
            " FROM package JOIN document ON document.package = package.id ORDER BY 1, 2"
        ).fetchall()
    db.close()
    return list(found)


def is_sound(root: Path) -> bool:
    """Whether the indexes of words hold nothing but what the tables hold."""
    with sqlite3.connect(root / "catalogue.db") as db:
        for table in ("page_text", "value_text"):
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")  # noqa: S608
        counts = db.execute(
            "SELECT (SELECT count(*) FROM page), (SELECT count(*) FROM page_text_docsize),"
            " (SELECT count(DISTINCT id >> 16) FROM page), (SELECT count(*) FROM document)"
        ).fetchone()
    db.close()
    return bool(counts[0] == counts[1] and counts[2] == counts[3])


def test_it_is_made_at_the_first_search_for_its_owner_and_group_alone(root: Path) -> None:
    assert asked(root, "hoa giai") == {("HS-1.1", 1)}
    assert (root / "catalogue.db").stat().st_mode & 0o777 == 0o640 & ~_umask()


def test_deleted_it_is_made_anew_just_the_same(root: Path) -> None:
    told_package(root / "archive", "HS-2", FORM)
    catalogue_in(root).refresh()
    before = rows(root)
    (root / "catalogue.db").unlink()
    catalogue_in(root).refresh()
    assert rows(root) == before
    assert catalogue_in(root).refresh(anew=True).anew
    assert rows(root) == before


def test_packages_that_come_and_go_are_followed(root: Path) -> None:
    assert len(asked(root, "nghĩa")) == 1
    second = told_package(root / "archive", "HS-2", FORM)
    assert len(asked(root, "nghĩa")) == 2
    (root / "superseded").mkdir()
    second.rename(root / "superseded" / second.name)
    assert asked(root, "nghĩa") == {("HS-1.2", 1)}
    assert len(asked(root, "nghĩa", superseded=True)) == 2
    shutil.rmtree(root / "superseded" / second.name)
    assert len(asked(root, "nghĩa", superseded=True)) == 1
    assert is_sound(root)
    shutil.rmtree(next((root / "archive").iterdir()))
    assert asked(root, "nghĩa", superseded=True) == set()
    assert asked(root, "child_name:nghĩa", superseded=True) == set()
    assert is_sound(root)


def test_a_number_below_nothing_comes_and_goes_like_others(root: Path) -> None:
    second = told_package(root / "archive", "HS-2", paper("official_letter", "Công văn", copies=-5))
    assert asked(root, "copies:5") == {("HS-2.1", 1)}
    shutil.rmtree(second)
    assert asked(root, "copies:5") == set()
    assert is_sound(root)


def test_what_is_being_written_is_no_package_yet(root: Path) -> None:
    package = told_package(root / "elsewhere", "HS-2", FORM)
    package.rename(root / "archive" / f".staging-{package.name}")
    assert asked(root, "nghĩa") == {("HS-1.2", 1)}


@pytest.mark.parametrize("damage", [b"no database at all", b""])
def test_a_broken_catalogue_is_made_anew(root: Path, damage: bytes) -> None:
    catalogue_in(root).refresh()
    (root / "catalogue.db").write_bytes(damage)
    done = catalogue_in(root).refresh()
    assert (done.broken, done.anew) == (True, True)
    assert asked(root, "hoa giai") == {("HS-1.1", 1)}


def test_a_catalogue_of_another_version_is_made_anew(root: Path) -> None:
    catalogue_in(root).refresh()
    with sqlite3.connect(root / "catalogue.db") as db:
        db.execute("UPDATE meta SET value = 'another' WHERE key = 'stamp'")
    db.close()
    assert catalogue_in(root).refresh().broken
    assert asked(root, "hoa giai") == {("HS-1.1", 1)}


def test_damage_in_the_middle_is_noticed_by_the_search(root: Path) -> None:
    catalogue_in(root).refresh()
    data = (root / "catalogue.db").read_bytes()
    (root / "catalogue.db").write_bytes(data[:8192] + os.urandom(len(data) - 8192))
    with pytest.raises(BrokenCatalogueError), catalogue_in(root).opened() as store:
        from digitize.archive.query import parse_query
        from digitize.archive.search import Scope, search
        from digitize.archive.search_terms import Vocabulary

        search(store, parse_query("hoa"), Vocabulary({}), Scope())


def test_two_processes_at_once_find_the_same(root: Path) -> None:
    for number in range(2, 8):
        told_package(root / "archive", f"HS-{number}", FORM)
    with ProcessPoolExecutor(4) as pool:
        found = list(pool.map(asked, [root] * 8, ["nghĩa"] * 8))
    assert [len(one) for one in found] == [7] * 8
    assert is_sound(root)


def test_a_search_goes_on_while_another_process_makes_the_catalogue_anew(root: Path) -> None:
    catalogue_in(root).refresh()
    asked_for = "SELECT count(*) FROM page_text WHERE page_text MATCH 'hoa'"
    # Forked, it would hold the lock that it waits for.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        with catalogue_in(root).opened() as store:
            making = pool.submit(made_anew, root)
            while not list(root.glob(".digitize-*.part")) and not making.done():
                assert store.db.execute(asked_for).fetchone() == (1,)
            # What is put in place waits for those who are still searching.
            assert not making.done()
            assert store.db.execute(asked_for).fetchone() == (1,)
        assert making.result(60)


def test_what_a_killed_process_left_is_cleared_away_and_nothing_else(root: Path) -> None:
    catalogue_in(root).refresh()
    (root / "catalogue.db").rename(root / ".digitize-0123456789abcdef.part")
    (root / ".digitize-fedcba9876543210.part").write_text("somebody else's")
    catalogue_in(root).refresh()
    assert [path.name for path in root.glob(".digitize-*")] == [".digitize-fedcba9876543210.part"]
    assert asked(root, "hoa giai") == {("HS-1.1", 1)}


# --- what packages say ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"[" * 100_000,
        b'{"version": 2, "documents": []}',
        b'{"version": 1, "documents": {"file": 1}}',
        b'{"version": 1, "documents": [{"file": "x.pdf", "fields": 3}]}',
        b'{"version": 1, "documents": [{"file": 5, "pages": [{"page": "1", "text": null}]}]}',
        b'{"version": 1, "documents": [{"file": "../../x.pdf", "pages": [{"page": 1, "text": "passwd"}]}]}',
        b'{"version": 1, "documents": [{"file": "x", "pages": [{"page": 1e999, "text": "\\ud800"}]}]}',
        b"\xff\xfe\x00",
    ],
)
def test_content_that_is_none_is_not_believed_and_harms_nobody(tmp_path: Path, content: bytes) -> None:
    told_package(tmp_path / "archive", "HS-1", LETTER, content=content)
    told_package(tmp_path / "archive", "HS-2", FORM)
    found = ask(tmp_path, "nghia")
    assert (found.total, found.unreadable) == (1, 1)
    assert asked(tmp_path, "passwd") == set()
    assert asked(tmp_path, "dossier:HS-1") == {("HS-1.1", 1)}


def test_odd_values_are_left_out_and_the_rest_is_found(tmp_path: Path) -> None:
    odd: dict[str, Any] = {
        "number": {"number": {"deep": ["er"]}, "issuer": None},
        "copies": 10**400,
        "subject": ["một", 2, None, {"x": 1}],
        "issued_date": "2025-99-99' OR 1",
        "x" * 5000: "dài",
        "doc_type": "\x1b[31mđỏ\x00\u202e",
    }
    document = paper("official_letter", "Trang\x1b]0;title\x07 có chữ", **odd)
    told_package(tmp_path / "archive", "HS-1", document)
    (hit,) = ask(tmp_path, "trang").hits
    assert "\x1b" not in hit.snippet.text
    assert "Trang\\u001b" in hit.snippet.text
    assert asked(tmp_path, "subject:một") == {("HS-1.1", 1)}
    assert asked(tmp_path, "doc_type:31m*") == {("HS-1.1", 1)}


def test_content_whose_checksum_differs_is_not_believed(root: Path) -> None:
    path = next((root / "archive").iterdir()) / "documentation/content.json"
    path.write_text(path.read_text("utf-8").replace("Nghĩa", "Tráo"), "utf-8")
    assert asked(root, "tráo") == set()
    assert ask(root, "nghĩa").unreadable == 1


def test_a_link_in_the_place_of_content_is_not_followed(root: Path, tmp_path: Path) -> None:
    path = next((root / "archive").iterdir()) / "documentation/content.json"
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    assert asked(root, "nghĩa") == set()


def test_a_folder_that_is_no_package_is_remembered_as_such(root: Path) -> None:
    (root / "archive/odd").mkdir()
    found = ask(root, "hòa")
    assert (found.total, found.unreadable) == (1, 1)
    with sqlite3.connect(root / "catalogue.db") as db:
        assert db.execute("SELECT problem FROM package WHERE folder = 'odd'").fetchone() == (UNREADABLE,)
    db.close()
    assert catalogue_in(root).refresh().added == 0


def test_a_corrected_value_that_is_on_no_page_is_found_as_a_word(tmp_path: Path) -> None:
    told_package(tmp_path / "archive", "HS-1", paper("birth_registration", "Ngô Mlnh", child_name="Ngô Minh"))
    (hit,) = ask(tmp_path, '"ngô minh"').hits
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["Ngô Minh"]
    assert asked(tmp_path, '"mlnh ngô"') == set()


def test_a_package_without_content_is_found_by_its_text_layer_and_metadata(tmp_path: Path) -> None:
    package = package_in(tmp_path)
    assert not (package / "documentation/content.json").exists()
    found = ask(tmp_path, 'subject:"thu nghiem" issued_date:2025-04 number:12 issuer:"UBND xã Mẫu"')
    assert [hit.title for hit in found.hits] == ["Quyết định về việc thử nghiệm"]
    assert found.hits[0].date == "2025-04-03"
    assert {place for place, _ in asked(tmp_path, '"hội chủ nghĩa việt nam"')} == {"HS-1.1", "HS-1.2"}
    assert asked(tmp_path, "issued_date:2024") == {("HS-1.2", 1)}


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

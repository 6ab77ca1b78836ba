"""How what lies in an inbox becomes dossiers."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from digitize.ingest.discover import Found, discover, discover_inbox


def scan(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 8), 255).save(path)
    return path


def files(found: Found) -> list[str]:
    return [str(path.relative_to(found.source)) for path in found.files]


def refusals(found: Found) -> dict[str, str]:
    return {rejected.path.name: rejected.problem.code for rejected in found.rejected}


def test_each_folder_and_each_file_of_an_inbox_is_a_dossier(tmp_path: Path) -> None:
    scan(tmp_path / "HS-10" / "a.png")
    scan(tmp_path / "HS-9" / "a.png")
    scan(tmp_path / "HS-2.tif")
    found = list(discover_inbox(tmp_path))
    assert [one.code for one in found] == ["HS-2", "HS-9", "HS-10"]
    assert [one.source.name for one in found] == ["HS-2.tif", "HS-9", "HS-10"]
    assert all(not one.rejected for one in found)


def test_the_scans_of_a_folder_stand_in_natural_order_with_those_below_it(tmp_path: Path) -> None:
    for name in ("trang 10.png", "trang 9.png", "sau/trang 1.png"):
        scan(tmp_path / "HS" / name)
    (found,) = discover_inbox(tmp_path)
    assert files(found) == ["sau/trang 1.png", "trang 9.png", "trang 10.png"]


def test_a_folder_of_files_alone_is_one_dossier_when_it_is_named(tmp_path: Path) -> None:
    scan(tmp_path / "Tập 3" / "a.png")
    scan(tmp_path / "Tập 3" / "b.png")
    assert [(one.code, files(one)) for one in discover(tmp_path / "Tập 3")] == [("Tập 3", ["a.png", "b.png"])]
    assert [one.code for one in discover_inbox(tmp_path / "Tập 3")] == ["a", "b"]


def test_a_folder_of_folders_is_an_inbox_when_it_is_named(tmp_path: Path) -> None:
    scan(tmp_path / "USB" / "HS-1" / "a.png")
    scan(tmp_path / "USB" / "HS-2.png")
    assert [one.code for one in discover(tmp_path / "USB")] == ["HS-1", "HS-2"]


def test_a_file_that_is_named_is_a_dossier(tmp_path: Path) -> None:
    (found,) = discover(scan(tmp_path / "000.01.H99-0001.png"))
    assert (found.code, [path.name for path in found.files]) == ("000.01.H99-0001", ["000.01.H99-0001.png"])


@pytest.mark.parametrize(
    "name",
    [".hidden.png", "~$a.png", "Thumbs.db", "desktop.ini", ".DS_Store", "README.md", "a.png.part", "x.TMP"],
)
def test_what_systems_and_programs_leave_about_is_passed_over(tmp_path: Path, name: str) -> None:
    scan(tmp_path / "HS" / "a.png")
    (tmp_path / "HS" / name).write_bytes(b"x")
    (tmp_path / name).write_bytes(b"x")
    (found,) = discover_inbox(tmp_path)
    assert files(found) == ["a.png"]
    assert found.rejected == ()


@pytest.mark.parametrize("name", ["danh sách.xlsx", "GHI CHÚ.TXT", "SHA256SUMS.sha256", "truth.json"])
def test_lists_and_notes_beside_scans_are_no_pages(tmp_path: Path, name: str) -> None:
    scan(tmp_path / "HS" / "a.png")
    (tmp_path / "HS" / name).write_bytes(b"x")
    (tmp_path / name).write_bytes(b"x")
    (found,) = discover_inbox(tmp_path)
    assert files(found) == ["a.png"]
    assert found.rejected == ()


def test_a_scan_under_the_name_of_a_note_is_a_page_all_the_same(tmp_path: Path) -> None:
    scan(tmp_path / "HS" / "a.png").rename(tmp_path / "HS" / "a.txt")
    (found,) = discover_inbox(tmp_path)
    assert files(found) == ["a.txt"]


def test_each_thing_that_is_no_scan_is_refused_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "HS"
    good = scan(folder / "a.png")
    (folder / "thu.exe").write_bytes(b"MZ")
    (folder / "rong.jpg").touch()
    (folder / "link.png").symlink_to(good)
    (folder / "broken.png").symlink_to(tmp_path / "missing")
    (folder / "ngoai").symlink_to(tmp_path)
    os.mkfifo(folder / "ong.tif")
    (found,) = discover_inbox(tmp_path)
    assert files(found) == ["a.png"]
    assert refusals(found) == {
        "thu.exe": "not_a_scan",
        "rong.jpg": "file_empty",
        "link.png": "link_refused",
        "broken.png": "link_refused",
        "ngoai": "link_refused",
        "ong.tif": "special_file_refused",
    }


def test_a_note_that_is_a_link_is_refused_as_well(tmp_path: Path) -> None:
    scan(tmp_path / "HS" / "a.png")
    (tmp_path / "HS" / "ghi chu.txt").symlink_to("/etc/hostname")
    (found,) = discover_inbox(tmp_path)
    assert refusals(found) == {"ghi chu.txt": "link_refused"}


def test_a_loose_file_that_is_no_scan_is_a_dossier_without_pages(tmp_path: Path) -> None:
    (tmp_path / "thu.exe").write_bytes(b"MZ")
    (found,) = discover_inbox(tmp_path)
    assert (found.code, found.files, refusals(found)) == ("thu.exe", (), {"thu.exe": "not_a_scan"})


def test_empty_folders_and_folders_of_notes_are_no_dossiers(tmp_path: Path) -> None:
    (tmp_path / "trong" / "sau").mkdir(parents=True)
    (tmp_path / "ghi chu").mkdir()
    (tmp_path / "ghi chu" / "a.txt").write_text("x")
    assert list(discover_inbox(tmp_path)) == []


def test_codes_are_composed_while_sources_keep_the_name_on_the_disk(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Hồ sơ số 7")
    scan(tmp_path / decomposed / "a.png")
    (found,) = discover_inbox(tmp_path)
    assert found.code == "Hồ sơ số 7"
    assert found.source.name == decomposed

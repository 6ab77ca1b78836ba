"""``find`` as a clerk calls it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.program import digitize
from support.told_packages import paper, told_package


@pytest.fixture
def archive(office: Path) -> Path:
    """A workspace with one package that tells what it holds."""
    form = paper(
        "birth_registration",
        "Tờ khai đăng ký khai sinh\x1b[31m của cháu Ngô Minh Nghĩa",
        child_name="Ngô Minh Nghĩa",
        registered_on="2025-04-04",
        mother_iddoc={"number": "038099991188", "issuer": "", "issued_on": None},
    )
    told_package(office / "archive", "HS-1", form, organisation="H99.00.01")
    return office


def test_a_number_shows_dossier_paper_date_page_and_file(archive: Path) -> None:
    found = digitize("find", "038099991188", "-w", archive)
    assert found.code == 0
    heading, _, file = found.out.splitlines()
    assert "HS-1" in heading
    assert heading.endswith("Tờ khai đăng ký khai sinh  04/04/2025  trang 1")
    assert (archive / file.strip()).is_file()
    assert "1 gói" in found.err
    assert "Hiện 1 trong 1" in found.err


def test_json_is_one_document_with_marks(archive: Path) -> None:
    found = digitize("find", "--json", "nghia", "minh", "-w", archive)
    assert found.json["query"] == "nghia minh"
    assert found.json["total"] == 1
    (hit,) = found.json["hits"]
    assert (hit["form"], hit["page"], hit["date"]) == ("birth_registration", 1, "2025-04-04")
    assert {hit["snippet"][start:end] for start, end in hit["marks"]} == {"Nghĩa", "Minh"}
    assert "\x1b" not in hit["snippet"]


def test_nothing_found_is_no_failure(archive: Path) -> None:
    found = digitize("find", "không có đâu", "-w", archive)
    assert (found.code, found.out) == (0, "")
    assert "Không tìm thấy" in found.err


def test_the_catalogue_can_be_made_anew_without_a_query(archive: Path) -> None:
    made = digitize("find", "--rebuild", "-w", archive)
    assert made.code == 0
    assert "1 gói" in made.err
    assert (archive / "catalogue.db").is_file()


def test_an_archive_that_is_not_mounted_is_not_an_empty_one(archive: Path) -> None:
    assert digitize("find", "nghia", "-w", archive).code == 0
    (archive / "archive").rename(archive / "elsewhere")
    found = digitize("find", "nghia", "-w", archive)
    assert (found.code, found.out) == (3, "")
    assert str(archive / "archive") in found.err
    (archive / "elsewhere").rename(archive / "archive")
    assert "HS-1" in digitize("find", "nghia", "-w", archive).out


@pytest.mark.parametrize("query", ["no_such_field:1", '"ngo', "-ngo", ""])
def test_a_query_that_cannot_be_understood_is_wrong_usage(archive: Path, query: str) -> None:
    found = digitize("find", "-w", archive, "--", query)
    assert (found.code, found.out) == (2, "")
    assert "Cách xử lý" in found.err


def test_packages_of_a_real_run_are_found_by_what_was_read(finished: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(finished, tmp_path / "demo"))
    found = digitize("find", "cong hoa xa hoi chu nghia viet nam", "--json", "-w", place)
    assert found.json["total"] >= 1
    assert found.json["unreadable_packages"] == 0
    for hit in found.json["hits"]:
        assert (place / hit["file"]).is_file()
        assert hit["dossier"].startswith("000.00.01.H99-")
        assert hit["marks"]

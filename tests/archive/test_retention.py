"""How long a package is to be kept, read from its own metadata."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from digitize.archive.parts import EAD_NAME
from digitize.archive.retention import package_retention, retention_years
from digitize.errors import ItemProblem


def package(folder: Path, code: str, closed: str) -> Path:
    file = folder / EAD_NAME
    file.parent.mkdir(parents=True)
    elements = f"<title>Hồ sơ</title><maintenance>{code}</maintenance><endDate>{closed}</endDate>"
    file.write_text(f"<simpledc>{elements}</simpledc>", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("code", "closed", "ends"),
    [
        ("06", "04/04/2025", dt.date(2035, 4, 4)),
        ("05", "4/4/2025", dt.date(2045, 4, 4)),
        ("02", "31/12/1999", dt.date(2069, 12, 31)),
        # A leap day has none ten years later.
        ("06", "29/02/2024", dt.date(2034, 2, 28)),
        # Where a part is not known the end is not told too early.
        ("06", "02/2015", dt.date(2025, 2, 28)),
        ("03", "1980", dt.date(2030, 12, 31)),
        ("06", "", None),
        ("06", "13/2015", None),
        ("06", "mùa xuân", None),
        ("06", "01/01/9995", None),
        ("07", "04/04/2025", None),
        ("", "04/04/2025", None),
    ],
)
def test_the_end_follows_from_closing_date_and_code(
    tmp_path: Path, code: str, closed: str, ends: dt.date | None
) -> None:
    found = package_retention(package(tmp_path / "p", code, closed))
    assert (found.ends, found.for_ever, found.closed, found.code) == (ends, False, closed, code)


def test_what_is_kept_for_ever_has_no_end(tmp_path: Path) -> None:
    found = package_retention(package(tmp_path / "p", "01", "04/04/2025"))
    assert (found.ends, found.for_ever, found.title) == (None, True, "Hồ sơ")
    assert retention_years()["01"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<simpledc>",
        '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]><d><endDate>&e;</endDate></d>',
    ],
)
def test_metadata_that_cannot_be_read_are_told(tmp_path: Path, text: str) -> None:
    folder = package(tmp_path / "p", "01", "")
    (folder / EAD_NAME).write_text(text)
    with pytest.raises(ItemProblem, match="metadata_unreadable"):
        package_retention(folder)
    with pytest.raises(ItemProblem, match="metadata_unreadable"):
        package_retention(tmp_path / "nothing")

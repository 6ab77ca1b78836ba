"""Settings with a mistake: told by file and key, before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.calls import together
from support.offices import small_scan
from support.program import digitize


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("jobs = 0", "jobs = ", "line "),
        ("jobs = 0", "job = 0", "job"),
        ("jobs = 0", 'jobs = "nhiều"', "jobs"),
        ("jobs = 0", "jobs = -1", "jobs"),
        ('engine = "auto"', 'engine = "abbyy"', "reading.engine"),
        ("megapixels = 120.0", "megapixels = 0", "limits.megapixels"),
        ("megapixels = 120.0", "megapixel = 120.0", "limits.megapixel"),
        ('language = "vi"', 'language = "fr"', "language"),
        ("[organisation]", "[organization]", "organi"),
        ('profile = "demo"', 'profile = "tt99"', "tt99"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(office: Path, right: str, wrong: str, named: str) -> None:
    scan = small_scan(office / "scans" / "HS.jpg")
    settings = office / "digitize.toml"
    text = settings.read_text("utf-8")
    assert right in text
    settings.write_text(text.replace(right, wrong, 1))
    ran = digitize("run", "-w", office, "--json", "--lang", "en")
    assert ran.code == 3
    assert ran.out == ""
    assert named in ran.err
    assert "What to do: " in ran.err
    if named != "tt99":
        assert str(settings) in ran.err
    assert scan.is_file()
    assert list((office / "originals").iterdir()) == []


def test_settings_that_are_no_text_or_no_file_are_a_broken_environment(office: Path) -> None:
    settings = office / "digitize.toml"
    settings.write_bytes(b'language = "\xff\xfe"')
    commands = (("status",), ("doctor",), ("review", "--list"), ("sign",))
    for called in together(*((*command, "-w", office) for command in commands)):
        assert called.code == 3
        assert called.out == ""
        assert f"Tệp cấu hình {settings} sai cú pháp" in called.err


def test_a_ledger_that_is_none_is_told_and_left_alone(office: Path) -> None:
    ledger = office / "ledger.db"
    ledger.write_bytes(b"this is no database" * 100)
    before = ledger.read_bytes()
    called = digitize("status", "-w", office)
    assert called.code == 3
    assert str(ledger) in called.err
    assert ledger.read_bytes() == before

"""Settings with a mistake: told by file and key, before any work."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.calls import together
from support.offices import small_scan
from support.program import digitize

MISTAKES = [
    ("jobs = 0", "jobs = ", "line "),
    ("jobs = 0", "job = 0", " job"),
    ("jobs = 0", 'jobs = "nhiều"', "key jobs,"),
    ("jobs = 0", "jobs = -1", "key jobs,"),
    ('engine = "auto"', 'engine = "abbyy"', "key reading.engine,"),
    ("# megapixels = 120.0", "megapixels = 0", "key limits.megapixels,"),
    ("# megapixels = 120.0", "megapixel = 120.0", "limits.megapixel"),
    ('language = "vi"', 'language = "fr"', "key language,"),
    ("[organisation]", "[organization]", "key organisation,"),
]


def test_a_mistake_is_named_with_its_file_and_key_before_anything_is_taken_in(
    office: Path, tmp_path: Path
) -> None:
    small_scan(office / "scans" / "HS.jpg")
    text = (office / "digitize.toml").read_text("utf-8")
    roots = [tmp_path / f"office-{number}" for number in range(len(MISTAKES))]
    for root, (right, wrong, _) in zip(roots, MISTAKES, strict=True):
        shutil.copytree(office, root)
        assert right in text
        (root / "digitize.toml").write_text(text.replace(right, wrong, 1))
    calls = [("run", "-w", root, "--json", "--lang", "en") for root in roots]
    for ran, root, (_, wrong, named) in zip(together(*calls), roots, MISTAKES, strict=True):
        assert (ran.code, ran.out) == (3, ""), wrong
        assert f"The settings {root / 'digitize.toml'}" in ran.err
        assert named in ran.err
        assert "What to do: " in ran.err
        assert (root / "scans" / "HS.jpg").is_file()
        assert list((root / "originals").iterdir()) == []


def test_an_unknown_profile_is_told_with_those_there_are(office: Path) -> None:
    settings = office / "digitize.toml"
    settings.write_text(settings.read_text("utf-8").replace('profile = "demo"', 'profile = "tt99"'))
    ran = digitize("run", "-w", office, "--json")
    assert (ran.code, ran.out) == (3, "")
    assert "Không có bộ quy định tên tt99." in ran.err
    assert "tt05-2025" in ran.err


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

"""Whether the surroundings are as they should be."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from support.calls import together
from support.offices import small_scan
from support.program import digitize


def checks(told: dict[str, list[dict[str, str]]], name: str) -> list[dict[str, str]]:
    return [check for check in told["checks"] if check["name"] == name]


def choose_tessdata(office: Path, folder: Path) -> None:
    settings = office / "digitize.toml"
    text = settings.read_text("utf-8")
    chosen = text.replace('# tessdata = "/usr/share/tesseract-ocr/5/tessdata"', f'tessdata = "{folder}"')
    assert chosen != text
    settings.write_text(chosen)


def test_a_sound_place_passes_every_check(office: Path, tmp_path: Path) -> None:
    told, outside, wrong = together(
        ("doctor", "-w", office, "--json"), ("doctor",), ("doctor", "-w", tmp_path), cwd=tmp_path
    )
    assert (told.code, told.err) == (0, "")
    assert set(told.json) == {"checks"}
    for check in told.json["checks"]:
        assert set(check) == {"name", "state", "detail", "problem", "remedy"}
    assert {check["state"] for check in told.json["checks"] if check["name"] != "disk"} == {"ok"}
    names = {check["name"] for check in told.json["checks"]}
    assert names == {
        "clock",
        "disk",
        "engine",
        "folder",
        "font",
        "key",
        "language_data",
        "ledger",
        "ledger_place",
        "package",
        "python",
    }
    assert outside.code == 0
    assert "Bộ đọc chữ" in outside.out
    assert "Khóa ký" not in outside.out
    assert wrong.code == 2


def test_missing_language_data_names_the_package_to_install(office: Path, tmp_path: Path) -> None:
    empty = tmp_path / "trống"
    empty.mkdir()
    choose_tessdata(office, empty)
    scan = small_scan(office / "scans" / "HS.jpg")
    told, listed, ran, status = together(
        ("doctor", "-w", office),
        ("doctor", "-w", office, "--json", "--lang", "en"),
        ("run", "-w", office),
        ("status", "-w", office, "--json"),
    )
    assert told.code == 3
    assert "sudo apt-get install tesseract-ocr-vie" in told.out
    (check,) = checks(listed.json, "language_data")
    assert (check["state"], check["detail"]) == ("failure", "")
    assert "apt-get install tesseract-ocr-vie" in check["remedy"]
    assert ran.code == 3
    assert str(empty) in ran.err
    assert "tesseract-ocr-vie" in ran.err
    assert scan.is_file()
    assert status.json["summary"] in ({}, {"received": 1})


def test_a_folder_of_language_data_in_the_environment_goes_first_where_it_holds_the_language(
    tmp_path: Path,
) -> None:
    own, empty = tmp_path / "own", tmp_path / "empty"
    own.mkdir()
    empty.mkdir()
    found = digitize("doctor", "--json", TESSDATA_PREFIX=str(empty)).json
    (usual,) = checks(found, "language_data")
    assert usual["state"] == "ok"
    assert str(empty) not in usual["detail"]
    shutil.copy(usual["detail"].rpartition(" (")[0] + "/vie.traineddata", own)
    (check,) = checks(digitize("doctor", "--json", TESSDATA_PREFIX=str(own)).json, "language_data")
    assert check["detail"].startswith(f"{own} (")


def test_what_is_wrong_with_folders_and_key_is_told_with_its_remedy(office: Path) -> None:
    (office / "archive").chmod(0o755)
    (office / "keys" / "passphrase.txt").chmod(0o644)
    told = digitize("doctor", "-w", office, "--lang", "en")
    assert told.code == 3
    assert f"chmod o-rwx {office / 'archive'}" in told.out
    assert f"chmod 600 {office / 'keys' / 'passphrase.txt'}" in told.out
    (office / "keys" / "passphrase.txt").chmod(0o600)
    only_warned = digitize("doctor", "-w", office, "--json")
    assert only_warned.code == 0
    assert [c["state"] for c in checks(only_warned.json, "folder")].count("warning") == 1
    (office / "scans").rmdir()
    (office / "keys" / "signer.p12").unlink()
    document = digitize("doctor", "-w", office, "--json")
    assert document.code == 3
    failures = [check["name"] for check in document.json["checks"] if check["state"] == "failure"]
    assert failures == ["folder", "key"]


def test_a_ledger_that_is_none_or_of_a_later_version_is_a_failure(office: Path) -> None:
    with closing(sqlite3.connect(office / "ledger.db")) as database:
        database.execute("PRAGMA user_version = 99")
    later = digitize("doctor", "-w", office, "--json")
    for path in office.glob("ledger.db*"):
        path.unlink()
    (office / "ledger.db").write_bytes(b"no ledger " * 500)
    garbage = digitize("doctor", "-w", office, "--json")
    for told in (later, garbage):
        assert told.code == 3
        assert [check["state"] for check in checks(told.json, "ledger")] == ["failure"]

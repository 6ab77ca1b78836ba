"""Making a workspace, and finding one."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.offices import contents, ledger_of
from support.program import digitize, environment

NAME = 'Ủy ban nhân dân xã "Mẫu" {thử} \\ n'


def test_a_workspace_has_its_folders_and_settings_that_say_what_was_told(tmp_path: Path) -> None:
    root = tmp_path / "sâu" / "hồ sơ"
    made = digitize(
        "init",
        root,
        "--name",
        NAME,
        "--code",
        "H99.00.02",
        "--fonds",
        "P-01",
        "--user",
        "Lan",
        "--lang",
        "en",
    )
    assert made.code == 0
    assert made.out == ""
    assert f"Next: put scans into {root}/scans" in made.err
    assert sorted(path.name for path in root.iterdir() if not path.name.startswith("ledger")) == sorted(
        ["archive", "digitize.toml", "originals", "quarantine", "scans", "work"]
    )
    assert [path for path in (root, *root.rglob("*")) if path.stat().st_mode & 0o007] == []
    settings = tomllib.loads((root / "digitize.toml").read_text("utf-8"))
    assert settings["organisation"] == {"name": NAME, "code": "H99.00.02", "fonds": "P-01", "archive": ""}
    assert (settings["language"], settings["profile"]) == ("en", "tt05-2025")
    with ledger_of(root) as ledger:
        assert [(row["who"], row["kind"]) for row in ledger.rows("SELECT * FROM event")] == [
            ("Lan", "workspace_made")
        ]
    # Without a key nothing is signed, and sign says what to set.
    assert digitize("status", "-w", root).code == 0


def test_what_is_not_told_is_asked_for(tmp_path: Path) -> None:
    made = digitize("init", tmp_path / "a", "--code", "H99", stdin="\n  \nUBND xã Mẫu\nP-01\n")
    assert made.code == 0
    assert made.out == ""
    assert made.err.count("Tên cơ quan:") == 3
    settings = tomllib.loads((tmp_path / "a" / "digitize.toml").read_text("utf-8"))
    assert (settings["organisation"]["name"], settings["organisation"]["fonds"]) == ("UBND xã Mẫu", "P-01")


def test_where_nobody_can_be_asked_the_option_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    made = digitize("init", tmp_path / "a", "--name", "UBND")
    assert made.code == 2
    assert "--code" in made.err
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("demo", [("--demo",), ("--name", "A", "--code", "B", "--fonds", "C")])
def test_a_folder_with_something_in_it_is_left_alone(office: Path, demo: tuple[str, ...]) -> None:
    before = contents(office)
    again = digitize("init", office, *demo)
    assert again.code == 2
    assert f"{office} đã có dữ liệu" in again.err
    assert "Cách xử lý: Chọn thư mục trống" in again.err
    assert contents(office) == before
    file = office / "digitize.toml"
    assert digitize("init", file, *demo).code == 2
    assert contents(office) == before


def test_what_cannot_become_a_workspace_leaves_nothing_behind(tmp_path: Path) -> None:
    told = ("--name", "A", "--code", "B", "--fonds", "C")
    unknown = digitize("init", tmp_path / "a", *told, "--profile", "tt99")
    assert unknown.code == 3
    assert "tt05-2025" in unknown.err
    missing = digitize("init", tmp_path / "a", "--demo", "--samples", tmp_path / "không có")
    assert missing.code == 2
    assert str(tmp_path / "không có") in missing.err
    (tmp_path / "tệp").write_text("x")
    under_file = digitize("init", tmp_path / "tệp" / "a", *told)
    assert under_file.code == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tệp"]


def test_a_demo_has_keys_of_its_own_that_nobody_else_can_read(tmp_path: Path, finished: Path) -> None:
    samples = tmp_path / "mẫu"
    (samples / "HS-1").mkdir(parents=True)
    (samples / "HS-1" / "a.jpg").write_bytes(b"not looked into yet")
    root = tmp_path / "demo"
    made = digitize("init", root, "--demo", "--samples", samples)
    assert made.code == 0
    assert f"digitize run -w {root}" in made.err
    assert contents(root / "scans") == contents(samples)
    secrets = [root / "keys" / name for name in ("passphrase.txt", "signer.p12", "timestamp.p12")]
    assert [path for path in secrets if path.stat().st_mode & 0o077] == []
    for path in secrets:
        assert path.read_bytes() != (finished / "keys" / path.name).read_bytes()
    assert str(root) not in (root / "digitize.toml").read_text("utf-8")


@pytest.mark.thorough
def test_a_demo_without_samples_draws_dossiers_with_their_truth(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    assert digitize("init", root, "--demo", "--quiet").err == ""
    scans = contents(root / "scans")
    assert "truth.json" in scans
    assert len(scans) >= 5


def test_without_a_workspace_the_message_says_how_to_get_one(tmp_path: Path) -> None:
    nowhere = digitize("status", cwd=tmp_path)
    assert nowhere.code == 2
    assert "digitize init" in nowhere.err
    there = digitize("status", "-w", tmp_path / "mất", "--lang", "en")
    assert there.code == 2
    assert f"{tmp_path / 'mất'} is no workspace" in there.err
    assert not (tmp_path / "mất").exists()
    long = digitize("status", "-w", "a" * 5000)
    assert long.code == 3
    assert long.out == ""


def test_a_folder_that_is_gone_under_the_feet_is_no_traceback(tmp_path: Path) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" -m digitize status'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "Lỗi:" in done.stderr

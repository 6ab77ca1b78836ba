"""Signing by a person: where the passphrase comes from, and where it never goes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digitize.model import Stage
from support.offices import contents, packages, small_scan, stages
from support.program import digitize
from support.terminal import CTRL_C, terminal


@pytest.fixture(scope="module")
def once_composed(_empty_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(_empty_office, tmp_path_factory.mktemp("composed") / "office"))
    small_scan(root / "scans" / "HS-1.jpg")
    assert digitize("run", "-w", root, "--until", "composed").code == 0
    return root


@pytest.fixture
def composed(once_composed: Path, tmp_path: Path) -> Path:
    """A workspace of one's own with a dossier ready to sign."""
    return Path(shutil.copytree(once_composed, tmp_path / "composed"))


def take_passphrase(office: Path) -> str:
    """Take the passphrase out of the workspace and its settings."""
    settings = office / "digitize.toml"
    lines = settings.read_text("utf-8").splitlines(keepends=True)
    settings.write_text("".join(line for line in lines if not line.startswith("passphrase_file")))
    file = office / "keys" / "passphrase.txt"
    secret = file.read_text("utf-8").strip()
    file.unlink()
    return secret


def holders(office: Path, secret: str) -> list[str]:
    """Files of a workspace in which the passphrase stands."""
    return [name for name, data in contents(office).items() if secret.encode() in data]


def test_the_passphrase_comes_from_the_environment_and_goes_nowhere(composed: Path) -> None:
    secret = take_passphrase(composed)
    nobody = digitize("sign", "-w", composed)
    assert nobody.code == 3
    assert "DIGITIZE_PASSPHRASE" in nobody.err
    assert "passphrase_file" in nobody.err
    # Standard input that is no terminal is not read: nobody types there.
    assert digitize("sign", "-w", composed, stdin=secret + "\n").code == 3
    wrong = digitize("sign", "-w", composed, DIGITIZE_PASSPHRASE="falsch-9381")
    assert wrong.code == 3
    assert f"Mật khẩu của {composed / 'keys' / 'signer.p12'} không đúng" in wrong.err
    assert "falsch-9381" not in wrong.out + wrong.err
    assert packages(composed) == []
    assert stages(composed) == {"HS-1": Stage.COMPOSED}
    right = digitize("sign", "-w", composed, "--user", "Lan", "-v", DIGITIZE_PASSPHRASE=secret)
    assert right.code == 0
    assert right.out == ""
    (package,) = packages(composed)
    assert f"HS-1: đã ký và đóng gói tại {package}" in right.err
    assert secret not in nobody.err + wrong.err + right.err
    assert holders(composed, secret) == []
    assert holders(composed, "falsch-9381") == []
    events = digitize("show", "HS-1", "-w", composed, "--json").json["events"]
    assert [event["who"] for event in events if event["kind"] == "packaged"] == ["Lan"]
    assert digitize("verify", "-w", composed, package).code == 0


def test_the_passphrase_is_asked_for_in_a_terminal_and_not_shown(composed: Path) -> None:
    secret = take_passphrase(composed)
    with terminal("sign", "-w", composed) as screen:
        screen.wait_for("Mật khẩu khóa ký signer.p12:")
        screen.press(CTRL_C)
        assert screen.end() == 130
        assert "Đã dừng theo yêu cầu" in screen.plain
    assert packages(composed) == []
    with terminal("sign", "-w", composed, "--lang", "en") as screen:
        screen.wait_for("Passphrase of the signing key signer.p12:")
        screen.press(secret + "\n")
        assert screen.end() == 0
        assert secret not in screen.screen
        assert "HS-1: signed and packaged" in screen.plain
    assert len(packages(composed)) == 1


def test_a_passphrase_file_that_others_can_read_is_refused(composed: Path) -> None:
    file = composed / "keys" / "passphrase.txt"
    file.chmod(0o640)
    opened = digitize("sign", "-w", composed)
    assert opened.code == 3
    assert f"chmod 600 {file}" in opened.err
    file.unlink()
    missing = digitize("sign", "-w", composed, DIGITIZE_PASSPHRASE="unused")
    assert missing.code == 3
    assert str(file) in missing.err
    file.write_text("wrong\n")
    file.chmod(0o600)
    assert "không đúng" in digitize("sign", "-w", composed).err
    assert packages(composed) == []


def test_a_key_that_is_missing_or_none_is_told_and_nothing_is_harmed(composed: Path) -> None:
    key = composed / "keys" / "signer.p12"
    data = key.read_bytes()
    key.unlink()
    gone = digitize("sign", "-w", composed)
    assert gone.code == 3
    assert f"Không đọc được tệp khóa {key}" in gone.err
    key.write_bytes(data[:100])
    assert digitize("sign", "-w", composed).code == 3
    settings = composed / "digitize.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('key = "keys/signer.p12"\n', "", 1))
    unset = digitize("sign", "-w", composed, "--lang", "en")
    assert unset.code == 3
    assert "No signing key is set" in unset.err
    assert "[signing]" in unset.err
    assert stages(composed) == {"HS-1": Stage.COMPOSED}
    assert packages(composed) == []
    settings.write_text(text)
    key.write_bytes(data)
    assert digitize("sign", "HS-1", "-w", composed).code == 0


def test_with_nothing_to_sign_no_key_is_asked_for(office: Path) -> None:
    take_passphrase(office)
    told = digitize("sign", "-w", office)
    assert (told.code, told.out) == (0, "")
    assert "Không có hồ sơ nào sẵn sàng ký." in told.err
    assert digitize("sign", "-w", office, "--quiet").err == ""


def test_a_dossier_in_review_is_not_signed_and_the_others_are(composed: Path) -> None:
    small_scan(composed / "scans" / "HS-2.jpg")
    assert digitize("run", "-w", composed, "--until", "recognised").code == 0
    told = digitize("sign", "HS-2", "HS-1", "-w", composed)
    assert told.code == 1
    assert "Hồ sơ HS-2 chưa sẵn sàng ký" in told.err
    assert "HS-1: đã ký" in told.err
    assert stages(composed) == {"HS-1": Stage.PACKAGED, "HS-2": Stage.RECOGNISED}
    unknown = digitize("sign", "HS-2", "HS-9", "-w", composed)
    assert unknown.code == 2
    assert "HS-9" in unknown.err

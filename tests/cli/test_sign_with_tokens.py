"""Signing with a token: the PIN is asked for once, tried once, and written down nowhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from digitize.model import Stage
from digitize.times import now
from support.offices import contents, packages, small_scan, stages
from support.program import digitize
from support.sealing import DAY, office, rsa_key
from support.terminal import terminal
from support.tokens import MODULE, PIN, TokenCase, needs_softhsm

pytestmark = needs_softhsm

ORGANISATION = "Ủy ban nhân dân phường Sao Mai"


@pytest.fixture(scope="module")
def once_composed(_empty_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(_empty_office, tmp_path_factory.mktemp("composed") / "office"))
    for number in (1, 2):
        small_scan(root / "scans" / f"HS-{number}.jpg", f"Hồ sơ số {number}")
    assert digitize("run", "-w", root, "--until", "composed").code == 0
    return root


@pytest.fixture
def composed(once_composed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once_composed, tmp_path / "composed"))


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TokenCase:
    made = TokenCase.new(tmp_path / "hsm")
    made.add_token("UBND")
    made.use(monkeypatch)
    made.store("UBND", office().authority.issue(ORGANISATION, key=rsa_key()))
    return made


def use_token(root: Path, *lines: str, level: str = "B-B", unattended: bool = False) -> None:
    """Let a workspace sign with the token, at a level that needs no authority."""
    anchor = root / "keys" / "anchor.der"
    anchor.write_bytes(office().authority.certificate.dump())
    crl = root / "keys" / "anchor.crl"
    crl.write_bytes(office().authority.revocations(since=now() - DAY, until=now() + 90 * DAY).dump())
    (root / "own.toml").write_text(
        'extends = "tt05-2025"\nid = "own"\nsource = "-"\n[review]\nrequired = "never"\n'
        f'[signing]\nlevel = "{level}"\nunattended = {str(unattended).lower()}\n'
    )
    settings = root / "digitize.toml"
    text = re.sub(r"(?m)^profile = .*$", 'profile = "own.toml"', settings.read_text("utf-8"))
    text = re.sub(r"(?m)^(key|passphrase_file|timestamp_key|anchors|revocations) = .*\n", "", text)
    own = "\n".join([f'module = "{MODULE}"', 'token = "UBND"', *lines])
    text = text.replace("[signing]\n", f"[signing]\n{own}\n").replace(
        "[trust]\n", '[trust]\nanchors = ["keys/anchor.der"]\nrevocations = ["keys/anchor.crl"]\n'
    )
    settings.write_text(text, "utf-8")
    settings.chmod(0o640)


def verified(root: Path, case: TokenCase) -> list[str]:
    told = digitize("verify", root / "archive", "-w", root, "--json", SOFTHSM2_CONF=case.settings).json
    return [item["verdict"] for item in told["items"]]


def test_one_pin_signs_the_whole_day(composed: Path, case: TokenCase) -> None:
    use_token(composed)
    with terminal("sign", "-w", composed, SOFTHSM2_CONF=case.settings) as screen:
        screen.wait_for("Mã PIN của thiết bị UBND")
        assert ORGANISATION in screen.plain
        screen.press(PIN + "\n")
        assert screen.end() == 0
        assert PIN not in screen.screen
        assert screen.plain.count("Mã PIN") == 1
    assert stages(composed) == {"HS-1": Stage.PACKAGED, "HS-2": Stage.PACKAGED}
    assert verified(composed, case) == ["VALID", "VALID"]
    assert [name for name, data in contents(composed).items() if PIN.encode() in data] == []


def test_a_wrong_pin_is_not_tried_twice_and_nothing_is_signed(composed: Path, case: TokenCase) -> None:
    use_token(composed)
    with terminal("sign", "-w", composed, SOFTHSM2_CONF=case.settings) as screen:
        screen.wait_for("Mã PIN")
        screen.press("1234-9999\n")
        assert screen.end() == 3
        assert "không đúng" in screen.plain
        assert screen.plain.count("Mã PIN của thiết bị UBND (") == 1
    with terminal("sign", "-w", composed, SOFTHSM2_CONF=case.settings) as screen:
        screen.wait_for("đã bị nhập sai mã PIN")
        screen.wait_for("Mã PIN của thiết bị UBND (")
        screen.press(PIN + "\n")
        assert screen.end() == 0


@pytest.mark.thorough
def test_a_run_at_night_signs_with_the_pin_of_a_file_and_tries_a_wrong_one_once(
    composed: Path, case: TokenCase
) -> None:
    pin = composed / "keys" / "pin.txt"
    pin.write_text("0000-1111\n")
    pin.chmod(0o600)
    use_token(composed, 'pin_file = "keys/pin.txt"', unattended=True)
    first = digitize("run", "-w", composed, SOFTHSM2_CONF=case.settings)
    assert first.code == 3
    assert "không đúng" in first.err
    second = digitize("run", "-w", composed, SOFTHSM2_CONF=case.settings)
    assert second.code == 3
    assert "đã bị thiết bị từ chối" in second.err
    assert stages(composed) == {"HS-1": Stage.COMPOSED, "HS-2": Stage.COMPOSED}
    # The token says that a wrong one was entered: the right one from a file waits for a person.
    pin.write_text(PIN + "\n")
    third = digitize("run", "-w", composed, SOFTHSM2_CONF=case.settings)
    assert third.code == 3
    assert "không có người tại máy" in third.err
    with terminal("sign", "HS-1", "-w", composed, SOFTHSM2_CONF=case.settings) as screen:
        screen.wait_for("Mã PIN của thiết bị UBND (")
        screen.press(PIN + "\n")
        assert screen.end() == 0
    assert digitize("run", "-w", composed, SOFTHSM2_CONF=case.settings).code == 0
    assert verified(composed, case) == ["VALID", "VALID"]


def test_without_a_pin_or_a_person_what_is_composed_waits(composed: Path, case: TokenCase) -> None:
    use_token(composed)
    told = digitize("sign", "-w", composed, SOFTHSM2_CONF=case.settings)
    assert told.code == 3
    assert "DIGITIZE_PIN" in told.err
    assert packages(composed) == []
    given = digitize("sign", "-w", composed, DIGITIZE_PIN=PIN, SOFTHSM2_CONF=case.settings)
    assert given.code == 0
    assert verified(composed, case) == ["VALID", "VALID"]


def test_a_token_that_is_not_plugged_in_stops_nothing_but_signing(composed: Path, case: TokenCase) -> None:
    use_token(composed, unattended=True)
    shutil.rmtree(case.folder / "tokens")
    (case.folder / "tokens").mkdir()
    small_scan(composed / "scans" / "HS-3.jpg", "Hồ sơ số 3")
    told = digitize("run", "-w", composed, DIGITIZE_PIN=PIN, SOFTHSM2_CONF=case.settings)
    assert told.code == 3
    assert "Không thấy thiết bị ký UBND" in told.err
    assert "vẫn chờ, chưa ký" in told.err
    assert set(stages(composed).values()) == {Stage.COMPOSED}
    assert packages(composed) == []


def test_a_module_is_not_loaded_from_settings_that_others_can_write(composed: Path, case: TokenCase) -> None:
    use_token(composed)
    (composed / "digitize.toml").chmod(0o664)
    told = digitize("sign", "-w", composed, DIGITIZE_PIN=PIN, SOFTHSM2_CONF=case.settings)
    assert told.code == 3
    assert "chmod go-w" in told.err
    (composed / "digitize.toml").chmod(0o640)
    module = composed / "module.so"
    shutil.copy(MODULE, module)
    module.chmod(0o666)
    settings = composed / "digitize.toml"
    settings.write_text(settings.read_text("utf-8").replace(str(MODULE), str(module)), "utf-8")
    assert (
        "phần mềm thiết bị ký"
        in digitize("sign", "-w", composed, DIGITIZE_PIN=PIN, SOFTHSM2_CONF=case.settings).err
    )
    assert packages(composed) == []


def test_a_certificate_of_somebody_else_signs_nothing(composed: Path, case: TokenCase) -> None:
    use_token(composed, 'holder = "Ủy ban nhân dân phường Khác"')
    told = digitize("sign", "-w", composed, DIGITIZE_PIN=PIN, SOFTHSM2_CONF=case.settings)
    assert told.code == 3
    assert "không ghi tên Ủy ban nhân dân phường Khác" in told.err
    assert packages(composed) == []


def test_the_doctor_sees_a_token_without_a_pin(composed: Path, case: TokenCase) -> None:
    use_token(composed)
    told = digitize("doctor", "-w", composed, SOFTHSM2_CONF=case.settings)
    assert f"UBND: Common Name: {ORGANISATION}" in told.out
    digitize("sign", "-w", composed, DIGITIZE_PIN="1111-2222", SOFTHSM2_CONF=case.settings)
    told = digitize("doctor", "-w", composed, SOFTHSM2_CONF=case.settings)
    assert "đã có người nhập sai mã PIN" in told.out
    shutil.rmtree(case.folder / "tokens")
    (case.folder / "tokens").mkdir()
    gone = digitize("doctor", "-w", composed, SOFTHSM2_CONF=case.settings)
    assert gone.code == 3
    assert "Không thấy thiết bị ký UBND" in gone.out


@pytest.mark.thorough
def test_an_officer_signs_first_and_the_organisation_after(composed: Path, case: TokenCase) -> None:
    use_token(composed)
    officer = office().authority.issue("Lê Thị Một Cửa", organisation=ORGANISATION)
    officer.pkcs12(composed / "keys" / "officer.p12", b"cua-can-bo")
    profile = composed / "own.toml"
    profile.write_text(profile.read_text("utf-8") + 'signers = "officer_and_organisation"\n')
    assert "[signing.officer]" in digitize("sign", "-w", composed, SOFTHSM2_CONF=case.settings).err
    settings = composed / "digitize.toml"
    text = settings.read_text("utf-8")
    settings.write_text(
        text.replace("[trust]\n", '[signing.officer]\nkey = "keys/officer.p12"\n\n[trust]\n', 1)
    )
    with terminal("sign", "-w", composed, SOFTHSM2_CONF=case.settings) as screen:
        screen.wait_for("Mật khẩu khóa ký officer.p12:")
        screen.press("cua-can-bo\n")
        screen.wait_for("Mã PIN của thiết bị UBND")
        screen.press(PIN + "\n")
        assert screen.end() == 0
    told = digitize("verify", composed / "archive", "-w", composed, "--json").json
    assert [item["verdict"] for item in told["items"]] == ["VALID", "VALID"]
    signers = {
        (one["field"], "Lê Thị Một Cửa" in one["signer"])
        for item in told["items"]
        for pdf in item["items"]
        for one in pdf["signatures"]
    }
    assert signers == {("DigitizeOfficer", True), ("DigitizeSignature", False)}


def test_an_old_scheme_is_used_only_if_the_profile_says_so_and_is_told(
    composed: Path, case: TokenCase
) -> None:
    use_token(composed)
    profile = composed / "own.toml"
    profile.write_text(profile.read_text("utf-8") + 'scheme = "pkcs1v15"\n')
    told = digitize("sign", "-w", composed, DIGITIZE_PIN=PIN, SOFTHSM2_CONF=case.settings)
    assert told.code == 0
    assert "không theo lược đồ RSASSA-PSS" in told.err
    item = digitize("verify", composed / "archive", "-w", composed, "--json").json["items"][0]
    assert item["verdict"] == "VALID"
    assert [note["code"] for note in item["items"][0]["signatures"][0]["notes"]] == ["not_pss"]


@pytest.mark.thorough
def test_a_true_copy_says_so_where_no_words_stand(composed: Path, case: TokenCase) -> None:
    use_token(composed)
    profile = composed / "own.toml"
    profile.write_text(profile.read_text("utf-8") + 'appearance = "true_copy"\ncopy_form = "TRÍCH SAO"\n')
    small_scan(composed / "scans" / "HS-3.jpg", "Ủy ban nhân dân phường Sao Mai công bố danh")
    assert digitize("run", "-w", composed, "--until", "composed").code == 0
    told = digitize("sign", "HS-3", "-w", composed, DIGITIZE_PIN=PIN, SOFTHSM2_CONF=case.settings)
    assert told.code == 0
    assert "góc trên bên phải có chữ nên dấu ký đặt cách mép trái" in told.err
    (pdf,) = (composed / "archive").rglob("data/*.pdf")
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "Trích sao" in text
    assert f"{ORGANISATION}\n" in text

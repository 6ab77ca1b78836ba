"""``digitize export`` as clerks call it."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.exports import DOSSIER, exports_of, package_of
from support.program import digitize


def test_what_may_not_leave_is_told_and_the_rest_goes(finished: Path, tmp_path: Path) -> None:
    house = Path(shutil.copytree(finished, tmp_path / "house"))
    damaged = package_of(house)
    mets = damaged / "METS.xml"
    mets.write_bytes(mets.read_bytes() + b"\n")
    out = tmp_path / "giao nộp"
    done = digitize(
        "export", "-w", house, "--format", "sip", "--bag", "--split", "1G", "--to", out, "--lang", "vi"
    )
    assert done.code == 1
    assert f"{DOSSIER}: Gói {damaged.name} đã hỏng hoặc bị sửa, nên không xuất." in done.err
    assert "Đã xuất 2 hồ sơ" in done.err
    assert "không xuất được: 1" in done.err
    assert sorted(path.name[:6] + path.suffix for path in out.iterdir()) == ["1uuid-.zip", "2uuid-.zip"]


def test_a_size_that_is_none_is_a_wrong_call(finished: Path, tmp_path: Path) -> None:
    done = digitize("export", "-w", finished, "--format", "sip", "--split", "lớn", "--to", tmp_path / "out")
    assert done.code == 2
    assert not (tmp_path / "out").exists()


def test_where_a_person_signs_the_key_is_opened_for_sign_alone(finished: Path, tmp_path: Path) -> None:
    house, out = Path(shutil.copytree(finished, tmp_path / "house")), tmp_path / "out"
    (house / "own.toml").write_text('extends = "demo"\nid = "own"\n[signing]\nunattended = false\n')
    settings = house / "digitize.toml"
    text = settings.read_text("utf-8").replace('profile = "demo"', 'profile = "own.toml"')
    lines = [one for one in text.splitlines(keepends=True) if not one.startswith("passphrase_file")]
    settings.write_text("".join(lines), "utf-8")
    secret = (house / "keys" / "passphrase.txt").read_text("utf-8").strip()
    call = ("export", DOSSIER, "-w", house, "--format", "sip", "--to", out)
    plain = digitize(*call, "--json", DIGITIZE_PASSPHRASE="unused")
    assert plain.code == 0
    assert [note["code"] for note in plain.json["notes"]] == ["export_unsigned"]
    assert "chưa có chữ ký số của cơ quan" in plain.err
    assert "xuất lại với --sign" in plain.err
    (folder,) = out.iterdir()
    assert not (folder / "METS.xml.p7s").exists()
    wrong = digitize(*call, "--sign", DIGITIZE_PASSPHRASE="falsch-9381")
    assert wrong.code == 3
    assert "falsch-9381" not in wrong.out + wrong.err
    assert list(out.iterdir()) == [folder]
    assert len(exports_of(house)) == 1
    right = digitize(*call, "--sign", "--json", DIGITIZE_PASSPHRASE=secret)
    assert right.code == 0, right.err
    assert right.json["notes"] == []
    assert "chưa có chữ ký" not in right.err
    (name,) = right.json["exported"][0]["files"]
    assert digitize("verify", out / name, "--anchor", house / "keys" / "ca.pem").code == 0

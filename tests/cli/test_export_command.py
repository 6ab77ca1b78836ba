"""``digitize export`` as clerks call it."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.exports import DOSSIER, package_of
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

"""Files belong to the group and the account that the settings name, and nobody else reads them."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem
from digitize.files import make_folder, publish_folder, write_whole
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.program import digitize


@pytest.fixture
def other_group() -> grp.struct_group:
    """A group that is not the one that files get by themselves, and that this account may give to."""
    mine = set(os.getgroups())
    for group in grp.getgrall():
        if group.gr_gid != os.getegid() and (os.geteuid() == 0 or group.gr_gid in mine):
            return group
    pytest.skip("there is no other group to give files to")


def choose(office: Path, **chosen: str) -> Workspace:
    """Set who may read, and open the workspace."""
    settings = office / "digitize.toml"
    text = settings.read_text("utf-8")
    for key, value in chosen.items():
        assert f'{key} = ""' in text
        text = text.replace(f'{key} = ""', f'{key} = "{value}"')
    settings.write_text(text)
    return Workspace.open(office)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_made_belongs_to_the_group_and_to_nobody_else(
    office: Path, other_group: grp.struct_group
) -> None:
    workspace = choose(office, group=other_group.gr_name)
    before = os.umask(0o022)
    try:
        workspace.require_folders()
        staging = make_folder(workspace.staging("gói") / "representations" / "rep1")
        write_whole(staging / "METS.xml", "<mets/>")
        publish_folder(workspace.staging("gói"), workspace.archive / "gói")
        make_folder(workspace.superseded)
        # A library may write for itself; and the ledger is a database.
        (workspace.archive / "gói" / "by-itself").write_text("x")
        Ledger(workspace.quarantine / "another.db", now, "tester").close()
    finally:
        os.umask(before)
    made = [workspace.archive / "gói", *(workspace.archive / "gói").rglob("*"), workspace.superseded]
    assert {path.stat().st_gid for path in made} == {other_group.gr_gid}
    assert {mode(path) for path in made if path.is_dir()} == {0o2750}
    assert mode(workspace.archive / "gói" / "representations" / "rep1" / "METS.xml") == 0o640
    assert (workspace.quarantine / "another.db").stat().st_gid == other_group.gr_gid
    # Keys and passphrases are their owner's alone, as before.
    assert {mode(path) for path in (office / "keys").glob("*.p12")} == {0o600}
    assert mode(office / "keys" / "passphrase.txt") == 0o600


def test_a_strict_umask_is_respected_and_doctor_tells_that_the_group_is_shut_out(
    office: Path, other_group: grp.struct_group
) -> None:
    workspace = choose(office, group=other_group.gr_name)
    workspace.require_folders()
    assert "nhóm" not in digitize("doctor", "-w", office).out
    make_folder(workspace.archive / "older").chmod(0o750)
    os.chown(workspace.archive / "older", -1, os.getegid())
    partly = digitize("doctor", "-w", office).out
    assert f"chưa thuộc nhóm {other_group.gr_name}" in " ".join(partly.split())
    (workspace.archive / "older").rmdir()
    before = os.umask(0o077)
    try:
        made = make_folder(workspace.archive / "strict")
        write_whole(made / "file", "x")
    finally:
        os.umask(before)
    assert mode(made) & 0o777 == 0o700
    assert mode(made / "file") == 0o600
    assert "umask quá chặt" in " ".join(digitize("doctor", "-w", office).out.split())


@pytest.mark.parametrize(
    ("key", "name", "code"),
    [
        ("group", "không-có-nhóm-này", "access_group_unknown"),
        ("owner", "không-có-ai-tên-này", "access_owner_unknown"),
        ("owner", "", "access_owner_other"),
        ("group", "", "access_group_refused"),
    ],
)
def test_a_wrong_account_or_group_is_told_before_anything_is_written(
    office: Path, key: str, name: str, code: str
) -> None:
    if code == "access_owner_other":
        name = next(one.pw_name for one in pwd.getpwall() if one.pw_uid != os.geteuid())
    elif code == "access_group_refused":
        if os.geteuid() == 0:
            pytest.skip("the superuser may give to every group")
        mine = {*os.getgroups(), os.getegid()}
        name = next(one.gr_name for one in grp.getgrall() if one.gr_gid not in mine)
    workspace = choose(office, **{key: name})
    workspace.archive.rmdir()
    with pytest.raises(EnvironmentProblem) as caught:
        workspace.require_folders()
    assert caught.value.code == code
    assert not workspace.archive.exists()

"""Files appear whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digitize.files import (
    Fixity,
    copy_whole,
    fixity,
    make_folder,
    publish_folder,
    remove_tree,
    sweep,
    whole_file,
    write_whole,
)


def in_another_process(program: str, *arguments: Path) -> int:
    """Run some lines of Python that may die of it; return how they ended."""
    lines = f"import os, signal, sys\nfrom pathlib import Path\nfrom digitize.files import *\n{program}"
    return subprocess.run([sys.executable, "-c", lines, *map(str, arguments)], check=False).returncode


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def operations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done to the disk, in order; everything is really done."""
    seen: list[str] = []
    fsync, replace, rename = os.fsync, Path.replace, Path.rename

    def noted_fsync(handle: int) -> None:
        seen.append(f"flush {Path(f'/proc/self/fd/{handle}').readlink().name}")
        fsync(handle)

    def noted(name: str, real: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def move(self: Path, target: Path) -> Path:
            seen.append(f"{name} {target.name}")
            return real(self, target)

        return move

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted("replace", replace))
    monkeypatch.setattr(Path, "rename", noted("rename", rename))
    return seen


def test_text_and_bytes_are_written_as_given(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "tờ khai\n")
    write_whole(tmp_path / "b", b"\x00\xff")
    assert (tmp_path / "a").read_bytes() == "tờ khai\n".encode()
    assert (tmp_path / "b").read_bytes() == b"\x00\xff"
    assert names(tmp_path) == ["a", "b"]


def test_the_data_are_on_the_disk_before_the_name_and_the_name_before_the_end(
    tmp_path: Path, operations: list[str]
) -> None:
    write_whole(tmp_path / "a.json", "{}")
    first, second, third = operations
    assert first.startswith("flush .digitize-")
    assert second == "replace a.json"
    assert third == f"flush {tmp_path.name}"


def test_the_temporary_file_lies_beside_its_name_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a", mode=0o600) as part:
        assert part.parent == tmp_path
        assert part.stat().st_mode & 0o777 == 0o600
        part.write_bytes(b"secret")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_read_only_file_is_written_and_then_closed_to_writing(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"original", mode=0o440)
    assert (tmp_path / "a").stat().st_mode & 0o222 == 0
    assert (tmp_path / "a").read_bytes() == b"original"


def test_the_umask_is_respected(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "a", b"")
        make_folder(tmp_path / "b")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o700


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"old")

    def fail_half_way() -> None:
        with whole_file(tmp_path / "a") as part:
            part.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("nth", [1, 2])
def test_a_disk_that_fails_to_flush_leaves_the_old_file_or_the_whole_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    write_whole(tmp_path / "a", b"old")
    calls = iter(range(1, 9))
    fsync = os.fsync

    def failing(handle: int) -> None:
        if next(calls) == nth:
            raise OSError(5, "Input/output error")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="Input/output error"):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == {1: b"old", 2: b"new"}[nth]
    assert names(tmp_path) == ["a"]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    # A limit on the size of files ends a write as a full disk does: in its middle.
    program = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_whole(Path(sys.argv[1]), b"x" * 5000)
except OSError:
    sys.exit(7)
"""
    assert in_another_process(program, tmp_path / "a") == 7
    assert names(tmp_path) == []


def test_a_kill_leaves_the_old_file_and_only_what_sweep_finds(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"old")
    program = """
with whole_file(Path(sys.argv[1])) as part:
    part.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert in_another_process(program, tmp_path / "a") == -signal.SIGKILL
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(names(tmp_path)) == 2
    assert sweep(tmp_path) == 1
    assert names(tmp_path) == ["a"]


def test_an_interrupt_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"old")
    program = """
try:
    with whole_file(Path(sys.argv[1])) as part:
        part.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    sys.exit(130)
"""
    assert in_another_process(program, tmp_path / "a") == 130
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_sweep_takes_only_what_interrupted_writes_left(tmp_path: Path) -> None:
    deep = make_folder(tmp_path / "b" / "c")
    (deep / ".digitize-00.part").touch()
    (tmp_path / ".digitize-11.part").touch()
    kept = ("a.part", ".digitize-notes", "digitize-1.part")
    for name in kept:
        (tmp_path / name).touch()
    assert sweep(tmp_path) == 2
    assert names(tmp_path) == sorted([*kept, "b"])
    assert sweep(tmp_path / "missing") == 0


def test_where_others_write_only_what_is_old_is_taken_and_nothing_deeper(tmp_path: Path) -> None:
    old, new, deep = (
        tmp_path / name for name in (".digitize-a.part", ".digitize-b.part", "x/.digitize-c.part")
    )
    for path in (old, new, deep):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    for path in (old, deep):
        os.utime(path, (1000, 1000))
    assert sweep(tmp_path, before=2000) == 1
    assert (old.exists(), new.exists(), deep.exists()) == (False, True, True)


def test_a_copy_is_a_file_of_its_own_and_its_fixity_is_that_of_the_source(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    proof = copy_whole(source, target, mode=0o440)
    assert proof == Fixity(hashlib.sha256(data).hexdigest(), len(data)) == fixity(target)
    assert target.stat().st_ino != source.stat().st_ino
    source.write_bytes(b"changed by the scanner")
    assert fixity(target) == proof


def test_a_copy_of_what_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_whole(tmp_path / "missing", tmp_path / "target")
    assert names(tmp_path) == []


def test_an_empty_file_has_a_fixity_too(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert fixity(tmp_path / "a") == Fixity(hashlib.sha256().hexdigest(), 0)


def test_missing_parents_are_made_and_each_is_flushed(tmp_path: Path, operations: list[str]) -> None:
    made = make_folder(tmp_path / "a" / "b" / "c")
    assert made.is_dir()
    assert operations == [f"flush {name}" for name in (tmp_path.name, "a", "b")]
    operations.clear()
    assert make_folder(made) == made
    assert operations == []


def test_publishing_flushes_every_file_before_the_rename(tmp_path: Path, operations: list[str]) -> None:
    staging = tmp_path / "staging"
    (staging / "data").mkdir(parents=True)
    (staging / "data" / "a.pdf").write_bytes(b"a")
    (staging / "METS.xml").write_bytes(b"m")
    (tmp_path / "archive").mkdir()
    publish_folder(staging, tmp_path / "archive" / "one")
    at = operations.index("rename one")
    assert set(operations[:at]) == {"flush data", "flush a.pdf", "flush METS.xml", "flush staging"}
    assert operations[at - 1] == "flush staging"
    assert set(operations[at + 1 :]) == {"flush archive", f"flush {tmp_path.name}"}
    assert (tmp_path / "archive" / "one" / "data" / "a.pdf").read_bytes() == b"a"


@pytest.mark.parametrize("taken", ["empty folder", "full folder", "file"])
def test_publishing_never_replaces_what_is_there(tmp_path: Path, taken: str) -> None:
    staging, target = tmp_path / "staging", tmp_path / "target"
    staging.mkdir()
    (staging / "new").touch()
    if taken == "file":
        target.touch()
    else:
        target.mkdir()
        if taken == "full folder":
            (target / "old").touch()
    with pytest.raises(FileExistsError):
        publish_folder(staging, target)
    assert names(staging) == ["new"]
    assert not (target / "new").exists()


def test_removing_a_tree_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "work" / "deep")
    (folder / "page.png").touch()
    remove_tree(tmp_path / "work")
    assert names(tmp_path) == []
    remove_tree(tmp_path / "work")

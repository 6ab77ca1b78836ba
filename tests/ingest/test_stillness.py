"""When a dossier in the inbox has come to rest, and who has its files open."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digitize.ingest.shares import answers, is_away, is_network
from digitize.ingest.stillness import Stillness, look_at
from digitize.ingest.writers import Writers, open_for_writing


class Clocks:
    """Two clocks that go as the test says."""

    def __init__(self, wall: float) -> None:
        self.wall = wall
        self.ticks = 0.0

    def stillness(self, seconds: float) -> Stillness:
        return Stillness(seconds, lambda: self.wall, lambda: self.ticks)

    def go(self, seconds: float) -> None:
        self.wall += seconds
        self.ticks += seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "HS"
    place.mkdir()
    (place / "a.png").write_bytes(b"a")
    return place


def changed(folder: Path) -> float:
    return look_at(folder).changed / 1e9


def test_what_changed_long_ago_is_at_rest_at_the_first_look(folder: Path) -> None:
    clocks = Clocks(changed(folder) + 5.01)
    assert clocks.stillness(5).is_at_rest(folder, look_at(folder))
    clocks.wall -= 0.1
    assert not clocks.stillness(5).is_at_rest(folder, look_at(folder))


def test_what_was_renamed_while_it_was_in_motion_is_forgotten(folder: Path) -> None:
    stillness = Clocks(changed(folder) + 2).stillness(5)
    assert not stillness.is_at_rest(folder, look_at(folder))
    stillness.keep({folder})
    assert stillness.waiting == 1
    stillness.keep(())
    assert stillness.waiting == 0


def test_time_tells_when_a_dossier_will_be_at_rest(folder: Path) -> None:
    clocks = Clocks(changed(folder) + 2)
    stillness = clocks.stillness(5)
    assert not stillness.is_at_rest(folder, look_at(folder))
    assert stillness.rests_in(folder) == pytest.approx(3, abs=0.01)
    assert stillness.waiting == 1
    clocks.go(3.01)
    assert stillness.is_at_rest(folder, look_at(folder))
    assert stillness.waiting == 0


@pytest.mark.parametrize("change", ["grow", "come", "go", "rename", "hidden"])
def test_any_change_in_a_folder_begins_the_wait_anew(folder: Path, change: str) -> None:
    # A clock that runs behind: times in the future say nothing.
    clocks = Clocks(changed(folder) - 1000)
    stillness = clocks.stillness(5)
    assert not stillness.is_at_rest(folder, look_at(folder))
    clocks.go(4)
    match change:
        case "grow":
            (folder / "a.png").write_bytes(b"ab")
        case "come":
            (folder / "b.png").write_bytes(b"b")
        case "go":
            (folder / "a.png").unlink()
        case "rename":
            (folder / "a.png").rename(folder / "b.png")
        case "hidden":
            (folder / ".b.png.tmp").touch()
    clocks.go(4)
    assert not stillness.is_at_rest(folder, look_at(folder))
    clocks.go(5)
    assert stillness.is_at_rest(folder, look_at(folder))


def test_a_clock_set_back_delays_nothing_for_ever(folder: Path) -> None:
    clocks = Clocks(changed(folder) - 86_400)
    stillness = clocks.stillness(5)
    assert not stillness.is_at_rest(folder, look_at(folder))
    clocks.go(5)
    assert stillness.is_at_rest(folder, look_at(folder))


@contextmanager
def writer(path: Path, mode: str) -> Iterator[None]:
    """Another process that holds a file open."""
    code = f"import sys; f = open(sys.argv[1], {mode!r}); print('open', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    try:
        yield
    finally:
        process.communicate()


@pytest.mark.parametrize(("mode", "written"), [("ab", True), ("r+b", True), ("rb", False)])
def test_a_file_that_somebody_has_open_for_writing_is_known(
    folder: Path, mode: str, *, written: bool
) -> None:
    path, other = folder / "a.png", folder / "b.png"
    other.write_bytes(b"b")
    with writer(path, mode):
        assert Writers(lambda: 0.0).at_work_on([path, other]) == ({path} if written else set())
        # Files of others, on which the kernel gives no lease, are looked for in all processes.
        found = open_for_writing()
        assert (identity(path) in found) is written
        assert identity(other) not in found
    assert Writers(lambda: 0.0).at_work_on([path, other]) == set()


def identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


MOUNTS = """\
21 1 254:0 / / rw - ext4 /dev/vda rw
30 21 0:30 / /srv rw shared:1 - ext4 /dev/vdb rw
31 30 0:31 / /srv/ho\\040so/scans rw shared:2 - nfs4 kho:/scans rw
32 21 0:32 / /mnt/may-quet rw - cifs //may/quet rw
33 21 0:33 / /mnt/ssh rw - fuse.sshfs u@h: rw
34 21 0:34 / /mnt/ssh/tren rw - tmpfs none rw
"""


def test_the_table_of_mounts_tells_shares_from_disks(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    shares = ("/srv/ho so/scans", "/srv/ho so/scans/HS-1", "/mnt/may-quet/x", "/mnt/ssh")
    assert [path for path in shares if not is_network(Path(path), mounts)] == []
    disks = ("/", "/srv", "/srv/ho so", "/mnt/may-quet-2", "/mnt/ssh/tren/x")
    assert [path for path in disks if is_network(Path(path), mounts)] == []
    # Where nothing is known it is taken for a share: that only costs time.
    assert is_network(Path("/srv"), tmp_path / "missing")


def test_errors_of_a_share_are_told_from_those_of_a_file(tmp_path: Path) -> None:
    assert is_away(OSError(errno.ESTALE, "stale"))
    assert is_away(OSError(errno.EHOSTDOWN, "down"))
    assert not is_away(OSError(errno.EACCES, "denied"))
    assert not is_away(OSError(errno.ENOSPC, "full"))
    assert answers(tmp_path)
    assert not answers(tmp_path / "gone")

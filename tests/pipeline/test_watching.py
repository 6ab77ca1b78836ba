"""``run --watch``: scans that come, shares that go, dossiers that others release, and a clean stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from digitize.model import Stage
from digitize.pipeline.bell import Bell
from digitize.pipeline.service import Service
from digitize.pipeline.stopping import stopper
from support.offices import contents, ledger_of, leftovers, packages, small_scan, stages
from support.processes import nobody_left
from support.program import digitize
from support.watched import Watched


@pytest.fixture
def office(office: Path) -> Path:
    """A workspace that waits until a dossier has come to rest, as they all do."""
    settings = office / "digitize.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("quiet_seconds = 0\n", "quiet_seconds = 0.5\n"), "utf-8"
    )
    return office


def change(office: Path, **values: str) -> None:
    """Change settings of a workspace, given as TOML."""
    path = office / "digitize.toml"
    lines = path.read_text("utf-8").splitlines()
    for name, value in values.items():
        (place,) = [number for number, line in enumerate(lines) if line.startswith(f"{name} =")]
        lines[place] = f"{name} = {value}"
    path.write_text("\n".join(lines), "utf-8")


def resident(process: int) -> float:
    """Memory that a process has resident, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def test_a_watch_takes_what_comes_and_stops_when_systemd_asks(office: Path) -> None:
    scans = office / "scans"
    small_scan(scans / "truoc.jpg")
    with Watched(office) as watch:
        assert watch.hear() == "READY=1"
        watch.until(lambda: stages(office).get("truoc") is Stage.PACKAGED)
        # Another run is turned away as long as it goes on.
        second = digitize("run", "-w", office)
        assert (second.code, str(watch.process.pid) in second.err) == (4, True)
        # The share goes away; somebody puts scans there, and it comes back.
        scans.rename(office / "away")
        watch.until(lambda: not scans.exists())
        time.sleep(2)
        small_scan(office / "away" / "sau" / "1.jpg")
        (office / "away").rename(scans)
        watch.until(lambda: stages(office).get("sau") is Stage.PACKAGED)
        # Somebody else sends a dossier back to work.
        reopened = digitize("reopen", "truoc", "--why", "thử", "-w", office)
        assert reopened.code == 0, reopened.err
        watch.until(lambda: stages(office)["truoc"] in (Stage.IN_REVIEW, Stage.PACKAGED))
        code, err = watch.stop()
        assert watch.hear() == "STOPPING=1"
        assert code == 0, err
        assert nobody_left(watch.process.pid)
    assert "is not there" in err
    assert "work goes on" in err
    assert err.count("Dossiers taken in: 1") == 2
    assert leftovers(office) == []


@pytest.mark.thorough
def test_a_stop_in_the_middle_of_a_batch_loses_nothing(office: Path) -> None:
    for number in (1, 2):
        small_scan(office / "scans" / f"HS-{number}.tif", f"Hồ sơ thứ {number}", pages=6)

    def begun() -> bool:
        with ledger_of(office) as ledger:
            return bool(ledger.rows("SELECT 1 FROM page WHERE state = 'read'"))

    with Watched(office, "--jobs", "1") as watch:
        watch.until(begun)
        asked = time.monotonic()
        code, err = watch.stop()
        took = time.monotonic() - asked
    assert code == 0, err
    assert took < 60
    assert Stage.RECEIVED in stages(office).values()
    assert digitize("run", "-w", office).code == 0
    assert set(stages(office).values()) == {Stage.PACKAGED}
    assert len(packages(office)) == 2


def test_ctrl_c_ends_a_watch_with_130_and_json_is_refused(office: Path) -> None:
    with Watched(office) as watch:
        watch.hear()
        code, err = watch.stop(signal.SIGINT)
    assert code == 130
    assert "Nothing is lost" in err
    refused = digitize("run", "--watch", "--json", "-w", office, "--lang", "en")
    assert refused.code == 2
    assert refused.out == ""
    assert "--json" in refused.err


@pytest.mark.thorough
def test_trouble_of_a_batch_ends_no_watch_and_is_told_once(office: Path) -> None:
    with Watched(office) as watch:
        watch.hear()
        # A file where a folder should be stops even the superuser.
        (office / "originals").rmdir()
        (office / "originals").write_text("")
        small_scan(office / "scans" / "HS.jpg")
        time.sleep(8)
        assert stages(office) in ({}, {"HS": Stage.RECEIVED})
        (office / "originals").unlink()
        (office / "originals").mkdir()
        watch.until(lambda: stages(office).get("HS") is Stage.PACKAGED)
        code, err = watch.stop()
    assert code == 0
    assert err.count("next try") == 1, err
    assert "work goes on" in err


def test_systemd_hears_of_a_watch_while_it_takes_in_a_full_inbox(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.jpg")
    for number in range(2, 61):
        shutil.copy(office / "scans" / "HS-1.jpg", office / "scans" / f"HS-{number}.jpg")
    change(office, quiet_seconds="0")
    with Watched(office, "--until", "received", WATCHDOG_USEC="2000") as watch:
        while len(stages(office)) < 60:
            watch.hear()
        watch.stop()
    # Once for each dossier at least, not before all of it and after.
    assert watch.told.count("WATCHDOG=1") > 50


@pytest.mark.thorough
def test_a_file_that_is_closed_long_after_its_last_page_is_taken_then(office: Path) -> None:
    page = small_scan(office.parent / "HS-1.jpg").read_bytes()
    with Watched(office) as watch:
        watch.hear()
        with (office / "scans" / "HS-1.jpg").open("wb", buffering=0) as scanner:
            scanner.write(page)
            time.sleep(4)
            assert stages(office) == {}
        # Not with the next look through everything, minutes later.
        watch.until(lambda: stages(office).get("HS-1") is Stage.PACKAGED)
        watch.stop()


@pytest.mark.thorough
def test_what_lasts_is_told_once_and_a_dossier_set_aside_meanwhile_is_told(office: Path) -> None:
    settings = office / "digitize.toml"
    text = settings.read_text("utf-8")
    for section, line in (
        ("limits", "free_megabytes = 1000000000"),
        ("operations", 'on_trouble = ["./hook.sh"]'),
        ("stacks", 'codes = "codes.csv"'),
    ):
        text = text.replace(f"[{section}]", f"[{section}]\n{line}")
    settings.write_text(text, "utf-8")
    settings.chmod(0o640)
    (office / "codes.csv").write_text("HS-1\nHS-2\n")
    (office / "hook.sh").write_text("#!/bin/sh\ncat >> told.jsonl\n")
    (office / "hook.sh").chmod(0o750)

    def told() -> list[dict[str, object]]:
        path = office / "told.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    with Watched(office, "--log-json", str(office / "log.jsonl")) as watch:
        watch.hear()
        small_scan(office / "scans" / "HS-1.jpg")
        watch.until(lambda: len(told()) == 1)
        # The next try finds less room than the one before: the same trouble all the same.
        (office / "ballast").write_bytes(bytes(30_000_000))
        time.sleep(7)
        assert len(told()) == 1
        (office / "scans" / "no.png").write_bytes(b"no scan")
        watch.until(lambda: len(told()) == 2)
        code, err = watch.stop()
    assert (code, err.count("next try")) == (0, 1), err
    assert [one["failed"] for one in told()] == [[], ["no.png"]]
    log = [json.loads(line) for line in (office / "log.jsonl").read_text("utf-8").splitlines()]
    assert [one["code"] for one in log if one["event"] == "noted"] == ["codes_not_come"]


@pytest.mark.thorough
def test_the_memory_of_a_watch_does_not_grow_with_its_batches(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    (office / "scans" / "moi").mkdir()
    # Every batch looks through everything; one begins right after the other.
    change(office, rescan_minutes="0.001")
    with Watched(office) as watch:
        watch.until(lambda: stages(office).get("HS") is Stage.PACKAGED)
        time.sleep(10)
        before = resident(watch.process.pid)
        for number in range(5):
            small_scan(office / "scans" / f"them-{number}.jpg", f"Thêm {number}")
            watch.until(lambda: stages(office).get(f"them-{number}") is Stage.PACKAGED)  # noqa: B023
        time.sleep(15)
        after = resident(watch.process.pid)
        watch.stop()
    assert after < 1.05 * before + 4, (before, after)


def mounted(place: Path) -> bool:
    """Mount an empty file system there, if this machine allows it."""
    done = subprocess.run(["mount", "-t", "tmpfs", "none", str(place)], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.thorough
def test_a_share_that_is_unmounted_and_mounted_again_is_survived(office: Path) -> None:
    scans = office / "scans"
    change(office, marker='".co-mat"')
    if shutil.which("mount") is None or not mounted(scans):
        pytest.skip("only the superuser mounts")
    try:
        with Watched(office, "--until", "received") as watch:
            watch.hear()
            (scans / ".co-mat").touch()
            small_scan(scans / "HS-1" / "1.jpg")
            watch.until(lambda: "HS-1" in stages(office))
            subprocess.run(["umount", "--lazy", str(scans)], check=True)
            # What somebody puts into the empty mount point is on no share.
            small_scan(scans / "nham" / "1.jpg")
            time.sleep(2.5)
            assert mounted(scans)
            small_scan(scans / "HS-2" / "1.jpg")
            (scans / ".co-mat").touch()
            watch.until(lambda: "HS-2" in stages(office))
            code, err = watch.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(scans)], check=False)
    assert code == 0
    assert set(stages(office)) == {"HS-1", "HS-2"}
    assert "marker .co-mat is not in the inbox" in err


def test_other_places_can_be_watched_by_polling(office: Path, tmp_path: Path) -> None:
    change(office, watch='"polling"')
    place = tmp_path / "may quét"
    place.mkdir()
    with Watched(office, "--until", "received", str(place)) as watch:
        watch.hear()
        small_scan(place / "HS" / "1.jpg")
        small_scan(office / "scans" / "khac.jpg")
        watch.until(lambda: stages(office) == {"HS": Stage.RECEIVED})
        code, _ = watch.stop()
    assert code == 0
    assert [name for name in contents(office / "originals") if name.endswith(".jpg")] == ["HS/1.jpg"]


class Never:
    """Nobody asks to stop."""

    def is_set(self) -> bool:
        return False


@pytest.mark.thorough
@pytest.mark.parametrize("mode", ["events", "polling"])
def test_the_bell_rings_for_changes_and_for_places_that_come_and_go(tmp_path: Path, mode: str) -> None:
    place = tmp_path / "scans"
    place.mkdir()
    bell = Bell([place], ".marker", mode, Never())
    try:
        assert not bell.wait()

        def rings() -> bool:
            end = time.monotonic() + 20
            while time.monotonic() < end:
                if bell.wait():
                    return True
            return False

        (place / "HS").mkdir()
        assert rings()
        (place / ".marker").touch()
        assert rings()
        place.rename(tmp_path / "away")
        assert rings()
        assert not bell.wait()
        (tmp_path / "away").rename(place)
        assert rings()
        small_scan(place / "HS" / "a.jpg")
        assert rings()
    finally:
        bell.close()


def test_a_second_signal_ends_what_is_going_on_at_once() -> None:
    alive: list[int] = []
    with stopper(lambda: alive.append(1)) as asked:
        assert not asked.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked.is_set()
        assert asked.signal == signal.SIGTERM
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
    assert alive == [1, 1]
    # Afterwards signals mean what they meant before.
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)


def test_systemd_is_told_often_enough_that_the_service_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The path of a socket may be a hundred bytes long.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind("notify")
        wire.settimeout(5)
        ticks = 0.0
        service = Service({"NOTIFY_SOCKET": "notify", "WATCHDOG_USEC": "10000000"}, lambda: ticks)
        service.ready()
        assert wire.recv(99) == b"READY=1"
        for ticks in (1.0, 4.9, 5.0, 9.0, 10.0):  # noqa: B007 - the clock reads it
            service.alive()
        service.stopping()
        assert [wire.recv(99) for _ in range(3)] == [b"WATCHDOG=1", b"WATCHDOG=1", b"STOPPING=1"]
    # Outside of systemd, and where the socket has gone, nothing happens.
    service.ready()
    Service({}, lambda: 0.0).ready()

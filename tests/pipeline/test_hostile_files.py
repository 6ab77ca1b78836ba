"""Hostile and broken files: a plain message, nothing lost, nothing half-written, and the rest goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digitize.model import Stage
from support.hostile import STRANGE_NAMES, hostile_files, mislabelled_files, special_files
from support.offices import contents, leftovers, packages, small_scan, stages
from support.places import CASES, needs_cases
from support.processes import group_members, peak_memory
from support.program import digitize, start

pytestmark = pytest.mark.thorough

HARMLESS = {"self stream.pdf", "loop.tif"}
"""Odd, but what is in them can be read: an empty page, and the pages up to where they repeat."""


def test_every_hostile_file_is_set_aside_with_its_reason_and_the_good_go_on(office: Path) -> None:
    scans = office / "scans"
    hostile = hostile_files(scans)
    mislabelled = mislabelled_files(scans)
    small_scan(scans / "good.jpg")
    before = contents(scans)
    ran = digitize("run", "-w", office, "--json", "--lang", "vi")
    assert ran.code == 1, ran.err
    assert contents(scans) == before
    kept = stages(office)
    assert kept.pop("good") is Stage.PACKAGED
    for name in [*mislabelled, *HARMLESS]:
        assert kept.pop(Path(name).stem) is Stage.PACKAGED, name
    assert {Path(name).stem for name in hostile} - {Path(name).stem for name in HARMLESS} == {
        Path(name).stem.removesuffix("-2").removesuffix("-3") for name in kept
    }
    for dossier, stage in kept.items():
        assert stage is Stage.QUARANTINED, dossier
        reason = json.loads((office / "quarantine" / dossier / "REASON.json").read_text("utf-8"))
        assert reason["why"], dossier
        assert reason["what_to_do"], dossier
        assert "Error" not in reason["why"], reason
    assert leftovers(office) == []
    assert len(packages(office)) == 1 + len(mislabelled) + len(HARMLESS)
    # Nothing of it is tried again as long as it is the same.
    assert digitize("run", "-w", office, "--json").code == 0


def test_links_pipes_sockets_and_devices_are_never_opened(office: Path, tmp_path: Path) -> None:
    secret = small_scan(tmp_path / "secret.jpg")
    special = special_files(office / "scans", secret)
    special += special_files(office / "scans" / "HS", secret)
    small_scan(office / "scans" / "good.jpg")
    ran = digitize("run", "-w", office, "--lang", "vi", timeout=60)
    assert ran.code == 1, ran.err
    assert stages(office)["good"] is Stage.PACKAGED
    assert set(stages(office).values()) == {Stage.PACKAGED, Stage.QUARANTINED}
    copies = [path for path in (office / "originals").rglob("*.jpg") if path.name != "good.jpg"]
    assert copies == []
    assert len(special) >= 8


def test_strange_names_are_kept_safe_and_shown_harmlessly(office: Path) -> None:
    for number, name in enumerate(STRANGE_NAMES):
        small_scan(office / "scans" / name / "a.jpg", f"Hồ sơ {number}")
    before = contents(office / "scans")
    ran = digitize("run", "-w", office, "--lang", "vi")
    assert ran.code == 0, ran.err
    assert not set(ran.out + ran.err) & set("\x1b\x07\u202e")
    assert contents(office / "scans") == before
    # What begins with a dot is hidden, as programs do while they copy.
    assert len(packages(office)) == len([name for name in STRANGE_NAMES if not name.startswith(".")])
    for dossier in stages(office):
        assert "/" not in dossier
        assert not dossier.startswith(".")
        assert len(dossier.encode()) < 256
        assert not set(dossier) & set("\u200b\u202e\n\t\x1b\x07")
    assert digitize("verify", "-w", office, office / "archive").code == 0
    assert digitize("status", "-w", office).code == 0


def test_hostile_files_given_to_read_ocr_and_verify_end_in_plain_words(tmp_path: Path) -> None:
    files = list(hostile_files(tmp_path).values())
    good = small_scan(tmp_path / "good.jpg")
    read = digitize("read", *files, good, "--json", "--lang", "vi")
    assert read.code == 1, read.err
    assert len(read.json["problems"]) == len(files) - len(HARMLESS)
    plain = digitize("ocr", *files, good, "--lang", "vi")
    assert plain.code == 1
    assert "Trang số 1" in plain.out
    for name in files:
        assert name.name in plain.err or name.name in HARMLESS, plain.err
    verified = digitize("verify", *files, "--json", "--lang", "vi")
    assert verified.code == 1
    assert "VALID" not in verified.json["summary"]
    assert sum(verified.json["summary"].values()) == len(files)


def test_bombs_are_stopped_before_any_process_has_grown_large(office: Path) -> None:
    hostile_files(office / "scans")
    for path in (office / "scans").iterdir():
        if path.name not in ("bomb.png", "claimed.png", "vast picture.pdf", "vast page.pdf"):
            path.unlink()
    run = start("run", "-w", office)
    peak = 0.0
    while run.poll() is None:
        peak = max([peak, *map(peak_memory, group_members(run.pid))])
    run.communicate()
    assert run.returncode == 1
    # What is refused is not decoded: 30,000 pixels squared would take 900 MB.
    assert 0 < peak < 400, f"{peak} MiB"


@needs_cases
@pytest.mark.parametrize("folder", ["images", "signed"])
def test_foreign_files_end_in_plain_words(folder: str) -> None:
    suffixes = {".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif"}
    found = sorted(p for p in (CASES / folder).rglob("*") if p.suffix.lower() in suffixes)
    # A part of them; `make bench` takes them all.
    chosen = found[:: max(1, len(found) // 8)]
    read = digitize("read", *chosen, "--json")
    assert read.code in (0, 1)
    assert isinstance(read.json["documents"], list)
    verified = digitize("verify", *chosen, "--json")
    assert verified.code in (1, 5)
    assert sum(verified.json["summary"].values()) == len(chosen)

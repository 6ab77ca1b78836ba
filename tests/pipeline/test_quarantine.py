"""What is set aside, found guilty alone, released, and tried again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from digitize.errors import ItemProblem, SigningProblem, UsageProblem
from digitize.model import Problem, Stage
from digitize.pipeline.intake import Intake
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.quarantine import set_aside
from digitize.pipeline.quarantined import QuarantineGroup, Waits, quarantine_groups
from digitize.pipeline.retrying import Released, Retrying, RetryResult
from digitize.pipeline.signing_trouble import last_trouble, note_unsigned, set_aside_unsigned
from digitize.pipeline.suspects import MOST_ENDS
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.offices import ledger_of, small_scan, stages
from support.places import ROOT
from support.poison import DEVOURS, DIES, HANGS, KILLS_GROUP, KILLS_RUN, run_poisoned, tiny_scan
from support.program import digitize, environment

SECONDS = 8


def start_apart(root: Path) -> subprocess.Popen[bytes]:
    """A run of the stand-in as a process of its own group."""
    return subprocess.Popen(
        [sys.executable, "-m", "support.poison", root, str(SECONDS)],
        env=environment(PYTHONPATH=str(ROOT / "tests")),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def run_apart(root: Path) -> int:
    """The same to its end; its exit code."""
    return start_apart(root).wait(timeout=120)


def groups_of(root: Path) -> dict[str, QuarantineGroup]:
    with ledger_of(root) as ledger:
        return {group.code: group for group in quarantine_groups(ledger)}


def names_of(group: QuarantineGroup) -> list[str]:
    return [item.name for item in group.items]


def retry(root: Path, *items: str, picture: bool = False) -> RetryResult:
    with ledger_of(root) as ledger:
        return Retrying(Workspace.open(root), ledger, now).retry(items, picture=picture)


def mark(ledger: Ledger, code: str, stage: Stage, problem: Problem | None = None) -> None:
    """A dossier that came to a stage, or was set aside there."""
    with ledger.transaction():
        ledger.add_dossier(code, f"scans/{code}")
        ledger.move(code, stage, "composed")
    if problem is not None:
        set_aside(Workspace.open(Path(ledger._path).parent), ledger, code, problem, None, now)


@pytest.fixture(scope="module")
def spoilt(
    _empty_office: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str], list[str]]:
    root = Path(shutil.copytree(_empty_office, tmp_path_factory.mktemp("poisoned") / "office"))
    scans = root / "scans"
    for page in ("a", DIES, f"{DEVOURS} all", "b"):
        tiny_scan(scans / "HS-1" / f"{page}.png")
    for page in ("c", HANGS):
        tiny_scan(scans / "HS-2" / f"{page}.png")
    tiny_scan(scans / "HS-3" / "d.png")
    result, together, alone = run_poisoned(root, seconds=SECONDS)
    assert sorted(result.failed) == ["HS-1", "HS-2"]
    return root, together, alone


@pytest.fixture
def poisoned(spoilt: tuple[Path, list[str], list[str]], tmp_path: Path) -> Path:
    """A workspace in which three pages of two dossiers have failed."""
    return Path(shutil.copytree(spoilt[0], tmp_path / "office"))


@pytest.mark.thorough
def test_guilty_pages_are_found_alone_and_their_neighbours_are_read(
    spoilt: tuple[Path, list[str], list[str]],
) -> None:
    root, together, alone = spoilt
    guilty = {DIES, f"{DEVOURS} all", HANGS}
    assert set(together) == guilty | {"a", "b", "c", "d"}
    assert guilty <= set(alone)
    assert stages(root) == {"HS-1": Stage.QUARANTINED, "HS-2": Stage.QUARANTINED, "HS-3": Stage.RECOGNISED}
    with ledger_of(root) as ledger:
        pages = [page for dossier in ("HS-1", "HS-2", "HS-3") for page in ledger.pages(dossier)]
    assert sum(page.read for page in pages) == 4
    found = groups_of(root)
    assert {code: names_of(group) for code, group in found.items()} == {
        "worker_died": ["HS-1:4"],
        "out_of_memory": ["HS-1:3"],
        "task_too_slow": ["HS-2:2"],
    }
    assert all(item.attempts >= 2 for group in found.values() for item in group.items)


def test_the_reason_names_pages_and_files_and_how_to_release_them(poisoned: Path) -> None:
    reason = json.loads((poisoned / "quarantine" / "HS-1" / "REASON.json").read_text("utf-8"))
    assert [(p["page"], p["file"], p["code"]) for p in reason["pages"]] == [
        (3, f"{DEVOURS} all.png", "out_of_memory"),
        (4, f"{DIES}.png", "worker_died"),
    ]
    assert all(page["attempts"] >= 2 and page["why"] and page["what_to_do"] for page in reason["pages"])
    assert reason["release"] == "digitize retry 'HS-1'"
    assert (reason["stage"], reason["times"]) == ("received", 1)
    assert reason["why"].startswith("Trang 3: ")
    assert {path.name for path in (poisoned / "quarantine" / "HS-1").iterdir()} == {
        "REASON.json",
        f"{DIES}.png",
        f"{DEVOURS} all.png",
    }
    shown = digitize("quarantine", "-w", poisoned, "--lang", "vi")
    assert shown.code == 0
    for said in ("HS-1:3", "HS-1:4", "HS-2:2", f"{DIES}.png", "digitize retry --reason worker_died"):
        assert said in shown.out
    told = digitize("quarantine", "-w", poisoned, "--json").json
    assert told["summary"] == {"items": 3, "dossiers": 2, "unsigned": 0}
    assert all(group["text"] and group["remedy"] for group in told["groups"])
    page = digitize("show", "HS-1", "-w", poisoned, "--lang", "en").out
    assert "Page 3: There was not enough memory" in page
    assert "    The reading process died" in page


def test_what_is_not_mended_comes_back_counted_and_once(poisoned: Path) -> None:
    result = retry(poisoned, "HS-1:4")
    assert result.released == [Released("HS-1", (4,), Stage.RECEIVED, "worker_died")]
    assert stages(poisoned)["HS-1"] is Stage.RECEIVED
    (kept,) = (poisoned / "quarantine").glob("HS-1*")
    assert kept.name.startswith("HS-1.released-")
    again, together, alone = run_poisoned(poisoned, seconds=SECONDS)
    assert (again.failed, together, alone) == (["HS-1"], [], [DIES])
    items = groups_of(poisoned)["worker_died"].items
    assert [(item.name, item.times, item.attempts) for item in items] == [("HS-1:4", 2, 3)]
    # Nothing is tried again by itself.
    third, together, alone = run_poisoned(poisoned, seconds=SECONDS)
    assert (third.failed, together, alone) == ([], [], [])


def test_a_page_may_be_kept_as_a_picture_and_the_rest_stays_read(poisoned: Path) -> None:
    result = retry(poisoned, "HS-1", picture=True)
    assert [one.pages for one in result.released] == [(3, 4)]
    again, together, alone = run_poisoned(poisoned, seconds=SECONDS)
    assert again.failed == []
    assert sorted(together + alone) == sorted([DIES, f"{DEVOURS} all"])
    assert stages(poisoned)["HS-1"] is Stage.RECOGNISED
    with ledger_of(poisoned) as ledger:
        pages = ledger.pages("HS-1")
        kinds = [event.kind for event in ledger.events("HS-1")]
    assert [page.picture for page in pages] == [False, False, True, True]
    assert pages[3].summary is not None
    assert pages[3].summary["problems"] == [{"code": "page_not_read", "facts": {}}]
    assert "accepted_as_picture" in kinds


def test_a_page_that_falls_short_of_a_limit_is_not_smuggled_in_as_a_picture(poisoned: Path) -> None:
    with ledger_of(poisoned) as ledger, ledger.transaction():
        ledger.execute(
            "UPDATE page SET problem = json_set(problem, '$.code', 'page_dpi_low') WHERE ordinal = 4"
        )
    result = retry(poisoned, "HS-1:4", picture=True)
    assert [problem.code for _, problem in result.refused] == ["picture_not_allowed"]
    assert stages(poisoned)["HS-1"] is Stage.QUARANTINED


def test_everything_of_a_reason_is_released_and_nothing_else(poisoned: Path) -> None:
    done = digitize("retry", "--reason", "task_too_slow", "-w", poisoned, "--json")
    assert done.code == 0
    assert [(one["dossier"], one["pages"]) for one in done.json["released"]] == [("HS-2", [2])]
    assert stages(poisoned)["HS-1"] is Stage.QUARANTINED
    none = digitize("retry", "--reason", "pdf_broken", "-w", poisoned, "--lang", "en")
    assert none.code == 2
    assert "worker_died" in none.err
    rest = digitize("retry", "--all", "-w", poisoned, "--lang", "vi")
    assert rest.code == 0
    assert "HS-1: cho đọc lại trang 3" in rest.out
    assert groups_of(poisoned) == {}


@pytest.mark.parametrize(
    "arguments", [(), ("HS-1", "--all"), ("--all", "--as-picture"), ("HS-9",), ("HS-1:9",), ("HS-1:x",)]
)
def test_a_call_that_is_not_clear_releases_nothing(poisoned: Path, arguments: tuple[str, ...]) -> None:
    assert digitize("retry", *arguments, "-w", poisoned).code == 2
    assert stages(poisoned)["HS-1"] is Stage.QUARANTINED


def test_only_what_is_set_aside_is_released(poisoned: Path) -> None:
    with ledger_of(poisoned) as ledger, ledger.transaction():
        ledger.move("HS-2", Stage.WITHDRAWN, "withdrawn", why="quét nhầm", was="quarantined")
    result = retry(poisoned, "HS-2", "HS-3", "HS-1:1")
    assert {dossier: problem.code for dossier, problem in result.refused} == {
        "HS-2": "not_quarantined",
        "HS-3": "not_quarantined",
        "HS-1": "page_not_failed",
    }
    assert result.released == []
    assert stages(poisoned)["HS-2"] is Stage.WITHDRAWN


def test_a_replaced_scan_takes_the_place_of_a_page_that_failed(poisoned: Path) -> None:
    scan = tiny_scan(poisoned / "scans" / "HS-2" / f"{HANGS}.png")
    scan.unlink()
    Image.new("L", (61, 41), 250).save(poisoned / "scans" / "HS-2" / "e.png", dpi=(200, 200))
    os.utime(poisoned / "scans" / "HS-2" / "e.png", (2, 2))
    (poisoned / "scans" / "HS-2" / "e.png").rename(scan)
    with ledger_of(poisoned) as ledger:
        taken = Intake(Workspace.open(poisoned), ledger, now).take([])
        assert taken.dossiers == ["HS-2"]
        assert ledger.dossier("HS-2").problem is None  # type: ignore[union-attr]
    assert stages(poisoned)["HS-2"] is Stage.RECEIVED
    assert "task_too_slow" not in groups_of(poisoned)


@pytest.mark.parametrize("stage", [Stage.RECOGNISED, Stage.APPROVED, Stage.COMPOSED])
def test_a_dossier_goes_on_where_it_stood(office: Path, stage: Stage) -> None:
    with ledger_of(office) as ledger:
        mark(ledger, "HS", stage, Problem("unexpected", {"detail": "KeyError"}))
        assert stages(office) == {"HS": Stage.QUARANTINED}
    assert [one.stage for one in retry(office, "HS").released] == [stage]
    assert stages(office) == {"HS": stage}


def test_a_stray_file_holds_its_dossier_back_as_long_as_it_lies_there(office: Path) -> None:
    tiny_scan(office / "scans" / "HS" / "a.png")
    stray = office / "scans" / "HS" / "thư.exe"
    stray.write_bytes(b"MZ what is this")
    workspace = Workspace.open(office)
    workspace.require_folders()
    with ledger_of(office) as ledger:
        assert Intake(workspace, ledger, now).take([]).rejected == ["HS"]
    assert [problem.code for _, problem in retry(office, "HS").refused] == ["not_a_scan"]
    assert stages(office) == {"HS": Stage.QUARANTINED}
    stray.unlink()
    assert [one.stage for one in retry(office, "HS").released] == [Stage.RECEIVED]


def test_what_cannot_be_signed_now_waits_and_is_told_until_something_is_signed(office: Path) -> None:
    with ledger_of(office) as ledger:
        note_unsigned(ledger, SigningProblem("token_absent", module="x", wanted="y"), now)
        assert last_trouble(ledger) is None
        mark(ledger, "HS-1", Stage.COMPOSED)
        mark(ledger, "HS-2", Stage.COMPOSED)
        for _ in range(3):
            note_unsigned(ledger, SigningProblem("pin_wrong_usual", token="T"), now)
        (group,) = quarantine_groups(ledger)
        assert (group.waits, group.code, names_of(group)) == (
            Waits.SIGNING,
            "pin_wrong_usual",
            ["HS-1", "HS-2"],
        )
        # The same trouble is not written down every few seconds.
        assert group.items[0].times == 1
        result = Retrying(Workspace.open(office), ledger, now).retry(["HS-1"])
        assert (result.unsigned, result.released, result.refused) == (["HS-1"], [], [])
        assert ledger.dossier("HS-1").stage is Stage.COMPOSED  # type: ignore[union-attr]
        assert quarantine_groups(ledger) == []


def test_a_dossier_that_cannot_be_signed_for_a_reason_of_its_own_is_set_aside(office: Path) -> None:
    workspace = Workspace.open(office)
    with ledger_of(office) as ledger:
        mark(ledger, "HS-1", Stage.COMPOSED)
        for code in ("dossier_in_use", "not_composed", "derived_missing"):
            assert not set_aside_unsigned(workspace, ledger, "HS-1", ItemProblem(code), now)
        assert set_aside_unsigned(workspace, ledger, "HS-1", ItemProblem("pdf_broken"), now)
        (group,) = quarantine_groups(ledger)
        assert (group.waits, names_of(group)) == (Waits.QUARANTINE, ["HS-1"])
        with pytest.raises(UsageProblem):
            Retrying(workspace, ledger, now).retry_reason("worker_died")
        released = Retrying(workspace, ledger, now).retry_reason("pdf_broken").released
        assert [one.stage for one in released] == [Stage.COMPOSED]


def test_a_step_of_a_dossier_that_kills_its_worker_is_tried_alone_as_well(office: Path) -> None:
    for dossier in (DIES, "HS-1", "HS-2"):
        tiny_scan(office / "scans" / dossier / "a.png")
    result, together, alone = run_poisoned(office, until=Stage.EXTRACTED)
    assert result.failed == [DIES]
    assert sorted(together) == sorted(["a", "a", "a", DIES, "HS-1", "HS-2"])
    assert alone == [DIES]
    assert stages(office) == {DIES: Stage.QUARANTINED, "HS-1": Stage.EXTRACTED, "HS-2": Stage.EXTRACTED}
    assert [one.stage for one in retry(office, DIES).released] == [Stage.RECOGNISED]


def test_limits_are_the_profiles_unless_the_settings_say_otherwise(office: Path) -> None:
    limits = "[limits]\nmegapixels = 0.002\npages_per_file = 1\nattempts = 3\n"
    (office / "rules.toml").write_text(f'extends = "demo"\nid = "own"\n{limits}', "utf-8")
    settings = office / "digitize.toml"
    plain = settings.read_text("utf-8").replace('profile = "demo"', 'profile = "rules.toml"')
    settings.write_text(plain, "utf-8")
    tiny_scan(office / "scans" / "HS-1" / "a.png")
    small_scan(office / "scans" / "HS-2.tif", pages=2)
    small_scan(office / "scans" / "HS-3" / f"{DIES}.png")
    _, together, alone = run_poisoned(office)
    assert sorted(together) == ["a", DIES]
    assert alone == [DIES, DIES]
    assert {code: names_of(group) for code, group in groups_of(office).items()} == {
        "image_too_large": ["HS-1:1"],
        "too_many_pages": ["HS-2"],
        "worker_died": ["HS-3:1"],
    }
    settings.write_text(plain.replace("# megapixels = 120.0", "megapixels = 1.5"), "utf-8")
    assert Workspace.open(office).limits.megapixels == 1.5
    assert Workspace.open(office).limits.pages_per_file == 1
    assert digitize("retry", "--reason", "image_too_large", "-w", office).code == 0
    run_poisoned(office)
    assert stages(office)["HS-1"] is Stage.RECOGNISED


@pytest.mark.thorough
def test_a_page_that_kills_its_whole_group_is_told_from_its_neighbours(office: Path) -> None:
    for name in ("a", KILLS_GROUP, "b"):
        tiny_scan(office / "scans" / "HS-1" / f"{name}.png")
    tiny_scan(office / "scans" / "HS-2" / "c.png")
    assert run_apart(office) == -signal.SIGKILL
    assert run_apart(office) == 0
    assert stages(office) == {"HS-1": Stage.QUARANTINED, "HS-2": Stage.RECOGNISED}
    assert {code: names_of(group) for code, group in groups_of(office).items()} == {"worker_died": ["HS-1:3"]}
    with ledger_of(office) as ledger:
        assert [page.read for page in ledger.pages("HS-1")] == [True, True, False]


@pytest.mark.thorough
def test_a_page_that_ends_every_run_comes_last_and_is_set_aside_in_the_end(office: Path) -> None:
    for name in ("a", KILLS_RUN, "b"):
        tiny_scan(office / "scans" / "HS-1" / f"{name}.png")
    tiny_scan(office / "scans" / "HS-2" / "c.png")
    for _ in range(3):
        assert run_apart(office) == -signal.SIGKILL
    # Everything else was done before it had its next turn.
    assert stages(office) == {"HS-1": Stage.RECEIVED, "HS-2": Stage.RECOGNISED}
    with ledger_of(office) as ledger, ledger.transaction():
        assert [page.read for page in ledger.pages("HS-1")] == [True, True, False]
        assert ledger.pages("HS-1")[2].unsettled == 3
        ledger.execute("UPDATE page SET unsettled = ? WHERE state = 'waiting'", MOST_ENDS + 1)
    assert run_apart(office) == 0
    assert {code: names_of(group) for code, group in groups_of(office).items()} == {
        "page_ends_run": ["HS-1:3"]
    }


@pytest.mark.thorough
def test_what_is_released_beside_a_run_is_taken_up_by_it(poisoned: Path) -> None:
    tiny_scan(poisoned / "scans" / "HS-4" / f"{HANGS}.png")
    run = start_apart(poisoned)
    try:
        until = time.monotonic() + 60
        with ledger_of(poisoned) as ledger:
            while not any(page.attempts for page in ledger.pages("HS-4")):
                assert time.monotonic() < until
                time.sleep(0.05)
        assert digitize("retry", "HS-1", "--as-picture", "-w", poisoned).code == 0
    finally:
        assert run.wait(timeout=120) == 0
    assert stages(poisoned)["HS-1"] is Stage.RECOGNISED
    assert stages(poisoned)["HS-4"] is Stage.QUARANTINED


@pytest.mark.thorough
def test_a_dossier_with_a_picture_waits_for_a_person_and_is_packaged(poisoned: Path) -> None:
    small_scan(poisoned / "scans" / "HS-4" / "a.png")
    retry(poisoned, "HS-1", "HS-2", picture=True)
    ran = digitize("run", "-w", poisoned, "--json")
    assert ran.code == 0, ran.err
    assert stages(poisoned) == {
        "HS-1": Stage.IN_REVIEW,
        "HS-2": Stage.IN_REVIEW,
        "HS-3": Stage.PACKAGED,
        "HS-4": Stage.PACKAGED,
    }


@pytest.mark.thorough
def test_signing_trouble_of_one_dossier_and_of_all(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.png", "Hồ sơ thứ nhất")
    small_scan(office / "scans" / "HS-2.png", "Hồ sơ thứ hai")
    assert digitize("run", "-w", office, "--until", "composed").code == 0
    passphrase = office / "keys" / "passphrase.txt"
    secret = passphrase.read_bytes()
    passphrase.write_bytes(b"wrong")
    assert digitize("run", "-w", office).code == 3
    told = digitize("quarantine", "-w", office, "--json").json
    assert told["summary"] == {"items": 0, "dossiers": 0, "unsigned": 2}
    assert [group["waits"] for group in told["groups"]] == ["signing"]
    passphrase.write_bytes(secret)
    pdf = office / "work" / "HS-1" / "document-0001.pdf"
    pdf.write_bytes(pdf.read_bytes()[:500])
    assert digitize("sign", "-w", office).code == 1
    assert stages(office) == {"HS-1": Stage.QUARANTINED, "HS-2": Stage.PACKAGED}
    assert digitize("quarantine", "-w", office, "--json").json["summary"]["unsigned"] == 0
    pdf.unlink()
    assert digitize("retry", "HS-1", "-w", office).code == 0
    assert stages(office)["HS-1"] is Stage.COMPOSED
    assert digitize("run", "-w", office).code == 0
    assert stages(office) == {"HS-1": Stage.PACKAGED, "HS-2": Stage.PACKAGED}

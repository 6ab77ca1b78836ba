"""A dossier's own pages cut out of the files of its stack, for packages that take their scans along."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pikepdf
import pytest

from digitize.files import fixity
from digitize.imaging.decode import count_frames, decode
from digitize.model import Stage
from digitize.pipeline import tasks
from digitize.pipeline.demand import Demand
from digitize.pipeline.notices import notices
from digitize.pipeline.pool import LocalPool
from digitize.pipeline.space import PACKAGE_BESIDE, Space
from digitize.pipeline.workspace import Workspace
from support import workers
from support.crashes import HereAndNow
from support.dividing import codes_noticed, frames, run, stack
from support.hostile import looping_tiff
from support.offices import ledger_of, scans_go_along, stages
from support.program import digitize
from support.stacks import Scan, paper

T = TypeVar("T")


def package_of(office: Path, dossier: str) -> Path:
    with ledger_of(office) as ledger:
        record = ledger.dossier(dossier)
    assert record is not None
    assert record.package is not None
    return office / "archive" / record.package


@pytest.mark.thorough
def test_scans_that_go_along_in_a_package_are_the_dossiers_own_alone(
    office: Path, sheet: dict[str, Scan]
) -> None:
    scans_go_along(office)
    stack(office, "chong.pdf", [sheet["HS-A"], paper("Của ông A"), sheet["HS-B"], paper("Của bà B")])
    run(office)
    package = package_of(office, "HS-B")
    with ledger_of(office) as ledger:
        (event,) = [event for event in ledger.events("HS-B") if event.kind == "cut_from_stack"]
    (cut,) = package.rglob("originals/*")
    assert cut.name == "chong.HS-B.pdf"
    whole = office / "originals" / "chong" / "chong.pdf"
    with pikepdf.open(cut) as excerpt, pikepdf.open(whole) as source:
        (page,) = excerpt.pages
        (image,) = page.obj.Resources.XObject.values()
        (wanted,) = source.pages[3].obj.Resources.XObject.values()
        assert image.read_raw_bytes() == wanted.read_raw_bytes()
        pictures = [one for one in excerpt.objects if isinstance(one, pikepdf.Stream) and "/Width" in one]
        assert len(pictures) == 1
    premis = (package / "metadata/preservation/PREMIS.xml").read_text("utf-8")
    assert fixity(whole).sha256 in premis
    assert str(event.detail["stack"]) in premis
    assert digitize("verify", "-w", office, package).code == 0


def test_scans_that_go_along_are_cut_out_of_tiff_files_too(office: Path, sheet: dict[str, Scan]) -> None:
    scans_go_along(office)
    pages = [sheet["HS-A"], paper("Của ông A"), sheet["HS-B"], paper("Của bà B"), paper("Trang hai")]
    stack(office, "chong.tif", pages)
    run(office)
    assert set(stages(office).values()) == {Stage.DIVIDED, Stage.PACKAGED}
    whole = office / "originals" / "chong" / "chong.tif"
    for dossier, own in (("HS-A", [1]), ("HS-B", [3, 4])):
        package = package_of(office, dossier)
        (cut,) = package.rglob("originals/*")
        assert cut.name == f"chong.{dossier}.tif"
        assert count_frames(cut) == len(own)
        for number, page in enumerate(own):
            wanted = decode(whole, frame=page, max_megapixels=100).pixels
            assert np.array_equal(decode(cut, frame=number, max_megapixels=100).pixels, wanted)
        # What is in the package is told with its kind, its size and its checksum.
        mets = (package / "METS.xml").read_text("utf-8")
        (told,) = re.findall(rf"<mets:file [^>]*>\s*<mets:FLocat[^>]*{re.escape(cut.name)}", mets)
        assert 'MIMETYPE="image/tiff"' in told
        assert fixity(cut).sha256.upper() in told
        assert f'SIZE="{fixity(cut).size}"' in told
        premis = (package / "metadata/preservation/PREMIS.xml").read_text("utf-8")
        assert fixity(whole).sha256 in premis
        assert f"chong.tif ({own[0] + 1}" in premis
        assert codes_noticed(office, dossier) == []
        verified = digitize("verify", "-w", office, package, "--json")
        assert verified.code == 0, verified.out + verified.err
        assert [one["verdict"] for one in verified.json["items"]] == ["VALID"]
    assert not list((office / "work").iterdir())


@pytest.mark.thorough
def test_cuts_of_files_with_like_names_have_names_of_their_own(office: Path, sheet: dict[str, Scan]) -> None:
    scans_go_along(office)
    # Named like a picture of one page, and a TIFF file nevertheless.
    stack(office, "khay/x.tif", [sheet["HS-A"], paper("Trang một")])
    (office / "scans" / "khay" / "x.tif").rename(office / "scans" / "khay" / "chong.jpg")
    stack(office, "khay/chong.tif", [paper("Trang hai"), paper("Trang ba"), sheet["HS-B"], paper("Của bà B")])
    stack(office, "khay/chong.tiff", [paper("Trang sau"), sheet["HS-C"], paper("Của cô C")])
    run(office)
    with ledger_of(office) as ledger:
        told = {one: frames(ledger, one) for one in ("HS-A", "HS-B", "HS-C")}
    assert told == {
        "HS-A": [("chong.jpg", 1), ("chong.tif", 0), ("chong.tif", 1)],
        "HS-B": [("chong.tif", 3), ("chong.tiff", 0)],
        "HS-C": [("chong.tiff", 2)],
    }
    kept = {
        one: {path.name: count_frames(path) for path in package_of(office, one).rglob("originals/*")}
        for one in told
    }
    assert kept == {
        "HS-A": {"chong.HS-A.tif": 1, "chong.HS-A.2.tif": 2},
        "HS-B": {"chong.HS-B.tif": 1, "chong.HS-B.tiff": 1},
        "HS-C": {"chong.HS-C.tiff": 1},
    }
    assert digitize("verify", "-w", office, office / "archive").code == 0


@pytest.mark.thorough
def test_the_next_generation_and_one_from_a_ledger_made_anew_have_their_cuts(
    office: Path, sheet: dict[str, Scan]
) -> None:
    scans_go_along(office)
    stack(office, "chong.tif", [sheet["HS-A"], paper("Của ông A"), sheet["HS-B"], paper("Của bà B")])
    run(office)
    (first,) = package_of(office, "HS-B").rglob("originals/*")
    data = first.read_bytes()
    (office / "ledger.db").unlink()
    rebuilt = digitize("ledger", "rebuild", "-w", office)
    assert rebuilt.code == 0, rebuilt.err
    assert digitize("reopen", "HS-B", "-w", office, "--why", "sửa").code == 0
    run(office)
    assert stages(office)["HS-B"] is Stage.IN_REVIEW
    assert digitize("approve", "HS-B", "-w", office).code == 0
    run(office)
    (again,) = package_of(office, "HS-B").rglob("originals/*")
    assert again != first
    assert again.read_bytes() == data
    verified = digitize("verify", "--anchor", office / "keys" / "ca.pem", office / "archive", "--json")
    assert verified.json["summary"] == {"VALID": 2}


def test_a_tiff_file_that_cannot_be_cut_stays_beside_the_packages(
    office: Path, sheet: dict[str, Scan]
) -> None:
    scans_go_along(office)
    stack(office, "chong.tif", [sheet["HS-A"], paper("Của ông A"), sheet["HS-B"], paper("Của bà B")])
    scan = office / "scans" / "chong.tif"
    # Behind the last page comes the first one: Pillow reads it, and nobody can say what else does.
    scan.write_bytes(looping_tiff(scan.read_bytes()))
    run(office)
    assert set(stages(office).values()) == {Stage.DIVIDED, Stage.PACKAGED}
    for dossier in ("HS-A", "HS-B"):
        package = package_of(office, dossier)
        assert not list(package.rglob("originals"))
        assert fixity(scan).sha256 in (package / "metadata/preservation/PREMIS.xml").read_text("utf-8")
        with ledger_of(office) as ledger:
            (told,) = notices(ledger, dossier)
        assert (told.code, told.facts) == (
            "original_uncut",
            {"file": "chong.tif", "why": "tiff_not_cut: pages_in_a_circle"},
        )
        assert digitize("verify", "-w", office, package).code == 0
    shown = digitize("show", "HS-A", "-w", office, "--lang", "en")
    assert "could not be cut out of chong.tif" in " ".join(shown.out.split())
    assert "Traceback" not in shown.err


class DyingWhereItCuts(HereAndNow):
    """Has workers that die whenever they cut a file, as one that is made for it would have them do."""

    def __init__(self) -> None:
        self.cuts = 0
        self._pool = LocalPool(1, seconds=30, megabytes=4096)

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        if function is not tasks.cut_original:
            return super().submit(function, *args)
        self.cuts += 1
        return self._pool.submit(cast("Callable[..., T]", workers.die))

    def stop(self) -> None:
        self._pool.stop()


def test_a_dossier_goes_on_where_workers_die_of_cutting(office: Path, sheet: dict[str, Scan]) -> None:
    scans_go_along(office)
    stack(office, "chong.tif", [sheet["HS-A"], paper("Của ông A"), sheet["HS-B"], paper("Của bà B")])
    executor = DyingWhereItCuts()
    try:
        run(office, executor)
    finally:
        executor.stop()
    assert set(stages(office).values()) == {Stage.DIVIDED, Stage.PACKAGED}
    # It may have been somebody else's fault: so each was tried again before it was left as it is.
    assert executor.cuts == 2 * Workspace.open(office).limits.attempts
    assert codes_noticed(office, "HS-A") == ["original_uncut"]
    assert digitize("verify", "-w", office, office / "archive").code == 0


@pytest.mark.thorough
def test_cuts_that_are_gone_are_made_again(office: Path, sheet: dict[str, Scan]) -> None:
    scans_go_along(office)
    stack(office, "chong.tif", [sheet["HS-A"], paper("Của ông A"), sheet["HS-B"], paper("Của bà B")])
    assert digitize("run", "-w", office, "--until", "composed").code == 0
    assert stages(office)["HS-A"] is Stage.COMPOSED
    cut = office / "work" / "HS-A" / "original-0001.tif"
    data = cut.read_bytes()
    workspace = Workspace.open(office)
    with ledger_of(office) as ledger:
        record = ledger.dossier("HS-A")
        assert record is not None
        demand = Demand(workspace, ledger, Space(workspace.limits.free_megabytes))
        whole = (office / "originals" / "chong" / "chong.tif").stat().st_size
        needed = demand.of_package(record, 1)[workspace.archive]
        documents = (office / "work" / "HS-A" / "document-0001.pdf").stat().st_size
        # Room for its own pages, not for the stack.
        assert needed == 2 * documents + len(data) + PACKAGE_BESIDE
        assert len(data) < whole / 2
    cut.unlink()
    run(office)
    assert stages(office)["HS-A"] is Stage.PACKAGED
    (again,) = package_of(office, "HS-A").rglob("originals/*")
    assert again.read_bytes() == data

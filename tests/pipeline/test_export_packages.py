"""Packages for others: whole or not at all, verified before, told to the ledger before they leave."""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import shutil
import sys
import zipfile
from pathlib import Path

import bagit
import pytest
from lxml import etree

from digitize.archive.checks.bag import bag_findings
from digitize.archive.verification import verify_paths
from digitize.errors import EnvironmentProblem, ItemProblem, SigningProblem, UsageProblem
from digitize.model import Stage
from digitize.pipeline import outlet
from digitize.pipeline.export import Order
from digitize.signatures.trust import load_trust
from digitize.signatures.verdict import Verdict
from digitize.times import now
from support.crashes import DIED, in_child
from support.exports import DOSSIER, export, exports_of, order, package_of
from support.offices import contents, ledger_of


@pytest.fixture
def house(finished: Path, tmp_path: Path) -> Path:
    """A demo workspace of one's own with three packages."""
    return Path(shutil.copytree(finished, tmp_path / "house"))


def test_an_aip_leaves_byte_for_byte_and_the_dossier_remembers(house: Path, tmp_path: Path) -> None:
    out = tmp_path / "giao nộp"
    result = export(house, order("aip", out))
    assert len(result.done) == 3
    assert not result.failed
    own = package_of(house)
    assert contents(out / own.name) == contents(own)
    assert {path.name for path in out.iterdir()} == {path.name for path in (house / "archive").iterdir()}
    (event,) = exports_of(house)
    assert (event.kind, event.who) == ("exported", "cán bộ")
    assert event.detail["format"] == "aip"
    assert event.detail["names"] == [own.name]
    assert event.detail["destination"] == "same_disk"
    # Nothing is written over: told, and the copy stays as it is.
    (out / own.name / "METS.xml").write_text("x")
    again = export(house, order("aip", out, DOSSIER))
    assert again.failed[DOSSIER].code == "export_exists"
    assert (out / own.name / "METS.xml").read_text() == "x"


def test_a_sip_has_the_same_signed_papers_under_a_name_of_its_own(house: Path, tmp_path: Path) -> None:
    result = export(house, order("sip", tmp_path / "out", DOSSIER))
    (folder,) = result.done[0].paths
    mets = etree.parse(folder / "METS.xml").getroot()
    assert folder.name == mets.get("OBJID")
    assert folder.name.startswith("uuid-")
    own = package_of(house)
    assert contents(folder / "representations/rep1/data") == contents(own / "representations/rep1/data")
    status = mets.find("{*}metsHdr")
    assert status is not None
    assert status.get("RECORDSTATUS") == "NEW"
    # The dossier has a later generation now: the other system must know that it has an older one.
    later = own.with_name(own.name[:-1] + ("0" if own.name[-1] != "0" else "1"))
    own.rename(later)
    with ledger_of(house) as ledger, ledger.transaction():
        ledger.set_package(DOSSIER, folder=later.name)
    (second,) = export(house, order("sip", tmp_path / "out", DOSSIER)).done[0].paths
    header = etree.parse(second / "METS.xml").getroot().find("{*}metsHdr")
    assert header is not None
    assert header.get("RECORDSTATUS") == "REPLACEMENT"


def test_a_sip_leaves_signed_and_another_may_trust_it(house: Path, tmp_path: Path) -> None:
    (folder,) = export(house, order("sip", tmp_path / "out", DOSSIER)).done[0].paths
    trust = load_trust([house / "keys" / "ca.pem"])
    (item,) = verify_paths([folder], trust, now())
    assert item.verdict is Verdict.VALID
    (signature,) = item.report.signatures
    assert (signature.field, signature.level) == ("METS.xml", "B-LT")
    assert exports_of(house)[0].detail["level"] == "B-LTA"
    mets = folder / "METS.xml"
    mets.write_bytes(mets.read_bytes().replace(b'RECORDSTATUS="NEW"', b'RECORDSTATUS="TEST"'))
    (item,) = verify_paths([folder], trust, now())
    assert item.verdict is Verdict.INVALID


def test_a_key_that_stops_signing_leaves_nothing_half_written(house: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    late: list[str] = []

    def clock() -> dt.datetime:
        # The certificate has run out once the first one has left.
        return now() + dt.timedelta(days=36_500) * len(late)

    with pytest.raises(SigningProblem):
        export(house, order("sip", out), clock, lambda dossier, _: late.append(dossier))
    (first,) = out.iterdir()
    assert (first / "METS.xml.p7s").is_file()
    assert len(late) == len([event for one in packaged(house) for event in exports_of(house, one)]) == 1


def test_a_bag_is_one_to_others_and_its_package_is_still_valid(house: Path, tmp_path: Path) -> None:
    here = Path.cwd()
    (bag,) = export(house, order("aip", tmp_path / "out", DOSSIER, bag=True)).done[0].paths
    assert Path.cwd() == here
    own = package_of(house)
    assert contents(bag / "data" / own.name) == contents(own)
    read = bagit.Bag(str(bag))
    read.validate()
    assert read.version_info == (1, 0)
    assert set(read.algorithms) == {"sha256", "sha512"}
    assert read.info["Source-Organization"] == "Ủy ban nhân dân phường Sao Mai"
    assert read.info["External-Identifier"].startswith("urn:")
    size = sum(path.stat().st_size for path in own.rglob("*") if path.is_file())
    assert read.info["Payload-Oxum"] == f"{size}.{len(contents(own))}"
    assert bag_findings(bag) == ()
    items = verify_paths([bag], load_trust([house / "keys" / "ca.pem"]), now())
    assert [item.path for item in items] == [bag, bag / "data" / own.name]
    assert {item.verdict for item in items} == {Verdict.VALID}
    assert not [path for path in bag.rglob("*") if path.stat().st_mode & 0o007]


def test_what_is_larger_than_asked_comes_in_parts_that_join(house: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = export(house, order("aip", out, bag=True, split=200_000))
    folder = result.done[1].paths[0]
    name = folder.name.removesuffix(".parts")
    assert name.startswith("2urn_")
    parts = sorted(folder.glob(f"{name}.[0-9]*"))
    assert len(parts) > 1
    assert all(part.stat().st_size <= 200_000 for part in parts)
    joined = tmp_path / name
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    with zipfile.ZipFile(joined) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "opened")
    (bag,) = (tmp_path / "opened").iterdir()
    bagit.Bag(str(bag)).validate()
    told = (folder / "README.txt").read_text("utf-8")
    assert all(part.name in told for part in parts)
    (event,) = [event for event in exports_of(house) if event.detail["shape"] == "bag+split+zip"]
    assert event.detail["names"] == [result.done[0].paths[0].name]


def test_a_damaged_package_stays_and_the_others_go(house: Path, tmp_path: Path) -> None:
    pdf = next(package_of(house).glob("representations/rep1/data/*.pdf"))
    pdf.write_bytes(pdf.read_bytes() + b" ")
    out = tmp_path / "out"
    result = export(house, order("sip", out, zipped=True))
    assert {dossier: problem.code for dossier, problem in result.failed.items()} == {
        DOSSIER: "export_damaged"
    }
    # Numbers in the submission have no gap.
    assert sorted(path.name[:6] for path in out.iterdir()) == ["1uuid-", "2uuid-"]
    assert exports_of(house) == []
    # Everything in the archive was signed once.
    pdf.write_bytes(pdf.read_bytes()[:-1])
    (package_of(house) / "METS.xml.p7s").unlink()
    assert export(house, order("aip", out, DOSSIER)).failed[DOSSIER].code == "export_damaged"


def packaged(house: Path) -> list[str]:
    """Codes of the packaged dossiers."""
    with ledger_of(house) as ledger:
        return [record.id for record in ledger.dossiers(Stage.PACKAGED)]


def dying(house: Path, out: Path, at: int, steps: Path) -> int:
    """An export whose process dies at a step on the disk; a list of the steps if it never does."""

    def work() -> None:
        seen: list[str] = []

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event == "digitize.disk":
                seen.append(str(arguments[0]))
                if len(seen) == at:
                    os._exit(DIED)

        sys.addaudithook(hook)
        export(house, order("aip", out, DOSSIER))
        steps.write_text("\n".join(seen))

    return in_child(work)


def test_whenever_the_process_dies_no_copy_is_partial_or_without_its_event(
    house: Path, tmp_path: Path
) -> None:
    own = package_of(house)
    before = contents(own)
    assert dying(house, tmp_path / "whole", 0, tmp_path / "steps") == 0
    steps = (tmp_path / "steps").read_text().splitlines()
    # The last commits give the lease back; the one before the rename is that of the event.
    rename = len(steps) - steps[::-1].index("rename")
    told = rename - steps[rename - 1 :: -1].index("commit")
    chosen = [told // 3, told - 1, told, told + 1, rename - 1, rename, rename + 1, len(steps)]
    arrived = []
    for at in chosen:
        out, events = tmp_path / f"out {at}", len(exports_of(house))
        assert dying(house, out, at, tmp_path / "steps") == DIED
        found = {path.name for path in out.iterdir()} - {outlet.STAGING}
        arrived.append(bool(found))
        assert len(exports_of(house)) - events == (at > told)
        for name in found:
            assert contents(out / name) == before
    assert arrived == [at > rename for at in chosen]
    assert contents(own) == before
    again = tmp_path / f"out {rename}"
    (done,) = export(house, order("aip", again, DOSSIER)).done[0].paths
    assert list(again.iterdir()) == [done]


def test_a_last_step_that_fails_is_told_to_the_ledger(house: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def failing() -> None:
        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event == "digitize.disk" and arguments[0] == "rename":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        sys.addaudithook(hook)
        with pytest.raises(EnvironmentProblem, match="disk_trouble"):
            export(house, order("aip", out, DOSSIER))

    assert in_child(failing) == 0
    assert list(out.iterdir()) == []
    assert [event.kind for event in exports_of(house)] == ["exported", "export_failed"]


def test_places_that_are_taken_are_refused(house: Path, tmp_path: Path) -> None:
    for own in ("archive/x", "scans", "forms"):
        with pytest.raises(UsageProblem, match="export_into_own"):
            export(house, order("aip", house / own))
    out = tmp_path / "out"
    out.mkdir()
    handle = os.open(out, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(UsageProblem, match="export_busy"):
        export(house, order("aip", out))
    os.close(handle)
    with pytest.raises(UsageProblem, match="dossier_unknown"):
        export(house, order("aip", out, "HS-99"))
    waiting = "000.00.01.H99-261118-0005"
    assert export(house, order("aip", out, waiting)).failed[waiting].code == "not_packaged"


def test_what_was_withdrawn_stays(house: Path, tmp_path: Path) -> None:
    with ledger_of(house) as ledger, ledger.transaction():
        ledger.move(DOSSIER, Stage.WITHDRAWN, "withdrawn", why="thử")
    with pytest.raises(ItemProblem, match="export_withdrawn"):
        export(house, order("json", tmp_path / "out", DOSSIER))
    done = export(house, order("json", tmp_path / "out")).done
    assert len(done) == 4
    assert DOSSIER not in {dossier for one in done for dossier in one.dossiers}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (order("xlsx", Path(), bag=True), "export_not_wrapped"),
        (order("json", Path(), split=10_000), "export_not_wrapped"),
        (order("sip", Path(), reader="A"), "export_only_copies"),
        (order("aip", Path(), sign=True), "export_only_sip_signed"),
        (order("aip", Path(), "HS", document=1), "export_only_copies"),
        (order("dip", Path(), document=1), "export_document_of_which"),
    ],
)
def test_orders_that_make_no_sense(wanted: Order, code: str) -> None:
    with pytest.raises(UsageProblem, match=code):
        wanted.check()

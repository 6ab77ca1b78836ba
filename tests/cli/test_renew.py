"""Timestamps are renewed before they run out; the old package stands until the new one is in place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lxml import etree

from digitize.model import Stage
from support.offices import ledger_of, packages, stages
from support.program import digitize


@pytest.fixture
def packaged(packaged_office: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_office, tmp_path / "packaged"))


def own_profile(root: Path, *, unattended: bool) -> None:
    """The same rules, but a person signs."""
    (root / "own.toml").write_text(
        f'extends = "demo"\nid = "own"\n[signing]\nunattended = {str(unattended).lower()}\n'
    )
    settings = root / "digitize.toml"
    settings.write_text(settings.read_text("utf-8").replace('profile = "demo"', 'profile = "own.toml"'))


def verdicts(root: Path, *places: Path) -> list[str]:
    told = digitize("verify", *(places or (root / "archive",)), "-w", root, "--json").json
    # What these tests take back in the ledger is seen in its log; here packages alone count.
    told_packages = [item for item in told["items"] if item["kind"] == "package"]
    assert [item["findings"] for item in told_packages] == [[]] * len(told_packages)
    return [item["verdict"] for item in told_packages]


def pdfs(package: Path) -> list[Path]:
    return sorted(package.rglob("data/*.pdf"))


def test_what_runs_out_when_is_told_and_nothing_is_touched_before(packaged: Path) -> None:
    before = packages(packaged)
    told = digitize("renew", "-w", packaged)
    assert told.code == 0
    assert "HS-1: còn chứng minh được đến" in told.out
    found = digitize("renew", "-w", packaged, "--json").json["dossiers"]
    assert [one["id"] for one in found] == ["HS-1", "HS-2"]
    assert {one["rests_on"] for one in found} == {"timestamp"}
    assert not any(one["renewed"] for one in found)
    assert packages(packaged) == before


@pytest.mark.thorough
def test_a_renewed_package_is_a_new_generation_and_the_old_one_is_kept(packaged: Path) -> None:
    old = packages(packaged)
    bytes_before = {pdf.name: pdf.read_bytes() for package in old for pdf in pdfs(package)}
    told = digitize("renew", "-w", packaged, "--within", "1000")
    assert told.code == 0
    assert "HS-1: đã gia hạn" in told.out
    new = packages(packaged)
    assert len(new) == 2
    assert not set(new) & set(old)
    assert verdicts(packaged) == ["VALID", "VALID"]
    kept = packaged / "superseded"
    assert {path.name for path in kept.iterdir() if path.is_dir()} == {path.name for path in old}
    assert verdicts(packaged, kept) == ["VALID", "VALID"]
    mark = json.loads((kept / f"{old[0].name}.json").read_text("utf-8"))
    assert mark["replaced_by"] in {path.name for path in new}
    for package in new:
        root = etree.parse(package / "METS.xml").getroot()
        header = root.find("{http://www.loc.gov/METS/}metsHdr")
        assert header is not None
        assert header.get("RECORDSTATUS") == "REPLACEMENT"
        # The METS that was signed first, and its signature, are still there.
        assert (package / "documentation/previous/1/METS.xml.p7s").is_file()
        told_events = (package / "metadata/preservation/PREMIS.xml").read_text("utf-8")
        assert "Đã gia hạn dấu thời gian" in told_events
        assert "event log head" in told_events
        for pdf in pdfs(package):
            assert pdf.read_bytes().startswith(bytes_before[pdf.name])
    report = digitize("verify", packaged / "archive", "-w", packaged, "--json").json
    levels = {one["level"] for item in report["items"] for pdf in item["items"] for one in pdf["signatures"]}
    assert levels == {"B-LTA"}
    # And again: generation upon generation.
    assert digitize("renew", "-w", packaged, "--within", "1000").code == 0
    assert verdicts(packaged) == ["VALID", "VALID"]
    again = packages(packaged)[0]
    assert (again / "documentation/previous/2/METS.xml").is_file()
    assert (again / "documentation/previous/1/METS.xml").is_file()


@pytest.mark.thorough
def test_where_a_person_has_to_sign_the_new_one_waits_and_the_old_one_stands(packaged: Path) -> None:
    own_profile(packaged, unattended=False)
    old = packages(packaged)
    told = digitize("renew", "-w", packaged, "--within", "1000")
    assert told.code == 0
    assert "chờ người ký" in told.out
    assert [path for path in packages(packaged) if not path.name.startswith(".")] == old
    assert verdicts(packaged) == ["VALID", "VALID"]
    # Not renewed twice while it waits.
    waiting = [path for path in packages(packaged) if path.name.startswith(".renewed-")]
    assert len(waiting) == 2
    assert digitize("renew", "-w", packaged, "--within", "1000").code == 0
    assert [path for path in packages(packaged) if path.name.startswith(".renewed-")] == waiting
    # Without a person's signature it would be unsigned.
    assert verdicts(packaged, waiting[0]) == ["UNSIGNED"]
    signed = digitize("sign", "HS-1", "-w", packaged)
    assert signed.code == 0
    assert "HS-1: đã ký gói gia hạn" in signed.err
    assert digitize("sign", "-w", packaged).code == 0
    assert not any(path.name.startswith(".") for path in packages(packaged))
    assert not set(packages(packaged)) & set(old)
    assert verdicts(packaged) == ["VALID", "VALID"]
    assert stages(packaged) == {"HS-1": Stage.PACKAGED, "HS-2": Stage.PACKAGED}


def test_a_damaged_package_is_not_renewed_and_the_others_are(packaged: Path) -> None:
    victim = packages(packaged)[0]
    pdf = pdfs(victim)[0]
    pdf.chmod(0o600)
    data = bytearray(pdf.read_bytes())
    data[len(data) // 3] ^= 1
    pdf.write_bytes(data)
    told = digitize("renew", "-w", packaged, "--within", "1000")
    assert told.code == 1
    assert "đã hỏng hoặc bị sửa" in told.err
    assert victim in packages(packaged)
    assert len(packages(packaged)) == 2


@pytest.mark.thorough
def test_a_package_that_lost_its_signature_is_not_made_good_by_renewing_it(packaged: Path) -> None:
    assert digitize("renew", "-w", packaged, "--within", "1000").code == 0
    victim = packages(packaged)[0]
    (victim / "METS.xml.p7s").unlink()
    told = digitize("renew", "-w", packaged, "--within", "36500")
    assert told.code == 1
    assert "đã hỏng hoặc bị sửa" in told.err
    assert victim in packages(packaged)


def test_a_package_that_is_gone_is_told(packaged: Path) -> None:
    shutil.rmtree(packages(packaged)[0])
    told = digitize("renew", "-w", packaged, "--json")
    assert told.code == 1
    assert [problem["code"] for problem in told.json["problems"].values()] == ["package_not_there"]


def test_without_an_authority_the_old_packages_stand(packaged: Path) -> None:
    settings = packaged / "digitize.toml"
    lines = settings.read_text("utf-8").splitlines(keepends=True)
    changed = ['timestamp_url = "http://127.0.0.1:9/"\n' if "timestamp_key" in one else one for one in lines]
    settings.write_text("".join(changed))
    old = packages(packaged)
    told = digitize("renew", "-w", packaged, "--within", "1000")
    assert told.code == 3
    assert "không trả lời" in told.err
    assert packages(packaged) == old


@pytest.mark.thorough
def test_a_renewal_cut_off_before_the_ledger_knew_goes_on(packaged: Path) -> None:
    old = packages(packaged)
    assert digitize("renew", "-w", packaged, "--within", "1000").code == 0
    new = packages(packaged)
    # As it stood after the rename into the archive and before the ledger was written.
    with ledger_of(packaged) as ledger, ledger.transaction():
        for record in ledger.dossiers():
            event = next(e for e in ledger.events(record.id) if e.kind == "renewal_begun")
            ledger.set_package(record.id, folder=str(event.detail["replaces"]))
        ledger.execute("DELETE FROM event WHERE kind = 'renewed'")
    for package in old:
        shutil.move(packaged / "superseded" / package.name, package)
    assert digitize("renew", "-w", packaged, "--within", "1000").code == 0
    assert packages(packaged) == new
    assert verdicts(packaged) == ["VALID", "VALID"]
    # As it stood after the ledger was written and before the old one was moved.
    shutil.move(packaged / "superseded" / old[0].name, old[0])
    assert digitize("renew", "-w", packaged).code == 0
    assert packages(packaged) == new


@pytest.mark.parametrize("command", ["renew", "audit"])
def test_more_days_than_a_calendar_has_are_wrong_usage(command: str, office: Path) -> None:
    asked = digitize(command, "--within", "99999999999", "-w", office)
    assert (asked.code, asked.out) == (2, "")

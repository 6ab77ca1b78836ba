"""Whatever lies under audit: it is told, and nothing else suffers for it."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from digitize.archive import verification
from digitize.archive.check import PackageReport
from digitize.archive.discovery import ItemKind, find_items
from digitize.archive.opening import read_plain, trouble
from digitize.archive.verification import Effort, VerifiedItem, verify_paths
from digitize.errors import UsageProblem
from digitize.model import Problem
from digitize.signatures.sign import Level
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import verify_pdf_data
from support.dossiers import names, package_in
from support.hostile import hostile_files
from support.papers import plain_paper
from support.sealing import DAY, NOW, office

DOCUMENT = f"representations/rep1/data/{names().doc_id(1)}.pdf"
BRIEF = Effort(jobs=2, seconds=1.0)


@pytest.fixture
def signed(tmp_path: Path) -> bytes:
    folder = tmp_path / "made"
    folder.mkdir()
    return office().signed(plain_paper(folder), Level.B_LT)


@pytest.fixture
def audit(tmp_path: Path, signed: bytes) -> Path:
    folder = tmp_path / "kho"
    folder.mkdir()
    (folder / "m.pdf").write_bytes(signed)
    return folder


def verified(*paths: Path, effort: Effort = BRIEF) -> list[VerifiedItem]:
    return verify_paths(paths, office().trust, NOW + DAY, effort=effort)


def outcome(items: list[VerifiedItem]) -> dict[str, tuple[Verdict, list[str]]]:
    return {item.path.name: (item.verdict, [note.code for note in item.report.notes]) for item in items}


def test_links_pipes_and_empty_files_are_told_and_never_followed(audit: Path, tmp_path: Path) -> None:
    (audit / "link.pdf").symlink_to(audit / "m.pdf")
    (audit / "device.pdf").symlink_to("/dev/zero")
    (audit / "nowhere.pdf").symlink_to(tmp_path / "none")
    (audit / "loop.pdf").symlink_to(audit / "loop.pdf")
    (audit / "outside").symlink_to(tmp_path, target_is_directory=True)
    (audit / "empty.pdf").touch()
    os.mkfifo(audit / "pipe.pdf")
    assert outcome(verified(audit)) == {
        "device.pdf": (Verdict.UNREADABLE, ["audit_link"]),
        "empty.pdf": (Verdict.UNREADABLE, ["audit_empty"]),
        "link.pdf": (Verdict.UNREADABLE, ["audit_link"]),
        "loop.pdf": (Verdict.UNREADABLE, ["audit_link"]),
        "m.pdf": (Verdict.VALID, []),
        "nowhere.pdf": (Verdict.UNREADABLE, ["audit_link"]),
        "outside": (Verdict.UNREADABLE, ["audit_link"]),
        "pipe.pdf": (Verdict.UNREADABLE, ["audit_special"]),
    }


def test_what_an_auditor_names_himself_is_no_exception(audit: Path, tmp_path: Path) -> None:
    (audit / "link.pdf").symlink_to(audit / "m.pdf")
    os.mkfifo(audit / "pipe")
    found = outcome(verified(audit / "link.pdf", audit / "pipe", Path("/dev/zero")))
    assert found == {
        "link.pdf": (Verdict.UNREADABLE, ["audit_link"]),
        "pipe": (Verdict.UNREADABLE, ["audit_special"]),
        "zero": (Verdict.UNREADABLE, ["audit_special"]),
    }
    # A folder on another disk is reached by a link that the auditor types.
    (tmp_path / "đĩa").symlink_to(audit, target_is_directory=True)
    assert outcome(verified(tmp_path / "đĩa"))["m.pdf"] == (Verdict.VALID, [])
    (tmp_path / "gone").symlink_to(tmp_path / "none")
    with pytest.raises(UsageProblem):
        find_items([tmp_path / "gone"])


def test_a_file_exchanged_for_a_link_or_a_pipe_is_still_not_opened(audit: Path) -> None:
    (audit / "link").symlink_to(audit / "m.pdf")
    os.mkfifo(audit / "pipe")
    assert read_plain(audit / "link") == Problem("audit_link")
    assert read_plain(audit / "pipe") == Problem("audit_special")
    assert read_plain(audit) == Problem("audit_special")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "audit_denied"),
        (errno.EPERM, "audit_denied"),
        (errno.EIO, "audit_disk"),
        (errno.ENXIO, "audit_special"),
    ],
)
def test_what_the_system_refuses_is_told_by_its_reason(number: int, code: str) -> None:
    assert trouble(OSError(number, os.strerror(number))).code == code


def test_a_closed_folder_is_told_and_not_left_out(audit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests may run as root, whom no permission stops.
    walk = os.walk

    def closed(place: Path, onerror: object, *, followlinks: bool) -> object:
        assert callable(onerror)
        onerror(PermissionError(errno.EACCES, "denied", str(audit / "mật")))
        return walk(place, followlinks=followlinks)

    monkeypatch.setattr(os, "walk", closed)
    found = find_items([audit])
    assert [(one.path.name, one.kind, one.problem) for one in found] == [
        ("mật", ItemKind.FOLDER, Problem("audit_denied")),
        ("m.pdf", ItemKind.PDF, None),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(audit: Path) -> None:
    (audit / "m.pdf").chmod(0)
    assert outcome(verified(audit)) == {"m.pdf": (Verdict.UNREADABLE, ["audit_denied"])}


def harmful(data: bytes, *rest: object) -> object:
    """Verifies, unless the file says what else to do to the process that looks at it."""
    order = data[:5]
    if order == b"crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == b"sleep":
        time.sleep(60)
    if order == b"large":
        return len(bytearray(1 << 36))
    if order == b"raise":
        raise RecursionError
    return verify_pdf_data(data, *rest)  # type: ignore[arg-type]


HARM = {
    b"crash": "audit_died",
    b"sleep": "audit_too_slow",
    b"large": "audit_memory",
    b"raise": "audit_failed",
}


def test_a_file_that_harms_its_worker_is_unreadable_and_the_others_are_verified(
    audit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "verify_pdf_data", harmful)
    for order in HARM:
        (audit / f"{order.decode()}.pdf").write_bytes(order)
    began = time.monotonic()
    found = outcome(verified(audit))
    assert time.monotonic() - began < 20
    assert found.pop("m.pdf") == (Verdict.VALID, [])
    assert found == {f"{order.decode()}.pdf": (Verdict.UNREADABLE, [code]) for order, code in HARM.items()}


@pytest.mark.thorough
def test_files_that_want_to_break_a_parser_get_a_verdict_within_their_time(tmp_path: Path) -> None:
    made = hostile_files(tmp_path / "kho")
    doubling = tmp_path / "kho" / "doubling.pdf"
    doubling.write_bytes(doubling_fields())
    items = verified(tmp_path / "kho", effort=Effort(jobs=2, seconds=3.0, megabytes=2048))
    assert len(items) == 1 + sum(name.endswith(".pdf") for name in made)
    assert {item.verdict for item in items} <= {Verdict.UNREADABLE, Verdict.UNSIGNED}
    found = outcome(items)
    assert found["doubling.pdf"] == (Verdict.UNREADABLE, ["audit_too_slow"])
    assert found["deep.pdf"][0] is Verdict.UNREADABLE


def doubling_fields() -> bytes:
    """A PDF whose form has a field with 2^56 descendants, in fifty-seven objects."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
    ]
    objects += [b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (number + 1, number + 1) for number in range(3, 60)]
    objects.append(b"<</T(b)>>")
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + head + table + trailer


def test_a_pdf_of_a_package_that_harms_its_worker_hides_nothing_of_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "verify_pdf_data", harmful)
    package = package_in(tmp_path)
    (package / DOCUMENT).write_bytes(b"crash")
    (item,) = verified(package)
    report = item.report
    assert isinstance(report, PackageReport)
    assert report.verdict is Verdict.UNREADABLE
    assert [pdf.verdict for _, pdf in report.documents] == [Verdict.UNREADABLE, Verdict.VALID]
    expected = {"size_differs", "checksum_differs", "premis_size_differs", "premis_checksum_differs"}
    assert {finding.rule for finding in report.findings} == expected
    assert [signature.verdict for signature in report.signatures] == [Verdict.VALID]


def test_a_package_that_takes_too_long_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "look_at_package", lambda *_: time.sleep(60))
    package = package_in(tmp_path)
    (item,) = verified(package)
    assert (item.kind, item.verdict) == (ItemKind.PACKAGE, Verdict.UNREADABLE)
    assert [note.code for note in item.report.notes] == ["audit_too_slow"]


def test_items_come_back_in_the_order_of_their_names_however_many_work(audit: Path, signed: bytes) -> None:
    for number in range(20):
        (audit / f"{number:02}.pdf").write_bytes(signed if number % 3 else b"%PDF-")
    shutil.copytree(package_in(audit.parent / "p"), audit / "10 gói")
    once = verified(audit, effort=Effort(jobs=1))
    assert [item.path for item in once] == [item.path for item in verified(audit, effort=Effort(jobs=4))]
    assert [item.path.name for item in once[:20]] == [f"{number:02}.pdf" for number in range(20)]


def test_a_link_inside_a_package_leads_nowhere(tmp_path: Path) -> None:
    package = package_in(tmp_path)
    data = package / "representations" / "rep1" / "data"
    data.rename(tmp_path / "outside")
    data.symlink_to(tmp_path / "outside", target_is_directory=True)
    (item,) = verified(package)
    assert isinstance(item.report, PackageReport)
    assert item.verdict is Verdict.INVALID
    assert item.report.documents == ()
    assert "file_missing" in {finding.rule for finding in item.report.findings}


def test_evidence_comes_back_only_if_it_is_asked_for(audit: Path) -> None:
    (item,) = verified(audit)
    assert [signature.evidence for signature in item.report.signatures] == [()]

"""Whatever is done to a package is found and named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from asn1crypto import cms
from lxml import etree

from digitize.archive.check import PackageReport, check_package
from digitize.archive.discovery import ItemKind
from digitize.archive.mets import METS, XLINK
from digitize.archive.verification import verify_paths
from digitize.errors import UsageProblem
from digitize.files import fixity
from digitize.signatures.sign import Level
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Integrity, Verdict
from support.dossiers import built, edited, file_of, names, package_in, resigned
from support.offices import contents
from support.papers import plain_paper
from support.repairs import fitted
from support.sealing import DAY, NOW, Office, office
from support.tampering import flipped

HREF = f"{{{XLINK}}}href"
EAD = "metadata/descriptive/EAD.xml"
REPRESENTATION = "representations/rep1/METS.xml"
DOCUMENT = f"representations/rep1/data/{names().doc_id(1)}.pdf"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return package_in(tmp_path)


def checked(package: Path, trust: TrustStore | None = None) -> PackageReport:
    return check_package(package, trust or office().trust, NOW + DAY)


def found(report: PackageReport) -> set[tuple[str, str]]:
    return {(finding.rule, finding.file) for finding in report.findings}


def test_a_package_that_nobody_touched_is_valid(package: Path) -> None:
    report = checked(package)
    assert report.verdict is Verdict.VALID
    assert report.findings == ()
    assert [signature.field for signature in report.signatures] == ["METS.xml"]
    assert [name for name, _ in report.documents] == [
        DOCUMENT,
        f"representations/rep1/data/{names().doc_id(2)}.pdf",
    ]


def test_one_bit_changed_in_any_file_is_found_and_the_file_is_named(package: Path) -> None:
    for name, data in contents(package).items():
        place = len(data) // 2
        if name == "METS.xml.p7s":
            # Of a signature only this counts: what was added after signing can be added again.
            info = cms.ContentInfo.load(data)["content"]["signer_infos"][0]
            place = data.index(info["signature"].native) + 40
        (package / name).write_bytes(flipped(data, place))
        report = checked(package)
        assert report.verdict in {Verdict.INVALID, Verdict.UNREADABLE}, name
        if not name.startswith("METS.xml"):
            assert ("checksum_differs", name) in found(report), name
        else:
            assert report.signatures[0].verdict is not Verdict.VALID, name
        (package / name).write_bytes(data)
    assert checked(package).verdict is Verdict.VALID


def test_any_file_removed_is_found(package: Path) -> None:
    for name, data in contents(package).items():
        (package / name).unlink()
        report = checked(package)
        expected = Verdict.UNSIGNED if name == "METS.xml.p7s" else Verdict.INVALID
        if name != "METS.xml.p7s":
            assert ("file_missing", name) in found(report), name
        assert report.verdict is expected, name
        (package / name).write_bytes(data)


@pytest.mark.parametrize(
    "name", ["thêm.pdf", "representations/rep1/data/.an", "schemas/METS.xml", "METS.xml.bak"]
)
def test_a_file_added_anywhere_is_found(package: Path, name: str) -> None:
    (package / name).write_bytes(b"new")
    report = checked(package)
    assert report.verdict is Verdict.INVALID
    assert found(report) == {("file_unexpected", name)}


def test_a_renamed_file_is_missing_and_unexpected(package: Path) -> None:
    (package / DOCUMENT).rename(package / "representations/rep1/data/khác.pdf")
    report = checked(package)
    assert report.verdict is Verdict.INVALID
    assert found(report) == {
        ("file_missing", DOCUMENT),
        ("file_unexpected", "representations/rep1/data/khác.pdf"),
    }


def test_a_line_of_the_manifest_cannot_be_fitted_to_a_changed_file(package: Path) -> None:
    (package / EAD).write_bytes((package / EAD).read_bytes().replace(b"</simpledc>", b" </simpledc>"))
    proof = fixity(package / EAD)

    def fit(root: etree._Element) -> None:
        file_of(root, "EAD.xml").set("CHECKSUM", proof.sha256.upper())
        file_of(root, "EAD.xml").set("SIZE", str(proof.size))

    edited(package, fit)
    report = checked(package)
    assert found(report) == {("mets_signature_broken", "METS.xml.p7s")}
    assert report.signatures[0].integrity is Integrity.BROKEN
    assert report.verdict is Verdict.INVALID


def test_a_line_taken_out_of_the_manifest_is_found(package: Path) -> None:
    edited(package, lambda root: _drop(file_of(root, "EAD.xml")))
    report = checked(package)
    assert report.verdict is Verdict.INVALID
    assert ("file_unexpected", EAD) in found(report)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def test_a_mets_signed_anew_by_a_stranger_is_untrusted(package: Path) -> None:
    edited(package, lambda root: root.set("LABEL", "khác"))
    resigned(package, Office.new("Gốc khác").seal(Level.B_LT))
    report = checked(package)
    assert report.signatures[0].integrity is Integrity.INTACT
    assert report.verdict is Verdict.UNTRUSTED


def test_without_the_anchor_a_whole_package_is_untrusted(package: Path) -> None:
    report = checked(package, TrustStore())
    assert report.findings == ()
    assert report.verdict is Verdict.UNTRUSTED


def test_without_its_signature_a_package_is_unsigned_though_its_pdfs_are_valid(package: Path) -> None:
    (package / "METS.xml.p7s").unlink()
    report = checked(package)
    assert report.verdict is Verdict.UNSIGNED
    assert [note.code for note in report.notes] == ["mets_unsigned"]
    assert {pdf.verdict for _, pdf in report.documents} == {Verdict.VALID}


def test_an_unsigned_pdf_makes_the_package_unsigned_though_its_mets_is_signed(
    package: Path, tmp_path: Path
) -> None:
    shutil.copy(plain_paper(tmp_path), package / DOCUMENT)
    fitted(package)
    report = checked(package)
    assert report.findings == ()
    assert report.verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("place", ["file", "new file", "folder", "new folder", "METS.xml", "METS.xml.p7s"])
def test_a_symbolic_link_never_stands_for_a_part_of_the_package(
    package: Path, tmp_path: Path, place: str
) -> None:
    outside = tmp_path / "outside"
    name = {"file": EAD, "new file": "link.xml", "folder": "schemas", "new folder": "link"}.get(place, place)
    if place.startswith("new"):
        outside.mkdir() if place == "new folder" else outside.write_bytes(b"x")
    else:
        (package / name).rename(outside)
    (package / name).symlink_to(outside)
    report = checked(package)
    assert report.verdict is Verdict.INVALID
    assert ("file_special", name) in found(report)


@pytest.mark.parametrize(
    "href",
    ["../../secret.xml", "/etc/passwd", "file:///etc/passwd", "a\\..\\b", "..%2F..%2Fsecret.xml", "", "%00"],
)
def test_a_path_that_leaves_the_package_is_told_and_never_opened(package: Path, href: str) -> None:
    (package.parent.parent / "secret.xml").write_bytes(b"secret")
    edited(package, lambda root: file_of(root, "EAD.xml").set(HREF, href))
    resigned(package)
    report = checked(package)
    assert report.verdict is Verdict.INVALID
    assert ("path_leaves", "METS.xml") in found(report)
    assert not any("secret" in file or "passwd" in file for _, file in found(report))


@pytest.mark.parametrize("change", ["size", "checksum", "algorithm", "long name", "no location"])
def test_a_manifest_with_odd_values_gives_findings_and_never_an_exception(package: Path, change: str) -> None:
    def odd(root: etree._Element) -> None:
        element = file_of(root, "EAD.xml" if change != "no location" else "EAD.xsd")
        match change:
            case "size":
                element.set("SIZE", "²")
            case "checksum":
                element.set("CHECKSUM", "Z" * 64)
            case "algorithm":
                element.set("CHECKSUMTYPE", "MD5")
            case "long name":
                element.set(HREF, "d/" + "a" * 300)
            case _:
                _drop(element[0])

    edited(package, odd)
    resigned(package)
    report = checked(package)
    rules = {rule for rule, _ in found(report)}
    expected = {
        "size": {"size_absent", "xml_invalid"},
        "checksum": {"checksum_differs"},
        "algorithm": {"checksum_absent"},
        "long name": {"file_missing", "file_unexpected"},
        "no location": {"reference_empty", "file_unexpected"},
    }
    assert rules == expected[change]
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "xml_broken"),
        (b"<mets", "xml_broken"),
        (b"\xff\xfe\x00", "xml_broken"),
        (b'<?xml version="1.0" encoding="no-such-code"?><a/>', "xml_broken"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "xml_doctype"),
    ],
)
def test_a_manifest_that_is_no_plain_xml_is_told(package: Path, data: bytes, rule: str) -> None:
    (package / "METS.xml").write_bytes(data)
    report = checked(package)
    assert report.verdict is Verdict.INVALID
    assert (rule, "METS.xml") in found(report)


def test_a_representation_that_points_to_itself_is_no_trap(package: Path) -> None:
    def circle(root: etree._Element) -> None:
        for pointer in root.iter(f"{{{METS}}}mptr"):
            pointer.set(HREF, "METS.xml")
        file_of(root, REPRESENTATION)[0].set(HREF, "METS.xml")

    edited(package, circle)
    resigned(package)
    report = checked(package)
    assert report.verdict is Verdict.INVALID
    assert ("file_unexpected", REPRESENTATION) in found(report)


def test_a_reference_to_nothing_and_a_wrong_count_are_told(package: Path) -> None:
    (package / EAD).write_bytes((package / EAD).read_bytes().replace(b"<totalDoc>2", b"<totalDoc>3"))
    edited(package, lambda root: next(root.iter(f"{{{METS}}}fptr")).set("FILEID", "nobody"))
    report = checked(package)
    assert {("document_count_differs", EAD), ("reference_dangling", "METS.xml")} <= found(report)


def test_a_pipe_is_never_read(package: Path) -> None:
    (package / EAD).unlink()
    os.mkfifo(package / EAD)
    os.mkfifo(package / "ống")
    assert {("file_missing", EAD), ("file_unexpected", "ống")} <= found(checked(package))


def test_an_empty_folder_holds_nothing_that_could_be_wrong(package: Path) -> None:
    (package / "metadata" / "trống").mkdir()
    assert checked(package).verdict is Verdict.VALID


def test_a_package_under_another_name_is_the_same_package(package: Path) -> None:
    assert checked(package.rename(package.with_name("bản sao"))).verdict is Verdict.VALID


def test_a_package_stays_valid_after_its_certificate_has_run_out(tmp_path: Path) -> None:
    home = office()
    brief = home.authority.issue(end=NOW + 2 * DAY)
    package = built(tmp_path / "a", home.seal(Level.B_LT, signer=brief))
    assert check_package(package, home.authority.trust(), NOW + 20 * DAY).verdict is Verdict.VALID


def test_an_archive_is_verified_package_by_package_and_loose_pdfs_too(package: Path) -> None:
    archive = package.parent
    shutil.copytree(package, archive / "thứ hai")
    shutil.copy(package / DOCUMENT, archive / "rời.PDF")
    (archive / "ghi chú.txt").write_text("nothing")
    shutil.copytree(package, archive / ".staging-x")
    told: list[Path] = []
    items = verify_paths([archive], office().trust, NOW + DAY, lambda item: told.append(item.path))
    assert {(item.path.name, item.kind) for item in items} == {
        ("rời.PDF", ItemKind.PDF),
        (package.name, ItemKind.PACKAGE),
        ("thứ hai", ItemKind.PACKAGE),
    }
    assert sorted(item.path for item in items) == sorted(told)
    assert {item.verdict for item in items} == {Verdict.VALID}


def test_a_file_that_the_auditor_names_is_verified_whatever_it_is_called(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("no PDF")
    (item,) = verify_paths([note], office().trust, NOW)
    assert (item.kind, item.verdict) == (ItemKind.PDF, Verdict.UNREADABLE)


def test_nothing_to_verify_and_a_missing_path_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as empty:
        verify_paths([tmp_path], office().trust, NOW)
    assert empty.value.code == "nothing_to_verify"
    with pytest.raises(UsageProblem) as missing:
        verify_paths([tmp_path / "none"], office().trust, NOW)
    assert missing.value.code == "source_missing"

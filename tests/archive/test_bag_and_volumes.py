"""Bags of others are checked without trust; ZIP files and their parts are what was put into them."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from digitize.archive.bag import make_bag
from digitize.archive.checks.bag import bag_findings, is_bag
from digitize.archive.discovery import ItemKind
from digitize.archive.verification import VerifiedItem, verify_paths
from digitize.archive.volumes import CHECKSUMS, cut, parse_size, write_zip
from digitize.errors import ItemProblem, UsageProblem
from digitize.signatures.verdict import Verdict
from support.dossiers import package_in
from support.sealing import DAY, NOW, office

NAME = "Tờ khai số 1.txt"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    folder = tmp_path / "túi"
    (folder / "gói").mkdir(parents=True)
    (folder / "gói" / NAME).write_text("một")
    (folder / "gói" / "b.txt").write_text("hai")
    make_bag(folder, {"Source-Organization": "Ủy ban nhân dân phường Sao Mai", "Bagging-Date": "2026-11-21"})
    return folder


def rules(folder: Path) -> set[str]:
    return {finding.rule for finding in bag_findings(folder)}


def test_a_bag_is_made_and_checked(bag: Path) -> None:
    read = bagit.Bag(str(bag))
    read.validate()
    assert (read.version_info, read.info["Bagging-Date"]) == ((1, 0), "2026-11-21")
    assert (bag / "data" / "gói" / NAME).read_text() == "một"
    assert is_bag(bag)
    assert not is_bag(bag / "data")
    assert rules(bag) == set()


def rewrite(name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    def damage(bag: Path) -> None:
        (bag / name).write_text(change((bag / name).read_text("utf-8")), "utf-8")

    return damage


def linked(bag: Path) -> None:
    (bag / "data" / "gói" / "b.txt").unlink()
    (bag / "data" / "gói" / "b.txt").symlink_to("/etc/hostname")


def manifest_linked(bag: Path) -> None:
    outside = (bag / "manifest-sha256.txt").rename(bag.parent / "manifest")
    (bag / "manifest-sha256.txt").symlink_to(outside)


def huge(bag: Path) -> None:
    with (bag / "manifest-sha256.txt").open("r+b") as stream:
        stream.truncate((1 << 26) + 1)


def bare(bag: Path) -> None:
    for path in bag.glob("*manifest-*"):
        path.unlink()


DAMAGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "changed": (rewrite("data/gói/b.txt", lambda _: "bai"), {"bag_checksum_differs"}),
    "longer": (rewrite("data/gói/b.txt", lambda t: t + "!"), {"bag_checksum_differs", "bag_oxum_differs"}),
    "gone": (lambda bag: (bag / "data/gói/b.txt").unlink(), {"bag_file_missing", "bag_oxum_differs"}),
    "added": (lambda bag: (bag / "data/c").write_text(""), {"bag_file_unnamed", "bag_oxum_differs"}),
    "link": (linked, {"file_special", "bag_file_missing", "bag_oxum_differs"}),
    "manifest linked": (manifest_linked, {"file_special", "bag_file_missing"}),
    "named twice": (
        rewrite("manifest-sha256.txt", lambda t: t + t),
        {"bag_file_twice", "bag_checksum_differs"},
    ),
    "tag added": (lambda bag: (bag / "readme.txt").write_text("x"), {"bag_tag_file_unnamed"}),
    "undeclared": (
        rewrite("bagit.txt", lambda _: "BagIt"),
        {"bag_declaration_unclear", "bag_checksum_differs"},
    ),
    "huge": (huge, {"bag_file_too_large", "bag_file_unnamed", "bag_checksum_differs"}),
    "tag changed": (rewrite("bag-info.txt", lambda t: t.replace("2026", "2025")), {"bag_checksum_differs"}),
    "fetch": (
        lambda bag: (bag / "fetch.txt").write_text("http://x 1 data/x"),
        {"bag_incomplete", "bag_tag_file_unnamed"},
    ),
    "leaves": (
        rewrite("manifest-sha256.txt", lambda t: t + f"{'0' * 64}  ../../etc/passwd\n"),
        {"bag_line_unclear", "bag_checksum_differs"},
    ),
    "no manifest": (bare, {"bag_without_manifest"}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_wrong_with_a_bag_is_found(bag: Path, damage: str) -> None:
    make, expected = DAMAGES[damage]
    make(bag)
    assert rules(bag) == expected


@pytest.fixture
def wrapped(tmp_path: Path) -> Path:
    """A bag with a signed package."""
    package = package_in(tmp_path / "kho")
    folder = tmp_path / "bag"
    folder.mkdir()
    package.rename(folder / package.name)
    make_bag(folder, {})
    return folder


def verified(folder: Path) -> list[VerifiedItem]:
    told: list[VerifiedItem] = []
    items = verify_paths([folder], office().trust, NOW + DAY, told.append)
    assert sorted(told, key=items.index) == items
    return items


def test_a_bag_is_as_good_as_what_is_in_it(wrapped: Path) -> None:
    bag, package = verified(wrapped)
    assert (bag.kind, bag.path, bag.verdict) == (ItemKind.BAG, wrapped, Verdict.VALID)
    assert (package.kind, package.verdict) == (ItemKind.PACKAGE, Verdict.VALID)
    # Made anew around a package without a signature, a bag proves nothing.
    signature = package.path / "METS.xml.p7s"
    signature.unlink()
    for path in wrapped.glob("*manifest-*"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if signature.name not in line), "utf-8")
    for path in (wrapped / "bag-info.txt", *wrapped.glob("tagmanifest-*")):
        path.unlink()
    bag, package = verified(wrapped)
    assert (bag.verdict, package.verdict) == (Verdict.UNSIGNED, Verdict.UNSIGNED)
    assert rules(wrapped) == set()
    assert [note.code for note in bag.report.notes] == ["bag_as_inside"]


def test_a_bag_that_was_changed_is_invalid_though_its_package_is_not(wrapped: Path) -> None:
    (wrapped / "data" / "thừa.txt").write_text("x")
    bag, package = verified(wrapped)
    assert (bag.verdict, package.verdict) == (Verdict.INVALID, Verdict.VALID)


def test_a_bag_in_a_bag_and_one_with_nothing_signed(wrapped: Path, bag: Path) -> None:
    outer = wrapped.with_name("outer")
    outer.mkdir()
    wrapped.rename(outer / "a")
    bag.rename(outer / "b")
    make_bag(outer, {})
    items = {item.path.relative_to(outer).as_posix(): item for item in verified(outer)}
    assert [items[name].verdict for name in (".", "data/a", "data/b")] == [
        Verdict.UNSIGNED,
        Verdict.VALID,
        Verdict.UNSIGNED,
    ]


def test_a_bag_of_others_with_other_line_ends_and_one_algorithm(bag: Path) -> None:
    for path in [*bag.glob("tagmanifest-*"), bag / "manifest-sha512.txt"]:
        path.unlink()
    for path in bag.glob("*.txt"):
        path.write_bytes(path.read_bytes().replace(b"  ", b"\t*").replace(b"\n", b"\r\n"))
    assert rules(bag) == set()


@pytest.mark.parametrize("name", ["100%.txt", "To\u031b\u0300", "a\nb"])
def test_names_that_a_manifest_would_change_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "túi").mkdir()
    (tmp_path / "túi" / name).write_text("x")
    with pytest.raises(ItemProblem, match="bag_name_unfit"):
        make_bag(tmp_path / "túi", {})
    assert (tmp_path / "túi" / name).exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "gói 1"
    (place / "data").mkdir(parents=True)
    (place / "data" / "a.pdf").write_bytes(bytes(range(256)) * 300)
    (place / "METS.xml").write_text("<mets/>" * 500)
    return place


def test_a_zip_file_has_what_the_folder_has_and_is_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    write_zip(folder, tmp_path / "1.zip")
    (folder / "METS.xml").touch()
    write_zip(folder, tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == ["gói 1/METS.xml", "gói 1/data/a.pdf"]
        packed = {member.filename: member.compress_type for member in archive.infolist()}
        archive.extractall(tmp_path / "out")
    assert packed == {"gói 1/METS.xml": zipfile.ZIP_DEFLATED, "gói 1/data/a.pdf": zipfile.ZIP_STORED}
    assert (tmp_path / "out/gói 1/data/a.pdf").read_bytes() == (folder / "data/a.pdf").read_bytes()


def test_large_members_get_64_bit_sizes(folder: Path, tmp_path: Path) -> None:
    write_zip(folder, tmp_path / "large.zip", zip64_from=10_000)
    data = (tmp_path / "large.zip").read_bytes()
    versions = {}
    with zipfile.ZipFile(tmp_path / "large.zip") as archive:
        for member in archive.infolist():
            # Version needed to extract, and sizes in the local header: APPNOTE 4.3.7 and 4.5.3.
            start = member.header_offset
            versions[member.filename] = data[start + 4], data[start + 18 : start + 26]
        assert archive.testzip() is None
    assert versions["gói 1/data/a.pdf"] == (zipfile.ZIP64_VERSION, b"\xff" * 8)
    assert versions["gói 1/METS.xml"][0] < zipfile.ZIP64_VERSION


def test_parts_join_to_what_was_cut(tmp_path: Path) -> None:
    whole = tmp_path / "gói.zip"
    whole.write_bytes(bytes(range(250)) * 200)
    parts = cut(whole, tmp_path / "parts", 20_000)
    assert [part.name for part in parts] == ["gói.zip.001", "gói.zip.002", "gói.zip.003"]
    assert [part.stat().st_size for part in parts] == [20_000, 20_000, 10_000]
    subprocess.run(["sha256sum", "-c", "--quiet", CHECKSUMS], cwd=tmp_path / "parts", check=True)
    # As the instruction beside the parts says.
    command = 'cat "gói.zip".[0-9]* > "gói.zip"'
    subprocess.run(["sh", "-c", command], cwd=tmp_path / "parts", check=True)
    subprocess.run(["sha256sum", "-c", "--quiet", "gói.zip.sha256"], cwd=tmp_path / "parts", check=True)
    joined = (tmp_path / "parts" / "gói.zip").read_bytes()
    assert hashlib.sha256(joined).digest() == hashlib.sha256(whole.read_bytes()).digest()


def test_a_whole_number_of_parts_has_no_empty_one(tmp_path: Path) -> None:
    whole = tmp_path / "a.zip"
    whole.write_bytes(b"x" * 40_000)
    assert len(cut(whole, tmp_path / "parts", 20_000)) == 2


@pytest.mark.parametrize(
    ("text", "size"),
    [("4G", 4_000_000_000), ("650M", 650_000_000), ("4.7 GB", 4_700_000_000), ("10000", 10_000)],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "G", "4X", "-1G", "9K", "4,7G", "²G", "1e9"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageProblem, match="size_unreadable"):
        parse_size(text)

"""What lies in an inbox and is passed over, holds a dossier back, or was made by this program."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from digitize.ingest.discover import Found, discover, discover_inbox, rediscover
from digitize.ingest.own import is_own_pdf, is_within_own


def scan(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 8), 255).save(path)
    return path


def only(inbox: Path) -> Found:
    (found,) = discover_inbox(inbox)
    return found


@pytest.mark.parametrize(
    "name",
    [
        "~$danh sách.docx",
        "~WRL0001.tmp",
        ".~lock.danh sách.odt#",
        ".nfs000000000012ab3400000001",
        ".smbdelete0A12",
        ".fuse_hidden000001",
        "._trang 1.png",
        "THUMBS.DB",
        "ehthumbs.db",
        "trang 1.png~",
        "$RECYCLE.BIN",
    ],
)
def test_what_offices_and_shares_leave_about_is_passed_over(tmp_path: Path, name: str) -> None:
    scan(tmp_path / "HS" / "a.png")
    (tmp_path / "HS" / name).write_bytes(b"x")
    (tmp_path / name).write_bytes(b"x")
    found = only(tmp_path)
    assert ([path.name for path in found.files], found.rejected, found.unfinished) == (["a.png"], (), ())


@pytest.mark.parametrize(
    "name",
    [
        "b.png.filepart",
        "b.png.part",
        "b.png.crdownload",
        "b.png.opdownload",
        "b.png.!ut",
        ".b.png.Xy12Ab",
        ".syncthing.b.png.tmp",
        "~syncthing~b.png.tmp",
    ],
)
def test_half_a_file_is_told_of_its_dossier(tmp_path: Path, name: str) -> None:
    scan(tmp_path / "HS" / "a.png")
    (tmp_path / "HS" / name).write_bytes(b"x")
    (tmp_path / name).write_bytes(b"x")
    found = only(tmp_path)
    assert [path.name for path in found.unfinished] == [name]
    assert [path.name for path in found.files] == ["a.png"]
    assert found.rejected == ()


@pytest.mark.parametrize("mark", ["METS.xml", "digitize.toml", "REASON.json"])
@pytest.mark.parametrize("deep", ["", "goi", "goi/sau"])
def test_packages_workspaces_and_items_of_the_quarantine_are_refused_whole(
    tmp_path: Path, mark: str, deep: str
) -> None:
    scan(tmp_path / "HS" / "a.png")
    scan(tmp_path / "HS" / deep / "b.png")
    (tmp_path / "HS" / deep / mark).write_text("x")
    found = only(tmp_path)
    assert found.files == ()
    assert [one.problem.code for one in found.rejected] == ["own_output_refused"]


def test_the_mark_of_a_composed_pdf_is_found_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    for mark in (
        b"<xmp:CreatorTool>digitize 0.1.0</xmp:CreatorTool>",
        b'xmp:CreatorTool="digitize 3.2"',
        b"/Creator (digitize 0\\0561\\0560)",
    ):
        # Also across two pieces that are read one after the other.
        for before in (10, (1 << 20) - 20):
            path.write_bytes(b"%PDF-1.7\n" + b"x" * before + mark + b"x" * 100)
            assert is_own_pdf(path), (mark, before)
    path.write_bytes(b"%PDF-1.7\n<xmp:CreatorTool>scanner</xmp:CreatorTool> of the digitize 0.1.0 project")
    assert not is_own_pdf(path)


def test_a_folder_is_known_to_lie_in_a_workspace_or_a_package(tmp_path: Path) -> None:
    office = tmp_path / "office"
    for name in ("archive/goi/representations", "scans/HS", "originals/HS"):
        (office / name).mkdir(parents=True)
    (office / "digitize.toml").touch()
    package = tmp_path / "elsewhere" / "goi"
    (package / "data").mkdir(parents=True)
    (package / "METS.xml").touch()
    own = ("archive", "archive/goi/representations", "originals/HS", ".")
    assert [name for name in own if not is_within_own(office / name)] == []
    assert is_within_own(package / "data")
    link = tmp_path / "link"
    link.symlink_to(office / "originals")
    assert is_within_own(link)
    assert not is_within_own(office / "scans" / "HS")
    assert not is_within_own(tmp_path)


def test_what_cannot_be_looked_at_is_no_dossier_that_lacks_pages(tmp_path: Path) -> None:
    inside_a_file = scan(tmp_path / "a.png") / "HS"
    found = rediscover(inside_a_file)
    assert found is not None
    assert isinstance(found.trouble, NotADirectoryError)
    assert found.files == ()
    assert rediscover(tmp_path / "gone") is None


def test_a_folder_without_scans_is_no_dossier_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "trong").mkdir()
    assert list(discover(tmp_path / "trong")) == []

"""A stamp that names another signer or time than its signature is reported; genuine ones raise no alarm."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from digitize.fonts import Face, find_font
from digitize.signatures.sign import Level, sign_pdf
from digitize.signatures.stamp import Stamp
from digitize.signatures.stamp_claims import other_signer, other_time, stamp_claims
from digitize.signatures.stamp_text import stamp_lines
from digitize.signatures.verdict import Integrity, SignatureReport, Verdict
from digitize.signatures.verify_pdf import verify_pdf
from support.attacks_raw import generic
from support.papers import plain_paper
from support.places import CASES, needs_cases
from support.sealing import DAY, NOW, Holder, office

VIETNAM = dt.timezone(dt.timedelta(hours=7))


def sealed(
    folder: Path, *lines: str, level: Level = Level.B_B, signer: Holder | None = None
) -> SignatureReport:
    """The report on a paper whose stamp shows some lines and the signing time."""
    target = folder / "stamped.pdf"
    stamp = Stamp(lines, find_font(Face.TIMES))
    sign_pdf(plain_paper(folder), target, replace(office().seal(level, signer=signer), stamp=stamp), NOW)
    (report,) = verify_pdf(target, office().trust, NOW + DAY).signatures
    return report


def codes(report: SignatureReport) -> list[str]:
    return [note.code for note in report.notes]


@pytest.mark.parametrize(
    "lines",
    [
        ("UBND xã Thử Nghiệm",),
        ("ỦY BAN NHÂN DÂN XÃ THỬ NGHIỆM",),
        ("Người ký: Nguyễn Thị Ký", "Cơ quan: UBND xã Thử Nghiệm"),
        ("Ký bởi: Nguyễn Thị", "Ký", "Email: ky@example.vn"),
        ("Digitally signed by Nguyễn Thị Ký",),
        ("Cơ quan: 28 Trần Hưng Đạo",),
        ("Bản số hóa từ bản giấy",),
        ("TM. UBND xã Thử Nghiệm", "Chủ tịch"),
        ("Người ký:",),
        ("1000 100% (x) \\",),
    ],
)
@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_a_stamp_that_says_what_the_certificate_says_is_no_problem(
    lines: tuple[str, ...], level: Level, tmp_path: Path
) -> None:
    report = sealed(tmp_path, *lines, level=level)
    assert codes(report) == []
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize(
    "lines",
    [
        ("Người ký: Trần Văn Chủ Tịch",),
        ("NGƯỜI KÝ: TRẦN VĂN CHỦ TỊCH", "Email: chutich@example.vn"),
        ("Ký bởi: Bộ Tài nguyên và", "Môi trường"),
        ("Được ký bởi Trần Văn Chủ Tịch",),
        ("Digitally signed by: Trần Văn Chủ Tịch",),
        ("UBND tỉnh Khác Hẳn",),
        ("Người ký: Nguyễn Thị Ký", "Cơ quan: Bộ Nội vụ"),
    ],
)
def test_a_stamp_that_names_another_signer_is_never_valid(lines: tuple[str, ...], tmp_path: Path) -> None:
    report = sealed(tmp_path, *lines)
    assert codes(report) == ["stamp_claims_other_signer"]
    assert report.integrity is Integrity.INTACT
    assert report.verdict is Verdict.INDETERMINATE


def test_a_trusted_stranger_cannot_pass_for_the_office(tmp_path: Path) -> None:
    stranger = office().authority.issue("Lê Kẻ Lạ", organisation="Công ty Lạ")
    report = sealed(tmp_path, "UBND xã Thử Nghiệm", signer=stranger)
    assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(
    "written", ["01.06.2019 09:00:00 +07:00", "2019-06-01T09:00:00+07:00", "01/06/2019 09:00"]
)
def test_a_stamp_that_shows_another_time_is_never_valid(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitize.signatures.stamp.written", lambda _: written)
    for level in (Level.B_B, Level.B_T):
        report = sealed(tmp_path, "UBND xã Thử Nghiệm", "Ngày ký: ./", level=level)
        assert codes(report) == ["stamp_claims_other_time"]
        assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(
    "text",
    [
        "Ngày ký: 07.02.2023 15:54:33 +07:00",
        "Thời gian ký: 07/02/2023 15:54:33",
        "2023-02-07T15:50:00+07:00",
        "Date: 2023.02.07 08:54:33 Z",
        "Date: 2023.02.07 15:54:33 Z",
        "Date: 2023.02.07 09:54:33 +01'00'",
        "07/02/2023 3:54:33 CH",
        "2/7/2023 3:54 PM",
        "văn bản ngày 01/01/2020",
        "01/01/2020 00:00 rồi 07.02.2023 15:54",
        "ngày 99/99/2023 25:61",
    ],
)
def test_times_are_read_as_people_write_them(text: str) -> None:
    moment = dt.datetime(2023, 2, 7, 15, 54, 33, tzinfo=VIETNAM)
    assert other_time([text], [moment], None) is None
    assert other_time([text], [], moment + dt.timedelta(hours=5)) is None
    assert other_time([text], [], None) is None


@pytest.mark.parametrize(
    "text",
    [
        "07.02.2023 16:24:33 +07:00",
        "07.03.2023 15:54",
        "2022-02-07T15:54:33+07:00",
        "08/02/2023 8:54:33 SA +07:00",
    ],
)
def test_another_time_is_another_time(text: str) -> None:
    moment = dt.datetime(2023, 2, 7, 15, 54, 33, tzinfo=VIETNAM)
    assert other_time([text], [moment], None) == text


def test_any_name_in_the_certificate_may_be_shown() -> None:
    certificate = office().authority.issue("Nguyễn Thị Ký", organisation="Ủy ban nhân dân xã Thử Nghiệm").asn1
    for line in (
        "Người ký: UBND xã Thử Nghiệm",
        "Người ký: Ủy ban nhân dân xã Thử Nghiệm",
        "Ký bởi: NGUYEN THI KY",
    ):
        assert other_signer([line], certificate) is None
    assert other_signer(["Người ký: UBND xã Khác"], certificate) == "UBND xã Khác"


def drawn(content: bytes, cmap: bytes = b"", **forms: bytes) -> tuple[str, ...]:
    """The lines of a made-up stamp, whose forms can all show one another."""
    font = generic.DictionaryObject(
        {pdf_name("/Type"): pdf_name("/Font"), pdf_name("/Subtype"): pdf_name("/TrueType")}
    )
    if cmap:
        font["/ToUnicode"] = generic.StreamObject(stream_data=cmap)
    shared = generic.DictionaryObject()
    resources = generic.DictionaryObject(
        {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F"): font}), pdf_name("/XObject"): shared}
    )
    head = {pdf_name("/Subtype"): pdf_name("/Form"), pdf_name("/Resources"): resources}
    for name, inner in forms.items():
        shared[f"/{name}"] = generic.StreamObject(dict_data=dict(head), stream_data=inner)
    appearance = generic.DictionaryObject(
        {pdf_name("/N"): generic.StreamObject(dict_data=dict(head), stream_data=content)}
    )
    return stamp_lines(generic.DictionaryObject({pdf_name("/AP"): appearance}))


def test_letters_are_read_from_forms_in_forms_and_by_their_map() -> None:
    assert drawn(b"BT /F 9 Tf (a) Tj 0 -9 Td [(b) -300 (c)] TJ ET /X Do", X=b"BT /F 9 Tf (d) Tj ET") == (
        "a",
        "b c",
        "d",
    )
    mapped = b"1 beginbfrange <61> <63> <0110> endbfrange 1 beginbfchar <64> <00410042> endbfchar"
    assert drawn(b"BT /F 9 Tf (abcd) Tj ET", mapped) == ("ĐđĒAB",)
    assert drawn(b"BT /F 9 Tf (abcde) Tj ET", mapped) == ()


@pytest.mark.parametrize(
    "stamp",
    [
        lambda: drawn(b"/X Do", X=b"/X Do"),
        lambda: drawn(b"/X Do " * 30_000, X=b"/Y Do " * 30_000, Y=b"/X Do " * 30_000),
        lambda: drawn(b"BT /F 9 Tf (a) Tj ET " * 100_000),
        lambda: drawn(
            b"BT /F 9 Tf (\xff) Tj ET", b"beginbfrange " + b"<0000> <FFFF> <0041> " * 50_000 + b"endbfrange"
        ),
        lambda: drawn(b"(" * 60_000),
        lambda: drawn(b"[" * 60_000),
        lambda: drawn(b"/None 9 Tf (a) Tj /None Do BI ID EI Tm Td Tf Do TJ Tj"),
    ],
    ids=["loop", "forms without end", "too much", "ranges without end", "bracket", "nested", "nonsense"],
)
def test_a_stamp_made_to_stall_its_reader_says_nothing_soon(stamp: Callable[[], tuple[str, ...]]) -> None:
    started = time.process_time()
    with contextlib.suppress(KeyError, TypeError):
        assert stamp() == ()
    assert time.process_time() - started < 5


@needs_cases
def test_genuine_stamps_of_the_government_raise_no_alarm() -> None:
    seen = 0
    for path in sorted((CASES / "signed" / "vietnam").glob("*.pdf")):
        with path.open("rb") as stream:
            for signature in PdfFileReader(stream, strict=False).embedded_regular_signatures:
                assert stamp_lines(signature.sig_field)
                claimed = signature.self_reported_timestamp
                assert stamp_claims(signature, signature.signer_cert, claimed, None) == ()
                seen += 1
    assert seen == 6

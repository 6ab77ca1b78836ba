"""What is asked for is found, where it stands, the best first."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from digitize.errors import UsageProblem
from support.searching import ask, asked, places_of
from support.told_packages import field, paper, told_package

BIRTH = paper(
    "birth_registration",
    "TỜ KHAI ĐĂNG KÝ KHAI SINH Kính gửi: UBND phường Hòa Bình. Họ tên: NGÔ MINH NGHĨA",
    "Đề nghị cấp bản sao; người đi đăng ký cam đoan đúng sự thật",
    child_name="NGÔ MINH NGHĨA",
    registered_on="2025-04-04",
    mother_iddoc={"number": "038099991188", "issuer": "Cục Cảnh sát", "issued_on": "2021-01-21"},
    copies=3,
    copies_wanted=True,
)
LETTER = paper(
    "official_letter",
    "UBND xã Mẫu. Số 12/QĐ-UBND. Quyết định về việc hoà giải ở cơ sở. Minh bạch, ngô nghê",
    doc_type="Quyết định",
    subject="về việc hoà giải",
    number="12",
    issued_date="2025-03-03",
)
CARD = paper("citizen_id", "Căn cước công dân 038 099 991 188", pid="038099991188", name="Ngô Minh Nghia")
OLD_LETTER = paper("official_letter", "Công văn về hóa đơn năm cũ", issued_date="1999", subject="hóa đơn")
RESIDENCE = paper(
    "residence_change",
    "Tờ khai thay đổi thông tin cư trú",
    tables={"members": [{"name": "Trần Thị Hoa", "pid": "001199000011"}]},
    requester_name=field("Đặng Văn Đức", needs_review=True),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("searched")
    told_package(root / "archive", "HS-1", BIRTH)
    told_package(root / "archive", "HS-2", LETTER, CARD)
    told_package(root / "archive", "HS-3", OLD_LETTER, RESIDENCE)
    told_package(root / "superseded", "HS-0", paper("official_letter", "bản cũ về hòa giải"))
    return root


B1, B2, L1, C1, O1, R1 = (
    ("HS-1.1", 1), ("HS-1.1", 2), ("HS-2.1", 1), ("HS-2.2", 1), ("HS-3.1", 1), ("HS-3.2", 1)
)  # fmt: skip


@pytest.mark.parametrize(
    ("query", "places"),
    [
        # Words, with and without diacritics; all must be on one page.
        ("nghia", {B1, C1}),
        ("dang ky", {B1, B2}),
        ("ĐĂNG KÝ khai", {B1}),
        ("cong dan", {C1}),
        ("ngô nghĩa cam", set()),
        # Phrases.
        ('"ngô minh"', {B1, C1}),
        ('"minh ngô"', set()),
        ('"minh bach ngo"', {L1}),
        ("12/QĐ-UBND", {L1}),
        # What must not be there; with diacritics, nothing else is left out.
        ("hoa -hòa", {O1, R1}),
        ("hoa -hoa", set()),
        ("ngô -form:citizen_id", {B1, L1}),
        ("form:official_letter -quyết", {O1}),
        # Beginnings.
        ("ngh*", {B1, B2, L1, C1}),
        ("child_name:ngh*", {B1}),
        # Fields.
        ('child_name:"ngo minh"', {B1}),
        ('child_name:"minh ngo"', set()),
        ("subject:hoà", {L1}),
        ("subject:hoa", {L1, O1}),
        ("subject:hoa issued_date:2025", {L1}),
        ("SUBJECT:hoa -issued_date:2025", {O1}),
        ("requester_name:duc", {R1}),
        ("members.name:hoa", {R1}),
        ("members:hoa", {R1}),
        ('mother_iddoc:"canh sat"', {B1}),
        # Forms by id and by name, dossiers by code.
        ("form:birth_registration", {B1}),
        ('form:"khai sinh"', {B1}),
        ("dossier:HS-2", {L1, C1}),
        ("dossier:hs-2 minh", {L1, C1}),
        # Days, months, years and ranges, written either way.
        ("issued_date:2025-03-03", {L1}),
        ("issued_date:03/03/2025", {L1}),
        ("issued_date:3/2025", {L1}),
        ("issued_date:2025-03..2025-06", {L1}),
        ("issued_date:2025-04..", set()),
        ("issued_date:..2000", {O1}),
        ("issued_date:1999..2025", {L1, O1}),
        ("mother_iddoc.issued_on:2021", {B1}),
        # Numbers and ticks.
        ("copies:3", {B1}),
        ("copies:2..5", {B1}),
        ("copies:4..", set()),
        ("copies_wanted:có", {B1}),
        ("copies_wanted:không", set()),
        # A citizen's number, wherever it is written and however.
        ("038099991188", {B1, C1}),
        ('"038 099 991 188"', {B1, C1}),
        ("pid:038099991188", {B1, C1}),
        ("pid:03809", {B1, C1}),
        ("mother_iddoc:038099991188", {B1}),
        ("pid:001199000011", {R1}),
        ("038099991188 form:citizen_id", {C1}),
        ("038099991188 nghĩa", {B1, C1}),
        ("pid:111111111111", set()),
    ],
)
def test_what_is_found(root: Path, query: str, places: set[tuple[str, int]]) -> None:
    assert asked(root, query) == places


def test_the_very_same_diacritics_go_first(root: Path) -> None:
    assert places_of(ask(root, "nghĩa")) == [B1, C1]
    assert places_of(ask(root, "Nghia"))[0] in (B1, C1)
    hits = places_of(ask(root, "hóa"))
    assert hits[0] == O1
    assert set(hits) == {O1, B1, L1, R1}


def test_the_total_counts_what_is_not_shown(root: Path) -> None:
    found = ask(root, "ngo", limit=1)
    assert (len(found.hits), found.total) == (1, 3)


def test_replaced_packages_are_found_on_request_alone(root: Path) -> None:
    assert asked(root, '"bản cũ"') == set()
    assert asked(root, '"bản cũ"', superseded=True) == {("HS-0.1", 1)}
    (hit,) = ask(root, '"bản cũ"', superseded=True).hits
    assert hit.superseded
    assert asked(root, "dossier:HS-0") == set()
    assert asked(root, "dossier:HS-0", superseded=True) == {("HS-0.1", 1)}


def test_a_hit_says_what_where_and_how_it_is_written(root: Path) -> None:
    (hit,) = ask(root, 'child_name:"ngo minh"').hits
    assert (hit.form, hit.date, hit.page) == ("birth_registration", "2025-04-04", 1)
    assert hit.file.endswith("000.00.99.T01.2026.HS-1.1.pdf")
    assert [(one.key, one.value) for one in hit.fields] == [("child_name", "NGÔ MINH NGHĨA")]
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["NGÔ MINH NGHĨA"]


def test_a_value_in_doubt_is_told_as_such(root: Path) -> None:
    (hit,) = ask(root, "requester_name:đức").hits
    assert [one.needs_review for one in hit.fields] == [True]


def test_marks_stand_on_the_words_with_their_diacritics(root: Path) -> None:
    hit = ask(root, "hòa bình").hits[0]
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["Hòa", "Bình"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("no_such_field:1", "query_field_unknown"),
        ("form:nowhere", "query_form_unknown"),
        ("pid:abc", "query_pid"),
        ("issued_date:soon", "query_date"),
        ("issued_date:2025..soon", "query_date"),
        ("child_name:a..b", "query_range"),
        ("copies:many", "query_number"),
        ("copies_wanted:maybe", "query_check"),
        ("dossier:1..2", "query_range"),
    ],
)
def test_what_cannot_be_asked_is_told(root: Path, query: str, code: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        ask(root, query)
    assert caught.value.code == code


def test_a_mistyped_field_is_told_what_there_is(root: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        ask(root, "childname:ngo")
    assert "child_name" in str(caught.value.facts["known"])


@pytest.mark.parametrize(
    "query",
    [
        '"a\' OR 1=1 --"',
        "NEAR(ngo minh)",
        "NEAR( a b, 3)",
        "folded:ngo",
        "ngo* OR minh",
        "ngo AND NOT minh",
        "{folded exact}:ngo",
        "^ngo",
        "ngo;DROP TABLE page",
        "issued_date:2025' OR '1'='1",
        'child_name:"x\' UNION SELECT 1 --"',
        "a\x00b",
        "(((((",
        "*",
        "+-+",
        "rowid:1",
        "dossier:%_",
        'form:"\' OR 1"',
    ],
)
def test_signs_of_other_languages_are_signs_or_told(root: Path, query: str) -> None:
    before = ask(root, "minh").total
    with suppress(UsageProblem):
        assert ask(root, query).total <= before
    assert ask(root, "minh").total == before

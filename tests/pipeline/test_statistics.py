"""Figures of a period, held against what was counted by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.errors import UsageProblem
from digitize.forms.template_files import load_templates
from digitize.pipeline.activity_facts import activity_facts
from digitize.pipeline.periods import Period, period_of
from digitize.pipeline.statistics import Counts, Statistics, statistics_of
from digitize.pipeline.troubles import Reviewed, Trouble
from digitize.pipeline.turnaround import Spread
from support.activity import Office, office_at, paper

TODAY = dt.date(2026, 11, 23)
OCTOBER = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
FORMS = tuple(load_templates())
OFFICE = "Ủy ban nhân dân phường Sao Mai"
BODY, OTHER = "UBND phường Sao Mai", "UBND xã Bình Minh"


def figures(office: Office, period: Period) -> Statistics:
    return statistics_of(office.ledger, OFFICE, FORMS, period, TODAY)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path / "ledger.db") as made:
        yield made


def two_months(office: Office) -> None:
    """Nine dossiers, each of its own kind; what is expected of them stands in the tests."""
    # A: birth, three papers (form, card, certificate), in time, within October; Friday to Monday.
    office.sheet("A", "2026-10-01 08:00", received_on="2026-10-02", due_on="2026-10-05", receiving_body=BODY)
    office.receive("A", "2026-10-02 09:00", "lan", pages=3)
    birth = [
        paper("birth_registration", 0, doubtful=2),
        paper("citizen_id", 1, kind="identity_card"),
        paper("birth_certificate", 2, kind="birth_certificate"),
    ]
    office.read("A", "2026-10-02 09:10", birth, poor="page_pale")
    office.review("A", "2026-10-02 10:00", "huong", corrected=1)
    office.compose("A", "2026-10-02 10:10")
    office.package("A", "2026-10-05 09:00", "huong")
    # B: marriage without a due day; its birth certificate is a component, its marriage certificate a result.
    office.receive("B", "2026-10-30 16:00", "lan", pages=3)
    marriage = [
        paper("marriage_registration", 0),
        paper("birth_certificate", 1, kind="birth_certificate"),
        paper("unknown", 2, kind="marriage_certificate"),
    ]
    office.read("B", "2026-10-30 16:05", marriage)
    office.compose("B", "2026-10-30 16:10")
    office.package("B", "2026-11-02 09:00", "minh")
    # C: packaged after its due day, for another body, whose letter is the result; received on a day before.
    office.sheet(
        "C", "2026-11-04 08:00", received_on="30/10/2026", due_on="2026-11-03",
        procedure="Đăng ký kết hôn", receiving_body=BODY, handling_body=OTHER,
    )  # fmt: skip
    office.receive("C", "2026-11-04 08:30", "minh", pages=2)
    letters = [paper("official_letter", 0, issuer="ỦY BAN NHÂN DÂN XÃ BÌNH MINH")]
    office.read("C", "2026-11-04 08:40", [*letters, paper("official_letter", 1, issuer="SỞ TƯ PHÁP")])
    office.compose("C", "2026-11-04 08:50")
    office.package("C", "2026-11-04 10:00", "minh")
    # D: waits for a person, overdue. E: in quarantine. F: withdrawn. G: in a sheet alone, overdue.
    office.sheet("D", "2026-10-10 08:00", due_on="2026-10-20")
    office.receive("D", "2026-10-12 08:00", "lan")
    office.read("D", "2026-10-12 08:10", [paper("land_change_request", 0, doubtful=3)])
    office.receive("E", "2026-10-13 08:00", "lan")
    office.set_aside("E", "2026-10-13 08:05", "pdf_encrypted")
    office.receive("F", "2026-10-14 08:00", "lan")
    office.withdraw("F", "2026-10-14 09:00")
    office.sheet("G", "2026-10-15 08:00", received_on="2026-10-15", due_on="2026-10-19", receiving_body=OTHER)
    # H: a sheet that names days that are none. I: a sheet without a day of receipt, and no scans: nothing.
    office.sheet("H", "2026-10-16 08:00", received_on="16.10.26", due_on="2026-02-30")
    office.receive("H", "2026-10-16 09:00", "minh", pages=1)
    office.read("H", "2026-10-16 09:05", [paper("residence_change", 0)])
    office.compose("H", "2026-10-16 09:10")
    office.sheet("I", "2026-10-16 08:00", due_on="2026-10-20")


def test_each_thing_is_counted_in_the_month_in_which_it_happened(office: Office) -> None:
    two_months(office)
    assert figures(office, OCTOBER).total == Counts(
        received=8,  # A, B, C (by its sheet), D, E, F, G, H
        digitized=3,  # A, B, H
        components=5,  # of A the form and the card, of B the form and the birth certificate, of H the form
        results=2,  # the certificates of A and B
        signed=3,  # the papers of A
        packaged=1,
        on_time=1,
        withdrawn=1,
        unscanned=1,
        in_review=1,
        quarantined=1,
        overdue=2,  # D and G
        with_components=4,  # A, B, C, H
        with_results=3,  # A, B, C
        finished=3,  # A, B, C
    )
    november = figures(office, NOVEMBER).total
    assert november == Counts(
        digitized=1, components=1, results=1, signed=5, packaged=2, late=1, due_unknown=1
    )  # fmt: skip


def test_rates_are_of_what_was_received_and_not_withdrawn(office: Office) -> None:
    two_months(office)
    total = figures(office, OCTOBER).total
    assert total.counted == 7
    rates = (total.components_rate, total.results_rate, total.signing_rate)
    assert rates == (4 / 7, 3 / 7, 3 / 7)
    assert figures(office, NOVEMBER).total.components_rate is None


def test_bodies_procedures_clerks_and_days_each_have_their_part(office: Office) -> None:
    two_months(office)
    found = figures(office, Period(OCTOBER.first, NOVEMBER.last))
    received = {key: counts.received for key, counts in found.by_receiving_body}
    assert received == {"": 5, OFFICE: 2, OTHER: 1}
    handled = {key: (counts.received, counts.late) for key, counts in found.by_handling_body}
    assert handled == {"": (7, 0), OTHER: (1, 1)}
    procedures = {key: (counts.received, counts.packaged) for key, counts in found.by_procedure}
    assert procedures == {
        "": (3, 0),
        "birth_registration": (1, 1),
        "land_change": (1, 0),
        "marriage_registration": (2, 2),
        "residence_change": (1, 0),
    }
    clerks = {key: (counts.received, counts.digitized, counts.packaged) for key, counts in found.by_clerk}
    assert clerks == {
        "": (1, 0, 0),
        "huong": (0, 0, 1),
        "lan": (5, 0, 0),
        "may-quet": (0, 4, 0),
        "minh": (2, 0, 2),
    }
    assert dict(found.by_day)["2026-10-30"].received == 2
    assert [key for key, _ in found.by_month] == ["2026-10", "2026-11"]
    for grouped in (found.by_day, found.by_month, found.by_procedure, found.by_clerk, found.by_handling_body):
        for name in ("received", "digitized", "signed", "on_time", "late", "due_unknown", "overdue"):
            assert sum(getattr(counts, name) for _, counts in grouped) == getattr(found.total, name), name


def test_a_body_is_one_however_sheets_write_it(office: Office) -> None:
    for number, name in enumerate(
        ("UBND Phường Sao Mai", "ubnd phường sao mai", OTHER, OTHER.upper(), "Sở Tư pháp")
    ):
        office.sheet(f"{number}", "2026-10-05 08:00", received_on="2026-10-05", receiving_body=name)
    found = figures(office, OCTOBER).by_receiving_body
    assert {key: counts.received for key, counts in found} == {OFFICE: 2, OTHER.upper(): 2, "Sở Tư pháp": 1}


def test_turnaround_is_told_in_working_days_and_hours(office: Office) -> None:
    two_months(office)
    times = figures(office, Period(OCTOBER.first, NOVEMBER.last)).turnaround
    # A: Friday to Monday, 1; B: Friday to Monday, 1; C: Friday 30/10 to Wednesday 4/11, 3.
    assert times.days == Spread(3, 1.0, 3.0)
    # Of B alone the time of receipt is known: Friday 16:00 to 17:00 and Monday 7:30 to 9:00.
    assert times.hours == Spread(1, 2.5, 2.5)
    assert (times.reversed, times.years_unknown) == (0, ())


def test_what_was_packaged_before_its_day_of_receipt_does_not_count_in_the_turnaround(office: Office) -> None:
    office.sheet("A", "2027-01-04 08:00", received_on="2027-02-01")
    office.receive("A", "2027-01-04 08:10")
    office.package("A", "2027-01-04 08:20")
    office.receive("B", "2027-01-04 08:10")
    office.package("B", "2027-01-05 08:20")
    times = figures(office, Period(dt.date(2027, 1, 1), dt.date(2027, 1, 31))).turnaround
    assert times.reversed == 1
    assert times.days == Spread(1, 1.0, 1.0)
    assert times.years_unknown == (2027,), "nobody has told the days off of that year"


def test_what_review_cost_is_told_by_clerk_and_form(office: Office) -> None:
    two_months(office)
    review = figures(office, OCTOBER).review
    # Read in October: A with 2 doubtful fields, B, D with 3, H.
    assert (review.dossiers, review.doubtful_dossiers, review.doubtful_fields) == (4, 2, 5)
    assert review.fields_per_dossier == 1.25
    assert review.by_clerk == (Reviewed("huong", 1, 1, 1),)
    assert review.by_form == (
        Reviewed("land_change_request", 0, 0, 0, 3),
        Reviewed("birth_registration", 1, 1, 1, 0),
    )
    assert review.by_clerk[0].corrected_share == 0.5


def test_reasons_for_quarantine_and_poor_pages_are_counted(office: Office) -> None:
    two_months(office)
    office.receive("J", "2026-10-20 08:00")
    office.set_aside("J", "2026-10-20 08:01", "pdf_encrypted")
    with office.doing("2026-10-20 09:00") as ledger:
        ledger.set_problem("J", None)
        ledger.execute("UPDATE dossier SET stage = 'received' WHERE id = 'J'")
    troubles = figures(office, OCTOBER).troubles
    assert troubles.quarantine == (Trouble("pdf_encrypted", 2, open=1),)
    assert troubles.quality == (Trouble("page_pale", 1),)
    assert (troubles.pages, troubles.poor_pages) == (11, 1)  # 3 of A, 3 of B, 2 of C, 2 of D, 1 of H


def test_a_day_in_a_sheet_that_is_none_is_told_and_never_counts_as_in_time(office: Office) -> None:
    two_months(office)
    office.package("H", "2026-10-16 10:00")
    found = figures(office, OCTOBER)
    assert found.unclear_days == 1
    assert (found.total.packaged, found.total.on_time, found.total.due_unknown) == (2, 1, 1)


def test_months_end_at_midnight_in_vietnam(office: Office) -> None:
    before = dt.datetime(2026, 10, 31, 16, 59, 59, tzinfo=dt.UTC)
    office.receive("A", before)
    office.receive("B", before + dt.timedelta(seconds=1))
    office.package("A", before + dt.timedelta(seconds=1))
    assert figures(office, OCTOBER).total.received == 1
    november = figures(office, NOVEMBER).total
    assert (november.received, november.packaged) == (1, 1)
    assert [key for key, _ in figures(office, NOVEMBER).by_day] == ["2026-11-01"]


def test_a_dossier_that_is_packaged_again_counts_once(office: Office) -> None:
    two_months(office)
    office.package("A", "2026-11-10 09:00")
    assert figures(office, OCTOBER).total.packaged == 1
    assert figures(office, NOVEMBER).total.packaged == 2


def test_a_letter_that_a_person_says_the_office_issued_is_a_result(office: Office) -> None:
    office.receive("A", "2026-10-05 08:00", pages=1)
    letter = paper("official_letter", 0, doubtful=1, issuer="UBND PHUONG SAO NAI")
    office.read("A", "2026-10-05 08:10", [letter])
    with office.doing("2026-10-05 08:20") as ledger:
        anchor = ledger.rows("SELECT anchor FROM document")[0]["anchor"]
        values = ("A", anchor, "official_letter", "issuer", '"UBND phường Sao Mai"', "lan", ledger.now())
        ledger.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
    office.compose("A", "2026-10-05 08:30")
    total = figures(office, OCTOBER).total
    assert (total.results, total.components) == (1, 0)


def test_counting_changes_nothing_and_leaves_nothing_behind(office: Office) -> None:
    two_months(office)
    before = "\n".join(office.ledger._db.iterdump())
    first = figures(office, OCTOBER)
    assert figures(office, OCTOBER) == first
    assert "\n".join(office.ledger._db.iterdump()) == before
    assert office.ledger.rows("SELECT name FROM sqlite_temp_master") == []
    assert first.head is not None
    assert first.head[0] == office.ledger.rows("SELECT max(id) AS n FROM event")[0]["n"]


def test_figures_are_of_one_moment_and_keep_nobody_waiting(office: Office, tmp_path: Path) -> None:
    two_months(office)
    before = figures(office, OCTOBER)
    with activity_facts(office.ledger, BODY, FORMS, OCTOBER):
        # A clerk goes on meanwhile, over a connection of its own.
        with office_at(tmp_path / "ledger.db") as clerk:
            clerk.receive("Z", "2026-10-20 08:00")
            clerk.set_aside("Z", "2026-10-20 08:01", "pdf_encrypted")
        assert len(office.ledger.rows("SELECT * FROM event")) == before.head[0]  # type: ignore[index]
    assert figures(office, OCTOBER).total.received == before.total.received + 1


def test_an_empty_ledger_has_no_figures(office: Office) -> None:
    found = figures(office, OCTOBER)
    assert found.is_empty
    assert (found.total, found.by_day, found.head) == (Counts(), (), None)
    assert (found.turnaround.days, found.review.fields_per_dossier) == (None, None)


def test_a_period_is_a_month_or_days_and_nothing_else() -> None:
    assert period_of(None, None, None, TODAY) == NOVEMBER
    assert period_of("2026-02", None, None, TODAY) == Period(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert period_of(None, "2026-11-05", None, TODAY) == Period(dt.date(2026, 11, 5), TODAY)
    assert period_of(None, "2026-01-01", "2026-01-01", TODAY).days == 1
    assert (NOVEMBER.month, Period(NOVEMBER.first, TODAY).month) == (NOVEMBER.first, None)


@pytest.mark.parametrize(
    ("month", "first", "last", "code"),
    [
        ("2026-13", None, None, "month_unreadable"),
        ("10/2026", None, None, "month_unreadable"),
        ("0000-01", None, None, "month_unreadable"),
        (None, "2026-02-30", None, "day_unreadable"),
        (None, "20260210", None, "day_unreadable"),
        (None, "2026-02-10", "mai", "day_unreadable"),
        (None, "2026-02-10", "2026-02-09", "period_reversed"),
        (None, "2026-12-01", None, "period_reversed"),
        (None, None, "2026-02-09", "period_open"),
        ("2026-10", "2026-10-01", None, "period_twice"),
    ],
)
def test_what_is_no_period_is_told(month: str | None, first: str | None, last: str | None, code: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        period_of(month, first, last, TODAY)
    assert caught.value.code == code

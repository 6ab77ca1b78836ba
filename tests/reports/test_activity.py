"""The report of a period: the same figures in every shape, nothing from outside."""

from __future__ import annotations

import datetime as dt
import io
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from digitize.cli.activity import show_report
from digitize.cli.session import Session
from digitize.cli.terminal import PlainConsole
from digitize.cli.theme import THEME
from digitize.forms.template_files import load_templates
from digitize.messages import Catalogue
from digitize.messages.numbers import count_text, decimal_text, share_text
from digitize.model import Language
from digitize.pipeline.periods import Period
from digitize.pipeline.statistics import statistics_of
from digitize.reports.activity import COUNTED, ActivityReport, cell_text, views_of
from digitize.reports.activity_json import activity_json
from digitize.reports.activity_page import write_activity_page
from digitize.reports.activity_workbook import write_workbook
from digitize.reports.charts import Portion, Series, columns_chart, rates_chart, rows_chart, whole_chart
from support.activity import at, busy_months, office_at
from support.program import digitize

VI, EN = Catalogue(Language.VI), Catalogue(Language.EN)
OFFICE = "Ủy ban nhân dân phường Sao Mai"
HOSTILE = '<script>alert(1)</script>"\x1b[2J\u202e'


def report_at(path: Path, first: str = "2026-10-01", last: str = "2026-11-30") -> ActivityReport:
    """A report on two busy months, in which a clerk bears a hostile name."""
    with office_at(path) as office:
        busy_months(office, 60, dt.date(2026, 10, 1), dt.date(2026, 11, 20))
        office.receive("X", "2026-11-20 08:00", HOSTILE)
        office.sheet("X", "2026-11-20 08:00", procedure=f"=1+1{HOSTILE}")
        period = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
        found = statistics_of(office.ledger, OFFICE, tuple(load_templates()), period, dt.date(2026, 11, 23))
    return ActivityReport(found, OFFICE, "H99.00.01", "tt05-2025", at("2026-11-23 09:00"), load_templates())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ActivityReport:
    return report_at(tmp_path_factory.mktemp("report") / "ledger.db")


def test_numbers_are_written_as_people_write_them() -> None:
    assert count_text(Language.VI, 1234567) == "1.234.567"
    assert count_text(Language.EN, 1234) == "1,234"
    assert decimal_text(Language.VI, 1234.56) == "1.234,6"
    assert share_text(Language.VI, 0.975) == "97,5\u00a0%"
    assert (share_text(Language.VI, 1), share_text(Language.VI, 0)) == ("100,0\u00a0%", "0,0\u00a0%")
    assert (share_text(Language.VI, 0.99999), share_text(Language.VI, 0.00001)) == (
        "99,9\u00a0%",
        "0,1\u00a0%",
    )


def test_every_table_has_its_sums_and_every_figure_is_told(report: ActivityReport) -> None:
    views = {view.key: view for view in views_of(report, VI)}
    total = report.statistics.total
    for key in ("by_month", "by_day", "by_procedure", "by_clerk", "by_receiving_body", "by_handling_body"):
        view = views[key]
        assert view.total[1] == total.received
        for place in range(1, len(view.headings)):
            assert sum(row[place] for row in view.rows) == view.total[place], (key, place)  # type: ignore[misc]
    assert ("Hồ sơ đã ký số và đóng gói", total.packaged) in views["summary"].rows
    assert {
        "rates",
        "turnaround",
        "effort",
        "review_by_clerk",
        "review_by_form",
        "answers_by_form",
        "answers_by_field",
        "answers_by_cause",
        "quarantine",
        "quality",
    } <= set(views)
    assert views["by_procedure"].rows[0][0] == "Đăng ký khai tử"
    shown = " ".join(cell_text(VI, cell) for view in views.values() for row in view.rows for cell in row)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


class Reader(HTMLParser):
    """What a page loads, runs and says."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("catalogue", [VI, EN], ids=["vi", "en"])
def test_the_page_stands_alone_and_runs_nothing(
    report: ActivityReport, catalogue: Catalogue, tmp_path: Path
) -> None:
    page = tmp_path / "a.html"
    write_activity_page(report, catalogue, page)
    text = page.read_text("utf-8")
    reader = Reader()
    reader.feed(text)
    assert set(reader.tags).isdisjoint({"script", "link", "img", "iframe", "object", "embed", "image", "use"})
    assert not any(name.startswith("on") or name in ("href", "src", "style") for name, _ in reader.attributes)
    assert "http:" not in text.replace("http-equiv", "")
    assert "https:" not in text
    assert "@import" not in text
    assert re.findall(r"url\(([^)]*)\)", text) == ["#hatched", "#dotted"]
    assert "default-src 'none'" in text
    assert HOSTILE not in text
    assert "\x1b" not in text
    assert stat.S_IMODE(page.stat().st_mode) & 0o007 == 0
    said = " ".join(reader.texts)
    assert OFFICE in said
    assert cell_text(catalogue, report.statistics.total.received) in said
    assert reader.tags.count("svg") == 5  # the fillings and four charts
    for drawing in re.findall(r"<svg.*?</svg>", text):
        ET.fromstring(drawing)  # noqa: S314 - our own


def test_the_workbook_holds_numbers_and_days(report: ActivityReport, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(report, VI, path)
    book = openpyxl.load_workbook(path)
    views = views_of(report, VI)
    assert book.sheetnames == ["Thông tin báo cáo", *(view.title for view in views)]
    about = {row[0].value: row[1].value for row in book["Thông tin báo cáo"].iter_rows() if row[0].value}
    assert about["Từ ngày"] == dt.datetime(2026, 10, 1)  # noqa: DTZ001 - as the library gives days
    assert about["Số liệu lấy lúc"] == dt.datetime(2026, 11, 23, 9)  # noqa: DTZ001
    days = book["Theo ngày"]
    assert days["A2"].value == dt.datetime.fromisoformat(report.statistics.by_day[0][0])
    assert days["A2"].number_format == "dd/mm/yyyy"
    received = [days.cell(row, 2).value for row in range(2, days.max_row)]
    assert received == [counts.received for _, counts in report.statistics.by_day]
    assert days.cell(days.max_row, 2).value == report.statistics.total.received == 61
    rates = book["Tỷ lệ số hóa và ký số"]
    assert rates["D2"].value == pytest.approx(report.statistics.total.components_rate)
    assert rates["D2"].number_format == "0.0%"
    formulas = [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    assert "Theo thủ tục" in book.sheetnames
    assert any(str(row[0].value).startswith("'=1+1") for row in book["Theo thủ tục"].iter_rows())


ANSWERS = {"fields", "corrected", "confirmed", "unreadable"}
COUNTS = {
    *(
        "received",
        "digitized",
        "components",
        "results",
        "signed",
        "packaged",
        "on_time",
        "late",
        "due_unknown",
    ),
    *("withdrawn", "unscanned", "in_review", "quarantined", "overdue", "with_components", "with_results"),
    *("finished", "rates"),
}


def test_the_document_for_programs_keeps_its_shape(report: ActivityReport) -> None:
    found: Any = activity_json(report, VI)
    assert set(found) == {
        *(
            "organisation",
            "profile",
            "period",
            "made_at",
            "last_event",
            "empty",
            "total",
            "by_day",
            "by_month",
        ),
        *("by_procedure", "by_clerk", "by_receiving_body", "by_handling_body", "turnaround", "review"),
        *("answers", "problems", "notes"),
    }
    assert found["period"] == {"from": "2026-10-01", "to": "2026-11-30"}
    assert set(found["total"]) == COUNTS
    assert set(found["total"]["rates"]) == {"components", "results", "signing"}
    assert set(found["by_day"][0]) == {"day", *COUNTS}
    assert set(found["by_procedure"][0]) == {"procedure", "name", *COUNTS}
    assert set(found["by_clerk"][0]) == {"clerk", *COUNTS}
    assert set(found["by_handling_body"][0]) == {"body", *COUNTS}
    assert set(found["turnaround"]) == {"working_days", "working_hours", "reversed"}
    assert set(found["turnaround"]["working_days"]) == {"dossiers", "median", "p90"}
    assert set(found["review"]["by_form"][0]) == {"form", "dossiers", "confirmed", "corrected", "waiting"}
    answers = found["answers"]
    assert set(answers["by_field"][0]) == {"form", "key", "name", *ANSWERS}
    assert set(answers["by_form"][0]) == {"form", *ANSWERS}
    assert set(answers["by_cause"][0]) == {"cause", "text", "alone", *ANSWERS}
    assert sum(one["fields"] for one in answers["by_field"]) == answers["total"]["fields"] > 0
    assert set(found["problems"]) == {"quarantine", "quality", "pages", "poor_pages"}
    assert found["total"]["received"] == 61


@pytest.mark.parametrize("width", ["60", "80", "100", "200"])
def test_every_figure_fits_the_terminal(
    report: ActivityReport, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    session = Session(Language.VI)
    session.out = PlainConsole(file=io.StringIO(), width=int(width), theme=THEME)
    show_report(session, report)
    shown = session.out.file.getvalue()  # type: ignore[attr-defined]
    lines = shown.splitlines()
    assert max(map(len, lines)) <= int(width)
    total = [line for line in lines if line.startswith("Cộng")]
    figures = {word for line in total for word in line.split()[1:]}
    told = {str(getattr(report.statistics.total, name)) for name in COUNTED}
    assert told - {"0"} <= figures


def test_charts_tell_the_figures_and_differ_without_colours() -> None:
    course = columns_chart("a < b", ["01", "02"], [Series("nhận", (3, 0)), Series("gói", (1, 2))])
    drawn = ET.fromstring(str(course))  # noqa: S314 - our own
    assert drawn.get("aria-label") == "a < b"
    bars = [one for one in drawn.iter("rect") if float(one.get("y", "0")) > 20]
    assert [one.get("class") for one in bars] == ["solid", "hatched", "hatched"]
    tall = [float(one.get("height", "0")) for one in bars]
    assert tall[0] == pytest.approx(3 * tall[1], abs=0.2)
    assert tall[2] == pytest.approx(2 * tall[1], abs=0.2)
    for drawing in (
        rates_chart("x", [Portion("a", 0.0, "0 %"), Portion("b", 1.0, "100 %")]),
        rows_chart("x", ["một tên rất dài " * 6, ""], [Series("a", (0, 0))]),
        whole_chart("x", [Portion("a", 0, "0")]),
        columns_chart("x", [], [Series("a", ())]),
        columns_chart("x", [f"{n:02}" for n in range(40)], [Series("a", (10**6,) * 40)]),
    ):
        ET.fromstring(str(drawing))  # noqa: S314


def test_a_period_without_anything_is_told_and_no_failure(office: Path, tmp_path: Path) -> None:
    page, book = tmp_path / "a.html", tmp_path / "a.xlsx"
    done = digitize("report", "-w", office, "--month", "2020-02", "--html", page, "--xlsx", book)
    assert done.code == 0, done.err
    assert "Không có hoạt động nào trong kỳ này." in done.out
    assert "Tháng 02/2020" in done.out
    assert "Không có hoạt động nào trong kỳ này." in page.read_text("utf-8")
    assert openpyxl.load_workbook(book).sheetnames == ["Thông tin báo cáo", "Tổng hợp"]
    once = tmp_path / "once"
    twice = digitize("report", "-w", office, "--month", "2020-02", "--html", once, "--xlsx", once)
    assert twice.code == 2
    assert once.read_text("utf-8").startswith("<!doctype html>"), "nothing is written over"
    again = digitize("report", "-w", office, "--month", "2020-02", "--html", page)
    assert again.code == 2
    assert "đã có" in again.err
    inside = digitize("report", "-w", office, "--month", "2020-02", "--html", office / "archive" / "a.html")
    assert inside.code == 2
    assert list((office / "archive").iterdir()) == []


def test_the_command_tells_the_figures_of_a_real_workspace(finished: Path) -> None:
    # Received on the day in their codes; one was packaged whose procedure has a time limit.
    done = digitize("report", "-w", finished, "--from", "2026-11-18", "--json")
    assert done.code == 0, done.err
    total = done.json["total"]
    # Five dossiers of the demo: three packaged, two in review; no sheet was imported.
    assert (total["received"], total["packaged"], total["due_unknown"], total["in_review"]) == (5, 3, 2, 2)
    assert total["signed"] == total["components"] + total["results"] >= 3
    assert done.json["turnaround"]["working_days"]["dossiers"] == 3
    shown = digitize("report", "-w", finished, "--lang", "en")
    assert "Dossiers signed and packaged" in shown.out
    wrong = digitize("report", "-w", finished, "--month", "11/2026")
    assert (wrong.code, wrong.out) == (2, "")
    assert "Viết theo dạng 2026-11" in wrong.err

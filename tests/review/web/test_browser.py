"""The review page in a real browser, worked with the keyboard as clerks do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from digitize.model import Problem, Stage
from digitize.pipeline.findings import load_documents
from digitize.pipeline.notices import add_notice
from support.desks import chromium, enter, office_of_one, screen, served
from support.filled import TRUTH
from support.offices import ledger_of, stages

FIRST, SECOND = "HS-00001", "HS-00002"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


def name_of(page: Page) -> str:
    return page.locator("h1").inner_text()


def dossier_of(page: Page) -> str:
    return page.locator("#where").inner_text()


def press(page: Page, key: str) -> None:
    """Press a key, and wait for the next screen."""
    before = page.locator("#desk").get_attribute("data-item")
    page.keyboard.press(key)
    page.wait_for_function("was => document.querySelector('#desk').dataset.item !== was", arg=before)


def answers(root: Path) -> list[tuple[str, str, object]]:
    with ledger_of(root) as ledger:
        rows = ledger.rows("SELECT dossier, key, value FROM answer ORDER BY id")
        return [(row["dossier"], row["key"], json.loads(row["value"])) for row in rows]


def test_a_field_is_corrected_with_vietnamese_letters_and_the_keyboard_alone(
    browser: Browser, tmp_path: Path
) -> None:
    root = office_of_one(tmp_path / "office", 1)
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        page.keyboard.press("Enter")
        value = page.locator("#value")
        expect(value).to_have_value("TRẦN MINH MẤU")
        expect(value).to_be_focused()
        # What an input method does: letters are put together, and Enter ends that and nothing else.
        value.evaluate("one => one.setSelectionRange(one.value.length - 2, one.value.length)")
        session = context.new_cdp_session(page)
        session.send("Input.imeSetComposition", {"text": "ẪU", "selectionStart": 2, "selectionEnd": 2})
        session.send(
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229},
        )
        page.evaluate(
            "document.querySelector('#value').dispatchEvent(new KeyboardEvent('keydown',"
            " {key: 'Enter', bubbles: true, cancelable: true, isComposing: true}))"
        )
        assert answers(root) == []
        session.send("Input.insertText", {"text": "ẪU"})
        expect(value).to_have_value("TRẦN MINH MẪU")
        expect(page.locator("#check")).to_have_text("tên ít gặp: MẪU")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Mọi trường đã xong. Duyệt hồ sơ này?")
        assert answers(root) == [(FIRST, "child_name", "TRẦN MINH MẪU")]
        page.keyboard.press("Enter")
        expect(page.locator(".queue")).to_be_visible()
        assert stages(root)[FIRST] is Stage.APPROVED


@pytest.mark.thorough
def test_thirty_fields_are_worked_with_the_keyboard_only(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 30)
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        expect(page.locator("h1")).to_contain_text("30 trường trong 6 hồ sơ")
        page.keyboard.press("Enter")
        page.wait_for_selector("#value")
        typed = 0
        while not page.locator(".queue").count():
            if page.locator("#value").count():
                truth = _truth(page)
                if truth is not None and page.locator("#value").input_value() != truth:
                    page.keyboard.press("Control+a")
                    page.keyboard.insert_text(truth)
                typed += 1
            press(page, "Enter")
        assert typed == 30
        expect(page.locator("#progress")).to_contain_text("Hôm nay đã xong 30 · còn 0")
    assert set(stages(root).values()) == {Stage.APPROVED}
    assert len(answers(root)) == 30
    with ledger_of(root) as ledger:
        for dossier in stages(root):
            birth = load_documents(ledger, dossier)[0]
            assert birth.fields["child_name"].value == TRUTH["child_name"]
            assert birth.fields["child_dob"].value == "2026-01-15"
            assert birth.fields["mother_name"].value == TRUTH["mother_name"]
            assert birth.doubtful == ()
        assert {row["who"] for row in ledger.rows("SELECT who FROM answer")} == {"lan"}
        assert ledger.rows("SELECT * FROM lease") == []


def _truth(page: Page) -> str | None:
    from digitize.forms.template_files import load_templates
    from digitize.model import Language

    names = {load_templates()["birth_registration"].name_of(key, Language.VI): key for key in TRUTH}
    return TRUTH.get(names.get(name_of(page), ""))


@pytest.mark.thorough
def test_unreadable_later_back_and_next_dossier(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 6, each=3)
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        page.keyboard.press("Enter")
        first, one = dossier_of_when_shown(page), name_of(page)
        page.keyboard.press("F4")
        expect(page.locator("h1")).not_to_have_text(one)
        two = name_of(page)
        page.keyboard.press("F2")
        expect(page.locator("h1")).not_to_have_text(two)
        three = name_of(page)
        page.keyboard.press("Enter")
        expect(page.locator(".notice").last).to_contain_text("Còn 1 trường để sau")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(one)
        page.keyboard.press("F8")
        expect(page.locator("h1")).to_have_text(three)
        page.keyboard.press("F9")
        expect(page.locator("#where")).not_to_have_text(first)
        page.keyboard.press("Alt+q")
        expect(page.locator(".queue")).to_be_visible()
        values = [value for _, _, value in answers(root)]
        assert values[0] is None
        assert len(values) == 2
    assert set(stages(root).values()) == {Stage.IN_REVIEW}


def dossier_of_when_shown(page: Page) -> str:
    page.wait_for_selector("#value")
    return dossier_of(page)


@pytest.mark.thorough
def test_a_page_loaded_again_keeps_its_dossier_and_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 10)
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        page.keyboard.press("Enter")
        dossier, first = dossier_of_when_shown(page), name_of(page)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).not_to_have_text(first)
        second = name_of(page)
        for _ in range(3):
            page.reload()
            page.wait_for_selector("#value")
            assert (dossier_of(page), name_of(page)) == (dossier, second)
        assert len(answers(root)) == 1
        page.close()
        again = context.new_page()
        again.goto(at.origin + page.url.removeprefix(at.origin))
        again.wait_for_selector(".queue")
        expect(again.locator("h1")).to_contain_text("9 trường")


@pytest.mark.thorough
def test_two_windows_never_have_the_same_dossier(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 10)
    with served(root) as at, screen(browser) as context:
        one = enter(context, at)
        other = context.new_page()
        # A browser that duplicates a window takes its memory along.
        name = one.evaluate("sessionStorage.desk")
        other.add_init_script(f"sessionStorage.desk ??= {name!r}")
        other.goto(one.url)
        other.wait_for_selector(".queue")
        assert other.evaluate("sessionStorage.desk") != name
        for page in (one, other):
            page.keyboard.press("Enter")
        assert dossier_of_when_shown(one) != dossier_of_when_shown(other)
        with ledger_of(root) as ledger:
            assert len(ledger.rows("SELECT * FROM lease")) == 2
        third = context.new_page()
        third.goto(one.url)
        third.wait_for_selector(".queue")
        third.keyboard.press("Enter")
        expect(third.locator("#notice")).to_contain_text("đang được người khác soát")
        third.reload()
        third.wait_for_selector(".queue")
        expect(third.locator("tbody")).to_contain_text("lan đang làm")


@pytest.mark.thorough
def test_an_answer_to_what_has_changed_meanwhile_is_not_taken(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 5)
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        page.keyboard.press("Enter")
        page.wait_for_selector("#value")
        with ledger_of(root) as ledger, ledger.transaction():
            ledger.execute("DELETE FROM lease")
            ledger.move(FIRST, Stage.RECEIVED, "received", source="x")
        page.keyboard.press("Enter")
        expect(page.locator("#notice")).to_contain_text("không được ghi")
        expect(page.locator(".queue")).to_be_visible()
    assert answers(root) == []


@pytest.mark.thorough
def test_pages_are_decided_about_with_the_keyboard(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 10)
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        press(page, "Enter")
        dossier = dossier_of(page)
        press(page, "Alt+p")
        expect(page.locator("h1")).to_have_text("Các trang của hồ sơ")
        expect(page.locator("[name=page]:checked")).to_be_focused()
        press(page, "ArrowDown")
        expect(page.locator("#sheet-name")).to_have_text("Trang 2")
        page.locator("#why").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        press(page, "Enter")
        expect(page.locator("tr:has(:checked)")).to_contain_text("phải quét lại: Bị cắt mất góc")
        page.locator("[data-change=unmark]").focus()
        press(page, "Enter")
        assert serious(page) == []
        page.locator("[data-change=exclude]").focus()
        press(page, "Enter")
        expect(page.locator("#notice")).to_contain_text(f"Hồ sơ {dossier} đang được làm lại")
        expect(page.locator("#where")).not_to_have_text(dossier)
        expect(page.locator("#value")).to_be_focused()
    with ledger_of(root) as ledger:
        rows = ledger.rows("SELECT dossier, kind, who FROM page_decision")
        assert [tuple(row) for row in rows] == [(dossier, "excluded", "lan")]
        assert ledger.rows("SELECT * FROM lease") == []


@pytest.mark.thorough
def test_what_was_noticed_of_a_dossier_is_ticked_before_it_is_approved(
    browser: Browser, tmp_path: Path
) -> None:
    root = office_of_one(tmp_path / "office", 1)
    with ledger_of(root) as ledger, ledger.transaction():
        add_notice(ledger, FIRST, Problem("stack_code_unknown", {"code": FIRST}), asks=True)
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        press(page, "Enter")
        press(page, "Enter")
        expect(page.locator(".seen")).to_be_focused()
        assert serious(page) == []
        page.keyboard.press("Enter")
        expect(page.locator("#notice")).to_contain_text("Hãy đánh dấu từng mục")
        assert stages(root)[FIRST] is Stage.IN_REVIEW
        page.keyboard.press("Space")
        press(page, "Enter")
        expect(page.locator(".queue")).to_be_visible()
    assert stages(root)[FIRST] is Stage.APPROVED


@pytest.mark.thorough
def test_a_second_person_sees_nothing_that_the_first_has_said(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 1)
    (root / "own.toml").write_text('extends = "demo"\nid = "own"\n[review]\nsecond_look = 1.0\n', "utf-8")
    settings = root / "digitize.toml"
    text = settings.read_text("utf-8").replace('profile = "demo"', 'profile = "own.toml"')
    settings.write_text(text, "utf-8")
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        press(page, "Enter")
        press(page, "Enter")
        press(page, "Enter")
        expect(page.locator("#notice")).to_contain_text("còn chờ người khác kiểm tra lại")
    with served(root, "--user", "hoa") as at, screen(browser) as context:
        page = enter(context, at)
        press(page, "Enter")
        expect(page.locator(".why")).to_contain_text("Kiểm tra lần hai")
        expect(page.locator("#value")).to_have_value("")
        assert "MẤU" not in page.content()
        expect(page.locator(".cut img")).to_be_visible()
    assert stages(root)[FIRST] is Stage.IN_REVIEW


@pytest.mark.thorough
def test_html_and_scripts_in_a_value_are_text(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 2)
    evil = "<img src=x onerror=\"document.title='đổi'\"><script>document.title='đổi'</script>\u202e"
    with ledger_of(root) as ledger, ledger.transaction():
        for row in ledger.rows("SELECT * FROM field WHERE needs_review = 1"):
            reading = json.loads(row["reading"]) | {"value": evil, "raw": evil}
            ledger.execute(
                "UPDATE field SET reading = ? WHERE dossier = ? AND document = ? AND key = ?",
                json.dumps(reading),
                row["dossier"],
                row["document"],
                row["key"],
            )
    faults: list[str] = []
    with served(root) as at, screen(browser) as context:
        page = enter(context, at)
        page.on("console", lambda told: faults.append(told.text))
        page.keyboard.press("Enter")
        page.wait_for_selector("#value")
        assert page.locator("#value").input_value() == evil.replace("\u202e", "\\u202e")
        page.keyboard.press("F2")
        page.wait_for_selector("#value")
        assert "đổi" not in page.title()
        assert page.locator("#desk img:not([src*='/cut/'])").count() == 0
        assert page.locator("#desk script").count() == 0
    assert faults == []


@pytest.mark.thorough
def test_a_foreign_page_changes_nothing_and_sees_nothing(browser: Browser, tmp_path: Path) -> None:
    root = office_of_one(tmp_path / "office", 2)
    with served(root) as at, screen(browser) as context:
        home = enter(context, at).url
        with foreign() as origin:
            page = context.new_page()
            page.goto(origin)
            told = page.evaluate(
                """async home => {
                    const tried = [];
                    for (const mode of ['cors', 'no-cors']) {
                        for (const type of ['text/plain', 'application/json']) {
                            try {
                                const answer = await fetch(home + 'start', {method: 'POST', mode,
                                    credentials: 'include', headers: {'Content-Type': type}, body: '{}'});
                                tried.push(answer.type + answer.status);
                            } catch { tried.push('failed'); }
                        }
                    }
                    return tried;
                }""",
                home,
            )
            assert set(told) <= {"failed", "opaque0"}
            page.set_content(f"<form method=post action='{home}start'><button>x</button></form>")
            page.click("button")
            expect(page.locator("h1")).to_have_text("Yêu cầu đến từ một trang khác")
            page.goto(origin)
            page.set_content(f"<iframe src='{home}'></iframe>")
            page.wait_for_timeout(500)
            assert "Bàn soát" not in page.frames[-1].content()
    with ledger_of(root) as ledger:
        assert ledger.rows("SELECT * FROM lease") == []
    assert answers(root) == []


class foreign:  # noqa: N801 - used as a function
    """A page of another origin on the same machine: browsers take it for the same site."""

    def __enter__(self) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>x</title>")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.mark.thorough
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nobody_is_kept_out_by_how_it_looks(browser: Browser, tmp_path: Path, *, dark: bool) -> None:
    root = office_of_one(tmp_path / "office", 3)
    with served(root) as at, screen(browser, dark=dark) as context:
        page = enter(context, at)
        look = partial(serious, page)
        assert look() == []
        page.keyboard.press("Enter")
        while page.locator("#value").count():
            assert look() == []
            page.keyboard.press("Control+a")
            page.keyboard.insert_text("9?9")
            expect(page.locator("#check")).not_to_be_empty()
            assert look() == []
            press(page, "F2")
        assert look() == []
        page.goto(at.address)
        assert look() == []


def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    page.wait_for_load_state()
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")
    ]

"""Who is let in, and what is refused: the real program, asked as browsers and others ask."""

from __future__ import annotations

import re
import socket
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from digitize.review.web.doors import Doors
from support.desks import Served, served
from support.filled import filled_workspace
from support.offices import ledger_of
from support.program import digitize
from support.terminal import CTRL_C, terminal

FIELDS = 3
DOSSIER = "HS-00001"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_workspace(tmp_path_factory.mktemp("review") / "office", FIELDS)


@pytest.fixture(scope="module")
def at(root: Path) -> Iterator[Served]:
    with served(root) as one:
        yield one


@dataclass
class Inside:
    """Somebody who has been let in."""

    client: httpx.Client
    home: str
    key: str
    origin: str

    def post(self, act: str, headers: dict[str, str] | None = None, **body: object) -> httpx.Response:
        usual = {"origin": self.origin, "x-digitize-key": self.key, "sec-fetch-site": "same-origin"}
        sent = {name: value for name, value in (usual | (headers or {})).items() if value}
        return self.client.post(self.home + act, json={"visit": "v", **body}, headers=sent)


@pytest.fixture(scope="module")
def inside(at: Served) -> Iterator[Inside]:
    with httpx.Client(base_url=at.origin) as client:
        home = re.findall(r'url=(/[^"]+/)"', client.get(at.address).text)[0]
        key = re.findall(r'data-key="([^"]+)"', client.get(home).text)[0]
        yield Inside(client, home, key, at.origin)


def refused(answer: httpx.Response, words: str, status: int = 403) -> bool:
    text = answer.text
    assert 'lang="vi"' in text, text
    return answer.status_code == status and words in text and protected(answer)


def protected(answer: httpx.Response) -> bool:
    policy = answer.headers["content-security-policy"]
    told = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert told["default-src"] == ["'none'"]
    assert told["script-src"] == told["style-src"] == told["img-src"] == told["connect-src"] == ["'self'"]
    assert told["frame-ancestors"] == told["base-uri"] == ["'none'"]
    assert told["form-action"] == ["'self'"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in answer.headers
    return True


def test_it_listens_on_this_machine_alone(at: Served) -> None:
    port = int(at.origin.rpartition(":")[2])
    listening = [
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    ]
    assert listening == [f"0100007F:{port:04X}"]
    six = Path("/proc/net/tcp6")
    assert not six.exists() or f":{port:04X} " not in six.read_text()


def test_a_token_opens_once_and_gives_a_cookie_that_scripts_and_other_places_do_not_get(
    at: Served, inside: Inside
) -> None:
    (cookie,) = inside.client.cookies.jar
    assert cookie.path == inside.home
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"
    assert cookie.value is not None
    assert cookie.value not in inside.client.get(inside.home).text
    again = httpx.get(at.address)
    assert refused(again, "Mỗi địa chỉ chỉ mở được một lần")
    assert "set-cookie" not in again.headers
    assert inside.client.get(inside.home).status_code == 200


@pytest.mark.parametrize("token", ["?token=falsch", "", "?token=", "?token=%00%ff"])
def test_a_wrong_token_opens_nothing(at: Served, token: str) -> None:
    answer = httpx.get(f"{at.origin}/open{token}")
    assert refused(answer, "Địa chỉ này không dùng được")
    assert "set-cookie" not in answer.headers


def test_without_a_session_nothing_is_shown(at: Served, inside: Inside) -> None:
    for path in (inside.home, f"{inside.home}page/{DOSSIER}/1", f"{inside.home}nothing", "/", "/x/y"):
        assert refused(httpx.get(at.origin + path), "Chưa được phép vào")
        wrong = {"cookie": "digitize_review=falsch"}
        assert refused(httpx.get(at.origin + path, headers=wrong), "Chưa được phép vào")
    head = {"origin": at.origin, "x-digitize-key": inside.key}
    assert refused(httpx.post(f"{at.origin}{inside.home}start", json={}, headers=head), "Chưa được phép vào")


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1", "localhost:1", "127.0.0.1.nip.io:{port}", "", "[::1]:{port}"]
)
def test_another_host_is_refused_even_with_a_session(at: Served, inside: Inside, host: str) -> None:
    port = at.origin.rpartition(":")[2]
    answer = inside.client.get(inside.home, headers={"host": host.format(port=port)})
    assert refused(answer, "Yêu cầu đến sai địa chỉ")
    assert inside.key not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.org"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_page_can_change_nothing(root: Path, inside: Inside, headers: dict[str, str]) -> None:
    assert refused(inside.post("start", headers), "Yêu cầu đến từ một trang khác")
    assert nothing_was_done(root)


@pytest.mark.parametrize("key", ["", "falsch"])
def test_a_request_without_our_own_header_changes_nothing(root: Path, inside: Inside, key: str) -> None:
    assert refused(inside.post("start", {"x-digitize-key": key}), "Yêu cầu không hợp lệ")
    assert nothing_was_done(root)


def test_other_pages_do_not_get_pictures_and_texts_either(inside: Inside) -> None:
    for site in ("cross-site", "same-site"):
        for path in (inside.home, f"{inside.home}page/{DOSSIER}/1", "/static/review.js"):
            answer = inside.client.get(path, headers={"sec-fetch-site": site})
            assert refused(answer, "Yêu cầu đến từ một trang khác")


def test_every_answer_is_protected(inside: Inside) -> None:
    for path in ("/static/review.css", "/static/review.js", "/static/icon.svg", inside.home):
        answer = inside.client.get(path)
        assert answer.status_code == 200
        assert protected(answer)
    picture = inside.client.get(f"{inside.home}page/{DOSSIER}/1")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert protected(picture)
    assert protected(inside.post("start"))
    assert protected(inside.client.put(inside.home, headers={"origin": inside.origin}))


@pytest.mark.parametrize(
    "path",
    [
        "page/HS-404/1",
        "page/HS-00001/99",
        "page/HS-00001/0",
        "page/HS-00001/-1",
        f"page/HS-00001/{'9' * 25}",
        f"cut/HS-00001/{'9' * 5000}/0-0-9-9",
        "page/HS-00001%00/1",
        "page/../1",
        "page/..%2f..%2fkeys/1",
        "page/%2e%2e/1",
        "page/.//1",
        "page/HS-00001/1/../../../ledger.db",
        "cut/HS-00001/1/0-0-99999-99999",
        "cut/HS-00001/1/5-5-5-5",
        "cut/HS-00001/1/-1-0-9-9",
        "cut/HS-00001/1/a-b-c-d",
        "cut/HS-404/1/0-0-9-9",
        "../static/../digitize.toml",
        "nothing",
    ],
)
def test_there_is_no_way_to_other_files(at: Served, inside: Inside, path: str) -> None:
    host, _, port = at.origin.removeprefix("http://").partition(":")
    (cookie,) = inside.client.cookies.jar
    # A client would tidy the path up first.
    request = (
        f"GET {inside.home}{path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Cookie: {cookie.name}={cookie.value}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.split()[1] in ("403", "404", "405"), answer
    assert "organisation" not in answer


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "review.html", "%2e%2e/doors.py"])
def test_only_our_three_files_are_served(at: Served, name: str) -> None:
    answer = httpx.get(f"{at.origin}/static/{name}")
    assert answer.status_code in (403, 404)
    assert "import" not in answer.text


def test_what_is_no_request_of_ours_is_refused(root: Path, inside: Inside) -> None:
    head = {"origin": inside.origin, "x-digitize-key": inside.key}
    odd = (b"[" * 30_000, b'{"dossier": "\\ud800"}', b'{"page": 1.5}', b'{"page": true}')
    for body in (b"", b"{", b"\xff", b'{"window": 1}', *odd):
        answer = inside.client.post(inside.home + "start", content=body, headers=head)
        assert answer.status_code == 400
    long = inside.client.post(inside.home + "start", content=b" " * 70_000, headers=head)
    assert refused(long, "Yêu cầu không hợp lệ")
    assert refused(inside.post("unheard"), "Không có trang này", 404)
    assert nothing_was_done(root)


def test_an_answer_of_a_window_that_the_server_does_not_know_is_refused(root: Path, inside: Inside) -> None:
    told = inside.post("answer", window="falsch", item="x", text="SAI").json()
    assert "không được ghi" in told["notice"]
    assert nothing_was_done(root)


def nothing_was_done(root: Path) -> bool:
    with ledger_of(root) as ledger:
        assert ledger.rows("SELECT * FROM answer") == []
        return ledger.rows("SELECT * FROM lease") == []


def test_a_taken_port_is_told(root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = digitize("review", "-w", root, "--port", str(port), "--no-browser")
    assert told.code == 3
    assert f"Không dùng được cổng {port}" in told.err


def test_the_browser_is_opened_by_a_private_file_and_the_end_is_clean(root: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$@" > {seen}.part; mv {seen}.part {seen}\n', "utf-8")
    program.chmod(0o700)
    with served(root, "--lang", "en", BROWSER=f"{program} %s") as one:
        while not seen.exists():
            time.sleep(0.01)
        door = Path(seen.read_text("utf-8").strip().removeprefix("file://"))
        assert stat.S_IMODE(door.stat().st_mode) == 0o600
        assert one.address in door.read_text("utf-8")
        assert one.address.partition("token=")[2] not in seen.read_text("utf-8")
        assert "opens once" in httpx.get(f"{one.origin}/open").text
        # A browser that guesses ahead does not use up the token.
        guessed = httpx.get(one.address, headers={"sec-purpose": "prefetch;prerender"})
        assert guessed.status_code == 403
        assert httpx.head(one.address).status_code == 403
        assert httpx.get(one.address).status_code == 200
        one.process.terminate()
        assert one.process.stderr is not None
        assert "Every answer is recorded" in one.process.stderr.read()
        assert one.process.wait(20) == 0
    assert not door.exists(), "it goes with the program"


def test_enter_gives_a_fresh_address_and_ctrl_c_is_the_end(root: Path) -> None:
    with terminal("review", "-w", root, "--no-browser") as screen:
        screen.wait_for("Ctrl+C để kết thúc")
        screen.press("\n")
        screen.wait_for("chỉ dùng được một lần")
        screen.wait_for("token=")
        first, second = re.findall(r"token=(\S{40,})", screen.plain)
        assert first != second
        screen.press(CTRL_C)
        assert screen.end() == 0
        assert "Đã đóng bàn soát" in screen.plain


def test_guesses_are_compared_whole() -> None:
    doors = Doors()
    token = doors.new_token()
    assert doors.enter(token[:-1]) is None
    assert doors.enter("ơ" * 40) is None
    session = doors.enter(token)
    assert session is not None
    assert doors.session(session.cookie) is session
    assert doors.session(None) is None
    assert doors.session("") is None

"""What the review page sends to a second person: asked as a browser asks, every byte looked at."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from digitize.pipeline.workspace import Workspace
from digitize.review.answers import value_from
from digitize.review.desk import Desk
from digitize.times import now
from support.desks import served
from support.filled import EACH, TRUTH, filled_workspace
from support.offices import ledger_of

DOSSIER = "HS-00001"
SECRETS = (
    *("TRẦN MINH", "LÒ THỊ", "DƯỠNG", "DƯỜNG", "TRẦN VĂN", "mười lăm tháng một", "0011950001"),
    *("2026-01-1", "16/01/2026", "15/01/2026", "02/03/1995", "1995-03-02", "20/08/2024", "2024-08-20"),
    *("nguyet-anh", "dob_words_disagree", "đọc không chắc", "khác nhau"),
)
"""What was read, what the first person has said, who that was, and why it had been in doubt."""


def all_again(root: Path) -> None:
    """Let every field be looked at again."""
    (root / "own.toml").write_text(
        'extends = "tt05-2025"\nid = "own"\n[review]\nsecond_look = 1.0\n', "utf-8"
    )
    settings = root / "digitize.toml"
    text = re.sub(r"(?m)^profile = .*$", 'profile = "own.toml"', settings.read_text("utf-8"))
    settings.write_text(text, "utf-8")


def test_no_answer_to_a_second_person_holds_what_was_there_before(tmp_path: Path) -> None:
    root = filled_workspace(tmp_path / "office", EACH)
    all_again(root)
    with ledger_of(root, "nguyet-anh") as ledger:
        desk = Desk.of(Workspace.open(root), ledger, now)
        for field in desk.fields(DOSSIER):
            desk.settle("", field, value_from(field, TRUTH[field.key], desk.templates))
        assert not desk.let_through(DOSSIER)
        desk.let_go("", DOSSIER)
        waiting = desk.looks.waits().second
        assert waiting >= 20

    with served(root, "--user", "hoa") as at, httpx.Client(base_url=at.origin) as client:
        home = re.findall(r'url=(/[^"]+/)"', client.get(at.address).text)[0]
        key = re.findall(r'data-key="([^"]+)"', client.get(home).text)[0]
        head = {"origin": at.origin, "x-digitize-key": key, "sec-fetch-site": "same-origin"}
        told: list[str] = []
        window = ""

        def ask(act: str, **body: object) -> dict[str, object]:
            sent = {"visit": "v", "window": window, "dossier": DOSSIER, **body}
            answer = client.post(home + act, json=sent, headers=head)
            assert answer.status_code == 200, answer.text
            told.append(answer.text)
            return dict(answer.json())

        window = str(ask("start")["window"])
        shown = ask("begin")
        asked = 0
        while 'id="value"' in str(shown["html"]):
            # Whatever is typed, right or wrong, the page says nothing of what stands there.
            ask("check", item=shown["item"], text="Nguyễn Thị Khác")
            ask("check", item=shown["item"], text="01/01/2001")
            shown = ask("skip" if asked % 3 else "unreadable", item=shown["item"])
            asked += 1
        ask("back")
        ask("list")
        ask("open")
    assert asked == waiting
    everything = "\n".join(told)
    assert len(everything) > 20_000
    assert [secret for secret in SECRETS if secret in everything] == []

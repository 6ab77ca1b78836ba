"""What is relied on: looked at, confirmed, recorded, and taken out again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from digitize.signatures.credentials import load_certificates
from digitize.signatures.demo_authority import DemoAuthority
from support.calls import together
from support.program import Outcome
from support.sealing import DAY, NOW, YEAR, Authority
from support.terminal import CTRL_C, Terminal, terminal


@dataclass(frozen=True)
class Desk:
    """Calls with a store of their own."""

    config: Path

    @property
    def store(self) -> Path:
        return self.config / "digitize" / "trust"

    def all(self, *calls: tuple[str | Path, ...]) -> list[Outcome]:
        return together(*(("trust", *call) for call in calls), XDG_CONFIG_HOME=str(self.config))

    @contextmanager
    def asked(self, *arguments: str | Path) -> Iterator[Terminal]:
        with terminal("trust", *arguments, XDG_CONFIG_HOME=str(self.config)) as screen:
            yield screen


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "config")


def print_of(anchor: Path) -> str:
    (certificate,) = load_certificates(anchor)
    digest = hashlib.sha256(certificate.dump()).hexdigest().upper()
    return ":".join(digest[place : place + 2] for place in range(0, 64, 2))


def test_an_anchor_is_shown_added_listed_and_removed(desk: Desk, authority: DemoAuthority) -> None:
    mark = print_of(authority.anchor)
    added, again, crl, listed, told, removed, twice, empty = desk.all(
        ("add", authority.anchor, "--fingerprint", mark, "--user", "kiểm toán"),
        ("add", authority.anchor, "--yes"),
        ("add", authority.revocations, "--yes"),
        ("list",),
        ("list", "--json"),
        ("remove", mark[:23]),
        ("remove", mark[:23]),
        ("list", "--lang", "en"),
    )
    assert added.code == 0
    for wanted in ("DÙNG THỬ CA", mark, "Nơi cấp", "Thời hạn"):
        assert wanted in added.out
        assert wanted in listed.out
    assert "kiểm toán" in listed.out
    assert again.code == 0
    assert "Đã có sẵn trong kho: 1" in again.err
    assert crl.code == 0
    document = told.json
    assert document["store"] == str(desk.store)
    assert document["problems"] == []
    certificate, listing = document["trusted"]
    assert (certificate["kind"], certificate["added_by"]) == ("certificate", "kiểm toán")
    assert certificate["sha256"] == mark.replace(":", "").lower()
    assert certificate["is_authority"] is True
    assert set(listing) >= {"kind", "issuer", "this_update", "next_update", "sha256", "file"}
    assert (removed.code, twice.code) == (0, 2)
    assert "Revocation list" in empty.out
    assert mark not in empty.out


def test_nothing_is_added_that_nobody_confirmed(desk: Desk, authority: DemoAuthority) -> None:
    wrong = print_of(authority.anchor)[:-2] + "00"
    unasked, differs = desk.all(
        ("add", authority.anchor), ("add", authority.anchor, "--yes", "--fingerprint", wrong)
    )
    assert (unasked.code, differs.code) == (2, 2)
    assert "Không có ai để hỏi" in unasked.err
    assert "Dấu vân tay không khớp" in differs.err
    assert not desk.store.exists()


@pytest.mark.parametrize(
    ("answer", "code", "kept"),
    [("có\n", 0, True), ("c\n", 0, True), ("không\n", 2, False), ("\n", 2, False), (CTRL_C, 130, False)],
)
def test_a_person_is_asked(
    desk: Desk, authority: DemoAuthority, answer: str, code: int, *, kept: bool
) -> None:
    with desk.asked("add", authority.anchor) as screen:
        screen.wait_for("(có/không)")
        assert print_of(authority.anchor)[:40] in screen.plain
        screen.press(answer)
        assert screen.end() == code
    assert desk.store.exists() == kept


def test_what_makes_no_anchor_is_refused_or_warned_of(desk: Desk, tmp_path: Path) -> None:
    root = Authority.root("Gốc đã hết hạn", begin=NOW - 9 * YEAR, end=NOW - DAY)
    under = Authority.root().under("Trung gian")
    files = {
        "old.cer": root.holder.certificate,
        "under.cer": under.holder.certificate,
        "person.cer": root.issue().certificate,
    }
    for name, certificate in files.items():
        (tmp_path / name).write_bytes(certificate.public_bytes(Encoding.DER))
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in files.values()))
    old, middle, person, bundle, forced, nothing = desk.all(
        ("add", tmp_path / "old.cer", "--yes"),
        ("add", tmp_path / "under.cer", "--yes"),
        ("add", tmp_path / "person.cer", "--yes"),
        ("add", both, "--yes"),
        ("add", both, "--yes", "--not-an-authority"),
        ("add", tmp_path / "none.cer", "--yes"),
    )
    assert "CẢNH BÁO: chứng thư này đã hết hạn" in old.out
    assert "không phải chứng thư gốc" in middle.out
    assert (person.code, bundle.code, nothing.code) == (2, 2, 2)
    assert "Nguyễn Thị Ký không phải của nơi cấp" in person.err
    assert forced.code == 0
    assert "Đã có sẵn trong kho: 2" in forced.err


def test_a_workspace_has_a_store_of_its_own(finished: Path, tmp_path: Path, desk: Desk) -> None:
    office = Path(shutil.copytree(finished, tmp_path / "office"))
    root = tmp_path / "root.cer"
    root.write_bytes(Authority.root("Gốc thứ hai").holder.certificate.public_bytes(Encoding.DER))
    added, told, own, settings = desk.all(
        ("add", root, "--yes", "-w", office),
        ("list", "-w", office, "--json"),
        ("list", "--json"),
        ("remove", print_of(office / "keys" / "ca.pem"), "-w", office),
    )
    assert added.code == 0
    assert len(list((office / "keys" / "trust").glob("*.pem"))) == 1
    rows = told.json["trusted"]
    assert [(row["kind"], row["from_settings"]) for row in rows] == [
        ("certificate", False),
        ("certificate", True),
        ("crl", True),
    ]
    assert own.json["trusted"] == []
    assert settings.code == 2
    assert "khai trong digitize.toml" in settings.err


def test_a_store_that_was_touched_is_told_and_verifies_nothing(
    desk: Desk, authority: DemoAuthority, finished: Path
) -> None:
    (added,) = desk.all(("add", authority.anchor, "--yes"))
    assert added.code == 0
    (file,) = desk.store.glob("*.pem")
    file.write_bytes((finished / "keys" / "ca.pem").read_bytes())
    pdf = next((finished / "archive").rglob("*.pdf"))
    listed, told = desk.all(("list",), ("list", "--json"))
    assert listed.code == told.code == 1
    assert "có thể đã bị tráo" in listed.err
    assert [problem["code"] for problem in told.json["problems"]] == ["trust_changed"]
    (refused,) = together(("verify", pdf), XDG_CONFIG_HOME=str(desk.config))
    assert (refused.code, refused.out) == (3, "")
    assert "có thể đã bị tráo" in refused.err
    assert f"digitize trust remove {file.stem[:16]}" in refused.err


def test_names_in_a_certificate_reach_the_terminal_as_text(desk: Desk, tmp_path: Path) -> None:
    root = tmp_path / "root.cer"
    made = Authority.root("Gốc\x1b[2J\nSHA-256 giả\u202e").holder.certificate
    root.write_bytes(made.public_bytes(Encoding.DER))
    (added,) = desk.all(("add", root, "--yes"))
    assert added.code == 0
    assert not {"\x1b", "\u202e"} & set(added.out)
    assert not any(line.strip().startswith("SHA-256 giả") for line in added.out.splitlines())


def test_the_record_says_who_and_when(desk: Desk, authority: DemoAuthority) -> None:
    desk.all(("add", authority.anchor, "--yes", "--user", "An"))
    (entry,) = json.loads((desk.store / "store.json").read_text("utf-8"))["entries"]
    assert entry["added_by"] == "An"
    assert entry["added_at"].endswith("+07:00")
    assert entry["sha256"] == print_of(authority.anchor).replace(":", "").lower()

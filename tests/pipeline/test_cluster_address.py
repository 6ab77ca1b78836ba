"""Whom a run speaks with, and what it needs for it: nothing leaves the machine in the clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.pipeline.cluster_address import keys_from, parse_address, security_for
from digitize.pipeline.versions import differences
from support.calls import together
from support.offices import small_scan


@pytest.mark.parametrize(
    ("text", "url", "encrypted"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786", False),
        ("tcp://[::1]:9000", "tcp://[::1]:9000", False),
        ("127.0.0.1", "tcp://127.0.0.1:8786", False),
        ("tcp://localhost", "tcp://localhost:8786", False),
        ("tls://10.1.2.3:8786", "tls://10.1.2.3:8786", True),
        ("tls://127.0.0.1", "tls://127.0.0.1:8786", True),
    ],
)
def test_what_stays_on_this_machine_may_go_in_the_clear(text: str, url: str, encrypted: bool) -> None:  # noqa: FBT001
    address = parse_address(text)
    assert (address.url, address.encrypted) == (url, encrypted)


@pytest.mark.parametrize(
    "text", ["tcp://10.1.2.3:8786", "10.1.2.3", "tcp://0.0.0.0:8786", "tcp://[fe80::1]:1"]
)
def test_what_leaves_it_may_not(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_address(text)
    assert caught.value.code == "cluster_not_encrypted"


@pytest.mark.parametrize(
    "text",
    ["", "tls://", "http://127.0.0.1", "ucx://127.0.0.1", "tls://a:b", "tls://a/b", "tcp://x@127.0.0.1"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_address(text)
    assert caught.value.code == "cluster_address_wrong"


def test_keys_that_others_can_read_or_choose_are_not_used(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")]
    keys = keys_from(*files)
    assert keys is not None
    address = parse_address("tls://10.1.2.3")

    def refusal() -> str:
        with pytest.raises(EnvironmentProblem) as caught:
            security_for(address, keys)
        return caught.value.code

    assert refusal() == "cluster_key_unreadable"
    for path in files:
        path.write_text("no certificate")
        path.chmod(0o644)
    assert refusal() == "cluster_key_open"
    files[2].chmod(0o600)
    assert refusal() == "cluster_key_wrong"
    files[0].chmod(0o664)
    assert refusal() == "cluster_key_open"
    with pytest.raises(EnvironmentProblem) as caught:
        keys_from(files[0], None, None)
    assert caught.value.code == "cluster_keys_incomplete"
    with pytest.raises(EnvironmentProblem) as caught:
        security_for(address, None)
    assert caught.value.code == "cluster_keys_not_set"


def test_the_difference_between_two_machines_is_named() -> None:
    ours = {"pillow": "13.0", "numpy": "2.4", "machine": "x86_64"}
    assert differences(ours, ours) == []
    assert differences(ours, {"pillow": "12.9", "numpy": "2.4", "other": "1"}) == [
        "pillow 12.9 (13.0)",
        "machine - (x86_64)",
        "other 1 (-)",
    ]


@pytest.mark.thorough
def test_a_command_that_cannot_reach_or_trust_a_cluster_ends_before_any_work(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    with (office / "digitize.toml").open("a") as settings:
        settings.write('\n[cluster]\nca = "ca.pem"\ncert = "cert.pem"\nkey = "key.pem"\nwait_seconds = 1\n')
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (office / name).write_text("no certificate")
        (office / name).chmod(0o600)
    clear, missing, wrong, doctor, worker = together(
        ("run", "-w", office, "--cluster", "tcp://10.1.2.3:8786"),
        ("run", "-w", office, "--cluster", "tcp://127.0.0.1:9"),
        ("run", "-w", office, "--cluster", "tls://127.0.0.1:9"),
        ("doctor", "-w", office, "--json"),
        ("worker", "tcp://10.1.2.3:8786"),
    )
    (office / "digitize.toml").chmod(0o666)
    (others,) = together(("run", "-w", office, "--cluster", "tls://127.0.0.1:9"))
    assert [one.code for one in (clear, missing, wrong, doctor, worker, others)] == [2, 3, 3, 3, 2, 3]
    for one, told in (
        (clear, "không mã hóa"),
        (missing, "Không nối được với máy điều phối tcp://127.0.0.1:9"),
        (wrong, "không dùng được"),
        (worker, "không mã hóa"),
        (others, "Người khác sửa được"),
    ):
        assert told in one.err
        assert "Cách xử lý:" in one.err
    (check,) = [one for one in doctor.json["checks"] if one["name"] == "cluster"]
    assert check["problem"]["code"] == "cluster_key_wrong"
    assert list((office / "originals").iterdir()) == []

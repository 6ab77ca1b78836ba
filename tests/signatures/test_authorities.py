"""Timestamps, OCSP answers and CRLs from authorities on the network of this machine."""

from __future__ import annotations

import datetime as dt
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.errors import SigningProblem
from digitize.signatures.credentials import load_pkcs12
from digitize.signatures.detached import verify_detached
from digitize.signatures.evidence import Evidence
from digitize.signatures.sign import Level, Seal, sign_detached, sign_pdf
from digitize.signatures.timestampers import network_timestamper
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Revocation, Verdict
from digitize.signatures.verify_pdf import verify_pdf
from digitize.times import now
from support.authorities import PASSPHRASE, Authorities, authorities
from support.papers import plain_paper


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with authorities(tmp_path_factory.mktemp("authorities")) as at_work:
        yield at_work


@pytest.fixture(autouse=True)
def up(network: Authorities) -> None:
    network.down = False
    network.asked.clear()


def seal(network: Authorities, folder: Path, level: Level, name: str = "signer") -> Seal:
    return Seal(
        load_pkcs12(network.pkcs12(folder, name), PASSPHRASE),
        level,
        network_timestamper(network.timestamp_url, 5),
        Evidence((network.certificate("root"),), fetch=True),
    )


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_a_paper_signed_with_fetched_evidence_can_be_checked_offline(
    tmp_path: Path, network: Authorities, level: Level
) -> None:
    sign_pdf(plain_paper(tmp_path), tmp_path / "signed.pdf", seal(network, tmp_path, level), now())
    network.asked.clear()
    later = now() + dt.timedelta(minutes=1)
    report = verify_pdf(tmp_path / "signed.pdf", TrustStore((network.certificate("root"),)), later)
    assert network.asked == []
    (signature,) = report.signatures
    if level is Level.B_T:
        # Nothing in it tells whether its certificates were revoked.
        assert (report.verdict, signature.revocation) == (Verdict.INDETERMINATE, Revocation.UNKNOWN)
        return
    assert (report.verdict, signature.revocation) == (Verdict.VALID, Revocation.GOOD)
    assert signature.level == level
    assert signature.timestamp is not None


def test_answers_are_used_again_for_the_whole_batch(tmp_path: Path, network: Authorities) -> None:
    one = seal(network, tmp_path, Level.B_LT)
    paper = plain_paper(tmp_path)
    for number in range(3):
        sign_pdf(paper, tmp_path / f"{number}.pdf", one, now())
    kinds = [path.split("/")[2] for path in network.asked]
    assert kinds.count("ocsp") == 1
    assert kinds.count("crls") == 1
    # One for each paper, and one that told the size.
    assert kinds.count("tsa") == 4


def test_a_revoked_certificate_signs_nothing(tmp_path: Path, network: Authorities) -> None:
    for level in Level:
        with pytest.raises(SigningProblem) as caught:
            sign_pdf(
                plain_paper(tmp_path), tmp_path / "x.pdf", seal(network, tmp_path, level, "revoked"), now()
            )
        assert caught.value.code == "certificate_revoked"
        assert caught.value.facts["holder"] == "Người đã thôi việc"
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_with_an_authority_down_nothing_is_signed_at_a_lower_level(
    tmp_path: Path, network: Authorities, level: Level
) -> None:
    network.down = True
    with pytest.raises(SigningProblem) as caught:
        sign_pdf(plain_paper(tmp_path), tmp_path / "x.pdf", seal(network, tmp_path, level), now())
    assert caught.value.code == "revocation_unavailable"
    assert not (tmp_path / "x.pdf").exists()


def test_an_authority_that_goes_down_between_two_papers_stops_the_second(
    tmp_path: Path, network: Authorities
) -> None:
    one = seal(network, tmp_path, Level.B_LT)
    paper = plain_paper(tmp_path)
    sign_pdf(paper, tmp_path / "first.pdf", one, now())
    network.down = True
    with pytest.raises(SigningProblem) as caught:
        sign_pdf(paper, tmp_path / "second.pdf", one, now())
    assert caught.value.code == "authority_down"
    network.down = False
    sign_pdf(paper, tmp_path / "second.pdf", one, now())


def test_an_authority_that_goes_down_before_the_package_is_signed_is_told(
    tmp_path: Path, network: Authorities
) -> None:
    one = seal(network, tmp_path, Level.B_LT)
    one.require_usable(now())
    network.down = True
    with pytest.raises(SigningProblem) as caught:
        sign_detached(b"data", one)
    assert caught.value.code == "authority_down"


def test_data_signed_with_fetched_evidence_can_be_checked_offline(
    tmp_path: Path, network: Authorities
) -> None:
    one = seal(network, tmp_path, Level.B_LT)
    one.require_usable(now())
    assert one.evidence.answers
    signature = sign_detached(b"data", one)
    network.asked.clear()
    later = now() + dt.timedelta(minutes=1)
    trust = TrustStore((network.certificate("root"),))
    report = verify_detached(b"data", signature, "METS.xml", trust, later)
    assert network.asked == []
    assert (report.verdict, report.revocation) == (Verdict.VALID, Revocation.GOOD)


def test_a_certificate_without_a_path_to_an_anchor_signs_nothing(
    tmp_path: Path, network: Authorities
) -> None:
    stranger = Evidence((network.certificate("ocsp"),), fetch=True)
    one = Seal(load_pkcs12(network.pkcs12(tmp_path), PASSPHRASE), Level.B_B, evidence=stranger)
    with pytest.raises(SigningProblem) as caught:
        sign_pdf(plain_paper(tmp_path), tmp_path / "x.pdf", one, now())
    assert caught.value.code == "certificate_untrusted"


def test_a_clock_that_is_wrong_signs_nothing(tmp_path: Path, network: Authorities) -> None:
    one = Seal(
        load_pkcs12(network.pkcs12(tmp_path), PASSPHRASE),
        Level.B_T,
        network_timestamper(network.timestamp_url, 5),
        Evidence((network.certificate("root"),)),
    )
    with pytest.raises(SigningProblem) as caught:
        sign_pdf(plain_paper(tmp_path), tmp_path / "x.pdf", one, now() + dt.timedelta(hours=2))
    assert caught.value.code == "clock_differs"


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x02\x01\x00", b"\x30\x80" + b"\0" * 9])
def test_an_authority_that_answers_nonsense_is_as_good_as_down(tmp_path: Path, answer: bytes) -> None:
    class Nonsense(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with authorities(tmp_path) as network, http.server.HTTPServer(("127.0.0.1", 0), Nonsense) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        credentials = load_pkcs12(network.pkcs12(tmp_path), PASSPHRASE)
        with pytest.raises(SigningProblem) as caught:
            sign_pdf(
                plain_paper(tmp_path),
                tmp_path / "x.pdf",
                Seal(credentials, Level.B_T, network_timestamper(url, 5)),
                now(),
            )
        server.shutdown()
    assert caught.value.code == "authority_down"


def test_without_leave_nothing_is_fetched(tmp_path: Path, network: Authorities) -> None:
    evidence = Evidence((network.certificate("root"),))
    one = Seal(load_pkcs12(network.pkcs12(tmp_path), PASSPHRASE), Level.B_B, evidence=evidence)
    notes = one.require_usable(now())
    assert [note.code for note in notes] == ["revocation_not_checked"]
    sign_pdf(plain_paper(tmp_path), tmp_path / "x.pdf", one, now())
    assert network.asked == []

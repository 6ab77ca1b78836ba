"""Status answers (OCSP) and the network: what is at hand counts, what may be fetched is fetched."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import ocsp

from digitize.signatures.detached import verify_detached
from digitize.signatures.sign import sign_detached
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import EvidenceKind, Revocation, SignatureReport, Verdict
from digitize.signatures.verify_pdf import verify_pdf_data
from support.longterm import adobe_style, answer, archived, reachable_holder, responder, with_store
from support.papers import plain
from support.sealing import DAY, NOW, Holder, Office, office, rsa_key
from support.tampering import approved


@cache
def asked() -> Holder:
    """A signer whose status can be asked for."""
    return reachable_holder(office().authority, rsa_key())


@cache
def paper() -> bytes:
    return approved(plain(), asked())


def only(data: bytes, trust: TrustStore | None = None, days: float = 0.5) -> SignatureReport:
    report = verify_pdf_data(data, trust or office().authority.trust(), NOW + days * DAY)
    (signature,) = report.signatures
    return signature


def stored(*answers: ocsp.OCSPResponse) -> bytes:
    return with_store(paper(), ocsps=answers)


def test_an_answer_in_the_security_store_shows_that_a_certificate_was_good() -> None:
    assert only(paper()).verdict is Verdict.INDETERMINATE
    signature = only(stored(answer(office().authority, asked())))
    assert signature.verdict is Verdict.VALID
    assert EvidenceKind.OCSP in {one.kind for one in signature.evidence}


def test_an_appointed_responder_may_answer_and_no_other() -> None:
    appointed = responder(office().authority)
    good = answer(office().authority, asked(), responder=appointed)
    trust = office().authority.trust(office().crl)
    assert only(stored(good), trust).revocation is Revocation.GOOD
    stranger = Office.new("Gốc khác")
    for false in (
        answer(office().authority, asked(), responder=responder(stranger.authority)),
        answer(office().authority, asked(), responder=office().signer),
    ):
        assert only(stored(false)).verdict is Verdict.INDETERMINATE


def test_an_answer_that_has_run_out_or_lies_in_the_future_shows_nothing() -> None:
    assert only(stored(answer(office().authority, asked())), days=3).verdict is Verdict.INDETERMINATE
    later = answer(office().authority, asked(), given=NOW + 2 * DAY, until=NOW + 4 * DAY)
    assert only(stored(later), days=1).verdict is Verdict.INDETERMINATE
    assert only(stored(later), days=3).verdict is Verdict.VALID


def test_an_answer_about_another_certificate_shows_nothing() -> None:
    other = reachable_holder(office().authority, rsa_key(), serial=78)
    assert only(stored(answer(office().authority, other))).verdict is Verdict.INDETERMINATE


def test_a_revocation_is_believed_whatever_else_says_good() -> None:
    revoked = answer(office().authority, asked(), given=NOW, revoked=NOW - DAY)
    assert only(stored(revoked)).verdict is Verdict.REVOKED
    good = answer(office().authority, asked(), given=NOW + DAY / 8)
    assert only(stored(good, revoked)).verdict is Verdict.REVOKED
    assert only(stored(revoked, good)).verdict is Verdict.REVOKED
    listed = office().authority.revocations(asked(), at=NOW - DAY)
    assert only(stored(good), office().authority.trust(listed)).verdict is Verdict.REVOKED


def test_answers_among_the_signed_attributes_count_as_acrobat_writes_them() -> None:
    good = answer(office().authority, asked())
    data = adobe_style(plain(), asked(), office().authority.certificate, ocsps=[good], crls=[office().crl])
    assert only(data).verdict is Verdict.VALID
    data = adobe_style(
        plain(),
        office().signer,
        office().authority.certificate,
        crls=[office().crl],
        stamper=office().stamper,
    )
    signature = only(data, days=200)
    assert signature.verdict is Verdict.VALID
    assert signature.level == "B-LT"


def test_an_answer_from_before_a_document_timestamp_serves_long_after() -> None:
    good = answer(office().authority, asked())
    data = archived(paper(), office().stamper, NOW + DAY / 4, ocsps=[good], crls=[office().crl])
    signature = only(data, days=300)
    assert signature.verdict is Verdict.VALID
    assert signature.level == "B-LTA"


@dataclass
class Site:
    """A small web site, and what was asked of it."""

    pages: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def site() -> Iterator[Site]:
    shown = Site({})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.asked.append(self.path)
            page = shown.pages.get("/" + self.path.split("/")[1])
            self.send_response(200 if page is not None else 404)
            kind = {"/ocsp": "application/ocsp-response", "/ca.crt": "application/pkix-cert"}
            self.send_header("Content-Type", kind.get(self.path, "application/pkix-crl"))
            self.end_headers()
            self.wfile.write(page or b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shown.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shown
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def online(trust: TrustStore) -> TrustStore:
    return replace(trust, online=True)


def test_a_missing_list_is_fetched_only_if_that_is_allowed() -> None:
    with site() as web:
        holder = reachable_holder(office().authority, rsa_key(), ocsp_url=None, crl_url=web.url("/ca.crl"))
        data = approved(plain(), holder)
        web.pages["/ca.crl"] = office().crl.dump()
        assert only(data).verdict is Verdict.INDETERMINATE
        assert web.asked == []
        signature = only(data, online(office().authority.trust()))
        assert signature.verdict is Verdict.VALID
        assert web.asked == ["/ca.crl"]
        assert EvidenceKind.CRL in {one.kind for one in signature.evidence}
        detached = sign_detached(b"data", office().seal(signer=holder))
        report = verify_detached(b"data", detached, "x", online(office().authority.trust()), NOW + DAY)
        assert report.verdict is Verdict.VALID


def test_nothing_is_fetched_that_is_at_hand() -> None:
    with site() as web:
        holder = reachable_holder(office().authority, rsa_key(), ocsp_url=None, crl_url=web.url("/ca.crl"))
        assert only(approved(plain(), holder), online(office().trust)).verdict is Verdict.VALID
        assert web.asked == []


def test_a_status_is_asked_for_and_a_revocation_found() -> None:
    with site() as web:
        holder = reachable_holder(office().authority, rsa_key(), ocsp_url=web.url("/ocsp"))
        data = approved(plain(), holder)
        web.pages["/ocsp"] = answer(office().authority, holder).dump()
        assert only(data, online(office().authority.trust())).verdict is Verdict.VALID
        web.pages["/ocsp"] = answer(office().authority, holder, revoked=NOW - DAY).dump()
        assert only(data, online(office().authority.trust())).verdict is Verdict.REVOKED


def test_an_issuer_that_is_not_at_hand_is_fetched() -> None:
    with site() as web:
        middle = office().authority.under(key=rsa_key())
        signer = reachable_holder(
            middle, rsa_key(), ocsp_url=None, crl_url=web.url("/ca.crl"), issuer_url=web.url("/ca.crt")
        )
        alone = replace(signer, chain=())
        web.pages["/ca.crl"] = middle.revocations().dump()
        web.pages["/ca.crt"] = middle.certificate.dump()
        data = approved(plain(), alone)
        assert only(data, office().trust).verdict is Verdict.UNTRUSTED
        assert only(data, online(office().trust)).verdict is Verdict.VALID


@pytest.mark.parametrize("page", [None, b"", b"<html>", b"\x30\x03\x02\x01\x01", b"\x30\x80" * 2000])
def test_what_a_server_gets_wrong_is_told_and_proves_nothing(page: bytes | None) -> None:
    with site() as web:
        holder = reachable_holder(
            office().authority, rsa_key(), ocsp_url=web.url("/ocsp"), crl_url=web.url("/ca.crl")
        )
        if page is not None:
            web.pages |= {"/ocsp": page, "/ca.crl": page}
        signature = only(approved(plain(), holder), online(office().authority.trust()))
        assert signature.verdict is Verdict.INDETERMINATE
        assert "fetch_failed" in {note.code for note in signature.notes}


def test_a_server_that_is_not_there_is_told() -> None:
    holder = reachable_holder(office().authority, rsa_key(), crl_url="http://127.0.0.1:9/ca.crl")
    started = dt.datetime.now(dt.UTC)
    signature = only(approved(plain(), holder), online(office().authority.trust()))
    assert signature.verdict is Verdict.INDETERMINATE
    assert dt.datetime.now(dt.UTC) - started < dt.timedelta(seconds=25)


def test_what_is_fetched_from_the_future_does_not_count() -> None:
    with site() as web:
        holder = reachable_holder(office().authority, rsa_key(), ocsp_url=None, crl_url=web.url("/ca.crl"))
        late = office().authority.revocations(since=NOW + 5 * DAY, until=NOW + 30 * DAY)
        web.pages["/ca.crl"] = late.dump()
        data = approved(plain(), holder)
        assert only(data, online(office().authority.trust()), days=1).verdict is Verdict.INDETERMINATE
        assert only(data, online(office().authority.trust()), days=6).verdict is Verdict.VALID

"""Authorities that answer over HTTP on this machine: timestamps, OCSP and CRLs, made by certomancer.

They live in the present, because fetched answers are checked against the clock.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import x509
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, PKIArchitecture
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

PASSPHRASE = b"only for tests"
_LABEL = "office"
_KEYS = ("root", "signer", "revoked", "tsa", "ocsp")

_CONFIG = Path(__file__).with_suffix(".yml").read_text("utf-8")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


@dataclass
class Authorities:
    """Authorities at work.

    Attributes:
        architecture: their certificates.
        port: where they answer.
        down: answer nothing sensible, as servers do on bad days.
        asked: paths that were asked for, in order.

    """

    architecture: PKIArchitecture
    port: int
    down: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def timestamp_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{_LABEL}/tsa/tsa"

    def certificate(self, name: str) -> x509.Certificate:
        return self.architecture.get_cert(CertLabel(name))

    def anchor(self, folder: Path) -> Path:
        path = folder / "anchor.der"
        path.write_bytes(self.certificate("root").dump())
        return path

    def pkcs12(self, folder: Path, name: str = "signer") -> Path:
        """The key of a holder as a file."""
        path = folder / f"{name}.p12"
        encryption = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(100).build(PASSPHRASE)
        key = _keys()[name]
        own, root = (pyca.load_der_x509_certificate(self.certificate(one).dump()) for one in (name, "root"))
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, own, [root], encryption))
        return path


_made: dict[str, rsa.RSAPrivateKey] = {}


def _keys() -> dict[str, rsa.RSAPrivateKey]:
    if not _made:
        _made.update({name: rsa.generate_private_key(65537, 2048) for name in _KEYS})
    return _made


@contextmanager
def authorities(folder: Path, *, valid_for: dt.timedelta = dt.timedelta(days=365)) -> Iterator[Authorities]:
    """Authorities that answer until the block ends."""
    for name, key in _keys().items():
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
    served: list[Animator] = []
    box: list[Authorities] = []

    def application(environ, start_response):  # type: ignore[no-untyped-def]
        box[0].asked.append(environ["PATH_INFO"])
        if box[0].down:
            return Response("down", status=503)(environ, start_response)
        return served[0](environ, start_response)

    server: BaseWSGIServer = make_server("127.0.0.1", 0, application, request_handler=_Quiet, threaded=True)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    config = _CONFIG.format(
        port=server.port,
        keys="{" + ", ".join(f"{name}: {{path: {name}.pem}}" for name in _KEYS) + "}",
        begin=(now - dt.timedelta(days=30)).isoformat(),
        end=(now + valid_for).isoformat(),
        revoked=(now - dt.timedelta(days=3)).isoformat(),
    )
    loaded = CertomancerConfig.from_yaml(config, key_search_dir=str(folder))
    architecture = loaded.get_pki_arch(ArchLabel(_LABEL))
    served.append(Animator(AnimatorArchStore({ArchLabel(_LABEL): architecture}), with_web_ui=False))
    box.append(Authorities(architecture, server.port))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield box[0]
    finally:
        server.shutdown()
        thread.join()

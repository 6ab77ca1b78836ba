"""The document security store of a PDF: certificates and revocation data, and when each came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from asn1crypto import core, crl, ocsp, x509
from pyhanko.pdf_utils import generic as typeless
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from digitize.signatures.entries import entry
from digitize.signatures.found import MOST, Found

generic: Any = typeless

_Thing = TypeVar("_Thing", bound=core.Asn1Value)


@dataclass(frozen=True, slots=True)
class SecurityStore:
    """What the store holds, each thing with what it is referred to as."""

    certificates: tuple[tuple[x509.Certificate, Any], ...] = ()
    crls: tuple[tuple[crl.CertificateList, Any], ...] = ()
    ocsps: tuple[tuple[ocsp.OCSPResponse, Any], ...] = ()

    @property
    def found(self) -> Found:
        """Everything."""
        return Found(
            tuple(one for one, _ in self.certificates),
            tuple(one for one, _ in self.crls),
            tuple(one for one, _ in self.ocsps),
        )

    def before(self, reader: PdfFileReader, revision: int) -> Found:
        """What a revision contained already."""
        return Found(
            tuple(_up_to(reader, revision, self.certificates)),
            tuple(_up_to(reader, revision, self.crls)),
            tuple(_up_to(reader, revision, self.ocsps)),
        )


def read_store(reader: PdfFileReader) -> SecurityStore:
    """The security store; what cannot be read of it is left out."""
    store = entry(reader.root, "/DSS")
    if not isinstance(store, generic.DictionaryObject):
        return SecurityStore()
    return SecurityStore(
        tuple(_things(store, "/Certs", DecodePurpose.CERTIFICATE, _certificate)),
        tuple(_things(store, "/CRLs", DecodePurpose.CRL, _list)),
        tuple(_things(store, "/OCSPs", DecodePurpose.OCSP_RESPONSE, _answer)),
    )


def _things(
    store: Any, key: str, purpose: DecodePurpose, load: Callable[[bytes], _Thing]
) -> Iterator[tuple[_Thing, Any]]:
    listed = entry(store, key)
    if not isinstance(listed, generic.ArrayObject):
        return
    for index in range(min(len(listed), MOST)):
        raw = listed.raw_get(index)
        try:
            data = raw.get_object().read_data(purpose)
            yield load(data), getattr(raw, "reference", None)
        except (PdfError, LookupError, ValueError, TypeError, AttributeError):
            continue


def _certificate(data: bytes) -> x509.Certificate:
    loaded = x509.Certificate.load(data)
    loaded.public_key  # noqa: B018 - read now, not later
    loaded.not_valid_after  # noqa: B018
    return loaded


def _list(data: bytes) -> crl.CertificateList:
    loaded = crl.CertificateList.load(data)
    loaded.issuer.hashable  # noqa: B018
    loaded["tbs_cert_list"]["this_update"].native  # noqa: B018
    return loaded


def _answer(data: bytes) -> ocsp.OCSPResponse:
    loaded = ocsp.OCSPResponse.load(data)
    loaded.response_data["produced_at"].native  # noqa: B018
    return loaded


def _up_to(reader: PdfFileReader, revision: int, things: tuple[tuple[_Thing, Any], ...]) -> Iterator[_Thing]:
    for thing, reference in things:
        if reference is None:
            continue
        try:
            if reader.xrefs.get_last_change(reference) <= revision:
                yield thing
        except KeyError:
            continue

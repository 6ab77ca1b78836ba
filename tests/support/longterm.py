"""Long-term evidence for tests: document timestamps, status answers, revocation data beside signatures."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from collections.abc import Sequence

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext

from support.sealing import DAY, NOW, YEAR, Authority, Holder, timestamper
from support.tampering import StandingClock


def archived(
    data: bytes,
    holder: Holder,
    moment: dt.datetime,
    crls: Sequence[asn1_crl.CertificateList] = (),
    ocsps: Sequence[asn1_ocsp.OCSPResponse] = (),
) -> bytes:
    """The PDF with more in its security store, and a document timestamp over all of it."""
    if crls or ocsps:
        data = with_store(data, crls=crls, ocsps=ocsps)
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    output = io.BytesIO()
    stamper = PdfTimeStamper(timestamper(holder, moment))
    asyncio.run(stamper.async_timestamp_pdf(writer, "sha256", output=output))
    return output.getvalue()


def with_store(
    data: bytes,
    *,
    crls: Sequence[asn1_crl.CertificateList] = (),
    ocsps: Sequence[asn1_ocsp.OCSPResponse] = (),
    certificates: Sequence[asn1_x509.Certificate] = (),
) -> bytes:
    """The PDF with more in its security store."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    DocumentSecurityStore.supply_dss_in_writer(
        writer, sig_contents=None, crls=list(crls), ocsps=list(ocsps), certs=list(certificates)
    )
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def reachable_holder(
    authority: Authority,
    key: rsa.RSAPrivateKey,
    *,
    ocsp_url: str | None = "http://127.0.0.1:9/ocsp",
    crl_url: str | None = None,
    issuer_url: str | None = None,
    serial: int = 77,
) -> Holder:
    """A signer whose certificate says where its status can be asked for."""
    own = authority.holder.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Người ký trực tuyến")]))
        .issuer_name(own.subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.holder.key.public_key()),
            critical=False,
        )
    )
    places = [
        (AuthorityInformationAccessOID.OCSP, ocsp_url),
        (AuthorityInformationAccessOID.CA_ISSUERS, issuer_url),
    ]
    told = [
        x509.AccessDescription(kind, x509.UniformResourceIdentifier(url))
        for kind, url in places
        if url is not None
    ]
    if told:
        builder = builder.add_extension(x509.AuthorityInformationAccess(told), critical=False)
    if crl_url is not None:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return Holder(key, builder.sign(authority.holder.key, hashes.SHA256()), (own,))


def answer(
    authority: Authority,
    about: Holder,
    *,
    given: dt.datetime = NOW,
    until: dt.datetime | None = NOW + DAY,
    revoked: dt.datetime | None = None,
    responder: Holder | None = None,
) -> asn1_ocsp.OCSPResponse:
    """A status answer of an authority, or of a responder that it has appointed."""
    own = authority.holder.certificate
    signer = responder or authority.holder
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=own,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD if revoked is None else ocsp.OCSPCertStatus.REVOKED,
            this_update=given,
            next_update=until,
            revocation_time=revoked,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, signer.certificate)
    )
    if responder is not None:
        builder = builder.certificates([responder.certificate])
    return asn1_ocsp.OCSPResponse.load(builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER))


def responder(authority: Authority) -> Holder:
    """One that an authority lets answer for it."""
    return authority.issue(
        "Trả lời OCSP", extended=(ExtendedKeyUsageOID.OCSP_SIGNING,), usage=("digital_signature",)
    )


def adobe_style(
    data: bytes,
    holder: Holder,
    anchor: asn1_x509.Certificate,
    *,
    crls: Sequence[asn1_crl.CertificateList] = (),
    ocsps: Sequence[asn1_ocsp.OCSPResponse] = (),
    stamper: Holder | None = None,
) -> bytes:
    """The PDF signed as Acrobat does, with revocation data among the signed attributes."""
    context = ValidationContext(
        trust_roots=[anchor], crls=list(crls), ocsps=list(ocsps), moment=NOW, allow_fetching=False
    )
    metadata = PdfSignatureMetadata(
        field_name="Adobe",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        embed_validation_info=True,
        validation_context=context,
        signer_key_usage=set(),
    )
    output = io.BytesIO()
    signer = StandingClock(
        metadata,
        signer=holder.credentials.signer,
        timestamper=timestamper(stamper, NOW) if stamper else None,
        stamp_style=TextStampStyle(stamp_text="%(signer)s"),
        new_field_spec=SigFieldSpec("Adobe", on_page=0, box=(10, 10, 90, 40)),
    )
    asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=output))
    return output.getvalue()

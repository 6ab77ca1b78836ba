"""Timestamps over a whole document: whether what calls itself one is one."""

from __future__ import annotations

import hashlib

from asn1crypto import tsp
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from digitize.signatures.byte_range import leaves_out_only_itself


def is_timestamp(embedded: EmbeddedPdfSignature) -> bool:
    """Whether a document timestamp fits the bytes that it covers and was made with its certificate's key.

    Trust in that certificate is another matter. What does not even fit is no timestamp, and whatever
    its field shows was put into the file by nobody who signed.
    """
    try:
        content = embedded.signed_data["encap_content_info"]["content"].parsed
        if not isinstance(content, tsp.TSTInfo) or not leaves_out_only_itself(embedded):
            return False
        if content["message_imprint"]["hashed_message"].native != embedded.compute_digest():
            return False
        certificate = extract_certs_for_validation(embedded.signed_data).signer_cert
        digest = _digest(embedded)
        fits, made = validate_sig_integrity(embedded.signer_info, certificate, "tst_info", digest)
    except Exception:  # noqa: BLE001 - hostile input raises anything
        return False
    return bool(fits and made)


def _digest(embedded: EmbeddedPdfSignature) -> bytes:
    raw = bytes(embedded.signed_data["encap_content_info"]["content"])
    return hashlib.new(embedded.md_algorithm, raw).digest()

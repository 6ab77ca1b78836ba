"""What the holder of a certificate is called."""

from __future__ import annotations

from asn1crypto import x509


def subject_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Every part of a certificate's subject: common name, organisation and whatever else it has."""
    parts = certificate.subject.native.values()
    return tuple(str(one) for part in parts for one in (part if isinstance(part, list) else [part]))


def holder_name(certificate: x509.Certificate) -> str:
    """The common name of a certificate's holder, else the organisation, else the whole subject."""
    parts = certificate.subject.native
    for key in ("common_name", "organization_name"):
        part = parts.get(key)
        if part:
            return ", ".join(part) if isinstance(part, list) else str(part)
    return str(certificate.subject.human_friendly)

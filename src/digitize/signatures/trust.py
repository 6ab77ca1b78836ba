"""Trust anchors and revocation lists: what a verification may rely on.

None are shipped. A certificate is trusted because a path can be built to an anchor, never because
of a name in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import crl, x509
from asn1crypto.pem import detect, unarmor
from platformdirs import user_config_path

from digitize.errors import EnvironmentProblem
from digitize.signatures.credentials import load_certificates


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Anchors, and revocation lists that are known besides those in a signed file.

    ``online`` lets missing revocation data be fetched from where the certificates say it lies.
    """

    anchors: tuple[x509.Certificate, ...] = ()
    revocations: tuple[crl.CertificateList, ...] = ()
    online: bool = False


def load_trust(anchors: Sequence[Path], revocations: Sequence[Path] = ()) -> TrustStore:
    """Load anchors and revocation lists from PEM or DER files.

    Raises:
        EnvironmentProblem: a file cannot be read as what it should be.

    """
    certificates = tuple(one for path in anchors for one in load_certificates(path))
    return TrustStore(certificates, tuple(load_revocations(path) for path in revocations))


def load_revocations(path: Path) -> crl.CertificateList:
    """A certificate revocation list from a PEM or DER file."""
    try:
        data = path.read_bytes()
        if detect(data):
            _, _, data = unarmor(data)
        loaded = crl.CertificateList.load(data, strict=True)
        loaded["tbs_cert_list"]["this_update"].native  # noqa: B018 - parse now, not later
    except (OSError, ValueError, TypeError) as error:
        raise EnvironmentProblem("revocations_unreadable", path=str(path)) from error
    return loaded


def user_store() -> Path:
    """The folder of the user's own anchors, one file each; it need not exist."""
    return user_config_path("digitize") / "trust"


def load_user_store(folder: Path | None = None) -> TrustStore:
    """The user's own anchors; none if there is no store."""
    place = folder or user_store()
    files = sorted(place.glob("*.pem")) + sorted(place.glob("*.crt")) if place.is_dir() else []
    return load_trust(files)

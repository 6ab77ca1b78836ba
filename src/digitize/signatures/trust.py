"""Trust anchors and revocation lists: what a verification may rely on.

None are shipped. A certificate is trusted because a path can be built to an anchor, never because
of a name in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from asn1crypto import crl, x509
from asn1crypto.pem import detect, unarmor
from platformdirs import user_config_path

from digitize.errors import EnvironmentProblem
from digitize.signatures.credentials import load_certificates
from digitize.signatures.trust_file import parsed_revocations
from digitize.signatures.trust_folder import TrustFolder


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Anchors, and revocation lists that are known besides those in a signed file.

    ``online`` lets missing revocation data be fetched from where the certificates say it lies.
    """

    anchors: tuple[x509.Certificate, ...] = ()
    revocations: tuple[crl.CertificateList, ...] = ()
    online: bool = False


def load_trust(
    anchors: Sequence[Path], revocations: Sequence[Path] = (), *, online: bool = False
) -> TrustStore:
    """Load anchors and revocation lists from PEM or DER files.

    Raises:
        EnvironmentProblem: a file cannot be read as what it should be.

    """
    certificates = tuple(one for path in anchors for one in load_certificates(path))
    return TrustStore(certificates, tuple(load_revocations(path) for path in revocations), online)


def load_revocations(path: Path) -> crl.CertificateList:
    """A certificate revocation list from a PEM or DER file."""
    try:
        data = path.read_bytes()
        if detect(data):
            _, _, data = unarmor(data)
        return parsed_revocations(data)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EnvironmentProblem("revocations_unreadable", path=str(path)) from error


def user_store() -> Path:
    """The folder of what the user trusts; it need not exist."""
    return user_config_path("digitize") / "trust"


def workspace_store(root: Path) -> Path:
    """The folder of what a workspace trusts besides what its settings name; it need not exist."""
    return root / "keys" / "trust"


def load_user_store(folder: Path | None = None, *, online: bool = False) -> TrustStore:
    """What the user trusts; nothing if there is no store.

    Raises:
        EnvironmentProblem: something in the store is not what was put there.

    """
    certificates, revocations = TrustFolder(folder or user_store()).load()
    return TrustStore(certificates, revocations, online)


def load_workspace_trust(
    root: Path, anchors: Sequence[Path], revocations: Sequence[Path], *, online: bool = False
) -> TrustStore:
    """What a workspace trusts: what its settings name, and its own store.

    Raises:
        EnvironmentProblem: a file cannot be used, or something in the store is not what was put there.

    """
    named = load_trust(anchors, revocations, online=online)
    certificates, lists = TrustFolder(workspace_store(root)).load()
    return replace(named, anchors=(*named.anchors, *certificates), revocations=(*named.revocations, *lists))

"""Where a scheduler of Dask is, and what proves that it is the right one.

The messages of Dask are pickles: whoever can send one runs programs here. Hence TLS with certificates on
both sides, unless the messages never leave this machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digitize.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from distributed import Security

log = logging.getLogger(__name__)

DEFAULT_PORT = 8786
"""Of Dask's scheduler."""

_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "bokeh")
"""Those that the library gives handlers of their own when it is loaded."""

_UNHURRIED = {
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "60s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.client.scheduler-info-interval": "10s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.http.routes": [],
}
"""Dask looks at itself fifty times a second, for tasks of milliseconds; a page takes seconds. No page about
this machine is offered to a network."""


@dataclass(frozen=True, slots=True)
class ClusterKeys:
    """Files in PEM: the authority that both sides trust, the own certificate and its key."""

    ca: Path
    cert: Path
    key: Path

    def require_usable(self) -> None:
        """Make sure that nobody else can have chosen whom to trust, or can read the key.

        Raises:
            EnvironmentProblem: a file is missing, others can write it, or others can read the key.

        """
        for path in (self.ca, self.cert, self.key):
            try:
                found = path.stat()
            except OSError as error:
                raise EnvironmentProblem("cluster_key_unreadable", path=str(path)) from error
            if not os.access(path, os.R_OK):
                raise EnvironmentProblem("cluster_key_unreadable", path=str(path))
            forbidden = stat.S_IWGRP | stat.S_IWOTH
            if path == self.key:
                forbidden |= stat.S_IRGRP | stat.S_IROTH
            if found.st_uid not in (0, os.getuid()) or found.st_mode & forbidden:
                raise EnvironmentProblem("cluster_key_open", path=str(path))


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Address of a scheduler.

    Attributes:
        url: as the library takes it, with its port.
        host: its name or number.
        loopback: whether it is this machine and messages to it never leave it.

    """

    url: str
    host: str
    loopback: bool

    @property
    def encrypted(self) -> bool:
        """Whether messages go through TLS."""
        return self.url.startswith("tls://")


def keys_from(ca: Path | None, cert: Path | None, key: Path | None) -> ClusterKeys | None:
    """Certificates from three files; None if none is named.

    Raises:
        EnvironmentProblem: only some of them are named.

    """
    if ca is None and cert is None and key is None:
        return None
    if ca is None or cert is None or key is None:
        raise EnvironmentProblem("cluster_keys_incomplete")
    return ClusterKeys(ca, cert, key)


def parse_address(text: str) -> ClusterAddress:
    """Understand the address of a scheduler.

    Raises:
        UsageProblem: it is none, or messages would leave this machine in the clear.

    """
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "", text
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port or DEFAULT_PORT
    except ValueError as error:
        raise UsageProblem("cluster_address_wrong", address=text) from error
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if scheme not in ("", "tcp", "tls") or not host or extra:
        raise UsageProblem("cluster_address_wrong", address=text)
    loopback = is_loopback(host)
    if scheme != "tls" and not loopback:
        raise UsageProblem("cluster_not_encrypted", address=text, host=host)
    named = f"[{host}]" if ":" in host else host
    return ClusterAddress(f"{scheme or 'tcp'}://{named}:{port}", host, loopback)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone, whichever of its addresses is taken."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found)


def security_for(address: ClusterAddress, keys: ClusterKeys | None) -> Security | None:
    """What the library needs to speak with an address; None where nothing leaves this machine.

    Raises:
        EnvironmentProblem: TLS without usable certificates.

    """
    load_library()
    if not address.encrypted:
        return None
    if keys is None:
        raise EnvironmentProblem("cluster_keys_not_set", address=address.url)
    return check_keys(keys)


def check_keys(keys: ClusterKeys) -> Security:
    """Open certificates and key, as a connection will.

    Raises:
        EnvironmentProblem: the library is not installed, or they cannot be used.

    """
    load_library()
    keys.require_usable()
    from distributed import Security

    ca, cert, key = str(keys.ca), str(keys.cert), str(keys.key)
    security = Security(
        require_encryption=True,
        tls_ca_file=ca,
        tls_client_cert=cert,
        tls_client_key=key,
        tls_worker_cert=cert,
        tls_worker_key=key,
    )
    try:
        # The files are only looked into when a connection is made, where mistakes are hard to tell.
        security.get_connection_args("client")
        security.get_connection_args("worker")
    except (OSError, ValueError) as error:
        raise EnvironmentProblem("cluster_key_wrong", path=cert, detail=type(error).__name__) from error
    return security


async def answers(address: ClusterAddress, security: Security | None, seconds: float) -> bool:
    """Whether a scheduler answers in time; the library's client may wait for ever for one that is stuck."""
    from distributed.comm.core import connect

    arguments = security.get_connection_args("client") if security is not None else {}
    try:
        # The library's own limit does not hold for a scheduler that takes the connection and says nothing.
        comm = await asyncio.wait_for(connect(address.url, timeout=seconds, **arguments), seconds)
    except (OSError, TimeoutError) as error:
        log.debug("no scheduler", exc_info=error)
        return False
    comm.abort()
    return True


def load_library() -> None:
    """Load Dask ``distributed``, which speaks to developers; people are told things by us.

    Raises:
        EnvironmentProblem: it is not installed.

    """
    try:
        import dask
        import distributed  # noqa: F401
    except ImportError as error:
        raise EnvironmentProblem("cluster_library_missing") from error
    dask.config.set(_UNHURRIED)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.CRITICAL + 1)

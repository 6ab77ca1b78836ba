"""Which workers of the cluster may read pages: those whose results are the same as here.

Every worker is looked at before it gets a task, also one that joins later. Who differs is refused, and
told where.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitize.files import make_folder, remove_file, write_whole
from digitize.model import Problem
from digitize.pipeline.cluster_address import is_loopback
from digitize.pipeline.cluster_orders import DataMode, Look, Needed, Probe, SharedFolders
from digitize.pipeline.versions import differences

if TYPE_CHECKING:
    from distributed import Client

log = logging.getLogger(__name__)

_PROBE = ".cluster-probe-"
_LOOKS = 8
"""Workers that are looked at at the same time."""

_ANSWERING = 10.0
"""Seconds for a scheduler to say who is there."""

Tell = Callable[[str, Problem], None]


@dataclass(frozen=True, slots=True)
class _Member:
    """A worker that was looked at.

    Attributes:
        identity: another one at the same address differs in it.
        tasks: how many it does at once.
        shares: whether it sees our folders.
        refusal: why it gets no task; None if it does.

    """

    identity: str
    tasks: int = 0
    shares: bool = False
    refusal: Problem | None = None


@dataclass(slots=True)
class Members:
    """The workers that are there.

    Attributes:
        versions: what must be the same.
        needed: the same for the workers.
        folders: what they may share.
        mode: whether they have to; the automatic one accepts both.
        encrypted: whether all messages go through TLS.
        tell: is told who is refused, and why.

    """

    versions: Mapping[str, str]
    needed: Needed
    folders: SharedFolders
    mode: DataMode
    encrypted: bool
    tell: Tell
    _known: dict[str, _Member] = field(default_factory=dict)
    _looks: dict[str, tuple[str, Future[_Member]]] = field(default_factory=dict)
    _hands: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_LOOKS, thread_name_prefix="cluster-look")
    )

    @property
    def accepted(self) -> dict[str, int]:
        """The addresses of those that may work, with the number of tasks that each does at once."""
        return {address: one.tasks for address, one in list(self._known.items()) if one.refusal is None}

    @property
    def refusals(self) -> dict[str, Problem]:
        """Why others may not."""
        return {address: one.refusal for address, one in list(self._known.items()) if one.refusal is not None}

    @property
    def settled(self) -> bool:
        """Whether everybody who is there has been looked at."""
        return bool(self._known) and not self._looks

    def settle_mode(self) -> DataMode:
        """Decide how data come to the workers, from those that are accepted; later ones have to fit."""
        if self.mode is DataMode.AUTO:
            shared = all(self._known[address].shares for address in self.accepted)
            self.mode = DataMode.SHARED if shared else DataMode.SENT
        return self.mode

    def refresh(self, client: Client) -> None:
        """See who has come and who has gone.

        Raises:
            OSError, TimeoutError: the scheduler does not answer.

        """
        scheduler: Any = client.scheduler
        found: Any = client.sync(scheduler.identity, n_workers=-1, callback_timeout=_ANSWERING)
        there = {address: _identity(info) for address, info in found["workers"].items()}
        for address in [one for one in self._known if there.get(one) != self._known[one].identity]:
            del self._known[address]
        for address in [one for one in self._looks if there.get(one) != self._looks[one][0]]:
            del self._looks[address]
        for address, identity in there.items():
            if address not in self._known and address not in self._looks:
                look = self._hands.submit(self._look, client, address, identity)
                self._looks[address] = identity, look
        for address, (_, look) in list(self._looks.items()):
            if look.done():
                del self._looks[address]
                self._admit(address, look)

    def refuse(self, address: str, problem: Problem) -> None:
        """Give a worker no more tasks, for what has befallen one on it."""
        member = self._known.get(address)
        if member is not None and member.refusal is None:
            self._known[address] = _Member(member.identity, refusal=problem)
            self.tell(address, problem)

    def forget(self, address: str) -> None:
        """Look at a worker again."""
        self._known.pop(address, None)

    def forget_all(self) -> None:
        """Look at everybody again: the scheduler is another one."""
        self._known.clear()
        self._looks.clear()

    def stop(self) -> None:
        """Look at nobody any more."""
        self._hands.shutdown(wait=False, cancel_futures=True)

    def _admit(self, address: str, look: Future[_Member]) -> None:
        if look.cancelled() or look.exception() is not None:
            # It has gone, or the scheduler has; if it is there, it is looked at once more.
            log.debug("no look at %s", address, exc_info=look.exception() if not look.cancelled() else None)
            return
        member = look.result()
        if member.refusal is None and self.mode is DataMode.SHARED and not member.shares:
            refusal = Problem("cluster_worker_shares_not", {"folder": str(self.folders.work)})
            member = _Member(member.identity, refusal=refusal)
        self._known[address] = member
        if member.refusal is not None:
            self.tell(address, member.refusal)

    def _look(self, client: Client, address: str, identity: str) -> _Member:
        if not self.encrypted and not is_loopback(parse_host(address)):
            return _Member(identity, refusal=Problem("cluster_worker_in_clear", {}))
        from digitize.pipeline.cluster_worker import look

        probe = None if self.mode is DataMode.SENT else self._ask()
        try:
            answers = client.run(look, self.needed, probe, workers=[address], on_error="return")
            answer = answers[address]
            shares = probe is not None and _is_answered(probe)
        finally:
            if probe is not None:
                remove_file(probe.question)
                remove_file(probe.answer)
        if isinstance(answer, OSError):
            raise answer
        if not isinstance(answer, Look):
            # A worker of Dask without this program, or with one that knows nothing of this.
            return _Member(
                identity, refusal=Problem("cluster_worker_foreign", {"detail": type(answer).__name__})
            )
        if answer.problem is not None:
            return _Member(identity, refusal=Problem.of(answer.problem))
        found = differences(self.versions, answer.versions)
        if found:
            return _Member(
                identity, refusal=Problem("cluster_worker_differs", {"differences": "; ".join(found)})
            )
        return _Member(identity, answer.tasks, shares)

    def _ask(self) -> Probe:
        make_folder(self.folders.work)
        name = f"{_PROBE}{secrets.token_hex(8)}"
        probe = Probe(self.folders.work / name, self.folders.work / f"{name}.answer", self.folders.originals)
        write_whole(probe.question, secrets.token_hex(16))
        return probe


def clear_probes(work: Path) -> None:
    """Remove what a run that was cut off has left of its questions."""
    for path in work.glob(f"{_PROBE}*"):
        remove_file(path)


def parse_host(address: str) -> str:
    """The host in the address of a worker."""
    return address.partition("://")[2].rpartition(":")[0].strip("[]")


def _identity(info: Mapping[str, Any]) -> str:
    # Every worker has a folder of its own, which another one at the same address does not have.
    return str(info["local_directory"])


def _is_answered(probe: Probe) -> bool:
    """Whether a worker has read the question, and what it writes is ours to read and to remove."""
    # Opening the folder makes a network share look for what others have written in it.
    list(probe.answer.parent.iterdir())
    try:
        same = probe.answer.read_bytes() == probe.question.read_bytes()
        return same and probe.answer.stat().st_uid == os.getuid()
    except OSError:
        return False

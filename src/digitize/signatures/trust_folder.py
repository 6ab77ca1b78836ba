"""A folder of certificates and revocation lists that somebody decided to rely on.

Beside each file stands in ``store.json`` what it was when it was put there, by whom and when. What is
loaded must be that; a file that was exchanged, or that nobody recorded, stops the verification instead
of deciding it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from asn1crypto import crl, x509
from asn1crypto.pem import armor
from pydantic import BaseModel, ConfigDict, ValidationError

from digitize.errors import DigitizeError, EnvironmentProblem, UsageProblem
from digitize.files import make_folder, remove_file, write_whole
from digitize.signatures.certificate_facts import (
    CertificateFacts,
    RevocationFacts,
    certificate_facts,
    fingerprint,
    revocation_facts,
)
from digitize.signatures.trust_file import Trusted, read_trust_file

_RECORD = "store.json"
_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".crl", ".p7b", ".p7c"})
_SHORTEST = 8
"""Digits of a fingerprint that a person may abbreviate it to."""


class Kind(StrEnum):
    """What an entry of a store is."""

    CERTIFICATE = "certificate"
    CRL = "crl"


class Entry(BaseModel):
    """What was put into a store: its fingerprint, and who did it when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    kind: Kind
    added_at: str
    added_by: str

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return f"{self.sha256}.{'pem' if self.kind is Kind.CERTIFICATE else 'crl'}"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    entries: tuple[Entry, ...] = ()


class TrustFolder:
    """A store; its folder need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self) -> tuple[tuple[x509.Certificate, ...], tuple[crl.CertificateList, ...]]:
        """Everything in it.

        Raises:
            EnvironmentProblem: something is not what was put there.

        """
        stray = next(iter(self.strays()), None)
        if stray is not None:
            raise EnvironmentProblem("trust_unrecorded", path=str(stray))
        found = [self.read(entry) for entry in self.entries()]
        return (
            tuple(one for one in found if isinstance(one, x509.Certificate)),
            tuple(one for one in found if isinstance(one, crl.CertificateList)),
        )

    def entries(self) -> tuple[Entry, ...]:
        """What is recorded, in the order in which it was added."""
        path = self.folder / _RECORD
        try:
            return _Record.model_validate_json(path.read_bytes()).entries
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            raise EnvironmentProblem("trust_record_unreadable", path=str(path)) from error

    def read(self, entry: Entry) -> Trusted:
        """What an entry stands for.

        Raises:
            EnvironmentProblem: it is gone or another one.

        """
        path = self.folder / entry.file
        if not path.exists():
            raise EnvironmentProblem("trust_missing", path=str(path), id=entry.sha256[:16])
        try:
            things = read_trust_file(path)
        except UsageProblem as error:
            raise _changed(path, entry) from error
        if len(things) != 1 or fingerprint(things[0].dump()) != entry.sha256:
            raise _changed(path, entry)
        return things[0]

    def strays(self) -> list[Path]:
        """Files that look like certificates and that nobody recorded."""
        known = {entry.file for entry in self.entries()}
        if not self.folder.is_dir():
            return []
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.suffix.lower() in _SUFFIXES and path.name not in known
        )

    def add(self, things: Sequence[Trusted], who: str, moment: dt.datetime) -> list[Entry]:
        """Put things in; what is there already is not put in twice.

        Returns:
            The entries that are new.

        """
        with self._held():
            entries = {entry.sha256: entry for entry in self.entries()}
            new = []
            for thing in things:
                is_certificate = isinstance(thing, x509.Certificate)
                der: bytes = thing.dump()
                entry = Entry(
                    sha256=fingerprint(der),
                    kind=Kind.CERTIFICATE if is_certificate else Kind.CRL,
                    added_at=moment.isoformat(timespec="seconds"),
                    added_by=who,
                )
                if entry.sha256 in entries:
                    continue
                write_whole(self.folder / entry.file, armor("CERTIFICATE", der) if is_certificate else der)
                entries[entry.sha256] = entry
                new.append(entry)
            # Written last: a file without a record is refused, never trusted.
            self._write(tuple(entries.values()))
        return new

    def remove(self, beginning: str) -> Entry:
        """Take one out, by the beginning of its fingerprint.

        Raises:
            UsageProblem: there is none of that fingerprint, or several.

        """
        with self._held():
            entries = self.entries()
            entry = find_entry(entries, beginning)
            self._write(tuple(one for one in entries if one is not entry))
            remove_file(self.folder / entry.file)
        return entry

    def _write(self, entries: tuple[Entry, ...]) -> None:
        write_whole(self.folder / _RECORD, _Record(entries=entries).model_dump_json(indent=1) + "\n")

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep others from changing the store meanwhile.

        Raises:
            EnvironmentProblem: it cannot be written to.

        """
        try:
            make_folder(self.folder, mode=0o700)
            handle = os.open(self.folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
        except DigitizeError:
            raise
        except OSError as error:
            raise EnvironmentProblem("folder_unusable", path=str(self.folder)) from error


def find_entry(entries: Sequence[Entry], beginning: str) -> Entry:
    """The only entry whose fingerprint begins so; colons and case do not count."""
    wanted = plain_hex(beginning)
    found = [entry for entry in entries if entry.sha256.startswith(wanted)]
    if len(wanted) < _SHORTEST or len(found) != 1:
        raise UsageProblem("trust_unknown_id", id=beginning)
    return found[0]


def plain_hex(text: str) -> str:
    """A fingerprint without the colons, blanks and capitals that programs write it with."""
    return "".join(text.replace(":", " ").split()).lower()


def facts_of(thing: Trusted) -> CertificateFacts | RevocationFacts:
    """What people are told of it."""
    return certificate_facts(thing) if isinstance(thing, x509.Certificate) else revocation_facts(thing)


def _changed(path: Path, entry: Entry) -> EnvironmentProblem:
    return EnvironmentProblem("trust_changed", path=str(path), id=entry.sha256[:16])

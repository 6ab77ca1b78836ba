"""From the settings of a workspace to a key that signs: who may name it, and who opens it.

Passphrases and PINs come from a file that only its owner can read, from the environment, or from a
person; never from the command line, where others could read them.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from digitize.errors import EnvironmentProblem, SigningProblem
from digitize.files import remove_file, write_whole
from digitize.pipeline.ownership import require_own
from digitize.pipeline.workspace import SETTINGS_NAME, Workspace
from digitize.settings import SigningKey
from digitize.signatures.credentials import Credentials, Scheme, load_pkcs12
from digitize.signatures.names import subject_names
from digitize.signatures.tokens import (
    PinRequest,
    TokenCertificate,
    TokenLook,
    TokenPlace,
    Tries,
    look_at_token,
    open_token,
)
from digitize.vietnamese.folding import fold

PASSPHRASE_VARIABLE = "DIGITIZE_PASSPHRASE"  # noqa: S105 - the name, not the passphrase
PIN_VARIABLE = "DIGITIZE_PIN"
_OFFICER = "_OFFICER"

_REFUSED_NAME = ".pin-refused.json"


class KeyHolder(Protocol):
    """A person who opens keys; the command line is one where somebody sits at a terminal."""

    def passphrase(self, path: Path) -> str:
        """The passphrase of a PKCS#12 file."""

    def pin(self, request: PinRequest) -> str:
        """The PIN of a token."""

    def choose(self, certificates: Sequence[TokenCertificate]) -> int:
        """Which of several certificates signs."""


@dataclass(frozen=True, slots=True)
class KeyOpener:
    """Opens the keys of a workspace.

    Attributes:
        workspace: whose keys.
        person: asked for what no file and no variable holds; None where nobody is there.

    """

    workspace: Workspace
    person: KeyHolder | None
    _known: dict[str, bytes] = field(default_factory=dict, repr=False)

    def open(self, key: SigningKey, *, officer: bool = False) -> Credentials:
        """Open a key and make sure that it names who it should.

        Raises:
            EnvironmentProblem: no key, a secret that others can read, a module that others can write.
            SigningProblem: the key cannot be opened, or belongs to somebody else.

        """
        scheme = Scheme(self.workspace.profile.signing.scheme)
        suffix = _OFFICER if officer else ""
        if key.module is not None:
            credentials = self._open_token(key, key.module, scheme, PIN_VARIABLE + suffix)
        elif key.key is not None:
            credentials = load_pkcs12(key.key, self._passphrase(key, key.key, suffix), scheme)
        else:
            raise EnvironmentProblem("officer_key_not_set" if officer else "key_not_set")
        self._require_holder(credentials, key.holder or self.workspace.settings.organisation.name)
        return credentials

    def look(self, key: SigningKey, module: Path) -> TokenLook:
        """What the token of a key shows without a PIN.

        Raises:
            EnvironmentProblem: a module that others can write.
            SigningProblem: the token is not there, or has not the certificate that is named.

        """
        return look_at_token(self._place(key, module))

    def _place(self, key: SigningKey, module: Path) -> TokenPlace:
        """Where a token is; its module is believed only where nobody else can have named or written it."""
        require_own(self.workspace.root / SETTINGS_NAME, "settings_of_others")
        require_own(module, "module_of_others")
        return TokenPlace(module, key.token, key.slot, key.certificate)

    def open_timestamp_key(self, path: Path) -> Credentials:
        """Open the key of a timestamp authority in this process, with the signing key's passphrase."""
        return load_pkcs12(path, self._passphrase(self.workspace.settings.signing, path, ""))

    def _passphrase(self, key: SigningKey, path: Path, suffix: str) -> bytes:
        if suffix not in self._known:
            self._known[suffix] = self._find_passphrase(key, path, PASSPHRASE_VARIABLE + suffix)
        return self._known[suffix]

    def _find_passphrase(self, key: SigningKey, path: Path, variable: str) -> bytes:
        if key.passphrase_file is not None:
            return secret_from(key.passphrase_file)
        given = os.environ.get(variable)
        if given is not None:
            return given.encode()
        if self.person is not None:
            return self.person.passphrase(path).encode()
        raise EnvironmentProblem("passphrase_missing", variable=variable)

    def _open_token(self, key: SigningKey, module: Path, scheme: Scheme, variable: str) -> Credentials:
        place = self._place(key, module)
        source = _pin_source(key, variable)
        refused = self.workspace.root / _REFUSED_NAME
        if source is not None and source in _refused(refused):
            if self.person is None:
                raise SigningProblem("pin_refused_before", source=str(key.pin_file or variable))
            source = None

        def ask(request: PinRequest) -> str:
            doubtful = source is None or request.tries is not Tries.USUAL
            if self.person is not None and doubtful:
                return self.person.pin(request)
            if source is None:
                raise EnvironmentProblem("pin_missing", variable=variable)
            if doubtful:
                # Somebody has mistyped it; the next mistake may lock the token, and nobody is watching.
                raise SigningProblem("pin_tries_low", token=request.token)
            return _pin(key, variable)

        try:
            credentials = open_token(place, scheme, ask, self.person.choose if self.person else None)
        except SigningProblem as problem:
            if source is not None and (
                problem.code.startswith("pin_wrong") or problem.code == "token_locked"
            ):
                write_whole(refused, json.dumps([*_refused(refused), source]), mode=0o600)
            raise
        if refused.exists():
            remove_file(refused)
        return credentials

    def _require_holder(self, credentials: Credentials, wanted: str) -> None:
        """The certificate must name who the settings say, letters and accents aside.

        The names in certificates end after 64 bytes (RFC 5280, upper bounds).
        """
        if not names_holder(credentials, wanted):
            raise SigningProblem("certificate_of_other", wanted=wanted, found=credentials.subject)


def names_holder(credentials: Credentials, wanted: str) -> bool:
    """Whether a certificate's subject names somebody, also where the name was cut for its length."""
    name = fold(wanted)
    parts = [fold(part) for part in subject_names(credentials.certificate)]
    return any(name in part or (len(part) >= _CUT and name.startswith(part)) for part in parts)


_CUT = 40
"""Letters of a name that may have been cut: 64 bytes of Vietnamese are at least so many."""


def secret_from(path: Path) -> bytes:
    """A passphrase or PIN from a file that only its owner can read.

    Raises:
        EnvironmentProblem: others can read it, or it cannot be read.

    """
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise EnvironmentProblem("passphrase_file_open", path=str(path))
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise EnvironmentProblem("passphrase_file_unreadable", path=str(path)) from error


def _pin_source(key: SigningKey, variable: str) -> str | None:
    """What tells a PIN apart from a later one without telling the PIN; None where a person is asked."""
    if key.pin_file is not None:
        try:
            return f"{key.pin_file}@{key.pin_file.stat().st_mtime_ns}"
        except OSError as error:
            raise EnvironmentProblem("passphrase_file_unreadable", path=str(key.pin_file)) from error
    return variable if variable in os.environ else None


def _pin(key: SigningKey, variable: str) -> str:
    if key.pin_file is not None:
        return secret_from(key.pin_file).decode("utf-8", "replace")
    return os.environ[variable]


def _refused(path: Path) -> list[str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [str(one) for one in found] if isinstance(found, list) else []

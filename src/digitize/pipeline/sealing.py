"""From the settings of a workspace to the seal that signs its dossiers."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from digitize.errors import EnvironmentProblem
from digitize.fonts import Face, find_font
from digitize.pipeline.workspace import Workspace
from digitize.signatures.credentials import load_pkcs12
from digitize.signatures.sign import Evidence, Level, Seal, local_timestamper
from digitize.signatures.stamp import Stamp
from digitize.signatures.trust import load_trust

PASSPHRASE_VARIABLE = "DIGITIZE_PASSPHRASE"  # noqa: S105 - the name, not the passphrase

Prompt = Callable[[], str]
"""Asks a person for the passphrase of the signing key; handed in by the command line."""


def make_seal(workspace: Workspace, prompt: Prompt | None) -> Seal:
    """The seal that a workspace's settings and profile ask for.

    The passphrase comes from the file in the settings, from the environment, or from a person,
    in this order; never from the command line, where others could read it.

    Args:
        workspace: whose seal.
        prompt: asks a person; None where nobody is there.

    Raises:
        EnvironmentProblem: no key, a passphrase that everybody can read, or a wrong one.

    """
    settings, rules = workspace.settings, workspace.profile.signing
    if settings.signing.key is None:
        raise EnvironmentProblem("key_not_set")
    passphrase = _passphrase(settings.signing.passphrase_file, prompt)
    credentials = load_pkcs12(settings.signing.key, passphrase)
    trust = load_trust(settings.trust.anchors, settings.trust.revocations)
    level = Level(rules.level)
    timestamper = None
    if level is not Level.B_B and settings.signing.timestamp_key is not None:
        timestamper = local_timestamper(load_pkcs12(settings.signing.timestamp_key, passphrase))
    stamp = None
    if rules.appearance == "digitized":
        font = find_font(Face.TIMES, settings.fonts.times)
        stamp = Stamp((settings.organisation.name,), font)
    return Seal(
        credentials=credentials,
        level=level,
        timestamper=timestamper,
        evidence=Evidence(trust.anchors, trust.revocations),
        stamp=stamp,
        reason=rules.reason,
    )


def _passphrase(file: Path | None, prompt: Prompt | None) -> bytes:
    if file is not None:
        return _from_file(file)
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given is not None:
        return given.encode()
    if prompt is not None:
        return prompt().encode()
    raise EnvironmentProblem("passphrase_missing", variable=PASSPHRASE_VARIABLE)


def _from_file(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise EnvironmentProblem("passphrase_file_open", path=str(path))
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise EnvironmentProblem("passphrase_file_unreadable", path=str(path)) from error

"""Make a workspace: its folders, its commented settings, and for a demo everything else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import copy_whole, make_folder, write_whole
from digitize.model import Language
from digitize.mounts import require_local
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import SETTINGS_NAME, Workspace
from digitize.profiles import DEMO
from digitize.profiles.profile import load_profile
from digitize.samples.dossiers import OFFICE, write_dossiers
from digitize.settings import Inbox
from digitize.signatures.demo_authority import make_demo_authority
from digitize.times import Clock

DEMO_CODE = "H99.00.01"
"""An organisation code that nobody bears: provinces end at H63."""

_KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Founder:
    """Who a workspace belongs to, and under which rules it works."""

    name: str
    code: str
    fonds: str
    profile: str
    language: Language


DEMO_FOUNDER = Founder(OFFICE, DEMO_CODE, DEMO_CODE, DEMO, Language.VI)


def found_workspace(root: Path, founder: Founder, who: str, clock: Clock) -> Workspace:
    """Make a workspace in a folder that is empty or does not exist.

    Raises:
        UsageProblem: there is something in the folder.
        EnvironmentProblem: the folder cannot be made or is on a network share, or the profile does not exist.

    """
    _require_empty(root)
    load_profile(founder.profile)
    return _found(root, founder, "", who, clock)


def found_demo(
    root: Path, language: Language, who: str, clock: Clock, dossiers: Path | None = None
) -> Workspace:
    """Make a demo workspace: made-up dossiers, a throw-away authority, and keys.

    Args:
        root: where.
        language: of its messages.
        who: makes it.
        clock: tells when its certificates begin.
        dossiers: folder of made-up dossiers to copy; None draws them.

    Raises:
        UsageProblem: there is something in the folder, or no such dossiers.
        EnvironmentProblem: the folder cannot be made.

    """
    _require_empty(root)
    if dossiers is not None and not dossiers.is_dir():
        raise UsageProblem("source_missing", path=str(dossiers))
    make_folder(root)
    authority = make_demo_authority(root / _KEYS, DEMO_FOUNDER.name, clock())
    settings = _template("demo.toml").format(
        key=_inside(authority.signing_key, root),
        passphrase_file=_inside(authority.passphrase, root),
        timestamp_key=_inside(authority.timestamp_key, root),
        anchor=_inside(authority.anchor, root),
        revocations=_inside(authority.revocations, root),
    )
    founder = Founder(
        DEMO_FOUNDER.name, DEMO_FOUNDER.code, DEMO_FOUNDER.fonds, DEMO_FOUNDER.profile, language
    )
    workspace = _found(root, founder, settings, who, clock)
    if dossiers is None:
        write_dossiers(workspace.inbox)
    else:
        _fill(workspace.inbox, dossiers)
    return workspace


def _fill(inbox: Path, dossiers: Path) -> None:
    for path in sorted(dossiers.rglob("*")):
        target = inbox / path.relative_to(dossiers)
        if path.is_dir():
            make_folder(target)
        elif path.is_file():
            make_folder(target.parent)
            copy_whole(path, target)


def _found(root: Path, founder: Founder, extra: str, who: str, clock: Clock) -> Workspace:
    try:
        make_folder(root)
        text = _template("digitize.toml").format(
            # JSON strings are TOML strings; a name may have quotation marks in it.
            language=json.dumps(founder.language.value),
            profile=json.dumps(founder.profile),
            name=json.dumps(founder.name, ensure_ascii=False),
            code=json.dumps(founder.code, ensure_ascii=False),
            fonds=json.dumps(founder.fonds, ensure_ascii=False),
            # What a demo is given lies there whole before anybody calls a run.
            quiet=0.5 if extra else Inbox().quiet_seconds,
            keys=extra or _template("keys.toml"),
        )
        for folder in ("scans", "originals", "archive", "quarantine", "work"):
            make_folder(root / folder)
        write_whole(root / SETTINGS_NAME, text)
    except OSError as error:
        raise EnvironmentProblem("folder_unusable", path=str(root)) from error
    workspace = Workspace.open(root)
    ledger = Ledger(workspace.ledger, clock, who)
    with ledger.transaction():
        ledger.add_event("workspace_made", None, profile=founder.profile)
    ledger.close()
    return workspace


def _require_empty(root: Path) -> None:
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageProblem("folder_not_empty", path=str(root))
    require_local(root)


def _template(name: str) -> str:
    return resources.files("digitize.pipeline").joinpath("templates", name).read_text("utf-8")


def _inside(path: Path, root: Path) -> str:
    return json.dumps(path.relative_to(root).as_posix())

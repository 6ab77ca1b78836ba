"""From the settings and the profile of a workspace to the seal that signs its dossiers."""

from __future__ import annotations

from digitize.errors import EnvironmentProblem
from digitize.fonts import Face, find_font
from digitize.pipeline.keys import KeyHolder, KeyOpener
from digitize.pipeline.workspace import Workspace
from digitize.signatures.evidence import Evidence
from digitize.signatures.renewal import Renewer
from digitize.signatures.sign import Level, Seal
from digitize.signatures.stamp import Stamp
from digitize.signatures.timestampers import TimeStamper, local_timestamper, network_timestamper
from digitize.signatures.trust import load_workspace_trust


def make_seal(workspace: Workspace, person: KeyHolder | None, *, for_pdfs: bool = True) -> Seal:
    """The seal that a workspace's settings and profile ask for.

    Args:
        workspace: whose seal.
        person: opens keys; None where nobody is there.
        for_pdfs: whether documents are signed with it; METS alone needs no officer's key and no look.

    Raises:
        EnvironmentProblem: no key, a secret that everybody can read, settings that contradict the profile.
        SigningProblem: the key cannot be opened, or belongs to somebody else.

    """
    settings, rules = workspace.settings, workspace.profile.signing
    opener = KeyOpener(workspace, person)
    two = for_pdfs and rules.signers == "officer_and_organisation"
    level = Level(rules.level)
    return Seal(
        # In the order in which they sign.
        officer=opener.open(settings.signing.officer, officer=True) if two else None,
        credentials=opener.open(settings.signing),
        level=level,
        timestamper=make_timestamper(workspace, opener) if level is not Level.B_B else None,
        evidence=make_evidence(workspace),
        stamp=_stamp(workspace) if for_pdfs else None,
        reason=rules.reason,
    )


def make_renewer(workspace: Workspace) -> Renewer:
    """What renews timestamps after a workspace's settings.

    Raises:
        EnvironmentProblem: no timestamp authority, or nothing that tells about revocation.

    """
    evidence = make_evidence(workspace)
    timestamper = make_timestamper(workspace, KeyOpener(workspace, None))
    if timestamper is None:
        raise EnvironmentProblem("timestamp_missing", level=Level.B_LTA.value)
    if not evidence.has_revocation:
        raise EnvironmentProblem("revocations_missing", level=Level.B_LTA.value)
    return Renewer(timestamper, evidence)


def make_evidence(workspace: Workspace) -> Evidence:
    """Anchors and revocation data that a workspace's settings name."""
    settings = workspace.settings
    trust = load_workspace_trust(workspace.root, settings.trust.anchors, settings.trust.revocations)
    return Evidence(
        trust.anchors,
        trust.revocations,
        fetch=settings.signing.fetch_revocation,
        timeout=settings.signing.timeout,
    )


def make_timestamper(workspace: Workspace, opener: KeyOpener) -> TimeStamper | None:
    """The timestamp authority that a workspace's settings name; None if they name none."""
    signing = workspace.settings.signing
    if signing.timestamp_url is not None:
        return network_timestamper(signing.timestamp_url, signing.timeout)
    if signing.timestamp_key is None:
        return None
    return local_timestamper(opener.open_timestamp_key(signing.timestamp_key))


def _stamp(workspace: Workspace) -> Stamp | None:
    rules = workspace.profile.signing
    if rules.appearance == "none":
        return None
    font = find_font(Face.TIMES, workspace.settings.fonts.times)
    lines = [workspace.settings.organisation.name]
    if rules.appearance == "true_copy":
        lines.insert(0, rules.copy_form.capitalize())
    return Stamp(tuple(lines), font)

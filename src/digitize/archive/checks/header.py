"""What METS documents say of themselves: identity, kind, status, time and maker."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from digitize.archive.checks.kinds import Kind, kind_of, record_statuses
from digitize.archive.checks.manifest import Manifest, tag
from digitize.archive.findings import Findings
from digitize.archive.mets import CSIP
from digitize.times import VIETNAM

_TIMES = ("CREATEDATE", "LASTMODDATE", "CREATED")


def check_headers(manifests: Sequence[Manifest], folder: str, findings: Findings) -> Kind | None:
    """Check the headers of a package's METS documents; the kind of the package, if it can be told.

    Args:
        manifests: its METS documents, the root's first.
        folder: name of the package's folder.
        findings: where it goes what is wrong.

    """
    root = manifests[0]
    oais = _oais(root)
    kind = kind_of(oais, root.root.get("TYPE", ""))
    if kind is None:
        findings.wrong("package_kind_unknown", root.name, oais=oais, type=root.root.get("TYPE", ""))
    _identity(root, kind, folder, findings)
    for manifest in manifests:
        _header(manifest, findings)
        for element in manifest.root.iter():
            for attribute in _TIMES:
                if element.get(attribute) is not None:
                    check_time(manifest.name, element.get(attribute, ""), findings)
    for inner in manifests[1:]:
        _representation(root, inner, oais, findings)
    return kind


def _identity(root: Manifest, kind: Kind | None, folder: str, findings: Findings) -> None:
    identity = root.root.get("OBJID", "")
    if not identity:
        findings.wrong("object_id_missing", root.name)
        return
    match = re.fullmatch(kind.object_id, identity) if kind else None
    if kind and not match:
        findings.wrong("object_id_malformed", root.name, identifier=identity)
    if match and match["uuid"] != match["uuid"].upper():
        findings.wrong("uuid_not_upper", root.name, identifier=identity)
    # What is handed over has its number in front (TT 05/2025/TT-BNV), what waits for a signature a word.
    if not folder.endswith(identity.replace(":", "_")):
        findings.wrong("folder_name_differs", root.name, identifier=identity, folder=folder)
    if not root.root.get("PROFILE"):
        findings.wrong("profile_missing", root.name)


def _header(manifest: Manifest, findings: Findings) -> None:
    header = manifest.root.find(tag("metsHdr"))
    if header is None:
        findings.wrong("header_missing", manifest.name)
        return
    if not header.get("CREATEDATE"):
        findings.wrong("creation_time_missing", manifest.name)
    status = header.get("RECORDSTATUS", "")
    if status not in record_statuses():
        findings.wrong("record_status_unknown", manifest.name, status=status)
    if not any(agent.get("ROLE") == "CREATOR" for agent in header.iter(tag("agent"))):
        findings.wrong("creator_missing", manifest.name)


def _representation(root: Manifest, inner: Manifest, oais: str, findings: Findings) -> None:
    folder = PurePosixPath(inner.name).parent.name
    if inner.root.get("OBJID", "") != folder:
        findings.wrong(
            "representation_id_differs", inner.name, identifier=inner.root.get("OBJID", ""), folder=folder
        )
    own = _oais(inner)
    if own and own != oais:
        findings.wrong("package_kind_differs", inner.name, found=own, expected=oais)
    if not inner.root.get(f"{{{CSIP}}}CONTENTINFORMATIONTYPE"):
        findings.wrong("content_type_missing", inner.name)
    statuses = [_status(manifest) for manifest in (root, inner)]
    if all(statuses) and statuses[0] != statuses[1]:
        findings.wrong("record_status_differs", inner.name, found=statuses[1], expected=statuses[0])


def _oais(manifest: Manifest) -> str:
    header = manifest.root.find(tag("metsHdr"))
    return header.get(f"{{{CSIP}}}OAISPACKAGETYPE", "") if header is not None else ""


def _status(manifest: Manifest) -> str:
    header = manifest.root.find(tag("metsHdr"))
    return header.get("RECORDSTATUS", "") if header is not None else ""


def check_time(file: str, text: str, findings: Findings) -> None:
    """Check a time that a package names: a real one, written as the circular wants."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        findings.wrong("time_impossible", file, time=text)
        return
    if moment.utcoffset() != VIETNAM.utcoffset(None) or text.strip().endswith("Z"):
        findings.wrong("time_zone_other", file, time=text)

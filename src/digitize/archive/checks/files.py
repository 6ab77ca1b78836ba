"""Files against METS: every one is there as it was described, and there are no others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from digitize.archive.checks.contents import Contents
from digitize.archive.checks.manifest import Entry, Manifest
from digitize.archive.findings import Findings

_MIMES = {
    ".pdf": {"application/pdf"},
    ".xml": {"application/xml", "text/xml"},
    ".xsd": {"application/xml", "text/xml"},
}


def check_files(
    contents: Contents, manifests: Sequence[Manifest], apart: frozenset[str], findings: Findings
) -> None:
    """Compare what METS names with what is there.

    Args:
        contents: of the package.
        manifests: its METS documents.
        apart: files that no METS names by their nature: the root's METS and what lies beside it.
        findings: where it goes what is wrong.

    """
    named = set(apart)
    for manifest in manifests:
        for path, times in Counter(entry.path for entry in manifest.entries).items():
            if times > 1:
                findings.wrong("reference_twice", manifest.name, path=path)
        for entry in manifest.entries:
            named.add(_compare(contents, entry, findings))
    for path in sorted((contents.paths | contents.special) - named):
        findings.wrong("file_unexpected", path)
    for path in sorted(contents.special):
        findings.wrong("file_special", path)


def _compare(contents: Contents, entry: Entry, findings: Findings) -> str:
    """Compare a file with its entry; the path under which it is there."""
    path = entry.path
    if entry.sha256 is None:
        findings.wrong("checksum_absent", path)
    elif entry.sha256 != entry.sha256.upper():
        findings.wrong("checksum_not_upper", path)
    if entry.size is None:
        findings.wrong("size_absent", path)
    if path not in contents.paths:
        otherwise = contents.spelled_otherwise(path)
        if otherwise is None:
            findings.wrong("file_missing", path)
            return path
        findings.wrong("name_spelled_otherwise", otherwise, path=path)
        path = otherwise
    known = _MIMES.get(re.sub(r"^.*(?=\.)", "", path.lower()))
    if known and entry.mime and entry.mime not in known:
        findings.wrong("mime_differs", path, mime=entry.mime)
    held = contents.held(path)
    if held is None:
        return path
    if entry.size is not None and held.size != entry.size:
        findings.wrong("size_differs", path, expected=entry.size, found=held.size)
    if entry.sha256 is not None and held.sha256 != entry.sha256.upper():
        findings.wrong("checksum_differs", path)
    return path

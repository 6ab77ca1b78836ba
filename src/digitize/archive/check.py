"""Check a package: its METS signature, every file against its checksum, every signed PDF.

Every finding is collected before a verdict is given, so that an auditor sees the whole damage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digitize.archive.checks.contents import Contents
from digitize.archive.checks.descriptions import PageClaim, check_descriptions
from digitize.archive.checks.files import check_files
from digitize.archive.checks.header import check_headers
from digitize.archive.checks.kinds import package_kinds
from digitize.archive.checks.manifest import Manifest, read_manifests
from digitize.archive.checks.preservation import check_preservation
from digitize.archive.checks.structure import check_structure
from digitize.archive.checks.validity import METS_SCHEMA, check_schemas, check_valid
from digitize.archive.findings import Finding, Findings, Severity
from digitize.archive.opening import is_plain_inside, read_plain
from digitize.archive.package import METS_NAME, SIGNATURE_NAME, STAMP_NAME
from digitize.model import Problem
from digitize.signatures.detached import check_detached_stamp, verify_detached
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Integrity, SignatureReport, Verdict, worst
from digitize.signatures.verify_pdf import PdfReport, verify_pdf
from digitize.times import written


@dataclass(frozen=True, slots=True)
class PackageReport:
    """The verdict on a package: that of its worst part.

    Attributes:
        verdict: over everything.
        signatures: of the METS.
        findings: what is wrong with its files.
        documents: its PDFs and what was found on them, by path relative to the package.
        notes: what else a reader should know.
        claims: what it says of the pages of its PDFs.

    """

    verdict: Verdict
    signatures: tuple[SignatureReport, ...]
    findings: tuple[Finding, ...]
    documents: tuple[tuple[str, PdfReport], ...]
    notes: tuple[Problem, ...] = ()
    claims: tuple[PageClaim, ...] = ()


def is_package(folder: Path) -> bool:
    """Whether a folder looks like a package."""
    try:
        return (folder / METS_NAME).is_file()
    except OSError:
        # A folder whose files may be listed but not looked at.
        return False


def check_package(package: Path, trust: TrustStore, now: dt.datetime) -> PackageReport:
    """Check a package and its PDFs, in this process. Never raises for what is in it.

    Args:
        package: its folder.
        trust: what may be relied on.
        now: the time at which the check is made.

    """
    report, names = look_at_package(package, trust, now)
    return join_documents(report, [(name, verify_pdf(package / name, trust, now)) for name in names])


def look_at_package(
    package: Path, trust: TrustStore, now: dt.datetime
) -> tuple[PackageReport, tuple[str, ...]]:
    """Check a package without its PDFs; give their paths, relative to it, for somebody to verify them."""
    findings = Findings()
    contents = Contents(package, findings)
    manifests = read_manifests(contents, METS_NAME, findings)
    claims = _rules(contents, manifests, package.resolve().name, findings)
    # A manifest may name the same file any number of times.
    data = dict.fromkeys(entry.path for manifest in manifests for entry in manifest.data)
    names = tuple(path for path in data if path.lower().endswith(".pdf") and path in contents.paths)
    signatures, notes = _mets_signature(package, trust, now)
    stamp_notes = _mets_stamp(package, trust, now, findings)
    if any(signature.verdict in (Verdict.INVALID, Verdict.UNREADABLE) for signature in signatures):
        # Which of the two was changed cannot be told; the damaged file may be either.
        findings.wrong("mets_signature_broken", SIGNATURE_NAME, mets=METS_NAME)
    verdicts = [signature.verdict for signature in signatures]
    told = findings.all()
    if any(finding.severity is Severity.ERROR for finding in told):
        verdicts.append(Verdict.INVALID)
    if not signatures:
        verdicts.append(Verdict.UNREADABLE if notes else Verdict.UNSIGNED)
        notes = notes or (Problem("mets_unsigned"),)
    notes = (*notes, *stamp_notes)
    return PackageReport(worst(verdicts), signatures, told, (), notes, claims), names


def join_documents(report: PackageReport, documents: Sequence[tuple[str, PdfReport]]) -> PackageReport:
    """The report on a package with those on its PDFs, and what the two say of each other."""
    findings = Findings(report.findings)
    pages = {name: document.pages for name, document in documents}
    for claim in report.claims:
        found = pages.get(claim.document)
        if found is not None and found != claim.pages:
            findings.wrong("page_count_differs", claim.file, claimed=claim.pages, found=found)
    told = findings.all()
    verdicts = [report.verdict, *(document.verdict for _, document in documents)]
    if any(finding.severity is Severity.ERROR for finding in told):
        verdicts.append(Verdict.INVALID)
    return replace(report, verdict=worst(verdicts), documents=tuple(documents), findings=told)


def _rules(
    contents: Contents, manifests: Sequence[Manifest], folder: str, findings: Findings
) -> tuple[PageClaim, ...]:
    """Hold a package to every rule but those of signatures; what it says of its documents' pages."""
    root = next((one for one in manifests if one.name == METS_NAME), None)
    claims: tuple[PageClaim, ...] = ()
    if root is not None:
        inner = [one for one in manifests if one is not root]
        if not inner:
            findings.wrong("representation_missing", METS_NAME)
        if len(inner) > 1:
            findings.wrong("representations_many", METS_NAME, number=len(inner))
        kind = check_headers(manifests, folder, findings)
        for manifest in manifests:
            check_valid(manifest.root, manifest.name, METS_SCHEMA, findings)
            check_structure(manifest, findings)
            identity = manifest.root.get("OBJID", "")
            wanted = identity if kind is not None and kind.preservation else None
            check_preservation(contents, manifest, wanted, findings)
        # What is of no kind is described as most are, or not at all.
        claims = check_descriptions(contents, manifests, kind or package_kinds()[0], findings)
        check_schemas(contents, kind, findings)
    check_files(contents, manifests, frozenset({METS_NAME, SIGNATURE_NAME, STAMP_NAME}), findings)
    return claims


def _mets_signature(
    package: Path, trust: TrustStore, now: dt.datetime
) -> tuple[tuple[SignatureReport, ...], tuple[Problem, ...]]:
    """The signature over METS, if there is one; and what prevents it from being read."""
    if not (is_plain_inside(package, SIGNATURE_NAME) and is_plain_inside(package, METS_NAME)):
        return (), ()
    data, signature = read_plain(package / METS_NAME), read_plain(package / SIGNATURE_NAME)
    for problem in (data, signature):
        if isinstance(problem, Problem) and problem.code != "audit_empty":
            return (), (problem,)
    if isinstance(data, Problem) or isinstance(signature, Problem):
        return (), ()
    return (verify_detached(data, signature, METS_NAME, trust, now),), ()


def _mets_stamp(
    package: Path, trust: TrustStore, now: dt.datetime, findings: Findings
) -> tuple[Problem, ...]:
    """What a machine's timestamp over a METS that was made anew says, if there is one."""
    if not (is_plain_inside(package, STAMP_NAME) and is_plain_inside(package, METS_NAME)):
        return ()
    data, token = read_plain(package / METS_NAME), read_plain(package / STAMP_NAME)
    if not isinstance(data, Problem) and not isinstance(token, Problem):
        stamp = check_detached_stamp(data, token, trust, now)
        if stamp.integrity is Integrity.INTACT and stamp.time is not None:
            if not stamp.proven:
                return stamp.notes
            return (Problem("mets_stamped", {"mets": METS_NAME, "time": written(stamp.time)}),)
    findings.wrong("mets_stamp_broken", STAMP_NAME, mets=METS_NAME)
    return ()

"""Check a package: its METS signature, every file against its checksum, every signed PDF.

Every finding is collected before a verdict is given, so that an auditor sees the whole damage.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digitize.archive.findings import Finding, Severity, error
from digitize.archive.inventory import Inventory, number, parse_xml, read_inventory
from digitize.archive.opening import is_plain_inside, read_plain
from digitize.archive.package import METS_NAME, SIGNATURE_NAME, STAMP_NAME
from digitize.files import fixity
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

    """

    verdict: Verdict
    signatures: tuple[SignatureReport, ...]
    findings: tuple[Finding, ...]
    documents: tuple[tuple[str, PdfReport], ...]
    notes: tuple[Problem, ...] = ()


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
    inventory = read_inventory(package, METS_NAME)
    findings = list(inventory.findings)
    findings.extend(_fixity(package, inventory))
    findings.extend(_unexpected(package, inventory))
    findings.extend(_counts(package, inventory))
    # A manifest may name the same file any number of times.
    names = tuple(
        path
        for path in dict.fromkeys(inventory.data_files)
        if path.lower().endswith(".pdf") and is_plain_inside(package, path)
    )
    signatures, notes = _mets_signature(package, trust, now)
    found, stamp_notes = _mets_stamp(package, trust, now)
    findings.extend(found)
    if any(signature.verdict in (Verdict.INVALID, Verdict.UNREADABLE) for signature in signatures):
        # Which of the two was changed cannot be told; the damaged file may be either.
        findings.append(error("mets_signature_broken", SIGNATURE_NAME, mets=METS_NAME))
    verdicts = [signature.verdict for signature in signatures]
    if any(finding.severity is Severity.ERROR for finding in findings):
        verdicts.append(Verdict.INVALID)
    if not signatures:
        verdicts.append(Verdict.UNREADABLE if notes else Verdict.UNSIGNED)
        notes = notes or (Problem("mets_unsigned"),)
    notes = (*notes, *stamp_notes)
    return PackageReport(worst(verdicts), signatures, tuple(findings), (), notes), names


def join_documents(report: PackageReport, documents: Sequence[tuple[str, PdfReport]]) -> PackageReport:
    """The report on a package with those on its PDFs."""
    verdict = worst([report.verdict, *(document.verdict for _, document in documents)])
    return replace(report, verdict=verdict, documents=tuple(documents))


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
    package: Path, trust: TrustStore, now: dt.datetime
) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """What a machine's timestamp over a METS that was made anew says, if there is one."""
    if not (is_plain_inside(package, STAMP_NAME) and is_plain_inside(package, METS_NAME)):
        return (), ()
    data, token = read_plain(package / METS_NAME), read_plain(package / STAMP_NAME)
    if isinstance(data, Problem) or isinstance(token, Problem):
        return (error("mets_stamp_broken", STAMP_NAME, mets=METS_NAME),), ()
    stamp = check_detached_stamp(data, token, trust, now)
    if stamp.integrity is not Integrity.INTACT or stamp.time is None:
        return (error("mets_stamp_broken", STAMP_NAME, mets=METS_NAME),), ()
    if not stamp.proven:
        return (), stamp.notes
    return (), (Problem("mets_stamped", {"mets": METS_NAME, "time": written(stamp.time)}),)


def _fixity(package: Path, inventory: Inventory) -> Iterator[Finding]:
    for reference in inventory.references:
        path = package / reference.path
        if not is_plain_inside(package, reference.path):
            yield error("file_missing", reference.path)
            continue
        try:
            proof = fixity(path)
        except OSError as problem:
            yield error("file_unreadable_here", reference.path, detail=type(problem).__name__)
            continue
        if reference.size is not None and proof.size != reference.size:
            yield error("size_differs", reference.path, expected=reference.size, found=proof.size)
        if reference.sha256 is not None and proof.sha256.upper() != reference.sha256:
            yield error("checksum_differs", reference.path)


def _unexpected(package: Path, inventory: Inventory) -> Iterator[Finding]:
    """Files that no METS names; the root's METS and its signature name themselves."""
    named = {reference.path for reference in inventory.references}
    named |= {METS_NAME, SIGNATURE_NAME, STAMP_NAME}
    for folder, folders, names in os.walk(package, followlinks=False):
        # A link to a folder is no folder of the package: what lies behind it may change unnoticed.
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in [*names, *links]:
            path = (Path(folder) / name).relative_to(package).as_posix()
            if path not in named:
                yield error("file_unexpected", path)


def _counts(package: Path, inventory: Inventory) -> Iterator[Finding]:
    """The number of documents that the dossier's metadata claim."""
    name = "metadata/descriptive/EAD.xml"
    if not (package / name).is_file():
        return
    ignored: list[Finding] = []
    root = parse_xml(package, name, ignored)
    claimed = number(root.findtext("totalDoc", "")) if root is not None else None
    if claimed is not None and claimed != len(inventory.data_files):
        yield error("document_count_differs", name, claimed=claimed, found=len(inventory.data_files))

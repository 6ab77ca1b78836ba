"""Verify whatever an auditor points at: PDFs, packages, whole archives."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from digitize.archive.check import PackageReport, check_package, is_package
from digitize.errors import UsageProblem
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf


class ItemKind(StrEnum):
    """What an item of a verification is."""

    PDF = "pdf"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class VerifiedItem:
    """One PDF or package, and what was found."""

    path: Path
    kind: ItemKind
    report: PdfReport | PackageReport

    @property
    def verdict(self) -> Verdict:
        """What the item as a whole deserves."""
        return self.report.verdict


def verify_paths(
    paths: Sequence[Path],
    trust: TrustStore,
    now: dt.datetime,
    told: Callable[[VerifiedItem], None] = lambda _: None,
) -> list[VerifiedItem]:
    """Verify everything under some paths.

    Args:
        paths: PDFs, packages, or folders of such.
        trust: what may be relied on.
        now: the time at which the verification is made.
        told: is told of each item as it is done.

    Raises:
        UsageProblem: a path does not exist, or there is nothing to verify under any of them.

    """
    items = []
    for path in paths:
        if not path.exists():
            raise UsageProblem("source_missing", path=str(path))
        for place, kind in _items(path):
            report: PdfReport | PackageReport
            if kind is ItemKind.PACKAGE:
                report = check_package(place, trust, now)
            else:
                report = verify_pdf(place, trust, now)
            item = VerifiedItem(place, kind, report)
            told(item)
            items.append(item)
    if not items:
        raise UsageProblem("nothing_to_verify")
    return items


def _items(path: Path) -> Iterator[tuple[Path, ItemKind]]:
    if path.is_file():
        # Named by the auditor: verified as a PDF whatever it is called.
        yield path, ItemKind.PDF
        return
    for folder, folders, names in os.walk(path, followlinks=False):
        place = Path(folder)
        if is_package(place):
            folders.clear()
            yield place, ItemKind.PACKAGE
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(".pdf") and not name.startswith("."):
                yield place / name, ItemKind.PDF

"""Results of a verification: exit code, JSON, and a table that puts the bad ones first."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from digitize.archive.check import PackageReport
from digitize.archive.verification import ItemKind, VerifiedItem
from digitize.cli.session import Session
from digitize.cli.terminal import one_line
from digitize.errors import ExitCode
from digitize.signatures.verdict import SignatureReport, Verdict
from digitize.signatures.verify_pdf import PdfReport
from digitize.times import written

_STYLES = {Verdict.VALID: "bold green", Verdict.INDETERMINATE: "bold yellow"}


def exit_code(items: Sequence[VerifiedItem]) -> ExitCode:
    """The exit code that tells how it stands with all items."""
    verdicts = {item.verdict for item in items}
    if verdicts <= {Verdict.VALID}:
        return ExitCode.DONE
    if verdicts <= {Verdict.VALID, Verdict.INDETERMINATE}:
        return ExitCode.INDETERMINATE
    return ExitCode.ITEMS


def items_json(session: Session, items: Sequence[VerifiedItem], moment: dt.datetime) -> dict[str, object]:
    """The document of ``verify --json``."""
    summary = Counter(item.verdict.value for item in items)
    return {
        "checked_at": written(moment),
        "items": [_item_json(session, item) for item in items],
        "summary": dict(summary),
    }


def _item_json(session: Session, item: VerifiedItem) -> dict[str, object]:
    if isinstance(item.report, PdfReport):
        return _pdf_json(session, str(item.path), item.report)
    report = item.report
    return {
        "path": str(item.path),
        "kind": ItemKind.PACKAGE.value,
        "verdict": report.verdict.value,
        "signatures": [_signature_json(session, one) for one in report.signatures],
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity.value,
                "file": finding.file,
                "message": session.catalogue.problem(finding.problem),
            }
            for finding in report.findings
        ],
        "notes": [session.problem_json(note) for note in report.notes],
        "items": [_pdf_json(session, str(item.path / path), pdf) for path, pdf in report.documents],
    }


def _pdf_json(session: Session, path: str, report: PdfReport) -> dict[str, object]:
    return {
        "path": path,
        "kind": ItemKind.PDF.value,
        "verdict": report.verdict.value,
        "signatures": [_signature_json(session, one) for one in report.signatures],
        "notes": [session.problem_json(note) for note in report.notes],
    }


def _signature_json(session: Session, report: SignatureReport) -> dict[str, object]:
    return {
        "field": report.field,
        "verdict": report.verdict.value,
        "integrity": report.integrity.value,
        "coverage": report.coverage.value,
        "later_changes": report.later_changes.value,
        "issuer": report.issuer,
        "signer": report.signer,
        "certificate_manager": report.certificate_manager,
        "signing_time": _time(report.signing_time),
        "time_source": report.time_source.value,
        "timestamp": _time(report.timestamp),
        "not_before": _time(report.not_before),
        "not_after": _time(report.not_after),
        "valid_at_signing_time": report.valid_at_signing_time,
        "revocation": report.revocation.value,
        "level": report.level,
        "notes": [session.problem_json(note) for note in report.notes],
    }


def show_items(session: Session, items: Sequence[VerifiedItem]) -> None:
    """Items as a table, worst first, and what is wrong with them."""
    ordered = sorted(items, key=lambda item: item.verdict.rank)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(session.text("column.verdict"), no_wrap=True)
    table.add_column(session.text("column.item"), overflow="fold")
    table.add_column(session.text("column.signer"), overflow="fold")
    table.add_column(session.text("column.signed_at"), no_wrap=True)
    table.add_column(session.text("column.level"), no_wrap=True)
    for item in ordered:
        signature = _telling(item)
        table.add_row(
            Text(
                session.text(f"verdict.{item.verdict.value}"),
                style=_STYLES.get(item.verdict, "bold red"),
            ),
            Text(one_line(item.path.name)),
            Text(one_line(signature.holder or "-") if signature else "-"),
            Text(_time(signature.signing_time) or "-" if signature else "-"),
            Text(signature.level or "-" if signature else "-"),
        )
    session.out.print(table)
    for item in ordered:
        _show_reasons(session, item)
    summary = Counter(item.verdict for item in items)
    parts = (
        f"{session.text(f'verdict.{verdict.value}')}: {summary[verdict]}"
        for verdict in Verdict
        if summary[verdict]
    )
    session.out.print(session.text("say.verified", number=len(items)), end=" ", markup=False)
    session.out.print("; ".join(parts), markup=False)


def _show_reasons(session: Session, item: VerifiedItem) -> None:
    """Why an item is not simply valid."""
    lines: list[str] = []
    report = item.report
    if isinstance(report, PackageReport):
        lines += [session.catalogue.problem(finding.problem) for finding in report.findings]
        lines += [session.catalogue.problem(note) for note in report.notes]
        lines += _signature_reasons(session, "METS.xml", report.signatures)
        for path, pdf in report.documents:
            lines += _pdf_reasons(session, path, pdf)
    else:
        lines += _pdf_reasons(session, item.path.name, report)
    if not lines:
        return
    session.out.print(Text(one_line(str(item.path)), style="bold"))
    for line in dict.fromkeys(lines):
        session.out.print(f"  - {one_line(line)}", markup=False)


def _pdf_reasons(session: Session, path: str, report: PdfReport) -> list[str]:
    lines = [f"{path}: {session.catalogue.problem(note)}" for note in report.notes]
    if report.verdict is Verdict.UNSIGNED:
        lines.append(f"{path}: {session.text('verdict.UNSIGNED')}")
    return lines + _signature_reasons(session, path, report.signatures)


def _signature_reasons(session: Session, path: str, signatures: Sequence[SignatureReport]) -> list[str]:
    lines = []
    for signature in signatures:
        if signature.verdict is not Verdict.VALID:
            lines.append(f"{path}: {session.text(f'verdict.{signature.verdict.value}')}")
        lines += [f"{path}: {session.catalogue.problem(note)}" for note in signature.notes]
    return lines


def _telling(item: VerifiedItem) -> SignatureReport | None:
    """The signature that stands for an item: the worst one."""
    return min(item.report.signatures, key=lambda one: one.verdict.rank, default=None)


def _time(moment: dt.datetime | None) -> str | None:
    return written(moment) if moment is not None else None

"""Verdicts in a terminal: a table of items, the worst first, and what is known of each signature."""

from __future__ import annotations

from collections.abc import Iterator

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from digitize.archive.discovery import ItemKind
from digitize.archive.findings import Severity
from digitize.archive.verification import VerifiedItem
from digitize.cli.grid import Column, Grid
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.messages.visible import one_line
from digitize.model import Problem
from digitize.reports.facts import (
    Tone,
    conclusion,
    criterion_lines,
    moment_text,
    other_notes,
    seven_facts,
    tone_of,
    warnings,
)
from digitize.reports.outcome import Outcome, Part, finding_groups, general_notes, parts_of
from digitize.signatures.verdict import SignatureReport, Verdict

_STYLES = {
    Tone.GOOD: Style.GOOD,
    Tone.DOUBTFUL: Style.DOUBTFUL,
    Tone.BAD: Style.BAD,
    Tone.PLAIN: Style.PLAIN,
}
_MOST_ITEMS = 200
"""So many are read in a terminal; reports hold all."""

_MOST_FINDINGS = 20
"""Of each severity and item, likewise."""


def show_outcome(session: Session, outcome: Outcome, *, details: bool) -> None:
    """Show what was found; of a single PDF everything that is known."""
    show_items(session, outcome.worst_first, details=details)
    show_counts(session, outcome)


def show_counts(session: Session, outcome: Outcome) -> None:
    """How many items there are of each verdict, and what was read of the log of events."""
    parts = (
        f"{session.text(f'verdict.{verdict.value}')}: {count}" for verdict, count in outcome.counts.items()
    )
    session.out.print(session.text("say.verified", number=len(outcome.items)), end=" ", markup=False)
    session.out.print("; ".join(parts), markup=False)
    if outcome.log is not None and outcome.log.verdict is Verdict.VALID:
        for problem in general_notes(outcome.log):
            text = session.catalogue.problem(problem)
            session.out.print(text[:1].upper() + text[1:], markup=False)


def show_items(session: Session, items: list[VerifiedItem], *, details: bool) -> None:
    """A table of items, and why each is not simply valid."""
    single = len(items) == 1 and items[0].kind is ItemKind.PDF and bool(items[0].report.signatures)
    shown = items if details else items[:_MOST_ITEMS]
    if not single:
        session.out.print(_table(session, shown))
        if len(shown) < len(items):
            text = session.text("say.more_items", number=len(items) - len(shown))
            session.out.print(text, markup=False)
    remedies: dict[str, None] = {}
    for item in shown:
        if single or details:
            _show_details(session, item, remedies)
        else:
            _show_reasons(session, item, remedies)
    for remedy in remedies:
        session.out.print(f"{session.text('say.remedy')} {remedy}", markup=False)


def _verdict(session: Session, verdict: Verdict) -> Text:
    return Text(session.text(f"verdict.{verdict.value}"), style=_STYLES[tone_of(verdict)])


def _table(session: Session, items: list[VerifiedItem]) -> Grid:
    names = ("verdict", "item", "signer", "signed_at", "level")
    table = Grid(*(Column(session.text(f"column.{name}"), whole=name == "level") for name in names))
    for item in items:
        signature = min(item.report.signatures, key=lambda one: one.verdict.rank, default=None)
        time = signature.signing_time if signature else None
        table.add(
            _verdict(session, item.verdict),
            one_line(item.path.name or str(item.path)),
            one_line(signature.holder or "-") if signature else "-",
            moment_text(session.catalogue, time) if time else "-",
            (signature.level if signature else None) or "-",
        )
    return table


def _show_reasons(session: Session, item: VerifiedItem, remedies: dict[str, None]) -> None:
    """Why an item is not simply valid."""
    lines = [_problem(session, problem, remedies) for problem in general_notes(item)]
    for part in parts_of(item):
        prefix = f"{part.name}: " if part.name else ""
        lines += [prefix + line for line in _part_lines(session, part, remedies)]
    if not lines and not finding_groups(item):
        return
    session.out.print(Text(one_line(str(item.path)), style=Style.HEADING))
    _show_findings(session, item, _MOST_FINDINGS)
    for line in dict.fromkeys(lines):
        _bullet(session, line)


def _show_findings(session: Session, item: VerifiedItem, most: int | None) -> None:
    """What is wrong with a package: errors first, each kind with its number."""
    for group in finding_groups(item, most):
        style = Style.BAD if group.severity is Severity.ERROR else Style.DOUBTFUL
        heading = f"{session.text(f'severity.{group.severity.value}')}: {group.number}"
        session.out.print(Padding(Text(heading, style=style), (0, 0, 0, 2), expand=False))
        for finding in group.shown:
            _bullet(session, session.catalogue.problem(finding.problem))
        if group.number > len(group.shown):
            _bullet(session, session.text("say.more_findings", number=group.number - len(group.shown)))


def _part_lines(session: Session, part: Part, remedies: dict[str, None]) -> Iterator[str]:
    for note in part.notes:
        yield _problem(session, note, remedies)
    if part.verdict is Verdict.UNSIGNED:
        yield session.text("verdict.UNSIGNED")
    for signature in part.signatures:
        if signature.verdict is not Verdict.VALID:
            yield conclusion(session.catalogue, signature.verdict)
        for warning in warnings(signature):
            yield f"{session.text('say.warning')} {_problem(session, warning, remedies)}"
        for note in other_notes(signature):
            yield _problem(session, note, remedies)


def _show_details(session: Session, item: VerifiedItem, remedies: dict[str, None]) -> None:
    """Everything that is known of the signatures of an item."""
    heading = Text.assemble(_verdict(session, item.verdict), " ", one_line(str(item.path)))
    session.out.print(heading)
    _show_findings(session, item, None)
    for problem in general_notes(item):
        _bullet(session, _problem(session, problem, remedies))
    for part in parts_of(item):
        if part.name:
            session.out.print(Text.assemble(_verdict(session, part.verdict), " ", one_line(part.name)))
        for note in part.notes:
            _bullet(session, _problem(session, note, remedies))
        for signature in part.signatures:
            _show_signature(session, signature, remedies)


def _show_signature(session: Session, signature: SignatureReport, remedies: dict[str, None]) -> None:
    tone = tone_of(signature.verdict)
    name = session.text("say.signature", field=one_line(signature.field))
    level = f" ({signature.level})" if signature.level else ""
    told = Text(conclusion(session.catalogue, signature.verdict), style=_STYLES[tone])
    session.out.print(Text.assemble((f"{name}{level}: ", Style.HEADING), told))
    for warning in warnings(signature):
        text = f"{session.text('say.warning')} {_problem(session, warning, remedies)}"
        session.out.print(Padding(Text(text, style=Style.DOUBTFUL), (0, 0, 0, 2), expand=False))
    facts = Table.grid(padding=(0, 1))
    facts.add_column(justify="right", no_wrap=True)
    facts.add_column(overflow="fold")
    for fact in seven_facts(session.catalogue, signature):
        facts.add_row(f"{fact.number}.", Text(f"{fact.label}:", style=Style.ASIDE))
        facts.add_row("", Text(one_line(fact.value), style=_STYLES[fact.tone]))
    session.out.print(Padding(facts, (0, 0, 0, 2), expand=False))
    for note in other_notes(signature):
        _bullet(session, _problem(session, note, remedies))
    session.out.print(Text(f"  {session.text('say.criteria')}"))
    lines = Table.grid(padding=(0, 1))
    lines.add_column(no_wrap=True)
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for line in criterion_lines(session.catalogue, signature):
        text = line.text if line.mandatory else f"{line.text} {session.text('say.optional')}"
        lines.add_row(line.number, Text(line.state_text, style=_STYLES[line.tone]), Text(text))
    session.out.print(Padding(lines, (0, 0, 0, 4), expand=False))


def _problem(session: Session, problem: Problem, remedies: dict[str, None]) -> str:
    """What is wrong; what can be done is kept, to be told once."""
    remedy = session.catalogue.remedy(problem)
    if remedy:
        remedies[remedy] = None
    return session.catalogue.problem(problem)


def _bullet(session: Session, text: str) -> None:
    session.out.print(Padding(Text(f"- {one_line(text)}"), (0, 0, 0, 2), expand=False))

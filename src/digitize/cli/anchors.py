"""What ``trust`` does: show what is to be relied on, ask, put it into a store, take it out."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.padding import Padding
from rich.prompt import Prompt
from rich.table import Table
from rich.text import Text

from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.errors import EnvironmentProblem, ExitCode, UsageProblem
from digitize.messages.visible import one_line
from digitize.model import Problem
from digitize.reports.document import certificate_json
from digitize.reports.facts import moment_text
from digitize.signatures.certificate_facts import CertificateFacts, RevocationFacts
from digitize.signatures.trust import load_trust, user_store, workspace_store
from digitize.signatures.trust_file import Trusted, read_trust_file
from digitize.signatures.trust_folder import Entry, TrustFolder, facts_of, plain_hex
from digitize.times import now, written

Facts = CertificateFacts | RevocationFacts

_PAIRS = 2


@dataclass(frozen=True, slots=True)
class Consent:
    """How the person says yes: beforehand, by a fingerprint that must fit, or when asked."""

    fingerprints: tuple[str, ...] = ()
    yes: bool = False
    not_an_authority: bool = False


def add_files(
    session: Session, files: Sequence[Path], workspace: Path | None, who: str, consent: Consent
) -> None:
    """Put the certificates and revocation lists of some files into a store.

    Raises:
        UsageProblem: something in them cannot be relied on, or nobody confirmed it.

    """
    folder, _ = _store(workspace)
    things = [thing for file in files for thing in read_trust_file(file)]
    told = [facts_of(thing) for thing in things]
    for facts in told:
        if isinstance(facts, CertificateFacts) and not facts.is_authority and not consent.not_an_authority:
            raise UsageProblem("trust_not_authority", holder=facts.holder)
    for facts in told:
        _show(session, facts)
    _confirm(session, told, consent)
    new = folder.add(things, who, now())
    for entry in new:
        session.say("trust_added", id=_grouped(entry.sha256)[:23], folder=str(folder.folder))
    if len(new) < len(things):
        session.say("trust_there_already", number=len(things) - len(new))


def remove_trusted(session: Session, identifier: str, workspace: Path | None) -> None:
    """Take something out of a store."""
    folder, named = _store(workspace)
    wanted = plain_hex(identifier)
    for thing, path in _named(named):
        if wanted and facts_of(thing).sha256.startswith(wanted):
            raise UsageProblem("trust_named_in_settings", path=str(path))
    entry = folder.remove(identifier)
    session.say("trust_removed", id=entry.sha256, folder=str(folder.folder))


def show_trusted(session: Session, workspace: Path | None, *, json: bool) -> ExitCode:
    """What is relied on, and whether it is still what was put there."""
    folder, named = _store(workspace)
    bad: list[Problem] = [Problem("trust_unrecorded", {"path": str(path)}) for path in folder.strays()]
    shown: list[tuple[Facts, Entry | None, str]] = []
    for entry in folder.entries():
        try:
            shown.append((facts_of(folder.read(entry)), entry, str(folder.folder / entry.file)))
        except EnvironmentProblem as error:
            bad.append(Problem.of(error))
    shown.extend((facts_of(thing), None, str(path)) for thing, path in _named(named))
    if json:
        rows = [_json(*row) for row in shown]
        problems = [session.problem_json(problem) for problem in bad]
        session.report_json({"store": str(folder.folder), "trusted": rows, "problems": problems})
    else:
        session.out.print(session.text("say.trust_store", folder=str(folder.folder)), markup=False)
        for facts, recorded, path in shown:
            _show(session, facts, recorded, path if recorded is None else None)
        if not shown:
            session.say("trust_empty")
        for problem in bad:
            session.show_failure(folder.folder, problem)
    return ExitCode.ITEMS if bad else ExitCode.DONE


def _store(workspace: Path | None) -> tuple[TrustFolder, tuple[tuple[Path, ...], tuple[Path, ...]]]:
    """The store that is meant, and what the settings of a workspace name besides."""
    if workspace is None:
        return TrustFolder(user_store()), ((), ())
    from digitize.pipeline.workspace import Workspace

    opened = Workspace.open(workspace)
    settings = opened.settings.trust
    return TrustFolder(workspace_store(opened.root)), (settings.anchors, settings.revocations)


def _named(paths: tuple[tuple[Path, ...], tuple[Path, ...]]) -> Iterator[tuple[Trusted, Path]]:
    anchors, revocations = paths
    for path in anchors:
        for certificate in load_trust([path]).anchors:
            yield certificate, path
    for path in revocations:
        for listed in load_trust([], [path]).revocations:
            yield listed, path


def _confirm(session: Session, told: Sequence[Facts], consent: Consent) -> None:
    if consent.fingerprints:
        wanted = {plain_hex(one) for one in consent.fingerprints}
        for facts in told:
            if facts.sha256 not in wanted:
                raise UsageProblem("trust_fingerprint_differs", found=facts.sha256)
        return
    if consent.yes:
        return
    if not sys.stdin.isatty():
        raise UsageProblem("trust_unconfirmed")
    answer = Prompt.ask(Text(session.text("say.trust_ask")), console=session.err)
    if answer.strip().casefold() not in {session.text("say.yes"), session.text("say.yes")[:1]}:
        raise UsageProblem("trust_refused")


def _show(session: Session, facts: Facts, entry: Entry | None = None, path: str | None = None) -> None:
    """What a person compares with what the authority publishes."""
    catalogue = session.catalogue
    is_certificate = isinstance(facts, CertificateFacts)
    session.out.print(
        Text(session.text(f"trust_kind.{'certificate' if is_certificate else 'crl'}"), style=Style.HEADING)
    )
    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="fold", min_width=14)
    table.add_column(overflow="fold")
    if isinstance(facts, CertificateFacts):
        table.add_row(session.text("column.holder"), Text(one_line(facts.subject)))
        table.add_row(session.text("column.issuer"), Text(one_line(facts.issuer)))
        since, until = moment_text(catalogue, facts.not_before), moment_text(catalogue, facts.not_after)
        table.add_row(
            session.text("column.validity"), Text(session.text("fact.term", since=since, until=until))
        )
    else:
        table.add_row(session.text("column.issuer"), Text(one_line(facts.issuer)))
        since = moment_text(catalogue, facts.this_update)
        until = moment_text(catalogue, facts.next_update) if facts.next_update else "-"
        table.add_row(
            session.text("column.validity"), Text(session.text("fact.term", since=since, until=until))
        )
    table.add_row("SHA-256", Text(_grouped(facts.sha256)))
    if entry is not None:
        added = moment_text(catalogue, dt.datetime.fromisoformat(entry.added_at))
        told = session.text("say.trust_added_by", user=one_line(entry.added_by), moment=added)
        table.add_row(session.text("column.added"), Text(told))
    if path is not None:
        table.add_row(session.text("column.named_in"), Text(one_line(path)))
    session.out.print(Padding(table, (0, 0, 0, 2), expand=False))
    for problem in _doubts(facts):
        text = f"{session.text('say.warning')} {session.catalogue.problem(problem)}"
        session.out.print(Padding(Text(text, style=Style.DOUBTFUL), (0, 0, 0, 2), expand=False))


def _doubts(facts: Facts) -> Iterator[Problem]:
    """What a person should think about before relying on something."""
    present = now()
    if isinstance(facts, RevocationFacts):
        if facts.next_update is not None and facts.next_update < present:
            yield Problem("trust_list_old")
        return
    if not facts.is_authority:
        yield Problem("trust_no_authority")
    elif not facts.is_root:
        yield Problem("trust_not_root", {"issuer": facts.issuer})
    if facts.not_after < present:
        yield Problem("trust_expired")
    elif facts.not_before > present:
        yield Problem("trust_not_yet")
    if facts.is_weak:
        yield Problem("trust_weak_key")


def _json(facts: Facts, entry: Entry | None, path: str) -> dict[str, object]:
    if isinstance(facts, CertificateFacts):
        told = {"kind": "certificate", **certificate_json(facts)}
    else:
        told = {
            "kind": "crl",
            "issuer": facts.issuer,
            "this_update": written(facts.this_update),
            "next_update": written(facts.next_update) if facts.next_update else None,
            "sha256": facts.sha256,
        }
    return {
        **told,
        "file": path,
        "added_at": entry.added_at if entry else None,
        "added_by": entry.added_by if entry else None,
        "from_settings": entry is None,
    }


def _grouped(fingerprint: str) -> str:
    """A fingerprint as other programs show it: ``AB:CD:…``."""
    pairs = (fingerprint[place : place + _PAIRS] for place in range(0, len(fingerprint), _PAIRS))
    return ":".join(pairs).upper()

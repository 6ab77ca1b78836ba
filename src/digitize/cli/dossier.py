"""One dossier in full: as JSON, and as people read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict

from rich.text import Text

from digitize.cli.documents import (
    PageFacts,
    completeness_json,
    documents_json,
    show_completeness,
    show_documents,
)
from digitize.cli.session import Session
from digitize.cli.tables import line_json
from digitize.cli.theme import Style
from digitize.errors import Fact
from digitize.forms.template import Template
from digitize.messages.event_keys import event_key
from digitize.model import Stage
from digitize.pipeline.overview import DossierDetail
from digitize.pipeline.records import PageRecord, PageRole


def detail_json(
    session: Session, detail: DossierDetail, templates: Mapping[str, Template], differences: int
) -> dict[str, object]:
    """Everything known about a dossier, with the number of places where its sources disagree."""
    return line_json(session, detail.line) | {
        "originals": [
            {
                "name": original.name,
                "source": original.source,
                "sha256": original.sha256,
                "size": original.size,
                "pages": original.pages,
                "signed": original.signed,
            }
            for original in detail.originals
        ],
        "documents": documents_json(session, detail.documents, page_facts(detail), templates),
        "completeness": completeness_json(session, detail.documents),
        "generations": [asdict(one) for one in detail.generations],
        "events": [
            {"at": event.at, "who": event.who, "kind": event.kind, "detail": event.detail}
            for event in detail.events
        ],
        "differences": differences,
        "notices": [session.problem_json(problem) for problem in detail.notices],
        "dossiers": list(detail.parts),
        "pages_by_role": dict(Counter(page.role.value for page in detail.pages)),
    }


def show_detail(session: Session, detail: DossierDetail, templates: Mapping[str, Template]) -> None:
    """A dossier with its documents, doubtful fields marked, and its history."""
    line = detail.line
    session.out.print(Text(line.id, style=Style.HEADING))
    session.out.print(
        session.text("say.dossier_line", stage=session.text(f"stage.{line.stage.value}"), pages=line.pages),
        markup=False,
    )
    if line.package:
        session.out.print(session.text("say.package_line", package=line.package), markup=False)
    _show_generations(session, detail)
    if line.problem:
        session.out.print(Text(session.catalogue.problem(line.problem), style=Style.BAD))
        session.out.print(session.catalogue.remedy(line.problem), markup=False)
    _show_stack(session, detail)
    _show_pages(session, detail)
    show_documents(session, detail.documents, templates)
    show_completeness(session, detail.documents)
    session.out.print(session.text("say.history"), style=Style.HEADING)
    for event in detail.events:
        key = event_key(event.kind, event.detail)
        facts = {name: _told(value) for name, value in event.detail.items()}
        known = session.catalogue.has(key)
        told = session.text(key, **facts) if known else event.kind
        session.out.print(f"  {event.at}  {event.who}  {told}", markup=False)


def _show_stack(session: Session, detail: DossierDetail) -> None:
    """What was noticed, and where a dossier was cut from, or what was cut from it."""
    line = detail.line
    for problem in detail.notices:
        if problem != line.problem:
            session.out.print(Text(session.catalogue.problem(problem), style=Style.DOUBTFUL))
    if line.stack:
        session.out.print(session.text("say.from_stack", stack=line.stack), markup=False)
    if detail.parts:
        session.out.print(session.text("say.stack_parts", dossiers=", ".join(detail.parts)), markup=False)


def _show_pages(session: Session, detail: DossierDetail) -> None:
    roles = [page.role for page in detail.pages]
    for number, page in enumerate(page_facts(detail), start=1):
        role = roles[number - 1]
        if role is PageRole.SEPARATOR:
            session.out.print(_sheet_line(session, number, page), markup=False)
            continue
        blank = session.text("say.blank") if page.summary.get("blank") else ""
        if role is PageRole.BACK:
            blank = session.text("say.empty_back")
        elif role is PageRole.EXCLUDED:
            blank = session.text("say.page_left_out")
        session.out.print(
            session.text(
                "say.page_line",
                number=number,
                file=page.file,
                page=page.page,
                rotated=str(page.summary.get("rotated", 0)),
                skew=str(page.summary.get("skew", 0.0)),
                size=page.kibibytes,
                blank=blank,
            ),
            markup=False,
        )
        for problem in page.problems:
            session.out.print(Text("    " + session.catalogue.problem(problem), style=Style.DOUBTFUL))


def _sheet_line(session: Session, number: int, page: PageFacts) -> str:
    """A separator sheet, or its back, in a line."""
    sign = page.summary.get("sign")
    if not isinstance(sign, dict):
        return session.text("say.sheet_back_line", number=number, file=page.file, page=page.page)
    code = str(sign.get("code") or session.text("say.sheet_code_unread"))
    return session.text("say.sheet_line", number=number, file=page.file, page=page.page, code=code)


def _show_generations(session: Session, detail: DossierDetail) -> None:
    """What replaced what, and why; nothing where there is one package and no other in the making."""
    line = detail.line
    if len(detail.generations) > 1:
        for one in detail.generations:
            facts: dict[str, Fact] = {
                "number": one.number,
                "package": one.package,
                "at": one.at,
                "who": one.who,
            }
            place = "superseded" if one.superseded else "archive"
            told = session.text(
                "say.generation_line", status=_status(session, one.record_status), place=place, **facts
            )
            session.out.print(told, markup=False)
            if one.replaces:
                why = one.why or session.text("say.renewed_why")
                told = session.text("say.generation_why", replaces=one.replaces, why=why)
                session.out.print(told, markup=False)
    if line.is_reopened:
        told = session.text(
            "say.next_line",
            status=_status(session, line.record_status),
            replaces=line.replaces or "",
            why=line.why,
        )
        session.out.print(told, markup=False)
    elif line.stage is Stage.WITHDRAWN:
        session.out.print(session.text("say.withdrawn_line", why=line.why), markup=False)


def _status(session: Session, status: str) -> str:
    return session.text(f"record_status.{status}")


def _told(fact: object) -> str:
    return ", ".join(map(str, fact)) if isinstance(fact, list) else str(fact)


def page_facts(detail: DossierDetail) -> list[PageFacts]:
    """What the ledger keeps of the pages of a dossier."""
    names = {original.ordinal: original.name for original in detail.originals}
    return [
        PageFacts(names.get(page.original, "?"), page.frame + 1, page.summary or _failure(page))
        for page in detail.pages
    ]


def _failure(page: PageRecord) -> dict[str, object]:
    """What is told of a page that could not be read; nothing of one that waits."""
    if page.problem is None:
        return {}
    return {"problems": [{"code": page.problem.code, "facts": page.problem.facts}]}

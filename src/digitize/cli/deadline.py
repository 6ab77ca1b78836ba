"""The days of one dossier: as JSON, and as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from digitize.cli.session import Session
from digitize.cli.tables import due_text
from digitize.cli.theme import Style
from digitize.forms.template import Template
from digitize.pipeline.deadlines import Deadline, DueLists, Told


def deadline_json(session: Session, deadline: Deadline | None) -> dict[str, object]:
    """Where the days come from, and what other sources say differently."""
    found = deadline or Deadline()
    return {
        "received_on_from": found.received.source if found.received else None,
        "due_on_from": found.due.source if found.due else None,
        "deadline_conflicts": [session.problem_json(one) for one in found.conflicts],
    }


def show_deadline(
    session: Session,
    dossier: str,
    deadline: Deadline | None,
    lists: DueLists,
    templates: Mapping[str, Template],
) -> None:
    """The days that are known, whether the dossier is late, and sources that disagree."""
    for key, told in (("received_on", deadline and deadline.received), ("due_on", deadline and deadline.due)):
        if told:
            text = session.text(
                f"say.{key}", day=f"{told.day:%d/%m/%Y}", source=_source(session, told, templates)
            )
            session.out.print(text, markup=False)
    for line in (*lists.late, *lists.soon):
        if line.dossier == dossier:
            session.out.print(
                due_text(session, line), style=Style.BAD if line.days < 0 else Style.DOUBTFUL, markup=False
            )
    for conflict in deadline.conflicts if deadline else ():
        session.out.print(session.catalogue.problem(conflict), style=Style.DOUBTFUL, markup=False)


def _source(session: Session, told: Told, templates: Mapping[str, Template]) -> str:
    form = templates.get(told.source)
    if form is not None:
        return form.title[session.catalogue.language]
    key = f"deadline_source.{told.source}"
    return session.text(key) if session.catalogue.has(key) else told.source

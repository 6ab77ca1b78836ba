"""What is set aside, by its reasons: as JSON, and as people read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.text import Text

from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.model import Problem
from digitize.pipeline.quarantined import QuarantinedItem, QuarantineGroup, Waits

_MOST_ITEMS = 50
"""Of one reason, in a terminal; JSON has all."""


def groups_json(session: Session, groups: Sequence[QuarantineGroup]) -> dict[str, object]:
    """What is set aside, for programs."""
    own = [item for group in groups if group.waits is Waits.QUARANTINE for item in group.items]
    unsigned = [item for group in groups if group.waits is Waits.SIGNING for item in group.items]
    return {
        "groups": [
            {
                "waits": group.waits.value,
                "code": group.code,
                "text": _reason(session, group),
                "remedy": _remedy(session, group.problem),
                "count": len(group.items),
                "items": [_item_json(session, item) for item in group.items],
            }
            for group in groups
        ],
        "summary": {
            "items": len(own),
            "dossiers": len({item.dossier for item in own}),
            "unsigned": len(unsigned),
        },
    }


def show_groups(session: Session, groups: Sequence[QuarantineGroup]) -> None:
    """Each reason with what to do about it, and under it what waits for it."""
    if not groups:
        session.out.print(session.text("say.nothing_set_aside"), markup=False)
        return
    for group in groups:
        key = "say.unsigned_group" if group.waits is Waits.SIGNING else "say.set_aside_group"
        head = session.text(key, count=len(group.items), reason=_reason(session, group))
        session.out.print(Text(head, style=Style.HEADING))
        told = session.text("say.remedy") + " " + _remedy(session, group.problem)
        session.out.print(f"  {told}", markup=False)
        if group.waits is Waits.QUARANTINE:
            again = session.text("say.retry_reason", code=group.code)
            session.out.print(f"  {again}", markup=False)
        for item in group.items[:_MOST_ITEMS]:
            session.out.print(f"    {_line(session, item)}", markup=False)
        if len(group.items) > _MOST_ITEMS:
            left = len(group.items) - _MOST_ITEMS
            session.out.print(session.text("say.more_dossiers", number=left), markup=False)


def _reason(session: Session, group: QuarantineGroup) -> str:
    """The reason in words that fit everything in the group."""
    alike = all(item.problem.facts == group.problem.facts for item in group.items)
    if alike:
        return session.catalogue.problem(group.problem)
    return session.catalogue.kind_of_problem(group.code)


def _remedy(session: Session, problem: Problem) -> str:
    return session.catalogue.remedy(problem) or session.text("quarantine.remedy")


def _line(session: Session, item: QuarantinedItem) -> str:
    since = f"{dt.datetime.fromisoformat(item.since):%d/%m/%Y %H:%M}"
    if item.page is None:
        return session.text("say.set_aside_dossier", item=item.name, since=since, times=item.times)
    return session.text(
        "say.set_aside_page",
        item=item.name,
        file=item.file or "?",
        since=since,
        times=item.times,
        attempts=item.attempts,
    )


def _item_json(session: Session, item: QuarantinedItem) -> dict[str, object]:
    return {
        "item": item.name,
        "dossier": item.dossier,
        "page": item.page,
        "file": item.file,
        "text": session.catalogue.problem(item.problem),
        "since": item.since,
        "times": item.times,
        "attempts": item.attempts,
    }

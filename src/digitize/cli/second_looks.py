"""What a terminal tells of second looks."""

from __future__ import annotations

from collections.abc import Iterator

from digitize.cli.session import Session
from digitize.pipeline.findings import DoubtfulField, Look
from digitize.review.desk import Desk


def waiting_for_others(session: Session, desk: Desk) -> Iterator[str]:
    """Lines about what waits for second and third persons, and for whom this one has to ask."""
    waits, ready = desk.looks.waits(), len(desk.approval.waiting_for_approval())
    if waits.any:
        yield session.text("say.waiting_looks", second=waits.second, third=waits.deciding)
    if waits.for_others:
        yield session.text("say.waits_for_others", number=waits.for_others, who=desk.ledger.who)
    if ready:
        yield session.text("say.waits_for_approval", number=ready)


def say_look(session: Session, field: DoubtfulField) -> None:
    """Say what a second or third person is asked to do; nothing at a first look."""
    if field.look is not Look.FIRST:
        deciding = field.look is Look.DECIDING
        session.err.print(session.text("say.look_to_decide" if deciding else "say.look_again"), markup=False)

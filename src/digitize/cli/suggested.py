"""What ``forms suggest`` shows and ``forms take`` asks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial

from rich.text import Text

from digitize.cli.asking import ask_yes
from digitize.cli.documents import field_name, form_name
from digitize.cli.grid import Column, Grid
from digitize.cli.options import who
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.errors import UsageProblem
from digitize.forms.additions import AddedLabel, AddedWord
from digitize.forms.template import Template
from digitize.messages.numbers import day_text, share_text
from digitize.messages.visible import one_line, visible
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.suggestions import (
    FEWEST_DOSSIERS,
    Suggestion,
    SuggestionKind,
    Suggestions,
    suggestions,
)
from digitize.pipeline.taking import Change, Taker
from digitize.pipeline.workspace import Workspace
from digitize.times import now


def suggest_and_tell(session: Session, place: Workspace, form: str | None, least: int, *, json: bool) -> None:
    """Look through people's answers and tell what may be taken.

    Raises:
        UsageProblem: there is no such form.

    """
    templates = place.templates
    if form is not None and form not in templates:
        raise UsageProblem("form_unknown", form=form, known=", ".join(templates))
    with closing(Ledger(place.ledger, now, who(None))) as ledger:
        found = _found(ledger, place, form, least)
        taken = Taker(place, ledger, now).additions.entries
    if json:
        session.report_json(_json(found, taken))
    else:
        _show(session, found, taken, templates)


def take_and_tell(
    session: Session, place: Workspace, numbers: Sequence[str], user: str | None, *, undo: bool, yes: bool
) -> None:
    """Show what would be changed, and change it if a person says so.

    Raises:
        UsageProblem: nothing is suggested, or was taken, under an id; or it fits no form.

    """
    with closing(Ledger(place.ledger, now, who(user))) as ledger:
        taker = Taker(place, ledger, now)
        if undo:
            for number in numbers:
                _carry_out(
                    session,
                    taker.after_taking_out(number),
                    partial(taker.take_out, number),
                    "suggestion_taken_out",
                    number,
                    yes=yes,
                )
            return
        found = _found(ledger, place, None, FEWEST_DOSSIERS)
        for number in numbers:
            one = found.find(number)
            if one is None:
                taken = taker.additions.entry(number) is not None
                raise UsageProblem("suggestion_taken" if taken else "suggestion_unknown", id=number)
            session.out.print(_what_for(session, one, place.templates), markup=False)
            _carry_out(
                session,
                taker.after_taking(one),
                partial(taker.take, one),
                "suggestion_taken",
                number,
                yes=yes,
            )


def _found(ledger: Ledger, place: Workspace, form: str | None, least: int) -> Suggestions:
    certain = place.profile.review.threshold
    return suggestions(ledger, place.templates, certain, form=form, fewest=least)


def _carry_out(
    session: Session, change: Change, do: Callable[[], None], message: str, number: str, *, yes: bool
) -> None:
    for line in change.difference.splitlines():
        style = Style.GOOD if line.startswith("+") else Style.BAD if line.startswith("-") else Style.PLAIN
        session.out.print(Text(visible(line), style=style))
    if not yes and not sys.stdin.isatty():
        session.say("suggestion_only_shown")
        return
    if yes or ask_yes(session, "suggestion_take_it"):
        do()
        session.say(message, id=number, path=change.path)


def _what_for(session: Session, one: Suggestion, templates: Mapping[str, Template]) -> str:
    if one.kind is SuggestionKind.LABEL:
        field = field_name(session, one.form, one.key, templates)
        form = form_name(session, one.form, templates)
        return session.text("suggest.label_for", text=one.text, field=field, form=form, dossiers=one.dossiers)
    kind = session.text(f"suggest.type.{one.type}")
    return session.text("suggest.word_for", text=one.text, type=kind, dossiers=one.dossiers)


def _show(
    session: Session,
    found: Suggestions,
    taken: Sequence[AddedLabel | AddedWord],
    templates: Mapping[str, Template],
) -> None:
    language = session.catalogue.language
    session.out.print(session.text("suggest.from", answers=found.answers, fewest=found.fewest), markup=False)
    labels = [one for one in found.additions if one.kind is SuggestionKind.LABEL]
    words = [one for one in found.additions if one.kind is SuggestionKind.WORD]
    _table(
        session,
        "labels",
        ("id", "title", "name", "text", "dossiers"),
        (
            (
                one.id,
                form_name(session, one.form, templates),
                field_name(session, one.form, one.key, templates),
                one.text,
                str(one.dossiers),
            )
            for one in labels
        ),
    )
    _table(
        session,
        "words",
        ("id", "type", "text", "dossiers"),
        ((one.id, session.text(f"suggest.type.{one.type}"), one.text, str(one.dossiers)) for one in words),
    )
    _table(
        session,
        "needless",
        ("title", "name", "cause", "asked", "corrected", "risk", "threshold"),
        (
            (
                form_name(session, one.form, templates),
                field_name(session, one.form, one.key, templates),
                session.catalogue.kind_of_problem(one.cause),
                str(one.asked),
                str(one.corrected),
                share_text(language, one.risk),
                f"{one.threshold:.2f}" if one.threshold is not None else "–",
            )
            for one in found.needless
        ),
    )
    _table(
        session,
        "taken",
        ("id", "text", "by", "on"),
        ((one.id, one.text, one.by, day_text(language, one.on)) for one in taken),
    )
    if not found.additions and not found.needless:
        session.out.print(session.text("suggest.nothing"), markup=False)
    elif found.additions:
        session.out.print(session.text("suggest.next", id=found.additions[0].id), markup=False)


def _table(session: Session, what: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    told = list(rows)
    if not told:
        return
    session.out.print()
    session.out.print(Text(session.text(f"suggest.view.{what}"), style=Style.HEADING))
    figures = ("dossiers", "asked", "corrected", "risk", "threshold")
    table = Grid(
        *(
            Column(
                session.text(f"suggest.column.{name}"), whole=name in ("id", *figures), right=name in figures
            )
            for name in columns
        )
    )
    for row in told:
        table.add(*map(one_line, row))
    session.out.print(table)
    session.out.print(session.text(f"suggest.note.{what}"), style=Style.ASIDE, markup=False)


def _json(found: Suggestions, taken: Sequence[AddedLabel | AddedWord]) -> dict[str, object]:
    return {
        "answers": found.answers,
        "fewest_dossiers": found.fewest,
        "labels": [
            {"id": one.id, "form": one.form, "key": one.key, "text": one.text, "dossiers": one.dossiers}
            for one in found.additions
            if one.kind is SuggestionKind.LABEL
        ],
        "words": [
            {"id": one.id, "type": one.type, "text": one.text, "dossiers": one.dossiers}
            for one in found.additions
            if one.kind is SuggestionKind.WORD
        ],
        "needless": [
            {
                "form": one.form,
                "key": one.key,
                "cause": one.cause,
                "asked": one.asked,
                "corrected": one.corrected,
                "dossiers": one.dossiers,
                "risk": round(one.risk, 4),
                "threshold": one.threshold,
            }
            for one in found.needless
        ],
        "taken": [one.model_dump(mode="json") for one in taken],
    }

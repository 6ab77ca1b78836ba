"""Review by prompts: the desk's queue, one field after the other, every answer kept at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from rich.text import Text

from digitize.cli.asking import ask_line, ask_yes, can_edit
from digitize.cli.field_pictures import FieldPictures, field_pictures
from digitize.cli.picture_mode import PictureMode
from digitize.cli.second_looks import say_look, waiting_for_others
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.errors import ItemProblem
from digitize.model import Problem, Value
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.review.showing import Showing
from digitize.review.shown import Ask
from digitize.review.views import FieldView

_LATER, _UNREADABLE, _BACK, _NEXT, _STOP, _HELP, _CHANGE = "-", "!", "<", ">", "q", "?", "="
_MOST_WORDS = 10
"""Of a list, so many are told; all that are in it can be typed."""

_DESK = ""
"""A terminal is one window, which is the whole process."""


class Step(Enum):
    """Where it goes on after a field."""

    ON = auto()
    BACK = auto()
    NEXT_DOSSIER = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person meant: a value to keep, or none; and where it goes on."""

    step: Step = Step.ON
    settles: bool = False
    value: Value = None


_PLAIN = {
    _STOP: Answer(Step.STOP),
    _NEXT: Answer(Step.NEXT_DOSSIER),
    _BACK: Answer(Step.BACK),
    _LATER: Answer(),
    _UNREADABLE: Answer(settles=True),
}
"""What is meant whatever is asked."""


@dataclass
class _Round:
    """What was done with the fields of a dossier.

    Attributes:
        fields: how many there were.
        later: what was put off.

    """

    fields: int
    later: list[tuple[int, str]] = field(default_factory=list)
    _answered: list[bool] = field(default_factory=list)
    """Of each field that was left behind, whether it was answered."""

    @property
    def number(self) -> int:
        """Which field is asked about."""
        return len(self._answered) + 1

    def answered(self) -> None:
        self._answered.append(True)

    def put_off(self, asked: DoubtfulField) -> None:
        self._answered.append(False)
        self.later.append((asked.document, asked.key))

    def take_back_put_off(self) -> bool:
        """Go one field back; whether that one was put off."""
        if not self._answered or self._answered.pop():
            return False
        self.later.pop()
        return True


@dataclass
class Clerk:
    """One person at one terminal.

    Attributes:
        session: the call.
        desk: hands out fields and takes answers.
        showing: words for what the desk knows.
        pictures: shows the pictures of fields.

    """

    session: Session
    desk: Desk
    showing: Showing
    pictures: FieldPictures
    _shown: int = field(default=0)

    def work(self) -> None:
        """Ask about dossier after dossier until none is left, or the person stops."""
        waits = self.desk.waiting_count()
        if not waits.dossiers:
            self.session.say("nothing_to_review")
            return
        self.session.say("review_waits", dossiers=waits.dossiers, fields=waits.fields)
        passed: set[str] = set()
        while (dossier := self.desk.take(_DESK, passed=passed)) is not None:
            try:
                step = self._dossier(dossier)
            except ItemProblem as error:
                self.session.show_failure(dossier, Problem.of(error))
                step = Step.NEXT_DOSSIER
            finally:
                self.desk.let_go(_DESK, dossier)
            if step is Step.STOP:
                break
            passed.add(dossier)
        held = self.desk.waiting_count().held
        if held:
            self.session.say("review_held", dossiers=held)
        for line in waiting_for_others(self.session, self.desk):
            self.session.err.print(line, markup=False)
        self.session.say("review_next")

    def _dossier(self, dossier: str) -> Step:
        """Ask about every field of a dossier, and let it through if nothing is left."""
        done = _Round(len(self.desk.fields(dossier)))
        again: DoubtfulField | None = None
        while (asked := again or self.desk.next_field(_DESK, dossier, done.later)) is not None:
            answer = self._field(asked, done)
            again = None
            if answer.step in (Step.STOP, Step.NEXT_DOSSIER):
                return answer.step
            if answer.step is Step.BACK:
                again = self._before(dossier, done)
            elif not answer.settles:
                done.put_off(asked)
            elif self._settled(asked, answer.value):
                done.answered()
        if done.later:
            self.session.say("review_later", dossier=dossier, fields=len(done.later))
        elif self.desk.let_through(dossier, seen=self._whole(dossier)):
            self.session.say("approved", dossier=dossier)
        return Step.ON

    def _settled(self, asked: DoubtfulField, value: Value) -> bool:
        """Keep an answer; whether it was taken.

        Raises:
            ItemProblem: the dossier is no longer as it was shown.

        """
        try:
            self.desk.settle(_DESK, asked, value)
        except ItemProblem as error:
            if error.code != "field_settled":
                raise
            self.session.show_failure(asked.dossier, Problem.of(error))
            return False
        return True

    def _before(self, dossier: str, done: _Round) -> DoubtfulField | None:
        """What was answered last, to be asked again; None where that was put off, and comes by itself."""
        if done.take_back_put_off():
            return None
        found = self.desk.take_back(_DESK, dossier)
        if found is None:
            self.session.say("review_nothing_before")
        return found

    # --- one field ----------------------------------------------------------------------------

    def _field(self, asked: DoubtfulField, done: _Round) -> Answer:
        view = self.desk.look_at(asked)
        shown = self.showing.ask(view, done.number, max(done.number, done.fields), None)
        # A second person sees nothing of what was read or said before.
        blind = view.blind
        self._show(view, shown, blind=blind)
        begun = ""
        while True:
            typed = ask_line(self.session, self.session.text("say.your_answer"), begun)
            begun = ""
            if typed in _PLAIN:
                return _PLAIN[typed]
            if typed == _HELP:
                self._show(view, shown, blind=blind)
            elif not typed and not blind and asked.reading.value is not None:
                return Answer(settles=True, value=asked.reading.value)
            elif typed == _CHANGE and can_edit() and not blind:
                begun = shown.read
            elif typed in ("", _CHANGE):
                self.session.say("review_type_it", unreadable=_UNREADABLE)
            elif (taken := self._typed(view, shown, typed)) is not None:
                return taken

    def _typed(self, view: FieldView, shown: Ask, typed: str) -> Answer | None:
        """A typed value, or the number of another reading; None where it is to be typed again."""
        asked = view.field
        if typed.startswith(_CHANGE):
            place = typed.removeprefix(_CHANGE).strip()
            numbered = {str(number): one.text for number, one in enumerate(shown.choices, start=1)}
            if place not in numbered:
                told = "review_no_choice" if shown.choices else "review_none_other"
                self.session.say(told, number=len(shown.choices))
                return None
            typed = numbered[place]
            for one in view.alternatives:
                # Some values cannot be typed as they are shown.
                offered = self.showing.editable(asked, one.value) == typed
                if offered and not self.desk.check(asked, typed).fits:
                    return Answer(settles=True, value=one.value)
        while True:
            checked = self.desk.check(asked, typed)
            if checked.serious:
                self.session.show_wrong(checked.serious[0])
                return None
            if not checked.problems:
                return Answer(settles=True, value=checked.value)
            told = "; ".join(self.session.catalogue.problem(one) for one in checked.problems)
            self.session.warn("review_unusual", value=self.showing.value_text(checked.value), why=told)
            again = ask_line(self.session, self.session.text("say.review_sure"))
            if not again:
                return Answer(settles=True, value=checked.value)
            if again in _PLAIN or again.startswith(_CHANGE):
                return None
            typed = again

    def _show(self, view: FieldView, shown: Ask, *, blind: bool) -> None:
        session, asked = self.session, view.field
        self._shown += 1
        marks = [session.text("review.urgent")] if shown.urgent else []
        marks += [session.text("review.late", day=shown.late)] if shown.late else []
        place = [asked.dossier, shown.form, shown.page_text]
        session.err.print()
        session.err.print(Text(" · ".join(filter(None, [*place, *marks])), style=Style.HEADING))
        counted = session.text("review.field_of", number=shown.number, all=shown.all)
        session.err.print(Text.assemble(f"{counted}: ", (shown.name, Style.HEADING)))
        say_look(session, asked)
        for label, text in self._lines(view, shown, blind=blind):
            session.err.print(Text(f"  {label}: {text}"))
        self.pictures.show(self._shown, asked.dossier, asked.reading)
        session.err.print(Text(self._keys(shown, blind=blind), style=Style.ASIDE))

    def _lines(self, view: FieldView, shown: Ask, *, blind: bool) -> Iterator[tuple[str, str]]:
        session = self.session
        if not blind:
            yield session.text("column.value"), shown.read or "-"
            yield session.text("say.review_why"), "; ".join(shown.reasons) or "-"
        for number, choice in enumerate(shown.choices, start=1):
            source = f" ({choice.source})" if choice.source else ""
            yield f"{_CHANGE}{number}", f"{choice.text}{source}"
        for one in shown.kin:
            if not one.asked and not blind:
                yield session.text("say.review_fits", name=one.name), one.text or "-"
        if len(view.words) > len(shown.choices):
            more = ", …" if len(view.words) > _MOST_WORDS else ""
            yield session.text("say.review_words"), ", ".join(view.words[:_MOST_WORDS]) + more

    def _keys(self, shown: Ask, *, blind: bool) -> str:
        session = self.session
        told = [] if blind or not shown.read else [session.text("prompt.enter")]
        told.append(session.text("prompt.type"))
        if shown.read and not blind and can_edit():
            told.append(session.text("prompt.change", key=_CHANGE))
        if shown.choices:
            told.append(session.text("prompt.choose", key=f"{_CHANGE}1"))
        names = {"unreadable": _UNREADABLE, "later": _LATER, "back": _BACK, "next": _NEXT, "stop": _STOP}
        told += [session.text(f"prompt.{name}", key=key) for name, key in names.items()]
        told.append(session.text("prompt.help", key=_HELP))
        # A key and what it does stay in one line.
        return " · ".join(one.replace(" ", "\u00a0") for one in told)

    # --- whole dossiers -----------------------------------------------------------------------

    def _whole(self, dossier: str) -> bool:
        """Ask about what was noticed of a dossier as a whole; whether it is right as it is."""
        asked = self.desk.questions(dossier)
        for problem in asked:
            self.session.err.print(Text(dossier, style=Style.HEADING))
            self.session.err.print(Text(self.session.catalogue.problem(problem), style=Style.DOUBTFUL))
            self.session.show_what_to_do(self.session.catalogue.remedy(problem))
        return not asked or ask_yes(self.session, "whole_dossier_right")


def review_in_terminal(session: Session, desk: Desk, workspace: Workspace, mode: PictureMode) -> None:
    """Ask about every doubtful field of every dossier in review, the most doubtful first."""
    showing = Showing(desk, workspace, session.catalogue, "")
    with field_pictures(session, workspace, showing, mode) as pictures:
        Clerk(session, desk, showing, pictures).work()

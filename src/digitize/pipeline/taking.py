"""Add to an office's forms what a person has chosen, and take it out again; both are events."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from digitize.errors import UsageProblem
from digitize.files import make_folder, write_whole
from digitize.forms.additions import (
    ADDITIONS,
    AddedLabel,
    AddedWord,
    Additions,
    additions_text,
    load_additions,
    with_additions,
)
from digitize.forms.template_files import load_unchanged
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.suggestions import Suggestion
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

TAKEN, TAKEN_OUT = "suggestion_taken", "suggestion_taken_out"


@dataclass(frozen=True, slots=True)
class Change:
    """What a file of an office would become.

    Attributes:
        path: the file, relative to the workspace.
        difference: line by line, as ``diff -u`` shows it.

    """

    path: str
    difference: str


class Taker:
    """Changes what an office has added to the forms.

    Args:
        workspace: whose.
        ledger: keeps who has changed what.
        clock: tells the day.

    """

    def __init__(self, workspace: Workspace, ledger: Ledger, clock: Clock) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._clock = clock
        self._path = workspace.forms / ADDITIONS

    @property
    def additions(self) -> Additions:
        """What the office has added.

        Raises:
            UsageProblem: the file has a mistake.

        """
        return load_additions(self._path)

    def after_taking(self, suggestion: Suggestion) -> Change:
        """What would be changed.

        Raises:
            UsageProblem: it was taken already, or it does not fit the forms.

        """
        return self._change(self._with(suggestion))

    def take(self, suggestion: Suggestion) -> None:
        """Add what is suggested, from the next reading on; raises like ``after_taking``."""
        with self._ledger.transaction():
            self._write(self._with(suggestion))
            self._tell(TAKEN, self.additions.entry(suggestion.id))

    def after_taking_out(self, number: str) -> Change:
        """What would be changed.

        Raises:
            UsageProblem: nothing was taken under that id.

        """
        return self._change(self._without(number))

    def take_out(self, number: str) -> None:
        """Take out what was added; raises like ``after_taking_out``."""
        with self._ledger.transaction():
            entry = self.additions.entry(number)
            self._write(self._without(number))
            self._tell(TAKEN_OUT, entry)

    def _with(self, suggestion: Suggestion) -> Additions:
        known = self.additions
        if known.entry(suggestion.id) is not None:
            raise UsageProblem("suggestion_taken", id=suggestion.id)
        entry = self._entry(suggestion)
        added = known.with_entry(entry)
        # What does not fit must not stop the next run.
        with_additions(load_unchanged(self._workspace.forms), added, self._path)
        return added

    def _entry(self, one: Suggestion) -> AddedLabel | AddedWord:
        who, today = self._ledger.who, self._clock().date()
        if one.type is None:
            return AddedLabel(id=one.id, text=one.text, by=who, on=today, form=one.form, key=one.key)
        return AddedWord(id=one.id, text=one.text, by=who, on=today, type=one.type)

    def _without(self, number: str) -> Additions:
        known = self.additions
        if known.entry(number) is None:
            raise UsageProblem("suggestion_not_taken", id=number)
        return known.without(number)

    def _change(self, after: Additions) -> Change:
        before = self._path.read_text("utf-8") if self._path.exists() else ""
        path = f"{self._path.parent.name}/{self._path.name}"
        lines = difflib.unified_diff(
            before.splitlines(), additions_text(after).splitlines(), path, path, lineterm="", n=1
        )
        return Change(path, "\n".join(lines))

    def _write(self, after: Additions) -> None:
        make_folder(self._path.parent)
        write_whole(self._path, additions_text(after))

    def _tell(self, kind: str, entry: AddedLabel | AddedWord | None) -> None:
        assert entry is not None
        self._ledger.add_event(
            kind, None, **entry.model_dump(mode="json", include={"id", "text", "form", "key", "type"})
        )

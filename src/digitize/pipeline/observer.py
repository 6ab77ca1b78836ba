"""What a run tells while it runs; the command line draws it."""

from __future__ import annotations

from typing import Protocol

from digitize.model import Problem, Stage


class Observer(Protocol):
    """Is told what happens. Must not raise, and must not take long."""

    def taken_in(self, dossiers: int) -> None:
        """Dossiers that are new or have new files."""

    def planned(self, pages: int) -> None:
        """Pages that are to be read, in addition to those told before."""

    def page_read(self, dossier: str) -> None:
        """A page has been read."""

    def moved(self, dossier: str, stage: Stage) -> None:
        """A dossier has come to a stage."""

    def problem(self, dossier: str, problem: Problem) -> None:
        """Something that a person should know."""

    def noted(self, dossier: str, problem: Problem) -> None:
        """Something that can wait until somebody looks at the dossier."""

"""What people's answers suggest for an office's forms; a person takes it, or nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from digitize.forms.additions import WordType
from digitize.forms.template import Template
from digitize.pipeline.answers import People, answers
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.suggested_labels import label_variants
from digitize.pipeline.suggested_rest import Needless, needless_doubts
from digitize.pipeline.suggested_words import unknown_words

FEWEST_DOSSIERS = 3
"""What fewer dossiers of different people have in common may tell one of them."""


class SuggestionKind(StrEnum):
    """What is suggested."""

    LABEL = "label"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that may be added to forms.

    Attributes:
        id: by which it is taken; the same whenever it is found again.
        kind: a variant of a label, or words that no list knows.
        text: the label or the words.
        form, key: of a label: which field of which form; empty for words.
        type: of words: the type of the fields that may hold them; None for a label.
        dossiers: in how many dossiers it was seen.

    """

    id: str
    kind: SuggestionKind
    text: str
    form: str
    key: str
    type: WordType | None
    dossiers: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What people's answers suggest.

    Attributes:
        additions: what may be taken.
        needless: doubts that were nearly always needless; to know, nothing is changed about them.
        answers: how many answers it was looked for in.
        fewest: in how many dossiers of different people something must have been seen.

    """

    additions: tuple[Suggestion, ...]
    needless: tuple[Needless, ...]
    answers: int
    fewest: int

    def find(self, number: str) -> Suggestion | None:
        """What is suggested under an id."""
        return next((one for one in self.additions if one.id == number), None)


def suggestions(
    ledger: Ledger,
    templates: Mapping[str, Template],
    certain: float,
    *,
    form: str | None = None,
    fewest: int = FEWEST_DOSSIERS,
) -> Suggestions:
    """Look through the answers of people.

    Args:
        ledger: where they stand; it is not changed.
        templates: the forms as they are used now, with what the office has added.
        certain: confidence below which the profile asks people.
        form: the one form to look at; None for all.
        fewest: in how many dossiers of different people something must have been seen, at least
            ``FEWEST_DOSSIERS``.

    """
    fewest = max(fewest, FEWEST_DOSSIERS)
    with ledger.standing_still():
        given = [one for one in answers(ledger) if form in (None, one.form)]
        people = People(ledger, templates)
        labels = [
            _suggestion(SuggestionKind.LABEL, seen.spelling, len(seen.dossiers), form=own, key=key)
            for own, key, seen in label_variants(given, templates, people, fewest)
        ]
        words = [
            _suggestion(SuggestionKind.WORD, seen.spelling, len(seen.dossiers), kind=kind)
            for kind, seen in unknown_words(given, templates, people, fewest)
        ]
    return Suggestions(
        additions=tuple(sorted((*labels, *words), key=lambda one: (one.kind, -one.dossiers, one.id))),
        needless=tuple(needless_doubts(given, certain)),
        answers=len(given),
        fewest=fewest,
    )


def _suggestion(
    what: SuggestionKind,
    text: str,
    dossiers: int,
    *,
    form: str = "",
    key: str = "",
    kind: WordType | None = None,
) -> Suggestion:
    told = "\n".join((what, form, key, kind or "", text.casefold()))
    number = f"{what}-{hashlib.sha256(told.encode()).hexdigest()[:6]}"
    return Suggestion(number, what, text, form, key, kind, dossiers)

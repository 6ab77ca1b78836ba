"""Compare a dossier with the papers that its procedure asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from digitize.forms.papers import load_papers
from digitize.model import Document, FieldReading, Language
from digitize.vietnamese.folding import fold, single_spaced


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Requirement(_Data):
    """A paper that a dossier must hold.

    Attributes:
        any: kinds of papers of which one is enough.
        filled: fields of the form that must be filled for it to be necessary.
        when: fields of the form that must have these values.

    """

    any: tuple[str, ...] = Field(min_length=1)
    filled: tuple[str, ...] = ()
    when: dict[str, bool | int | str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _knows_its_papers(self) -> Self:
        if unknown := set(self.any) - set(load_papers()):
            message = f"unknown papers: {', '.join(sorted(unknown))}"
            raise ValueError(message)
        return self

    def applies(self, application: Document) -> bool:
        """Whether a form that was filled in asks for the paper; an unread field asks for it as well."""
        # A form of an office's own may lack a field; then it says nothing.
        nothing = FieldReading(None)
        asked = {key: application.fields.get(key, nothing) for key in (*self.filled, *self.when)}
        unread = {key for key, reading in asked.items() if reading.value is None and reading.needs_review}
        filled = all(asked[key].value is not None or key in unread for key in self.filled)
        return filled and all(asked[key].value == value or key in unread for key, value in self.when.items())

    def name(self, language: Language) -> str:
        """The papers of which one is enough, as people call them."""
        return _data().either[language].join(load_papers()[paper].name[language] for paper in self.any)


class TimeLimit(_Data):
    """The time within which an office must give the result.

    Attributes:
        days: counted from the day after that of receipt.
        working: whether they are working days, not days of the calendar.
        source: the law that says so.
        verified: that was compared with the published procedure.

    """

    days: int = Field(gt=0)
    working: bool
    source: str
    verified: bool = False


class Procedure(_Data):
    """An administrative procedure.

    Attributes:
        id: its own name.
        name: what people call it.
        form: the form that applies for it.
        source: the law that names the papers.
        verified: the list was compared with the published procedure.
        papers: what the dossier must hold beside the form.
        results: the papers by which it ends.
        codes: its numbers in the national database of procedures.
        limit: the time that it may take; None where that is not known, or not the same for all.

    """

    id: str
    name: dict[Language, str]
    form: str
    source: str
    verified: bool = False
    papers: tuple[Requirement, ...] = ()
    results: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    limit: TimeLimit | None = None

    @model_validator(mode="after")
    def _knows_its_results(self) -> Self:
        if unknown := set(self.results) - set(load_papers()):
            message = f"unknown papers: {', '.join(sorted(unknown))}"
            raise ValueError(message)
        return self


class Issued(_Data):
    """A form that is a result when the office itself has issued it, and its field that names the issuer."""

    form: str
    field: str


class _Procedures(_Data):
    """The data file.

    Attributes:
        either: what stands between papers of which one is enough.
        abbreviations: how names of offices are shortened, folded.
        issued: forms that are results when the office has issued them.
        procedures: all that are known.

    """

    either: dict[Language, str]
    abbreviations: dict[str, str]
    issued: tuple[Issued, ...]
    procedures: tuple[Procedure, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a dossier holds of what its procedure asks for.

    Attributes:
        procedure: the procedure.
        held: for each requirement that applies, the places of the documents that meet it.
        missing: requirements that none meets.

    """

    procedure: Procedure
    held: tuple[tuple[Requirement, tuple[int, ...]], ...]
    missing: tuple[Requirement, ...]


@cache
def load_procedures() -> Mapping[str, Procedure]:
    """All procedures, by the form that applies for them."""
    return {procedure.form: procedure for procedure in _data().procedures}


def issued_forms() -> tuple[Issued, ...]:
    """Forms that are results when the office has issued them."""
    return _data().issued


def procedure_called(text: str) -> Procedure | None:
    """The procedure that a sheet names: by its id, its number, or its name with or without accents."""
    wanted = fold(single_spaced(text))
    return next(
        (
            one
            for one in load_procedures().values()
            if wanted in {one.id, *one.codes, *(fold(name) for name in one.name.values())}
        ),
        None,
    )


def same_body(one: str, other: str) -> bool:
    """Whether two names mean the same office, written out or not."""
    return _body(one) == _body(other)


@lru_cache(maxsize=1024)
def _body(name: str) -> str:
    words = fold(single_spaced(name)).split()
    return " ".join(_data().abbreviations.get(word, word) for word in words)


@cache
def _data() -> _Procedures:
    text = resources.files("digitize.procedures").joinpath("procedures.toml").read_text("utf-8")
    return _Procedures.model_validate(tomllib.loads(text))


def completeness_of(documents: Sequence[Document]) -> Completeness | None:
    """What a dossier holds; None where no form in it applies for a procedure that is known."""
    application = next((one for one in documents if one.form in load_procedures()), None)
    if application is None:
        return None
    procedure = load_procedures()[application.form]
    held = tuple(
        (
            asked,
            tuple(place for place, document in enumerate(documents) if document.paper in asked.any),
        )
        for asked in procedure.papers
        if asked.applies(application)
    )
    return Completeness(procedure, held, tuple(asked for asked, places in held if not places))

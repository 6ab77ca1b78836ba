"""Compare a dossier with the papers that its procedure asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from digitize.forms.papers import load_papers
from digitize.model import Document, FieldReading, Language


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


class Procedure(_Data):
    """An administrative procedure.

    Attributes:
        id: its own name.
        name: what people call it.
        form: the form that applies for it.
        source: the law that names the papers.
        verified: the list was compared with the published procedure.
        papers: what the dossier must hold beside the form.

    """

    id: str
    name: dict[Language, str]
    form: str
    source: str
    verified: bool = False
    papers: tuple[Requirement, ...] = ()


class _Procedures(_Data):
    """The data file: the procedures, and what stands between papers of which one is enough."""

    either: dict[Language, str]
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

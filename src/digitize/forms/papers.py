"""Papers that accompany a form: told by their titles, their fields not read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from digitize.model import Language


class Paper(BaseModel):
    """A kind of papers.

    Attributes:
        id: as reported in ``paper``.
        name: what people call it.
        titles: the printed title and its variants.
        forms: the forms that are such papers as well.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: dict[Language, str]
    titles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


@cache
def load_papers() -> Mapping[str, Paper]:
    """All kinds of papers by their ids."""
    text = resources.files("digitize.forms").joinpath("papers.toml").read_text("utf-8")
    papers = [Paper.model_validate(entry) for entry in tomllib.loads(text)["papers"]]
    return {paper.id: paper for paper in papers}


def paper_of(form: str) -> str | None:
    """The kind of papers that a form is; None if it is an application or the like."""
    return next((paper.id for paper in load_papers().values() if form in paper.forms), None)

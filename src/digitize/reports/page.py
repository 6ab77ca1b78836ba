"""A verification as one page for a browser or for paper, without anything from outside."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from digitize import __version__
from digitize.files import whole_file
from digitize.messages import Catalogue
from digitize.messages.visible import one_line, visible
from digitize.reports.facts import (
    conclusion,
    criterion_lines,
    moment_text,
    other_notes,
    seven_facts,
    tone_of,
    warnings,
)
from digitize.reports.outcome import Outcome, general_problems, parts_of

_FEW = 20
"""Of so many items everything is open; of more only those that need somebody."""


def write_page(outcome: Outcome, catalogue: Catalogue, path: Path) -> None:
    """Write the page.

    Args:
        outcome: what was found.
        catalogue: in which language the page is.
        path: its file.

    """
    render_page(
        "verification.html",
        path,
        catalogue,
        problem=catalogue.problem,
        outcome=outcome,
        few=len(outcome.items) <= _FEW,
        conclusion=lambda verdict: conclusion(catalogue, verdict),
        facts=lambda signature: seven_facts(catalogue, signature),
        criteria=lambda signature: criterion_lines(catalogue, signature),
        warnings=warnings,
        notes=other_notes,
        parts=parts_of,
        general=general_problems,
    )


def render_page(template: str, path: Path, catalogue: Catalogue, **values: object) -> None:
    """Write a page that is made from a template, in the style of all our pages.

    Args:
        template: its file in this package.
        path: the page's file; it appears whole.
        catalogue: in which language the page is.
        values: for the template, besides ``text``, ``moment`` and ``tone``.

    """
    style = _data("verification.css")
    # Names come from strangers: all of it is escaped, and a browser is forbidden to run or fetch anything.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(_data(template).replace("@style@", style))
    pieces = page.generate(
        text=catalogue.text,
        language=catalogue.language.value,
        version=__version__,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        moment=lambda moment: moment_text(catalogue, moment),
        tone=tone_of,
        **values,
    )
    with whole_file(path) as part, part.open("w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.writelines(pieces)


def _shown(value: object) -> object:
    """A text without characters that act instead of being seen; autoescape comes after this."""
    return one_line(visible(value)) if type(value) is str else value


def _data(name: str) -> str:
    return resources.files("digitize.reports").joinpath(name).read_text("utf-8")

"""Pages for a browser or for paper: everything from outside is escaped, and nothing is fetched or run."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from digitize import __version__
from digitize.files import whole_file
from digitize.messages import Catalogue
from digitize.messages.visible import visible_line
from digitize.reports.facts import moment_text, tone_of


def write_html(
    template: str, path: Path, catalogue: Catalogue, *, style: str = "verification.css", **values: object
) -> None:
    """Write a page that is made from a template.

    Args:
        template: its file in this package; it extends ``base.html``, which forbids a browser everything.
        path: the page's file; it appears whole.
        catalogue: in which language the page is.
        style: the file of its style in this package.
        values: for the template, besides ``text``, ``moment`` and ``tone``.

    """
    # Names come from strangers: all of it is escaped.
    environment = Environment(
        loader=FunctionLoader(_data),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sheet = _data(style)
    pieces = environment.get_template(template).generate(
        text=catalogue.text,
        language=catalogue.language.value,
        version=__version__,
        style=Markup(sheet),  # noqa: S704 - our own file
        style_hash=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        moment=lambda moment: moment_text(catalogue, moment),
        tone=tone_of,
        **values,
    )
    with whole_file(path) as part, part.open("w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.writelines(pieces)


def _shown(value: object) -> object:
    """A text without characters that act instead of being seen; autoescape comes after this."""
    return visible_line(value) if type(value) is str else value


def _data(name: str) -> str:
    return resources.files("digitize.reports").joinpath(name).read_text("utf-8")

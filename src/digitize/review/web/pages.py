"""What the browser is given to show: everything from outside is escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from digitize.messages import Catalogue
from digitize.messages.visible import one_line, visible
from digitize.model import Problem


class Pages:
    """Makes pages, and pieces of them, in one language."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._environment = Environment(
            loader=PackageLoader("digitize.review.web"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"text": catalogue.text, "language": catalogue.language.value}

    def text(self, key: str, /, **facts: str | int) -> str:
        """A text of the catalogue."""
        return self.catalogue.text(key, **facts)

    def problem(self, problem: Problem) -> str:
        """What is wrong, and what to do about it."""
        return f"{self.catalogue.problem(problem)} {self.catalogue.remedy(problem)}".strip()

    def refused(self, reason: str) -> str:
        """The page for what is refused."""
        return self.piece("refused", reason=reason)

    def enter(self, home: str) -> str:
        """The page that a token opens."""
        return self.piece("enter", home=home)

    def desk(self, home: str, key: str) -> str:
        """The page that a clerk works on."""
        return self.piece("desk", home=home, key=key)

    def piece(self, name: str, **values: object) -> str:
        """What a template gives."""
        return self._environment.get_template(f"{name}.html").render(**values)


def plain(text: str) -> str:
    """A text of which every character is seen, in one line."""
    return one_line(visible(text))


def _shown(value: object) -> object:
    return plain(value) if type(value) is str else value

"""What the browser is given to show: everything from outside is escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from digitize.messages import Catalogue
from digitize.messages.visible import visible_line


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


def _shown(value: object) -> object:
    return visible_line(value) if type(value) is str else value

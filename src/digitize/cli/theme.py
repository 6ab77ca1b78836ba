"""How things look in a terminal: the only place that names colours.

Three of the sixteen named colours can be read on a dark and on a light ground in the palettes of usual
terminals (``tests/cli/test_theme.py`` computes it): red, green and magenta. A colour never carries a meaning
alone; the words beside it do.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from rich.theme import Theme


class Style(StrEnum):
    """What a piece of text is, by which its look is chosen."""

    PLAIN = "none"
    HEADING = "heading"
    CODE = "code"
    """What a dossier, a form or a key is called."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    FOUND = "found"
    """Words that were looked for."""

    ASIDE = "aside"
    """What may be passed over."""

    KEY = "key"
    """What can be pressed or typed."""


LOOKS: Mapping[str, str] = {
    Style.HEADING: "bold",
    Style.CODE: "bold",
    Style.GOOD: "green",
    Style.DOUBTFUL: "magenta",
    Style.BAD: "bold red",
    Style.FOUND: "bold underline",
    Style.ASIDE: "italic",
    Style.KEY: "bold",
}
"""The look of each style of ours."""

_OF_LIBRARIES: Mapping[str, str] = {
    "table.header": "bold",
    "prompt": "none",
    "prompt.choices": "none",
    "prompt.default": "none",
    "prompt.invalid": "bold red",
    "prompt.invalid.choice": "bold red",
    "bar.back": "none",
    "bar.complete": "green",
    "bar.finished": "green",
    "bar.pulse": "green",
    "progress.description": "none",
    "progress.download": "none",
    "progress.elapsed": "none",
    "progress.percentage": "none",
    "progress.remaining": "none",
    "progress.data.speed": "none",
    "progress.filesize": "none",
    "progress.filesize.total": "none",
    "progress.spinner": "green",
}
"""What rich would show in colours that vanish on a light ground."""

THEME = Theme({**LOOKS, **_OF_LIBRARIES})

HELP_LOOKS: Mapping[str, str] = {
    "STYLE_OPTION": "bold",
    "STYLE_SWITCH": "bold",
    "STYLE_NEGATIVE_OPTION": "bold",
    "STYLE_NEGATIVE_SWITCH": "bold",
    "STYLE_TYPES": "",
    "STYLE_TYPES_SEPARATOR": "",
    "STYLE_USAGE": "",
    "STYLE_USAGE_COMMAND": "bold",
    "STYLE_DEPRECATED": "red",
    "STYLE_DEPRECATED_COMMAND": "",
    "STYLE_HELPTEXT": "",
    "STYLE_OPTION_DEFAULT": "",
    "STYLE_OPTION_ENVVAR": "",
    "STYLE_REQUIRED_SHORT": "red",
    "STYLE_REQUIRED_LONG": "red",
    "STYLE_OPTIONS_PANEL_BORDER": "",
    "STYLE_COMMANDS_PANEL_BORDER": "",
    "STYLE_COMMANDS_TABLE_FIRST_COLUMN": "bold",
    "STYLE_ERRORS_PANEL_BORDER": "red",
    "STYLE_ERRORS_SUGGESTION": "",
    "STYLE_ABORTED": "red",
}
"""The same for the help pages of typer, which keeps its looks as constants of a module."""

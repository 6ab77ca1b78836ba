"""Colours that can be read on both grounds, named in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rich.style import Style as Look
from typer import rich_utils

from digitize import cli
from digitize.cli.theme import HELP_LOOKS, LOOKS, THEME

# What usual terminals show for the named colours that may be used: plain, and as bold text brightens them.
PALETTES: dict[str, dict[str, tuple[int, int, int]]] = {
    "xterm": {"red": (205, 0, 0), "green": (0, 205, 0), "magenta": (205, 0, 205), "bold red": (255, 0, 0)},
    "vga": {"red": (170, 0, 0), "green": (0, 170, 0), "magenta": (170, 0, 170), "bold red": (255, 85, 85)},
    "gnome": {
        "red": (192, 28, 40),
        "green": (38, 162, 105),
        "magenta": (163, 71, 186),
        "bold red": (246, 97, 81),
    },
    "win": {
        "red": (197, 15, 31),
        "green": (19, 161, 14),
        "magenta": (136, 23, 152),
        "bold red": (231, 72, 86),
    },
    "putty": {"red": (187, 0, 0), "green": (0, 187, 0), "magenta": (187, 0, 187), "bold red": (255, 85, 85)},
    "macos": {"red": (153, 0, 0), "green": (0, 166, 0), "magenta": (178, 0, 178), "bold red": (230, 0, 0)},
}
LEAST = 2.1
"""Contrast of the weakest of them; yellow on white has 1.07, bright green 1.4, blue on black 1.6."""


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def used() -> set[str]:
    """Every colour of the theme, with what makes it brighter."""
    looks = [Look.parse(text) for text in (*LOOKS.values(), *HELP_LOOKS.values())]
    return {f"{'bold ' if look.bold else ''}{look.color.name}" for look in looks if look.color}


def test_every_colour_can_be_read_on_dark_and_on_light() -> None:
    assert used() <= {"red", "green", "magenta", "bold red"}
    for name, palette in PALETTES.items():
        for colour in used():
            light = luminance(palette[colour]) + 0.05
            assert min(1.05 / light, light / 0.05) > LEAST, (name, colour)


def test_nothing_is_dim_and_no_ground_is_coloured() -> None:
    for name, look in THEME.styles.items():
        if name.startswith(("bar.", "progress.", "prompt", "table.header")):
            assert look.color is None or look.color.name in {"green", "red"}, name
    for text in HELP_LOOKS.values():
        assert not Look.parse(text).dim
        assert Look.parse(text).bgcolor is None


def test_help_pages_have_no_look_but_ours() -> None:
    known = {name for name in dir(rich_utils) if name.startswith("STYLE_") and "TABLE_" not in name}
    plain = {"STYLE_HELPTEXT_FIRST_LINE", "STYLE_OPTION_HELP"}
    assert known - set(HELP_LOOKS) - plain == set()


@pytest.mark.parametrize("path", sorted(Path(cli.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_only_the_theme_names_colours(path: Path) -> None:
    if path.stem == "theme":
        return
    colours = {"red", "green", "yellow", "blue", "magenta", "cyan", "white", "black", "dim", "bold"}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 20:
            assert not colours & set(node.value.strip("[]/ ").split()), f"{path.name}: {node.value}"

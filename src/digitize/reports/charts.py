"""Charts as inline SVG, drawn so that they can be told apart on a printer without colours."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

FILLS = ("solid", "hatched", "dotted", "empty")
"""How areas are filled, as the style sheet and ``patterns`` know it, in the order of their use."""

_WIDTH = 660.0
_TEXT = 11.0
_LINE = 14.0
_LETTER = 6.2
"""Width of a letter of that size, roughly, to keep room for names."""

_FEW = 16
"""So many groups leave room for a figure over each bar."""


@dataclass(frozen=True, slots=True)
class Series:
    """A row of figures that belong together: what they are, and one for each group."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a whole: its name, how large it is, and the figure as people read it."""

    name: str
    value: float
    text: str


def patterns() -> Markup:
    """The fillings that the charts of a page refer to; it goes into the page once, before them."""
    return Markup(
        '<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>'
        '<pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" class="ground"/>'
        '<rect width="2.4" height="6" class="mark"/></pattern>'
        '<pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" class="ground"/><circle cx="3" cy="3" r="1.3" class="mark"/></pattern>'
        "</defs></svg>"
    )


def rates_chart(title: str, portions: Sequence[Portion]) -> Markup:
    """Shares of a whole, each as a bar in a frame that stands for all of it; values go from 0 to 1."""
    left, right, height, gap = _room([one.name for one in portions]), 120.0, 20.0, 12.0
    full = _WIDTH - left - right
    parts: list[Markup] = []
    for number, one in enumerate(portions):
        top = number * (height + gap) + 4
        middle = top + height / 2 + _TEXT / 3
        parts += [
            _words(one.name, left - 8, middle, anchor="end"),
            _box(left, top, full, height, "frame"),
            _box(left, top, full * min(one.value, 1), height, FILLS[0]),
            _words(one.text, left + full + 8, middle, kind="figure"),
        ]
    return _chart(title, len(portions) * (height + gap) + 4, parts)


def columns_chart(title: str, groups: Sequence[str], series: Sequence[Series]) -> Markup:
    """Upright bars beside each other, a group of them for each label."""
    top, bottom, left, plot = 34.0, 22.0, 38.0, 170.0
    step, most = _scale(max((value for one in series for value in one.values), default=0))
    wide = (_WIDTH - left) / max(len(groups), 1)
    bar = min(26.0, wide * 0.8 / len(series))
    parts = [_legend([one.name for one in series], left)]
    for number in range(most // step + 1):
        height = top + plot - plot * number * step / most
        parts.append(_rule(left, height, _WIDTH, height))
        parts.append(_words(str(number * step), left - 6, height + _TEXT / 3, anchor="end"))
    # Where labels would run into each other only every second, third … is written.
    skipped = math.ceil((max(map(len, groups), default=0) + 1) * _LETTER / wide)
    for place, label in enumerate(groups):
        middle = left + wide * (place + 0.5)
        for number, one in enumerate(series):
            value = one.values[place]
            tall = plot * value / most
            start = middle + (number - len(series) / 2) * bar
            parts.append(_box(start, top + plot - tall, bar * 0.92, tall, FILLS[number]))
            if value and len(groups) <= _FEW:
                parts.append(_words(str(value), start + bar * 0.46, top + plot - tall - 3, anchor="middle"))
        if place % skipped == 0:
            parts.append(_words(label, middle, top + plot + 15, anchor="middle"))
    return _chart(title, top + plot + bottom, parts)


def rows_chart(title: str, groups: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lying bars under each other, a group of them for each name, which may be long."""
    left, right, bar = 230.0, 50.0, 13.0
    most = max((value for one in series for value in one.values), default=0) or 1
    parts = [_legend([one.name for one in series], left)]
    top = 34.0
    for place, name in enumerate(groups):
        lines = textwrap.wrap(name, int((left - 12) / _LETTER)) or [""]
        tall = max(len(series) * bar, len(lines) * _LINE)
        for number, line in enumerate(lines):
            parts.append(_words(line, left - 8, top + (number + 0.8) * _LINE, anchor="end"))
        for number, one in enumerate(series):
            long = (_WIDTH - left - right) * one.values[place] / most
            start = top + number * bar
            parts.append(_box(left, start, long, bar * 0.85, FILLS[number]))
            parts.append(_words(str(one.values[place]), left + long + 5, start + bar * 0.75, kind="figure"))
        top += tall + 8
    return _chart(title, top, parts)


def whole_chart(title: str, portions: Sequence[Portion]) -> Markup:
    """One whole as a bar of its parts; their values are how often they were counted."""
    total = sum(one.value for one in portions) or 1
    parts = [_legend([f"{one.name}: {one.text}" for one in portions], 0.0)]
    left = 0.0
    for number, one in enumerate(portions):
        wide = _WIDTH * one.value / total
        parts.append(_box(left, 34.0, wide, 26.0, FILLS[number]))
        left += wide
    return _chart(title, 66.0, parts)


def _legend(names: Sequence[str], left: float) -> Markup:
    parts: list[Markup] = []
    for number, name in enumerate(names):
        parts.append(_box(left, 6, 22, 12, FILLS[number]))
        parts.append(_words(name, left + 28, 16))
        left += 28 + len(name) * _LETTER + 22
    return Markup("").join(parts)


def _scale(most: int) -> tuple[int, int]:
    """How far lines of the scale lie apart, 1, 2 or 5 times a power of ten, and where the highest lies."""
    rough = max(most, 1) / 5
    power = 10 ** max(math.floor(math.log10(rough)), 0) if rough > 1 else 1
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough)
    return step, step * math.ceil(max(most, 1) / step)


def _room(names: Sequence[str]) -> float:
    return min(260.0, max((len(name) for name in names), default=0) * _LETTER + 16)


_OPENING = Markup('<svg class="chart" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">')
_BOX = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="{}"/>')
_RULE = Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="rule"/>')
_WORDS = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" class="{}">{}</text>')


def _chart(title: str, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup("").join([_OPENING.format(_WIDTH, height, title), *parts, Markup("</svg>")])


def _box(left: float, top: float, width: float, height: float, fill: str) -> Markup:
    """A filled rectangle; nothing where it has no area."""
    return _BOX.format(left, top, width, height, fill) if width > 0 and height > 0 else Markup("")


def _rule(left: float, top: float, right: float, bottom: float) -> Markup:
    return _RULE.format(left, top, right, bottom)


def _words(text: str, left: float, top: float, *, anchor: str = "start", kind: str = "label") -> Markup:
    return _WORDS.format(left, top, anchor, kind, text)

"""Tell a capital from its small letter where only its size differs: ``Con`` and ``con``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels
from digitize.model import Word

_ALIKE = frozenset("cosuvwxzơư")
"""Letters whose capitals have their shape."""

_LOW = frozenset("acemnorsuvwxz")
_HORNED = frozenset("ơợưự")
"""Letters without anything above them, and those with a horn, which makes them a little higher."""

_HIGHER, _HIGHER_THAN_HORN = 1.2, 0.98
"""How high a capital is at least beside the letter after it: in print 1.4 times, where a small one is as
high or, beside a horn, lower."""


def with_capital(words: Sequence[Word], pixels: Pixels) -> tuple[Word, ...]:
    """The words of a picture of one line, the first letter a capital if it is as high as one."""
    if not words or len(words[0].text) < 2:
        return tuple(words)
    text = words[0].text
    if text[0] not in _ALIKE or text[1] not in _LOW | _HORNED:
        return tuple(words)
    left, top, right, bottom = (max(0, edge) for edge in words[0].box)
    part = pixels[top:bottom, left:right]
    if min(part.shape) < 3:
        return tuple(words)
    parts = Components.of(darker_half(part))
    letters = np.flatnonzero(parts.height >= 0.4 * float(parts.height.max(initial=0)))
    if len(letters) < 2:
        return tuple(words)
    first, second = letters[np.argsort(parts.left[letters], kind="stable")][:2]
    higher = _HIGHER_THAN_HORN if text[1] in _HORNED else _HIGHER
    if parts.height[first] < higher * parts.height[second]:
        return tuple(words)
    return (replace(words[0], text=text[0].upper() + text[1:]), *words[1:])

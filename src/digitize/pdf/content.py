"""The instructions of a content stream, for rooms that must know what is written there."""

from __future__ import annotations

import warnings

import pikepdf
from pikepdf.models import PdfParsingError

Operand = bytes | str | float | list[bytes | float]
"""A string's bytes, a name, a number, or the strings and numbers of an array."""

_LONGEST = 1_000_000


def instructions(content: bytes) -> list[tuple[str, tuple[Operand, ...]]]:
    """Operators with their operands; nothing for what is too long or cannot be parsed."""
    if len(content) > _LONGEST:
        return []
    try:
        with warnings.catch_warnings(action="ignore"), pikepdf.new() as pdf:
            return [
                (str(one.operator), _operands(one))
                for one in pikepdf.parse_content_stream(pikepdf.Stream(pdf, content))
            ]
    except (pikepdf.PdfError, PdfParsingError, RecursionError, ValueError, TypeError):
        return []


def _operands(instruction: object) -> tuple[Operand, ...]:
    # A picture in the content has none.
    found = (_operand(one) for one in getattr(instruction, "operands", ()))
    return tuple(one for one in found if one is not None)


def _operand(thing: object) -> Operand | None:
    if isinstance(thing, pikepdf.Array):
        parts = (_operand(one) for one in thing)
        return [one for one in parts if isinstance(one, bytes | float)]
    if isinstance(thing, pikepdf.String):
        return bytes(thing)
    if isinstance(thing, pikepdf.Name):
        return str(thing)
    try:
        return float(thing)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None

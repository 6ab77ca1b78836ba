"""What the visible stamp of a signature says, as far as its letters can be told."""

from __future__ import annotations

import re
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject

from digitize.pdf.content import Operand, instructions
from digitize.signatures.entries import entry

_DEEPEST = 5
_MOST_BYTES = 200_000
"""Of content in all forms of a stamp together; genuine ones have a few hundred, drawn seals thousands."""

_MOST_RANGES = 4_000
_HEX = rb"<([0-9A-Fa-f]{1,64})>"
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[([^\]]*)\])")
_CHARACTER = re.compile(_HEX + rb"\s*" + _HEX)


class UnknownLettersError(Exception):
    """A font does not say which letters it shows."""


def stamp_lines(field: DictionaryObject) -> tuple[str, ...]:
    """The lines of text on the normal appearance of a signature field's widgets.

    Nothing where there is no text, where it is a picture, where it is far too much for a stamp, or where
    a font keeps its letters to itself.
    """
    kids = [kid.get_object() for kid in field["/Kids"]] if "/Kids" in field else []
    reading = _Reading()
    try:
        for widget in (field, *kids):
            appearance = widget["/AP"]["/N"] if "/AP" in widget else None
            if isinstance(appearance, StreamObject):
                reading.form(appearance, 0)
    except UnknownLettersError:
        return ()
    return tuple(line for line in (" ".join(one.split()) for one in reading.lines) if line)


class _Reading:
    """The lines read so far, and how much more may be read."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._left = _MOST_BYTES

    def form(self, form: StreamObject, depth: int) -> None:
        """Read the lines that a form and the forms in it show."""
        content = bytes(form.data)
        self._left -= len(content) + 1
        if depth > _DEEPEST or self._left < 0:
            raise UnknownLettersError
        resources = entry(form, "/Resources")
        letters: _Letters | None = None
        height: Operand | None = None
        self.lines.append("")
        for operator, operands in instructions(content):
            if _breaks(operator, operands, height):
                self.lines.append("")
            if operator == "Tm":
                height = operands[-1] if operands else None
            elif operator == "Tf" and operands:
                letters = _Letters(resources["/Font"][operands[0]])
            elif operator == "Do" and operands:
                inner = resources["/XObject"][operands[0]]
                if entry(inner, "/Subtype") == "/Form":
                    self.form(inner, depth + 1)
            elif operator in _SHOWS and letters is not None and operands:
                self.lines[-1] += letters.text(operands[-1])


_SHOWS = frozenset({"Tj", "TJ", "'", '"'})


def _breaks(operator: str, operands: tuple[Operand, ...], height: Operand | None) -> bool:
    """Whether what follows stands on another line."""
    if operator == "Tm":
        return operands[-1:] != (height,)
    if operator in {"Td", "TD"}:
        return operands[-1:] != (0.0,)
    return operator in {"T*", "'", '"', "BT", "Do"}


class _Letters:
    """The letters that a font's codes stand for."""

    def __init__(self, font: Any) -> None:
        self._wide = entry(font, "/Subtype") == "/Type0"
        self._known: dict[int, str] | None = None
        if "/ToUnicode" in font and isinstance(font["/ToUnicode"], StreamObject):
            self._known = _letters(bytes(font["/ToUnicode"].data))
        elif (
            self._wide
            or entry(font, "/Subtype") == "/Type3"
            or isinstance(entry(font, "/Encoding"), DictionaryObject)
        ):
            raise UnknownLettersError

    def text(self, shown: Operand) -> str:
        parts = shown if isinstance(shown, list) else [shown]
        return "".join(self._part(part) for part in parts)

    def _part(self, part: object) -> str:
        if isinstance(part, float):
            # A wide gap between letters is how some programs write a blank.
            return " " if part < -200 else ""
        if not isinstance(part, bytes):
            return ""
        if self._known is None:
            return part.decode("cp1252", "replace")
        step = 2 if self._wide else 1
        codes = (int.from_bytes(part[at : at + step], "big") for at in range(0, len(part), step))
        try:
            return "".join(self._known[code] for code in codes)
        except KeyError as error:
            raise UnknownLettersError from error


def _letters(cmap: bytes) -> dict[int, str]:
    """The letters of a ``/ToUnicode`` map (ISO 32000-1, 9.10.3)."""
    known: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, letter in _CHARACTER.findall(block):
            known[int(code, 16)] = _utf16(letter)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        ranges = _RANGE.findall(block)
        if len(ranges) > _MOST_RANGES:
            raise UnknownLettersError
        for first, last, letter, several in ranges:
            start, end = int(first, 16), int(last, 16)
            listed = [_utf16(one) for one in re.findall(_HEX, several)]
            # A range changes the last byte alone (ISO 32000-1, 9.10.3).
            for code in range(start, min(end, start + 0xFF) + 1):
                if listed:
                    known[code] = listed[min(code - start, len(listed) - 1)]
                else:
                    base = _utf16(letter)
                    known[code] = base[:-1] + chr(ord(base[-1]) + code - start) if base else ""
    return known


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")

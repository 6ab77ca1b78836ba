"""What the visible stamp of a signature says, as far as its letters can be told."""

from __future__ import annotations

import re
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject

from digitize.pdf.content import Operand, instructions
from digitize.signatures.entries import entry

_DEEPEST = 5
_MOST_LETTERS = 5_000
_HEX = rb"<\s*([0-9A-Fa-f\s]*)>"
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[([^\]]*)\])")
_CHARACTER = re.compile(_HEX + rb"\s*" + _HEX)


class UnknownLettersError(Exception):
    """A font does not say which letters it shows."""


def stamp_lines(field: DictionaryObject) -> tuple[str, ...]:
    """The lines of text on the normal appearance of a signature field's widgets.

    Nothing where there is no text, where it is a picture, or where a font keeps its letters to itself.
    """
    kids = [kid.get_object() for kid in field["/Kids"]] if "/Kids" in field else []
    lines: list[str] = []
    try:
        for widget in (field, *kids):
            appearance = widget["/AP"]["/N"] if "/AP" in widget else None
            if isinstance(appearance, StreamObject):
                _read(appearance, lines, 0)
    except UnknownLettersError:
        return ()
    return tuple(line for line in (" ".join(one.split()) for one in lines) if line)


def _read(form: StreamObject, lines: list[str], depth: int) -> None:
    """Append the lines that a form and the forms in it show."""
    if depth > _DEEPEST:
        return
    resources = entry(form, "/Resources")
    letters: _Letters | None = None
    height: Operand | None = None
    lines.append("")
    for operator, operands in instructions(bytes(form.data)):
        if _breaks(operator, operands, height):
            lines.append("")
        if operator == "Tm":
            height = operands[-1] if operands else None
        elif operator == "Tf" and operands:
            letters = _Letters(resources["/Font"][operands[0]])
        elif operator == "Do" and operands:
            inner = resources["/XObject"][operands[0]]
            if entry(inner, "/Subtype") == "/Form":
                _read(inner, lines, depth + 1)
        elif operator in _SHOWS and letters is not None and operands:
            lines[-1] += letters.text(operands[-1])
        if sum(map(len, lines)) > _MOST_LETTERS:
            raise UnknownLettersError


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
        for first, last, letter, several in _RANGE.findall(block):
            start, end = int(first, 16), int(last, 16)
            listed = [_utf16(one) for one in re.findall(_HEX, several)]
            for code in range(start, min(end, start + 0xFFFF) + 1):
                if listed:
                    known[code] = listed[min(code - start, len(listed) - 1)]
                else:
                    base = _utf16(letter)
                    known[code] = base[:-1] + chr(ord(base[-1]) + code - start) if base else ""
    return known


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")

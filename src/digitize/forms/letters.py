"""Read an official letter: NĐ 30/2020/NĐ-CP gives its parts places instead of labels."""

from __future__ import annotations

from collections.abc import Sequence

from digitize.forms.letter_foot import LetterFoot
from digitize.forms.letter_head import LetterHead
from digitize.forms.view import PageView
from digitize.model import FieldReading
from digitize.ocr.engine import OcrEngine


def read_letter(views: Sequence[tuple[int, PageView]], engine: OcrEngine) -> dict[str, FieldReading]:
    """Read the fields of an official letter; ``views`` are its pages with their indices."""
    head, foot = LetterHead(*views[0], engine), LetterFoot(*views[-1], engine)
    return head.fields() | foot.fields()

"""Read identity cards: their codes first, what is printed where the codes say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np

from digitize.forms.codes import mrz_of, qr_of
from digitize.forms.labelled import read_labelled
from digitize.forms.labels import likeness
from digitize.forms.layout import into_rows, surround
from digitize.forms.template import FieldType, Template
from digitize.forms.values import odd_number
from digitize.forms.view import PageView
from digitize.imaging.ink import to_grey
from digitize.model import Box, FieldReading, Problem, Source, Value
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.legible import is_read
from digitize.vietnamese.card_codes import UNLIMITED, CardFacts
from digitize.vietnamese.dates import parse_date
from digitize.vietnamese.folding import fold

_CODE = 0.99
"""Confidence of what a code says; both kinds correct or check themselves."""

_KINDS = {"cccd-2021": "cccd_2021", "can-cuoc-2024": "can_cuoc_2024", "cmnd": "cmnd"}
_ISSUERS = {"cccd-2021": "Cục Cảnh sát QLHC về TTXH", "can-cuoc-2024": "Bộ Công an"}
_ISSUER_LINES = {
    "cccd-2021": ("CỤC TRƯỞNG CỤC CẢNH SÁT", "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI"),
    "can-cuoc-2024": ("BỘ CÔNG AN", "MINISTRY OF PUBLIC SECURITY"),
}
"""Who issues each version, as the law and this program name them, and what of it is printed."""

_ALIKE = 85.0

_LARGER = 2.0
_BESIDE = 5.0
"""Millimetres around what was read in which there may be more of a card."""

_UNTOLD = FieldReading.unread("code_unread")
"""What only the QR code would say."""


@dataclass(frozen=True, slots=True)
class CardCodes:
    """What the codes on the pages of a card say, with the index of the page; None where there is none."""

    qr: tuple[int, CardFacts] | None
    mrz: tuple[int, CardFacts] | None

    @property
    def pid(self) -> str | None:
        """The number of the card's holder."""
        found = self.qr or self.mrz
        return found[1].pid if found else None


def codes_of(views: Iterable[tuple[int, PageView]], engine: OcrEngine) -> CardCodes:
    """Read the codes on some pages."""
    qr = mrz = None
    for page, view in views:
        if qr is None and (facts := qr_of(view)) is not None:
            qr = page, facts
        if mrz is None and (facts := mrz_of(view, engine)) is not None:
            mrz = page, facts
    return CardCodes(qr, mrz)


def read_card(
    template: Template,
    version: str,
    views: Sequence[tuple[int, PageView]],
    codes: CardCodes,
    engine: OcrEngine,
) -> dict[str, FieldReading]:
    """The fields of a card; what its codes and its print say against each other is flagged."""
    printed = read_labelled(template, version, views, engine)
    printed |= {
        "card_kind": FieldReading(_KINDS.get(version), confidence=0.95, page=views[0][0]),
        "issuer": _issuer(version, views),
        "expires_on": _expiry(version, views, printed["expires_on"], _born(printed["dob"], codes)),
        "old_pid": FieldReading(None, confidence=0.95) if codes.qr else _UNTOLD,
    }
    return {key: _settled(key, reading, template, codes) for key, reading in printed.items()}


def magnified(view: PageView, engine: OcrEngine) -> PageView:
    """A page with the words that are read in it enlarged: print on cards is half as tall as on papers."""
    left, top, right, bottom = _around(view)
    part = to_grey(view.pixels)[top:bottom, left:right]
    larger = cv2.resize(part, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    words = tuple(
        replace(word, box=_back(word.box, left, top))
        for word in engine.read(larger, view.reading.dpi * _LARGER, Layout.PAGE)
        if is_read(word)
    )
    return PageView(replace(view.reading, words=words), lambda: view.pixels)


def lost_labels(fields: Mapping[str, FieldReading]) -> int:
    """How many fields of a card have not been found on it."""
    lost = Problem("label_not_found")
    return sum(lost in reading.problems for reading in fields.values())


def _around(view: PageView) -> Box:
    """The part of a page on which something was read, and a little more."""
    left, top, right, bottom = surround(word.box for word in view.reading.words)
    margin = view.millimetres(_BESIDE)
    return (
        max(0, left - margin),
        max(0, top - margin),
        min(view.reading.width, right + margin),
        min(view.reading.height, bottom + margin),
    )


def _back(box: Box, left: int, top: int) -> Box:
    x0, y0, x1, y1 = (round(edge / _LARGER) for edge in box)
    return x0 + left, y0 + top, x1 + left, y1 + top


def _settled(key: str, printed: FieldReading, template: Template, codes: CardCodes) -> FieldReading:
    """A field by its code, if one says it; flagged where what was surely read, or another code, differs."""
    told = [
        (getattr(found[1], key), found[0], source)
        for found, source in ((codes.qr, Source.QR), (codes.mrz, Source.MRZ))
        if found is not None and key in _CODED and getattr(found[1], key) is not None
    ]
    if not told:
        return _of_few(printed) if template.type_of(key) in _LISTED else printed
    value, page, source = told[0]
    others = [str(other) for other, _, _ in told[1:] if other != value]
    if printed.value is not None and not printed.needs_review and not _same(key, printed.value, value):
        others.append(str(printed.value))
    # A digit and its check digit may be misread alike (7 and 1); a QR code corrects itself.
    odd = odd_number(value) if key == "pid" and source is Source.MRZ else ()
    problems = (*(Problem("code_disagrees", {"other": other}) for other in others), *odd)
    box = printed.box if printed.page == page and template.type_of(key) is not FieldType.TEXT else None
    return FieldReading(
        value=value,
        raw=str(value),
        confidence=_CODE if not problems else 0.5,
        source=source,
        page=page,
        box=box,
        needs_review=bool(problems),
        problems=problems,
    )


_LISTED = (FieldType.NATIONALITY, FieldType.SEX)


def _of_few(printed: FieldReading) -> FieldReading:
    """One of few values, surely read; the pattern printed beside it on the card says nothing against it."""
    if printed.value is None or any(
        one.code not in ("unread_beside", "value_runs_on") for one in printed.problems
    ):
        return printed
    return replace(printed, needs_review=False, problems=())


_CODED = {field.name for field in fields(CardFacts)}


def _same(key: str, printed: Value, coded: str) -> bool:
    # Print of cards is small; an accent or a comma more says nothing against the code.
    if key in ("name", "residence"):
        return likeness(str(printed), coded) >= _ALIKE or likeness(coded, str(printed)) >= _ALIKE
    return printed == coded


def _issuer(version: str, views: Sequence[tuple[int, PageView]]) -> FieldReading:
    """Who issued the card, if it is printed on one of the pages."""
    for page, view in views:
        for row in into_rows(view.reading.words):
            if any(likeness(row.text, line) >= _ALIKE for line in _ISSUER_LINES.get(version, ())):
                return FieldReading(_ISSUERS[version], raw=row.text, confidence=0.95, page=page, box=row.box)
    return FieldReading.unread("label_not_found")


def _born(printed: FieldReading, codes: CardCodes) -> str | None:
    for found in (codes.qr, codes.mrz):
        if found is not None and found[1].dob is not None:
            return found[1].dob
    return str(printed.value) if printed.value is not None and not printed.needs_review else None


def _expiry(
    version: str, views: Sequence[tuple[int, PageView]], printed: FieldReading, born: str | None
) -> FieldReading:
    """Until when the card holds, where no code says it.

    It stands in the smallest print, beside other lines; but cards hold until the birthday on which one turns
    25, 40 or 60 (Luật Căn cước 2023, Art. 21), and a date that is one of these three stands nowhere else.
    """
    for page, view in views:
        if any(fold(UNLIMITED) in fold(row.text) for row in into_rows(view.reading.words)):
            return replace(
                printed,
                value=UNLIMITED,
                raw=UNLIMITED,
                page=page,
                confidence=0.9,
                needs_review=False,
                problems=(),
            )
        for word in view.reading.words if born else ():
            if parse_date(word.text) in _birthdays(str(born)):
                value = parse_date(word.text)
                return FieldReading(value, raw=word.text, confidence=0.95, page=page, box=word.box)
    if printed.value is not None or version == "can-cuoc-2024":
        return printed
    return FieldReading.unread("label_not_found")


def _birthdays(born: str) -> list[str]:
    return [f"{int(born[:4]) + age:04}{born[4:]}" for age in (25, 40, 60)]

"""The head of an official letter (NĐ 30/2020/NĐ-CP, Annex I): who, which number, where and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from digitize.forms.labels import likeness
from digitize.forms.layout import Row, into_rows, parts_of
from digitize.forms.letter_part import LetterPart, disagreement
from digitize.forms.second_look import AGREED
from digitize.forms.template import FieldType
from digitize.forms.value_texts import clean
from digitize.forms.values import read_value
from digitize.forms.view import PageView
from digitize.imaging.ink import has_colour
from digitize.model import FieldReading, Problem
from digitize.ocr.engine import OcrEngine
from digitize.vietnamese.dates import parse_date
from digitize.vietnamese.folding import fold, single_spaced
from digitize.vietnamese.vocabulary import DOCUMENT_KINDS, NOTATIONS

_NUMBER = re.compile(
    r"^S[ốoôóồ]\s*[:.;]?\s*(?P<number>\d{1,6}[a-zA-Z]?)\s*/\s*(?:(?P<year>(?:19|20)\d\d)\s*/\s*)?"
    r"(?P<notation>[A-ZĐ][A-Za-zĐđ0-9&.]*(?:\s?-\s?[A-ZĐ][A-Za-zĐđ0-9&.]*)*)$"
)
_NUMBER_START = re.compile(r"^s[o06]\b(?:\s*[:.;„,]|\s*\d|\s+\S*/)")
"""``Số:`` folded; ``SỞ`` folds to the same letters, and no punctuation follows it."""
_DATE = re.compile(r"ngay\W*(\S*)\W*thang\W*(\S*)\W*nam\W*(\S*)")
_HEAD = 0.45
"""Share of a page in which stamps of arrival are put."""

_TINT = 70
"""How far the channels of coloured ink are apart, of 255."""

_STAMP = 12.0
"""Square millimetres of coloured ink that make a stamp."""

_NOTATION_ALONE = re.compile(r"/\s*([A-ZĐ][A-Za-zĐđ0-9&.]*(?:\s?-\s?[A-ZĐ][\wĐđ&.]*)+)$")

_SECRECY = {"mat": "mat", "toi mat": "toi_mat", "tuyet mat": "tuyet_mat"}
_URGENCY = {"khan": "khan", "thuong khan": "thuong_khan", "hoa toc": "hoa_toc"}
_LETTER = "Công văn"
_ADDRESSED = (_LETTER, "Tờ trình", "Giấy mời", "Giấy giới thiệu", None)
"""Kinds of documents that name whom they are sent to; None where the kind is not known."""

_TAIL = re.compile(r"/\s*([A-ZĐ][A-Za-zĐđ0-9&.]*(?:\s?-\s?[A-ZĐ][\wĐđ&.]*)*)$")
"""The notation behind a number that was written by hand."""

_MOTTO = "cong hoa xa hoi chu nghia viet nam"


@dataclass(frozen=True, slots=True)
class _Layout:
    """The head of a letter: what stands left and right of its middle, and below."""

    left: tuple[Row, ...]
    right: tuple[Row, ...]
    body: tuple[Row, ...]


class LetterHead(LetterPart):
    """The head of a letter, on its first page."""

    def __init__(self, page: int, view: PageView, engine: OcrEngine) -> None:
        super().__init__(page, view, engine)
        self._layout = _split_head(into_rows(view.reading.words), view)

    def fields(self) -> dict[str, FieldReading]:
        """The fields whose place is the head."""
        found = self._number() | self._place_and_date() | self._issuer() | self._kind_and_subject()
        found["notation"] = held_against(found["notation"], found["doc_type"])
        found["to"] = self._addressee()
        if found["to"].value is None and found["doc_type"].value in _ADDRESSED:
            found["to"] = FieldReading.unread("label_not_found")
        found |= {"secrecy": self._mark(_SECRECY), "urgency": self._mark(_URGENCY)}
        # Stamps of the mail room bear numbers in ink that the reading picture leaves out; where
        # there is such a stamp, a person reads it.
        stamp = self._arrival_stamp()
        return found | {"arrival_number": stamp, "arrival_date": stamp}

    def _number(self) -> dict[str, FieldReading]:
        row = next((r for r in self._layout.left if _NUMBER_START.match(fold(r.text))), None)
        if row is None:
            return self._notation_alone()
        text = clean(row.text)
        match = _NUMBER.match(text)
        if match is None:
            # Often the number is written by hand into the printed line; the notation may stand.
            reading = self.reading(None, row.words, Problem("number_unreadable"))
            tail, again = _TAIL.search(text), _TAIL.search(self.again([row]))
            if tail is None:
                return {"number": reading, "number_year": reading, "notation": reading}
            notation = single_spaced(tail[1])
            same = again is not None and _tight(again[1]) == _tight(notation)
            problems = [] if same else [disagreement(again and again[1])]
            # A year would stand between two strokes.
            year = reading if "/" in text[: tail.start()] else FieldReading(None, confidence=AGREED)
            printed = row.parted(tail.start())[1] or row.words[-1:]
            return {
                "number": reading,
                "number_year": year,
                "notation": self.reading(notation, printed, *problems, read_twice=True),
            }
        seen = self.again([row])
        again = _NUMBER.match(seen)

        def part(name: str) -> FieldReading:
            value = match[name]
            agreed = again is not None and _tight(again[name] or "") == _tight(value or "")
            return self.reading(value, row.words, *([] if agreed else [disagreement(seen)]), read_twice=True)

        return {"number": part("number"), "number_year": part("year"), "notation": part("notation")}

    def _place_and_date(self) -> dict[str, FieldReading]:
        row = next((r for r in self._layout.right if _DATE.search(fold(r.text))), None)
        if row is None:
            return dict.fromkeys(("place", "issued_date"), FieldReading.unread("label_not_found"))
        at = _DATE.search(fold(row.text))
        assert at is not None
        place = clean(row.text[: at.start()]) or None
        date = read_value(FieldType.DATE, row.text[at.start() :])
        again = self.again([row])
        again_at = _DATE.search(fold(again))
        agreed_date = again_at is not None and parse_date(again[again_at.start() :]) == date.value
        agreed_place = again_at is not None and (clean(again[: again_at.start()]) or None) == place
        place_problems = [] if agreed_place else [disagreement(again)]
        if place is None:
            place_problems = [Problem("required_missing")]
        date_problems = date.problems or (() if agreed_date else (disagreement(again),))
        before, after = row.parted(at.start())
        return {
            "place": self.reading(place, before or row.words, *place_problems, read_twice=True),
            "issued_date": self.reading(date.value, after, *date_problems, read_twice=True),
        }

    def _issuer(self) -> dict[str, FieldReading]:
        """Above the number: the parent body, and the issuing one in the last lines of capitals."""
        rows = []
        for row in self._layout.left:
            if _NUMBER_START.match(fold(row.text)) or _NOTATION_ALONE.match(clean(row.text)):
                break
            if sum(map(str.isalnum, row.text)) >= 3:
                rows.append(row)
        if not rows:
            return {"issuer": FieldReading.unread("label_not_found"), "parent_org": FieldReading(None)}
        words = [word for row in rows for word in row.words]
        again = self.again(rows)
        text = clean(" ".join(row.text for row in rows))
        problems = self.against(text, again, words)
        parts = _parent_and_issuer([clean(row.text) for row in rows])
        if parts is None:
            problems.append(Problem("issuer_unclear"))
            parts = None, text
        parent, issuer = parts
        return {
            "issuer": self.reading(issuer, words, *problems, read_twice=True),
            "parent_org": self.reading(parent, words, *problems, read_twice=True),
        }

    def _notation_alone(self) -> dict[str, FieldReading]:
        """What is printed of the number where ``Số`` and the figures by hand were not read: ``/HĐ-ATTP``."""
        fields = dict.fromkeys(("number", "number_year", "notation"), FieldReading.unread("label_not_found"))
        for row in self._layout.left:
            if alone := _NOTATION_ALONE.match(clean(row.text)):
                again = _NOTATION_ALONE.search(self.again([row]))
                same = again is not None and _tight(again[1]) == _tight(alone[1])
                problems = [] if same else [disagreement(again and again[1])]
                value = single_spaced(alone[1])
                fields["notation"] = self.reading(value, row.words, *problems, read_twice=True)
        return fields

    def _kind_and_subject(self) -> dict[str, FieldReading]:
        for index, row in enumerate(self._layout.body[:8]):
            for part in parts_of(row):
                kind = _kind(part.text)
                if kind is not None:
                    below = [_under(part, other) for other in self._layout.body[index + 1 :][:6]]
                    return {
                        "doc_type": self.reading(kind, part.words),
                        "subject": self._subject(_subject_below([other for other in below if other])),
                    }
        rows = _without_marks(_subject_left(self._layout.left))
        if not rows:
            # Long lines from ``V/v`` on reach beyond the left half.
            rows = _subject_below(_subject_left(self._layout.body[:4]))
        kind_reading = FieldReading(_LETTER, confidence=0.95)
        if not rows:
            kind_reading = FieldReading.unread("label_not_found")
        return {"doc_type": kind_reading, "subject": self._subject(rows)}

    def _subject(self, rows: Sequence[Row]) -> FieldReading:
        if not rows:
            return FieldReading.unread("label_not_found")
        words = [word for row in rows for word in row.words]
        text = _without_about(clean(" ".join(row.text for row in rows)))
        again = _without_about(self.again(rows))
        problems = self.against(text, again, words)
        if _capitals_behind(text):
            # The words of a stamp, such as VĂN PHÒNG ... ĐẾN, have run into it.
            problems.append(Problem("stamp_beside"))
        if rows[-1].words[-1].text.endswith("."):
            text += "."
        return self.reading(text, words, *problems, read_twice=True)

    def _addressee(self) -> FieldReading:
        for row in self._layout.body[:10]:
            if fold(row.text).startswith(("kinh gui", "kinh goi")):
                value = clean(row.text[len("Kính gửi") :])
                if value and row.text.endswith("."):
                    value += "."
                if not value:
                    return self.reading(None, row.words, Problem("value_runs_on"))
                again = self.again([row])
                same = again[len("Kính gửi") :].strip(" :") == value.rstrip(".")
                problems = [] if same else self.against(value, again, row.words)
                problems += [Problem("unread_beside")] if self.unread_within(row) else []
                return self.reading(value, row.words, *problems, read_twice=True)
        return FieldReading(None, confidence=0.9)

    def _mark(self, kinds: dict[str, str]) -> FieldReading:
        """A mark such as MẬT or KHẨN, alone in its box under the number, or stamped beside the title."""
        lowest = _HEAD * self.view.reading.height
        beside = (part for row in self._layout.body if row.box[1] < lowest for part in parts_of(row))
        for row in (*self._layout.left, *beside):
            mark = _mark_of(row)
            if mark in kinds:
                return self.reading(kinds[mark], row.words)
        return FieldReading(None, confidence=0.95)

    def _arrival_stamp(self) -> FieldReading:
        for row in self._layout.left + self._layout.right:
            if re.search(r"\b(den|cong van den)\b", fold(row.text)) and row.text.isupper():
                return self.reading(None, row.words, Problem("not_readable"))
        if self._coloured_ink() >= _STAMP:
            return FieldReading.unread("stamp_unread")
        return FieldReading(None, confidence=0.8)

    def _coloured_ink(self) -> float:
        """Square millimetres of coloured ink in the head, where letters themselves are black."""
        pixels = self.view.pixels
        if not has_colour(pixels):
            return 0.0
        head = pixels[: round(_HEAD * pixels.shape[0])].astype(np.int16)
        strong = (head.max(axis=2) - head.min(axis=2) >= _TINT).sum()
        return float(strong) * (25.4 / self.view.reading.dpi) ** 2


def held_against(notation: FieldReading, kind: FieldReading) -> FieldReading:
    """A notation; in doubt if it does not begin with the abbreviation of a kind of documents.

    Those of letters, which have no kind, begin with that of the issuing body.
    """
    first = str(notation.value or "").partition("-")[0]
    if not first or notation.needs_review or kind.value in (None, _LETTER) or first in NOTATIONS:
        return notation
    return notation.doubted(Problem("low_confidence"))


def _split_head(rows: Sequence[Row], view: PageView) -> _Layout:
    """Divide the rows of a first page: the head left and right of its middle, and the body."""
    motto = next((i for i, row in enumerate(rows) if likeness(row.text, _MOTTO) >= 80), 0)
    split = view.reading.width * 0.46
    left: list[Row] = []
    right: list[Row] = []
    end = motto
    for index, row in enumerate(rows[motto:], start=motto):
        if row.box[1] > 0.45 * view.reading.height or (index > motto and _is_body(row, split, view)):
            break
        on_left = tuple(word for word in row.words if word.box[2] <= split + view.millimetres(4))
        on_right = tuple(word for word in row.words if word not in on_left)
        if on_left:
            left.append(Row(on_left))
        if on_right:
            right.append(Row(on_right))
        end = index + 1
    return _Layout(tuple(left), tuple(right), tuple(rows[end:]))


def _is_body(row: Row, split: float, view: PageView) -> bool:
    """Whether a row is no part of the two-column head: it crosses the middle without a gap."""
    for before, after in zip(row.words, row.words[1:], strict=False):
        if before.box[0] < split < after.box[2] and (after.box[0] - before.box[2] < view.millimetres(5)):
            return True
    if any(word.box[0] < split < word.box[2] for word in row.words):
        return True
    # A short name of a document in the middle of the page may stand right of the middle of the head.
    return any(_kind(part.text) is not None for part in parts_of(row))


def _under(name: Row, row: Row) -> Row | None:
    """The part of a row below the name of a document, without what a stamp has put beside it."""
    centre = (name.box[0] + name.box[2]) / 2
    return next((part for part in parts_of(row) if part.box[0] <= centre <= part.box[2]), None)


def _parent_and_issuer(rows: Sequence[str]) -> tuple[str | None, str] | None:
    """Divide the lines above the number into parent and issuing body; None where it is unclear.

    Every body's name begins a line.
    """
    starts = [i for i, row in enumerate(rows) if _BODY_NAME.match(fold(row))]
    if not starts or starts[0] != 0 or len(starts) > 2:
        return None
    if len(starts) == 2:
        return " ".join(rows[: starts[1]]), " ".join(rows[starts[1] :])
    return (None, " ".join(rows)) if len(rows) <= 2 else None


_BODY_NAME = re.compile(
    r"(?:uy ?ban|ubnd|hoi dong|hdnd|bo|so|chi ?cuc|cuc|tong ?cuc|van phong|chinh phu|ban|"
    r"trung tam|phong|cong an|quoc hoi|toa an|vien|truong|dang uy)\b"
)


def _kind(text: str) -> str | None:
    plain = clean(text)
    if not plain.isupper():
        return None
    for kind in DOCUMENT_KINDS:
        if fuzz.ratio(fold(plain), fold(kind)) >= 90:
            return kind
    return None


def _subject_below(rows: Sequence[Row]) -> list[Row]:
    """The lines between the name of a document and its first paragraph."""
    chosen: list[Row] = []
    for row in rows[:4]:
        gap = row.box[1] - chosen[-1].box[3] if chosen else 0
        height = row.box[3] - row.box[1]
        if chosen and gap > 0.9 * height:
            break
        if fold(row.text).startswith(("can cu", "kinh gui")):
            break
        chosen.append(row)
    return chosen


def _mark_of(row: Row) -> str | None:
    """The mark that a line is, such as MẬT or THƯỢNG KHẨN, folded; None if it is none."""
    text = clean(row.text)
    mark = fold(text)
    return mark if text.isupper() and (mark in _SECRECY or mark in _URGENCY) else None


def _without_marks(rows: Sequence[Row]) -> list[Row]:
    """Lines of a subject without the marks that are stamped among them."""
    return [row for row in rows if _mark_of(row) is None]


def _subject_left(rows: Sequence[Row]) -> list[Row]:
    """The lines from ``V/v`` on, under the number of a letter."""
    start = next((i for i, row in enumerate(rows) if re.match(r"^v\s*/\s*v\b", fold(row.text))), None)
    return list(rows[start:]) if start is not None else []


def _without_about(text: str) -> str:
    match = re.match(r"^\(?\s*(?:v\s*/\s*v|(?:ve )?viec)\b[\s:]*", fold(text))
    if not match:
        return text
    rest = text[match.end() :].strip()
    return rest[:-1] if text.startswith("(") and rest.endswith(")") else rest


def _tight(notation: str) -> str:
    """A notation for comparison: people put spaces beside its dash or none."""
    return re.sub(r"\s*-\s*", "-", notation)


def _capitals_behind(text: str) -> bool:
    """Whether several words in capitals stand behind one in small letters."""
    words = [word for word in text.split() if sum(map(str.isalpha, word)) > 1]
    behind = next((n for n, word in enumerate(reversed(words)) if not word.isupper()), len(words))
    return 2 <= behind < len(words)

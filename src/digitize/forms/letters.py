"""Read an official letter: NĐ 30/2020/NĐ-CP gives its parts places instead of labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from digitize.forms.labels import likeness
from digitize.forms.layout import Row, into_rows, surround
from digitize.forms.second_look import clean_look
from digitize.forms.template import FieldType
from digitize.forms.values import clean, read_value
from digitize.forms.view import PageView
from digitize.imaging.ink import ink, to_grey
from digitize.model import FieldReading, Problem, Value, Word
from digitize.ocr.engine import OcrEngine
from digitize.vietnamese.dates import parse_date
from digitize.vietnamese.folding import fold
from digitize.vietnamese.vocabulary import DOCUMENT_KINDS

_DASHES = ("-", "–", "—", "*", "•")
_AGREED = 0.9
_LEAST_WORD = 0.6

_NUMBER = re.compile(
    r"^S[ốoôóồ]\s*[:.;]?\s*(?P<number>\d{1,6}[a-zA-Z]?)\s*/\s*(?:(?P<year>(?:19|20)\d\d)\s*/\s*)?"
    r"(?P<notation>[A-ZĐ][A-Za-zĐđ0-9&.]*(?:\s?-\s?[A-ZĐ][A-Za-zĐđ0-9&.]*)*)$"
)
_NUMBER_START = re.compile(r"^s[o06]\b(?:\s*[:.;„,]|\s*\d|\s+\S*/)")
"""``Số:`` folded; ``SỞ`` folds to the same letters, and no punctuation follows it."""
_DATE = re.compile(r"ngay\W*(\S*)\W*thang\W*(\S*)\W*nam\W*(\S*)")
_CAPACITY = re.compile(r"^(TM|KT|TL|TUQ|Q)\s*\.\s*(.*)$")
_SECRECY = {"mat": "mat", "toi mat": "toi_mat", "tuyet mat": "tuyet_mat"}
_URGENCY = {"khan": "khan", "thuong khan": "thuong_khan", "hoa toc": "hoa_toc"}
_MOTTO = "cong hoa xa hoi chu nghia viet nam"


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a letter: what stands left and right of its middle, and below."""

    left: tuple[Row, ...]
    right: tuple[Row, ...]
    body: tuple[Row, ...]


class _Letter:
    """One letter while it is read. Every ``_read_…`` gives the fields of one part."""

    def __init__(self, views: Sequence[tuple[int, PageView]], engine: OcrEngine) -> None:
        self._engine = engine
        self._page, self._view = views[0]
        self._last_page, self._last_view = views[-1]
        self._head = _split_head(into_rows(self._view.reading.words), self._view)
        self._foot = into_rows(self._last_view.reading.words)

    def fields(self) -> dict[str, FieldReading]:
        found = self._number() | self._place_and_date() | self._issuer()
        found |= self._kind_and_subject() | self._recipients() | self._signer()
        found |= {"secrecy": self._mark(_SECRECY), "urgency": self._mark(_URGENCY)}
        found["seal_present"] = self._seal()
        # Stamps of the mail room bear numbers in ink that the reading picture leaves out; where
        # there is such a stamp, a person reads it.
        stamp = self._arrival_stamp()
        return found | {"arrival_number": stamp, "arrival_date": stamp}

    def _number(self) -> dict[str, FieldReading]:
        row = next((r for r in self._head.left if _NUMBER_START.match(fold(r.text))), None)
        if row is None:
            missing = _doubt("label_not_found")
            return dict.fromkeys(("number", "number_year", "notation"), missing)
        text = clean_head(row.text)
        match = _NUMBER.match(text)
        if match is None:
            # Often the number is written by hand into the printed line; the notation may stand.
            reading = self._reading(None, row.words, Problem("number_unreadable"))
            tail = re.search(r"/\s*([A-ZĐ][A-Za-zĐđ0-9&.]*(?:\s?-\s?[A-ZĐ][\wĐđ&.]*)*)$", text)
            notation = _tight(tail[1]) if tail else None
            return {
                "number": reading,
                "number_year": reading,
                "notation": self._reading(notation, row.words, Problem("number_unreadable")),
            }
        again = _NUMBER.match(clean_head(clean_look(self._view, [row.box], self._engine)))
        agreed = again is not None and again.groupdict() == match.groupdict()
        problems = [] if agreed else [Problem("readings_disagree", {"other": again[0] if again else ""})]
        return {
            "number": self._reading(match["number"], row.words, *problems, read_twice=True),
            "number_year": self._reading(match["year"], row.words, *problems, read_twice=True),
            "notation": self._reading(_tight(match["notation"]), row.words, *problems, read_twice=True),
        }

    def _place_and_date(self) -> dict[str, FieldReading]:
        row = next((r for r in self._head.right if _DATE.search(fold(r.text))), None)
        if row is None:
            return dict.fromkeys(("place", "issued_date"), _doubt("label_not_found"))
        at = _DATE.search(fold(row.text))
        assert at is not None
        place = clean(row.text[: at.start()]) or None
        date = parse_date(row.text[at.start() :])
        again = clean_look(self._view, [row.box], self._engine)
        again_at = _DATE.search(fold(again))
        agreed_date = again_at is not None and parse_date(again[again_at.start() :]) == date
        agreed_place = again_at is not None and (clean(again[: again_at.start()]) or None) == place
        date_problem = None
        if date is None:
            date_problem = Problem("date_unreadable")
        elif not agreed_date:
            date_problem = Problem("readings_disagree", {"other": clean(again)})
        place_problem = None
        if place is None:
            place_problem = Problem("required_missing")
        elif not agreed_place:
            place_problem = Problem("readings_disagree", {"other": clean(again)})
        return {
            "place": self._reading(
                place, row.words, *([place_problem] if place_problem else []), read_twice=True
            ),
            "issued_date": self._reading(
                date, row.words, *([date_problem] if date_problem else []), read_twice=True
            ),
        }

    def _issuer(self) -> dict[str, FieldReading]:
        """Above the number: the parent body, and the issuing one in the last lines of capitals."""
        rows = []
        for row in self._head.left:
            if _NUMBER_START.match(fold(row.text)):
                break
            if sum(map(str.isalnum, row.text)) >= 3:
                rows.append(row)
        if not rows:
            return {"issuer": _doubt("label_not_found"), "parent_org": FieldReading(None)}
        words = [word for row in rows for word in row.words]
        again = clean(clean_look(self._view, [row.box for row in rows], self._engine))
        text = clean(" ".join(row.text for row in rows))
        problems = [] if again == text else [Problem("readings_disagree", {"other": again})]
        parts = _parent_and_issuer([clean(row.text) for row in rows])
        if parts is None:
            problems.append(Problem("issuer_unclear"))
            parts = None, text
        parent, issuer = parts
        return {
            "issuer": self._reading(issuer, words, *problems, read_twice=True),
            "parent_org": self._reading(parent, words, *problems, read_twice=True),
        }

    def _kind_and_subject(self) -> dict[str, FieldReading]:
        for index, row in enumerate(self._head.body[:8]):
            kind = _kind(row.text)
            if kind is not None:
                subject_rows = _subject_below(self._head.body[index + 1 :])
                return {
                    "doc_type": self._reading(kind, row.words),
                    "subject": self._subject(subject_rows),
                }
        rows = _subject_left(self._head.left)
        kind_reading = FieldReading("Công văn", confidence=0.95)
        if not rows:
            kind_reading = _doubt("label_not_found")
        return {"doc_type": kind_reading, "subject": self._subject(rows)}

    def _subject(self, rows: Sequence[Row]) -> FieldReading:
        if not rows:
            return _doubt("label_not_found")
        words = [word for row in rows for word in row.words]
        text = _without_about(clean(" ".join(row.text for row in rows)))
        again = _without_about(clean(clean_look(self._view, [row.box for row in rows], self._engine)))
        problems = [] if again == text else [Problem("readings_disagree", {"other": again})]
        return self._reading(text, words, *problems, read_twice=True)

    def _recipients(self) -> dict[str, FieldReading]:
        to = self._addressee()
        start = next((i for i, row in enumerate(self._foot) if likeness(row.text, "Nơi nhận:") >= 88), None)
        if start is None:
            return {"to": to, "recipients": _doubt("label_not_found")}
        middle = self._last_view.reading.width * 0.52
        listed = _list_below(self._foot[start], self._foot[start + 1 :], middle)
        if not listed:
            return {"to": to, "recipients": _doubt("label_not_found")}
        items = [clean(row.text) for row in listed]
        words = [word for row in listed for word in row.words]
        weakest = min(word.confidence for word in words)
        problems: list[Problem] = []
        if weakest < _LEAST_WORD:
            problems.append(Problem("low_confidence"))
        # NĐ 30/2020: every recipient has its dash, and the last line says where a copy is kept.
        if not all(row.text[:1] in _DASHES for row in listed) or not _is_kept(items[-1]):
            problems.append(Problem("list_unclear"))
        recipients = FieldReading(
            list(items),
            raw="; ".join(items),
            confidence=round(weakest, 3),
            page=self._last_page,
            box=surround(word.box for word in words),
            needs_review=bool(problems),
            problems=tuple(problems),
        )
        return {"to": to, "recipients": recipients}

    def _addressee(self) -> FieldReading:
        for row in self._head.body[:10]:
            if fold(row.text).startswith(("kinh gui", "kinh goi")):
                value = clean(row.text[len("Kính gửi") :])
                if value and row.text.endswith("."):
                    value += "."
                if not value:
                    return self._reading(None, row.words, Problem("value_runs_on"))
                again = clean(clean_look(self._view, [row.box], self._engine))
                same = again[len("Kính gửi") :].strip(" :") == value.rstrip(".")
                problems = [] if same else [Problem("readings_disagree", {"other": again})]
                return self._reading(value, row.words, *problems, read_twice=True)
        return FieldReading(None, confidence=0.9)

    def _signer(self) -> dict[str, FieldReading]:
        keys = ("sign_capacity", "signer_title", "signer_name")
        middle = self._last_view.reading.width * 0.48
        rows = []
        for row in self._foot:
            part = tuple(word for word in row.words if word.box[0] >= middle)
            if part and row.box[1] > 0.25 * self._last_view.reading.height:
                rows.append(Row(part))
        start = next((i for i, row in enumerate(rows) if _is_signing(row.text)), None)
        if start is None:
            return dict.fromkeys(keys, _doubt("label_not_found"))
        capacity, title_rows, index = None, [], start
        match = _CAPACITY.match(clean_head(rows[start].text))
        if match:
            capacity = f"{match[1]}."
        while index < len(rows) and _capitals(rows[index].text):
            if not (match and index == start):
                title_rows.append(rows[index])
            index += 1
        title = clean(" ".join(row.text for row in title_rows)) or None
        name_rows = [row for row in rows[index:] if _is_name(row.text)]
        caption = [word for row in rows[start:index] for word in row.words]
        return {
            "sign_capacity": self._reading(capacity, caption, last=True),
            "signer_title": self._reading(title, caption, last=True) if title else _doubt("signer_unclear"),
            "signer_name": self._name(name_rows),
        }

    def _name(self, rows: Sequence[Row]) -> FieldReading:
        """The name under the signature; a seal or the signature may cover a part of it."""
        if len(rows) != 1:
            return _doubt("signer_unclear")
        view, row = self._last_view, rows[0]
        read = read_value(FieldType.NAME, row.text)
        problems = list(read.problems)
        again = read_value(FieldType.NAME, clean_look(view, [row.box], self._engine))
        if again.value != read.value:
            problems.append(Problem("readings_disagree", {"other": str(again.value or "")}))
        left, top, right, bottom = row.box
        reach, gap = view.millimetres(22), view.millimetres(0.8)
        sides = ((left - reach, top, left - gap, bottom), (right + gap, top, right + reach, bottom))
        if any(
            mark[3] - mark[1] >= view.millimetres(1.3)
            for side in sides
            for mark in view.marks(side, 1.3, dark=True)
        ):
            problems.append(Problem("unread_beside"))
        return self._reading(read.value, row.words, *problems, last=True, read_twice=True)

    def _mark(self, kinds: dict[str, str]) -> FieldReading:
        """A mark such as MẬT or KHẨN, alone in its box under the number."""
        for row in self._head.left:
            kind = kinds.get(fold(clean(row.text)))
            if kind is not None and clean(row.text).isupper():
                return self._reading(kind, row.words)
        return FieldReading(None, confidence=0.95)

    def _seal(self) -> FieldReading:
        """Red or blue ink in the lower part of the last page, a seal's size."""
        pixels = self._last_view.pixels
        if pixels.ndim == 2:
            return _doubt("seal_unclear")
        height = pixels.shape[0]
        lower = pixels[height // 4 :]
        red = lower[..., 0].astype(int) - lower[..., 1:].max(axis=2).astype(int)
        share = float(((red > 40) & ink(to_grey(lower))).sum())
        square_inch = self._last_view.reading.dpi**2
        if share > 0.03 * square_inch:
            return FieldReading(value=True, confidence=0.9, page=self._last_page)
        if share < 0.002 * square_inch:
            return FieldReading(value=False, confidence=0.9, page=self._last_page)
        return _doubt("seal_unclear")

    def _arrival_stamp(self) -> FieldReading:
        for row in self._head.left + self._head.right:
            if re.search(r"\b(den|cong van den)\b", fold(row.text)) and row.text.isupper():
                return self._reading(None, row.words, Problem("not_readable"))
        return FieldReading(None, confidence=0.8)

    def _reading(
        self,
        value: Value,
        words: Sequence[Word],
        *problems: Problem,
        last: bool = False,
        read_twice: bool = False,
    ) -> FieldReading:
        """A value with its place; one that was not read twice needs words read with confidence."""
        told = [word for word in words if any(map(str.isalnum, word.text))]
        confidence = min((word.confidence for word in told), default=0.0)
        found = list(problems)
        if value is not None and not found and not read_twice and confidence < _LEAST_WORD:
            found.append(Problem("low_confidence"))
        return FieldReading(
            value=value,
            raw=" ".join(word.text for word in words),
            confidence=round(max(confidence, _AGREED) if not found else min(confidence, 0.5), 3),
            page=self._last_page if last else self._page,
            box=surround(word.box for word in words) if words else None,
            needs_review=bool(found),
            problems=tuple(found),
        )


def read_letter(views: Sequence[tuple[int, PageView]], engine: OcrEngine) -> dict[str, FieldReading]:
    """Read the fields of an official letter; ``views`` are its pages with their indices."""
    return _Letter(views, engine).fields()


def clean_head(text: str) -> str:
    """A line of the head without marks at its ends and doubled spaces."""
    return clean(text)


def _split_head(rows: Sequence[Row], view: PageView) -> _Head:
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
    return _Head(tuple(left), tuple(right), tuple(rows[end:]))


def _is_body(row: Row, split: float, view: PageView) -> bool:
    """Whether a row is no part of the two-column head: it crosses the middle without a gap."""
    for before, after in zip(row.words, row.words[1:], strict=False):
        if before.box[0] < split < after.box[2] and (after.box[0] - before.box[2] < view.millimetres(5)):
            return True
    return any(word.box[0] < split < word.box[2] for word in row.words)


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


def _subject_left(rows: Sequence[Row]) -> list[Row]:
    """The lines from ``V/v`` on, under the number of a letter."""
    start = next((i for i, row in enumerate(rows) if re.match(r"^v\s*/\s*v\b", fold(row.text))), None)
    return list(rows[start:]) if start is not None else []


def _without_about(text: str) -> str:
    match = re.match(r"^\(?\s*(?:v\s*/\s*v|ve viec)\b[\s:]*", fold(text))
    if not match:
        return text
    rest = text[match.end() :].strip()
    return rest[:-1] if text.startswith("(") and rest.endswith(")") else rest


def _list_below(caption: Row, rows: Sequence[Row], right: float) -> list[Row]:
    """The lines of a list under its caption, left of ``right``; a wide gap ends it."""
    listed: list[Row] = []
    level = caption.box[3]
    for row in rows:
        part = tuple(word for word in row.words if word.box[0] < right)
        if not part:
            continue
        line = Row(part)
        if line.box[1] - level > 1.6 * (caption.box[3] - caption.box[1]):
            break
        listed.append(line)
        level = line.box[3]
    return listed


def _is_kept(item: str) -> bool:
    return fold(item).startswith("luu")


def _tight(notation: str) -> str:
    return re.sub(r"\s*-\s*", "-", notation)


def _capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 4 and sum(map(str.isupper, letters)) >= 0.9 * len(letters)


def _is_signing(text: str) -> bool:
    plain = clean_head(text)
    if not _capitals(plain):
        return False
    titles = ("CHỦ TỊCH", "GIÁM ĐỐC", "TRƯỞNG", "BỘ TRƯỞNG", "ỦY BAN NHÂN DÂN", "CHÁNH VĂN PHÒNG")
    return bool(_CAPACITY.match(plain)) or any(likeness(plain, t) >= 90 for t in titles)


def _is_name(text: str) -> bool:
    words = clean(text).split()
    return 2 <= len(words) <= 5 and all(w[:1].isupper() and w.isalpha() for w in words)


def _doubt(code: str) -> FieldReading:
    return FieldReading(None, needs_review=True, problems=(Problem(code),))

"""The foot of an official letter (NĐ 30/2020/NĐ-CP, Annex I): recipients, signer, seal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digitize.forms.inks import black_lines
from digitize.forms.labels import likeness
from digitize.forms.layout import Row, into_rows, surround
from digitize.forms.letter_part import LEAST_WORD, LetterPart
from digitize.forms.second_look import AGREED
from digitize.forms.signing import is_name
from digitize.forms.template import FieldType
from digitize.forms.value_texts import clean
from digitize.forms.values import read_value
from digitize.forms.view import PageView
from digitize.imaging.ink import has_colour, ink, to_grey
from digitize.model import FieldReading, Problem, Word
from digitize.ocr.engine import OcrEngine
from digitize.vietnamese.folding import fold
from digitize.vietnamese.vocabulary import SIGNER_TITLES

_DASHES = ("-", "–", "—", "*", "•")
_BESIDE_TITLE, _BELOW_TITLE = 15.0, 45.0
"""Millimetres beside and below the title of who signs in which the name stands."""

_LOOKS = (1.0, 1.5)
"""Sizes at which a name under a seal is read; both must give it alike."""

_CAPACITY = re.compile(r"^(TM|KT|TL|TUQ|Q)\s*\.\s*(.*)$")


class LetterFoot(LetterPart):
    """The foot of a letter, on its last page."""

    def __init__(self, page: int, view: PageView, engine: OcrEngine) -> None:
        super().__init__(page, view, engine)
        self._rows = into_rows(view.reading.words)

    def fields(self) -> dict[str, FieldReading]:
        """The fields whose place is the foot."""
        return self._signer() | {"recipients": self._recipients(), "seal_present": self._seal()}

    def _recipients(self) -> FieldReading:
        start = next((i for i, row in enumerate(self._rows) if likeness(row.text, "Nơi nhận:") >= 88), None)
        if start is None:
            return FieldReading.unread("label_not_found")
        middle = self.view.reading.width * 0.52
        listed = _list_below(self._rows[start], self._rows[start + 1 :], middle)
        if not listed:
            return FieldReading.unread("label_not_found")
        items = [clean(row.text) for row in listed]
        words = [word for row in listed for word in row.words]
        weakest = min(word.confidence for word in words)
        problems: list[Problem] = []
        if weakest < LEAST_WORD:
            problems.append(Problem("low_confidence"))
        # NĐ 30/2020: every recipient has its dash, and the last line says where a copy is kept.
        if not all(row.text[:1] in _DASHES for row in listed) or not _is_kept(items[-1]):
            problems.append(Problem("list_unclear"))
        return FieldReading(
            list(items),
            raw="; ".join(items),
            confidence=round(weakest, 3),
            page=self.page,
            box=surround(word.box for word in words),
            needs_review=bool(problems),
            problems=tuple(problems),
        )

    def _signer(self) -> dict[str, FieldReading]:
        keys = ("sign_capacity", "signer_title", "signer_name")
        middle = self.view.reading.width * 0.48
        rows = []
        for row in self._rows:
            part = tuple(word for word in row.words if word.box[0] >= middle)
            if part and row.box[1] > 0.25 * self.view.reading.height:
                rows.append(Row(part))
        start = next((i for i, row in enumerate(rows) if _is_signing(row.text)), None)
        if start is None:
            return dict.fromkeys(keys, FieldReading.unread("label_not_found"))
        end = next((i for i in range(start, len(rows)) if not _capitals(rows[i].text)), len(rows))
        block = rows[start:end]
        # "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH": the last line with a capacity counts.
        matches = [_CAPACITY.match(clean(row.text)) for row in block]
        capacity = next((f"{match[1]}." for match in reversed(matches) if match), None)
        title_rows = [row for row, match in zip(block, matches, strict=True) if not match]
        name_rows = [row for row in rows[end:] if is_name(row.text)]
        caption = [word for row in block for word in row.words]
        covered = any(self.unread_beside(row) for row in block)
        return {
            "sign_capacity": self._capacity(capacity, caption, title_rows, covered=covered),
            "signer_title": self._title(title_rows, covered=covered),
            "signer_name": self._name_in_black(self._name(name_rows), block[-1]),
        }

    def _capacity(
        self, capacity: str | None, caption: Sequence[Word], titles: Sequence[Row], *, covered: bool
    ) -> FieldReading:
        """On whose behalf the letter is signed; a line of it that is lost changes what it says."""
        deputy = any(fold(row.text).startswith("pho ") for row in titles)
        # A deputy signs for the head (NĐ 30/2020, Annex I); heads sign without any capacity, but so
        # it looks as well when its line was not read.
        unsure = capacity is None or covered or (deputy and capacity != "KT.")
        return self.reading(capacity, caption, *([Problem("signer_unclear")] if unsure else []))

    def _title(self, rows: Sequence[Row], *, covered: bool) -> FieldReading:
        """The office that the signer holds; a seal may have taken a word of it."""
        title = clean(" ".join(row.text for row in rows))
        if not title:
            return FieldReading.unread("signer_unclear")
        known = title in SIGNER_TITLES
        problems = [] if known else [Problem("signer_title_unknown", {"title": title})]
        if covered:
            problems.append(Problem("unread_beside"))
        return self.reading(title, [word for row in rows for word in row.words], *problems)

    def _name(self, rows: Sequence[Row]) -> FieldReading:
        """The name under the signature; a seal or the signature may cover a part of it."""
        if len(rows) != 1:
            return FieldReading.unread("signer_unclear")
        row = rows[0]
        read = read_value(FieldType.NAME, row.text)
        problems = list(read.problems)
        again = read_value(FieldType.NAME, self.again([row])).value
        problems += self.against(str(read.value), str(again), row.words)
        if self.unread_beside(row):
            problems.append(Problem("unread_beside"))
        return self.reading(read.value, row.words, *problems, read_twice=True)

    def _name_in_black(self, reading: FieldReading, caption: Row) -> FieldReading:
        """A name in doubt, read again without the seal and the signature over it.

        Two sizes of one picture err alike, so a name that page reading did not see stays for a person.
        """
        if not reading.needs_review:
            return reading
        left, _, right, top = caption.box
        beside, below = self.view.millimetres(_BESIDE_TITLE), self.view.millimetres(_BELOW_TITLE)
        box = (left - beside, top, right + beside, top + below)
        names = [
            read.value
            for enlarged in _LOOKS
            for line in black_lines(self.view, box, self.engine, enlarged=enlarged)
            if is_name(clean(line)) and not (read := read_value(FieldType.NAME, line)).problems
        ]
        if len(names) != len(_LOOKS) or len(set(names)) != 1:
            return reading
        if reading.value is not None and fold(str(reading.value)) not in fold(str(names[0])):
            # Another name than the one that was read there.
            return reading
        name = FieldReading(names[0], raw=str(names[0]), confidence=AGREED, page=self.page, box=box)
        return name if names[0] == reading.value else name.doubted(Problem("signer_unclear"))

    def _seal(self) -> FieldReading:
        """Red or blue ink in the lower part of the last page, a seal's size."""
        pixels = self.view.pixels
        if not has_colour(pixels):
            return FieldReading.unread("seal_unclear")
        height = pixels.shape[0]
        lower = pixels[height // 4 :]
        red = lower[..., 0].astype(int) - lower[..., 1:].max(axis=2).astype(int)
        share = float(((red > 40) & ink(to_grey(lower))).sum())
        square_inch = self.view.reading.dpi**2
        if share > 0.03 * square_inch:
            return FieldReading(value=True, confidence=0.9, page=self.page)
        if share < 0.002 * square_inch:
            # A letter goes out sealed; where no seal is seen, it may have faded or been left out.
            absent = Problem("seal_absent")
            return FieldReading(value=False, page=self.page, needs_review=True, problems=(absent,))
        return FieldReading.unread("seal_unclear")


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


def _capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 4 and sum(map(str.isupper, letters)) >= 0.9 * len(letters)


def _is_signing(text: str) -> bool:
    plain = clean(text)
    if not _capitals(plain):
        return False
    titles = ("CHỦ TỊCH", "GIÁM ĐỐC", "TRƯỞNG", "BỘ TRƯỞNG", "ỦY BAN NHÂN DÂN", "CHÁNH VĂN PHÒNG")
    return bool(_CAPACITY.match(plain)) or any(likeness(plain, t) >= 90 for t in titles)

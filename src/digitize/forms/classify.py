"""What each paper of a dossier is, and which pages belong to it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from rapidfuzz import fuzz

from digitize.forms.labels import likeness
from digitize.forms.layout import Row, into_rows
from digitize.forms.papers import Paper, load_papers
from digitize.forms.places import locate
from digitize.forms.template import Template, Version
from digitize.forms.view import PageView
from digitize.model import UNKNOWN_FORM, PageReading
from digitize.ocr.cards import is_of_back, is_of_card
from digitize.vietnamese.folding import fold
from digitize.vietnamese.vocabulary import DOCUMENT_KINDS

_SURE_TITLE = 88.0
_APART = 3.0
"""How much better the best title must fit than the second."""

_SURE_CARD = 0.95
_SURE_SIGN = 85.0
_CLEARLY = 5.0
"""How much better, of 100 for each sign, the signs of a version must be found than those of others."""

_MOST = 0.6
"""Share of the phrases a paper is known by, or of steps in counting, that must be found."""

_LONGEST_COUNT = 4

_LETTER = "official_letter"
_PAGE_NUMBER = re.compile(r"[2-9]|[1-9]\d")
_CENTRAL = 0.1
"""Share of the width that a page number may stand beside the middle."""

_TOP = 0.12
_TITLE_WIDTH = 0.6
"""Share of the width of a page that a title in small letters takes at most."""

_MOTTO = "cong hoa xa hoi chu nghia viet nam"
_NUMBER_LINE = re.compile(r"\bs[o06]\s*[:.;]?.{0,16}/.{0,12}[a-z]{2}")
_DATE_LINE = re.compile(r"ngay.{0,8}thang.{0,8}nam")
_OTHER_TITLES = re.compile(r"^(to khai|don|giay|phieu|so dang ky|so ho|danh sach|muc luc|ban khai)\b")
_HEAD_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class PageKind:
    """What the head of a page says.

    Attributes:
        form: the form it begins, ``unknown`` if none that is known.
        confidence: how sure that is.
        begins: it begins a paper.
        follows: the form of which it may be a later page; empty if none.
        paper: the kind of papers that it begins, if it is one without a form.
        number: the page number at its top; None if there is none.
        told: whether a person has said that a paper begins with it (True), or that it belongs to the one
            before (False); None where nobody has.
        unclear: it looks like the head of a form, and nobody knows of which.

    """

    form: str
    confidence: float
    begins: bool
    follows: str = ""
    paper: str | None = None
    number: int | None = None
    told: bool | None = None
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Grouped:
    """Pages that make one document, and what it is; ``unclear`` if it may be a form that is not known."""

    pages: tuple[int, ...]
    form: str
    confidence: float
    paper: str | None = None
    unclear: bool = False


def classify_page(reading: PageReading, templates: dict[str, Template]) -> PageKind:
    """Tell from its head what a page begins."""
    rows = [row for row in into_rows(reading.words) if row.box[1] < _HEAD_SHARE * reading.height]
    motto = any(likeness(row.text, _MOTTO) >= 85 for row in rows)
    cards = [template.id for template in templates.values() if template.reader == "card"]
    if cards and any(is_of_card(row.text) or is_of_back(row.text) for row in into_rows(reading.words)):
        return PageKind(cards[0], _SURE_CARD, begins=True)
    titled = [
        (_best_title(rows, template.titles, template.not_words), template) for template in templates.values()
    ] + [(_best_title(rows, paper.titles, ()), paper) for paper in load_papers().values()]
    titled.sort(key=itemgetter(0), reverse=True)
    if titled and titled[0][0] >= _SURE_TITLE:
        (score, found), second = titled[0], titled[1][0] if len(titled) > 1 else 0.0
        if score - second >= _APART:
            if isinstance(found, Paper):
                return PageKind(UNKNOWN_FORM, 0.0, begins=True, paper=found.id)
            return PageKind(found.id, round(score / 100, 3), begins=True)
        # ``KHAI SINH`` and ``KHAI TỬ`` on a worn page: a person tells them apart.
        return PageKind(UNKNOWN_FORM, 0.0, begins=True, unclear=True)
    spoken = _known_by(reading, templates) if not motto else None
    if spoken is not None:
        return spoken
    # ``Số / No.`` and ``Ngày, tháng, năm`` of a card look like the number and date of a letter.
    card = any(is_of_card(row.text) for row in rows)
    if motto and not card and _LETTER in templates:
        confidence = _letter_confidence(rows, reading.width)
        if confidence >= 0.6:
            return PageKind(_LETTER, confidence, begins=True)
    following = "" if motto else _follows(reading, templates)
    return PageKind(
        UNKNOWN_FORM,
        0.0,
        begins=motto,
        follows=following,
        number=_page_number(reading),
        unclear=motto and _is_titled(rows, reading.width),
    )


def _known_by(reading: PageReading, templates: dict[str, Template]) -> PageKind | None:
    """The form of which most phrases stand on a page; the first where there are several."""
    rows = [fold(row.text) for row in into_rows(reading.words)]
    for template in templates.values():
        phrases = template.known_by
        found = sum(any(likeness(row, phrase) >= _SURE_SIGN for row in rows) for phrase in phrases)
        if phrases and found >= _MOST * len(phrases):
            return PageKind(template.id, round(found / len(phrases), 3), begins=True)
    return None


def _page_number(reading: PageReading) -> int | None:
    """The number of a later page of a letter: alone in the middle of its top (NĐ 30/2020, Annex I, 7)."""
    first = next(iter(into_rows(reading.words)), None)
    if first is None or not _PAGE_NUMBER.fullmatch(first.text.strip(" -.")):
        return None
    left, _, right, bottom = first.box
    central = abs((left + right) / 2 - reading.width / 2) < _CENTRAL * reading.width
    return int(first.text.strip(" -.")) if central and bottom < _TOP * reading.height else None


def _follows(reading: PageReading, templates: dict[str, Template]) -> str:
    """The form that a page without a head goes on with."""
    rows = into_rows(reading.words)
    for template in templates.values():
        if any(likeness(row.text, phrase) >= _SURE_TITLE for row in rows for phrase in template.later_pages):
            return template.id
        if template.reader == "index" and _goes_on_counting(rows):
            return template.id
    return ""


def _goes_on_counting(rows: Sequence[Row]) -> bool:
    """Whether a table goes on: its rows begin with numbers that count on from a page before."""
    firsts = [row.words[0].text for row in rows]
    numbers = [int(text) for text in firsts if text.isdecimal() and len(text) <= _LONGEST_COUNT]
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    return len(numbers) > 1 and numbers[0] > 1 and steps.count(1) >= _MOST * len(steps)


def group_pages(kinds: Sequence[PageKind], files: Sequence[int], blanks: Sequence[bool]) -> list[Grouped]:
    """Group the pages of a dossier into documents.

    A page begins a document when its head does, or when it comes from another file and is not
    blank; a blank page is the back of the page before it, and a page that goes on with the form before it
    belongs to it. What a person has told counts for more.

    Args:
        kinds: what the head of each page says.
        files: for each page, the number of the file it comes from.
        blanks: which pages are blank.

    """
    groups: list[list[int]] = []
    for page, kind in enumerate(kinds):
        goes_on = bool(groups) and _goes_on(kind, kinds[groups[-1][0]].form, len(groups[-1]))
        new_file = page > 0 and files[page] != files[page - 1] and not goes_on
        begins = not blanks[page] and (kind.begins or new_file)
        if not groups or (begins if kind.told is None else kind.told):
            groups.append([page])
        else:
            groups[-1].append(page)
    return [_grouped(pages, kinds[pages[0]]) for pages in groups]


def _grouped(pages: Sequence[int], first: PageKind) -> Grouped:
    return Grouped(tuple(pages), first.form, first.confidence, first.paper, first.unclear)


def _goes_on(kind: PageKind, form: str, pages: int) -> bool:
    """Whether a page of another file goes on with the document before it, which has so many pages."""
    numbered = form == _LETTER and kind.number == pages + 1
    return kind.follows == form or (numbered and not kind.begins)


def version_of(template: Template, views: Sequence[tuple[int, PageView]]) -> tuple[Version, bool]:
    """The version of a form that some pages are, and whether that is clear.

    It is the one whose signs are found, or whose own fields, else the plain one. It is not clear where the
    signs of another are found nearly as well.
    """
    text = " ".join(row.text for _, view in views for row in into_rows(view.reading.words))
    signed = sorted(
        ((_likeness_of_signs(text, version), -number) for number, version in enumerate(template.versions)),
        reverse=True,
    )
    if signed[0][0] >= _SURE_SIGN:
        clear = len(signed) == 1 or signed[0][0] - signed[1][0] >= _CLEARLY
        return template.versions[-signed[0][1]], clear
    for version in template.versions:
        items = template.items_of(version.id)
        own = [number for number, item in enumerate(items) if item.key in version.fields]
        if own and not locate(items, views).keys().isdisjoint(own):
            return version, True
    plain = [version for version in template.versions if not version.signs and not version.fields]
    return (plain[0], True) if plain else (template.versions[0], len(template.versions) == 1)


def _likeness_of_signs(text: str, version: Version) -> float:
    """How well the signs of a version are found: the sum over those that are, for more signs tell more."""
    alike = (likeness(text, sign) for sign in version.signs)
    return sum(one for one in alike if one >= _SURE_SIGN)


def _best_title(rows: Sequence[Row], titles: Sequence[str], not_words: Sequence[str]) -> float:
    return max((_title_score(row, titles, not_words) for row in rows), default=0.0)


def _title_score(row: Row, titles: Sequence[str], not_words: Sequence[str]) -> float:
    text = fold(row.text)
    if any(fold(word) in text.split() for word in not_words):
        return 0.0
    # A title stands alone; a sentence that mentions the form is much longer than its name.
    fitting = [t for t in titles if len(t) - 4 <= len(text) <= 1.3 * len(t) + 6]
    # Of two titles of which one holds the other's words, the whole row tells more.
    return max(((likeness(text, t) + fuzz.ratio(fold(t), text)) / 2 for t in fitting), default=0.0)


def _is_titled(rows: Sequence[Row], width: int) -> bool:
    """Whether some rows hold the title of a form or certificate, known or not."""
    return any(_OTHER_TITLES.search(fold(row.text)) and _may_be_title(row, width) for row in rows)


def _may_be_title(row: Row, width: int) -> bool:
    """Whether a row is set as titles are: in capitals, or short and in the middle.

    Lines of running text begin with ``đơn vị`` and ``phiếu theo dõi`` as well.
    """
    left, _, right, _ = row.box
    middle = abs((left + right) / 2 - width / 2) < _CENTRAL * width and right - left < _TITLE_WIDTH * width
    return row.text.isupper() or middle


def _letter_confidence(rows: list[Row], width: int) -> float:
    if _is_titled(rows, width):
        return 0.0
    texts = [fold(row.text) for row in rows]
    number = any(_NUMBER_LINE.search(text) for text in texts)
    date = any(_DATE_LINE.search(text) for text in texts)
    kinds = [fold(kind) for kind in DOCUMENT_KINDS]
    named = any(text.strip(" .:") in kinds for text in texts)
    subject = any(re.search(r"\bv\s*/\s*v\b|kinh gui", text) for text in texts)
    return round(0.4 * number + 0.3 * date + 0.3 * (named or subject), 3)

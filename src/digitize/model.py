"""The values that flow through the program.

Coordinates are pixels on a page's upright, straightened picture, ``(left, top, right, bottom)``
with the origin at the top left; right and bottom lie just outside. Confidences run from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from digitize.errors import DigitizeError, Fact, kept_facts

Box = tuple[int, int, int, int]

AT_PAGES = "at_pages"
"""Fact of a problem that concerns single pages of a dossier: their numbers, from 1."""

_MOST_PAGES_NAMED = 12


class Language(StrEnum):
    """Languages that people are spoken to in."""

    VI = "vi"
    EN = "en"


class Stage(StrEnum):
    """How far a dossier has come, in this order; the last three stand beside the others.

    ``divided`` is a stack that was cut into dossiers: the record of what was scanned, and no dossier.
    """

    RECEIVED = "received"
    RECOGNISED = "recognised"
    EXTRACTED = "extracted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    COMPOSED = "composed"
    PACKAGED = "packaged"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"
    DIVIDED = "divided"

    @property
    def position(self) -> int:
        """Place in the order of work; comparisons by name would be alphabetical."""
        return list(Stage).index(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know: a code with a sentence in the catalogue, and its facts."""

    code: str
    facts: dict[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write out what is no Unicode in a fact."""
        object.__setattr__(self, "facts", kept_facts(self.facts))

    @classmethod
    def of(cls, error: DigitizeError) -> Problem:
        """The problem that an error describes."""
        return cls(error.code, dict(error.facts))

    def at(self, pages: Sequence[int]) -> Problem:
        """The same problem, said of some pages of its dossier."""
        named = ", ".join(map(str, pages[:_MOST_PAGES_NAMED]))
        more = " …" if len(pages) > _MOST_PAGES_NAMED else ""
        return replace(self, facts=self.facts | {AT_PAGES: named + more})


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word.

    Attributes:
        text: in NFC.
        box: where it stands on its page.
        confidence: 0 to 1.
        line: numbers the lines of its page in reading order.
        handwritten: its line looks written by hand; then it is not believed, however it was read.

    """

    text: str
    box: Box
    confidence: float
    line: int
    handwritten: bool = False


@dataclass(frozen=True, slots=True)
class PageQuality:
    """How good a scan is.

    Attributes:
        dpi: resolution.
        depth: bits for each pixel in the file.
        skew: degrees by which the sheet lay askew, without its sign.
        contrast: how dark the ink is beside the paper, 0 to 1; 0 where there is too little to tell.
        edge: millimetres over which paper turns to ink; 0 where there is too little ink to tell.
        clipped: sides at which text is cut off: ``left``, ``top``, ``right``, ``bottom``.
        unread: share of what looks like words that could not be read.

    """

    dpi: int
    depth: int
    skew: float
    contrast: float
    edge: float
    clipped: tuple[str, ...]
    unread: float


class SignKind(StrEnum):
    """What tells that another dossier begins."""

    SEPARATOR = "separator"
    PROVINCIAL = "provincial"


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign on a page that another dossier begins there.

    Attributes:
        kind: ``separator``: the page is a separator sheet and no paper of the dossier; ``provincial``: it is
            a paper of the dossier with the code that the provincial system prints (TT 01/2023/TT-VPCP).
        code: code of the dossier; None on a separator sheet of which only the patch code could be read.
        paper: kind of the papers that follow, as the sheet names it; None if it names none.
        procedure: code of the procedure that the provincial system prints; None if there is none.
        turned: clockwise turn in degrees that makes the sheet upright.

    """

    kind: SignKind
    code: str | None
    paper: str | None = None
    procedure: str | None = None
    turned: int = 0


@dataclass(frozen=True, slots=True)
class PageReading:
    """What was found on one page.

    Attributes:
        width, height: size in pixels of the upright, straightened picture.
        dpi: its resolution; pixels are square.
        rotated: clockwise turn in degrees that made the page upright: 0, 90, 180 or 270.
        rotation_confidence: how sure the turn is.
        skew: degrees by which the upright picture was then turned counter-clockwise to straighten
            it; text that sinks to the right has a positive skew.
        skew_confidence: how sure the skew is.
        blank: nothing is written on the page. A blank page is marked, never dropped.
        words: in reading order.
        unread: where there is something that could not be read: handwriting, seals, stains.
        problems: what a person should know about the page.
        engine: name and version of the OCR engine and the checksum of its language data.
        quality: how good the scan is; None where it was read before that was measured.
        empty: there is not the slightest trace of writing; a blank page need not be empty.

    """

    width: int
    height: int
    dpi: float
    rotated: int
    rotation_confidence: float
    skew: float
    skew_confidence: float
    blank: bool
    words: tuple[Word, ...]
    unread: tuple[Box, ...]
    problems: tuple[Problem, ...]
    engine: str
    quality: PageQuality | None = None
    empty: bool = False

    @property
    def text(self) -> str:
        """The words of each line with single spaces, one line of text a line."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for words in lines.values())


class Source(StrEnum):
    """Where a value comes from."""

    OCR = "ocr"
    QR = "qr"
    MRZ = "mrz"
    HUMAN = "human"


Value = str | int | float | bool | list[str] | dict[str, str | None] | None
"""What a field can hold; see the types in the contract of ``read --json``."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """The value of one field of a document, and how far it can be trusted.

    Attributes:
        value: the value in the form its type asks for; None where nothing is written, or where
            what is written could not be read (then ``needs_review`` is true).
        raw: what stands on the paper, as read.
        confidence: 0 to 1.
        source: where the value comes from.
        page: index of the page in its dossier, None where the field has no place.
        box: where it stands on that page, None likewise.
        needs_review: a person has to look.
        problems: why.

    """

    value: Value
    raw: str = ""
    confidence: float = 0.0
    source: Source = Source.OCR
    page: int | None = None
    box: Box | None = None
    needs_review: bool = False
    problems: tuple[Problem, ...] = ()

    @classmethod
    def unread(cls, code: str, page: int | None = None, box: Box | None = None) -> FieldReading:
        """A field of which no value was read, and which a person has to look at."""
        return cls(None, page=page, box=box, needs_review=True, problems=(Problem(code),))

    def doubted(self, *problems: Problem) -> FieldReading:
        """The same value with more reasons why a person has to look at it."""
        new = tuple(problem for problem in problems if problem not in self.problems)
        return replace(self, needs_review=True, problems=(*self.problems, *new))


@dataclass(frozen=True, slots=True)
class Document:
    """One paper of a dossier: its pages, what it is, and what it says.

    Attributes:
        pages: indices of its pages in the dossier.
        form: id of its form, or ``unknown``.
        form_version: version of the form, None where it has none.
        form_confidence: how sure the form is.
        fields: every field of the form by its key.
        problems: what concerns the paper as a whole.
        paper: the kind of papers that it is, such as ``birth_notice``; None if it is none that is known.

    """

    pages: tuple[int, ...]
    form: str
    form_version: str | None
    form_confidence: float
    fields: dict[str, FieldReading] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    paper: str | None = None

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Keys of the fields that a person has to look at."""
        return tuple(key for key, reading in self.fields.items() if reading.needs_review)


UNKNOWN_FORM = "unknown"

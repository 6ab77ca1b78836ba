"""How a stack of paper that was scanned in one go becomes dossiers, from the signs on its pages.

Separator sheets go before the codes that provincial systems print: where there are sheets, a code inside a
dossier says nothing of where it ends. Nothing is dropped: what lies before the first sign is a dossier of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from digitize.model import Problem, Sign, SignKind

UNREADABLE = "separator_unreadable"
BEFORE_FIRST = "pages_before_separator"
DISAGREE = "dossier_codes_disagree"
WITHOUT_PAGES = "separator_without_pages"


@dataclass(frozen=True, slots=True)
class StackPage:
    """A page of a stack.

    Attributes:
        file: number of its file.
        frame: which page of that file, from 0.
        sign: what on it tells that another dossier begins.
        empty: there is not the slightest trace of writing; known of pages after a sheet alone.

    """

    file: int
    frame: int
    sign: Sign | None = None
    empty: bool = False


@dataclass(slots=True)
class Part:
    """What becomes a dossier.

    Attributes:
        code: as its sign says; None where none can be read.
        pages: without separator sheets, in order.
        paper: kind of its papers, as the sheet names it.
        procedure: code of its procedure, as the provincial system prints it.
        doubts: why a person has to look.

    """

    code: str | None
    pages: list[StackPage] = field(default_factory=list)
    paper: str | None = None
    procedure: str | None = None
    doubts: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class CutStack:
    """A stack taken apart.

    Attributes:
        parts: in order.
        sheets: separator sheets and their backs.
        doubts: what a person should know of the stack as a whole.

    """

    parts: list[Part] = field(default_factory=list)
    sheets: list[StackPage] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)


def cut_stack(pages: Sequence[StackPage]) -> CutStack | None:
    """Take a stack apart; None where nothing says that it is one, or names its dossier."""
    if any(page.sign is not None and page.sign.kind is SignKind.SEPARATOR for page in pages):
        return _by_sheets(pages)
    if any(_code(page) for page in pages):
        return _by_codes(pages)
    return None


def codes_disagree(codes: Iterable[str]) -> Problem:
    """Papers of one dossier bear the codes of several."""
    return Problem(DISAGREE, {"codes": ", ".join(dict.fromkeys(codes))})


def _by_sheets(pages: Sequence[StackPage]) -> CutStack:
    cut = CutStack()
    part, begun, after_sheet = Part(None), False, False
    for page in pages:
        if page.sign is not None and page.sign.kind is SignKind.SEPARATOR:
            sign = page.sign
            cut.sheets.append(page)
            if begun and not part.pages and (sign.code is None or part.code in (None, sign.code)):
                _join(part, sign)
            else:
                _end(cut, part, begun=begun)
                part, begun = Part(sign.code, paper=sign.paper), True
                if sign.code is None:
                    part.doubts.append(Problem(UNREADABLE))
            after_sheet = True
        elif after_sheet and page.empty:
            cut.sheets.append(page)
            after_sheet = False
        else:
            part.pages.append(page)
            after_sheet = False
    _end(cut, part, begun=begun)
    return cut


def _join(part: Part, sign: Sign) -> None:
    """A sheet right behind a sheet: one that was printed on both sides.

    Where the code of one of the two cannot be read, it may as well be another dossier's.
    """
    if sign.code != part.code and not any(doubt.code == UNREADABLE for doubt in part.doubts):
        part.doubts.append(Problem(UNREADABLE))
    part.code = part.code or sign.code
    part.paper = part.paper or sign.paper


def _end(cut: CutStack, part: Part, *, begun: bool) -> None:
    """Add a part to the stack that ends here."""
    if not part.pages:
        if begun:
            cut.doubts.append(Problem(WITHOUT_PAGES, {"code": part.code or "?"}))
        return
    if not begun:
        part.doubts.append(Problem(BEFORE_FIRST, {"pages": len(part.pages)}))
    codes = list(_codes(part.pages))
    if len(codes) > 1:
        part.doubts.append(codes_disagree(codes))
    elif codes and part.code is None:
        part.code = codes[0]
    part.procedure = next((page.sign.procedure for page in part.pages if page.sign), None)
    cut.parts.append(part)


def _by_codes(pages: Sequence[StackPage]) -> CutStack:
    """A dossier goes on until the code of another one comes; one code alone names everything."""
    cut = CutStack()
    only = len(set(_codes(pages))) == 1
    part = Part(next(_codes(pages)) if only else None)
    for page in pages:
        code = _code(page)
        if code and code != part.code:
            _end(cut, part, begun=only or part.code is not None)
            part = Part(code)
        part.pages.append(page)
    _end(cut, part, begun=True)
    return cut


def _codes(pages: Sequence[StackPage]) -> Iterator[str]:
    """The codes of dossiers on pages, each once, in order."""
    yield from dict.fromkeys(code for page in pages if (code := _code(page)))


def _code(page: StackPage) -> str | None:
    sign = page.sign
    return sign.code if sign is not None and sign.kind is SignKind.PROVINCIAL else None

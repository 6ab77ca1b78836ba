"""The elements of the descriptive metadata and their code lists: ``elements.toml``, ``codes.toml``."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from digitize.profiles.profile import PackageKind, PackageRules
from digitize.vietnamese.folding import fold, single_spaced


class PackageType(StrEnum):
    """What a package is for: to be kept, or to be handed to another system."""

    AIP = "aip"
    SIP = "sip"


class Part(StrEnum):
    """What is described."""

    WHOLE = "whole"
    DOCUMENT = "document"


class ElementType(StrEnum):
    """What an element holds."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    CODE = "code"
    CODES = "codes"


class Element(BaseModel):
    """One element; see the head of ``elements.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    key: str
    type: ElementType = ElementType.TEXT
    list: str | None = None
    max: Annotated[int, Field(gt=0)] | None = None
    required: bool = False
    when: tuple[str, str] | None = None
    rest: str | None = None
    own: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that it may hold."""
        return tuple(code_list(self.list).values()) if self.list else ()


@dataclass(frozen=True, slots=True)
class Order:
    """The elements of one kind of description, in the order of the circular.

    Attributes:
        elements: by name.
        whole_dates: whether dates have to have day and month.
        source: the annex.

    """

    elements: dict[str, Element]
    whole_dates: bool
    source: str

    def arranged(self, *, description_last: bool) -> Order:
        """The same with the note at the end, where an office wants it there."""
        if not description_last:
            return self
        first = {name: element for name, element in self.elements.items() if name != "description"}
        return replace(self, elements=first | {"description": self.elements["description"]})

    def missing(self, values: dict[str, str]) -> list[str]:
        """Names of the elements that have to be filled and are not; ``values`` by element."""
        by_key = {element.key: values.get(name, "") for name, element in self.elements.items()}
        return [
            name
            for name, element in self.elements.items()
            if not values.get(name)
            and (
                element.required
                or (element.when is not None and by_key.get(element.when[0]) == element.when[1])
            )
        ]


_TABLES = {Part.WHOLE: "dossier", Part.DOCUMENT: "document"}


@cache
def order_of(package: PackageType, kind: PackageKind, part: Part) -> Order:
    """The elements of a description."""
    data = _data("elements.toml")
    described = kind.value if part is Part.WHOLE else "document"
    order = data["order"][f"{package}_{described}"]
    own = data[_TABLES[part]]
    elements = {name: Element.model_validate(own[name]) for name in order["elements"]}
    return Order(elements, order.get("whole_dates", False), order["source"])


_CODES = ("archive_file_code", "file_code", "paper_file_code", "doc_id", "doc_code")


@cache
def longest_code() -> int:
    """How many characters every code of a dossier and its documents may have."""
    data = _data("elements.toml")
    elements = [Element.model_validate(one) for part in Part for one in data[_TABLES[part]].values()]
    return min(one.max for one in elements if one.key in _CODES and one.max is not None)


@cache
def code_list(name: str) -> dict[str, str]:
    """A code list: codes by what they mean."""
    codes: dict[str, str] = _data("codes.toml")[name]
    return codes


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("digitize.archive").joinpath(name).read_text("utf-8"))


_DEFAULTS = (
    "retention", "access", "language", "condition", "confidence_level", "direction", "backup_mode",
    "backup_status",
)  # fmt: skip


def unknown_default(rules: PackageRules) -> str | None:
    """The first key of a profile that holds no code of its list; None if all do."""
    elements = {
        element.key: element
        for kind in PackageKind
        for element in order_of(PackageType.AIP, kind, Part.WHOLE).elements.values()
    }
    for key in _DEFAULTS:
        codes = str(getattr(rules, key)).split(";")
        if not set(codes) <= set(elements[key].codes):
            return key
    return None


# --- what people write, as elements hold it -----------------------------------------------------


def fitted(element: Element, text: str) -> str | None:
    """A text as an element may hold it; None if it does not fit. Lengths are not looked at.

    Code lists take codes and what they mean; dates come as ``2025-04-03`` or ``3/4/2025``.
    """
    text = single_spaced(text)
    match element.type:
        case ElementType.CODE:
            return _code(element, text)
        case ElementType.CODES:
            parts = [_code(element, one.strip()) for one in text.split(";") if one.strip()]
            return ";".join(one for one in parts if one) if parts and all(parts) else None
        case ElementType.DATE:
            return written_date(text)
        case ElementType.COUNT:
            return str(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
        case ElementType.NUMBER:
            # NĐ 30/2020/NĐ-CP, Annex I: numbers below ten have a leading zero.
            return text.zfill(2) if text.isascii() and text.isdigit() else text
        case ElementType.TEXT:
            return text


def _code(element: Element, text: str) -> str | None:
    by_name = {_bare(name): code for name, code in code_list(str(element.list)).items()}
    if text in by_name.values():
        return text
    # Spreadsheets take a leading zero for nothing; but a number of years is no code.
    if text.isdigit() and text.zfill(2) in by_name.values() and not any(map(str.isdigit, by_name)):
        return text.zfill(2)
    return by_name.get(_bare(text)) or (element.rest if text else None)


def _bare(name: str) -> str:
    """What a code means, without the differences that people make in writing it."""
    plain = fold(single_spaced(name)).replace("tieng ", "").removesuffix(" nam")
    return re.sub(r"[^a-z0-9]+", "", plain)


def written_date(text: str) -> str | None:
    """A date as the circular writes it: DD/MM/YYYY, MM/YYYY or YYYY; None for what is none.

    Args:
        text: ISO 8601 (``2025-04-03``, ``2025-04``, ``2025``), or day, month and year between slashes,
            dots or hyphens.

    """
    parts = re.split(r"[/.-]", text)
    if not all(part.isascii() and part.isdigit() for part in parts) or len(parts) > 3:
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    numbers = [1] * (3 - len(parts)) + [int(part) for part in parts]
    try:
        found = dt.date(numbers[2], numbers[1], numbers[0])
    except (ValueError, OverflowError):
        return None
    if len(parts[-1]) != 4:
        return None
    return "/".join([f"{found:%d}", f"{found:%m}", f"{found.year:04}"][3 - len(parts) :])

"""What the QR code says that provincial systems print at the top left of papers (TT 01/2023/TT-VPCP)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from digitize.vietnamese.folding import single_spaced

_MOST_LETTERS = 1_000
_FEWEST_PARTS = 3


@dataclass(frozen=True, slots=True)
class ProvincialCode:
    """What such a code says.

    Attributes:
        dossier: number of the dossier in the provincial system.
        procedure: code of the procedure.
        person: number of who applies: of a person or of an organisation.
        paper: name of the paper; None if the code gives none.

    """

    dossier: str
    procedure: str
    person: str
    paper: str | None = None


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    separators: tuple[str, ...]
    name: str
    required: tuple[str, ...]
    patterns: dict[str, tuple[str, ...]]


@cache
def _data() -> _Data:
    text = resources.files("digitize.vietnamese").joinpath("provincial_codes.toml").read_text("utf-8")
    return _Data.model_validate(tomllib.loads(text))


def parse_provincial(text: str) -> ProvincialCode | None:
    """Take the code of a paper from a provincial system apart; None where it is any other code.

    How its parts may be parted, and what each looks like, is data (``provincial_codes.toml``). A code with
    two numbers of dossiers, or two procedures, is not believed.
    """
    data = _data()
    if len(text) > _MOST_LETTERS:
        return None
    clean = unicodedata.normalize("NFC", text)
    for separator in data.separators:
        parts = [single_spaced(part) for part in clean.split(separator)]
        if len(parts) < _FEWEST_PARTS:
            continue
        found = _sorted(parts, data)
        if found is not None:
            return found
    return None


def _sorted(parts: list[str], data: _Data) -> ProvincialCode | None:
    values: dict[str, set[str]] = {key: set() for key in data.patterns}
    rest = []
    for part in parts:
        value = re.sub(rf"^{data.name}", "", part)
        key = next((key for key, patterns in data.patterns.items() if _fits(value, patterns)), None)
        if key is not None:
            values[key].add(value)
        elif any(sign.isalpha() for sign in value):
            rest.append(value)
    if len(values["dossier"]) != 1 or len(values["procedure"]) > 1:
        return None
    if any(not values[key] for key in data.required):
        return None
    single = {key: min(found, default="") for key, found in values.items()}
    # The name of the paper is the longest text; the others may be a name of a person or of an office.
    return ProvincialCode(
        single["dossier"], single["procedure"], single["person"], max(rest, key=len, default=None)
    )


def _fits(value: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(pattern, value) for pattern in patterns)

"""What identity cards look like and say: their layout as data, their truth, their QR code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from digitize.samples.citizens import Citizen, made_up, where

FORM = "citizen_id"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Data):
    """Words or a field on a card, in millimetres from its top left corner.

    Attributes:
        at: x and baseline.
        text: printed words; fields in braces.
        size: points.
        weight: of the lettering, 400 to 700.
        align: as for sheets.
        red: printed in red.
        room: millimetres after which a value goes on in the next line.

    """

    at: tuple[float, float]
    text: str
    size: float = 5.6
    weight: int = 400
    align: str = "left"
    red: bool = False
    room: float = 0.0


class Side(_Data):
    """One side of a card; places as ``(x, y, width, height)``, codes as ``(x, y, side)``."""

    texts: tuple[Text, ...]
    photo: tuple[float, float, float, float] | None = None
    emblem: tuple[float, float, float] | None = None
    chip: tuple[float, float, float, float] | None = None
    qr: tuple[float, float, float] | None = None
    mrz: tuple[float, float] | None = None
    signature: tuple[float, float] | None = None
    fingers: tuple[tuple[float, float, float, float], ...] = ()


class CardPaper(_Data):
    """A kind of card; ``keys`` are the fields that it bears."""

    version: str
    source: str
    keys: tuple[str, ...]
    front: Side
    back: Side


@cache
def load_card(version: str) -> CardPaper:
    """A kind of card by its version."""
    path = resources.files("digitize.samples") / "cards" / f"{version}.toml"
    return CardPaper.model_validate(tomllib.loads(path.read_text("utf-8")))


def card_truth(citizen: Citizen) -> dict[str, object]:
    """The fields of somebody's card, null where it does not bear them.

    Raises:
        ValueError: they have no card.

    """
    card = citizen.card
    if card is None:
        raise ValueError(citizen)
    values: dict[str, object] = {
        "pid": citizen.pid,
        "old_pid": card.old_pid,
        "name": citizen.name,
        "dob": citizen.born.isoformat(),
        "sex": citizen.sex,
        "nationality": made_up().nationality,
        "hometown": where(citizen.origin, card.issued_on),
        "residence": citizen.address(card.issued_on),
        "birth_registered_at": where(citizen.origin, card.issued_on),
        "issued_on": card.issued_on.isoformat(),
        "expires_on": card.expires_on,
        "issuer": card.kind.issuer,
        "card_kind": card.kind.kind,
    }
    keys = load_card(card.kind.version).keys
    return {key: value if key in keys else None for key, value in values.items()}


def qr_content(citizen: Citizen) -> str:
    """What the QR code says: seven fields between bars, the old number may be empty."""
    card = citizen.card
    if card is None:
        raise ValueError(citizen)
    return "|".join(
        (
            citizen.pid,
            card.old_pid or "",
            citizen.name,
            f"{citizen.born:%d%m%Y}",
            citizen.sex,
            citizen.address(card.issued_on),
            f"{card.issued_on:%d%m%Y}",
        )
    )

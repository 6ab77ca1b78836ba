"""What made-up official letters say, and the truth of their fields."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random

from pydantic import BaseModel, ConfigDict

from digitize.samples.citizens import make_citizen
from digitize.samples.people import LAST_DAY, make_date
from digitize.samples.places import Place, places


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Issuer(_Data):
    """A body that writes letters, and who signs for it, line by line."""

    parent: str = ""
    issuer: str
    suffix: str
    drafter: str
    signings: tuple[tuple[str, ...], ...]


class Kind(_Data):
    """A kind of document; letters (công văn) have no abbreviation."""

    type: str
    abbreviation: str
    subjects: tuple[str, ...]


class Texts(_Data):
    """The words of letters; see ``letters.toml``."""

    recipients: tuple[str, ...]
    addressees: tuple[str, ...]
    grounds: tuple[str, ...]
    body: tuple[str, ...]
    articles: tuple[str, ...]
    closings: tuple[str, ...]
    table_head: tuple[str, ...]
    table_rows: tuple[tuple[str, str], ...]
    total: str
    secrecy: dict[str, str]
    urgency: dict[str, str]


class Letters(_Data):
    """See ``letters.toml``."""

    issuers: tuple[Issuer, ...]
    kinds: tuple[Kind, ...]
    texts: Texts


@cache
def letters() -> Letters:
    """Who writes letters, what about, and in what words."""
    text = resources.files("digitize.samples").joinpath("letters.toml").read_text("utf-8")
    return Letters.model_validate(tomllib.loads(text))


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says; ``by_hand`` are number and day added with a pen."""

    issuer: Issuer
    kind: Kind
    place: Place
    subject: str
    number: str
    year: str | None
    notation: str
    on: dt.date
    to: str | None
    recipients: tuple[str, ...]
    signing: tuple[str, ...]
    signer: str
    by_hand: bool
    secrecy: str | None
    urgency: str | None
    arrival: tuple[str, dt.date] | None
    stamped_name: bool

    @property
    def town(self) -> str:
        """The place that a letter is dated at: the commune's name without what it is."""
        return self.place.commune.split(" ", 1)[1]

    def filled(self, text: str) -> str:
        """A text of the data with its places filled in."""
        return text.format(commune=self.place.commune, province=self.place.province, place=self.town)


def make_letter(random: Random) -> Letter:
    """Make up a letter."""
    data = letters()
    issuer, kind, place = (
        random.choice(data.issuers),
        random.choice(data.kinds),
        random.choice(places()),
    )
    on = make_date(random, 2026, 2026, before=LAST_DAY)
    is_letter = not kind.abbreviation
    notation = f"{issuer.suffix}-{issuer.drafter}" if is_letter else f"{kind.abbreviation}-{issuer.suffix}"
    signer = make_citizen(random, sex=random.choice(("Nam", "Nữ")), born=make_date(random, 1968, 1988), on=on)
    texts = data.texts
    recipients = [("Như trên" if is_letter else random.choice(texts.recipients[1:]))]
    recipients += random.sample(
        [one for one in texts.recipients[1:] if one not in recipients], random.randint(0, 3)
    )
    return Letter(
        issuer=issuer,
        kind=kind,
        place=place,
        subject=random.choice(kind.subjects),
        number=f"{random.randint(2, 480):02}",
        year=str(on.year) if kind.abbreviation == "QĐ" and random.random() < 0.3 else None,
        notation=notation,
        on=on,
        to=random.choice(texts.addressees) if is_letter or kind.abbreviation == "TTr" else None,
        recipients=(*recipients, f"Lưu: VT, {issuer.drafter}"),
        signing=random.choice(issuer.signings),
        signer=signer.name.title(),
        by_hand=random.random() < 0.75,
        secrecy="mat" if random.random() < 0.04 else None,
        urgency=random.choice(("khan", "thuong_khan", "hoa_toc")) if random.random() < 0.15 else None,
        arrival=(f"{random.randint(20, 2900)}", on + dt.timedelta(days=random.randint(1, 6)))
        if random.random() < 0.45
        else None,
        stamped_name=random.random() < 0.5,
    )


def letter_truth(letter: Letter) -> dict[str, object]:
    """The value of every field, as ``read --json`` reports it."""
    capacity, _, _ = letter.signing[-2 if len(letter.signing) > 1 else -1].partition(" ")
    return {
        "parent_org": letter.filled(letter.issuer.parent).upper() or None,
        "issuer": letter.filled(letter.issuer.issuer).upper(),
        "number": letter.number,
        "number_year": letter.year,
        "notation": letter.notation,
        "place": letter.town,
        "issued_date": letter.on.isoformat(),
        "doc_type": letter.kind.type,
        "subject": letter.subject,
        "to": letter.filled(letter.to) if letter.to else None,
        "recipients": [letter.filled(one) for one in letter.recipients],
        "sign_capacity": capacity if capacity.endswith(".") else None,
        "signer_title": letter.signing[-1],
        "signer_name": letter.signer,
        "secrecy": letter.secrecy,
        "urgency": letter.urgency,
        "seal_present": True,
        "arrival_number": letter.arrival[0] if letter.arrival else None,
        "arrival_date": letter.arrival[1].isoformat() if letter.arrival else None,
    }

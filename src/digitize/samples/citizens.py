"""Made-up citizens with everything that papers say of them, and the families they live in."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from random import Random

from pydantic import BaseModel, ConfigDict

from digitize.samples.people import make_date
from digitize.samples.places import Place, places


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CardKind(_Data):
    """A kind of identity card, by when it was issued."""

    kind: str
    version: str
    issued_from: dt.date
    issuer: str
    names: tuple[str, ...]


class _Address(_Data):
    two_levels_from: dt.date


class _Renewal(_Data):
    ages: tuple[int, ...]
    grace_years: int
    unlimited: str


class MadeUp(_Data):
    """What made-up people are made of; see ``made_up.toml``."""

    family_names: tuple[str, ...]
    middle_names: dict[str, tuple[str, ...]]
    given_names: dict[str, tuple[str, ...]]
    ethnic_groups: tuple[str, ...]
    streets: tuple[str, ...]
    hamlets: tuple[str, ...]
    hospitals: tuple[str, ...]
    death_causes: tuple[str, ...]
    occupations: tuple[str, ...]
    nationality: str
    mail: str
    address: _Address
    cards: tuple[CardKind, ...]
    renewal: _Renewal


@cache
def made_up() -> MadeUp:
    """The lists that people are put together from."""
    text = resources.files("digitize.samples").joinpath("made_up.toml").read_text("utf-8")
    return MadeUp.model_validate(tomllib.loads(text))


@dataclass(frozen=True, slots=True)
class Card:
    """An identity card; ``expires_on`` is a day as ISO 8601 or the words for "never"."""

    kind: CardKind
    issued_on: dt.date
    expires_on: str
    old_pid: str | None


@dataclass(frozen=True, slots=True)
class Citizen:
    """A made-up citizen; children have no card. ``origin`` is where the birth was registered."""

    name: str
    sex: str
    born: dt.date
    pid: str
    ethnicity: str
    origin: Place
    home: Place
    house: str
    card: Card | None
    phone: str
    mail: str

    def address(self, on: dt.date) -> str:
        """Where they live, as it was written on that day."""
        return f"{self.house}, {where(self.home, on)}"

    @property
    def iddoc(self) -> dict[str, object] | None:
        """The card as a form names it."""
        if self.card is None:
            return None
        return {
            "number": self.pid,
            "issuer": self.card.kind.issuer,
            "issued_on": self.card.issued_on.isoformat(),
        }


def where(place: Place, on: dt.date) -> str:
    """A commune with what is above it, as written on that day."""
    if on < made_up().address.two_levels_from:
        return f"{place.commune}, {place.district}, {place.province}"
    return f"{place.commune}, {place.province}"


def make_house(random: Random) -> str:
    """A house in a street or a hamlet."""
    lists = made_up()
    if random.random() < 0.4:
        return random.choice(lists.hamlets)
    return f"Số {random.randint(1, 320)} đường {random.choice(lists.streets)}"


def make_citizen(
    random: Random, *, sex: str, born: dt.date, on: dt.date, home: Place | None = None, family: str = ""
) -> Citizen:
    """Make up a citizen.

    Args:
        random: where everything made up comes from.
        sex: ``Nam`` or ``Nữ``.
        born: day of birth.
        on: the day of the papers; a card was issued before it.
        home: where they live; anywhere if None.
        family: the family name; any if empty.

    """
    lists = made_up()
    names = (
        family or random.choice(lists.family_names),
        random.choice(lists.middle_names[sex]),
        random.choice(lists.given_names[sex]),
    )
    origin = home if home is not None and random.random() < 0.7 else random.choice(places())
    digits = f"{random.randint(0, 999_999):06}"
    return Citizen(
        name=" ".join(names),
        sex=sex,
        born=born,
        pid=personal_number(origin.code, sex, born, digits),
        ethnicity=random.choice(lists.ethnic_groups),
        origin=origin,
        home=home or origin,
        house=make_house(random),
        card=make_card(random, born, on),
        # No subscriber has a number that begins like this.
        phone=f"0900{random.randint(0, 999_999):06}",
        mail=f"hoso{random.randint(10, 9999)}@{lists.mail}",
    )


def personal_number(province: str, sex: str, born: dt.date, digits: str) -> str:
    """The 12 digits: province, sex and century, year of birth, and six drawn by lot."""
    generation = 2 * (born.year // 100 - 19) + (1 if sex == "Nữ" else 0)
    return f"{province}{generation}{born.year % 100:02}{digits}"


def make_card(random: Random, born: dt.date, on: dt.date) -> Card | None:
    """A card issued before a day; None for those who were too young."""
    rules = made_up()
    first = max(rules.cards[-1].issued_from, _birthday(born, 14))
    if first >= on:
        return None
    issued = dt.date.fromordinal(random.randint(first.toordinal(), on.toordinal() - 1))
    kind = next(card for card in rules.cards if issued >= card.issued_from)
    ages = [age for age in rules.renewal.ages if _birthday(born, age - rules.renewal.grace_years) > issued]
    expires = _birthday(born, ages[0]).isoformat() if ages else rules.renewal.unlimited
    old = f"{random.randint(0, 380):03}{random.randint(0, 999_999):06}"
    has_old = kind.kind == "cccd_2021" and born.year < 2003 and random.random() < 0.7
    return Card(kind, issued, expires, old if has_old else None)


def _birthday(born: dt.date, age: int) -> dt.date:
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return born.replace(year=born.year + age, day=28)


@dataclass(frozen=True, slots=True)
class Family:
    """People around a case: they live together and bear each other's names.

    Attributes:
        on: the day on which the papers of the case were made.
        office: the commune whose office gets them.
        child: a few weeks old on that day.
        elder: the father's father or mother.

    """

    on: dt.date
    office: Place
    father: Citizen
    mother: Citizen
    child: Citizen
    elder: Citizen

    @property
    def committee(self) -> str:
        """The body that civil status papers are addressed to."""
        return f"Ủy ban nhân dân {self.office.commune}"


def make_family(random: Random, first: dt.date, last: dt.date) -> Family:
    """Make up a family and the day of its papers, between two days."""
    on = dt.date.fromordinal(random.randint(first.toordinal(), last.toordinal()))
    office = random.choice(places())
    year = on.year
    father = make_citizen(random, sex="Nam", born=make_date(random, year - 44, year - 24), on=on, home=office)
    mother = make_citizen(random, sex="Nữ", born=make_date(random, year - 40, year - 22), on=on, home=office)
    mother = replace(mother, house=father.house)
    elder = make_citizen(
        random,
        sex=random.choice(("Nam", "Nữ")),
        born=make_date(random, father.born.year - 38, father.born.year - 21),
        on=on,
        home=office,
    )
    # A father's father has his name; his mother has her own.
    if elder.sex == "Nam":
        elder = replace(elder, name=" ".join([father.name.split()[0], *elder.name.split()[1:]]))
    born = on - dt.timedelta(days=random.randint(3, 55))
    child = make_citizen(
        random,
        sex=random.choice(("Nam", "Nữ")),
        born=born,
        on=on,
        home=office,
        family=father.name.split()[0],
    )
    child = replace(
        child,
        ethnicity=father.ethnicity,
        house=father.house,
        origin=office,
        pid=personal_number(office.code, child.sex, born, child.pid[-6:]),
    )
    return Family(on, office, father, mother, child, replace(elder, house=father.house))

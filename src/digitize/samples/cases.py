"""Cases that people bring to an office, each with the papers that belong together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from digitize.samples import card_facts, facts, facts_office, identity_card, office_letter
from digitize.samples.citizens import Citizen, Family, make_family
from digitize.samples.facts import Values
from digitize.samples.form_drawer import Filling
from digitize.samples.form_tables import draw_paper, truth_of
from digitize.samples.paper import Paper, load_fields, load_papers
from digitize.samples.pens import Style, choose_pen
from digitize.samples.sheet import Sheet
from digitize.samples.writing import choose_manner

_OTHER = "unknown"
_SHORT = 0.25
"""So often people leave out what the office knows from the personal number."""


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of a dossier as it was drawn.

    Attributes:
        form, version: as ``read --json`` reports them; ``unknown`` is none of the forms.
        sheets: its pages.
        fields: the value of every field, as ``read --json`` reports it.
        filled_by: the pen, or ``print`` where nothing was filled in.

    """

    form: str
    version: str | None
    sheets: list[Sheet]
    fields: Values
    filled_by: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a case is drawn: chance, the style of filling in, the resolution."""

    random: Random
    style: Style
    dpi: int

    def fill(self, paper: Paper, values: Mapping[str, object], style: Style | None = None) -> Document:
        """Fill in a paper."""
        if paper.may_be_blank and self.random.random() < _SHORT:
            values = {key: None if key in paper.may_be_blank else value for key, value in values.items()}
        fields = load_fields().get(paper.form, {})
        kinds = {key: kind for key, kind in fields.items() if isinstance(kind, str)}
        pen = choose_pen(self.random, style or self.style)
        filling = Filling(paper, values, kinds, pen, choose_manner(self.random), self.random, self.dpi)
        sheets = draw_paper(filling)
        known = paper.form != _OTHER
        version = paper.version if known else None
        return Document(paper.form, version, sheets, truth_of(paper, fields, values), pen.name)

    def choose(self, form: str, number: int = 0) -> tuple[Paper, Family]:
        """A version of a form and a family of its time; ``number`` goes through the versions."""
        papers = load_papers()[form]
        paper = papers[number % len(papers)]
        return paper, make_family(self.random, paper.used_from, paper.used_until)

    def card(self, who: Citizen) -> list[Document]:
        """A copy of somebody's card; nothing for those who have none."""
        if who.card is None:
            return []
        truth = card_facts.card_truth(who)
        sheets = identity_card.draw_card(self.random, who, truth, dpi=self.dpi)
        return [Document(card_facts.FORM, who.card.kind.version, sheets, truth, "print")]


Case = Callable[[Desk, int], list[Document]]


def draw_case(kind: str, desk: Desk, number: int) -> list[Document]:
    """Draw the papers of a case; ``number`` goes through the versions of its form."""
    return _CASES[kind](desk, number)


def _birth(desk: Desk, number: int) -> list[Document]:
    paper, family = desk.choose("birth_registration", number)
    declared = facts.birth(desk.random, family)
    documents = [desk.fill(paper, declared)]
    notice = load_papers()[_OTHER][0]
    documents.append(desk.fill(notice, _notice(desk.random, family, declared)))
    who = family.mother if declared["requester_relation"] == "Mẹ" else family.father
    documents += desk.card(who)
    certificate = load_papers()["birth_certificate"][0]
    # What an office issues comes from its own machine.
    documents.append(
        desk.fill(certificate, facts.birth_certificate(desk.random, family, declared), _by_office(desk.style))
    )
    return documents


def _by_office(style: Style) -> Style:
    return Style.HANDWRITTEN if style is Style.HANDWRITTEN else Style.TYPED


def _notice(random: Random, family: Family, declared: Mapping[str, object]) -> Values:
    mother = family.mother
    return {
        "_mother": mother.name,
        "_mother_born": mother.born.isoformat(),
        "_mother_ethnicity": mother.ethnicity,
        "_mother_pid": mother.pid,
        "_residence": mother.address(family.on),
        "_time": dt.time(random.randint(0, 23), random.randint(0, 59)).isoformat("minutes"),
        "_born": family.child.born.isoformat(),
        "_hospital": declared["birth_place"],
        "_count": "01",
        "_sex": family.child.sex,
        "_weight": f"{random.randint(25, 39)}00",
        "_child": family.child.name,
    }


def _marriage(desk: Desk, number: int) -> list[Document]:
    paper, family = desk.choose("marriage_registration", number)
    documents = [desk.fill(paper, facts.marriage(desk.random, family))]
    return documents + desk.card(family.mother) + desk.card(family.father)


def _office_form(form: str, make: Callable[[Random, Family], Values], holder: str) -> Case:
    """A case of one form with the card of whoever hands it in."""

    def draw(desk: Desk, number: int) -> list[Document]:
        paper, family = desk.choose(form, number)
        values = make(desk.random, family)
        people = (family.father, family.mother, family.elder)
        who = next((one for one in people if one.name == values.get(holder)), family.father)
        return [desk.fill(paper, values), *desk.card(who)]

    return draw


def _residence(desk: Desk, number: int) -> list[Document]:
    documents = _office_form("residence_change", facts_office.residence, "name")(desk, number)
    members = documents[0].fields["members"]
    if desk.random.random() < 0.5 and members:
        documents = documents[:1]
    return documents


def _letter(desk: Desk, _number: int) -> list[Document]:
    documents = []
    for _ in range(desk.random.randint(1, 2)):
        sheets, truth = office_letter.draw_office_letter(desk.random, dpi=desk.dpi)
        documents.append(Document(office_letter.FORM, office_letter.VERSION, sheets, truth, "print"))
    return documents


_CASES: dict[str, Case] = {
    "birth": _birth,
    "letter": _letter,
    "marriage": _marriage,
    "residence": _residence,
    "death": _office_form("death_registration", facts.death, "requester_name"),
    "business": _office_form("household_business_registration", facts_office.business, "owner_name"),
    "insurance": _office_form("insurance_tk1", facts_office.insurance, "name"),
    "extract": _office_form("civil_status_extract_request", facts.extract, "requester_name"),
    "land": _office_form("land_change_request", facts_office.land, "owner_name"),
    "building": _office_form("building_permit_request", facts_office.building, "owner_name"),
    "criminal_record": _office_form("criminal_record_request", facts_office.criminal_record, "name"),
}

CASE_KINDS = tuple(_CASES)
"""What an office gets, the most frequent first."""

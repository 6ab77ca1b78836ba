"""What the papers about births, marriages and deaths say of a family, field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from random import Random

from digitize.samples.citizens import Citizen, Family, made_up, make_citizen, where
from digitize.samples.people import make_date
from digitize.vietnamese.dates import date_in_words

Values = dict[str, object]


def requester(who: Citizen, relation: str, family: Family) -> Values:
    """The block about whoever hands in a form."""
    return {
        "addressed_to": family.committee,
        "requester_name": who.name,
        "requester_dob": who.born.isoformat(),
        "requester_residence": who.address(family.on),
        "requester_iddoc": who.iddoc,
        "requester_relation": relation,
    }


def closing(random: Random, family: Family) -> Values:
    """The foot of a form: where, when, signature, copies."""
    wanted = random.choice((True, True, False, None))
    return {
        "made_at": family.office.commune,
        "made_on": family.on.isoformat(),
        "signature_present": random.random() < 0.95,
        "copies_wanted": wanted,
        "copies_count": random.randint(1, 9) if wanted else None,
    }


def person(who: Citizen, prefix: str, on: dt.date) -> Values:
    """What many forms ask about somebody."""
    return {
        f"{prefix}_name": who.name,
        f"{prefix}_dob": who.born.isoformat(),
        f"{prefix}_sex": who.sex,
        f"{prefix}_ethnicity": who.ethnicity,
        f"{prefix}_nationality": made_up().nationality,
        f"{prefix}_residence": who.address(on),
        f"{prefix}_iddoc": who.iddoc,
    }


def parent(random: Random, who: Citizen, prefix: str, on: dt.date) -> Values:
    """The block about a mother or a father; a year of birth is enough."""
    values = person(who, prefix, on)
    del values[f"{prefix}_dob"], values[f"{prefix}_sex"]
    full = who.born.isoformat() if random.random() < 0.6 else str(who.born.year)
    return values | {f"{prefix}_birth": full}


def birth(random: Random, family: Family) -> Values:
    """Declaration for birth registration."""
    who = random.choice((family.mother, family.father))
    married = random.random() < 0.7
    wedding = family.child.born - dt.timedelta(days=random.randint(280, 2500))
    return {
        **requester(who, "Mẹ" if who is family.mother else "Cha", family),
        **closing(random, family),
        "child_name": family.child.name,
        "child_dob": family.child.born.isoformat(),
        "child_dob_words": date_in_words(family.child.born),
        "child_sex": family.child.sex,
        "child_ethnicity": family.child.ethnicity,
        "child_nationality": made_up().nationality,
        "birth_place": _hospital(random, family),
        "hometown": where(family.office, family.on),
        **parent(random, family.mother, "mother", family.on),
        **parent(random, family.father, "father", family.on),
        "parents_marriage_number": f"{random.randint(3, 140):02}" if married else None,
        "parents_marriage_book": f"01/{wedding.year}" if married else None,
        "parents_marriage_on": wedding.isoformat() if married else None,
        "parents_marriage_at": f"UBND {family.office.commune}" if married else None,
    }


def birth_certificate(random: Random, family: Family, declared: Mapping[str, object]) -> Values:
    """The certificate that follows from a declaration."""
    signer = make_citizen(
        random, sex="Nam", born=make_date(random, 1970, 1988), on=family.on, home=family.office
    )
    child = family.child
    values: Values = {
        "issuer": family.committee.upper(),
        "number": f"{random.randint(2, 480):02}/{family.on.year}",
        "name": child.name,
        "dob": child.born.isoformat(),
        "dob_words": date_in_words(child.born),
        "sex": child.sex,
        "ethnicity": child.ethnicity,
        "nationality": made_up().nationality,
        "birth_place": declared["birth_place"],
        "hometown": declared["hometown"],
        "pid": child.pid,
        "requester_name": declared["requester_name"],
        "requester_iddoc": declared["requester_iddoc"],
        "registered_at": f"{family.committee}, {family.office.province}",
        "registered_on": family.on.isoformat(),
        "signer_name": signer.name.title(),
    }
    for who in ("mother", "father"):
        for key in ("name", "birth", "ethnicity", "nationality", "residence"):
            values[f"{who}_{key}"] = declared[f"{who}_{key}"]
    return values


def marriage(random: Random, family: Family) -> Values:
    """Declaration for marriage registration."""
    values = closing(random, family) | {"addressed_to": family.committee}
    for who, prefix in ((family.mother, "bride"), (family.father, "groom")):
        block = person(who, prefix, family.on)
        del block[f"{prefix}_sex"]
        values |= block
        values[f"{prefix}_marriage_ordinal"] = random.choices((1, 2), weights=(9, 1))[0]
        values[f"{prefix}_signature_present"] = random.random() < 0.95
    return values


def death(random: Random, family: Family) -> Values:
    """Declaration for death registration."""
    gone = family.elder
    died = family.on - dt.timedelta(days=random.randint(1, 14))
    at_home = random.random() < 0.5
    hospital = _hospital(random, family)
    block = person(gone, "deceased", family.on)
    block["deceased_last_residence"] = block.pop("deceased_residence")
    return {
        **requester(family.father, "Con", family),
        **closing(random, family),
        **block,
        "death_time": f"{random.randint(0, 23):02}:{random.randint(0, 59):02}",
        "death_date": died.isoformat(),
        "death_place": f"Tại nhà riêng, {gone.address(family.on)}" if at_home else hospital,
        "death_cause": random.choice(made_up().death_causes),
        "notice_number": f"{random.randint(3, 95):02}/GBT",
        "notice_issuer": f"UBND {family.office.commune}" if at_home else hospital.split(",", maxsplit=1)[0],
        "notice_date": min(family.on, died + dt.timedelta(days=1)).isoformat(),
    }


def extract(random: Random, family: Family) -> Values:
    """Request for a copy of an entry in the civil status register."""
    who = family.father
    subject, event, relation = random.choice(
        ((who, "kết hôn", "Bản thân"), (who, "khai sinh", "Bản thân"), (family.elder, "khai tử", "Cha"))
    )
    if event == "khai tử" and subject.sex == "Nữ":
        relation = "Mẹ"
    first = subject.born.year + 20 if event == "kết hôn" else subject.born.year
    first = family.on.year - 2 if event == "khai tử" else first
    registered = make_date(random, first, first) if event != "khai sinh" else subject.born + dt.timedelta(9)
    return {
        **requester(who, relation, family),
        **closing(random, family),
        **person(subject, "subject", family.on),
        "event_type": event,
        "registered_at": family.committee,
        "registered_on": min(registered, family.on - dt.timedelta(days=20)).isoformat(),
        "registered_number": f"{random.randint(2, 180):02}",
        "registered_book": f"01/{registered.year}",
        "copies_count": random.randint(1, 5),
    }


def _hospital(random: Random, family: Family) -> str:
    name = random.choice(made_up().hospitals)
    return f"{name}, {where(family.office, family.on)}"

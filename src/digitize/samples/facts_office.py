"""What the papers about residence, insurance, land, building and business say, field by field."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

from digitize.samples.citizens import Citizen, Family, made_up, make_citizen, make_house, where
from digitize.samples.facts import Values
from digitize.samples.people import make_date
from digitize.samples.places import places
from digitize.samples.trades import amount_in_words, trades


def residence(random: Random, family: Family) -> Values:
    """Declaration of a change of residence."""
    head, who = family.father, random.choice((family.mother, family.father))
    others = [family.child] if who is family.father else [family.child, family.elder]
    target = f"{make_house(random)}, {where(family.office, family.on)}"
    asked = random.choice(
        ("Đăng ký thường trú tại", "Đăng ký tạm trú tại", "Xác nhận thông tin về cư trú tại")
    )
    kin = {id(family.child): "Con", id(family.elder): "Cha" if family.elder.sex == "Nam" else "Mẹ"}
    return {
        "addressed_to": f"Công an {family.office.commune}",
        "name": who.name,
        "dob": who.born.isoformat(),
        "sex": who.sex,
        "pid": who.pid,
        "phone": who.phone,
        "email": who.mail if random.random() < 0.5 else None,
        "head_name": head.name,
        "head_relation": "Chủ hộ" if who is head else "Vợ",
        "head_pid": head.pid,
        "request": f"{asked} {target}",
        "members": [
            {
                "name": other.name,
                "dob": other.born.isoformat(),
                "sex": other.sex,
                "pid": other.pid,
                "head_relation": kin[id(other)],
            }
            for other in others
        ],
        "consent_head": random.random() < 0.7,
        "consent_owner": random.random() < 0.4,
        "consent_guardian": random.random() < 0.15,
        "signature_present": random.random() < 0.95,
        "_on": family.on.isoformat(),
        "_owner": family.elder.name,
    }


def insurance(random: Random, family: Family) -> Values:
    """Declaration for social and health insurance, with the annex of the household."""
    who, place = random.choice((family.mother, family.father, family.child)), family.office
    minor = who is family.child
    on_paper = random.random() < 0.5
    return {
        "name": who.name,
        "sex": who.sex,
        "dob": who.born.isoformat(),
        "nationality": made_up().nationality,
        "ethnicity": who.ethnicity,
        "pid": who.pid,
        "phone": who.phone,
        "email": who.mail if random.random() < 0.5 else None,
        "birth_registered_commune": place.commune,
        "birth_registered_district": place.district,
        "birth_registered_province": place.province,
        "guardian_name": family.father.name if minor else None,
        "result_electronic": not on_paper,
        "result_paper": on_paper,
        "result_street": who.house if on_paper else None,
        "result_commune": place.commune if on_paper else None,
        "result_district": place.district if on_paper else None,
        "result_province": place.province if on_paper else None,
        "insurance_number": f"{random.randint(0, 9_999_999_999):010}",
        "changes": random.choice(("Cấp lại thẻ BHYT do bị mất", "Thay đổi nơi khám, chữa bệnh", None)),
        "contribution": f"{random.randint(15, 60)}00000 đồng",
        "contribution_method": random.choice(("3 tháng", "6 tháng", "12 tháng")),
        "clinic": f"{random.choice(made_up().hospitals)} {place.district}",
        "other_request": random.choice(("Không", None)),
        "attachments": random.choice(("Bản sao CCCD", "Giấy khai sinh (bản sao)", None)),
        "household": [_member(random, one, family) for one in (family.father, family.mother, family.child)],
        "_head": family.father.name,
        "_head_pid": family.father.pid,
        "_on": family.on.isoformat(),
    }


def _member(random: Random, one: Citizen, family: Family) -> Values:
    kin = "Chủ hộ" if one is family.father else "Vợ" if one is family.mother else "Con"
    return {
        "name": one.name,
        "insurance_number": f"{random.randint(0, 9_999_999_999):010}",
        "dob": one.born.isoformat(),
        "sex": one.sex,
        "nationality": made_up().nationality,
        "ethnicity": one.ethnicity,
        "birth_registered_at": family.office.commune,
        "head_relation": kin,
        "pid": one.pid,
        "note": "Mới sinh" if kin == "Con" else None,
    }


def criminal_record(random: Random, family: Family) -> Values:
    """Request for a criminal record slip."""
    who, spouse = family.mother, family.father
    father = make_citizen(
        random, sex="Nam", born=make_date(random, 1950, 1962), on=family.on, family=who.name.split()[0]
    )
    mother = make_citizen(random, sex="Nữ", born=make_date(random, 1952, 1964), on=family.on)
    began = dt.date(who.born.year + 14, who.born.month, 1)
    moved = make_date(random, began.year + 4, began.year + 6)
    return {
        "addressed_to": f"Công an {family.office.province}",
        "name": who.name,
        "other_name": random.choice(("Không", None)),
        "sex": who.sex,
        "dob": who.born.isoformat(),
        "birth_place": where(who.origin, family.on),
        "nationality": made_up().nationality,
        "ethnicity": who.ethnicity,
        "permanent_residence": who.address(family.on),
        "temporary_residence": who.address(family.on) if random.random() < 0.3 else None,
        "iddoc": who.iddoc,
        "phone": who.phone,
        "email": who.mail if random.random() < 0.6 else None,
        "father_name": father.name,
        "mother_name": mother.name,
        "spouse_name": spouse.name if random.random() < 0.8 else None,
        "residences": [
            {
                "from": f"{began:%Y-%m}",
                "to": f"{moved:%Y-%m}",
                "residence": where(random.choice(places()), family.on),
                "occupation": "Học sinh",
            },
            {
                "from": f"{moved:%Y-%m}",
                "to": f"{family.on:%Y-%m}",
                "residence": where(family.office, family.on),
                "occupation": random.choice(made_up().occupations),
            },
        ],
        "slip_number": random.choice((1, 2)),
        "purpose": random.choice(("Xin việc làm", "Bổ sung hồ sơ", "Xuất cảnh")),
        "copies_count": random.randint(1, 3),
        "made_on": family.on.isoformat(),
        "_place": family.office.commune,
    }


def land(random: Random, family: Family) -> Values:
    """Request to register a change of land."""
    who = random.choice((family.father, family.mother, family.elder))
    plot = f"thửa đất số {random.randint(3, 420)}, tờ bản đồ số {random.randint(1, 60)}"
    change = random.choice(
        (
            f"Nhận chuyển nhượng quyền sử dụng đất {plot}",
            f"Tặng cho quyền sử dụng đất {plot}",
            f"Thay đổi số giấy tờ nhân thân trên Giấy chứng nhận của {plot}",
        )
    )
    papers = ("Hợp đồng chuyển nhượng quyền sử dụng đất", "Bản sao CCCD", "Tờ khai lệ phí trước bạ")
    return {
        "addressed_to": f"Chi nhánh Văn phòng đăng ký đất đai {family.office.district}",
        "owner_name": who.name,
        "owner_iddoc": who.iddoc,
        "owner_address": who.address(family.on),
        "phone": who.phone,
        "email": who.mail if random.random() < 0.5 else None,
        "change_content": change,
        "attachments": [{"title": title} for title in random.sample(papers, random.randint(1, 2))],
        "made_on": family.on.isoformat(),
        "signature_present": random.random() < 0.95,
        "_place": family.office.commune,
    }


def business(random: Random, family: Family) -> Values:
    """Request to register a household business."""
    who, lists = random.choice((family.father, family.mother)), trades()
    given = who.name.split()[-1].title()
    capital = random.choice((20, 50, 80, 100, 150, 200, 350)) * 1_000_000
    chosen = random.sample(lists.activities, random.randint(1, 3))
    foreign = random.random() < 0.4
    return {
        "addressed_to": f"Phòng Kinh tế {family.office.commune}",
        "owner_name": who.name,
        "owner_dob": who.born.isoformat(),
        "owner_sex": who.sex,
        "owner_pid": who.pid,
        "business_name": f"Hộ kinh doanh {given} {random.choice(lists.second_names)}",
        "business_name_foreign": f"{given} {random.choice(lists.foreign_names)}" if foreign else None,
        "business_name_short": f"HKD {given}" if random.random() < 0.4 else None,
        "business_address": replace(who, house=make_house(random)).address(family.on),
        "phone": who.phone,
        "email": who.mail if random.random() < 0.5 else None,
        "activities": [
            {"name": trade.name, "code": trade.code, "main": True if index == 0 else None}
            for index, trade in enumerate(chosen)
        ],
        "capital": capital,
        "capital_words": amount_in_words(capital),
        "start_date": (family.on + dt.timedelta(days=random.randint(5, 40))).isoformat(),
        "employees": random.randint(1, 12),
        "founder_kind": random.choice(("individual", "individual", "household")),
        "made_on": family.on.isoformat(),
        "signature_present": random.random() < 0.95,
        "_place": family.office.commune,
    }


def building(random: Random, family: Family) -> Values:
    """Request for a permit to build a house."""
    who = random.choice((family.father, family.mother))
    ground = random.randint(450, 1400) / 10
    storeys = random.randint(1, 5)
    return {
        "addressed_to": family.committee,
        "owner_name": who.name,
        "pid": who.pid,
        "phone": who.phone,
        "lot_number": f"{random.randint(3, 420)}",
        "lot_area": round(ground * random.uniform(1.1, 2.2), 1),
        "site_street": make_house(random),
        "site_commune": family.office.commune,
        "site_province": family.office.province,
        "designer": f"Công ty TNHH Tư vấn xây dựng {random.choice(trades().second_names)}",
        "building_class": random.choice(("Cấp III", "Cấp IV")),
        "ground_floor_area": ground,
        "total_floor_area": round(ground * storeys * random.uniform(0.9, 1.1), 1),
        "height": round(3.6 * storeys + random.randint(0, 20) / 10, 1),
        "storeys": storeys,
        "months_to_complete": random.randint(3, 18),
        "made_on": family.on.isoformat(),
        "_place": family.office.commune,
        "_ground": f"+{random.randint(1, 9) * 0.05 + 0.1:.2f}".replace(".", ","),
        "_setback": f"{random.randint(0, 6) * 0.5:g}".replace(".", ","),
    }

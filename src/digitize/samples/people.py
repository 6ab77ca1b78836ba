"""Made-up people: names, dates, numbers and addresses that nobody bears.

Places are real, because names of communes and hospitals are what OCR has to read; numbers are
drawn at random.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from digitize.samples.places import places

_FAMILY_NAMES = (
    "NGUYỄN", "TRẦN", "LÊ", "PHẠM", "HOÀNG", "HUỲNH", "PHAN", "VŨ", "VÕ", "ĐẶNG", "BÙI", "ĐỖ",
    "HỒ", "NGÔ", "DƯƠNG", "LÝ", "ĐINH", "TRỊNH", "MAI", "LƯƠNG", "QUÁCH", "GIÀNG", "LÒ",
)  # fmt: skip
_MIDDLE = {
    "Nam": ("VĂN", "ĐỨC", "MINH", "QUỐC", "HỮU", "ĐÌNH", "XUÂN", "TUẤN", "GIA", "BẢO"),
    "Nữ": ("THỊ", "NGỌC", "THU", "KHÁNH", "PHƯƠNG", "BÍCH", "THÙY", "DIỆU", "ÁNH", "MỸ"),
}
_GIVEN = {
    "Nam": ("ANH", "BẢO", "CƯỜNG", "DŨNG", "HẢI", "HIẾU", "KHÔI", "NGHĨA", "PHÚC", "QUÂN", "THẮNG"),
    "Nữ": ("CHI", "DUNG", "HÀ", "HIỀN", "HUYỀN", "LAN", "LINH", "NGÂN", "QUỲNH", "THẢO", "YẾN"),
}
_STREETS = ("Lê Lợi", "Trần Phú", "Nguyễn Du", "Hùng Vương", "Bạch Đằng", "Lý Thường Kiệt")
ETHNIC_GROUPS = ("Kinh", "Kinh", "Kinh", "Tày", "Mường", "Khmer", "Thái", "Nùng", "Dao")


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up citizen."""

    name: str
    sex: str
    born: dt.date
    pid: str
    ethnicity: str
    residence: str


def make_address(random: Random) -> tuple[str, str]:
    """An address of two levels, as written since July 2025, and its province's number code."""
    place = random.choice(places())
    house = f"Số {random.randint(1, 320)} đường {random.choice(_STREETS)}"
    return f"{house}, {place.commune}, {place.province}", place.code


LAST_DAY = dt.date(2026, 10, 31)
"""The last day on which papers were made out: none of them lies in the future."""


def make_date(random: Random, first: int, last: int, *, before: dt.date = dt.date.max) -> dt.date:
    """A day between the first of January of ``first`` and the last of December of ``last``, or ``before``."""
    start, end = dt.date(first, 1, 1).toordinal(), min(dt.date(last, 12, 31), before).toordinal()
    return dt.date.fromordinal(random.randint(start, end))


def make_person(random: Random, *, sex: str, first: int, last: int) -> Person:
    """A person of that sex, born in those years."""
    name = " ".join([random.choice(_FAMILY_NAMES), random.choice(_MIDDLE[sex]), random.choice(_GIVEN[sex])])
    born = make_date(random, first, last)
    residence, province = make_address(random)
    generation = 2 * (born.year // 100 - 19) + (1 if sex == "Nữ" else 0)
    pid = f"{province}{generation}{born.year % 100:02}{random.randint(0, 999_999):06}"
    return Person(name, sex, born, pid, random.choice(ETHNIC_GROUPS), residence)

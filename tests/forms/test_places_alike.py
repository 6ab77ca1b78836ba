"""One place in two spellings on one paper is for a person."""

from __future__ import annotations

from digitize.forms.places_alike import doubt_places_alike
from digitize.forms.value_texts import odd_words
from digitize.model import FieldReading


def doubted(**values: str) -> set[str]:
    fields = {key: FieldReading(value, confidence=0.9) for key, value in values.items()}
    return {key for key, reading in doubt_places_alike(fields).items() if reading.needs_review}


def test_names_that_differ_by_an_accent_are_doubted_wherever_they_stand() -> None:
    found = doubted(
        addressed_to="Ủy ban nhân dân xã Thanh Phong",
        registered_at="Ủy ban nhân dân xã Thạnh Phong, tỉnh Vĩnh Long",
        birth_place="xã Ea Ktur, tỉnh Đắk Lắk",
    )
    assert found == {"addressed_to", "registered_at"}


def test_the_same_name_everywhere_and_other_names_are_not() -> None:
    assert doubted(one="xã Thanh Phong", other="Xã Thanh Phong, tỉnh Vĩnh Long") == set()
    assert doubted(one="xã Thanh Phong", other="phường Thạnh Phong") == set()
    assert doubted(one="thôn 3, xã Ea Ktur", other="xã Ea Nuôl") == set()


def test_words_without_their_head_and_words_read_twice_are_odd() -> None:
    assert odd_words("ề việc xin in ấn tờ rơi")
    assert odd_words("Ủy Ủy ban nhân dân xã Ea Ktur")
    assert not odd_words("ở nhà riêng")
    assert not odd_words("xanh xanh")
    assert not odd_words("Về việc xin in ấn")

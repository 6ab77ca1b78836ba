"""Identity cards: QR code and machine-readable zone."""

from __future__ import annotations

import datetime as dt
from random import Random

import cv2
import numpy as np
import pytest

from digitize.samples.card_facts import card_truth, qr_content
from digitize.samples.citizens import make_family
from digitize.samples.identity_card import draw_card
from digitize.samples.mrz import mrz_lines
from digitize.vietnamese.card_codes import check_digit


@pytest.mark.parametrize(("text", "digit"), [("L898902C3", 6), ("740812", 2), ("120415", 9), ("<<<", 0)])
def test_check_digits_of_the_standard(text: str, digit: int) -> None:
    assert check_digit(text) == digit


def test_the_zone_of_a_known_card() -> None:
    lines = mrz_lines("001190000017", "NGUYỄN THỊ MẪU", dt.date(1990, 1, 15), "Nữ", dt.date(2030, 1, 15))
    assert lines == (
        "IDVNM1900000174001190000017<<5",
        "9001158F3001156VNM<<<<<<<<<<<8",
        "NGUYEN<<THI<MAU<<<<<<<<<<<<<<<",
    )


def test_long_names_and_cards_that_never_run_out() -> None:
    lines = mrz_lines("001090000017", "ĐẶNG " + "HOÀNG " * 8, dt.date(1950, 1, 1), "Nam", None)
    assert [len(line) for line in lines] == [30, 30, 30]
    assert lines[1][7:14] == "M991231"
    assert lines[2].startswith("DANG<<HOANG<HOANG")


@pytest.mark.parametrize("seed", range(6))
def test_drawn_codes_are_read_and_say_what_the_card_says(seed: int) -> None:
    random = Random(f"card/{seed}")
    day = dt.date(2024, 6, 20) if seed % 2 else dt.date(2026, 10, 1)
    holder = make_family(random, day, day).mother
    assert holder.card is not None
    truth = card_truth(holder)
    sheet = draw_card(random, holder, truth, dpi=300)[0]
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(np.asarray(sheet.image)[:, :, ::-1].copy())
    assert found == qr_content(holder)
    fields = found.split("|")
    assert fields[:3] == [truth["pid"], truth["old_pid"] or "", truth["name"]]
    assert len(fields) == 7
    zone = [line.text for line in sheet.inscriptions if len(line.text) == 30 and "<" in line.text]
    assert len(zone) == 3
    assert zone[0][15:27] == truth["pid"]
    assert int(zone[0][29]) == check_digit(zone[0][15:27])
    assert int(zone[1][29]) == check_digit(zone[0][5:] + zone[1][:7] + zone[1][8:15] + zone[1][18:29])
    shown = {line.key for line in sheet.inscriptions if line.key}
    assert {"pid", "name", "dob", "sex", "residence"} <= shown

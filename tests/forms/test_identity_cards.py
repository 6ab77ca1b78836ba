"""Identity cards: codes go before print, both sides belong together, and what disagrees is for a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

import pytest

from digitize.forms.cards import CardCodes, codes_of, lost_labels, magnified, read_card
from digitize.forms.extract import read_documents
from digitize.forms.template_files import load_templates
from digitize.forms.told import UNTOLD, ToldPage
from digitize.forms.view import PageView
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Picture
from digitize.model import Source
from digitize.ocr.engine import OcrEngine
from digitize.samples.card_facts import card_truth
from digitize.samples.citizens import Citizen, make_family
from digitize.samples.identity_card import draw_card
from support.reading import scanned, view_of, written_sheet

TEMPLATE = load_templates()["citizen_id"]


def holder_of(seed: int, day: dt.date) -> Citizen:
    return make_family(Random(f"cards/{seed}"), day, day).mother


def drawn(seed: int, day: dt.date, engine: OcrEngine) -> tuple[PageView, dict[str, object]]:
    holder = holder_of(seed, day)
    (sheet,) = draw_card(Random(seed), holder, card_truth(holder), dpi=250)
    return view_of(scanned(sheet), engine), card_truth(holder)


@pytest.mark.parametrize(
    ("seed", "day", "version"),
    [(1, dt.date(2024, 6, 20), "cccd-2021"), (3, dt.date(2026, 10, 1), "can-cuoc-2024")],
)
def test_a_card_is_read_by_its_codes(engine: OcrEngine, seed: int, day: dt.date, version: str) -> None:
    view, truth = drawn(seed, day, engine)
    (document,) = read_documents([view], [0], load_templates(), engine, threshold=0.7)
    assert (document.form, document.form_version) == ("citizen_id", version)
    wrong = {
        key: (reading.value, truth[key])
        for key, reading in document.fields.items()
        if not reading.needs_review and reading.value != truth[key]
    }
    assert wrong == {}
    for key in ("pid", "name", "dob", "sex", "residence", "issued_on"):
        reading = document.fields[key]
        assert (reading.value, reading.source, reading.needs_review) == (truth[key], Source.QR, False)


def test_without_the_qr_code_the_zone_is_believed(engine: OcrEngine) -> None:
    view, truth = drawn(3, dt.date(2024, 6, 20), engine)
    codes = codes_of([(0, view)], engine)
    assert codes.mrz is not None
    assert codes.mrz[1].pid == truth["pid"]
    fields = read_card(TEMPLATE, "cccd-2021", [(0, view)], CardCodes(None, codes.mrz), engine)
    assert (fields["pid"].value, fields["pid"].source) == (truth["pid"], Source.MRZ)
    assert (fields["dob"].value, fields["dob"].source) == (truth["dob"], Source.MRZ)
    # Only the QR code would tell the number of the card before.
    assert fields["old_pid"].needs_review


def test_a_code_that_says_other_than_the_print_is_for_a_person(engine: OcrEngine) -> None:
    view, truth = drawn(3, dt.date(2024, 6, 20), engine)
    codes = codes_of([(0, view)], engine)
    assert codes.qr is not None
    forged = replace(codes.qr[1], pid="001190000017", name="NGUYỄN THỊ MẪU")
    fields = read_card(TEMPLATE, "cccd-2021", [(0, view)], CardCodes((0, forged), codes.mrz), engine)
    assert fields["pid"].needs_review
    others = [problem.facts.get("other") for problem in fields["pid"].problems]
    assert truth["pid"] in others
    assert fields["sex"].needs_review is False


def sides(picture: Picture) -> tuple[Picture, Picture]:
    """Front and back as two scans, cut in the widest band of bare paper between them."""
    height = picture.pixels.shape[0]
    grey = to_grey(picture.pixels)
    rows = range(height // 4, height * 3 // 4)
    band = round(3 / 25.4 * picture.dpi)
    cut = min(rows, key=lambda row: float(grey[row - band : row + band].std()))
    return replace(picture, pixels=picture.pixels[:cut]), replace(picture, pixels=picture.pixels[cut:])


def test_front_and_back_on_two_sheets_are_one_card(engine: OcrEngine) -> None:
    holder = holder_of(1, dt.date(2024, 6, 20))
    (sheet,) = draw_card(Random(1), holder, card_truth(holder), dpi=250)
    views = [view_of(side, engine) for side in sides(scanned(sheet))]
    letter = view_of(scanned(written_sheet()), engine)
    found = read_documents([views[0], letter, views[1]], [0, 1, 2], load_templates(), engine, threshold=0.7)
    assert [document.pages for document in found] == [(0, 2), (1,)]
    assert found[0].fields["pid"].value == holder.pid
    assert found[0].fields["expires_on"].value == card_truth(holder)["expires_on"]
    told = [UNTOLD, ToldPage(form="unknown"), ToldPage(begins=True)]
    apart = read_documents(
        [views[0], letter, views[1]], [0, 1, 2], load_templates(), engine, threshold=0.7, told=told
    )
    assert [document.pages for document in apart] == [(0,), (1,), (2,)]
    assert [document.form for document in apart] == ["citizen_id", "unknown", "citizen_id"]


def test_two_copies_of_one_card_stay_two(engine: OcrEngine) -> None:
    view, _ = drawn(4, dt.date(2024, 6, 20), engine)
    found = read_documents([view, view], [0, 1], load_templates(), engine, threshold=0.7)
    assert [document.pages for document in found] == [(0,), (1,)]


def test_a_card_whose_words_were_not_read_is_known_by_its_code(engine: OcrEngine) -> None:
    view, truth = drawn(1, dt.date(2024, 6, 20), engine)
    unread = PageView(replace(view.reading, words=view.reading.words[:1]), view.load)
    (document,) = read_documents([unread], [0], load_templates(), engine, threshold=0.7)
    assert (document.form, document.paper) == ("citizen_id", "identity_card")
    assert document.fields["pid"].value == truth["pid"]


def test_a_card_is_read_enlarged_where_its_labels_are_not_found(engine: OcrEngine) -> None:
    view, truth = drawn(1, dt.date(2024, 6, 20), engine)
    larger = magnified(view, engine)
    assert larger.reading.width == view.reading.width
    words = {word.text for word in larger.reading.words}
    assert str(truth["name"]).split()[0] in words
    boxes = [word.box for word in larger.reading.words]
    assert all(0 <= box[0] < box[2] <= view.reading.width for box in boxes)
    fields = read_card(TEMPLATE, "cccd-2021", [(0, larger)], CardCodes(None, None), engine)
    assert lost_labels(fields) <= 1

"""A workspace with many fields in doubt, made in a moment: nothing is scanned, nothing is read.

All pages are two small pictures, linked to where the pictures of pages lie. On the first stands a made-up
registration of a birth, on the second the identity card of the mother.
"""

from __future__ import annotations

import os
import random
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from pydantic import TypeAdapter

from digitize.fonts import Face, find_font
from digitize.ingest.kinds import FileKind
from digitize.model import Box, Document, FieldReading, Language, PageReading, Problem, Stage, Value
from digitize.pdf.compose import TOOL
from digitize.pipeline.findings import save_documents
from digitize.pipeline.founding import DEMO_CODE, Founder, found_workspace
from digitize.pipeline.layout import page_target
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.page_summary import summary_of
from digitize.pipeline.records import OriginalRecord
from digitize.pipeline.tasks import PageDone, with_suffix, words_file
from digitize.pipeline.workspace import Workspace
from digitize.profiles import DEMO
from digitize.times import now
from support.papers import reading as page_reading

EACH = 5
"""Fields in doubt on one paper."""

BIRTH, CARD = "birth_registration", "citizen_id"
_SIZE, _DPI = (1240, 1754), 150.0
_LEFT, _TOP, _LEADING = 480, 180, 74

TRUTH: dict[str, str] = {
    "child_name": "TRẦN MINH MẪU",
    "child_dob": "15/01/2026",
    "child_dob_words": "Ngày mười lăm tháng một năm hai nghìn không trăm hai mươi sáu",
    "mother_name": "LÒ THỊ DƯỠNG",
    "mother_iddoc": "CCCD số 001195000123 do Bộ Công an cấp ngày 20/08/2024",
}
"""What stands on the paper in the fields that are in doubt, as a person types it."""

_READ: dict[str, tuple[Value, str, tuple[Problem, ...]]] = {
    "child_name": ("TRẦN MINH MẤU", "TRẦN MINH MẤU", (Problem("low_confidence"),)),
    "child_dob": ("2026-01-16", "16/01/2026", (Problem("dob_words_disagree"),)),
    "child_dob_words": (TRUTH["child_dob_words"], TRUTH["child_dob_words"], (Problem("dob_words_disagree"),)),
    "mother_name": (
        "LÒ THỊ DƯỜNG", "LÒ THỊ DƯỜNG", (Problem("readings_disagree", {"other": "LÒ THỊ DƯỠNG"}),)
    ),
    "mother_iddoc": (
        {"number": "001195000128", "issuer": "Bộ Công an", "issued_on": "2024-08-20"},
        "CCCD số 001195000128 do Bộ Công an cấp ngày 20/08/2024",
        (Problem("card_disagrees", {"other": "001195000123"}),),
    ),
}  # fmt: skip

_SURE: dict[str, tuple[Value, str]] = {
    "requester_name": ("TRẦN VĂN MẪU", "TRẦN VĂN MẪU"),
    "child_sex": ("Nữ", "Nữ"),
    "child_ethnicity": ("Thái", "Thái"),
    "mother_birth": ("1995-03-02", "02/03/1995"),
    "made_on": ("2026-02-03", "03/02/2026"),
}

_ON_CARD: dict[str, tuple[Value, str]] = {
    "pid": ("001195000123", "001195000123"),
    "name": ("LÒ THỊ DƯỠNG", "LÒ THỊ DƯỠNG"),
    "dob": ("1995-03-02", "02/03/1995"),
    "sex": ("Nữ", "Nữ"),
    "nationality": ("Việt Nam", "Việt Nam"),
    "issuer": ("Bộ Công an", "Bộ Công an"),
    "issued_on": ("2024-08-20", "20/08/2024"),
    "expires_on": (None, ""),
    "old_pid": (None, ""),
    "card_kind": ("can_cuoc_2024", "CĂN CƯỚC"),
}


def filled_workspace(folder: Path, fields: int, *, each: int = EACH) -> Path:
    """A workspace with so many fields in doubt, all in dossiers that wait for a person.

    Args:
        folder: where; it is made.
        fields: how many, in all.
        each: how many in one dossier; the last one has what is left. As many as ``fields`` put all into one.

    """
    founder = Founder("UBND phường Sao Mai", DEMO_CODE, DEMO_CODE, DEMO, Language.VI)
    workspace = found_workspace(folder, founder, "tester", now)
    pictures = _draw(folder.parent / f".{folder.name}-pages")
    chance = random.Random(fields)
    with closing(Ledger(workspace.ledger, now, "tester")) as ledger, ledger.transaction():
        for number, first in enumerate(range(0, fields, each), start=1):
            doubtful = min(each, fields - first)
            _dossier(workspace, ledger, f"HS-{number:05}", doubtful, pictures, chance)
    # They stay where they were linked to.
    shutil.rmtree(pictures[0].parent)
    return folder


def _dossier(
    workspace: Workspace,
    ledger: Ledger,
    code: str,
    doubtful: int,
    pictures: tuple[Path, Path],
    chance: random.Random,
) -> None:
    """One dossier in review: papers with so many fields in doubt, and the card of a mother."""
    forms = -(-doubtful // EACH)
    papers = [
        _paper(page, BIRTH, _of_form(min(EACH, doubtful - page * EACH), page, chance))
        for page in range(forms)
    ]
    papers.append(_paper(forms, CARD, {key: _sure(*said, forms) for key, said in _ON_CARD.items()}))
    folder = workspace.originals / code
    folder.mkdir()
    for number in range(forms + 1):
        target = page_target(workspace, code, number + 1)
        target.parent.mkdir(exist_ok=True)
        picture = pictures[number == forms]
        os.link(picture, with_suffix(target, ".jpg"))
        os.link(picture.with_suffix(".json"), words_file(target))
    os.link(pictures[0], folder / "a.jpg")
    ledger.add_dossier(code, f"scans/{code}")
    ledger.add_event("received", code, source=code)
    size = pictures[0].stat().st_size
    ledger.add_original(
        OriginalRecord(
            code,
            1,
            "a.jpg",
            f"scans/{code}/a.jpg",
            1,
            1,
            FileKind.IMAGE,
            f"{chance.getrandbits(256):064x}",
            size,
            len(papers),
            signed=False,
        )
    )
    ledger.move(code, Stage.RECEIVED, "files_taken_in", files=["a.jpg"])
    ledger.set_pages(code, [(1, page) for page in range(len(papers))])
    summary = summary_of(PageDone(_page(), size))
    for page in range(len(papers)):
        ledger.set_read(code, page + 1, summary)
    ledger.move(code, Stage.RECOGNISED, "pages_read", pages=len(papers), engine="none", tool=TOOL)
    save_documents(ledger, code, papers)
    ledger.move(
        code, Stage.EXTRACTED, "fields_extracted", documents=len(papers), doubtful=doubtful, tool=TOOL
    )
    ledger.move(code, Stage.IN_REVIEW, "review_needed", doubtful=doubtful)


def _paper(page: int, form: str, fields: dict[str, FieldReading]) -> Document:
    return Document((page,), form, "tt04-2024" if form == BIRTH else "can-cuoc-2024", 0.98, fields)


def _of_form(doubtful: int, page: int, chance: random.Random) -> dict[str, FieldReading]:
    """The fields of a form, so many of them in doubt, each as surely read as chance has it."""
    fields = {}
    for row, (key, (value, raw, problems)) in enumerate(_READ.items()):
        sure = FieldReading(value, raw, round(chance.uniform(0.2, 0.85), 3), page=page, box=_place(row))
        fields[key] = replace(sure, needs_review=True, problems=problems) if row < doubtful else sure
    fields |= {key: _sure(*said, page, len(_READ) + row) for row, (key, said) in enumerate(_SURE.items())}
    return fields


def _sure(value: Value, raw: str, page: int, row: int = 0) -> FieldReading:
    return FieldReading(value, raw, 0.97, page=page, box=_place(row) if value is not None else None)


def _place(row: int) -> Box:
    top = _TOP + _LEADING * row
    return (_LEFT, top, _SIZE[0] - 60, top + 40)


def _page() -> PageReading:
    return page_reading((), _SIZE, _DPI)


def _draw(folder: Path) -> tuple[Path, Path]:
    """The pictures of a form and of a card, each with the words of its page beside it; none are told."""
    folder.mkdir()
    written = {key: TRUTH[key] for key in _READ} | {key: raw for key, (_, raw) in _SURE.items()}
    on_card = {key: raw for key, (_, raw) in _ON_CARD.items()}
    pages = (
        _draw_page(folder / "form.jpg", "TỜ KHAI ĐĂNG KÝ KHAI SINH", written),
        _draw_page(folder / "card.jpg", "CĂN CƯỚC", on_card),
    )
    for picture in pages:
        picture.with_suffix(".json").write_bytes(TypeAdapter(PageReading).dump_json(_page()))
    return pages


def _draw_page(target: Path, title: str, written: dict[str, str]) -> Path:
    image = Image.new("L", _SIZE, 250)
    draw = ImageDraw.Draw(image)
    path = str(find_font(Face.TIMES))
    large, small = ImageFont.truetype(path, 30), ImageFont.truetype(path, 22)
    draw.text((360, 80), title, font=large, fill=20)
    for row, (key, text) in enumerate(written.items()):
        left, top, right, bottom = _place(row)
        draw.text((60, top), f"{key}:", font=small, fill=60)
        draw.text((left + 6, top + 4), text, font=small, fill=20)
        draw.line((left, bottom, right, bottom), fill=150)
    image.save(target, quality=60, dpi=(_DPI, _DPI))
    return target

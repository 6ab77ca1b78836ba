"""Dossiers at a person, in a ledger of their own, and several people who work on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from digitize.forms.template_files import load_templates
from digitize.model import Document, Stage, Value
from digitize.pipeline.approval import ReviewRules
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.second_look_draw import LookRules
from digitize.profiles.profile import RoleRules
from digitize.review.desk import Desk
from digitize.times import now
from support.listed import letter, received

CODE = "HS-01"
NOBODY = LookRules(0.0, frozenset(), 0.0)
EVERYTHING = LookRules(1.0, frozenset(), 0.0)

FIELDS: dict[str, Value] = {
    "number": "12",
    "notation": "TTr-UBND",
    "doc_type": "Tờ trình",
    "subject": "xin kinh phí",
    "issuer": "UBND xã Mẫu",
    "issued_date": "2010-01-07",
}


def one_letter(*doubtful: str, **changed: Value) -> Document:
    """A letter with six fields."""
    return letter(0, doubtful=doubtful, **FIELDS | changed)


def in_review(path: Path, *documents: Document, code: str = CODE, who: str = "quét") -> None:
    """Put a dossier at a person."""
    with closing(Ledger(path, now, who)) as ledger:
        received(ledger, code, {"a.pdf": len(documents)}, *documents)
        with ledger.transaction():
            ledger.move(code, Stage.IN_REVIEW, "review_needed", doubtful=1)


@contextmanager
def at_desk(
    path: Path,
    who: str,
    looks: LookRules | None = EVERYTHING,
    apart: tuple[str, ...] = (),
    *,
    by_itself: bool = True,
) -> Iterator[Desk]:
    """A person's desk."""
    rules = ReviewRules(looks, RoleRules.model_validate({"apart": apart}), by_itself)
    with closing(Ledger(path, now, who)) as ledger:
        yield Desk(ledger, now, load_templates(), rules=rules)


def work(path: Path, who: str, answers: dict[str, Value] | None = None, **rules: object) -> list[str]:
    """Let a person answer all that they are asked about, first or second looks; return the keys.

    Args:
        path: the ledger.
        who: the person.
        answers: what they say; of other fields what stands on the paper.
        rules: of their desk.

    """
    done = []
    with at_desk(path, who, **rules) as desk:  # type: ignore[arg-type]
        passed: list[str] = []
        while (dossier := desk.take("cửa sổ", passed=passed)) is not None:
            passed.append(dossier)
            while (asked := desk.next_field("cửa sổ", dossier)) is not None:
                desk.settle("cửa sổ", asked, (FIELDS | (answers or {}))[asked.key])
                done.append(asked.key)
            desk.let_through(dossier, seen=True)
    return done


def stage(path: Path, code: str = CODE) -> Stage:
    """Where a dossier stands."""
    with closing(Ledger(path, now, "x")) as ledger:
        record = ledger.dossier(code)
        assert record is not None
        return record.stage


def as_told(desk: Desk, field: DoubtfulField) -> str:
    """Everything that a person's desk says about a field, as text, but for the mark that is a checksum."""
    view = replace(desk.look_at(field), seen="")
    return json.dumps([asdict(field), asdict(view)], ensure_ascii=False, default=str)

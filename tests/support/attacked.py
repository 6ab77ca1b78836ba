"""The signed files that are attacked, and all the attacks on them."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pyhanko.sign.fields import MDPPerm

from digitize.signatures.sign import Level
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf_data
from support import (
    attacks_certification,
    attacks_cms,
    attacks_pages,
    attacks_saving,
    attacks_shadow,
    attacks_structure,
    attacks_wrapping,
)
from support.attacks_family import Attack, Family, NoRoomError
from support.papers import plain
from support.sealing import DAY, NOW, office
from support.tampering import approved, with_waiting_field

MODULES = (
    attacks_saving,
    attacks_wrapping,
    attacks_pages,
    attacks_certification,
    attacks_cms,
    attacks_structure,
)


def families() -> tuple[Family, ...]:
    """The families of attacks that fit every signed file."""
    return tuple(one for module in MODULES for one in vars(module).values() if isinstance(one, Family))


@cache
def everything() -> list[Attack]:
    return [attack for family in families() for attack in family]


@cache
def bases(*, shadowed: bool = False) -> dict[str, bytes]:
    """Signed files by their kind: as the program signs, as others do, and by two signers.

    ``shadowed`` ones were prepared for shadow attacks before they were signed.
    """
    paper = attacks_shadow.prepared(plain()) if shadowed else plain()
    signer = office().signer
    waiting = with_waiting_field(paper, "Organisation")
    officer = approved(waiting, signer, "Officer", certifies=MDPPerm.FILL_FORMS)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(paper)
        return {
            "B-B": office().signed(path),
            "B-LT": office().signed(path, Level.B_LT),
            "approval": approved(paper, signer),
            "two": approved(officer, office().authority.issue(), "Organisation", existing=True),
        }


@cache
def archived() -> bytes:
    """A file under a document timestamp, which covers all of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(plain())
        return office().signed(path, Level.B_LTA)


def attempts(attack: Attack, files: dict[str, bytes]) -> list[tuple[str, Verdict, float]]:
    """What each manipulated file is taken for, and how many seconds of work that took."""
    found = []
    for kind, signed in files.items():
        try:
            evil = attack.forge(signed)
        except NoRoomError:
            continue
        assert evil != signed
        started = time.process_time()
        found.append((kind, verified(evil).verdict, time.process_time() - started))
    return found


def verified(data: bytes) -> PdfReport:
    """The verdict of somebody who trusts the signer and knows that nothing was revoked."""
    return verify_pdf_data(data, office().trust, NOW + DAY)

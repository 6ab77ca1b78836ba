"""What the judges are shown: PDFs and packages of the demo, and PDFs signed at every level with both keys."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dss import Question
from tools import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from digitize.pipeline.sealing import make_seal
from digitize.pipeline.workspace import Workspace
from digitize.profiles.profile import PackageKind
from digitize.signatures.sign import Level, Seal, sign_detached, sign_pdf
from digitize.signatures.trust import TrustStore
from digitize.times import now
from support.dossiers import built, sip_of
from support.sealing import NOW, Office, rsa_key


@dataclass(frozen=True, slots=True)
class Signed:
    """A set of files that were signed in one way.

    Attributes:
        kind: how they were signed.
        level: the level that was asked for.
        questions: the files, with what a judge of signatures may rely on.

    """

    kind: str
    level: Level
    questions: tuple[Question, ...]

    @property
    def pdfs(self) -> list[Path]:
        """The PDFs among the files."""
        return [one.file for one in self.questions if one.content is None]


def demo(folder: Path) -> tuple[list[Path], Path]:
    """Composed PDFs of the samples, and the workspace in which they became packages."""
    place = folder / "demo"
    unsigned = folder / "unsigned"
    unsigned.mkdir()
    digitize = [sys.executable, "-m", "digitize"]
    subprocess.run([*digitize, "init", place, "--demo", "--samples", ROOT / "samples", "-q"], check=True)
    subprocess.run([*digitize, "run", "-w", place, "--until", "composed", "-q"], check=True)
    for number, pdf in enumerate(sorted((place / "work").rglob("*.pdf")), start=1):
        shutil.copy(pdf, unsigned / f"{number}.pdf")
    subprocess.run([*digitize, "run", "-w", place, "-q"], check=True)
    return sorted(unsigned.iterdir()), place


def papers(place: Path, folder: Path) -> list[Path]:
    """Indices, lists and minutes made of the dossiers of a workspace."""
    for kind in ("index", "list", "handover", "quality"):
        made = ["papers", "-w", str(place), "--kind", kind, "--to", str(folder / "papers"), "-q"]
        subprocess.run([sys.executable, "-m", "digitize", *made], check=True)
    return sorted((folder / "papers").glob("*.pdf"))


def packages(place: Path) -> list[Path]:
    """The packages of a workspace."""
    return sorted((place / "archive").iterdir())


def exchanged(folder: Path, place: Path | None = None) -> dict[str, list[Path]]:
    """Packages of every type and kind: AIP and SIP, of dossiers and of loose documents; SIPs signed and not.

    Args:
        folder: where they are made.
        place: a workspace whose packages are among them.

    """
    kept = packages(place) if place else []
    kept += [built(folder / kind.value, kind=kind, content=b"{}") for kind in PackageKind]
    # Most dossiers hold nothing that came signed: their SIPs have no documentation.
    kept.append(built(folder / "bare", kept=(), content=b"{}"))
    seals = {"bare": None, "signed": Office.new().seal(Level.B_LT)}
    return {
        "aip": kept,
        "sip": [
            sip_of(one, folder / f"sip-{number}-{name}", seal)
            for number, one in enumerate(kept)
            for name, seal in seals.items()
        ],
    }


def packaged(place: Path) -> Signed:
    """Everything that is signed in the packages of a workspace: PDFs, and METS beside its signature."""
    seal = make_seal(Workspace.open(place), None)
    trust = TrustStore(seal.evidence.anchors, seal.evidence.revocations)
    moment = now()
    files = [(pdf, None) for one in packages(place) for pdf in sorted(one.rglob("*.pdf"))]
    beside = [(sign, sign.with_suffix("")) for one in packages(place) for sign in sorted(one.rglob("*.p7s"))]
    questions = (
        Question(f"in packages: {file.name}", file, trust, moment, content)
        for file, content in (*files, *beside)
    )
    return Signed("in packages", seal.level, tuple(questions))


def signed(sources: Iterable[Path], place: Path, folder: Path) -> Iterator[Signed]:
    """The same PDFs signed at each level: with the demo's key and stamp, and with a key on a curve."""
    usual = make_seal(Workspace.open(place), None)
    for level in Level:
        seal = replace(usual, level=level, timestamper=usual.timestamper if level is not Level.B_B else None)
        yield _signed(sources, seal, now(), folder / f"{level.value}-demo")
        office = Office.new()
        of_rsa, officer = office.authority.issue(key=rsa_key()), office.authority.issue("Cán bộ số hóa")
        usual_key = replace(office.seal(level), stamp=usual.stamp)
        for name, made in {
            "ECDSA": usual_key,
            "RSA": replace(usual_key, credentials=of_rsa.credentials),
            "two signers": replace(usual_key, officer=officer.credentials),
        }.items():
            yield _signed(sources, made, NOW, folder / f"{level.value}-{name}")


def _signed(sources: Iterable[Path], seal: Seal, moment: dt.datetime, target: Path) -> Signed:
    target.mkdir()
    trust = TrustStore(seal.evidence.anchors, seal.evidence.revocations)
    questions = []
    for source in sources:
        file = target / source.name
        sign_pdf(source, file, seal, moment)
        questions.append(Question(f"{target.name}: {file.name}", file, trust, moment))
    beside = target / "beside.p7s"
    beside.write_bytes(sign_detached(source.read_bytes(), seal))
    questions.append(Question(f"{target.name}: detached", beside, trust, moment, source))
    return Signed(target.name, seal.level, tuple(questions))

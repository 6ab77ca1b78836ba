"""What signing.py and verifying.py share: papers, an office that signs them, and pyHanko's own command.

The command lives in an environment of its own, with what ``requirements-pyhanko.txt`` says.
"""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from common import ROOT, output_of
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image

sys.path.insert(0, str(ROOT / "tests"))

from digitize.pdf.compose import ComposedPage, compose
from support.papers import PROVENANCE, drawn, reading
from support.sealing import Holder, Office, rsa_key

A4 = (1654, 2339)
"""Pixels of a page at 200 dpi."""

_GRAIN = 7.0
_ENVIRONMENT = ROOT / ".venv-pyhanko"


@dataclass(frozen=True, slots=True)
class Place:
    """An office with an RSA key, and papers of a page each to be signed, in a folder."""

    folder: Path
    office: Office
    signer: Holder
    papers: tuple[Path, ...]

    @property
    def anchor(self) -> Path:
        """The authority's certificate."""
        return self.folder / "anchor.pem"

    @property
    def key(self) -> Path:
        """The signer's key, unencrypted."""
        return self.folder / "key.pem"

    @property
    def certificate(self) -> Path:
        """The signer's certificate."""
        return self.folder / "certificate.pem"


def furnish(folder: Path, papers: int, moment: dt.datetime) -> Place:
    """Make an office and its papers; pictures of a page are grainy, as scans are, and differ a little."""
    office = Office.new()
    signer = office.authority.issue(key=rsa_key(), begin=moment - dt.timedelta(days=9))
    place = Place(folder, office, signer, tuple(_papers(folder, papers)))
    place.anchor.write_bytes(office.authority.holder.certificate.public_bytes(Encoding.PEM))
    place.certificate.write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    key = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    place.key.write_bytes(key)
    return place


def _papers(folder: Path, count: int) -> Iterator[Path]:
    image, words = drawn(size=A4)
    clean = np.asarray(image).astype(np.float32)
    for number in range(count):
        grain = np.random.default_rng(Random(number).getrandbits(32)).normal(0, _GRAIN, clean.shape[:2])
        pixels = np.clip(clean + grain[:, :, None], 0, 255).astype(np.uint8)
        picture = folder / f"{number}.jpg"
        Image.fromarray(pixels).save(picture, quality=70, dpi=(200, 200))
        target = folder / f"paper-{number}.pdf"
        compose([ComposedPage(picture, reading(words, A4))], PROVENANCE, target)
        picture.unlink()
        yield target


@contextmanager
def cpu() -> Iterator[Callable[[], float]]:
    """CPU seconds of this process and its children since the block was entered."""
    start = _used()
    yield lambda: _used() - start


def _used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


@cache
def pyhanko() -> Path:
    """PyHanko's command, fetched at the first call."""
    done = _ENVIRONMENT / ".done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", _ENVIRONMENT], check=True)
        pip = [str(_ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        wanted = Path(__file__).with_name("requirements-pyhanko.txt")
        subprocess.run([*pip, "--disable-pip-version-check", "-r", str(wanted)], check=True)
        done.touch()
    return _ENVIRONMENT / "bin" / "pyhanko"


def call_pyhanko(*arguments: str | Path) -> str:
    """Run the command to its end; what it printed."""
    done = output_of(pyhanko(), *arguments)
    if done.returncode:
        sys.exit(f"pyhanko {' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout

"""Fixtures that are dear to make and safe to share: nobody changes what they give."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from digitize.ocr.choice import open_engine
from digitize.ocr.engine import OcrEngine
from digitize.signatures.demo_authority import DemoAuthority, make_demo_authority
from support.offices import small_scan
from support.places import SAMPLES
from support.program import digitize
from support.sharing import made_once
from support.stacks import Scan, sheets

# A commit must not fail for what chance finds today; looking for more is for people at their desks.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

# Started in the background, the tests would pass on that Ctrl-C is to be ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="session")
def engine() -> OcrEngine:
    """The OCR engine that the machine prefers."""
    return open_engine()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    """A throw-away certification authority with its signing key, timestamp key and CRL."""
    return make_demo_authority(tmp_path_factory.mktemp("authority"), "Cơ quan thử nghiệm", NOW)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A demo workspace after its run: three dossiers packaged, two in review. Copy it to change it."""

    def make(root: Path) -> None:
        made = digitize("init", root, "--demo", "--samples", SAMPLES)
        assert made.code == 0, made.err
        ran = digitize("run", "-w", root)
        assert ran.code == 0, ran.err

    return made_once(tmp_path_factory, worker_id, "finished", make)


@pytest.fixture(scope="session")
def _empty_office(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    def make(root: Path) -> None:
        nothing = tmp_path_factory.mktemp("nothing")
        made = digitize("init", root, "--demo", "--samples", nothing)
        assert made.code == 0, made.err
        # Tests write their scans whole; those of the inbox look at what is in motion.
        settings = root / "digitize.toml"
        settings.write_text(
            settings.read_text("utf-8").replace("quiet_seconds = 0.5", "quiet_seconds = 0"), "utf-8"
        )

    return made_once(tmp_path_factory, worker_id, "office", make)


@pytest.fixture(scope="session")
def packaged_office(_empty_office: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A demo workspace with two small dossiers, packaged. Copy it to change it."""

    def make(root: Path) -> None:
        shutil.copytree(_empty_office, root)
        for number in (1, 2):
            small_scan(root / "scans" / f"HS-{number}.jpg", f"Hồ sơ số {number}")
        ran = digitize("run", "-w", root)
        assert ran.code == 0, ran.err

    return made_once(tmp_path_factory, worker_id, "packaged", make)


@pytest.fixture
def office(_empty_office: Path, tmp_path: Path) -> Path:
    """A demo workspace of one's own with an empty inbox; it signs unattended."""
    return Path(shutil.copytree(_empty_office, tmp_path / "office"))


@pytest.fixture(scope="session")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scan]:
    """Separator sheets by their codes."""
    codes = ["HS-A", "HS-B", "HS-C"]
    return dict(zip(codes, sheets(tmp_path_factory.mktemp("sheets"), codes), strict=True))

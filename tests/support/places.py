"""Where test material lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
CASES = Path(os.environ.get("DIGITIZE_CASES", ROOT.parent / "shared" / "cases"))
"""Real scans and signed files, which cannot be published; tests that use them skip without them."""

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="real cases are not at hand")

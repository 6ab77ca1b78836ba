"""What the networks were taught with still fits what is built in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digitize.ocr import number_net, word_net
from digitize.ocr.line_strip import NUMBERS, WORDS, StripShape
from support.dictionaries import needs_dictionary
from support.places import ROOT

TRAINING = ROOT / "training"


@needs_dictionary
@pytest.mark.parametrize(
    ("script", "shape", "alphabet"),
    [("lines.py", NUMBERS, number_net.ALPHABET), ("word_strips.py", WORDS, word_net.ALPHABET)],
)
def test_strips_to_learn_from_can_be_made_again(
    tmp_path: Path, script: str, shape: StripShape, alphabet: str
) -> None:
    target = tmp_path / "strips.npz"
    command = [sys.executable, str(TRAINING / script), str(target), "1", "--seed", "3"]
    subprocess.run(command, check=True, capture_output=True)
    data = np.load(target)
    assert str(data["alphabet"]) == alphabet
    assert len(data["texts"]) == len(data["widths"]) > 50
    assert data["ink"].shape == (shape.height, data["widths"].sum())
    if script == "lines.py":
        assert sum(sum(map(str.isdigit, text)) * 2 > len(text) for text in data["texts"]) > 25
        assert any("@" in text for text in data["texts"])
    else:
        assert set("".join(data["texts"])) <= set(alphabet)
        assert any(any(sign in "ềộữấ" for sign in text) for text in data["texts"])

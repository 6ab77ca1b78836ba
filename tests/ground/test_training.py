"""What the network for numbers was taught with still fits what is built in."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np

from digitize.ocr.line_strip import HEIGHT
from digitize.ocr.number_net import ALPHABET
from support.dictionaries import needs_dictionary
from support.places import ROOT

TRAINING = ROOT / "training"


def test_the_network_is_taught_the_signs_that_it_is_read_with() -> None:
    # PyTorch is not there, so the file cannot be imported.
    tree = ast.parse((TRAINING / "train.py").read_text("utf-8"))
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert ast.literal_eval(values["ALPHABET"]) == ALPHABET
    assert ast.literal_eval(values["_HEIGHT"]) == HEIGHT


@needs_dictionary
def test_lines_to_learn_from_can_be_made_again(tmp_path: Path) -> None:
    target = tmp_path / "lines.npz"
    command = [sys.executable, str(TRAINING / "lines.py"), str(target), "1", "--seed", "3"]
    subprocess.run(command, check=True, capture_output=True)
    data = np.load(target)
    assert len(data["texts"]) == len(data["widths"]) > 50
    assert data["ink"].shape == (HEIGHT, data["widths"].sum())
    assert sum(sum(map(str.isdigit, text)) * 2 > len(text) for text in data["texts"]) > 25
    assert any("@" in text for text in data["texts"])

"""What networks put out is read as text, with how probable it is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from digitize.ocr.line_net import Outputs, log_probability


def outputs_of(signs: list[int], count: int) -> Outputs:
    logs = np.full((count, len(signs)), -40.0)
    for step, sign in enumerate(signs):
        logs[sign, step] = 0.0
    return Outputs(logs, "01abcde"[: count - 1])


def test_repeated_signs_need_something_between_them() -> None:
    text, probability = outputs_of([1, 1, 0, 1, 2], 3).best()
    assert text == "001"
    assert probability == pytest.approx(1.0)


def test_any_text_has_a_probability() -> None:
    outputs = outputs_of([1, 0, 2], 3)
    assert outputs.probability("01") == pytest.approx(1.0)
    assert outputs.probability("00") < 1e-6
    assert outputs.probability("0x") == 0.0
    assert outputs.probability("") == 0.0


def test_the_probabilities_of_all_texts_add_up_to_one() -> None:
    random = np.random.default_rng(3)
    shares = random.random((3, 4))
    logs = np.log(shares / shares.sum(axis=0))
    texts = [np.array(text, np.int64) for long in range(5) for text in product((1, 2), repeat=long)]
    assert sum(np.exp(log_probability(logs, text)) for text in texts) == pytest.approx(1.0)
    outputs = Outputs(logs, "ab")
    assert outputs.best()[1] == pytest.approx(outputs.probability(outputs.best()[0]))

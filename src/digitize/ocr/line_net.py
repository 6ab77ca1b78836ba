"""Small networks that read strips of text: convolutions, and a sign or nothing for every few columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

_STEP = 32
"""Columns; strips are filled up to a multiple of it, so that a network seldom sees a new length."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a network says of a strip.

    Attributes:
        logs: logarithms of probabilities, of shape (signs, steps); sign 0 is "nothing".
        alphabet: the signs from 1 on.

    """

    logs: NDArray[np.float64]
    alphabet: str

    def best(self) -> tuple[str, float]:
        """The likeliest sign of each step, repetitions and nothings out, and how probable that text is."""
        best = self.logs.argmax(axis=0)
        signs = best[(best > 0) & (best != np.concatenate(([0], best[:-1])))]
        text = "".join(self.alphabet[sign - 1] for sign in signs)
        return text, float(np.exp(log_probability(self.logs, signs)))

    def probability(self, text: str) -> float:
        """How probable a text is; 0 where it has signs that the network does not know."""
        signs = [self.alphabet.find(sign) + 1 for sign in text]
        if not signs or 0 in signs:
            return 0.0
        return float(np.exp(log_probability(self.logs, np.array(signs, np.int64))))


class LineNet:
    """A network with the signs that it knows, loaded when first asked.

    Args:
        name: its file beside this module.
        alphabet: its signs in the order of its outputs behind the first, which is "nothing".

    """

    def __init__(self, name: str, alphabet: Iterable[str]) -> None:
        self._name = name
        self._alphabet = "".join(alphabet)
        self._net: cv2.dnn.Net | None = None

    def read(self, strip: NDArray[np.float32]) -> Outputs:
        """What it says of a strip of shape (rows, columns), ink positive and paper 0."""
        if self._net is None:
            data = files("digitize.ocr").joinpath(self._name).read_bytes()
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
        strip = np.pad(strip, ((0, 0), (0, -strip.shape[1] % _STEP)))
        self._net.setInput(strip[None, None])
        outputs = np.asarray(self._net.forward(), np.float32)[0, :, 0, :]
        high = outputs.max(axis=0)
        logs = outputs - high - np.log(np.exp(outputs - high).sum(axis=0))
        return Outputs(logs.astype(np.float64), self._alphabet)


def log_probability(logs: NDArray[np.float64], signs: NDArray[np.int64]) -> float:
    """Logarithm of the probability of a text, summed over all ways to write it along the steps.

    Graves et al., Connectionist Temporal Classification, ICML 2006, section 4.1.
    """
    # Nothing, sign, nothing, sign, ..., nothing.
    path = np.zeros(2 * len(signs) + 1, np.int64)
    path[1::2] = signs
    leaps = np.zeros(len(path), bool)
    leaps[3::2] = signs[1:] != signs[:-1]
    sums = np.full(len(path), -np.inf)
    sums[:2] = logs[path[:2], 0]
    for step in range(1, logs.shape[1]):
        stayed = sums
        came = np.concatenate(([-np.inf], sums[:-1]))
        leapt = np.where(leaps, np.concatenate(([-np.inf, -np.inf], sums[:-2]))[: len(path)], -np.inf)
        sums = np.logaddexp(np.logaddexp(stayed, came), leapt) + logs[path, step]
    return float(np.logaddexp(sums[-1], sums[-2])) if len(path) > 1 else float(sums[-1])

"""Doubts that are nearly always needless: which they are, and what may go out wrong without them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digitize.pipeline.answers import Answer

LOW_CONFIDENCE = "low_confidence"
"""The doubt that a threshold of the profile raises."""

_FEWEST = 20
_NEARLY_ALWAYS = 0.95
_NONE_SEEN = 3.0
"""Where nothing was seen in n cases, at most 3/n of all are so, 95 of 100 times (Hanley 1983)."""


@dataclass(frozen=True, slots=True)
class Needless:
    """A doubt about a field that stood alone, and was nearly always needless.

    Attributes:
        form, key, cause: which.
        asked: how often people were asked for it alone.
        corrected: how often they had to correct.
        dossiers: in how many dossiers.
        risk: share of such fields, at most, that may be wrong, 95 of 100 times.
        threshold: least confidence that was right; None where no threshold decides.

    """

    form: str
    key: str
    cause: str
    asked: int
    corrected: int
    dossiers: int
    risk: float
    threshold: float | None


def needless_doubts(answers: Sequence[Answer], certain: float) -> Iterator[Needless]:
    """Doubts that stood alone and were nearly always needless, the dearest first.

    Args:
        answers: what people gave.
        certain: confidence below which the profile asks people.

    """
    alone: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        if len(answer.causes) == 1:
            alone[answer.form, answer.key, answer.causes[0]].append(answer)
    for (form, key, cause), own in sorted(alone.items(), key=lambda one: (-len(one[1]), one[0])):
        wrong = sum(not answer.confirmed for answer in own)
        if len(own) < _FEWEST or wrong > (1 - _NEARLY_ALWAYS) * len(own):
            continue
        sure = [a.confidence for a in own if a.confidence is not None]
        decides = (
            cause == LOW_CONFIDENCE and len(sure) == len(own) and all(0.5 < one < certain for one in sure)
        )
        yield Needless(
            form=form,
            key=key,
            cause=cause,
            asked=len(own),
            corrected=wrong,
            dossiers=len({answer.dossier for answer in own}),
            risk=_at_most(wrong, len(own)),
            threshold=int(100 * min(sure)) / 100 if decides else None,
        )


def _at_most(wrong: int, of: int) -> float:
    """The greatest share that so many cases leave possible, 95 of 100 times (Poisson, from above)."""
    return min(1.0, (wrong + _NONE_SEEN + 1.7 * math.sqrt(wrong)) / of)

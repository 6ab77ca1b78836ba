"""Why a person does something, as it is kept."""

from __future__ import annotations

import unicodedata

from digitize.errors import UsageProblem
from digitize.vietnamese.folding import single_spaced


def as_reason(why: str) -> str:
    """A reason as it is kept: one line, composed.

    Raises:
        UsageProblem: there is nothing in it.

    """
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in why)
    reason = single_spaced(unicodedata.normalize("NFC", plain))
    if not reason:
        raise UsageProblem("why_missing")
    return reason

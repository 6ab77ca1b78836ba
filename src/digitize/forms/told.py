"""What a person has told of a page, which counts for more than what its head says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToldPage:
    """What is known of a page before anybody looks at it.

    Attributes:
        begins: a document begins with it, or it belongs to the one before; None where nobody has said.
        form: what the document that begins with it is; None where nobody has said.

    """

    begins: bool | None = None
    form: str | None = None


UNTOLD = ToldPage()

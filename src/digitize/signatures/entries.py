"""Entries of PDF dictionaries, wherever they stand."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError


def entry(dictionary: DictionaryObject, key: str) -> Any:
    """The value of a key, also where a reference leads to it; None where there is none.

    pyHanko's own ``get`` gives the reference. A reference that leads nowhere is nothing
    (ISO 32000-1, 7.3.10).
    """
    try:
        return dictionary[key]
    except (PdfError, LookupError):
        return None

"""Entries of PDF dictionaries, wherever they stand."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject


def entry(dictionary: DictionaryObject, key: str) -> Any:
    """The value of a key, also where a reference leads to it; None where there is none.

    pyHanko's own ``get`` gives the reference.
    """
    try:
        return dictionary[key]
    except KeyError:
        return None

"""Where a label must stand that was not found: between those that were."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter

from digitize.forms.layout import page_text, surround
from digitize.forms.places import Place
from digitize.forms.view import PageView
from digitize.model import FieldReading

LABEL_LOST = "label_not_found"
"""Code of the doubt about a field whose label was not found."""

_MOST_ROWS = 12
"""A greater gap shows nobody where to look."""


def without_label(number: int, places: Mapping[int, Place], views: Mapping[int, PageView]) -> FieldReading:
    """The field of an item whose label was not found: unread, with the text between its neighbours.

    Args:
        number: of the item.
        places: where the values of the items stand that were found, by number.
        views: the pages, by their index in the dossier.

    """
    unread = FieldReading.unread(LABEL_LOST)
    before = places.get(max((found for found in places if found < number), default=-1))
    after = places.get(min((found for found in places if found > number), default=-1))
    known = before or after
    if known is None or (before and after and before.page != after.page):
        return unread
    text = page_text(views[known.page].reading.words)
    start = before.span[1] if before else 0
    words = text.numbered_words_between(start, after.span[0] if after else len(text.text))
    rows = [[word for _, word in row] for _, row in itertools.groupby(words, key=itemgetter(0))]
    if not rows or len(rows) > _MOST_ROWS:
        return unread
    told = "\n".join(" ".join(word.text for word in row) for row in rows)
    box = surround(word.box for _, word in words)
    return replace(unread, raw=told, page=known.page, box=box)

"""From the pages of a dossier to its documents and their fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from digitize.forms.cards import CardCodes, codes_of, lost_labels, magnified, read_card
from digitize.forms.checks import apply_checks
from digitize.forms.classify import Grouped, PageKind, classify_page, group_pages, version_of
from digitize.forms.codes import qr_of
from digitize.forms.document_index import read_index
from digitize.forms.dossier_cover import read_cover
from digitize.forms.labelled import read_labelled
from digitize.forms.layout import into_rows
from digitize.forms.letters import read_letter
from digitize.forms.papers import paper_of
from digitize.forms.persons import compared_with_cards
from digitize.forms.places_alike import doubt_places_alike
from digitize.forms.template import Template, Version, is_cell
from digitize.forms.told import UNTOLD, ToldPage
from digitize.forms.value_texts import clean
from digitize.forms.view import PageView
from digitize.model import UNKNOWN_FORM, Document, FieldReading, Problem
from digitize.ocr.engine import OcrEngine
from digitize.vietnamese.vocabulary import SECRECY_MARKS

_CODED = 0.9
"""How sure it is that a page with the code of an identity card is one."""

_HARD = 0.25
"""Share of flagged fields from which on a paper counts as hard to read."""


def read_documents(
    views: Sequence[PageView],
    files: Sequence[int],
    templates: dict[str, Template],
    engine: OcrEngine,
    *,
    threshold: float,
    thresholds: Mapping[str, float] | None = None,
    told: Sequence[ToldPage] = (),
) -> list[Document]:
    """Tell the documents of a dossier apart and read their fields.

    Args:
        views: the pages of the dossier, in order.
        files: for each page, the number of the file it came from.
        templates: the forms that are known.
        engine: reads single values again.
        threshold: fields with less confidence are for a person.
        thresholds: others for single fields, by key or by form and key.
        told: for each page, what a person has told of it; empty where nobody has told anything.

    """
    told = told or [UNTOLD] * len(views)
    kinds = [
        _kind_told(_kind(view, templates), page, templates) for view, page in zip(views, told, strict=True)
    ]
    groups = group_pages(kinds, files, [view.reading.blank for view in views])
    apart = {number for number, page in enumerate(told) if page.begins}
    cards = {
        group.pages: codes_of([(page, views[page]) for page in group.pages], engine)
        for group in groups
        if group.form in templates and templates[group.form].reader == "card"
    }
    return [
        _weighed(document, templates.get(document.form), threshold, thresholds or {})
        for document in compared_with_cards(
            [_read(group, views, templates, engine, cards) for group in _cards_joined(groups, cards, apart)],
            templates,
        )
    ]


def _kind(view: PageView, templates: dict[str, Template]) -> PageKind:
    """What a page begins; one whose words say nothing may bear the code of an identity card."""
    kind = classify_page(view.reading, templates)
    card = next((template.id for template in templates.values() if template.reader == "card"), None)
    told = kind.form != UNKNOWN_FORM or kind.paper or kind.follows or view.reading.blank
    if told or card is None or qr_of(view) is None:
        return kind
    return PageKind(card, _CODED, begins=True)


def _kind_told(kind: PageKind, told: ToldPage, templates: Mapping[str, Template]) -> PageKind:
    """What a page begins, as a person has told it; a form that is no longer known is left to its head."""
    known = told.form is not None and (told.form in templates or told.form == UNKNOWN_FORM)
    if known:
        kind = replace(kind, unclear=False)
    if known and told.form != kind.form:
        sure = 0.0 if told.form == UNKNOWN_FORM else 1.0
        kind = replace(kind, form=told.form or UNKNOWN_FORM, confidence=sure, paper=None)
    # Whoever says what a paper is says that it begins there.
    begins = True if told.begins is None and known else told.begins
    return replace(kind, told=begins)


def _cards_joined(
    groups: Sequence[Grouped], cards: dict[tuple[int, ...], CardCodes], apart: Collection[int]
) -> list[Grouped]:
    """The papers of a dossier, front and back of a card in one where both bear the same number.

    Pages with which a document begins because a person said so stay ``apart``.
    """
    joined: list[Grouped] = []
    for group in groups:
        codes = cards.get(group.pages)
        other = next((one for one in joined if codes and _is_other_side(cards.get(one.pages), codes)), None)
        if codes is None or other is None or group.pages[0] in apart:
            joined.append(group)
            continue
        first = cards[other.pages]
        whole = replace(other, pages=(*other.pages, *group.pages))
        cards[whole.pages] = CardCodes(first.qr or codes.qr, first.mrz or codes.mrz)
        joined[joined.index(other)] = whole
    return joined


def _is_other_side(one: CardCodes | None, other: CardCodes) -> bool:
    """Whether two pages bear different codes with one number; two copies of a card bear the same codes."""
    if one is None or one.pid is None or one.pid != other.pid:
        return False
    return not (one.qr and other.qr) and not (one.mrz and other.mrz)


def _read(
    group: Grouped,
    views: Sequence[PageView],
    templates: dict[str, Template],
    engine: OcrEngine,
    cards: dict[tuple[int, ...], CardCodes],
) -> Document:
    secret = _secrecy(views[page] for page in group.pages)
    if group.form == UNKNOWN_FORM:
        unclear = _FORM_UNCLEAR if group.unclear else ()
        return Document(group.pages, UNKNOWN_FORM, None, 0.0, problems=(*secret, *unclear), paper=group.paper)
    template = templates[group.form]
    pages = [(page, views[page]) for page in group.pages if not views[page].reading.blank]
    version, clear = version_of(template, pages)
    if template.reader == "letter":
        fields = read_letter(pages, engine)
    elif template.reader == "card":
        version, clear, fields = _read_card(template, pages, cards[group.pages], engine)
    elif template.reader == "cover":
        fields = read_cover(template, version.id, pages, engine)
    elif template.reader == "index":
        fields = read_index(template, version.id, pages, engine)
    else:
        fields = read_labelled(template, version.id, pages, engine)
    fields = doubt_places_alike(apply_checks(_without_empty_cells(fields), template.checks))
    if not clear:
        fields = {key: _of_doubtful_version(reading) for key, reading in fields.items()}
    return Document(
        pages=group.pages,
        form=template.id,
        form_version=version.id,
        form_confidence=group.confidence,
        paper=paper_of(template.id),
        problems=secret if clear else (*secret, *_VERSION_UNCLEAR),
        fields=fields,
    )


def _read_card(
    template: Template, pages: Sequence[tuple[int, PageView]], codes: CardCodes, engine: OcrEngine
) -> tuple[Version, bool, dict[str, FieldReading]]:
    """The version of a card, whether that is clear, and its fields; read enlarged where that finds more."""
    version, clear = version_of(template, pages)
    fields = read_card(template, version.id, pages, codes, engine)
    if lost_labels(fields) or not clear:
        larger = [(page, magnified(view, engine)) for page, view in pages]
        other, other_clear = version_of(template, larger)
        again = read_card(template, other.id, larger, codes, engine)
        if (other_clear, -lost_labels(again)) > (clear, -lost_labels(fields)):
            version, clear, fields = other, other_clear, again
    if not clear:
        fields["card_kind"] = _in_doubt(fields["card_kind"])
    return version, clear, fields


def _without_empty_cells(fields: dict[str, FieldReading]) -> dict[str, FieldReading]:
    """The fields without rows of tables in which nothing is written."""
    written = {
        key.rpartition(".")[0]
        for key, reading in fields.items()
        if is_cell(key) and (reading.value is not None or reading.needs_review)
    }
    return {
        key: reading
        for key, reading in fields.items()
        if not is_cell(key) or key.rpartition(".")[0] in written
    }


def _distrusted(fields: dict[str, FieldReading]) -> dict[str, FieldReading]:
    """The fields of a paper that is hard to read: what seems to be empty there may be unread."""
    asked = [reading for reading in fields.values() if not _has_no_place(reading)]
    flagged = sum(
        reading.needs_review and any(problem.code not in _NOT_OF_PAPER for problem in reading.problems)
        for reading in asked
    )
    if flagged < _HARD * len(asked):
        return fields
    hard = Problem("page_hard_to_read")
    return {
        key: reading.doubted(hard)
        if reading.value is None and not reading.needs_review and not _has_no_place(reading)
        else reading
        for key, reading in fields.items()
    }


_NOT_OF_PAPER = frozenset(
    {
        "stamp_unread",
        "number_unreadable",
        "signer_unclear",
        "seal_unclear",
        "seal_absent",
        "signature_unclear",
    }
)
"""Doubts about what is written, stamped or sealed by hand: they say nothing of how worn a paper is."""


def _secrecy(views: Iterable[PageView]) -> tuple[Problem, ...]:
    """The mark of secrecy on a paper, alone in its line on the upper half of a page (NĐ 26/2020, Art. 2)."""
    for view in views:
        for row in into_rows(view.reading.words):
            if row.box[1] < view.reading.height / 2 and clean(row.text) in SECRECY_MARKS:
                return (Problem("secret_paper", {"mark": clean(row.text)}),)
    return ()


_FORM_UNCLEAR = (Problem("form_unclear"),)
_VERSION_UNCLEAR = (Problem("version_unclear"),)


def _of_doubtful_version(reading: FieldReading) -> FieldReading:
    """A field where the version is in doubt: an empty one may have its place in the other version."""
    if reading.value is not None or reading.needs_review:
        return reading
    return _in_doubt(reading)


def _in_doubt(reading: FieldReading) -> FieldReading:
    return replace(reading, confidence=0.5).doubted(*_VERSION_UNCLEAR)


def _has_no_place(reading: FieldReading) -> bool:
    """Whether a key belongs to another version of the form."""
    return reading.value is None and reading.confidence == 1.0


def _weighed(
    document: Document, template: Template | None, threshold: float, thresholds: Mapping[str, float]
) -> Document:
    """A document whose fields of little confidence are for a person."""
    fields = {}
    for key, reading in document.fields.items():
        least = thresholds.get(f"{document.form}.{key}", thresholds.get(key, threshold))
        sure = reading.needs_review or reading.value is None or reading.confidence >= least
        fields[key] = reading if sure else reading.doubted(Problem("low_confidence"))
    # In ruled cells nothing is overlooked on a worn paper.
    ruled = template is not None and template.reader == "index"
    return replace(document, fields=fields if ruled else _distrusted(fields))

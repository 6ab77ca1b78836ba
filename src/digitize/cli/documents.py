"""Documents and fields as the contract of ``read --json`` has them, and as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from digitize.cli.grid import Column, Grid
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.forms.papers import load_papers
from digitize.forms.table_rows import apart
from digitize.forms.template import FieldType, Template
from digitize.messages.values import written
from digitize.model import UNKNOWN_FORM, Document, FieldReading, Problem, Value
from digitize.procedures.completeness import completeness_of
from digitize.vietnamese.addresses import Located, locate_address


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is told of a page.

    Attributes:
        file: the file it is in.
        page: its number there, from 1.
        summary: what the ledger keeps of it; empty if it has not been read.

    """

    file: str
    page: int
    summary: Mapping[str, object]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the clerk should know of it."""
        found = self.summary.get("problems", [])
        assert isinstance(found, list)
        return tuple(Problem(one["code"], one["facts"]) for one in found)

    @property
    def kibibytes(self) -> int:
        """Size of its archival picture."""
        return round(int(str(self.summary.get("bytes", 0))) / 1024)


_TOLD = {
    "width": 0, "height": 0, "dpi": 0, "rotated": 0, "rotation_confidence": None, "skew": 0.0,
    "skew_confidence": None, "blank": False, "bytes": 0, "quality": None,
}  # fmt: skip
"""What is told in JSON of the summary of a page, and what of one that has not been read."""


def page_json(session: Session, page: PageFacts) -> dict[str, object]:
    """A page without its words."""
    return (
        {"file": page.file, "page": page.page}
        | {key: page.summary.get(key, unread) for key, unread in _TOLD.items()}
        | {"problems": [session.problem_json(problem) for problem in page.problems]}
    )


def documents_json(
    session: Session,
    documents: Sequence[Document],
    pages: Sequence[PageFacts],
    templates: Mapping[str, Template],
) -> list[dict[str, object]]:
    """Documents with their pages and fields; ``templates`` are the forms that are known."""
    return [_document_json(session, document, pages, templates) for document in documents]


def _document_json(
    session: Session, document: Document, pages: Sequence[PageFacts], templates: Mapping[str, Template]
) -> dict[str, object]:
    own = [pages[index] for index in document.pages]
    places = {index: place for place, index in enumerate(document.pages)}
    template = templates.get(document.form)
    fields = {
        key: _field_json(session, reading, places) | _communes_json(template, key, reading)
        for key, reading in document.fields.items()
    }
    alone, tables = apart(template, fields)
    return {
        "pages": [page_json(session, page) for page in own],
        "form": document.form,
        "form_version": document.form_version,
        "form_confidence": document.form_confidence,
        "paper": document.paper,
        "fields": alone,
        "tables": tables,
        "problems": [session.problem_json(problem) for problem in document.problems],
    }


def _field_json(session: Session, reading: FieldReading, places: Mapping[int, int]) -> dict[str, object]:
    return {
        "value": reading.value,
        "raw": reading.raw,
        "confidence": reading.confidence,
        "source": reading.source.value,
        "page": places.get(reading.page) if reading.page is not None else None,
        "box": list(reading.box) if reading.box else None,
        "needs_review": reading.needs_review,
        "problems": [session.problem_json(problem) for problem in reading.problems],
    }


def _communes_json(template: Template | None, key: str, reading: FieldReading) -> dict[str, object]:
    """The communes of today in which an address may lie: one, or several where an old one was divided."""
    if template is None or template.type_of(key) is not FieldType.ADDRESS:
        return {}
    found = _located(reading)
    return {
        "communes": [
            {"code": commune.code, "name": commune.name, "province": commune.province}
            for commune in (found.now if found else ())
        ]
    }


def _located(reading: FieldReading) -> Located | None:
    return locate_address(reading.value) if isinstance(reading.value, str) else None


def completeness_json(session: Session, documents: Sequence[Document]) -> dict[str, object] | None:
    """What the procedure of a dossier asks for, and what is missing; None if no procedure is known."""
    found = completeness_of(documents)
    if found is None:
        return None
    language = session.catalogue.language
    return {
        "procedure": found.procedure.id,
        "name": found.procedure.name[language],
        "source": found.procedure.source,
        "verified": found.procedure.verified,
        "papers": [{"any": list(asked.any), "documents": list(places)} for asked, places in found.held],
        "missing": [{"any": list(asked.any), "name": asked.name(language)} for asked in found.missing],
    }


def show_completeness(session: Session, documents: Sequence[Document]) -> None:
    """What is missing of the papers that the procedure of a dossier asks for."""
    found = completeness_of(documents)
    if found is not None:
        language = session.catalogue.language
        missing = "; ".join(asked.name(language) for asked in found.missing)
        key = "say.papers_missing" if missing else "say.papers_complete"
        text = session.text(key, procedure=found.procedure.name[language], papers=missing)
        note = "" if found.procedure.verified else " " + session.text("say.papers_unverified")
        session.out.print(Text(text + note, style=Style.DOUBTFUL if missing else ""))


def show_documents(
    session: Session, documents: Sequence[Document], templates: Mapping[str, Template]
) -> None:
    """Documents with their fields as tables, doubtful fields marked."""
    for number, document in enumerate(documents, start=1):
        name = _called(session, document, templates)
        version = f" ({document.form_version})" if document.form_version else ""
        pages = len(document.pages)
        session.out.print(
            Text(session.text("say.document", number=number, name=name + version, pages=pages)),
            style=Style.HEADING,
        )
        if document.fields:
            session.out.print(_field_table(session, document, templates))


def _called(session: Session, document: Document, templates: Mapping[str, Template]) -> str:
    """What a document is called: by its form, else by the kind of papers that it is."""
    if document.form == UNKNOWN_FORM and document.paper is not None:
        return load_papers()[document.paper].name[session.catalogue.language]
    return form_name(session, document.form, templates)


def _field_table(session: Session, document: Document, templates: Mapping[str, Template]) -> Grid:
    columns = (Column(session.text(f"column.{name}")) for name in ("field", "value", "note"))
    table = Grid(*columns, headed=False, indent=2)
    template = templates.get(document.form)
    for key, reading in document.fields.items():
        if reading.value is None and not reading.needs_review:
            continue
        style = Style.DOUBTFUL if reading.needs_review else ""
        reasons = "; ".join(session.catalogue.problem(problem) for problem in reading.problems)
        note = Text(reasons, Style.DOUBTFUL)
        if template is not None and template.type_of(key) is FieldType.ADDRESS:
            note.append(_renamed(session, reading, after=reasons))
        mark = "? " if reading.needs_review else "  "
        name = Text(mark + field_name(session, document.form, key, templates), style=style)
        table.add(name, value_text(session, reading.value), note)
    return table


def _renamed(session: Session, reading: FieldReading, *, after: str) -> Text:
    """What became of the commune of an address, if it is none of today."""
    found = _located(reading)
    if found is None or not found.now:
        return Text()
    now = found.now
    # One that may be a commune of today under its own name has nothing to tell.
    if len(now) == 1 and any(one.code == now[0].code and not one.district for one in found.communes):
        return Text()
    names = " / ".join(f"{commune.name}, {commune.province}" for commune in now)
    key = "say.commune_now" if len(now) == 1 else "say.communes_now"
    return Text(("; " if after else "") + session.text(key, names=names), Style.ASIDE)


def value_text(session: Session, value: Value) -> str:
    """A value as a person reads it; a dash where there is none."""
    return written(session.catalogue, value) or "-"


def field_name(session: Session, form: str, key: str, templates: Mapping[str, Template]) -> str:
    """What a field of a form is called; its key where the template is no longer there."""
    return templates[form].name_of(key, session.catalogue.language) if form in templates else key


def form_name(session: Session, form: str, templates: Mapping[str, Template]) -> str:
    """What a form is called; its id where the template is no longer there."""
    if form == UNKNOWN_FORM:
        return session.text("say.unknown_form")
    return templates[form].title[session.catalogue.language] if form in templates else form

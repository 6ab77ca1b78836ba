"""What a clerk is shown, made of what the desk knows."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from urllib.parse import quote

from digitize.messages import Catalogue
from digitize.messages.values import written
from digitize.messages.visible import visible_line
from digitize.model import UNKNOWN_FORM, Box, FieldReading, Problem, Value
from digitize.pipeline.findings import DoubtfulField, Look
from digitize.pipeline.workspace import Workspace
from digitize.review.answers import Checked
from digitize.review.desk import Desk
from digitize.review.listing import WaitingDossier
from digitize.review.pictures import Cutting, cutting
from digitize.review.shown import Ask, Choice, Kin, Question, Row, day_text
from digitize.review.views import FieldView
from digitize.times import VIETNAM

_FEW_WORDS = 4
"""A list of no more words is offered whole."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a dossier as it is shown beside a field."""

    number: int
    width: int
    height: int
    dpi: float


@dataclass(frozen=True)
class Showing:
    """Makes what is shown.

    Attributes:
        desk: knows the fields.
        workspace: where the pictures are.
        catalogue: in which language.
        home: first part of every address.

    """

    desk: Desk
    workspace: Workspace
    catalogue: Catalogue
    home: str

    # --- words --------------------------------------------------------------------------------

    def value_text(self, value: Value) -> str:
        """A value in one line, every character of it seen."""
        return visible_line(written(self.catalogue, value))

    def editable(self, field: DoubtfulField, value: Value, raw: str = "") -> str:
        """A text that means a value if somebody types it: the usual one, or what stood on the paper."""
        usual = self.value_text(value)
        if isinstance(value, dict) and raw and self.desk.check(field, usual).value != value:
            stood = visible_line(raw)
            return stood if self.desk.check(field, stood).value == value else usual
        return usual

    def field_name(self, form: str, key: str) -> str:
        """What a field is called."""
        language, templates = self.catalogue.language, self.desk.templates
        return templates[form].name_of(key, language) if form in templates else key

    def form_name(self, form: str) -> str:
        """What a form is called."""
        language, templates = self.catalogue.language, self.desk.templates
        if form == UNKNOWN_FORM:
            return self.catalogue.text("say.unknown_form")
        return templates[form].title[language] if form in templates else form

    def judgement(self, text: str, checked: Checked) -> dict[str, str]:
        """What is said of a value while it is typed."""
        if not text.strip():
            return {"note": self.catalogue.text("review.value_empty"), "tone": "odd"}
        if checked.serious:
            return {"note": self.catalogue.problem_and_remedy(checked.serious[0]), "tone": "wrong"}
        meant = self.value_text(checked.value)
        same = meant == visible_line(text.strip())
        note = (
            self.catalogue.text("review.well") if same else self.catalogue.text("review.well_as", value=meant)
        )
        if not checked.problems:
            return {"note": note, "tone": "well"}
        told = "; ".join(self.catalogue.problem(one) for one in checked.problems)
        return {"note": told if same else f"{note} · {told}", "tone": "odd"}

    # --- a field ------------------------------------------------------------------------------

    def ask(self, view: FieldView, number: int, all_fields: int, answered: str | None) -> Ask:
        """A field as it is asked about; ``answered`` is what was said before it was taken back."""
        field, reading = view.field, view.field.reading
        text = self.editable(field, reading.value, reading.raw)
        urgent, due = self._days(field.dossier)
        page = "" if reading.page is None else str(reading.page + 1)
        cut = self.cutting_of(field.dossier, reading)
        return Ask(
            form=self.form_name(field.form),
            page_text=self.catalogue.text("review.document_of", document=field.document, page=page)
            if page
            else "",
            number=number,
            all=all_fields,
            name=self.field_name(field.form, field.key),
            reasons=tuple(self.catalogue.problem(one) for one in view.reasons),
            read=text,
            text=text if answered is None else answered,
            picture=self._cut_address(field.dossier, reading, cut),
            cutting=cut,
            choices=self._choices(view, text),
            kin=self._kin(view),
            again=field.look.name.lower() if field.look is not Look.FIRST else "",
            urgent=urgent,
            late=day_text(due) if due and due < self._today() else "",
        )

    def _choices(self, view: FieldView, read: str) -> tuple[Choice, ...]:
        found: dict[str, str] = {}
        for one in view.alternatives:
            ground = self.catalogue.text(f"review.ground.{one.ground.value}")
            if one.key and (one.form or one.key != view.field.key):
                ground += (
                    f": {self._related_name(view.field, one.document, one.form or view.field.form, one.key)}"
                )
            found.setdefault(self.editable(view.field, one.value), ground)
        if len(view.words) <= _FEW_WORDS:
            for word in view.words:
                found.setdefault(visible_line(word), "")
        return tuple(Choice(text, ground) for text, ground in found.items() if text and text != read)[:9]

    def _kin(self, view: FieldView) -> tuple[Kin, ...]:
        if not view.related:
            return ()
        field = view.field
        own = Kin(self.field_name(field.form, field.key), self.value_text(field.reading.value), asked=True)
        return (
            own,
            *(
                Kin(
                    self._related_name(field, one.document, one.form, one.key),
                    self.value_text(one.reading.value),
                )
                for one in view.related
            ),
        )

    def _related_name(self, field: DoubtfulField, document: int, form: str, key: str) -> str:
        name = self.field_name(form, key)
        return name if document == field.document else f"{name} ({self.form_name(form)})"

    def _days(self, dossier: str) -> tuple[bool, str | None]:
        rows = self.desk.ledger.rows("SELECT urgent, due_on FROM dossier WHERE id = ?", dossier)
        return (bool(rows[0]["urgent"]), rows[0]["due_on"]) if rows else (False, None)

    def _today(self) -> str:
        return self.desk.clock().astimezone(VIETNAM).date().isoformat()

    # --- pictures -----------------------------------------------------------------------------

    def sheet(self, dossier: str, page: int) -> Sheet | None:
        """A page by its number from 1; None where it is none that was read."""
        sql = "SELECT summary FROM page WHERE dossier = ? AND ordinal = ?"
        for row in self.desk.ledger.rows(sql, dossier, page):
            told = json.loads(row["summary"] or "{}")
            if "width" in told:
                return Sheet(page, told["width"], told["height"], told["dpi"])
        return None

    def cutting_of(self, dossier: str, reading: FieldReading) -> Cutting | None:
        """Which piece of its page shows a field."""
        if reading.page is None or reading.box is None:
            return None
        sheet = self.sheet(dossier, reading.page + 1)
        return cutting(reading.box, sheet.width, sheet.height, sheet.dpi) if sheet else None

    def cut_address(self, field: DoubtfulField) -> str:
        """Where the picture of a field is; empty where it has no place."""
        return self._cut_address(field.dossier, field.reading, self.cutting_of(field.dossier, field.reading))

    def _cut_address(self, dossier: str, reading: FieldReading, cut: Cutting | None) -> str:
        if cut is None or reading.page is None:
            return ""
        return f"{self.home}cut/{quote(dossier)}/{reading.page + 1}/{'-'.join(map(str, cut.box))}"

    def page_address(self, dossier: str, page: int) -> str:
        """Where the picture of a page is."""
        return f"{self.home}page/{quote(dossier)}/{page}"

    def beside(self, field: DoubtfulField) -> dict[str, object] | None:
        """The whole page with the field marked, for the script."""
        page = field.reading.page
        if page is None:
            sql = "SELECT pages FROM document WHERE dossier = ? AND ordinal = ?"
            rows = self.desk.ledger.rows(sql, field.dossier, field.document)
            page = json.loads(rows[0]["pages"])[0] if rows else 0
        return self.whole_page(field.dossier, page + 1, field.reading.box)

    def whole_page(self, dossier: str, page: int, box: Box | None = None) -> dict[str, object] | None:
        """A page for the script, with a place marked on it."""
        sheet = self.sheet(dossier, page)
        if sheet is None:
            return None
        return {
            "src": self.page_address(dossier, page),
            "alt": self.catalogue.text("review.whole_page_of", page=page),
            "name": self.catalogue.text("review.page_of", page=page),
            "width": sheet.width,
            "height": sheet.height,
            "box": list(box) if box else None,
        }

    # --- dossiers -----------------------------------------------------------------------------

    def question(self, problem: Problem) -> Question:
        """What was noticed of a dossier."""
        return Question(self.catalogue.problem(problem), self.catalogue.remedy(problem))

    def row(self, waiting: WaitingDossier) -> Row:
        """A dossier of the queue."""
        return Row(
            dossier=waiting.dossier,
            fields=waiting.fields,
            received=day_text(waiting.received_on or waiting.received_at),
            due=day_text(waiting.due_on),
            urgent=waiting.urgent,
            late=bool(waiting.due_on and waiting.due_on < self._today()),
            held=waiting.holder,
        )

    def started_today(self) -> str:
        """The moment at which today began, as the ledger writes it."""
        now = self.desk.clock().astimezone(VIETNAM)
        return dt.datetime.combine(now.date(), dt.time(), VIETNAM).isoformat()

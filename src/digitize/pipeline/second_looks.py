"""Second persons look at fields, blind, and third ones decide where the first two differ.

Who looks a second time gets the picture and an empty answer: neither what the program has read nor what the
first person said nor who that was. A ``BlindField`` carries nothing else, so no face of the desk can show it.
Who decides gets both answers, in an order that does not tell whose is whose.

Nobody looks twice at the same: who answered first about a field does not look at it again, and where the
program alone was sure, nobody does who has answered about its document or has finished the first look. The
third person is neither of the two.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter

from digitize.errors import ItemProblem, UsageProblem
from digitize.forms.template import Template
from digitize.model import Box, FieldReading, Value
from digitize.pipeline.findings import DoubtfulField, Look, decisions_of, keep_answer
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.ledger_queries import among
from digitize.pipeline.look_values import alike, without_order
from digitize.pipeline.records import Row
from digitize.pipeline.second_look_draw import LookRules, draw, is_drawn_unattended

_READING: TypeAdapter[FieldReading] = TypeAdapter(FieldReading)

_CURRENT = """
FROM second_look AS s
JOIN dossier AS d ON d.id = s.dossier
JOIN document AS c ON c.dossier = s.dossier AND c.anchor = s.anchor AND c.form = s.form
JOIN field AS f ON f.dossier = s.dossier AND f.document = c.ordinal AND f.key = s.key
"""
"""What was drawn of a scan that has been replaced since, or of a form that was changed, waits for nobody."""

_IS_OPEN = "WHERE s.state IN ('waiting', 'differs')"

_OPEN = f"{_CURRENT} {_IS_OPEN} AND d.stage = 'in_review'"

_FIRST_LOOK_OVER = """
AND NOT EXISTS (SELECT 1 FROM field AS g WHERE g.dossier = s.dossier AND g.needs_review = 1)
"""

_SAME = "a.dossier = s.dossier AND a.anchor = s.anchor AND a.form = s.form"

_FOR = f"""
CASE WHEN s.state = 'differs' THEN
    NOT ?2 OR NOT EXISTS (
        SELECT 1 FROM answer AS a WHERE {_SAME} AND a.key = s.key AND a.look < 3 AND a.who = ?1)
WHEN EXISTS (SELECT 1 FROM answer AS a WHERE {_SAME} AND a.key = s.key AND a.look = 1) THEN
    NOT EXISTS (SELECT 1 FROM answer AS a WHERE {_SAME} AND a.key = s.key AND a.look = 1 AND a.who = ?1)
ELSE
    s.follows <> ?1
    AND NOT EXISTS (SELECT 1 FROM answer AS a WHERE {_SAME} AND a.look = 1 AND a.who = ?1)
END
"""  # noqa: S608 - no value stands in it
"""Whether a person may look."""

_QUEUE = "d.urgent DESC, d.due_on IS NULL, d.due_on, d.received_at, s.dossier"


class LookState(StrEnum):
    """What became of a second look."""

    WAITING = "waiting"
    AGREED = "agreed"
    DIFFERS = "differs"
    DECIDED = "decided"
    WAIVED = "waived"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class BlindField:
    """A field that a second or third person is asked about, with all that this person may see of it.

    Attributes:
        dossier: its code.
        document: the place of its document, from 1.
        form, key: what it is.
        look: whose look it is.
        page, box: where it stands in the dossier; the first page of its document, and None, where no place
            is known.
        answers: for the third person the two answers that differ, whoever gave them; else none.

    """

    dossier: str
    document: int
    form: str
    key: str
    look: Look
    page: int | None
    box: Box | None
    answers: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Waits:
    """How many fields wait for a second look and for a decision, and how many of both for another person."""

    second: int = 0
    deciding: int = 0
    for_others: int = 0

    @property
    def any(self) -> bool:
        """Whether anything waits."""
        return self.second + self.deciding > 0


@dataclass(frozen=True)
class SecondLooks:
    """Second looks at the dossiers of one workspace; the person is the one who uses the ledger.

    Attributes:
        ledger: where they stand.
        rules: of the profile; without them none are begun and none given up.
        templates: the forms that are known.

    """

    ledger: Ledger
    rules: LookRules | None
    templates: Mapping[str, Template]

    def begin(self, dossier: str) -> bool:
        """Draw what is looked at again, now that a person's first look is over; inside a transaction.

        Done again, it draws what has come since, and has fields looked at again whose value has changed
        since. Where the profile asks for no second looks any more, those that wait are given up, and that is
        an event.

        Returns:
            Whether anything waits now.

        """
        return self._begin(dossier, self.ledger.who)

    def go_on(self, dossier: str) -> bool:
        """The same for a dossier that was read anew after people had looked at it.

        Returns:
            Whether anything waits now.

        """
        sql = "SELECT who FROM answer WHERE dossier = ? AND look = 1 ORDER BY id DESC LIMIT 1"
        looked = self.ledger.rows(sql, dossier)
        return self._begin(dossier, str(looked[0]["who"])) if looked else self._waits_anywhere(dossier)

    def begin_unattended(self, dossier: str) -> bool:
        """The same for a dossier that needs no person, if chance wants it.

        Returns:
            Whether anything waits now.

        """
        drawn = self.rules and is_drawn_unattended(self.ledger, dossier, self.rules.unattended)
        return bool(drawn) and self._begin(dossier, "")

    def waits(self, dossier: str | None = None) -> Waits:
        """What waits, of one dossier in review or of all of them."""
        chosen = "AND s.dossier = ?3" if dossier else ""
        sql = (
            "SELECT coalesce(sum(state = 'waiting'), 0) AS second, "  # noqa: S608 - no value stands in it
            "coalesce(sum(state = 'differs'), 0) AS deciding, coalesce(sum(NOT mine), 0) AS others "
            f"FROM (SELECT s.state, {_FOR} AS mine {_OPEN} {chosen})"
        )
        (row,) = self._rows(sql, *([dossier] if dossier else []))
        return Waits(row["second"], row["deciding"], row["others"])

    def dossiers(self) -> list[str]:
        """Dossiers with fields that this person may look at, the urgent ones first.

        Where the profile asks for no second looks any more, all that have waited for one: to be let through.
        """
        sql = (
            f"SELECT s.dossier {_OPEN} {_FIRST_LOOK_OVER} AND (NOT ?2 OR {_FOR}) "
            f"GROUP BY s.dossier ORDER BY {_QUEUE}"
        )
        return [row["dossier"] for row in self._rows(sql)]

    def next(self, kept_out: Collection[str]) -> str | None:
        """The first of ``dossiers`` that is not kept out; None if there is none."""
        return next((one for one in self.dossiers() if one not in kept_out), None)

    def fields(self, dossier: str) -> list[BlindField]:
        """The fields of a dossier that this person may look at, in the order of the forms."""
        sql = (
            "SELECT s.*, c.ordinal, c.pages, f.reading, f.document "
            f"{_OPEN} {_FIRST_LOOK_OVER} AND s.dossier = ?3 AND {_FOR} "
            "AND (?2 OR s.state = 'differs') "
            "ORDER BY f.document, f.position"
        )
        return [self._blind(row) for row in self._rows(sql, dossier)]

    def find(self, dossier: str, document: int, key: str) -> BlindField | None:
        """A field of a dossier that this person may look at; None where there is nothing to look at."""
        found = (one for one in self.fields(dossier) if (one.document, one.key) == (document, key))
        return next(found, None)

    def settle(self, field: BlindField, value: Value) -> None:
        """Record what a second or third person answered; inside a transaction.

        Nobody is told here what became of it: a second person who heard "it differs" would not be blind.

        Raises:
            ItemProblem: the dossier has changed since the person was asked.
            UsageProblem: this person has looked at the field before.

        """
        row = self._row_of(field)
        if not row["mine"]:
            raise UsageProblem("second_look_same_person", dossier=field.dossier, who=self.ledger.who)
        if (field.look is Look.DECIDING) != (row["state"] == LookState.DIFFERS):
            raise ItemProblem("dossier_changed", dossier=field.dossier)
        reading = _READING.validate_json(row["reading"])
        asked = DoubtfulField(field.dossier, field.document, field.form, field.key, reading)
        keep_answer(self.ledger, asked, row["anchor"], field.look, value)
        decided = self._decided(row)
        standing = decided.get(row["key"], reading.value)
        if field.look is Look.DECIDING:
            self._decide(row, value)
            told = self._whose(value, standing, self._last(row, Look.SECOND))
            self._end(row, LookState.DECIDED, whose=told)
        elif alike(value, standing):
            if row["key"] not in decided:
                # What a person has confirmed unseen holds as what a person has decided.
                self._decide(row, standing)
            self._end(row, LookState.AGREED)
        else:
            self._end(row, LookState.DIFFERS)

    # --- inside -------------------------------------------------------------------------------

    def _begin(self, dossier: str, follows: str) -> bool:
        self._forget_replaced(dossier)
        if self.rules is not None and self.rules.asked:
            draw(self.ledger, dossier, self.rules, self.templates, follows=follows)
            self._look_again(dossier)
        elif self.rules is not None:
            self._waive(dossier)
        return self._waits_anywhere(dossier)

    def _waits_anywhere(self, dossier: str) -> bool:
        """Whether anything of a dossier waits, whatever its stage."""
        sql = f"SELECT 1 {_CURRENT} {_IS_OPEN} AND s.dossier = ? LIMIT 1"
        return bool(self.ledger.rows(sql, dossier))

    def _forget_replaced(self, dossier: str) -> None:
        """What waits of a scan or form that has been replaced is gone, until it should come back.

        What two people have found to differ comes back as that: nobody is rid of it by a form that was
        changed and changed back.
        """
        current = f"SELECT s.rowid {_CURRENT} WHERE s.dossier = ?"
        back = self.ledger.rows(
            f"SELECT s.*, f.reading {_CURRENT} WHERE s.dossier = ? AND s.state = 'gone'", dossier
        )
        for before, after, whether in (
            (LookState.WAITING, LookState.GONE, "NOT IN"),
            (LookState.DIFFERS, LookState.GONE, "NOT IN"),
            (LookState.GONE, LookState.WAITING, "IN"),
        ):
            sql = (
                "UPDATE second_look SET state = ? WHERE dossier = ? AND state = ? "  # noqa: S608 - likewise
                f"AND rowid {whether} ({current})"
            )
            self.ledger.execute(sql, after, dossier, before, dossier)
        for row in back:
            if self._has_differed(row):
                self._set(row, LookState.DIFFERS)

    def _has_differed(self, row: Row) -> bool:
        """Whether the last that anybody said of a field was a second answer, and another value stands."""
        sql = (
            "SELECT look FROM answer WHERE dossier = ? AND anchor = ? AND form = ? AND key = ? "
            "AND look > ? ORDER BY id DESC LIMIT 1"
        )
        looks = [found["look"] for found in self.ledger.rows(sql, *_place(row), Look.FIRST)]
        standing = self._standing(row, _READING.validate_json(row["reading"]))
        return looks == [Look.SECOND] and not alike(self._last(row, Look.SECOND), standing)

    def _look_again(self, dossier: str) -> None:
        """What was agreed on is looked at again where another value stands now."""
        sql = (
            f"SELECT s.*, c.ordinal, f.reading {_CURRENT} "
            "WHERE s.dossier = ? AND s.state IN ('agreed', 'decided')"
        )
        for row in self.ledger.rows(sql, dossier):
            reading = _READING.validate_json(row["reading"])
            if not alike(self._last(row, Look.SECOND, Look.DECIDING), self._standing(row, reading)):
                self._set(row, LookState.WAITING)
                self.ledger.add_event("second_look_again", dossier, document=row["ordinal"], key=row["key"])

    def _waive(self, dossier: str) -> None:
        sql = "UPDATE second_look SET state = ? WHERE dossier = ? AND state = ?"
        given_up = self.ledger.execute(sql, LookState.WAIVED, dossier, LookState.WAITING)
        if given_up:
            self.ledger.add_event("second_look_waived", dossier, fields=given_up)

    def _blind(self, row: Row) -> BlindField:
        reading = _READING.validate_json(row["reading"])
        deciding = row["state"] == LookState.DIFFERS
        both = (self._standing(row, reading), self._last(row, Look.SECOND)) if deciding else None
        return BlindField(
            row["dossier"],
            row["document"],
            row["form"],
            row["key"],
            Look.DECIDING if deciding else Look.SECOND,
            json.loads(row["pages"])[0] if reading.page is None else reading.page,
            reading.box,
            without_order(both) if both else (),
        )

    def _row_of(self, field: BlindField) -> Row:
        sql = (
            f"SELECT s.*, c.ordinal, f.reading, {_FOR} AS mine "
            f"{_OPEN} {_FIRST_LOOK_OVER} AND s.dossier = ?3 AND c.ordinal = ?4 "
            "AND s.form = ?5 AND s.key = ?6"
        )
        rows = self._rows(sql, field.dossier, field.document, field.form, field.key)
        if not rows:
            raise ItemProblem("dossier_changed", dossier=field.dossier)
        return rows[0]

    def _standing(self, row: Row, reading: FieldReading) -> Value:
        """What counts now: what a person has decided, else what the program has read."""
        return self._decided(row).get(row["key"], reading.value)

    def _decided(self, row: Row) -> dict[str, Value]:
        return decisions_of(self.ledger, row["dossier"], row["anchor"], row["form"])

    def _last(self, row: Row, *looks: Look) -> Value:
        """The last answer that was given at some looks."""
        sql = (
            "SELECT value FROM answer WHERE dossier = ? AND anchor = ? AND form = ? AND key = ? "
            "AND look BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"
        )
        found = self.ledger.rows(sql, *_place(row), min(looks), max(looks))
        value: Value = json.loads(found[0]["value"]) if found else None
        return value

    def _decide(self, row: Row, value: Value) -> None:
        """Let a value hold."""
        sql = "INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)"
        text = json.dumps(value, ensure_ascii=False)
        self.ledger.execute(sql, *_place(row), text, self.ledger.who, self.ledger.now())

    def _end(self, row: Row, state: LookState, **detail: str) -> None:
        self._set(row, state)
        kind = f"second_look_{state.value}"
        self.ledger.add_event(kind, row["dossier"], document=row["ordinal"], key=row["key"], **detail)

    def _set(self, row: Row, state: LookState) -> None:
        sql = "UPDATE second_look SET state = ? WHERE dossier = ? AND anchor = ? AND form = ? AND key = ?"
        self.ledger.execute(sql, state, *_place(row))

    @staticmethod
    def _whose(value: Value, first: Value, second: Value) -> str:
        if alike(value, first):
            return "first"
        return "second" if alike(value, second) else "neither"

    def _rows(self, sql: str, *more: object) -> Sequence[Row]:
        """Rows of a query; its first two values are who asks, and whether persons are kept apart."""
        apart = self.rules is None or self.rules.asked
        return self.ledger.rows(sql, self.ledger.who, apart, *more)


def count_looks(ledger: Ledger, codes: Collection[str] | None = None) -> dict[str, int]:
    """How many fields of each dossier in review, or of those of some codes, wait for another person."""
    chosen, values = among(codes, "AND", "s.dossier")
    sql = f"SELECT s.dossier, count(*) AS n {_OPEN} {chosen} GROUP BY s.dossier"
    return {row["dossier"]: row["n"] for row in ledger.rows(sql, *values)}


def _place(row: Row) -> tuple[str, str, str, str]:
    return row["dossier"], row["anchor"], row["form"], row["key"]

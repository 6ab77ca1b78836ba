"""Search the catalogue: from a query to the best hits.

A hit is a page where words were asked for, else a document. Pages on which the words stand with the very
diacritics that were typed go first, ranked by BM25; those with other diacritics follow. Of words that stand
almost everywhere the newest pages alone are ranked: their rank says nothing, and ranking all takes long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digitize.archive.catalogue_store import SHIFT, Store, understood
from digitize.archive.query import Query
from digitize.archive.search_terms import Vocabulary, conditions, is_text, page_match
from digitize.archive.snippets import Snippet, snippet_of

RANKED = 20_000
"""Most pages that are ranked, divided by the number of words; each word on each costs about a microsecond."""

_SORTED = 20_000
"""Most documents that are put in the order of their dates."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of a document that was asked for."""

    key: str
    value: str
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A page, or a document, that was looked for.

    Attributes:
        package: the name of its folder.
        superseded: whether a later generation has taken the package's place.
        file_code: mã hồ sơ.
        file: the document's path in the package.
        form, title: what the document is.
        date: its day, as much as is known.
        page: the page, from 1.
        snippet: the place on the page.
        fields: values of the fields that were asked for.

    """

    package: str
    superseded: bool
    file_code: str
    file: str
    form: str
    title: str
    date: str
    page: int
    snippet: Snippet
    fields: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, how many there are in all, and how many packages could not be read (wholly)."""

    hits: tuple[Hit, ...]
    total: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look.

    Attributes:
        limit: most hits.
        superseded: also in packages that a later generation has replaced.

    """

    limit: int = 20
    superseded: bool = False


def search(store: Store, query: Query, vocabulary: Vocabulary, scope: Scope) -> Found:
    """Search a catalogue.

    Raises:
        UsageProblem: the query names a field or form that there is none of, or a value that it cannot have.
        BrokenCatalogueError: the catalogue is damaged.

    """
    with understood():
        return _Search(store, query, vocabulary, scope).run()


class _Search:
    def __init__(self, store: Store, query: Query, vocabulary: Vocabulary, scope: Scope) -> None:
        self._db = store.db
        self._query = query
        self._scope = scope
        self._conditions = conditions(store, query, vocabulary)
        self._texts = [part for part in query.parts if is_text(part)]
        self._most = RANKED // max(1, sum(len(part.words.folded) for part in self._texts if part.words))

    def run(self) -> Found:
        (unreadable,) = self._one("SELECT count(*) FROM package WHERE problem IS NOT NULL")
        if any(part.wanted for part in self._texts):
            pages, total = self._pages()
        else:
            pages, total = self._documents()
        return Found(tuple(self._hit(page) for page in pages), total, unreadable)

    # --- pages by their words -----------------------------------------------------------------

    def _pages(self) -> tuple[list[int], int]:
        loose = page_match(self._texts, exact=False)
        where, values = self._where("page_text.rowid")
        total = self._count(loose, where, values)
        if not total:
            return [], 0
        limit = self._scope.limit
        strict = page_match(self._texts, exact=True)
        if strict == loose:
            return self._ranked(loose, total, where, values, limit), total
        exact = self._count(strict, where, values)
        pages = self._ranked(strict, exact, where, values, limit)
        if len(pages) < limit:
            rest = f"({loose}) NOT ({strict})"
            pages += self._ranked(rest, total - exact, where, values, limit - len(pages))
        return pages, total

    def _where(self, row: str) -> tuple[str, list[object]]:
        """The conditions on the documents of pages, as SQL."""
        clauses: list[str] = [] if self._scope.superseded else [f"{row} > 0"]
        values: list[object] = []
        for condition in self._conditions:
            negated = "" if condition.wanted else "NOT "
            clauses.append(f"({row} >> {SHIFT}) {negated}IN ({condition.sql})")
            values += condition.values
        return "".join(f" AND {clause}" for clause in clauses), values

    def _count(self, match: str, where: str, values: Sequence[object]) -> int:
        (count,) = self._one(f"SELECT count(*) FROM page_text WHERE page_text MATCH ?{where}", match, *values)
        return int(count)

    def _ranked(self, match: str, count: int, where: str, values: Sequence[object], limit: int) -> list[int]:
        if count <= 0:
            return []
        given: list[object] = [match, *values]
        if count > self._most:
            # The oldest page that is still ranked.
            sql = (
                f"SELECT rowid FROM page_text WHERE page_text MATCH ?{where}"
                " ORDER BY rowid DESC LIMIT 1 OFFSET ?"
            )
            (oldest,) = self._one(sql, *given, self._most)
            where += " AND page_text.rowid > ?"
            given.append(oldest)
        # SQLite's own way, by rank, ranks every page that has the words, whatever else is asked of it.
        order = "bm25(page_text)" if self._conditions or count > self._most else "rank"
        sql = f"SELECT rowid FROM page_text WHERE page_text MATCH ?{where} ORDER BY {order} LIMIT ?"
        return [row[0] for row in self._all(sql, *given, limit)]

    # --- documents by their fields ------------------------------------------------------------

    def _documents(self) -> tuple[list[int], int]:
        """The first pages of documents that fulfil all conditions, the newest first."""
        clauses = [] if self._scope.superseded else ["id > 0"]
        values: list[object] = []
        first, *others = sorted(self._conditions, key=lambda condition: not condition.wanted)
        for condition in others:
            clauses.append(f"id {'' if condition.wanted else 'NOT '}IN ({condition.sql})")
            values += condition.values
        for part in self._texts:
            clauses.append(f"id NOT IN (SELECT rowid >> {SHIFT} FROM page_text WHERE page_text MATCH ?)")
            values.append(page_match([replace(part, wanted=True)], exact=True))
        where = " AND ".join(clauses) or "1"
        inner = f"SELECT id FROM (SELECT DISTINCT document AS id FROM ({first.sql})) WHERE {where}"
        values = [*first.values, *values]
        (total,) = self._one(f"SELECT count(*) FROM ({inner})", *values)
        if total > _SORTED:
            sql = f"{inner} ORDER BY id DESC LIMIT ?"
        else:
            sql = (
                f"SELECT document.id FROM ({inner}) AS chosen CROSS JOIN document ON document.id = chosen.id"
                " ORDER BY date DESC, document.id DESC LIMIT ?"
            )
        return [row[0] << SHIFT for row in self._all(sql, *values, self._scope.limit)], int(total)

    # --- what is shown ------------------------------------------------------------------------

    def _hit(self, page: int) -> Hit:
        document = page >> SHIFT
        row = self._one(
            "SELECT folder, superseded, file_code, file, form, title, date FROM document"
            " JOIN package ON package.id = document.package WHERE document.id = ?",
            document,
        )
        fields = tuple(self._asked(document))
        number, snippet = self._place(page, fields)
        package, superseded, file_code, file, form, title, date = row
        old = bool(superseded)
        return Hit(package, old, file_code, file, form, title, date, number, snippet, fields)

    def _asked(self, document: int) -> Iterable[Shown]:
        """The values of a document that the query asked for."""
        seen = set()
        for condition in self._conditions:
            if condition.wanted and condition.shows:
                sql = (
                    "SELECT DISTINCT field.key, shown, needs_review FROM value"
                    " JOIN field ON field.id = value.field"
                    f" WHERE value.id >= ? AND value.id < ? AND {condition.shows} ORDER BY value.id"
                )
                for key, shown, doubt in self._all(
                    sql, document << SHIFT, (document + 1) << SHIFT, *condition.shown
                ):
                    if (key, shown) not in seen:
                        seen.add((key, shown))
                        yield Shown(key, shown, bool(doubt))

    def _place(self, page: int, fields: Sequence[Shown]) -> tuple[int, Snippet]:
        """The page to show, and the place on it: of fields that were asked for, where their value stands."""
        words = [part.words for part in self._texts if part.wanted and part.words]
        if words:
            number, text = self._one("SELECT number, text FROM page WHERE id = ?", page)
            return number, snippet_of(text, words)
        document = page >> SHIFT
        pages = self._all(
            "SELECT number, text FROM page WHERE id >= ? AND id < ? ORDER BY id LIMIT 50",
            document << SHIFT,
            (document + 1) << SHIFT,
        )
        asked = [p.words for p in self._query.parts if p.wanted and p.words and not is_text(p)]
        values = [field.value for field in fields]
        for number, text in pages:
            snippet = snippet_of(text, asked, values)
            if snippet.marks:
                return number, snippet
        number, text = pages[0] if pages else (1, None)
        return number, snippet_of(text, [])

    def _one(self, sql: str, *values: object) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._db.execute(sql, values).fetchone()
        return row

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, values).fetchall()

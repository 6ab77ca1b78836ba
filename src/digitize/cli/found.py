"""What was found, as lines and as JSON."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text

from digitize.archive.search import Hit
from digitize.archive.snippets import Snippet
from digitize.cli.documents import form_name
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.messages.values import written
from digitize.messages.visible import one_line
from digitize.pipeline.finding import Answer, dossier_code

if TYPE_CHECKING:
    from digitize.archive.catalogue import Refreshed
    from digitize.pipeline.workspace import Workspace

_SECONDS_BETWEEN = 2.0


class Progress:
    """Tells how far the reading of packages has come, now and then."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._next = time.monotonic() + _SECONDS_BETWEEN

    def __call__(self, done: int, total: int) -> None:
        """Some packages have been read."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN
            self._session.say("catalogue_progress", done=done, all=total)


def show_refreshed(session: Session, refreshed: Refreshed) -> None:
    """What was done to the catalogue before the search, if it is worth a line."""
    if refreshed.broken:
        session.say("catalogue_broken")
    if refreshed.anew:
        session.say("catalogue_made", packages=refreshed.added)
    elif refreshed.added or refreshed.removed:
        session.say("catalogue_followed", added=refreshed.added, removed=refreshed.removed)
    if refreshed.busy:
        session.say("catalogue_busy")


def show_answer(session: Session, workspace: Workspace, answer: Answer) -> None:
    """The hits, each with its place and its file."""
    found = answer.found
    for hit in found.hits:
        session.out.print(_heading(session, workspace, hit))
        session.out.print(Text("    ").append_text(_marked(hit.snippet)))
        session.out.print(Text(f"    {_file(workspace, hit)}", Style.ASIDE))
    if not found.hits:
        session.say("found_nothing")
    else:
        session.say("found", shown=len(found.hits), total=found.total)
    if found.unreadable:
        session.say("catalogue_unreadable", packages=found.unreadable)


def answer_json(session: Session, workspace: Workspace, text: str, answer: Answer) -> dict[str, object]:
    """The hits as the contract has them, with the places of what was looked for in each snippet."""
    return {
        "query": text,
        "hits": [
            {
                "dossier": dossier_code(workspace, hit),
                "package": hit.package,
                "superseded": hit.superseded,
                "document": hit.file.rpartition("/")[2].removesuffix(".pdf"),
                "file": _file(workspace, hit),
                "page": hit.page,
                "form": hit.form or None,
                "title": _title(session, workspace, hit),
                "date": hit.date or None,
                "snippet": hit.snippet.text,
                "marks": hit.snippet.marks,
                "fields": [
                    {"key": one.key, "value": one.value, "needs_review": one.needs_review}
                    for one in hit.fields
                ],
            }
            for hit in answer.found.hits
        ],
        "total": answer.found.total,
        "unreadable_packages": answer.found.unreadable,
        "seconds": round(answer.seconds, 4),
    }


def _heading(session: Session, workspace: Workspace, hit: Hit) -> Text:
    parts = [
        Text(one_line(dossier_code(workspace, hit)), Style.CODE),
        Text(_title(session, workspace, hit)),
        Text(written(session.catalogue, hit.date) or "-"),
        Text(session.text("say.found_page", page=hit.page)),
    ]
    if hit.superseded:
        parts.append(Text(session.text("say.found_superseded"), Style.DOUBTFUL))
    return Text("  ").join(parts)


def _title(session: Session, workspace: Workspace, hit: Hit) -> str:
    """What a document is called: what it calls itself, else its form."""
    if hit.title:
        return one_line(hit.title)
    return form_name(session, hit.form or "unknown", workspace.templates)


def _file(workspace: Workspace, hit: Hit) -> str:
    """Where the document is, from the workspace on."""
    folder = workspace.superseded if hit.superseded else workspace.archive
    return f"{folder.name}/{hit.package}/{hit.file}"


def _marked(snippet: Snippet) -> Text:
    text = Text(snippet.text)
    for start, end in snippet.marks:
        text.stylize(Style.FOUND, start, end)
    return text

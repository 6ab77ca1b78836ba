"""Links of documents: where they lead in the repository, and what pages of the site load from elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import unquote

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
"""A link or picture in Markdown: mark, words, target."""

_FENCE = re.compile(r"^(`{3,}|~{3,})")
_LOADED = {
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("form", "action"),
}
_LOADED_LINKS = frozenset(
    {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest"}
)
_FOREIGN = re.compile(r"^\s*(?:[a-z][a-z+.-]*:)?//", re.IGNORECASE)
_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?\s*((?:[a-z][a-z+.-]*:)?//[^"')\s]+)""", re.IGNORECASE)


def prose(markdown: str, change: Callable[[str], str]) -> str:
    """Change the lines of a document that stand in no block of code."""
    lines: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line.strip())
        if fence:
            fence = "" if line.strip() == fence else fence
        elif mark:
            fence = mark[1]
        else:
            lines.append(change(line))
            continue
        lines.append(line)
    return "\n".join(lines)


def targets(markdown: str) -> Iterator[str]:
    """Targets of a document's links to other files and to places in itself."""
    found: list[str] = []

    def note(line: str) -> str:
        found.extend(match[3] for match in LINK.finditer(line) if not is_foreign(match[3]))
        return line

    prose(markdown, note)
    yield from found


def is_foreign(target: str) -> bool:
    """Whether a target lies on another machine."""
    return bool(_FOREIGN.match(target)) or target.startswith("mailto:")


def resolved(target: str, document: str) -> tuple[str, str]:
    """Path in the repository and anchor of a link in a document; the document itself for ``#anchor``."""
    path, _, anchor = target.partition("#")
    if not path:
        return document, unquote(anchor)
    return posixpath.normpath(posixpath.join(posixpath.dirname(document), unquote(path))), unquote(anchor)


def loaded_from_elsewhere(page: str) -> list[str]:
    """Addresses of other machines from which a page of HTML loads something by itself."""
    parser = _Loads()
    parser.feed(page)
    parser.close()
    return parser.found


def loaded_by_style(style: str) -> list[str]:
    """The same of a style sheet."""
    return [match[1] for match in _CSS.finditer(style)]


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._style = tag == "style"
        loaded = [value for name, value in given.items() if (tag, name) in _LOADED]
        if tag == "link" and set(given.get("rel", "").lower().split()) & _LOADED_LINKS:
            loaded.append(given.get("href", ""))
        for one in given.get("srcset", "").split(","):
            loaded += one.split()[:1]
        self.found += [value for value in loaded if _FOREIGN.match(value)]
        self.found += loaded_by_style(given.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self._style:
            self.found += loaded_by_style(data)

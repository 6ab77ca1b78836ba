"""What makes the site besides mkdocs: the reference, files of the repository, and a look at the result.

Documents stay where people look for them in the repository, and link to each other by paths. In the site what
lies outside ``docs/`` stands under ``repository/``: a few documents, and whatever pages link to.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from reference_pages import PAGES
from site_links import LINK, is_foreign, loaded_by_style, loaded_from_elsewhere, prose, resolved, targets

ROOT = Path(__file__).resolve().parents[1]
SHELF = "repository/"
FIRST = ("README.md", "README.vi.md", "CHANGELOG.md", "CONTRIBUTING.md")
"""Documents that come along whether or not a page links to them."""

_SEARCH = 'data-md-component="search" aria-label="Tìm kiếm"'


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages of the reference, and what documents link to outside ``docs/``."""
    waiting = list(FIRST)
    for file in files.documentation_pages():
        waiting += _linked(f"docs/{file.src_uri}")
    for place, make in PAGES.items():
        files.append(File.generated(config, place, content=make()))
    taken: set[str] = set()
    while waiting:
        place = waiting.pop()
        if place not in taken and not place.startswith("docs/") and (ROOT / place).is_file():
            taken.add(place)
            files.append(File.generated(config, SHELF + place, abs_src_path=str(ROOT / place)))
            waiting += _linked(place)
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead to where things stand in the site; one to what is not in it, as a folder, is none."""
    del config
    uri = page.file.src_uri
    if uri in PAGES:
        return markdown
    document = uri.removeprefix(SHELF) if uri.startswith(SHELF) else f"docs/{uri}"

    def mended(match: re.Match[str]) -> str:
        mark, words, target = match.groups()
        if is_foreign(target) or target.startswith("#"):
            return match[0]
        path, anchor = resolved(target, document)
        inside = path.removeprefix("docs/") if path.startswith("docs/") else SHELF + path
        if (
            files.get_file_from_path(inside) is None
            and not path.startswith("docs/")
            and (ROOT / path).exists()
        ):
            return words
        there = posixpath.relpath(inside, posixpath.dirname(uri) or ".")
        return f"{mark}[{words}]({there}{'#' + anchor if anchor else ''})"

    return prose(markdown, lambda line: LINK.sub(mended, line))


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    """Tell what those who hear a page need: the language of English ones, and what the search is."""
    del config
    output = output.replace('data-md-component="search" role="dialog"', f'{_SEARCH} role="dialog"', 1)
    if page.file.src_uri.startswith("vi/") or page.file.src_uri.endswith(".vi.md"):
        return output
    return output.replace('<html lang="vi"', '<html lang="en"', 1)


def on_post_build(*, config: MkDocsConfig) -> None:
    """Refuse a site that would load anything from another machine."""
    found: list[str] = []
    for file in sorted(Path(config.site_dir).rglob("*")):
        look = {".html": loaded_from_elsewhere, ".css": loaded_by_style}.get(file.suffix)
        if look is not None:
            found += [f"{file}: {address}" for address in look(file.read_text("utf-8"))]
    if found:
        raise PluginError("loaded from elsewhere:\n" + "\n".join(found))


def _linked(place: str) -> list[str]:
    """What a document of the repository links to."""
    if not place.endswith(".md"):
        return []
    text = (ROOT / place).read_text("utf-8")
    return [resolved(target, place)[0] for target in targets(text)]

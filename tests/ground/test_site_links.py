"""Links of the documents lead somewhere, to the very heading; and what the site loads is its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from reference_pages import PAGES
from site_links import loaded_by_style, loaded_from_elsewhere, prose, resolved, targets

from support.places import ROOT

DOCUMENTS = [
    *sorted(path.name for path in ROOT.glob("*.md")),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
]


def anchors(path: Path) -> set[str]:
    """Places of a document that links may name: its headings, as GitHub and the site call them."""
    text = path.read_text("utf-8")
    named = set(re.findall(r'<a id="([^"]+)"', text))

    def note(line: str) -> str:
        if heading := re.match(r"#+ (.+)", line):
            words = re.sub(r"[^\w\- ]", "", heading[1].lower())
            named.add(words.strip().replace(" ", "-"))
        return line

    prose(text, note)
    return named


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file_and_a_heading(document: str) -> None:
    wrong = []
    for target in targets((ROOT / document).read_text("utf-8")):
        path, anchor = resolved(target, document)
        if path.removeprefix("docs/") in PAGES:
            continue
        there = ROOT / path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            wrong.append(target)
    assert wrong == []


def test_a_link_in_a_block_of_code_is_none() -> None:
    assert list(targets("[a](b.md)\n```\n[c](d.md)\n```\n[e](f.md#g) [h](https://example.vn/)")) == [
        "b.md",
        "f.md#g",
    ]


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://example.vn/a.js"></script>',
        '<link rel="stylesheet" href="//example.vn/a.css">',
        '<link href="http://example.vn/" rel="dns-prefetch">',
        '<img srcset="a.png 1x, https://example.vn/b.png 2x">',
        '<div style="background: url(https://example.vn/a.png)"></div>',
        '<style>@import "https://example.vn/a.css";</style>',
        '<iframe src="HTTPS://example.vn/"></iframe>',
    ],
)
def test_what_is_loaded_from_elsewhere_is_found(page: str) -> None:
    assert len(loaded_from_elsewhere(page)) == 1


def test_what_is_only_linked_is_not_loaded() -> None:
    page = '<a href="https://example.vn/">x</a> <img src="a.png"> <link rel="canonical" href="https://example.vn/">'
    assert loaded_from_elsewhere(page) == []
    assert loaded_by_style("a { background: url(b.png) } /* https://example.vn/ */") == []
    assert loaded_by_style("@font-face { src: url('https://example.vn/a.woff2') }") != []

"""Write docs/errors.md: every error with its code, cause and remedy, from the program itself.

python scripts/error_page.py > docs/errors.md
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from digitize.messages import entries
from support.source_code import told

_RAISED = {
    "UsageProblem": "The call is wrong (exit code 2)",
    "EnvironmentProblem": "Settings or surroundings are broken; nothing was harmed (exit code 3)",
    "WorkspaceBusy": "Another run holds the workspace (exit code 4)",
    "ItemProblem": "A file or dossier is set aside, the batch goes on (exit code 1)",
    "Problem": "Something that a person should know of a dossier, a page or a field",
}
"""How a code reaches people, in order of weight."""

_HEAD = """# What can go wrong

Every problem has a code, which `--json` and `REASON.json` give and which never changes its meaning.
This page is made from the program: `python scripts/error_page.py > docs/errors.md`.
Words in `{braces}` stand for what the message names. Notes on fields and pages are settled by a look
at the paper (`digitize review`) or a new scan; findings of `digitize verify` have no remedy but
another copy of the file: they say what could be proven.
"""


def codes() -> dict[str, set[str]]:
    """For each code, the names of the classes with which it is raised or noted."""
    found: dict[str, set[str]] = defaultdict(set)
    for place in told():
        if place.code is not None and place.kind in _RAISED:
            found[place.code].add(place.kind)
    return found


def page() -> str:
    """The text of the page."""
    texts = entries()
    known = {key.split(".")[1] for key in texts if key.startswith("problem.")}
    raised = codes()
    sections: dict[str, list[str]] = {heading: [] for heading in _RAISED.values()}
    for code in sorted(known):
        kinds = raised.get(code, {"Problem"})
        heading = next(_RAISED[kind] for kind in _RAISED if kind in kinds)
        lines = [f"### `{code}`", ""]
        for language in ("vi", "en"):
            what = texts[f"problem.{code}.what"][language]
            remedy = texts.get(f"problem.{code}.remedy", {}).get(language, "")
            lines.append(f"- {what}" + (f" → {remedy}" if remedy else ""))
        sections[heading].append("\n".join(lines))
    body = [f"## {heading}\n\n" + "\n\n".join(entry) for heading, entry in sections.items() if entry]
    return "\n".join([_HEAD, "\n\n".join(body)]) + "\n"


if __name__ == "__main__":
    print(page(), end="")

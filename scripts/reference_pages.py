"""The pages of the reference that are made from the program whenever the site is built.

``python scripts/reference_pages.py reference/commands.md`` prints one; without a name it lists them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from reference_commands import commands_page
from reference_settings import profile_page, settings_page
from reference_text import cell, exit_code, plain, word

from digitize.errors import ExitCode
from digitize.forms.template import Template
from digitize.forms.template_files import load_templates
from digitize.messages import entries
from digitize.model import Language


def exit_codes_page(language: Language) -> str:
    """What each exit code says."""
    rows = [f"| {code.value} | {cell(exit_code(code, language))} |" for code in ExitCode]
    head = [f"| {word('code', language)} | {word('meaning', language)} |", "|---|---|"]
    return "\n".join([f"# {word('exit', language)}", "", *head, *rows, ""])


def forms_page(language: Language) -> str:
    """The forms with their versions and fields."""
    lines = [f"# {word('forms', language)}", "", word("made", language).replace("--help", "forms show"), ""]
    for template in load_templates().values():
        lines += [
            f"## {template.title[language]}",
            "",
            f"`{template.id}`",
            "",
            *_versions(template, language),
            "",
        ]
        lines += [*_fields(template, language), ""]
    return "\n".join(lines)


def _versions(template: Template, language: Language) -> list[str]:
    head = " | ".join(word(name, language) for name in ("version", "source", "force", "verified"))
    rows = [f"| {head} |", "|---|---|---|---|"]
    for version in template.versions:
        days = [f"{day:%d/%m/%Y}" if day else "" for day in (version.effective_from, version.effective_to)]
        force = " – ".join(days) if any(days) else ""
        checked = word("yes" if version.verified else "no", language)
        rows.append(f"| `{version.id}` | {cell(version.source)} | {force} | {checked} |")
    return rows


def _fields(template: Template, language: Language) -> list[str]:
    head = " | ".join(word(name, language) for name in ("key", "name", "type"))
    rows = [f"| {head} |", "|---|---|---|"]
    rows += [
        f"| `{key}` | {cell(template.names[key][language])} | `{template.type_of(key)}` |"
        for key in template.field_keys
    ]
    for item in template.items:
        if item.key in template.tables:
            for column in item.columns:
                name = f"{template.names[item.key][language]}: {column.name[language]}"
                rows.append(f"| `{item.key}.0.{column.key}` | {cell(name)} | `{column.type}` |")
    return rows


def errors_page(language: Language) -> str:
    """Every message about something wrong, with what to do, in one language."""
    texts = entries()
    codes = sorted(key.split(".")[1] for key in texts if key.startswith("problem.") and key.endswith(".what"))
    lines = [f"# {word('errors', language)}", "", word("made", language).partition(",")[0] + ".", ""]
    for code in codes:
        what = texts[f"problem.{code}.what"][language]
        remedy = texts.get(f"problem.{code}.remedy", {}).get(language, "")
        lines += [f"### {code}", "", f"> {plain(what)}", ""]
        if remedy:
            lines += [f"**{texts['say.remedy'][language]}** {plain(remedy)}", ""]
    return "\n".join(lines)


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": lambda: commands_page(Language.EN),
    "reference/exit-codes.md": lambda: exit_codes_page(Language.EN),
    "reference/settings.md": settings_page,
    "reference/profiles.md": profile_page,
    "reference/forms.md": lambda: forms_page(Language.EN),
    "vi/lenh.md": lambda: commands_page(Language.VI),
    "vi/ma-ket-thuc.md": lambda: exit_codes_page(Language.VI),
    "vi/mau-giay-to.md": lambda: forms_page(Language.VI),
    "vi/thong-bao.md": lambda: errors_page(Language.VI),
}
"""Where each page stands in the site, and what makes it."""


if __name__ == "__main__":
    print("\n".join(PAGES) if len(sys.argv) < 2 else PAGES[sys.argv[1]]())

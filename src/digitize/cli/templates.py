"""Templates of forms as tables and JSON."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from digitize.cli.grid import Column, Grid
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.forms.template import Item, Template, Version


def templates_json(templates: Iterable[Template]) -> list[dict[str, object]]:
    """Forms with their versions."""
    return [
        {
            "form": template.id,
            "title": {language.value: title for language, title in template.title.items()},
            "versions": [version.model_dump(mode="json") for version in template.versions],
            "fields": [*template.field_keys, *template.tables],
        }
        for template in templates
    ]


def show_templates(session: Session, templates: Iterable[Template]) -> None:
    """One line for each version of each form."""
    table = _table(session, "form", "title", "version", "in_force", "source", "verified")
    for template in templates:
        for version in template.versions:
            table.add(
                template.id,
                template.title[session.catalogue.language],
                version.id,
                _in_force(version),
                version.source,
                _verified(session, version),
            )
    session.out.print(table)


def show_template(session: Session, template: Template) -> None:
    """A form: its versions, and its fields with labels and types, in reading order."""
    session.out.print(Text(template.title[session.catalogue.language], style=Style.HEADING))
    for version in template.versions:
        parts = (version.id, _in_force(version), version.source, _verified(session, version))
        session.out.print(Text("  " + " · ".join(part for part in parts if part)))
    table = _table(session, "key", "name", "type", "label")
    shown = set()
    for item in template.items:
        for key, kind in (item.own_fields or _own_table(item)).items():
            shown.add(key)
            name = template.names[key][session.catalogue.language]
            table.add(key, name, kind, item.label[0])
    for key in template.field_keys:
        if key not in shown:
            name = template.names[key][session.catalogue.language]
            table.add(key, name, template.type_of(key), "")
    session.out.print(table)


def _own_table(item: Item) -> dict[str, str]:
    return {item.key: item.type} if item.key else {}


def _in_force(version: Version) -> str:
    if version.effective_from is None and version.effective_to is None:
        return ""
    first, last = (f"{day:%d/%m/%Y}" if day else "" for day in (version.effective_from, version.effective_to))
    return f"{first} – {last}"


def _verified(session: Session, version: Version) -> str:
    return session.text("say.template_verified" if version.verified else "say.template_unverified")


def _table(session: Session, *columns: str) -> Grid:
    return Grid(*(Column(session.text(f"column.{name}"), whole=name in ("form", "key")) for name in columns))

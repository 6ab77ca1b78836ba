"""The pages of ``digitize.toml`` and of profiles, from the models that check them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from reference_text import cell, word

from digitize.model import Language
from digitize.profiles.profile import LimitRules, Profile, load_profile, profile_names
from digitize.settings import Limits, Settings

_SAME: dict[type[BaseModel], type[BaseModel]] = {Limits: LimitRules}
"""Whose keys mean the same as those of another."""


def settings_page() -> str:
    """Every key of ``digitize.toml``, and the file as ``init`` makes it."""
    lines = [
        "# Settings: digitize.toml",
        "",
        "Made from the program. Unknown keys are errors; relative paths begin at the workspace.",
        "",
        "## In no section",
        "",
        *_keys(Settings, {name: f for name, f in Settings.model_fields.items() if _section(f) is None}),
        "",
    ]
    for path, model in _sections(Settings, ""):
        lines += [f"## [{path}]", "", _about(model), ""]
        plain = {name: field for name, field in model.model_fields.items() if _section(field) is None}
        lines += [*_keys(model, plain), ""]
    template = resources.files("digitize.pipeline").joinpath("templates", "digitize.toml").read_text("utf-8")
    lines += [
        "## The file that init makes",
        "",
        "Each key with its explanation in both languages; `{…}` is filled in by `digitize init`.",
        "",
    ]
    lines += [f"```toml\n{template.rstrip()}\n```", ""]
    return "\n".join(lines)


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _sections(model: type[BaseModel], before: str) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in model.model_fields.items():
        if (section := _section(field)) is not None:
            yield before + name, section
            yield from _sections(section, f"{before}{name}.")


def _keys(model: type[BaseModel], fields: dict[str, FieldInfo]) -> list[str]:
    told = meanings(model)
    rows = ["| Key | Takes | Default | Meaning |", "|---|---|---|---|"]
    for name, field in fields.items():
        default = "(must be given)" if field.is_required() else f"`{_written(field.default)}`"
        rows.append(f"| `{name}` | {_takes(field)} | {default} | {cell(told.get(name, ''))} |")
    return rows


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What the section ``Attributes`` of a model's docstring says of each key; of its bases as well."""
    found = meanings(_SAME[model]) if model in _SAME else {}
    for kind in reversed(model.__mro__):
        text = inspect.cleandoc(kind.__doc__ or "") if issubclass(kind, BaseModel) else ""
        _, _, part = text.partition("Attributes:\n")
        for match in re.finditer(r"^    (\w+(?:, \w+)*):\s+(.+(?:\n        .+)*)", part, re.MULTILINE):
            meaning = re.sub(r"\s+", " ", match[2]).replace("``", "`")
            found |= dict.fromkeys(match[1].split(", "), meaning)
    return found


def _about(model: type[BaseModel]) -> str:
    """What the docstring says before the attributes."""
    text = inspect.cleandoc(model.__doc__ or "").partition("Attributes:\n")[0]
    return text.strip().replace("``", "`")


def _takes(field: FieldInfo) -> str:
    limits = [str(limit) for rule in field.metadata if (limit := _limit(rule))]
    return cell(", ".join([_kind(field.annotation), *limits]))


def _limit(rule: Any) -> str:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    for name, sign in signs.items():
        if (value := getattr(rule, name, None)) is not None:
            return f"{sign} {value}"
    pattern = getattr(rule, "pattern", None) or ""
    if words := re.fullmatch(r"\^\((\w+(?:\|\w+)*)\)\$", pattern):
        return " or ".join(f"`{word}`" for word in words[1].split("|"))
    return f"`{pattern}`" if pattern else ""


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if isinstance(annotation, UnionType):
        return " or ".join(_kind(kind) for kind in get_args(annotation) if kind is not type(None))
    if get_origin(annotation) is tuple:
        return f"list of {_kind(get_args(annotation)[0])}"
    if get_origin(annotation) is dict:
        return "table"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " or ".join(f"`{value}`" for value in annotation)
    words = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}
    return words.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _written(value: Any) -> str:
    """A value as TOML has it, or a dash."""
    if value is None or value is PydanticUndefined:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_written(item)}" for key, item in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str | Path) else str(value)


def profile_page() -> str:
    """Every key of a profile, with its value in those that come with the program."""
    profiles = {name: load_profile(name) for name in profile_names()}
    lines = [
        "# Profiles: the rules that hold",
        "",
        "A profile is one legal regime: what a circular may change stands there and nowhere in the code.",
        "An office may have one of its own over these ([forms.md](../forms.md#how-sure-a-field-must-be)).",
        "This page is made from the program.",
        "",
        "| Profile | Title | In force | Source | Compared with the text of the law |",
        "|---|---|---|---|---|",
    ]
    for name, profile in profiles.items():
        force = f"{profile.effective_from or ''} – {profile.effective_to or ''}"
        title = f"{profile.title[Language.VI]} ({profile.title[Language.EN]})"
        checked = word("yes" if profile.verified else "no", Language.EN)
        lines.append(f"| `{name}` | {cell(title)} | {force} | {cell(profile.source)} | {checked} |")
    for path, model in _sections(Profile, ""):
        lines += ["", f"## [{path}]", "", _about(model), ""]
        lines += [
            f"| Key | Takes | Meaning | {' | '.join(profiles)} |",
            "|---|---|---|" + "---|" * len(profiles),
        ]
        for name, field in model.model_fields.items():
            if _section(field) is None:
                values = (_value_of(profile, path, name) for profile in profiles.values())
                told = cell(meanings(model).get(name, ""))
                lines.append(f"| `{name}` | {_takes(field)} | {told} | " + " | ".join(values) + " |")
    return "\n".join([*lines, ""])


def _value_of(profile: Profile, path: str, name: str) -> str:
    part: Any = profile
    for step in path.split("."):
        part = getattr(part, step)
    return f"`{_written(getattr(part, name))}`"

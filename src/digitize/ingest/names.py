"""Which names in an inbox are scans, and which are left about by systems, programs and this one itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path


@dataclass(frozen=True, slots=True)
class InboxNames:
    """The rules of ``inbox.toml``; ``own_creator`` is searched in the bytes of a PDF."""

    ignored_names: frozenset[str]
    ignored_begins: tuple[str, ...]
    ignored_ends: tuple[str, ...]
    unfinished_ends: tuple[str, ...]
    unfinished_patterns: tuple[re.Pattern[str], ...]
    beside_ends: tuple[str, ...]
    own_files: frozenset[str]
    own_settings: str
    own_folders: frozenset[str]
    own_creator: re.Pattern[bytes]

    def is_unfinished(self, name: str) -> bool:
        """Whether a name is that of half a file, which gets its own at the end."""
        return name.lower().endswith(self.unfinished_ends) or any(
            pattern.search(name) for pattern in self.unfinished_patterns
        )

    def is_ignored(self, name: str) -> bool:
        """Whether a name is passed over without a word."""
        lower = name.lower()
        return (
            lower in self.ignored_names
            or lower.startswith(self.ignored_begins)
            or lower.endswith(self.ignored_ends)
            or self.is_unfinished(name)
        )

    def is_beside(self, path: Path) -> bool:
        """Whether a file of that name is a list or a note unless it turns out to be a scan."""
        return path.suffix.lower() in self.beside_ends


@cache
def inbox_names() -> InboxNames:
    """The rules for names in an inbox."""
    raw = tomllib.loads(resources.files("digitize.ingest").joinpath("inbox.toml").read_text("utf-8"))
    ignored, unfinished, own = raw["ignored"], raw["unfinished"], raw["own"]
    return InboxNames(
        ignored_names=frozenset(ignored["names"]),
        ignored_begins=tuple(ignored["begins"]),
        ignored_ends=tuple(ignored["ends"]),
        unfinished_ends=tuple(unfinished["ends"]),
        unfinished_patterns=tuple(map(re.compile, unfinished["patterns"])),
        beside_ends=tuple(raw["beside"]["ends"]),
        own_files=frozenset(own["files"]),
        own_settings=own["settings"],
        own_folders=frozenset(own["folders"]),
        own_creator=re.compile(own["creator"].encode()),
    )

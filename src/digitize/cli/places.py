"""Where a call stands, found without loading what reads settings."""

from __future__ import annotations

from pathlib import Path

SETTINGS = "digitize.toml"


def workspace_near(folder: Path, *, upwards: bool = True) -> Path | None:
    """The folder if it is a workspace, else the nearest one upwards; None if there is none."""
    try:
        resolved = folder.resolve()
        for place in (resolved, *(resolved.parents if upwards else ())):
            if (place / SETTINGS).is_file():
                return place
    except OSError:
        pass
    return None

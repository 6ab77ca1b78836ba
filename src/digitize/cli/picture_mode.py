"""How a review in a terminal shows the pictures of fields."""

from __future__ import annotations

from enum import StrEnum


class PictureMode(StrEnum):
    """How the pictures of fields are shown."""

    AUTO = "auto"
    """In the terminal where it is known to show pictures, else as the path of a file."""
    INLINE = "inline"
    """In the terminal, out of coloured blocks where it is not known to show pictures."""
    PATH = "path"
    NONE = "none"

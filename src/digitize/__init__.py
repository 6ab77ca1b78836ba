"""Bulk digitization of paper dossiers for Vietnamese one-stop centres."""

from __future__ import annotations

__version__ = "0.1.0"

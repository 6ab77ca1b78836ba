"""What ``export`` can make; light, so that the command line knows it before anything else is loaded."""

from __future__ import annotations

from enum import StrEnum


class ExportFormat(StrEnum):
    """Tables and documents of what was read, packages, and reader's copies."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    SIP = "sip"
    AIP = "aip"
    DIP = "dip"


PACKAGES = frozenset({ExportFormat.SIP, ExportFormat.AIP})
"""Formats that others take into their archives."""

FOLDERS = PACKAGES | {ExportFormat.DIP}
"""Formats that are folders, made of packaged dossiers, and can be wrapped."""

"""Hold the quality of a scan against the rules of a profile."""

from __future__ import annotations

from digitize.model import PageQuality, Problem
from digitize.profiles.profile import QualityRules

SHORTCOMINGS = frozenset(
    {
        "page_dpi_low",
        "page_depth_low",
        "page_skewed",
        "page_pale",
        "page_blurred",
        "page_unread",
        "page_clipped",
    }
)
"""Codes of the problems that a scan has when it falls short."""


def shortcomings(quality: PageQuality, rules: QualityRules) -> list[tuple[str, Problem]]:
    """What a page falls short of: for each the name of the rule, and the problem to tell."""
    found: list[tuple[str, Problem]] = []
    if quality.dpi < rules.dpi:
        found.append(("dpi", Problem("page_dpi_low", {"dpi": quality.dpi, "least": rules.dpi})))
    if quality.depth < rules.depth:
        found.append(("depth", Problem("page_depth_low", {"depth": quality.depth, "least": rules.depth})))
    if quality.skew > rules.skew:
        found.append(("skew", Problem("page_skewed", {"degrees": quality.skew, "most": rules.skew})))
    if 0 < quality.contrast < rules.contrast:
        found.append(("contrast", Problem("page_pale", {"percent": round(100 * quality.contrast)})))
    if quality.edge > rules.edge:
        found.append(("edge", Problem("page_blurred", {"millimetres": quality.edge})))
    if quality.unread > rules.unread:
        found.append(("unread", Problem("page_unread", {"percent": round(100 * quality.unread)})))
    if rules.clipped and quality.clipped:
        found.append(("clipped", Problem("page_clipped", {"sides": len(quality.clipped)})))
    return found


def blocking(found: list[tuple[str, Problem]], rules: QualityRules) -> Problem | None:
    """The first shortcoming that stops the dossier; None if there is none."""
    return next((problem for name, problem in found if name in rules.blocking), None)

"""What is kept and told of a page beside its words."""

from __future__ import annotations

from dataclasses import asdict

from digitize.pipeline.tasks import PageDone


def summary_of(done: PageDone) -> dict[str, object]:
    """The facts of a page: its size in pixels and bytes, how it lay, how good the scan is."""
    reading = done.reading
    return {
        "width": reading.width,
        "height": reading.height,
        "dpi": round(reading.dpi),
        "rotated": reading.rotated,
        "rotation_confidence": reading.rotation_confidence,
        "skew": reading.skew,
        "skew_confidence": reading.skew_confidence,
        "blank": reading.blank,
        "empty": reading.empty,
        "words": len(reading.words),
        "engine": reading.engine,
        "bytes": done.bytes,
        "quality": asdict(reading.quality) if reading.quality else None,
        "problems": [{"code": p.code, "facts": p.facts} for p in reading.problems],
    }

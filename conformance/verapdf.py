"""veraPDF: what breaks PDF/A-2b, signed or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tools import HERE, classpath, output_of

_PROGRAM = "org.verapdf.apps.GreenfieldCliWrapper"


def faults(pdfs: Sequence[Path]) -> list[str]:
    """What veraPDF finds in some files; all in one call, since its start takes seconds."""
    libraries = classpath(HERE / "verapdf" / "pom.xml")
    done = output_of("java", "-cp", libraries, _PROGRAM, "--flavour", "2b", "--format", "text", *pdfs)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("PASS", "FAIL"))]
    found = [f"veraPDF: {line}" for line in lines if not line.startswith("PASS")]
    if len(lines) != len(pdfs):
        found.append(f"veraPDF judged {len(lines)} of {len(pdfs)} files: {done.stderr.strip()[-500:]}")
    return found

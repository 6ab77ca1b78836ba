"""What the judges share: programs as processes, and where Maven's and pip's things go."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENT = ROOT / ".venv-conformance"


def output_of(
    *command: str | Path, check: bool = False, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; what it printed and how it ended."""
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=check, input=given
    )


def classpath(project: Path) -> str:
    """Where the Java libraries of a Maven project lie; fetched at the first call and when it has changed."""
    wanted = hashlib.sha256(project.read_bytes()).hexdigest()[:12]
    place = ENVIRONMENT / f"{project.parent.name}-{wanted}.classpath"
    if not place.exists():
        ENVIRONMENT.mkdir(exist_ok=True)
        part = place.with_suffix(".part")
        goal = ["dependency:build-classpath", f"-Dmdep.outputFile={part}"]
        subprocess.run(["mvn", "-q", "-B", "-f", str(project), *goal], check=True)
        part.rename(place)
    return place.read_text("utf-8").strip()


def python(requirements: Path) -> Path:
    """The Python of an environment with what is required; made at the first call and when it has changed."""
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    place = ENVIRONMENT / f"{requirements.parent.name}-{wanted}"
    program, done = place / "bin" / "python", place / ".done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        pip = [str(program), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(requirements)], check=True)
        done.touch()
    return program

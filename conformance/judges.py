"""Outside judges on what we make: veraPDF, eark-validator, qpdf and pdfsig.

    python conformance/judges.py

PDFs of the samples, unsigned and signed at each level that we make, and the packages of the demo.
Needs Java with Maven, qpdf and poppler-utils; the first call fetches veraPDF and eark-validator.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from digitize.pipeline.sealing import make_seal
from digitize.pipeline.workspace import Workspace
from digitize.signatures.sign import Level, sign_pdf
from digitize.times import now

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

_ENVIRONMENT = ROOT / ".venv-conformance"
_CLASSPATH = _ENVIRONMENT / "verapdf.classpath"
_VERAPDF = "org.verapdf.apps.GreenfieldCliWrapper"


def main() -> None:
    """Make the material, ask each judge, and say what they found."""
    _prepare()
    with tempfile.TemporaryDirectory(prefix="digitize-conformance-") as folder:
        unsigned, packages = _demo(Path(folder))
        pdfs = {"unsigned": unsigned}
        for level in Level:
            pdfs[level.value] = _signed(unsigned, level, Path(folder))
        pdfs["in packages"] = [pdf for package in packages for pdf in package.rglob("*.pdf")]
        faults = []
        for kind, files in pdfs.items():
            found = [*_verapdf(files), *_qpdf(files)]
            if kind != "unsigned":
                found += _pdfsig(files)
            judges = "veraPDF, qpdf" + ("" if kind == "unsigned" else ", pdfsig")
            print(f"{len(files)} PDFs, {kind}: {judges}: {len(found)} violations", flush=True)
            faults += found
        errors, waived = _eark(packages)
        told = ", ".join(f"{rule} x {count}" for rule, count in sorted(waived.items()))
        print(f"{len(packages)} packages: eark-validator: {len(errors)} errors; waived: {told}")
        faults += errors
        faults += [f"waiver not needed: {rule}" for rule in _waivers() - waived.keys()]
    for fault in faults:
        print(f"  {fault}")
    sys.exit(bool(faults))


def _prepare() -> None:
    """Fetch the judges, once."""
    if _CLASSPATH.exists():
        return
    subprocess.run([sys.executable, "-m", "venv", _ENVIRONMENT], check=True)
    pip = [str(_ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", "-r", str(HERE / "requirements.txt")], check=True)
    part = _CLASSPATH.with_suffix(".part")
    goal = ["dependency:build-classpath", f"-Dmdep.outputFile={part}"]
    subprocess.run(["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), *goal], check=True)
    part.rename(_CLASSPATH)


def _demo(folder: Path) -> tuple[list[Path], list[Path]]:
    """Composed PDFs of the samples, and the packages that they become."""
    place = folder / "demo"
    unsigned = folder / "unsigned"
    unsigned.mkdir()
    digitize = [sys.executable, "-m", "digitize"]
    subprocess.run([*digitize, "init", place, "--demo", "--samples", ROOT / "samples", "-q"], check=True)
    subprocess.run([*digitize, "run", "-w", place, "--until", "composed", "-q"], check=True)
    composed = sorted((place / "work").rglob("*.pdf"))
    for number, pdf in enumerate(composed, start=1):
        shutil.copy(pdf, unsigned / f"{number}.pdf")
    subprocess.run([*digitize, "run", "-w", place, "-q"], check=True)
    return sorted(unsigned.iterdir()), sorted((place / "archive").iterdir())


def _signed(sources: Iterable[Path], level: Level, folder: Path) -> list[Path]:
    """The same signed at a level with the throw-away keys of the demo."""
    seal = replace(make_seal(Workspace.open(folder / "demo"), None), level=level)
    if level is Level.B_B:
        seal = replace(seal, timestamper=None)
    target = folder / level.value
    target.mkdir()
    for source in sources:
        sign_pdf(source, target / source.name, seal, now())
    return sorted(target.iterdir())


def _verapdf(pdfs: Sequence[Path]) -> list[str]:
    """What breaks PDF/A-2b."""
    classpath = _CLASSPATH.read_text("utf-8").strip()
    done = _output("java", "-cp", classpath, _VERAPDF, "--flavour", "2b", "--format", "text", *pdfs)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("PASS", "FAIL"))]
    faults = [f"veraPDF: {line}" for line in lines if not line.startswith("PASS")]
    if len(lines) != len(pdfs):
        faults.append(f"veraPDF judged {len(lines)} of {len(pdfs)} files: {done.stderr.strip()}")
    return faults


def _qpdf(pdfs: Iterable[Path]) -> list[str]:
    done = [(pdf, _output("qpdf", "--check", pdf)) for pdf in pdfs]
    return [f"qpdf: {pdf.name}: {one.stderr or one.stdout}" for pdf, one in done if one.returncode]


def _pdfsig(pdfs: Iterable[Path]) -> list[str]:
    """Signatures that do not hold, or do not cover the whole file at its end."""
    faults = []
    for pdf in pdfs:
        told = _output("pdfsig", "-nocert", pdf).stdout
        if told.count("Signature Validation: Signature is Valid.") != 1:
            faults.append(f"pdfsig: {pdf.name}: {told}")
    return faults


def _eark(packages: Sequence[Path]) -> tuple[list[str], Counter[str]]:
    """Errors of the validator, and how often each waived rule was broken."""
    python = _ENVIRONMENT / "bin" / "python"
    done = _output(python, HERE / "eark.py", *packages)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    if len(reports) != len(packages):
        return [f"eark-validator judged {len(reports)} of {len(packages)}: {done.stderr[-500:]}"], Counter()
    faults: list[str] = []
    waived: Counter[str] = Counter()
    for package, report in zip(packages, reports, strict=True):
        parts = (report["structure"], *report["metadata"].values())
        for message in (message for part in parts for message in part["messages"]):
            if message["severity"] != "Error":
                continue
            if message["rule_id"] in _waivers():
                waived[message["rule_id"]] += 1
            else:
                faults.append(f"eark-validator: {package.name}: {message['rule_id']} {message['message']}")
    return faults, waived


def _waivers() -> set[str]:
    return set(tomllib.loads((HERE / "waivers.toml").read_text("utf-8")))


def _output(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main()

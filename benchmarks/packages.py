"""Checking packages a CPU second, against `sha256sum` of all their files and their signatures alone.

The same packages for both, in the same run: two PDF/A of one page each, about 0.4 MB, signed by us with
RSA-2048 at B-LT, like the METS. What is compared is what every rule of docs/verification-rules.md costs
beside what cannot be spared.

    python benchmarks/packages.py [PACKAGES]
"""

from __future__ import annotations

import datetime as dt
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sealed import Place, cpu, furnish

from digitize.archive.check import check_package
from digitize.archive.package import METS_NAME, SIGNATURE_NAME, PackagedDocument
from digitize.archive.verification import Effort, verify_paths
from digitize.signatures.detached import verify_detached
from digitize.signatures.sign import Level
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import verify_pdf
from support.dossiers import LETTER, OTHER_LETTER, built
from support.sealing import NOW

_WANTED = 0.7
_ROUNDS = 2
"""Both take turns, and each has its best round: the machine is seldom alone."""

_LATER = dt.timedelta(hours=1)


def main() -> None:
    """Measure both, and print a table."""
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory(prefix="digitize-packages-") as name:
        papers = Path(name) / "papers"
        papers.mkdir()
        place = furnish(papers, 2, NOW)
        packages = _packages(place, Path(name) / "archive", number)
        files = [path for package in packages for path in package.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files) / 1e6
        alone, whole, archive = [], [], []
        for _ in range(_ROUNDS):
            archive.append(_archive(place, Path(name) / "archive", number))
            whole.append(_rate(packages, lambda package: _checked(place, package)))
            alone.append(_rate(packages, lambda package: _alone(place, package), files))
    bare = max(alone)
    print("| packages a CPU second | | ratio |")
    print("|---|---|---|")
    print(f"| `sha256sum` of all files, and the signatures alone | {bare:.2f} | |")
    print(f"| `check_package`: every rule and signature | {max(whole):.2f} | {max(whole) / bare:.2f} |")
    print(f"| `verify` of the archive, with its workers | {max(archive):.2f} | {max(archive) / bare:.2f} |")
    print(f"\n{number} packages, {len(files)} files, {size:.0f} MB; wanted: {_WANTED}")
    sys.exit(min(max(whole), max(archive)) < _WANTED * bare)


def _packages(place: Place, folder: Path, number: int) -> list[Path]:
    seal = replace(place.office.seal(Level.B_LT), credentials=place.signer.credentials)
    documents = [
        PackagedDocument(described, paper)
        for described, paper in zip((LETTER, OTHER_LETTER), place.papers, strict=True)
    ]
    packages = [built(folder / f"{one:04}", seal, documents=documents) for one in range(number)]
    for package in packages:
        for left in package.parent.glob("*.pdf"):
            left.unlink()
    return packages


def _archive(place: Place, archive: Path, number: int) -> float:
    """Packages a CPU second of what the command does, from its first worker to its last."""
    with cpu() as used:
        items = verify_paths([archive], place.office.trust, NOW + _LATER, effort=Effort())
        if len(items) != number or {item.verdict for item in items} != {Verdict.VALID}:
            sys.exit(f"{archive}: {[item.verdict for item in items]}")
        return number / used()


def _rate(packages: Sequence[Path], check: Callable[[Path], None], files: Sequence[Path] = ()) -> float:
    """Packages a CPU second; one that does not count warms up."""
    check(packages[0])
    with cpu() as used:
        if files:
            subprocess.run(["sha256sum", *map(str, files)], stdout=subprocess.DEVNULL, check=True)
        for package in packages:
            check(package)
        return len(packages) / used()


def _checked(place: Place, package: Path) -> None:
    report = check_package(package, place.office.trust, NOW + _LATER)
    if report.verdict is not Verdict.VALID or report.findings:
        sys.exit(f"{package}: {report.verdict}, {report.findings}")


def _alone(place: Place, package: Path) -> None:
    trust, moment = place.office.trust, NOW + _LATER
    mets, signature = ((package / name).read_bytes() for name in (METS_NAME, SIGNATURE_NAME))
    verdicts = [verify_detached(mets, signature, METS_NAME, trust, moment).verdict]
    data = package / "representations" / "rep1" / "data"
    verdicts += [verify_pdf(path, trust, moment).verdict for path in sorted(data.glob("*.pdf"))]
    if set(verdicts) != {Verdict.VALID}:
        sys.exit(f"{package}: {verdicts}")


if __name__ == "__main__":
    main()

"""Verifications a CPU second: ours, pyHanko's library with the same evidence, and its command for each file.

The same files for all: PDF/A of one page, about 0.4 MB each, signed by us with RSA-2048 at B-B and at B-LT.

    python benchmarks/verifying.py [FILES]
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import ValidationContext
from sealed import Place, call_pyhanko, cpu, furnish, pyhanko

from digitize.signatures.sign import Level, sign_pdf
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import verify_pdf
from support.sealing import NOW

_WANTED = 0.8
_WANTED_TIMES = 20.0
_COMMANDS = 6
_ROUNDS = 2
"""Ours and the library take turns, and each has its better round: the machine is seldom alone."""

_LATER = dt.timedelta(hours=1)


def main() -> None:
    """Measure all at two levels, and print a table."""
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    pyhanko()
    enough = True
    with tempfile.TemporaryDirectory(prefix="digitize-verifying-") as name:
        place = furnish(Path(name), files, NOW)
        print("| | digitize | pyHanko, the bare library | ratio | pyHanko's command, one a file | times |")
        print("|---|---|---|---|---|---|")
        for level in (Level.B_B, Level.B_LT):
            signed = _signed(place, level)
            rounds = [
                (
                    _rate(signed, lambda file: _ours(place, file)),
                    _rate(signed, lambda file: _library(place, file)),
                )
                for _ in range(_ROUNDS)
            ]
            ours, bare = (max(rates) for rates in zip(*rounds, strict=True))
            command = _rate(signed[: _COMMANDS + 1], lambda file: _command(place, file))
            enough = enough and ours >= _WANTED * bare and ours >= _WANTED_TIMES * command
            print(
                f"| {level.value}, a CPU second | {ours:.1f} | {bare:.1f} | {ours / bare:.2f} "
                f"| {command:.2f} | {ours / command:.0f} |",
                flush=True,
            )
    print(
        f"\n{files} PDFs of one page; wanted: {_WANTED} of the library, {_WANTED_TIMES:.0f} times the command"
    )
    sys.exit(not enough)


def _signed(place: Place, level: Level) -> list[Path]:
    seal = replace(place.office.seal(level), credentials=place.signer.credentials)
    for paper in place.papers:
        sign_pdf(paper, paper.with_suffix(f".{level.value}.pdf"), seal, NOW)
    return [paper.with_suffix(f".{level.value}.pdf") for paper in place.papers]


def _rate(files: Sequence[Path], verify: Callable[[Path], None]) -> float:
    """Verifications a CPU second; the first one warms up and does not count."""
    warm, *rest = files
    verify(warm)
    with cpu() as used:
        for file in rest:
            verify(file)
        return len(rest) / used()


def _ours(place: Place, file: Path) -> None:
    report = verify_pdf(file, place.office.trust, NOW + _LATER)
    if report.verdict is not Verdict.VALID:
        sys.exit(f"{file}: {report}")


def _library(place: Place, file: Path) -> None:
    """The same evidence, the same strictness, and the comparison with what came later."""
    trust = place.office.trust
    with file.open("rb") as stream:
        reader = PdfFileReader(stream)
        crls = list(trust.revocations)
        try:
            store = DocumentSecurityStore.read_dss(reader)
            crls += [one.get_object().data for one in store.crls]
        except NoDSSFoundError:
            pass
        (signature,) = reader.embedded_regular_signatures
        own, of_timestamps = (
            ValidationContext(
                trust_roots=list(trust.anchors),
                crls=crls,
                allow_fetching=False,
                revocation_mode="require",
                moment=NOW + _LATER,
            )
            for _ in range(2)
        )
        status = validate_pdf_signature(signature, own, ts_validation_context=of_timestamps)
    if not status.bottom_line:
        sys.exit(f"{file}: not valid for the library")


def _command(place: Place, file: Path) -> None:
    """It takes no revocation list from a file, so that it is spared what the others do about it."""
    call_pyhanko(
        "sign", "validate", "--trust", place.anchor, "--trust-replace", "--no-revocation-check", file
    )


if __name__ == "__main__":
    main()

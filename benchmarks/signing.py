"""Signatures a CPU second: ours, pyHanko's command once for each file, and the bare library.

PDF/A of one page, about 0.4 MB each; a software key, RSA with 2,048 bits; PAdES B-B.

    python benchmarks/signing.py [FILES]
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from sealed import Place, call_pyhanko, cpu, furnish, pyhanko

from digitize.fonts import Face, find_font
from digitize.signatures.sign import Level, Seal, sign_pdf
from digitize.signatures.stamp import Stamp
from digitize.times import now

_WANTED = 15.0
_WANTED_TIMES = 10.0
_COMMANDS = 6
"""Files for pyHanko's command: it takes about a second for each."""


def main() -> None:
    """Measure all, and print a table."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    pyhanko()
    with tempfile.TemporaryDirectory(prefix="digitize-signing-") as name:
        place = furnish(Path(name), files, now())
        size = sum(paper.stat().st_size for paper in place.papers) / files / 1e6
        bare = Seal(place.signer.credentials, Level.B_B)
        stamped = Seal(
            place.signer.credentials, Level.B_B, stamp=Stamp(("UBND xã Thử Nghiệm",), find_font(Face.TIMES))
        )
        rates = {
            "digitize": _rate(place, lambda paper, target: sign_pdf(paper, target, bare, now())),
            "digitize, with the stamp": _rate(
                place, lambda paper, target: sign_pdf(paper, target, stamped, now())
            ),
            "pyHanko, the bare library": _rate(place, _library(place)),
            "pyHanko's command, one a file": _rate(place, _command(place), _COMMANDS),
        }
    print(f"{files} PDFs of one page, {size:.2f} MB each; RSA-2048, B-B\n")
    print("| | signatures a CPU second |")
    print("|---|---|")
    for kind, rate in rates.items():
        print(f"| {kind} | {rate:.2f} |")
    ours, theirs = rates["digitize"], rates["pyHanko's command, one a file"]
    print(f"\n{ours / theirs:.0f} times the command (wanted: {_WANTED_TIMES:.0f}); {ours:.1f} a CPU second")
    sys.exit(ours < _WANTED or ours < _WANTED_TIMES * theirs)


def _rate(place: Place, sign: Callable[[Path, Path], object], most: int | None = None) -> float:
    """Signatures a CPU second; the first one warms up and does not count."""
    warm, *rest = place.papers[: most + 1 if most else None]
    sign(warm, place.folder / "signed.pdf")
    with cpu() as used:
        for paper in rest:
            (place.folder / "signed.pdf").unlink(missing_ok=True)
            sign(paper, place.folder / "signed.pdf")
        return len(rest) / used()


def _library(place: Place) -> Callable[[Path, Path], None]:
    """What a script of ten lines does with pyHanko: the key is loaded once, the rest is left to it."""
    signer = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(place.key), str(place.certificate), ca_chain_files=(str(place.anchor),), prefer_pss=True
    )
    assert signer is not None
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature",
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )

    def sign(paper: Path, target: Path) -> None:
        with paper.open("rb") as source:
            output = io.BytesIO()
            writer = IncrementalPdfFileWriter(source)
            signers.sign_pdf(writer, metadata, signer=signer, output=output)
        target.write_bytes(output.getvalue())

    return sign


def _command(place: Place) -> Callable[[Path, Path], None]:
    key: list[str | Path] = [
        "--key",
        place.key,
        "--cert",
        place.certificate,
        "--chain",
        place.anchor,
        "--no-pass",
    ]
    look = ["--field", "Signature", "--use-pades", "--certify", "--prefer-pss"]

    def sign(paper: Path, target: Path) -> None:
        call_pyhanko("sign", "addsig", *look, "pemder", *key, paper, target)

    return sign


if __name__ == "__main__":
    main()

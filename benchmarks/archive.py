"""The signed archive of the demo: valid, untrusted elsewhere, and invalid after any change.

Also its PDFs, judged by others: PDF/A before and after signing, structure, and the text that can be
copied out of them.

python benchmarks/archive.py
"""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
from pathlib import Path

from common import SAMPLES, call, call_json, output_of

from digitize.pdf.compose import check_pdfa


def verdicts(*arguments: str | Path) -> dict[str, int]:
    """How many items got which verdict."""
    summary: dict[str, int] = call_json("verify", *arguments)["summary"]
    return summary


def changed(package: Path, file: Path, anchor: Path) -> str:
    """Change one byte in the middle of a file; say the verdict and whether the file was named."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(data)
    (item,) = call_json("verify", package, "--anchor", anchor)["items"]
    named = any(
        file.name in str(finding) for part in ("findings", "signatures", "items") for finding in item[part]
    )
    return f"{item['verdict']}, {'file named' if named else 'FILE NOT NAMED'}"


def pdfa(pdfs: list[Path]) -> str:
    """What the library's own check of PDF/A-2b finds."""
    findings = [finding for pdf in pdfs for finding in check_pdfa(pdf)]
    # It approves only what it knows, and it knows nothing of signatures.
    unknown = {finding for finding in findings if finding.startswith("[unsupported]")}
    wrong = [finding for finding in findings if finding not in unknown]
    return f"{len(wrong)} violations" + (f"; not judged: {', '.join(sorted(unknown))}" if unknown else "")


def main() -> None:
    """Make the demo, verify it, and tamper with it."""
    with tempfile.TemporaryDirectory(prefix="digitize-archive-") as folder:
        root = Path(folder)
        place, other = root / "demo", root / "other"
        call("init", place, "--demo", "--samples", SAMPLES)
        call("init", other, "--demo", "--samples", SAMPLES)
        call("run", "-w", place, "--until", "composed")
        unsigned = sorted((place / "work").rglob("*.pdf"))
        print(f"PDF/A-2b, unsigned: {len(unsigned)} PDFs, {pdfa(unsigned)}")
        call("run", "-w", place)
        archive = place / "archive"
        anchor, foreign = place / "keys" / "ca.pem", other / "keys" / "ca.pem"
        print(f"own CA: {verdicts(archive, '--anchor', anchor)}")
        print(f"another CA as the only anchor: {verdicts(archive, '--anchor', foreign)}")
        package = next(archive.iterdir())
        for file in sorted(p.relative_to(package) for p in package.rglob("*") if p.is_file()):
            copy = root / "copy" / package.name
            shutil.copytree(package, copy)
            print(f"one byte changed in {file}: {changed(copy, copy / file, anchor)}")
            shutil.rmtree(copy)
        pdfs = sorted(archive.rglob("*.pdf"))
        broken = [p for p in pdfs if output_of("qpdf", "--check", p).returncode]
        print(f"qpdf --check: {len(pdfs) - len(broken)} of {len(pdfs)} signed PDFs clean")
        print(f"PDF/A-2b, signed: {len(pdfs)} PDFs, {pdfa(pdfs)}")
        texts = [output_of("pdftotext", p, "-").stdout for p in pdfs]
        composed = sum(text.strip() != "" and unicodedata.is_normalized("NFC", text) for text in texts)
        print(f"pdftotext: {composed} of {len(pdfs)} give text, all of it in NFC")


if __name__ == "__main__":
    main()

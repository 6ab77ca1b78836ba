"""The signed archive of the demo: valid, untrusted elsewhere, and invalid after any change.

python benchmarks/archive.py
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from common import SAMPLES, call, call_json

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


def main() -> None:
    """Make the demo, verify it, and tamper with it."""
    with tempfile.TemporaryDirectory(prefix="digitize-archive-") as folder:
        root = Path(folder)
        place, other = root / "demo", root / "other"
        call("init", place, "--demo", "--samples", SAMPLES)
        call("init", other, "--demo", "--samples", SAMPLES)
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
        broken = [p for p in pdfs if subprocess.run(["qpdf", "--check", p], capture_output=True).returncode]
        print(f"qpdf --check: {len(pdfs) - len(broken)} of {len(pdfs)} signed PDFs clean")
        # The library's check approves only what it knows, and it knows nothing of signatures.
        findings = [finding for pdf in pdfs for finding in check_pdfa(pdf)]
        unknown = [finding for finding in findings if finding.startswith("[unsupported]")]
        print(f"PDF/A-2b, signed: {len(findings) - len(unknown)} violations; not judged: {set(unknown)}")


if __name__ == "__main__":
    main()

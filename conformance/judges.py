"""Outside judges on what we make: veraPDF, qpdf, pdfsig, EU DSS and eark-validator.

    python conformance/judges.py

PDFs of the samples, unsigned and signed at each level that we make, and the packages of the demo; then what
EU DSS says of attacked files, beside what we say. Needs a JDK with Maven, qpdf and poppler-utils; the first
call fetches veraPDF, DSS and eark-validator.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import comparison
import dss
import eark
import pdfsig
import published
import qpdf
import shared_cases
import spoken_against
import tampered
import verapdf
from material import Signed, demo, exchanged, packaged, papers, signed

from digitize.signatures.detached import verify_detached
from digitize.signatures.verify_pdf import verify_pdf


def main() -> None:
    """Make the material, ask each judge, and say what they found."""
    logging.disable(logging.CRITICAL)  # pyHanko tells at length what it dislikes about attacked files
    with tempfile.TemporaryDirectory(prefix="digitize-conformance-") as name:
        folder = Path(name)
        unsigned, place = demo(folder)
        sets = [*signed(unsigned, place, folder), packaged(place)]
        faults = [
            *_on_pdfs([*unsigned, *papers(place, folder)], sets),
            *_on_signatures(sets, folder),
            *_on_packages(exchanged(folder, place)),
        ]
        faults += _on_attacks(folder)
    for fault in faults:
        print(f"  {fault}")
    sys.exit(f"{len(faults)} faults" if faults else 0)


def _on_pdfs(unsigned: Sequence[Path], sets: Sequence[Signed]) -> list[str]:
    ours = [pdf for one in sets for pdf in one.pdfs]
    every = [*unsigned, *ours]
    kinds = ", ".join(["unsigned", *(one.kind for one in sets)])
    print(f"{len(every)} PDFs: {kinds}", flush=True)
    faults = []
    for judge, found in (
        ("veraPDF, PDF/A-2b", verapdf.faults(every)),
        ("qpdf --check", qpdf.faults(every)),
        ("pdfsig on the signed ones", pdfsig.faults(ours)),
    ):
        print(f"  {judge}: {len(found)} violations", flush=True)
        faults += found
    return faults


def _on_signatures(sets: Sequence[Signed], folder: Path) -> list[str]:
    """Signatures that DSS does not accept, or sees another level in than we do."""
    questions = [(one, question) for one in sets for question in one.questions]
    answers = dss.opinions([question for _, question in questions], folder / "dss-signed")
    faults = []
    for (one, question), answer in zip(questions, answers, strict=True):
        wanted = _level(question, one)
        levels = {signature.level for signature in answer.signatures}
        if not answer.passed:
            told = [*(answer.error or "").splitlines()[:1], *(e for s in answer.signatures for e in s.errors)]
            faults.append(f"DSS: {question.name}: {answer} {' '.join(told)}")
        elif levels != {wanted}:
            faults.append(f"DSS: {question.name}: we say {wanted}, DSS {', '.join(levels)}")
        faults += [f"DSS: {question.name}: a timestamp {t}" for t in answer.timestamps if t != "PASSED"]
    print(f"{len(questions)} signatures of ours: EU DSS: {len(faults)} disliked", flush=True)
    return faults


def _level(question: dss.Question, one: Signed) -> str:
    """The level that a file was signed at, in DSS's words; detached ones may bear less than was asked for."""
    if question.content is None:
        reached = {s.level for s in verify_pdf(question.file, question.trust, question.moment).signatures}
        told = one.level.value if reached == {one.level.value} else "/".join(map(str, reached))
        return f"PAdES-BASELINE-{told.removeprefix('B-')}"
    report = verify_detached(
        question.content.read_bytes(), question.file.read_bytes(), "", question.trust, question.moment
    )
    return f"CAdES-BASELINE-{str(report.level).removeprefix('B-')}"


def _on_packages(made: Mapping[str, Sequence[Path]]) -> list[str]:
    faults, waived = eark.faults(made)
    told = ", ".join(f"{rule} x {count}" for rule, count in sorted(waived.items()))
    counts = ", ".join(f"{len(some)} {kind.upper()}" for kind, some in made.items())
    print(f"{counts}: eark-validator: {len(faults)} differ from the waivers; waived: {told}", flush=True)
    return faults


def _on_attacks(folder: Path) -> Iterator[str]:
    """Files that we believe more than we should."""
    for name, questions in (
        ("attacked papers", tampered.questions(folder)),
        ("papers with published attacks", published.questions(folder)),
        ("papers that time, trust or revocation speak against", spoken_against.questions(folder)),
        ("files of the shared cases", shared_cases.questions()),
    ):
        asked = list(questions)
        found = comparison.compared(asked, dss.opinions(asked, folder / f"dss {name}"))
        yield from comparison.show(name, found)


if __name__ == "__main__":
    main()

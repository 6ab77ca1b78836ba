"""Pages that were read singly, as text, TSV, JSON or PDF."""

from __future__ import annotations

from digitize.cli.documents import PageFacts, page_json
from digitize.cli.session import Session
from digitize.pipeline.single import FileReader


def page_facts(reading: FileReader) -> list[PageFacts]:
    """What is told of each page."""
    return [PageFacts(str(page.file), page.frame + 1, page.summary) for page in reading.pages]


def print_pages(session: Session, reading: FileReader, form: str) -> None:
    """Print the words of all pages, pages separated by form feeds."""
    if form == "json":
        session.report_json(
            {
                "pages": [
                    page_json(session, facts)
                    | {
                        "text": page.reading.text,
                        "words": [
                            {
                                "text": word.text,
                                "box": list(word.box),
                                "confidence": round(word.confidence, 3),
                                "line": word.line,
                            }
                            for word in page.reading.words
                        ],
                    }
                    for page, facts in zip(reading.pages, page_facts(reading), strict=True)
                ]
            }
        )
        return
    if form == "tsv":
        lines = ["page\tline\tleft\ttop\tright\tbottom\tconfidence\ttext"]
        for number, page in enumerate(reading.pages, start=1):
            for word in page.reading.words:
                cells = [number, word.line, *word.box, f"{word.confidence:.3f}", word.text]
                lines.append("\t".join(str(cell) for cell in cells))
        session.write("\n".join(lines) + "\n")
        return
    session.write("\f".join(page.reading.text + "\n" for page in reading.pages))


def write_pdf(session: Session, reading: FileReader) -> None:
    """Write one searchable PDF/A beside each file."""
    for target in reading.write_pdfs():
        session.say("pdf_written", path=str(target))

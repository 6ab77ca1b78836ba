"""Pages that were read singly, as text, TSV, JSON or PDF."""

from __future__ import annotations

from digitize.cli.documents import PageFacts
from digitize.cli.session import Session
from digitize.pipeline.single import FileReader


def page_facts(reading: FileReader) -> list[PageFacts]:
    """What is told of each page."""
    return [
        PageFacts(
            file=str(page.file),
            page=page.frame + 1,
            width=page.reading.width,
            height=page.reading.height,
            dpi=round(page.reading.dpi),
            rotated=page.reading.rotated,
            skew=page.reading.skew,
            blank=page.reading.blank,
            problems=page.reading.problems,
        )
        for page in reading.pages
    ]


def print_pages(session: Session, reading: FileReader, form: str) -> None:
    """Print the words of all pages, pages separated by form feeds."""
    if form == "json":
        session.report_json(
            {
                "pages": [
                    {
                        "file": str(page.file),
                        "page": page.frame + 1,
                        "width": page.reading.width,
                        "height": page.reading.height,
                        "dpi": round(page.reading.dpi),
                        "rotated": page.reading.rotated,
                        "skew": page.reading.skew,
                        "blank": page.reading.blank,
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
                    for page in reading.pages
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

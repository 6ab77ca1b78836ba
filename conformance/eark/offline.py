"""eark-validator without a network: its vocabularies come from vocabularies.toml.

Version 1.1.3 fetches them when it is imported. Run by the Python of an environment of its own, since
it pins an old lxml: ``python offline.py PACKAGE...`` prints a report for each, one JSON document a line.
"""

from __future__ import annotations

import io
import sys
import tomllib
import urllib.request
from pathlib import Path

VOCABULARIES = tomllib.loads(Path(__file__).with_name("vocabularies.toml").read_text("utf-8"))


def vocabulary(url: str) -> io.BytesIO:
    """The document that the validator asks for: one term a line, as it reads them."""
    name = url.rpartition("CSIPVocabulary")[2].removesuffix(".xml")
    return io.BytesIO("\n".join(f"<Term>{term}</Term>" for term in VOCABULARIES[name]).encode())


def main() -> None:
    """Hand the packages to the validator."""
    urllib.request.urlopen = vocabulary  # type: ignore[assignment]
    from eark_validator import packages

    for package in sys.argv[1:]:
        report = packages.PackageValidator(Path(package)).validation_report
        print(report.model_dump_json(include={"structure", "metadata"}))


if __name__ == "__main__":
    main()

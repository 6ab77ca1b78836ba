"""A package whose timestamps are renewed becomes a new generation; the old one is not touched.

What only a person could have made stays provable: the METS that the person signed goes along under
``documentation/previous``, with the signature over it, and every signed PDF begins with its old bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from digitize.archive.descriptive import description_of, kind_described
from digitize.archive.naming import NewUuid
from digitize.archive.package import PackagePlan, PackageWriter
from digitize.archive.parts import (
    DOCUMENTATION,
    EAD_NAME,
    METS_NAME,
    PREMIS_NAME,
    PREMIS_REPRESENTATION_NAME,
    PREVIOUS,
    REPRESENTATION,
    SIGNATURE_NAME,
    STAMP_NAME,
    data_files,
    ead_doc_name,
)
from digitize.errors import ItemProblem
from digitize.files import write_whole
from digitize.signatures.renewal import Expiry, Renewer, detached_expiry, pdf_expiry

_DESCRIBED_ANEW = (
    METS_NAME,
    SIGNATURE_NAME,
    STAMP_NAME,
    PREMIS_NAME,
    f"{REPRESENTATION}/{METS_NAME}",
    f"{REPRESENTATION}/{PREMIS_REPRESENTATION_NAME}",
)
"""What a new generation has anew; of the old, these are kept beside it."""


def package_expiry(package: Path) -> Expiry:
    """When the first proof in a package ends: of its PDFs, or of its METS.

    Raises:
        ItemProblem: a part cannot be read, or bears no signature.

    """
    ends = [pdf_expiry(path) for path in data_files(package)]
    beside = [package / name for name in (STAMP_NAME, SIGNATURE_NAME)]
    signature = next((path for path in beside if path.is_file()), None)
    if signature is None:
        raise ItemProblem("not_signed", file=METS_NAME)
    ends.append(detached_expiry(signature.read_bytes()))
    return min(ends, key=lambda end: end.until)


def renew_package(old: Path, staging: Path, plan: PackagePlan, renewer: Renewer, new_uuid: NewUuid) -> None:
    """Build the next generation of a package in an empty staging folder; publishing it is the caller's.

    Args:
        old: the package; it is not changed.
        staging: the empty folder.
        plan: names of the new generation, events and agents; its documents are not looked at.
        renewer: puts timestamps over PDFs and METS.
        new_uuid: makes identifiers.

    Raises:
        ItemProblem: a part of the old package cannot be read.
        SigningProblem: the timestamp authority cannot be relied on.

    """
    whole = description_of(old / EAD_NAME)
    if whole is None:
        raise ItemProblem("package_unreadable", package=old.name, file=EAD_NAME)
    # The package stays what it was, whatever the profile asks for today.
    rules = plan.rules.model_copy(update={"kind": kind_described(whole)})
    writer = PackageWriter(staging, replace(plan, rules=rules), new_uuid)
    documents = []
    for path in data_files(old):
        renewer.renew_pdf(path, writer.data_path(path.stem), plan.moment)
        described = old / REPRESENTATION / ead_doc_name(path.stem)
        documents.append(writer.document(path.stem, described.read_bytes()))
    ead = (old / EAD_NAME).read_bytes()
    mets = writer.finish(documents, ead, list(_kept(old)))
    write_whole(staging / STAMP_NAME, renewer.stamp(mets, plan.moment))


def _kept(old: Path) -> Iterator[tuple[str, Path]]:
    """What goes along untouched: what was kept before, and what described the old generation."""
    folder = old / DOCUMENTATION
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path
    generation = len(list((folder / PREVIOUS).glob("*"))) + 1 if folder.is_dir() else 1
    for name in _DESCRIBED_ANEW:
        if (old / name).is_file():
            yield f"{PREVIOUS}/{generation}/{name}", old / name

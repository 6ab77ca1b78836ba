"""What is in a package that was found whole: its identifier, and its documents with what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from digitize.archive.inventory import parse_xml, read_inventory
from digitize.archive.parts import EAD_NAME, METS_NAME
from digitize.errors import ItemProblem


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """A document of a package.

    Attributes:
        ordinal: its place, from 1.
        file: relative to the package.
        described: its descriptive elements by their names; none where it has no description.

    """

    ordinal: int
    file: str
    described: dict[str, str]

    @property
    def name(self) -> str:
        """The name of its file."""
        return PurePosixPath(self.file).name


def object_id(package: Path) -> str:
    """The identifier of a package, ``mets/@OBJID``; that of its folder where METS has none."""
    root = parse_xml(package, METS_NAME)
    found = root.get("OBJID") if root is not None else None
    return found or package.name


def package_entries(package: Path) -> tuple[PackageEntry, ...]:
    """The documents of a package in their order.

    Raises:
        ItemProblem: METS names none.

    """
    names = tuple(dict.fromkeys(read_inventory(package, METS_NAME).data_files))
    if not names:
        raise ItemProblem("package_empty", package=package.name)
    return tuple(
        PackageEntry(number, name, _described(package, PurePosixPath(name)))
        for number, name in enumerate(names, start=1)
    )


def dossier_description(package: Path) -> dict[str, str]:
    """The descriptive elements of the dossier as a whole, by their names."""
    return _elements(package, EAD_NAME)


def _described(package: Path, data: PurePosixPath) -> dict[str, str]:
    name = data.parent.parent / "metadata" / "descriptive" / f"EAD_doc_{data.stem}.xml"
    return _elements(package, name.as_posix())


def _elements(package: Path, name: str) -> dict[str, str]:
    root = parse_xml(package, name)
    if root is None:
        return {}
    return {str(element.tag): (element.text or "").strip() for element in root}

"""How what leaves is wrapped: as it is, as a bag, as a ZIP file, or in parts that fit a medium."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from digitize import __version__
from digitize.archive.bag import make_bag
from digitize.archive.volumes import cut, write_zip
from digitize.errors import Fact
from digitize.files import make_folder, remove_file, rename_folder, write_whole
from digitize.messages import Catalogue
from digitize.profiles.profile import ExportRules
from digitize.settings import Organisation
from digitize.times import VIETNAM

JOIN_NAME = "README.txt"


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What was asked for; ``split`` is the most bytes of a file and asks for ZIP files by itself."""

    bag: bool = False
    zipped: bool = False
    split: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing was asked for."""
        return not (self.bag or self.zipped or self.split)

    @property
    def shape(self) -> str:
        """In a word, for the record."""
        words = [("bag", self.bag), ("split", self.split), ("zip", self.zipped or self.split)]
        return "+".join(word for word, wanted in words if wanted) or "folder"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be wrapped.

    Attributes:
        folder: finished, in staging, under its own name.
        object_id: its identifier.
        dossier: the dossier that it is of.
        output: its kind: ``sip``, ``aip``, ``dip``.
        ordinal: its place in what is handed over, from 1.

    """

    folder: Path
    object_id: str
    dossier: str
    output: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Wraps parcels, all in the same way.

    Attributes:
        wrapping: the way.
        rules: names after the profile.
        organisation: who hands over.
        catalogue: in which language the instruction to join parts is.
        moment: when.

    """

    wrapping: Wrapping
    rules: ExportRules
    organisation: Organisation
    catalogue: Catalogue
    moment: dt.datetime

    def names(self, folder: str, ordinal: int) -> tuple[str, ...]:
        """Names that a parcel may take in the end."""
        bagged = f"{folder}_bag" if self.wrapping.bag else folder
        if not (self.wrapping.zipped or self.wrapping.split):
            return (bagged,)
        name = self._zip_name(folder, ordinal)
        return (name, f"{name}.parts") if self.wrapping.split else (name,)

    def wrap(self, parcel: Parcel) -> Path:
        """Wrap a parcel beside itself, in staging; what it was is used up.

        Raises:
            ItemProblem: it cannot be a bag.

        """
        folder = self._bagged(parcel) if self.wrapping.bag else parcel.folder
        if not (self.wrapping.zipped or self.wrapping.split):
            return folder
        target = folder.with_name(self._zip_name(parcel.folder.name, parcel.ordinal))
        write_zip(folder, target)
        size = self.wrapping.split
        if size is None or target.stat().st_size <= size:
            return target
        return self._in_parts(target, size)

    def _zip_name(self, folder: str, ordinal: int) -> str:
        return self.rules.zip_name.format(ordinal=ordinal, object_id=folder) + ".zip"

    def _bagged(self, parcel: Parcel) -> Path:
        bag = make_folder(parcel.folder.with_name(f"{parcel.folder.name}_bag"))
        payload = bag / parcel.folder.name
        rename_folder(parcel.folder, payload)
        size = sum(path.stat().st_size for path in payload.rglob("*") if path.is_file())
        make_bag(
            bag,
            {
                "Source-Organization": self.organisation.name,
                "External-Identifier": parcel.object_id,
                "External-Description": f"{parcel.output.upper()} {parcel.dossier}",
                "Internal-Sender-Identifier": parcel.dossier,
                "Bagging-Date": f"{self.moment.astimezone(VIETNAM):%Y-%m-%d}",
                "Bag-Size": _readable(size),
                "Bag-Software-Agent": f"digitize {__version__}",
            },
        )
        return bag

    def _in_parts(self, whole: Path, size: int) -> Path:
        folder = whole.with_name(f"{whole.name}.parts")
        parts = cut(whole, folder, size)
        facts: dict[str, Fact] = {
            "name": whole.name,
            "number": len(parts),
            "first": parts[0].name,
            "joined": "+".join(f'"{part.name}"' for part in parts),
        }
        write_whole(folder / JOIN_NAME, self.catalogue.text("export.join", **facts))
        remove_file(whole)
        return folder


def _readable(size: int) -> str:
    """A size for people, as RFC 8493, 2.2.2, asks."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.4g} {unit}"
        amount /= 1000
    return f"{amount:.4g} TB"

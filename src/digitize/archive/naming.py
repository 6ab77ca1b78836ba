"""Identifiers of packages and documents, after the patterns of the profile."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from digitize.archive.elements import longest_code
from digitize.profiles.profile import PackageRules
from digitize.settings import Organisation

_MOST = 9_999_999
"""Documents of a dossier that an ordinal of seven digits can count."""

_LEAST, _MARK = 20, 10
"""Characters that stay of a dossier's code whatever comes before it; those of its checksum."""

_ANY = "-"
"""A code as short as can be; with none, what stands around it would be trimmed as well."""

NewUuid = Callable[[], uuid.UUID]
"""Makes fresh identifiers; handed in so that tests can tell them."""


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that a dossier's package needs.

    Attributes:
        object_id: ``mets/@OBJID``.
        folder: the package's folder: the same, fit for a file name.
        file_code: mã hồ sơ.
        archive_file_code: mã hồ sơ lưu trữ.
        paper_file_code: mã hồ sơ gốc giấy.

    """

    object_id: str
    folder: str
    file_code: str
    archive_file_code: str
    paper_file_code: str
    _rules: PackageRules

    def doc_id(self, ordinal: int) -> str:
        """Mã định danh tài liệu, which is also the name of its file."""
        return self._rules.doc_id.format(file_code=self.file_code, ordinal=ordinal)

    def doc_code(self, ordinal: int) -> str:
        """Mã lưu trữ của tài liệu."""
        return self._rules.doc_code.format(file_code=self.file_code, ordinal=ordinal)


def make_names(
    rules: PackageRules,
    organisation: Organisation,
    dossier: str,
    received: dt.datetime,
    identity: uuid.UUID,
) -> Names:
    """The names of one dossier's package.

    Args:
        rules: patterns of the profile.
        organisation: whose package it is.
        dossier: code of the dossier; what is too long for the elements of the metadata is cut, with a part
            of its checksum at the end.
        received: when it was taken in; its year is the year the dossier was formed.
        identity: identifier of this package alone.

    """
    rest = _names(rules, organisation, _ANY, received, identity)
    codes = (rest.archive_file_code, rest.paper_file_code, rest.doc_id(_MOST), rest.doc_code(_MOST))
    room = max(longest_code() - max(map(len, codes)) + len(_ANY), _LEAST)
    return _names(rules, organisation, shortened(dossier, room), received, identity)


def shortened(dossier: str, room: int) -> str:
    """A dossier's code that fits into the codes of a package, and is still no other dossier's."""
    if len(dossier) <= room:
        return dossier
    mark = hashlib.sha256(dossier.encode()).hexdigest()[:_MARK]
    return f"{dossier[: room - _MARK - 1]}-{mark}"


def _names(
    rules: PackageRules, organisation: Organisation, dossier: str, received: dt.datetime, identity: uuid.UUID
) -> Names:
    words = {
        "organisation": organisation.code,
        "fonds": organisation.fonds,
        "archive": organisation.archive,
        "year": received.year,
        "dossier": dossier,
        "uuid": upper(identity),
    }
    file_code = rules.file_code.format(**words)
    object_id = rules.aip.object_id.format(**words)
    archive_code = rules.archive_file_code.format(**words, file_code=file_code).strip(".")
    return Names(
        object_id=object_id,
        folder=object_id.replace(":", "_"),
        file_code=file_code,
        archive_file_code=archive_code,
        paper_file_code=rules.paper_file_code.format(**words, file_code=file_code),
        _rules=rules,
    )


def upper(identity: uuid.UUID) -> str:
    """A UUID as the circular writes it: in capitals."""
    return str(identity).upper()


def dossier_of(rules: PackageRules, organisation: Organisation, file_code: str) -> str | None:
    """The dossier whose ``file_code`` it is; None for the code of another office, or after other rules."""
    pattern = re.escape(rules.file_code)
    for name, own in (
        ("organisation", re.escape(organisation.code)),
        ("fonds", re.escape(organisation.fonds)),
        ("archive", re.escape(organisation.archive)),
        ("year", r"\d{4}"),
        ("dossier", "(?P<dossier>.+)"),
    ):
        pattern = pattern.replace(re.escape(f"{{{name}}}"), own, 1)
    match = re.fullmatch(pattern, file_code)
    return match["dossier"] if match and "dossier" in match.groupdict() else None

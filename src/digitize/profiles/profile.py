"""The shape of a profile, and loading one."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from digitize.errors import EnvironmentProblem
from digitize.model import Language


class ReviewBefore(StrEnum):
    """Which dossiers a person must see before they are composed."""

    ALWAYS = "always"
    DOUBTFUL = "doubtful"
    NEVER = "never"


class PackageKind(StrEnum):
    """What a package holds: a dossier (``hồ sơ``), or loose documents (``tài liệu``)."""

    DOSSIER = "dossier"
    DOCUMENTS = "documents"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReviewRules(_Part):
    """When a person looks.

    Values that nobody settled never enter a package's metadata, whatever ``required`` says.

    Attributes:
        required: which dossiers a person must see before they are composed.
        threshold: the confidence below which a field is doubtful.
        thresholds: others for single fields, by their keys (``child_name``) or by form and key
            (``death_registration.made_on``).
        second_look: share of the fields of a dossier that a second person types again without seeing what
            stands there, once the first one has settled it; None for the share in ``quality.sample``.
        second_look_of: of these fields all of them: types (``pid``), keys (``child_name``), or form and key.
        second_look_unattended: share of the dossiers that need no person, of which fields are drawn all
            the same.
        approve: ``with_last_field`` approves a dossier when nothing in it waits any more, ``apart`` waits
            for somebody who says so.

    """

    required: ReviewBefore
    threshold: float = Field(ge=0, le=1)
    thresholds: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    second_look: float | None = Field(default=None, ge=0, le=1)
    second_look_of: tuple[str, ...] = ()
    second_look_unattended: float = Field(default=0.0, ge=0, le=1)
    approve: Literal["with_last_field", "apart"] = "with_last_field"


class LimitRules(_Part):
    """What a single file or page may cost before it is set aside; a workspace's settings may say otherwise.

    Attributes:
        megapixels: largest picture.
        pages_per_file: most pages of one file.
        page_seconds: longest time for a page; work on a whole dossier is given as much for every five pages.
        worker_megabytes: most address space of a process that reads; 0 for no limit.
        attempts: how often a page is tried that took its process with it, was too slow or too large; after
            the first time alone.
        free_megabytes: left free on every disk of the workspace; None for 500 MB, or 2 % of a disk that is
            smaller than 25 GB.

    """

    megapixels: float = Field(default=120.0, gt=0, le=178.0)
    pages_per_file: int = Field(default=2000, gt=0)
    page_seconds: float = Field(default=180.0, gt=0)
    worker_megabytes: int = Field(default=6144, ge=0)
    attempts: int = Field(default=2, ge=2, le=10)
    free_megabytes: int | None = Field(default=None, ge=0)


class ScanRules(_Part):
    """What becomes of what a scanner delivers.

    Attributes:
        empty_backs: whether empty backs of papers, kept in the record in any case, are left out of PDFs.
            Only a page without the slightest trace of writing behind a page that has some is one.

    """

    empty_backs: Literal["leave_out", "keep"] = "leave_out"


class PdfRules(_Part):
    """How archival PDFs are made.

    Attributes:
        jpeg_quality: of pictures of pages in colour and grey.
        conversion_mark: what is written into the metadata of each PDF.

    """

    jpeg_quality: int = Field(ge=1, le=95)
    conversion_mark: str


class QualityRules(_Part):
    """What a scan must reach.

    A page below a limit is told to the clerk, with what to do; a limit named in ``blocking`` stops its
    dossier instead, until the page has been scanned again.

    Attributes:
        dpi, depth: least resolution, and bits for each pixel.
        skew: most degrees.
        contrast: least darkness of the ink beside the paper, 0 to 1.
        edge: most millimetres over which paper turns to ink.
        unread: most of what looks like words that could not be read, as a share.
        clipped: whether text may not be cut off at an edge.
        blocking: which of these stop a dossier.
        sample: share that a second person looks at: of the pages, drawn with the seed that the minutes name,
            and of the fields unless ``review.second_look`` has another one.

    """

    dpi: int = Field(ge=0)
    depth: int = Field(ge=0)
    skew: float = Field(ge=0)
    contrast: float = Field(ge=0, le=1)
    edge: float = Field(ge=0)
    unread: float = Field(ge=0, le=1)
    clipped: bool
    blocking: tuple[Literal["dpi", "depth", "skew", "contrast", "edge", "unread", "clipped"], ...]
    sample: float = Field(default=0.3, ge=0, le=1)


class SigningRules(_Part):
    """What signatures must reach and show.

    Attributes:
        level: every signature reaches it, or the dossier stays unsigned.
        unattended: ``run`` may sign by itself, and ``renew`` may sign what it has renewed.
        signers: ``organisation`` signs alone, and allows no change; with ``officer_and_organisation``
            the officer certifies first and allows form filling, then the organisation approves.
        scheme: ``pss``, or ``pkcs1v15`` for tokens that cannot do better.
        appearance: ``digitized`` shows the organisation and the time, ``true_copy`` above them the form
            of copy, ``none`` nothing.
        copy_form: what a true copy is called.
        reason: written into every signature.

    """

    level: Literal["B-B", "B-T", "B-LT", "B-LTA"]
    unattended: bool
    signers: Literal["organisation", "officer_and_organisation"] = "organisation"
    scheme: Literal["pss", "pkcs1v15"] = "pss"
    appearance: Literal["none", "digitized", "true_copy"]
    copy_form: Literal["SAO Y", "SAO LỤC", "TRÍCH SAO"] = "SAO Y"
    reason: str


class MetsRules(_Part):
    """What the METS documents of one type of package say (TT 05/2025/TT-BNV, Annexes I to IV).

    Attributes:
        object_id: pattern of ``mets/@OBJID``; the package's folder is called the same.
        root_profile, representation_profile: ``mets/@PROFILE``.
        package_type: ``@csip:OAISPACKAGETYPE``.
        content_type: ``@csip:CONTENTINFORMATIONTYPE``.
        kinds: ``mets/@TYPE`` of a dossier and of loose documents.
        metadata_type: ``mdRef/@MDTYPE`` of the descriptive metadata, and ``@OTHERMDTYPE`` after a colon.
        metadata_version: ``mdRef/@MDTYPEVERSION`` of them.
        structure_type: ``@TYPE`` of the uppermost part of a representation.
        software_note: what is noted of the program: its version, or the code of the fonds.
        submission_agreement: pattern of the record identifier ``SUBMISSIONAGREEMENT``; empty for none.
        previous_record: type of the record identifier that names the package before.

    """

    object_id: str = Field(min_length=1)
    root_profile: str
    representation_profile: str
    package_type: Literal["AIP", "SIP"]
    content_type: str
    kinds: dict[PackageKind, str]
    metadata_type: str = Field(pattern=r"^(DC|EAD|OTHER:\w+)$")
    metadata_version: str
    structure_type: str
    software_note: Literal["SOFTWARE VERSION", "IDENTIFICATIONCODE"]
    submission_agreement: str
    previous_record: str


class PackageRules(_Part):
    """How packages are named and described.

    Names are patterns with these words in braces: ``organisation``, ``fonds``, ``archive``,
    ``year``, ``dossier``, ``uuid``, ``file_code``, ``ordinal``.

    Attributes:
        kind: what a package holds.
        file_code, archive_file_code: of a dossier, here and at the archive agency.
        doc_id, doc_code: of a document in it.
        paper_file_code: number and symbol of the paper dossier.
        originals: whether the scans stay ``beside`` the packages or go along ``inside``.
        description_last: whether ``description`` stands at the end of EAD.xml, not before ``riskRecovery``.
        mets_schema: what the schema of METS is called in a package.
        retention, access, language, condition, confidence_level, direction, backup_mode, backup_status:
            codes that hold where nothing else is said.

    """

    kind: PackageKind = PackageKind.DOSSIER
    originals: Literal["beside", "inside"] = "beside"
    file_code: str
    archive_file_code: str
    doc_id: str
    doc_code: str
    paper_file_code: str = Field(min_length=1)
    mets_schema: str
    description_last: bool = False
    retention: str
    access: str
    language: str
    condition: str
    confidence_level: str
    direction: str
    backup_mode: Literal["0", "1"]
    backup_status: str
    aip: MetsRules
    sip: MetsRules


class PreservationRules(_Part):
    """How the archive is looked after.

    Attributes:
        check_years: everything is checked at least once in so many years.
        warn_days: so long before a signature or timestamp runs out, ``audit`` warns.
        tidy_days: so long after it was packaged ``tidy`` leaves a dossier's scans in the inbox.

    """

    check_years: int = Field(gt=0)
    warn_days: int = Field(ge=0)
    tidy_days: int = Field(default=30, ge=0)


class MachineRules(_Part):
    """How a run shares its machine with people.

    Attributes:
        nice: niceness of what nobody waits for, 0 to 19: it takes what others leave. The kernel goes by it
            for disks as well (ioprio_set(2)).

    """

    nice: int = Field(default=0, ge=0, le=19)


class DeadlineRules(_Part):
    """Where the days come from on which dossiers were received and are due.

    Attributes:
        forms: papers of a dossier that have them, the one that is believed first before the others.
        code_date: pattern of codes in which the day of receipt stands, with the groups ``year``, ``month``
            and ``day``; empty if it stands in none.
        by_procedure: whether what no sheet and no paper tells follows from the time that a procedure allows.
        warn_days: so many days of the calendar before its day a dossier is due soon.

    """

    forms: tuple[str, ...] = ()
    code_date: str = ""
    by_procedure: bool = False
    warn_days: int = Field(default=0, ge=0)

    @field_validator("code_date")
    @classmethod
    def _is_a_pattern(cls, value: str) -> str:
        try:
            named = set(re.compile(value).groupindex)
        except re.error as error:
            raise ValueError(str(error)) from error
        if value and not {"year", "month", "day"} <= named:
            message = "year, month, day"
            raise ValueError(message)
        return value


class ExportRules(_Part):
    """What leaves the house.

    Attributes:
        zip_name: name of a package's ZIP file, a pattern with ``ordinal``, its place in what is handed
            over, and ``object_id``, the package's identifier as its folder bears it.
        copy_mark: what stands on a reader's copy.
        copy_mark_size: of its letters, in points.
        copy_mark_pages: whether it stands on all pages or on the first.

    """

    zip_name: str
    copy_mark: str
    copy_mark_size: float = Field(gt=0, le=72)
    copy_mark_pages: Literal["all", "first"]


class RoleRules(_Part):
    """Which work on one dossier is done by different people.

    Attributes:
        apart: the kinds of work that nobody does two of: ``scan`` takes a dossier in, ``check`` answers about
            its fields, ``approve`` says that it is right (where ``review.approve`` is ``apart``), ``sign``
            signs it.

    """

    apart: tuple[Literal["scan", "check", "approve", "sign"], ...] = ()


class Profile(_Part):
    """One legal regime."""

    id: str
    title: dict[Language, str]
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    source: str
    verified: bool = False
    review: ReviewRules
    quality: QualityRules
    limits: LimitRules = LimitRules()
    scan: ScanRules = ScanRules()
    pdf: PdfRules
    signing: SigningRules
    package: PackageRules
    preservation: PreservationRules
    export: ExportRules
    machine: MachineRules = MachineRules()
    deadlines: DeadlineRules = DeadlineRules()
    roles: RoleRules = RoleRules()

    @property
    def second_look(self) -> float:
        """Share of the fields of a dossier that a second person looks at."""
        chosen = self.review.second_look
        return self.quality.sample if chosen is None else chosen


def profile_names() -> tuple[str, ...]:
    """Names of the profiles that come with the program."""
    folder = resources.files("digitize.profiles")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def load_profile(name: str, folder: Path | None = None) -> Profile:
    """Load a profile by name, or from a file.

    Args:
        name: a profile that comes with the program, or the path of a file that ends in ``.toml``.
        folder: where such a path begins.

    Raises:
        EnvironmentProblem: there is no profile of that name, or the file is none.

    """
    if not name.endswith(".toml"):
        return Profile.model_validate(_raw(name))
    path = (folder or Path()) / name
    try:
        return Profile.model_validate(_with_base(tomllib.loads(path.read_text("utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EnvironmentProblem("profile_wrong", path=str(path), key="-", detail=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise EnvironmentProblem("profile_wrong", path=str(path), key=key, detail=first["msg"]) from error


def _raw(name: str) -> dict[str, Any]:
    if name not in profile_names():
        raise EnvironmentProblem("profile_unknown", name=name, known=", ".join(profile_names()))
    text = resources.files("digitize.profiles").joinpath(f"{name}.toml").read_text("utf-8")
    return _with_base(tomllib.loads(text))


def _with_base(own: dict[str, Any]) -> dict[str, Any]:
    """The data of a profile, over those of the one it extends."""
    base = own.pop("extends", None)
    return _merged(_raw(str(base)), own) if base else own


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged

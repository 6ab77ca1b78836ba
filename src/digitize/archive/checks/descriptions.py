"""EAD.xml and EAD_doc_*.xml: their elements, and that what they say agrees with each other and the files."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from digitize.archive.checks.contents import Contents
from digitize.archive.checks.kinds import Kind
from digitize.archive.checks.manifest import Entry, Manifest, Section, number, tag
from digitize.archive.checks.structure import MOST_DESCRIPTIONS
from digitize.archive.checks.validity import check_description_valid
from digitize.archive.elements import Element, ElementType, Order, Part, order_of
from digitize.archive.findings import Findings

_ROOT = "simpledc"
_DATE = re.compile(r"(?:(?:(\d{2})/)?(\d{2})/)?(\d{4})")
_ORDINAL = re.compile(r"(?P<code>.+)\.(?P<ordinal>\d{1,7})")
_LONG_ORDINAL = 7


@dataclass(frozen=True, slots=True)
class PageClaim:
    """How many pages a description says a data file has.

    Attributes:
        document: path of the data file.
        file: path of its description.
        pages: their number.

    """

    document: str
    file: str
    pages: int


@dataclass(frozen=True, slots=True)
class _Description:
    path: str
    values: Mapping[str, str]


def check_descriptions(
    contents: Contents, manifests: Sequence[Manifest], kind: Kind, findings: Findings
) -> tuple[PageClaim, ...]:
    """Check what describes a package and its documents; what it says of pages, for who opens the PDFs."""
    root = manifests[0]
    whole = None
    described = [entry.path for entry in root.of(Section.DESCRIPTIVE)]
    # Other tools point to metadata from the structure map alone.
    described += [path for path in root.pointed if "/descriptive/" in f"/{path}"]
    if not described:
        findings.wrong("description_missing", root.name)
    for path in described:
        read = _read(contents, path, kind, Part.WHOLE, findings)
        whole = whole or read
    singles: list[tuple[Entry, _Description]] = []
    data = [entry for manifest in manifests for entry in manifest.data]
    for manifest in manifests[1:]:
        read_ones = {
            entry.path: _read(contents, entry.path, kind, Part.DOCUMENT, findings)
            for entry in manifest.of(Section.DESCRIPTIVE)
        }
        singles += _paired(manifest, read_ones)
    for entry in data:
        if not _ORDINAL.fullmatch(PurePosixPath(entry.path).stem):
            findings.wrong("data_name_odd", entry.path)
    if whole is not None:
        _whole(whole, [one for _, one in singles], len(data), findings)
    for entry, single in singles:
        _single(single, PurePosixPath(entry.path).stem, whole, findings)
    _ordinals([one for _, one in singles], findings)
    return tuple(
        PageClaim(entry.path, single.path, pages)
        for entry, single in singles
        if (pages := number(single.values.get("numberOfPage", ""))) is not None
    )


def _read(contents: Contents, path: str, kind: Kind, part: Part, findings: Findings) -> _Description | None:
    if path not in contents.paths:
        return None
    root = contents.tree(path)
    if root is None:
        return None
    if root.tag != _ROOT:
        findings.wrong("description_expected", path, found=str(root.tag))
        return None
    order = order_of(kind.package, kind.holds, part)
    children = list(root.iterchildren("*"))
    before = len(findings)
    _complete(path, Counter(str(child.tag) for child in children), order, findings)
    # Of an element that stands twice, the first counts.
    values = {str(child.tag): (child.text or "").strip() for child in reversed(children)}
    for name, element in order.elements.items():
        if values.get(name):
            _value(path, name, values[name], element, findings)
    for name in order.missing(values):
        if name == "paperFileCode":
            findings.wrong("paper_code_missing", path)
        elif name in values:
            findings.wrong("element_empty", path, element=name)
    if len(findings) == before:
        # What is wrong beyond that: lengths, attributes, what stands between the elements.
        check_description_valid(root, path, kind, part, findings)
    return _Description(path, values)


def _complete(path: str, found: Mapping[str, int], order: Order, findings: Findings) -> None:
    """See that the elements are those that there must be, each once, in whatever order."""
    for name in order.elements:
        if name not in found:
            findings.wrong("element_missing", path, element=name)
    for name, times in found.items():
        if name not in order.elements:
            findings.wrong("element_unknown", path, element=name)
        elif times > 1:
            findings.wrong("element_twice", path, element=name)


def _value(path: str, name: str, value: str, element: Element, findings: Findings) -> None:
    if element.codes:
        several = re.split(r"[;,\s]+", value) if element.type is ElementType.CODES else [value]
        for code in several:
            if code not in element.codes:
                findings.wrong("code_unknown", path, element=name, code=code)
    if element.type is ElementType.DATE and _day(value) is None:
        findings.wrong("date_impossible", path, element=name, date=value)
    if element.type is ElementType.COUNT and number(value) is None:
        findings.wrong("count_impossible", path, element=name, found=value)


def _paired(manifest: Manifest, read: Mapping[str, _Description | None]) -> list[tuple[Entry, _Description]]:
    """The data files with their descriptions, as the structure map pairs them."""
    by_identifier = {one: entry for entry in manifest.entries for one in entry.identifiers}
    found: dict[str, tuple[Entry, _Description]] = {}
    for part in manifest.root.iter(tag("div")):
        identifiers = part.get("DMDID", "").split()[:MOST_DESCRIPTIONS]
        metadata = [by_identifier[one] for one in identifiers if one in by_identifier]
        for pointer in part.findall(tag("fptr")):
            entry = by_identifier.get(pointer.get("FILEID", ""))
            for one in metadata:
                described = read.get(one.path)
                if entry is not None and described is not None:
                    found.setdefault(entry.path, (entry, described))
    return list(found.values())


def _whole(whole: _Description, singles: list[_Description], documents: int, findings: Findings) -> None:
    claimed = number(whole.values.get("totalDoc", ""))
    if claimed is not None and claimed != documents:
        findings.wrong("document_count_differs", whole.path, claimed=claimed, found=documents)
    pages = number(whole.values.get("numberOfPage", ""))
    counted = [number(single.values.get("numberOfPage", "")) for single in singles]
    together = sum(one for one in counted if one is not None)
    if pages is not None and len(singles) == documents and None not in counted and pages != together:
        findings.wrong("page_sum_differs", whole.path, claimed=pages, found=together)
    start, end = (_day(whole.values.get(name, "")) for name in ("startDate", "endDate"))
    if start and end and start[0] > end[1]:
        findings.wrong(
            "dates_out_of_order", whole.path, start=whole.values["startDate"], end=whole.values["endDate"]
        )
    elif start and end:
        for single in singles:
            issued = _day(single.values.get("issuedDate", ""))
            if issued and (issued[1] < start[0] or issued[0] > end[1]):
                findings.wrong("date_outside", single.path, date=single.values["issuedDate"])


def _single(single: _Description, name: str, whole: _Description | None, findings: Findings) -> None:
    """A document's codes against its file's name and the dossier's code."""
    values = single.values
    for element in ("arcFileCode", "fileCode"):
        own, other = values.get(element), (whole.values.get(element) if whole else None)
        if own is not None and other is not None and own != other:
            findings.wrong("file_code_differs", single.path, found=own, expected=other)
    if values.get("docId") and values["docId"] != name:
        findings.wrong("doc_id_differs", single.path, found=values["docId"], expected=name)
    named = _ORDINAL.fullmatch(name)
    coded = re.fullmatch(r"(?P<code>.+)\.(?P<ordinal>\d+)", values.get("docCode", ""))
    ordinal = number(values.get("docOrdinal", ""))
    if values.get("docCode") and named:
        agrees = (
            coded and coded["code"] == named["code"] and int(coded["ordinal"][:20]) == int(named["ordinal"])
        )
        if not agrees:
            findings.wrong("doc_code_differs", single.path, found=values["docCode"], expected=name)
    if coded and len(coded["ordinal"]) != _LONG_ORDINAL:
        findings.wrong("doc_code_short", single.path, found=values["docCode"])
    if ordinal is not None and named and ordinal != int(named["ordinal"]):
        findings.wrong("doc_ordinal_differs", single.path, found=ordinal, expected=name)
    code = whole.values.get("arcFileCode") or whole.values.get("fileCode") if whole else None
    if code and named and named["code"] not in code:
        findings.wrong("data_name_differs", single.path, found=name, expected=code)


def _ordinals(singles: list[_Description], findings: Findings) -> None:
    """Documents are numbered from one without a gap."""
    numbered = {single.path: number(single.values.get("docOrdinal", "")) for single in singles}
    seen: dict[int, str] = {}
    for path, ordinal in numbered.items():
        if ordinal is None:
            continue
        if ordinal in seen:
            findings.wrong("doc_ordinal_twice", path, ordinal=ordinal)
        seen.setdefault(ordinal, path)
    if None in numbered.values():
        return
    for place, ordinal in enumerate(sorted(seen), start=1):
        if place != ordinal:
            findings.wrong("doc_ordinal_gap", seen[ordinal], ordinal=place)
            return


def _day(text: str) -> tuple[str, str] | None:
    """The first and last day that a date may mean, in an order that sorts; None for no real date."""
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    day, month, year = match.groups()
    if int(year) < 1 or not 1 <= int(month or 1) <= 12:
        return None
    last = calendar.monthrange(int(year), int(month or 12))[1]
    if day and not 1 <= int(day) <= last:
        return None
    return f"{year}-{month or '01'}-{day or '01'}", f"{year}-{month or '12'}-{day or f'{last:02}'}"

"""What a signature in a PDF covers, and what was done to the file after it.

Changes are judged by a list of what is allowed: long-term-validation data, and further signatures
with a field and an appearance of their own. What is on no list is a change.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from functools import cached_property
from typing import Any

from asn1crypto import parser
from pyhanko.pdf_utils import generic as typeless
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, process_data_at_eof
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from digitize.model import Problem
from digitize.signatures.byte_range import leaves_out_only_itself
from digitize.signatures.change_rules import (
    CATALOGUE_KEYS,
    FORM_KEYS,
    ProperSignatures,
    SameCatalogue,
    SameForm,
    SameInfo,
    SameMetadata,
)
from digitize.signatures.loose_objects import has_loose_objects
from digitize.signatures.places import Place, open_pdf, signature_fields
from digitize.signatures.verdict import ALLOWED_LATER, Coverage, LaterChanges

generic: Any = typeless

_References = Generator[Any, None, Any]
"""Yields the references that lead to a thing, and returns what it found there."""

MOST_COMPARISONS = 1000
"""Each signature is compared with every later revision; nobody signs a paper so often."""

_COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: Coverage.ENTIRE_FILE,
    SignatureCoverageLevel.ENTIRE_REVISION: Coverage.ENTIRE_REVISION,
}
_CHANGES = {
    ModificationLevel.NONE: LaterChanges.NONE,
    ModificationLevel.LTA_UPDATES: LaterChanges.LTA_UPDATES,
    ModificationLevel.FORM_FILLING: LaterChanges.FORM_FILLING,
    ModificationLevel.ANNOTATIONS: LaterChanges.ANNOTATIONS,
    ModificationLevel.OTHER: LaterChanges.OTHER,
}

_FACTS = ("/Title", "/Author", "/Subject", "/Keywords")
_STORE = "the security store is not as it should be"
_REMOVED = "an object was removed"
_TOO_MANY = "too many revisions"

UNCLEAR = (PdfError, SignatureValidationError, SuspiciousModification, LookupError, ValueError, TypeError)
"""What pyHanko raises where it cannot compare revisions."""

Extent = tuple[Coverage, LaterChanges, bool]
"""What is covered, what came later, and whether a certification or a lock forbids it."""


class Comparisons:
    """The comparisons of one file's revisions, as many as it is worth."""

    def __init__(self, reader: PdfFileReader) -> None:
        self._left = MOST_COMPARISONS
        self._policy = _policy()
        self._reader = reader

    @cached_property
    def fields(self) -> Mapping[str, Place]:
        """The signature fields of the file as it is today, by name."""
        return {one.name: one for one in signature_fields(self._reader)}

    @cached_property
    def _second(self) -> PdfFileReader:
        """Another reader: what one has looked at, it cannot compare any more."""
        stream: Any = self._reader.stream
        return open_pdf(stream.getvalue(), strict=self._reader.strict)

    def about_the_paper(self, revision: int) -> tuple[str, ...]:
        """What a revision says about the paper: title, author, and the like."""
        return _about_the_paper(self._second, revision)

    @cached_property
    def lost_store(self) -> bool:
        """Whether the security store of an earlier revision is gone from the last one."""
        revisions = range(self._second.xrefs.total_revisions)
        had = [_has_store(self._second.get_historical_resolver(revision)) for revision in revisions]
        return any(had) and not had[-1]

    def review(
        self, embedded: EmbeddedPdfSignature, lock: FieldMDPSpec | None, permission: MDPPerm | None
    ) -> DiffResult | SuspiciousModification:
        """Judge the changes since a signature.

        Raises:
            PdfError: there are more revisions than anybody has time for, or they cannot be compared.

        """
        self._left -= embedded.reader.xrefs.total_revisions - embedded.signed_revision
        if self._left < 0:
            raise PdfError(_TOO_MANY)
        return self._policy.review_file(
            embedded.reader, embedded.signed_revision, field_mdp_spec=lock, doc_mdp=permission
        )


def extent_of(embedded: EmbeddedPdfSignature, notes: list[Problem], comparisons: Comparisons) -> Extent:
    """What the signature covers, what came after it, and whether that was forbidden.

    Raises:
        PdfError and others of ``UNCLEAR``: the revisions cannot be compared.

    """
    settle_revision(embedded)
    coverage = _COVERAGE.get(embedded.evaluate_signature_coverage(), Coverage.PARTIAL)
    stray = coverage is Coverage.ENTIRE_REVISION and has_stray_tail(embedded.reader)
    if not leaves_out_only_itself(embedded) or _has_stuffing(embedded):
        coverage = Coverage.PARTIAL
    if coverage is Coverage.PARTIAL or stray or _has_loose_objects(embedded):
        notes.append(Problem("changed_after_signing"))
        return coverage, LaterChanges.OTHER, True
    if coverage is Coverage.ENTIRE_FILE:
        return coverage, LaterChanges.NONE, False
    return coverage, *_changes(embedded, notes, comparisons)


def settle_revision(embedded: EmbeddedPdfSignature) -> None:
    """Let a signature belong to the last revision that ends within the signed bytes.

    The two cross-reference sections of a linearized file are one revision, and the signature may
    stand in the first.
    """
    xrefs, stream = embedded.reader.xrefs, embedded.reader.stream
    numbers = list(embedded.byte_range)
    last = xrefs.total_revisions
    if len(numbers) != 4 or embedded.signed_revision + 1 >= last:
        return
    end = numbers[2] + numbers[3]
    stream.seek(end)
    try:
        start = process_data_at_eof(stream)
    except (PdfError, ValueError, OSError):
        return
    for revision in range(last):
        if xrefs.get_xref_container_info(revision).end_location > end:
            return
        if revision > embedded.signed_revision and xrefs.get_startxref_for_revision(revision) == start:
            embedded.signed_revision = revision
            return


def has_stray_tail(reader: PdfFileReader) -> bool:
    """Whether anything but blanks follows the end of the last revision.

    Objects without a cross-reference belong to no revision, so a comparison of revisions does not
    see them; a reader that repairs files by looking for objects may show them all the same.
    """
    revisions = range(reader.xrefs.total_revisions)
    end = max(reader.xrefs.get_xref_container_info(revision).end_location for revision in revisions)
    reader.stream.seek(end)
    rest: bytes = reader.stream.read()
    _, _, tail = rest.partition(b"%%EOF")
    return bool(tail.strip(b"\x00\t\n\f\r "))


def _has_loose_objects(embedded: EmbeddedPdfSignature) -> bool:
    _, _, after, rest = embedded.byte_range
    return has_loose_objects(embedded.reader, after + rest)


def _has_stuffing(embedded: EmbeddedPdfSignature) -> bool:
    """Whether anything but zeros fills the room that was reserved for the CMS object.

    No signature covers that room, so whatever stands there was put in by somebody else.
    """
    content = bytes(embedded.pkcs7_content)
    return bool(content[parser.peek(content) :].strip(b"\x00"))


def _changes(
    embedded: EmbeddedPdfSignature, notes: list[Problem], comparisons: Comparisons
) -> tuple[LaterChanges, bool]:
    lock, permission = embedded.fieldmdp, embedded.docmdp_level
    last = embedded.reader.xrefs.total_revisions - 1
    if (
        comparisons.about_the_paper(embedded.signed_revision) != comparisons.about_the_paper(last)
        or comparisons.lost_store
    ):
        notes.append(Problem("changed_after_signing"))
        return LaterChanges.OTHER, True
    found = comparisons.review(embedded, lock, permission)
    if isinstance(found, DiffResult):
        forbidden = permission is not None and found.modification_level.value > permission.value
        return _named(embedded, found, comparisons), forbidden
    if lock is not None or permission is not None:
        # What came later may be harmless in itself, and forbidden all the same.
        free = comparisons.review(embedded, None, None)
        if isinstance(free, DiffResult):
            notes.append(Problem("certification_forbids"))
            return _named(embedded, free, comparisons), True
    notes.append(Problem("changed_after_signing"))
    return _called(embedded), True


def _called(embedded: EmbeddedPdfSignature) -> LaterChanges:
    """What to call changes that are not allowed, after the kinds that ISO 32000 knows."""
    result = DEFAULT_DIFF_POLICY.review_file(embedded.reader, embedded.signed_revision)
    if isinstance(result, SuspiciousModification):
        return LaterChanges.OTHER
    found = _CHANGES[result.modification_level]
    return LaterChanges.OTHER if found in ALLOWED_LATER else found


def _about_the_paper(reader: PdfFileReader, revision: int) -> tuple[str, ...]:
    """What a revision's ``/Info`` says about the paper: title, author, and the like.

    Programs that sign write when and by what a file was changed; what it is stays as it was signed.
    """
    seen: Any = reader.get_historical_resolver(revision)
    info = _at(seen.trailer_view, "/Info")
    facts = [str(_at(info, key)) for key in _FACTS] if isinstance(info, generic.DictionaryObject) else []
    return tuple(fact for fact in facts if fact not in {"None", ""})


def _has_store(seen: Any) -> bool:
    """Whether a revision has a security store; the first part of a linearized file has no catalogue."""
    try:
        return "/DSS" in seen.root
    except (PdfError, LookupError, AssertionError):
        return False


def _at(holder: Any, key: str) -> Any:
    try:
        return holder[key]
    except (PdfError, LookupError):
        return None


def _named(embedded: EmbeddedPdfSignature, result: DiffResult, comparisons: Comparisons) -> LaterChanges:
    changes = _CHANGES.get(result.modification_level, LaterChanges.UNKNOWN)
    changed = set(result.changed_form_fields)
    if changes is LaterChanges.FORM_FILLING and _only_signatures(embedded, changed, comparisons.fields):
        return LaterChanges.SIGNATURES
    return changes


def _only_signatures(embedded: EmbeddedPdfSignature, changed: set[str], fields: Mapping[str, Place]) -> bool:
    """Whether all form fields that changed later are signatures, made later, each with its own value.

    A field without a signature may bear an appearance that hides what was signed, and nobody would
    answer for it; so may a field that names a signature that was there before.
    """
    seen: set[Any] = set()
    for name in changed:
        field = fields.get(name)
        if field is None or field.reference is None or field.reference in seen:
            return False
        seen.add(field.reference)
        if embedded.reader.xrefs.get_introducing_revision(field.reference) <= embedded.signed_revision:
            return False
    return True


class _SecurityStoreRule(WhitelistRule):
    """Lets the document security store change, as long as it is one and nothing else uses its objects.

    pyHanko's own rule wants every older entry kept as it was. Long-term validation replaces them, and
    nothing in the store is ever shown; what counts is that nothing shown hides among its objects.
    """

    _LISTS = frozenset({"/Certs", "/CRLs", "/OCSPs"})
    _ENTRY_LISTS = frozenset({"/Cert", "/CRL", "/OCSP"})

    def __init__(self) -> None:
        self._seen: dict[int, frozenset[Any]] = {}

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        if "/DSS" not in new.root:
            if "/DSS" in old.root:
                raise SuspiciousModification(_STORE)
            return
        if new.revision not in self._seen:
            inside = frozenset(self._store(new.root))
            self._seen[new.revision] = inside & new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
        for reference in self._seen[new.revision]:
            usages = old._get_usages_of_ref(reference)  # noqa: SLF001 - nothing else tells
            if all(_is_beside_the_document(usage.path) for usage in usages):
                yield ReferenceUpdate(reference)

    def _store(self, root: Any) -> _References:
        store = yield from _followed(root.raw_get("/DSS"))
        _demand(isinstance(store, generic.DictionaryObject) and not _is_stream(store))
        for key in store:
            if key in self._LISTS:
                yield from self._streams(store.raw_get(key))
            elif key == "/VRI":
                yield from self._entries(store.raw_get(key))
            else:
                _demand(key == "/Type")

    def _entries(self, raw: Any) -> _References:
        entries = yield from _followed(raw)
        _demand(isinstance(entries, generic.DictionaryObject) and not _is_stream(entries))
        for name in entries:
            entry = yield from _followed(entries.raw_get(name))
            if name == "/Type" and isinstance(entry, generic.NameObject):
                continue
            _demand(isinstance(entry, generic.DictionaryObject) and not _is_stream(entry))
            for key in entry:
                if key in self._ENTRY_LISTS:
                    yield from self._streams(entry.raw_get(key))
                elif key == "/TS":
                    stamp = yield from _followed(entry.raw_get(key))
                    _demand(_is_stream(stamp))
                else:
                    _demand(key in {"/Type", "/TU"})

    @staticmethod
    def _streams(raw: Any) -> _References:
        listed = yield from _followed(raw)
        _demand(isinstance(listed, generic.ArrayObject))
        for index in range(len(listed)):
            one = yield from _followed(listed.raw_get(index))
            _demand(_is_stream(one) or isinstance(one, generic.NullObject))
            for key in one if _is_stream(one) else ():
                # The length of a stream is often told elsewhere, and so may its filters be.
                yield from _numbers(one.raw_get(key))


def _followed(raw: Any) -> _References:
    """Yield the reference that something is, if it is one; return what it refers to."""
    if not isinstance(raw, generic.IndirectObject):
        return raw
    yield raw.reference
    try:
        return raw.get_object()
    except (PdfError, LookupError):
        return generic.NullObject()


def _numbers(raw: Any) -> _References:
    """Yield the reference that something is, if what it refers to is plain."""
    plain = (generic.NumberObject, generic.NameObject, generic.ArrayObject, generic.NullObject)
    if isinstance(raw, generic.IndirectObject):
        value = yield from _followed(raw)
        _demand(isinstance(value, plain))


def _is_stream(thing: Any) -> bool:
    return isinstance(thing, generic.StreamObject)


def _demand(fact: bool) -> None:  # noqa: FBT001 - the one thing that it is about
    if not fact:
        raise SuspiciousModification(_STORE)


def _is_beside_the_document(path: tuple[str | int, ...]) -> bool:
    """Whether a path leads into the security store, or to a stream of cross-references."""
    return path[:2] == ("/Root", "/DSS") or path[:1] == ("/AdditionalStreams",)


class _Policy(StandardDiffPolicy):
    """pyHanko's policy; to free a number that no object ever had is no change."""

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        freed: set[Any] = new.refs_freed_in_revision()  # type: ignore[no-untyped-call]
        for reference in freed:
            try:
                existed = old.reader.xrefs.get_historical_ref(reference, old.revision) is not None
            except KeyError:
                existed = False
            if existed:
                raise SuspiciousModification(_REMOVED)
        return super().apply(old, new, field_mdp_spec, doc_mdp)


def _policy() -> StandardDiffPolicy:
    return _Policy(
        global_rules=[
            SameCatalogue(CATALOGUE_KEYS),  # type: ignore[no-untyped-call]
            SameInfo().as_qualified(ModificationLevel.LTA_UPDATES),
            XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
            ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
            _SecurityStoreRule().as_qualified(ModificationLevel.LTA_UPDATES),
            SameMetadata().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]
        ],
        form_rule=SameForm(
            field_rules=[
                ProperSignatures(),
                SigFieldCreationRule(),  # type: ignore[no-untyped-call]
                SigFieldModificationRule(always_modifiable={"/Type"}),
            ],
            ignored_acroform_keys=FORM_KEYS,
        ),
        reject_object_freeing=False,
    )

"""What may follow a signature, more narrowly than ISO 32000 and pyHanko's own policy have it.

Allowed are long-term-validation data, timestamps, and further signatures. No value, flag or font of a
form may change, no reader may be told to draw fields anew, and the metadata must go on saying the same
about the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NumberObject,
    StreamObject,
)
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    FieldMDPRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.form_rules_api import FieldComparisonContext, FormUpdate
from pyhanko.sign.diff_analysis.rules.form_field_rules import is_field_visible
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate

from digitize.signatures.entries import entry

CATALOGUE_KEYS = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"})
FORM_KEYS = frozenset({"/Fields", "/DR", "/DA"})
_DRAWN_BY = ("/DR", "/DA", "/Q")
_STREAM_KEYS = frozenset({"/Length", "/Filter", "/DecodeParms"})
_VERSION = re.compile(r"/[12]\.[0-9]")
_EXTENSION_KEYS = frozenset({"/Type", "/BaseVersion", "/ExtensionLevel", "/ExtensionRevision", "/URL"})
_INFO_KEYS = frozenset({"/ModDate", "/Producer"})

_XMP = "{http://ns.adobe.com/xap/1.0/}"
_TECHNICAL = (
    f"{_XMP}ModifyDate",
    f"{_XMP}MetadataDate",
    f"{_XMP}CreatorTool",
    "{http://ns.adobe.com/pdf/1.3/}Producer",
    "{http://ns.adobe.com/xap/1.0/mm/}",
)
"""Properties, and one namespace, that programs keep for themselves: dates, names, identifiers."""

_FRAME = ("{adobe:ns:meta/}", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}")
"""What holds the properties together."""


class SameCatalogue(CatalogModificationRule):
    """The catalogue may claim another version and extensions of PDF, if that is all they are."""

    def apply_qualified(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, ReferenceUpdate]]:
        """Refuse a version or an extension that is something else."""
        version = new.root.raw_get("/Version") if "/Version" in new.root else "/1.7"
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            raise SuspiciousModification("/Version")
        extensions = entry(new.root, "/Extensions")
        if extensions is not None and extensions != entry(old.root, "/Extensions"):
            _require_extensions(extensions)
        yield from super().apply_qualified(old, new)


def _require_extensions(extensions: Any) -> None:
    values = [extensions[key] for key in extensions if key != "/Type"]
    for value in values:
        for one in value if isinstance(value, ArrayObject) else [value]:
            parts = one.get_object()
            if not set(parts) <= _EXTENSION_KEYS or any(hasattr(parts[key], "keys") for key in parts):
                raise SuspiciousModification("/Extensions")


class SameInfo(DocInfoRule):
    """The document's information may get another date and producer, nothing else."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Refuse another title, author or subject."""
        if _info(old) != _info(new):
            raise SuspiciousModification("/Info")
        yield from super().apply(old, new)


class SameMetadata(MetadataUpdateRule):
    """XMP may get other technical properties, but must say the same about the document."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Refuse metadata that say something else."""
        if _described(old) != _described(new):
            raise SuspiciousModification("/Metadata")
        yield from super().apply(old, new)


class ProperSignatures(FieldMDPRule):
    """New fields are signatures that are judged themselves, or show nothing and do nothing.

    pyHanko lets an empty signature field, and one with anything that calls itself a timestamp, bring
    any appearance along after an approval; and it takes a field whose rectangle it cannot compute
    with, such as one of references, for invisible.
    """

    def apply(self, context: FieldComparisonContext) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        """Refuse fields that show or do something without a signature of their own."""
        self._require_all_signed(context)
        for spec in context.field_specs.values():
            new, old = spec.new_field, spec.old_field
            if new is None or spec.field_type != "/Sig" or (old is not None and "/V" in old):
                continue
            if old is None or "/V" in new:
                _require_proper(new)
        return iter(())

    def __init__(self) -> None:
        self._signed: dict[str, int] = {}

    def _require_all_signed(self, context: FieldComparisonContext) -> None:
        """Refuse a revision in which a signature of a later one than the signed one is gone."""
        here = context.new.revision
        signed = {
            name
            for name, spec in context.field_specs.items()
            if spec.new_field is not None and spec.field_type == "/Sig" and "/V" in spec.new_field
        }
        for name in signed:
            self._signed[name] = min(here, self._signed.get(name, here))
        if any(first < here and name not in signed for name, first in self._signed.items()):
            raise SuspiciousModification("/V")


def _require_proper(field: DictionaryObject) -> None:
    kids = [kid.get_object() for kid in field["/Kids"]] if "/Kids" in field else []
    if any(key in part for part in (field, *kids) for key in ("/A", "/AA", "/PMD", "/OC")):
        raise SuspiciousModification("/AA")
    if not all(_has_plain_place(part) for part in (field, *kids) if "/Rect" in part):
        raise SuspiciousModification("/Rect")
    value = entry(field, "/V")
    signed = isinstance(value, DictionaryObject) and entry(value, "/Type") in {None, "/Sig"}
    if not signed and is_field_visible(field):  # type: ignore[no-untyped-call]
        raise SuspiciousModification("/V")


def _has_plain_place(widget: DictionaryObject) -> bool:
    place = widget["/Rect"]
    return (
        isinstance(place, ArrayObject)
        and len(place) == 4
        and all(isinstance(edge, NumberObject | FloatObject) for edge in place)
    )


class SameForm(FormUpdatingRule):
    """Where a reader is told to draw all fields anew, nothing that it draws them by may change."""

    def apply(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        """Refuse other fonts and colours for fields that are to be drawn anew."""
        before, after = (entry(resolver.root, "/AcroForm") for resolver in (old, new))
        if (
            isinstance(before, DictionaryObject)
            and isinstance(after, DictionaryObject)
            and entry(after, "/NeedAppearances")
            and any(entry(before, key) != entry(after, key) for key in _DRAWN_BY)
        ):
            raise SuspiciousModification("/NeedAppearances")
        yield from super().apply(old, new)


def _info(resolver: HistoricalResolver) -> dict[str, Any]:
    if "/Info" not in resolver.trailer_view:
        return {}
    info: object = resolver(resolver.trailer_view.get_value_as_reference("/Info"))
    if not isinstance(info, DictionaryObject):
        return {}
    return {key: value for key, value in info.items() if key not in _INFO_KEYS}


def _described(resolver: HistoricalResolver) -> list[str]:
    """What XMP metadata say about the document, in an order that does not matter."""
    if "/Metadata" not in resolver.root:
        return []
    stream: object = resolver(resolver.root.get_value_as_reference("/Metadata"))
    if not isinstance(stream, StreamObject):
        raise SuspiciousModification("/Metadata")
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    tree = etree.fromstring(bytes(stream.data).strip(b"\0\t\n\r "), parser)
    entries = [f"{key} {value}" for key, value in stream.items() if key not in _STREAM_KEYS]
    return sorted([*entries, *(said for element in tree.iter(etree.Element) if (said := _said(element)))])


def _said(element: Any) -> str:
    """What one element says, with the way to it; nothing for technical ones and mere frames."""
    path = [str(one.tag) for one in (element, *element.iterancestors())]
    if any(tag.startswith(_TECHNICAL) for tag in path):
        return ""
    attributes = sorted(
        (str(key), str(value))
        for key, value in element.attrib.items()
        if not str(key).startswith((*_TECHNICAL, "{adobe:ns:meta/}")) and value
    )
    text = (element.text or "").strip()
    if not (attributes or text) and path[0].startswith(_FRAME):
        return ""
    return f"{path} {attributes} {text} {(element.tail or '').strip()}"

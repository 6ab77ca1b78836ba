"""The timestamps of a document itself, and what they prove about all that came before them.

The last must hold today. Each one before it must have held when the next was made, so that a chain
that is renewed in time outlives the certificates of its links (ETSI EN 319 102-1, 5.6.3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from digitize.signatures.cms_evidence import CmsEvidence, Covered
from digitize.signatures.knowledge import Knowledge
from digitize.signatures.store import SecurityStore
from digitize.signatures.timestamps import Stamp, check_stamp
from digitize.signatures.verdict import Coverage, Integrity, SignatureReport


@dataclass(frozen=True, slots=True)
class Covering:
    """A document timestamp, with what it covers and what came after it."""

    embedded: EmbeddedPdfSignature
    covered: Covered
    tolerant: bool

    @property
    def revision(self) -> int:
        """The last revision that it covers."""
        return int(self.embedded.signed_revision)


@dataclass(frozen=True, slots=True)
class Chain:
    """The document timestamps of a file, and the times that they prove.

    Attributes:
        reports: one for each, in the order of the file.
        knowledge: what is known, with the times since when it is proven to exist.

    """

    reports: tuple[SignatureReport, ...]
    knowledge: Knowledge
    _proven: dict[int, dt.datetime] = field(default_factory=dict)

    def existed(self, revision: int) -> dt.datetime | None:
        """Since when a revision is proven to exist."""
        return min((time for covered, time in self._proven.items() if covered >= revision), default=None)


async def prove(
    stamps: Sequence[Covering], knowledge: Knowledge, store: SecurityStore, reader: PdfFileReader
) -> Chain:
    """Check the document timestamps, from the last to the first, and learn what they prove."""
    control = knowledge.now
    proven: dict[int, dt.datetime] = {}
    reports: list[SignatureReport] = []
    for covering in sorted(stamps, key=lambda one: one.revision, reverse=True):
        stamp = await _check(covering, knowledge, control)
        holds = stamp.proven and covering.covered.coverage is not Coverage.PARTIAL
        if holds and stamp.time is not None:
            control = min(control, stamp.time)
            proven[covering.revision] = control
            knowledge = knowledge.plus(store.before(reader, covering.revision), control)
        reports.append(_report(covering, stamp))
    return Chain(tuple(reversed(reports)), knowledge, proven)


async def _check(covering: Covering, knowledge: Knowledge, control: dt.datetime) -> Stamp:
    token = cms.ContentInfo.load(covering.embedded.pkcs7_content)
    return await check_stamp(token, covering.embedded.compute_digest, knowledge, control)


def _report(covering: Covering, stamp: Stamp) -> SignatureReport:
    evidence = CmsEvidence(
        integrity=stamp.integrity,
        certificate=stamp.certificate,
        claimed_time=stamp.time,
        proven_time=stamp.time if stamp.proven else None,
        path=stamp.path,
        weak=any(note.code == "timestamp_weak" for note in stamp.notes),
        timestamp_broken=not stamp.proven and stamp.integrity is Integrity.INTACT,
        notes=(*stamp.notes, *stamp.path.notes),
        evidence=stamp.evidence,
    )
    name = str(covering.embedded.field_name)
    return evidence.report(name, covering.covered, level=None, tolerant=covering.tolerant)

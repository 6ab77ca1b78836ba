"""What TT 15/2025/TT-BKHCN wants an auditor to be shown of a signature, in words.

Article 6 names seven facts and asks for a conclusion; Annex II asks for a warning where neither a
revocation list nor OCSP could tell whether the certificate was revoked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from digitize.messages import Catalogue
from digitize.model import Language, Problem
from digitize.signatures.criteria import CriterionState, criteria
from digitize.signatures.verdict import Integrity, Revocation, SignatureReport, TimeSource, Trust, Verdict
from digitize.times import VIETNAM

_UNCHECKED = "revocation_unchecked"


class Tone(StrEnum):
    """How something is to be taken; what a colour may stress but never say alone."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the seven facts."""

    number: int
    label: str
    value: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One of the criteria of Annex II."""

    number: str
    mandatory: bool
    state: CriterionState
    text: str
    state_text: str
    tone: Tone


def tone_of(verdict: Verdict) -> Tone:
    """How a verdict is to be taken."""
    if verdict is Verdict.VALID:
        return Tone.GOOD
    return Tone.DOUBTFUL if verdict is Verdict.INDETERMINATE else Tone.BAD


def conclusion(catalogue: Catalogue, verdict: Verdict) -> str:
    """The conclusion that the circular asks for, in a sentence."""
    return catalogue.text(f"conclusion.{verdict.value}")


def warnings(report: SignatureReport) -> tuple[Problem, ...]:
    """What a reader must be warned of, whatever else is said."""
    return (Problem(_UNCHECKED),) if report.revocation is Revocation.UNKNOWN else ()


def other_notes(report: SignatureReport) -> tuple[Problem, ...]:
    """Notes that are no warnings already."""
    warned = {warning.code for warning in warnings(report)}
    return tuple(note for note in report.notes if note.code not in warned)


def seven_facts(catalogue: Catalogue, report: SignatureReport) -> tuple[Fact, ...]:
    """The facts of Article 6, clause 4, point b, in its order."""
    known = Tone.PLAIN if report.trust is Trust.TRUSTED else Tone.DOUBTFUL
    parts = (
        (_claimed(catalogue, report, report.issuer), known),
        (_claimed(catalogue, report, report.signer), known),
        (_claimed(catalogue, report, report.certificate_manager), known),
        _time(catalogue, report),
        _integrity(catalogue, report),
        _validity(catalogue, report),
        _term(catalogue, report),
    )
    return tuple(
        Fact(number, catalogue.text(f"fact_label.{number}"), value, tone)
        for number, (value, tone) in enumerate(parts, start=1)
    )


def criterion_lines(catalogue: Catalogue, report: SignatureReport) -> tuple[CriterionLine, ...]:
    """The criteria of Annex II with their words."""
    return tuple(
        CriterionLine(
            one.number,
            one.mandatory,
            one.state,
            catalogue.text(f"criterion.{one.number}"),
            catalogue.text(f"criterion_state.{one.state.value}"),
            _criterion_tone(one.state, mandatory=one.mandatory),
        )
        for one in criteria(report)
    )


def moment_text(catalogue: Catalogue, moment: dt.datetime) -> str:
    """A moment as people in Vietnam write it, with its offset."""
    local = moment.astimezone(VIETNAM)
    day = f"{local:%d/%m/%Y}" if catalogue.language is Language.VI else f"{local:%Y-%m-%d}"
    return f"{day} {local:%H:%M:%S} (UTC+7)"


def _criterion_tone(state: CriterionState, *, mandatory: bool) -> Tone:
    if state is CriterionState.MET:
        return Tone.GOOD
    if not mandatory:
        return Tone.PLAIN if state is CriterionState.NOT_CHECKED else Tone.DOUBTFUL
    return Tone.BAD if state is CriterionState.NOT_MET else Tone.DOUBTFUL


def _claimed(catalogue: Catalogue, report: SignatureReport, name: str | None) -> str:
    """A name out of the certificate; one that nobody vouches for is told as such."""
    if not name:
        return catalogue.text("fact.unknown")
    return name if report.trust is Trust.TRUSTED else catalogue.text("fact.unproven_name", name=name)


def _time(catalogue: Catalogue, report: SignatureReport) -> tuple[str, Tone]:
    if report.time_source is TimeSource.NONE or report.signing_time is None:
        return catalogue.text("fact.no_time"), Tone.DOUBTFUL
    claimed = moment_text(catalogue, report.signing_time)
    if report.timestamp is None:
        return catalogue.text("fact.time_claimed", time=claimed), Tone.DOUBTFUL
    stamped = moment_text(catalogue, report.timestamp)
    return catalogue.text("fact.time_stamped", time=claimed, stamp=stamped), Tone.PLAIN


def _integrity(catalogue: Catalogue, report: SignatureReport) -> tuple[str, Tone]:
    parts = [catalogue.text(f"integrity.{report.integrity.value}")]
    if report.integrity is not Integrity.BROKEN:
        parts.append(catalogue.text(f"coverage.{report.coverage.value}"))
        parts.append(catalogue.text(f"later_changes.{report.later_changes.value}"))
    if report.integrity is Integrity.UNKNOWN:
        return "; ".join(parts), Tone.DOUBTFUL
    return "; ".join(parts), Tone.BAD if report.verdict is Verdict.INVALID else Tone.GOOD


def _validity(catalogue: Catalogue, report: SignatureReport) -> tuple[str, Tone]:
    tone = tone_of(report.verdict)
    word = catalogue.text(f"validity.{tone.value}")
    parts = (
        catalogue.text(f"certificate.{report.certificate.value}"),
        catalogue.text(f"revocation.{report.revocation.value}"),
        catalogue.text(f"trust.{report.trust.value}"),
    )
    return f"{word} ({'; '.join(parts)})", tone


def _term(catalogue: Catalogue, report: SignatureReport) -> tuple[str, Tone]:
    if report.not_before is None or report.not_after is None:
        return catalogue.text("fact.unknown"), Tone.DOUBTFUL
    since, until = moment_text(catalogue, report.not_before), moment_text(catalogue, report.not_after)
    return catalogue.text("fact.term", since=since, until=until), Tone.PLAIN

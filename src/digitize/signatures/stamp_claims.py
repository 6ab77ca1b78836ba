"""What a signature's visible stamp claims, against what its certificate and its time prove.

A stamp is a drawing: whoever signs, with whatever certificate, can write any name on it. Only what can
be read and is said plainly is judged: a name behind a label such as *Người ký*, an organisation's line,
and a date with its time. Anything else is left to the reader.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import unicodedata
from collections.abc import Iterable, Sequence

from asn1crypto import x509
from pyhanko.pdf_utils.generic import DictionaryObject, parse_pdf_date
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from digitize.model import Problem
from digitize.signatures.entries import entry
from digitize.signatures.names import subject_names
from digitize.signatures.stamp_text import stamp_lines
from digitize.times import VIETNAM
from digitize.vietnamese.folding import fold

log = logging.getLogger(__name__)

CLAIMED_BY_CLOCK = dt.timedelta(minutes=10)
"""How far a stamp may be from the time that the signature claims itself."""

PROVEN_LATER = dt.timedelta(days=1)
"""How far a stamp or a claim may be from a proven time: timestamps are often added some hours later."""

_HOUR = dt.timedelta(hours=1)
_ZONES = dt.timedelta(hours=14, minutes=10)

_SIGNER = (
    r"nguoi ky|ky boi|duoc ky boi|ky so boi|nguoi ky so|don vi ky|to chuc ky|"
    r"(?:digitally |electronically )?signed by|signer|signatory"
)
_ORGANISATION = r"co quan|don vi|to chuc|organi[sz]ation"
_OTHER = (
    r"e-?mail|thoi gian ky|thoi gian|ngay ky|gio ky|ngay|chuc vu|chuc danh|ly do|dia diem|noi ky|"
    r"date|time|timestamp|reason|location|dn|cn|serial|so serial|signature|version|chung thu|ma so|mst"
)
_LABEL = re.compile(
    rf"(?:^|\n)\s*(?:(?P<who>{_SIGNER})|(?P<where>{_ORGANISATION})|(?:{_OTHER}))\s*(?::|\bby\b:?)"
)
_PLAIN_LABEL = re.compile(
    r"(?:^|\n)\s*(?P<who>(?:digitally |electronically )?signed by|duoc ky boi|ky boi)\s+"
)
_HEADS = re.compile(
    r"(ubnd|hdnd|uy ban nhan dan|hoi dong nhan dan|bo|so|cuc|chi cuc|tong cuc|vien|toa an|phong|van phong|"
    r"trung tam|cong ty|ngan hang|truong|benh vien|cong an|bao hiem xa hoi)\s+\w"
)
_SHORT = (
    ("uy ban nhan dan", "ubnd"),
    ("hoi dong nhan dan", "hdnd"),
    ("thanh pho", "tp"),
    ("tai nguyen va moi truong", "tnmt"),
    ("trach nhiem huu han", "tnhh"),
    ("co phan", "cp"),
)

_ISO = r"(?P<y1>\d{4})-(?P<m1>\d{2})-(?P<d1>\d{2})"
_DOTTED = r"(?P<d2>\d{1,2})[./-](?P<m2>\d{1,2})[./-](?P<y2>\d{4})"
_SLASHED = r"(?P<y3>\d{4})[./](?P<m3>\d{2})[./](?P<d3>\d{2})"
_MOMENT = re.compile(
    rf"(?<!\d)(?:{_ISO}|{_DOTTED}|{_SLASHED})[\s,T-]+(?P<h>\d{{1,2}}):(?P<min>\d{{2}})(?::(?P<s>\d{{2}}))?"
    r"(?:\.\d+)?(?P<pm>\s*(?:[APap][Mm]|SA|CH)\b)?\s*(?P<zone>Z|(?:GMT|UTC)?\s*[+-]\d{2}[:']?\d{2}|UTC|GMT)?"
)


def stamp_claims(
    embedded: EmbeddedPdfSignature,
    certificate: x509.Certificate | None,
    claimed: dt.datetime | None,
    proven: dt.datetime | None,
) -> tuple[Problem, ...]:
    """What the stamp of a signature claims although its certificate and its time prove otherwise."""
    try:
        lines = stamp_lines(embedded.sig_field)
    except Exception as error:  # noqa: BLE001 - a drawing may be anything; what cannot be read claims nothing
        log.debug("stamp not readable: %s", type(error).__name__)
        return ()
    if not lines or certificate is None:
        return ()
    found = []
    stranger = other_signer(lines, certificate)
    if stranger:
        found.append(Problem("stamp_claims_other_signer", {"name": stranger}))
    # Programs write the time into the dictionary and into the CMS object, and some confuse its zone in one.
    claims = [one for one in (claimed, _dictionary_time(embedded.sig_object)) if one]
    moment = other_time(lines, claims, proven)
    if moment:
        found.append(Problem("stamp_claims_other_time", {"time": moment}))
    return tuple(found)


def _dictionary_time(signature: DictionaryObject) -> dt.datetime | None:
    try:
        written = parse_pdf_date(signature["/M"], strict=False)
    except Exception:  # noqa: BLE001 - there is none, or it is something else
        return None
    return written if written.tzinfo else None


def dictionary_claims(
    signature: DictionaryObject,
    certificate: x509.Certificate | None,
    claimed: dt.datetime | None,
    proven: dt.datetime | None,
) -> tuple[Problem, ...]:
    """What the signature dictionary says (``/Name``, the claimed time) beside what is proven."""
    found = []
    name = entry(signature, "/Name")
    if certificate is not None and isinstance(name, str) and name.strip() and not _fits(name, certificate):
        found.append(Problem("name_differs", {"name": str(name)[:100]}))
    if claimed is not None and proven is not None and abs(claimed - proven) > PROVEN_LATER:
        found.append(Problem("claimed_time_differs", {"time": claimed.astimezone(VIETNAM).isoformat()}))
    return tuple(found)


def other_signer(lines: Sequence[str], certificate: x509.Certificate) -> str | None:
    """The name of a signer on a stamp that is not in the certificate."""
    text = unicodedata.normalize("NFC", "\n".join(lines))
    folded = fold(text)
    labels = sorted(
        [*_LABEL.finditer(folded), *_PLAIN_LABEL.finditer(folded)],
        key=lambda found: (found.start(), -found.end()),
    )
    ends = [*(found.start() for found in labels), len(text)][1:]
    for label, end in zip(labels, ends, strict=True):
        groups = label.groupdict()
        claim = text[label.end() : end]
        # Where an organisation is asked for, some programs write its address.
        if groups.get("who") or (groups.get("where") and _HEADS.match(fold(claim).strip())):
            claim = " ".join(_until_date(claim).split())
            if not _fits(claim, certificate):
                return claim[:100]
    if labels:
        return None
    heads = [line for line in lines if _HEADS.match(fold(unicodedata.normalize("NFC", line)).strip())]
    whole = _until_date(" ".join(heads))
    return (
        whole[:100]
        if heads and not _fits(whole, certificate) and not _fits(_until_date(text), certificate)
        else None
    )


def _until_date(claim: str) -> str:
    moment = _MOMENT.search(claim)
    return claim[: moment.start()] if moment else claim


def _fits(claim: str, certificate: x509.Certificate) -> bool:
    """Whether what is claimed is said by the certificate, in other words or in part.

    Most of the claim's words must stand in the subject, or a whole name of the subject in the claim.
    """
    words = _words(claim)
    if not words:
        return True
    values = [_words(value) for value in _values(certificate)]
    if any(value and _within(value, words) for value in values):
        return True
    known = {word for value in values for word in value}
    return sum(word in known for word in words) >= 0.8 * len(words)


def _within(name: list[str], words: list[str]) -> bool:
    """Whether a name stands in a claim, word for word; one short word proves nothing."""
    together, wanted = "".join(words), "".join(name)
    return len(wanted) > 4 and wanted in together


def _words(text: str) -> list[str]:
    folded = fold(unicodedata.normalize("NFC", text))
    folded = " ".join(re.findall(r"[^\W_]+", folded))
    for long, short in _SHORT:
        folded = re.sub(rf"\b{long}\b", short, folded)
    return folded.split()


def _values(certificate: x509.Certificate) -> Iterable[str]:
    """The names in a certificate's subject, and its other names."""
    yield from subject_names(certificate)
    for name in certificate.subject_alt_name_value or ():
        if isinstance(name.native, str):
            yield name.native


def other_time(
    lines: Sequence[str], claimed: Sequence[dt.datetime], proven: dt.datetime | None
) -> str | None:
    """A time on a stamp at which its signature was not made; None if one of its times fits."""
    written = [moment for found in _MOMENT.finditer("\n".join(lines)) if (moment := _moment(found))]
    if not written or not (claimed or proven):
        return None
    for times, _ in written:
        if any(_agree(time, claimed, proven) for time in times):
            return None
    return written[0][1]


def _agree(time: dt.datetime, claimed: Sequence[dt.datetime], proven: dt.datetime | None) -> bool:
    if proven is not None:
        return abs(time - proven) <= PROVEN_LATER
    for claim in claimed:
        apart = abs(time - claim)
        # Genuine programs write their own time as Greenwich's, on the stamp or in the signature.
        past_the_hour = min(apart % _HOUR, _HOUR - apart % _HOUR)
        if apart <= _ZONES and past_the_hour <= CLAIMED_BY_CLOCK:
            return True
    return False


def _moment(found: re.Match[str]) -> tuple[tuple[dt.datetime, ...], str] | None:
    """The moments that a written time can mean, and how it was written."""
    part = found.groupdict()
    year, month, day = (
        next(int(part[f"{key}{way}"]) for way in "123" if part[f"{key}{way}"]) for key in "ymd"
    )
    hour = int(part["h"])
    half = (part["pm"] or "").strip().upper()
    if half in {"PM", "CH"} and hour < 12:
        hour += 12
    if half in {"AM", "SA"} and hour == 12:
        hour = 0
    try:
        naive = dt.datetime(year, month, day, hour, int(part["min"]), int(part["s"] or 0))  # noqa: DTZ001
    except ValueError:
        return None
    zone = re.sub(r"[^\d+-]", "", part["zone"] or "")
    offset = dt.timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:5])) if zone else None
    if offset is None or abs(offset) >= dt.timedelta(days=1):
        offset = dt.timedelta(0) if part["zone"] else VIETNAM.utcoffset(None)
    zoned = dt.timezone(offset)
    times = [naive.replace(tzinfo=zoned)]
    if part["d2"] and month <= 12 and day <= 12 and not part["zone"]:
        # Some programs write the month first.
        times.append(naive.replace(month=day, day=month, tzinfo=zoned))
    return tuple(times), " ".join(found[0].split())

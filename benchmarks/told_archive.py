"""An archive of packages that tell what they hold: made-up papers of made-up people, many and quickly.

Words follow Zipf's law over the syllables of names of people and places, of forms and of letters; phrases
of forms and letters stand among them, as they do on real papers.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import sys
import uuid
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from random import Random

from common import ROOT

from digitize.forms.template import FieldType, Template
from digitize.forms.template_files import load_templates
from digitize.samples.people import make_date, make_person

sys.path.insert(0, str(ROOT / "tests"))

from support.told_packages import told_package

PAGES = 10
"""Pages of a package."""

ORGANISATION = "000.00.99.T01"
_PAPERS = (
    ("birth_registration", 2),
    ("citizen_id", 1),
    ("official_letter", 3),
    ("criminal_record_request", 2),
    ("residence_change", 2),
)
_LEAST_WORDS, _MOST_WORDS = 250, 400
_EXPONENT = 1.0
_SHARE_OF_PHRASES = 0.08
_CHUNK = 250


@dataclass(frozen=True)
class Truth:
    """What was written into the archive of one person: what queries are made from."""

    name: str
    pid: str
    day: str


@cache
def _words() -> tuple[list[str], list[float], list[str]]:
    """Words, their cumulated weights, and phrases."""
    texts = [path.read_text("utf-8") for path in (ROOT / "src/digitize/samples").glob("*.toml")]
    names = resources.files("digitize.vietnamese")
    texts += [names.joinpath(name).read_text("utf-8") for name in ("names.toml", "units/since_2025.tsv")]
    templates = load_templates()
    labels = [label for one in templates.values() for item in one.items for label in item.label]
    phrases = sorted({label.lower() for label in labels if 2 <= len(label.split()) <= 8})
    words = sorted(set(re.findall(r"[^\W\d_]{1,8}", " ".join([*texts, *labels]).lower())))
    Random(5).shuffle(words)
    frequent = [word for word in COMMON.split() if word in words]
    words = frequent + [word for word in words if word not in frequent]
    return (
        words,
        list(itertools.accumulate(1 / (rank + 3) ** _EXPONENT for rank in range(len(words)))),
        phrases,
    )


COMMON = "của và các có là cho được ngày tháng năm theo số trong quy định nhân dân xã phường giấy tờ hồ sơ"
"""The most frequent words of such papers, in this order."""


def make_archive(archive: Path, pages: int, seed: int = 7) -> list[Truth]:
    """Write packages with so many pages in all; return some of the people in them."""
    archive.mkdir(parents=True, exist_ok=True)
    model = _model_package(archive.parent)
    packages = range(pages // PAGES)
    jobs = [(archive, model, start, min(_CHUNK, len(packages) - start), seed) for start in packages[::_CHUNK]]
    with ProcessPoolExecutor() as pool:
        return [truth for part in pool.map(_write_packages, *zip(*jobs, strict=True)) for truth in part]


Model = tuple[str, str, str, str]
"""METS of root and representation of one package, and checksum and size of its content as METS has them."""

_DOSSIER = "HS-0000000"


def _model_package(folder: Path) -> Model:
    papers: list[dict[str, object]] = [{"pages": []}] * len(_PAPERS)
    package = told_package(folder / "model", _DOSSIER, *papers, organisation=ORGANISATION)
    content = (package / "documentation/content.json").read_bytes()
    root, inner = (
        (package / name).read_text("utf-8") for name in ("METS.xml", "representations/rep1/METS.xml")
    )
    return root, inner, hashlib.sha256(content).hexdigest().upper(), f'SIZE="{len(content)}"'


def _write_packages(archive: Path, model: Model, first: int, count: int, seed: int) -> list[Truth]:
    random = Random(f"{seed} {first}")
    root, inner, checksum, size = model
    truths = []
    for number in range(first, first + count):
        dossier = f"HS-{number:07}"
        content, truth = _content(random, f"{ORGANISATION}.2026.{dossier}")
        truths.append(truth)
        package = archive / f"urn_P01_uuid_{uuid.UUID(int=random.getrandbits(128))}".upper()
        (package / "documentation").mkdir(parents=True)
        (package / "representations/rep1").mkdir(parents=True)
        told = root.replace(checksum, hashlib.sha256(content).hexdigest().upper())
        told = told.replace(size, f'SIZE="{len(content)}"')
        (package / "METS.xml").write_text(told.replace(_DOSSIER, dossier), "utf-8")
        (package / "representations/rep1/METS.xml").write_text(inner.replace(_DOSSIER, dossier), "utf-8")
        (package / "documentation/content.json").write_bytes(content)
    return truths[:: max(1, count // 5)]


def _content(random: Random, code: str) -> tuple[bytes, Truth]:
    """``content.json`` of a dossier about one person."""
    person = make_person(random, sex=random.choice(("Nam", "Nữ")), first=1950, last=2007)
    day = make_date(random, 2024, 2026).isoformat()
    templates = load_templates()
    documents = []
    for number, (form, pages) in enumerate(_PAPERS, start=1):
        fields = {
            key: {"value": value, "source": "ocr", "needs_review": False}
            for key, value in _values(random, templates[form], person.name, person.pid, day).items()
        }
        said = [str(one["value"]) for one in fields.values() if isinstance(one["value"], str)]
        texts = [_text(random, said if page == 0 else []) for page in range(pages)]
        documents.append(
            {
                "file": f"{code}.{number}.pdf",
                "form": form,
                "form_version": None,
                "fields": fields,
                "tables": {},
                "pages": [{"page": page, "text": text} for page, text in enumerate(texts, start=1)],
            }
        )
    data = json.dumps({"version": 1, "documents": documents}, ensure_ascii=False).encode()
    return data, Truth(person.name, person.pid, day)


def _values(random: Random, template: Template, name: str, pid: str, day: str) -> dict[str, object]:
    """Values for all fields of a form; its first name and number are those of the person in question."""
    firsts: dict[FieldType, object] = {FieldType.NAME: name, FieldType.PID: pid}
    found: dict[str, object] = {}
    for key in template.field_keys:
        kind = template.type_of(key)
        found[key] = firsts.pop(kind, None) or _value(random, kind, day)
    return found


def _value(random: Random, kind: FieldType, day: str) -> object:
    other = make_person(random, sex="Nữ", first=1950, last=2000)
    card = {"number": other.pid, "issuer": "Cục Cảnh sát QLHC về TTXH", "issued_on": "2021-05-10"}
    values: dict[FieldType, object] = {
        FieldType.NAME: other.name,
        FieldType.PID: other.pid,
        FieldType.IDDOC: card,
        FieldType.DATE: day,
        FieldType.ADDRESS: other.residence,
        FieldType.INT: random.randint(1, 9),
        FieldType.NUMBER: random.randint(1, 9),
        FieldType.CHECK: random.random() < 0.5,
        FieldType.SEX: other.sex,
    }
    return values.get(kind) or _text(random, [], random.randint(2, 6))


def _text(random: Random, said: list[str], length: int = 0) -> str:
    """Running text, with some things said on its page."""
    words, weights, phrases = _words()
    length = length or random.randint(_LEAST_WORDS, _MOST_WORDS)
    length -= sum(len(one.split()) for one in said)
    parts = random.choices(words, cum_weights=weights, k=max(1, length))
    if length > 20:
        for _ in range(int(length * _SHARE_OF_PHRASES / 4)):
            parts[random.randrange(len(parts))] = random.choice(phrases)
        for one in said:
            parts[random.randrange(len(parts))] += f"; {one}"
    return " ".join(parts)

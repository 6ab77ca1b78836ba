"""What a machine has that changes the result of page work, so that two machines can be compared.

A page must come out the same wherever it is read: the same program, packages, engine, language data and
networks. Who differs is told where.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import digitize
from digitize.ocr.choice import engine_version
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import LANGUAGE, data_checksum, find_tessdata, second_identity

_PACKAGES = (
    "fonttools",
    "fpdf2",
    "lxml",
    "numpy",
    "opencv-python-headless",
    "pikepdf",
    "pillow",
    "pydantic",
    "pypdfium2",
    "rapidfuzz",
    "zxing-cpp",
)

_CARRIERS = ("cloudpickle", "dask", "distributed", "msgpack")
"""What carries the work from one machine to another."""

_PACKAGE = Path(digitize.__file__).parent
_NONE = "-"
_DIGITS = 12


def fingerprint(engine: EngineName, tessdata: Path | None) -> dict[str, str]:
    """Everything on this machine that changes results, by name.

    Args:
        engine: the engine that is asked for.
        tessdata: folder of the language data on the machine that asks; where it is not here, the one
            that is found here counts.

    Raises:
        EnvironmentProblem: no engine, or no language data.

    """
    folder = tessdata_here(tessdata)
    return {
        **carrier_versions(),
        **_installed(),
        "engine": engine_version(engine),
        "language data": f"{LANGUAGE} {data_checksum(folder)}{second_identity(folder)}",
    }


def carrier_versions() -> dict[str, str]:
    """What must be the same on every machine that work passes through, the scheduler's as well."""
    return dict(_carrying())


@cache
def _carrying() -> Mapping[str, str]:
    # Found once: what a process has loaded stays in it when something else is installed meanwhile.
    return {
        "digitize": version("digitize"),
        "program": _checksum(_PACKAGE.rglob("*")),
        "python": f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}",
        **{name: _version(name) for name in _CARRIERS},
    }


@cache
def _installed() -> Mapping[str, str]:
    return {
        "machine": platform.machine(),
        **{name: _version(name) for name in _PACKAGES},
        "networks": _checksum(_PACKAGE.glob("ocr/*.onnx")),
        "templates": _checksum(_PACKAGE.glob("forms/templates/**/*")),
    }


def data_stamp(tessdata: Path | None) -> tuple[int, ...]:
    """A value that changes when the language data of this machine are written anew.

    Raises:
        EnvironmentProblem: there are none.

    """
    found = [path.stat() for path in sorted(tessdata_here(tessdata).rglob("*.traineddata"))]
    return tuple(value for one in found for value in (one.st_ino, one.st_size, one.st_mtime_ns))


def tessdata_here(asked: Path | None) -> Path:
    """The folder of the language data on this machine: the one that is asked for if it is here.

    Raises:
        EnvironmentProblem: there is none.

    """
    if asked is not None and (asked / f"{LANGUAGE}.traineddata").is_file():
        return asked
    return find_tessdata()


def seal_of(versions: Mapping[str, str]) -> str:
    """A short value that is the same where all versions are."""
    return hashlib.sha256(json.dumps(dict(versions), sort_keys=True).encode()).hexdigest()


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """Where another machine differs, each as a short text: what it has, and in brackets what is needed."""
    names = [*ours, *(name for name in theirs if name not in ours)]
    return [
        f"{name} {theirs.get(name, _NONE)} ({ours.get(name, _NONE)})"
        for name in names
        if ours.get(name) != theirs.get(name)
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return _NONE


def _checksum(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(_PACKAGE)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:_DIGITS]

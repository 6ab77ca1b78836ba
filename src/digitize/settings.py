"""Settings of a workspace: what ``digitize.toml`` may say. Unknown keys are errors."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from digitize.errors import EnvironmentProblem
from digitize.model import Language


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Section):
    """Who digitizes.

    Attributes:
        name: as it stands in signatures and packages.
        code: its identifier (mã định danh).
        fonds: code of its fonds (mã phông).
        archive: code of the archive that keeps the packages; empty if there is none yet.

    """

    name: str = Field(min_length=1)
    code: str = Field(min_length=1)
    fonds: str = Field(min_length=1)
    archive: str = ""


class Reading(_Section):
    """How pages are read: the OCR engine, and the folder of its language data."""

    engine: str = Field(default="auto", pattern="^(auto|tesserocr|pytesseract)$")
    tessdata: Path | None = None


class Limits(_Section):
    """What a single file or page may cost before it is set aside.

    Attributes:
        megapixels: largest picture.
        pages_per_file: most pages of one file.
        page_seconds: longest time for one page or one dossier's work in a worker.
        worker_megabytes: most address space of a worker; 0 for no limit.

    """

    megapixels: float = Field(default=120.0, gt=0, le=178.0)
    pages_per_file: int = Field(default=2000, gt=0)
    page_seconds: float = Field(default=180.0, gt=0)
    worker_megabytes: int = Field(default=6144, ge=0)


class Signing(_Section):
    """The signing key; never its passphrase.

    Attributes:
        key: PKCS#12 file.
        passphrase_file: file that holds the passphrase, readable by its owner alone; if it is not
            given, the passphrase is taken from ``DIGITIZE_PASSPHRASE`` or asked for.
        timestamp_key: PKCS#12 file of a timestamp authority in this process. Only a demo has one:
            it proves nothing to others.

    """

    key: Path | None = None
    passphrase_file: Path | None = None
    timestamp_key: Path | None = None


class Trust(_Section):
    """Certificates that may be relied on, and revocation lists."""

    anchors: tuple[Path, ...] = ()
    revocations: tuple[Path, ...] = ()


class Fonts(_Section):
    """Font of visible signatures; empty takes one metric-compatible with Times New Roman."""

    times: Path | None = None


class Settings(_Section):
    """All settings of a workspace. Paths are relative to its folder.

    ``jobs`` is how many pages are read at once; 0 takes every processor.
    """

    language: Language = Language.VI
    profile: str = "tt05-2025"
    jobs: int = Field(default=0, ge=0)
    organisation: Organisation
    reading: Reading = Reading()
    limits: Limits = Limits()
    signing: Signing = Signing()
    trust: Trust = Trust()
    fonts: Fonts = Fonts()


def load_settings(path: Path) -> Settings:
    """Read ``digitize.toml``; its relative paths come back absolute.

    Raises:
        EnvironmentProblem: not there, not TOML, an unknown key or an impossible value. The
            message names the line or the key.

    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise EnvironmentProblem("settings_unreadable", path=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EnvironmentProblem("settings_not_toml", path=str(path), detail=str(error)) from error
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        code = "settings_unknown_key" if first["type"] == "extra_forbidden" else "settings_wrong"
        raise EnvironmentProblem(code, path=str(path), key=key, detail=first["msg"]) from error
    resolved: Settings = _absolute(settings, path.resolve().parent)
    return resolved


def _absolute(section: Any, base: Path) -> Any:
    """The same section with its paths made absolute."""
    changed: dict[str, Any] = {}
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Path):
            changed[name] = base / value
        elif isinstance(value, tuple) and value and isinstance(value[0], Path):
            changed[name] = tuple(base / item for item in value)
        elif isinstance(value, BaseModel):
            changed[name] = _absolute(value, base)
    return section.model_copy(update=changed)

"""Settings of a workspace: what ``digitize.toml`` may say. Unknown keys are errors."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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
    """How pages are read.

    Attributes:
        engine: the OCR engine; ``auto`` takes the quicker one that works.
        tessdata: folder of its language data, where it is not in a usual place.

    """

    engine: str = Field(default="auto", pattern="^(auto|tesserocr|pytesseract)$")
    tessdata: Path | None = None


class Inbox(_Section):
    """How scans are taken from the inbox.

    Attributes:
        quiet_seconds: a dossier is taken in when nothing in it has changed for so long.
        marker: name of something that lies in the inbox for as long as its share is there; without it the
            share counts as away. Empty for none.
        watch: how ``run --watch`` notices what is new: ``events`` of the kernel, ``polling``, or ``auto`` for
            whichever works on the file system.
        rescan_minutes: so often ``run --watch`` looks through the whole inbox in any case.

    """

    quiet_seconds: float = Field(default=5.0, ge=0, le=600)
    marker: str = Field(default="", pattern=r"^[^/]*$")
    watch: str = Field(default="auto", pattern="^(auto|events|polling)$")
    rescan_minutes: float = Field(default=10.0, gt=0)


class Limits(_Section):
    """What a single file or page may cost before it is set aside, where the profile is not to hold.

    See ``profiles.profile.LimitRules``.
    """

    megapixels: float | None = Field(default=None, gt=0, le=178.0)
    pages_per_file: int | None = Field(default=None, gt=0)
    page_seconds: float | None = Field(default=None, gt=0)
    worker_megabytes: int | None = Field(default=None, ge=0)
    attempts: int | None = Field(default=None, ge=2, le=10)
    free_megabytes: int | None = Field(default=None, ge=0)


class Stacks(_Section):
    """Papers of several dossiers that were scanned in one go.

    Attributes:
        look: whether files and folders of several pages are searched for separator sheets and for the codes
            that provincial systems print.
        duplicates: whether pages are compared with those read lately, to tell what was scanned twice.
        codes: list of the codes that stacks are to have (CSV, text, XLSX); none by default.

    """

    look: bool = True
    duplicates: bool = True
    codes: Path | None = None


class SigningKey(_Section):
    """Where a key lies: in a PKCS#12 file, or on a token or HSM. Never its passphrase or PIN.

    Attributes:
        key: PKCS#12 file.
        passphrase_file: file that holds the passphrase, readable by its owner alone; if it is not
            given, the passphrase is taken from ``DIGITIZE_PASSPHRASE`` or asked for.
        module: PKCS#11 module of the token's maker. It is a program that is run, so it is believed
            only where nobody but the owner can have written it or these settings.
        token: label of the token, or its serial number; needed where several are there.
        slot: number of the slot, in the module's own order, instead of a label.
        certificate: which certificate signs, where the token has several: its key's id in
            hexadecimal, or part of its subject.
        pin_file: file that holds the PIN, readable by its owner alone; if it is not given, the PIN
            is taken from ``DIGITIZE_PIN`` or asked for.
        holder: what the certificate's subject has to name; by default the organisation.

    """

    key: Path | None = None
    passphrase_file: Path | None = None
    module: Path | None = None
    token: str = ""
    slot: int | None = Field(default=None, ge=0)
    certificate: str = ""
    pin_file: Path | None = None
    holder: str = ""

    @property
    def is_set(self) -> bool:
        """Whether any key is named."""
        return self.key is not None or self.module is not None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.key is not None and self.module is not None:
            message = "key, module: only one of the two"
            raise ValueError(message)
        return self


class Signing(SigningKey):
    """The organisation's signing key, and where time and revocation are proven.

    Attributes:
        timestamp_url: address of an RFC 3161 timestamp authority. Signing reaches out to it.
        timestamp_key: PKCS#12 file of a timestamp authority in this process. Only a demo has one:
            it proves nothing to others.
        fetch_revocation: whether OCSP answers and CRLs are fetched from the addresses that stand in
            certificates, when signing and renewing.
        timeout: seconds that an authority has for an answer.
        officer: the key of the officer who signs first, where the profile asks for two signers.

    """

    timestamp_url: str | None = Field(default=None, pattern="^https?://")
    timestamp_key: Path | None = None
    fetch_revocation: bool = False
    timeout: float = Field(default=15.0, gt=0)
    officer: SigningKey = SigningKey()


class Trust(_Section):
    """What signatures may be relied on.

    Attributes:
        anchors: root certificates (PEM or DER).
        revocations: revocation lists (CRL) that were got in another way.

    """

    anchors: tuple[Path, ...] = ()
    revocations: tuple[Path, ...] = ()


class Cluster(_Section):
    """How a run with ``--cluster`` speaks with other machines.

    Attributes:
        ca: certificate of the authority that both sides trust; one that is for this cluster alone.
        cert: own certificate.
        key: its private key, readable by its owner alone.
        data: whether the workers see the same folders (``shared``) or page data are sent to them
            (``sent``); ``auto`` sees for itself.
        wait_seconds: how long a run waits for workers, and for a scheduler that is started again.

    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    data: str = Field(default="auto", pattern="^(auto|shared|sent)$")
    wait_seconds: float = Field(default=60.0, ge=0)


class Fonts(_Section):
    """Fonts of what the program draws.

    Attributes:
        times: font of visible signatures; without it, one metric-compatible with Times New Roman.

    """

    times: Path | None = None


class Access(_Section):
    """Who may read what the program writes; modes are ``0640`` and ``0750``, less the umask.

    Attributes:
        group: that the workspace's folders, and all that is made in them, belong to; empty leaves it to
            the machine.
        owner: the account that the program has to run under, so that all files are its own; empty for any.

    """

    group: str = ""
    owner: str = ""


class Operations(_Section):
    """What surrounds commands that nobody watches.

    Attributes:
        log: ``text`` for people, or ``json``: one object a line.
        log_file: where these lines go; without it, to standard error.
        metrics: file for the textfile collector of Prometheus' node exporter.
        on_finish: program and arguments that are run when ``run``, ``audit`` or ``renew`` has ended. It is
            believed only where nobody but the owner can have written it or these settings.
        on_trouble: the same, when one of them has ended with something that a person must look at.
        hook_seconds: longest time for either.

    """

    log: str = Field(default="text", pattern="^(text|json)$")
    log_file: Path | None = None
    metrics: Path | None = None
    on_finish: tuple[str, ...] = ()
    on_trouble: tuple[str, ...] = ()
    hook_seconds: float = Field(default=60.0, gt=0)


class Settings(_Section):
    """All settings of a workspace. Paths are relative to its folder.

    Attributes:
        language: of messages, where a call names none.
        profile: the rules that hold: one that comes with the program, or a file of the office's own.
        jobs: how many pages are read at once; 0 takes every processor.

    """

    language: Language = Language.VI
    profile: str = "tt05-2025"
    jobs: int = Field(default=0, ge=0)
    organisation: Organisation
    inbox: Inbox = Inbox()
    reading: Reading = Reading()
    limits: Limits = Limits()
    stacks: Stacks = Stacks()
    access: Access = Access()
    operations: Operations = Operations()
    signing: Signing = Signing()
    trust: Trust = Trust()
    fonts: Fonts = Fonts()
    cluster: Cluster = Cluster()


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

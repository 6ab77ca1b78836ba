"""A workspace: its folders, its settings and its profile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from digitize.archive.elements import unknown_default
from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import make_folder
from digitize.forms.template import FieldType, Template
from digitize.forms.template_files import load_templates
from digitize.mounts import require_local
from digitize.pipeline.access import give_to_group, require_account
from digitize.profiles.profile import LimitRules, Profile, load_profile
from digitize.settings import Settings, load_settings

SETTINGS_NAME = "digitize.toml"
FORMS = "forms"


@dataclass(frozen=True)
class Workspace:
    """Where a workspace's things lie. Only ``work`` may be deleted: it can be made again."""

    root: Path
    settings: Settings

    @classmethod
    def open(cls, chosen: Path | None) -> Workspace:
        """Open the chosen workspace, else the nearest one upwards of the current folder.

        Raises:
            UsageProblem: there is none.
            EnvironmentProblem: its settings are wrong.

        """
        root = find_workspace(chosen)
        return cls(root, load_settings(root / SETTINGS_NAME))

    @cached_property
    def profile(self) -> Profile:
        """The rules that the settings choose."""
        return load_profile(self.settings.profile, self.root)

    @cached_property
    def limits(self) -> LimitRules:
        """What a file or page may cost: as the profile says, unless the settings say otherwise."""
        return self.profile.limits.model_copy(update=self.settings.limits.model_dump(exclude_none=True))

    @cached_property
    def templates(self) -> dict[str, Template]:
        """The forms that are known here: those of the program and the office's own."""
        try:
            return load_templates(self.forms)
        except UsageProblem as error:
            raise EnvironmentProblem(error.code, **error.facts) from error

    @property
    def forms(self) -> Path:
        """Where an office keeps templates of its own."""
        return self.root / FORMS

    @property
    def inbox(self) -> Path:
        """Where clerks put scans."""
        return self.root / "scans"

    @property
    def originals(self) -> Path:
        """What was taken in, as it came."""
        return self.root / "originals"

    @property
    def archive(self) -> Path:
        """Finished packages."""
        return self.root / "archive"

    @property
    def superseded(self) -> Path:
        """Packages that were replaced by a later generation, each beside a mark that says by which."""
        return self.root / "superseded"

    @property
    def reports(self) -> Path:
        """Reports of what was checked; they stay."""
        return self.root / "reports"

    def staging(self, package: str) -> Path:
        """Where a package is built: in the archive itself, so that a rename publishes it."""
        return self.archive / f".staging-{package}"

    @property
    def quarantine(self) -> Path:
        """What could not be processed, each item with its reason."""
        return self.root / "quarantine"

    @property
    def work(self) -> Path:
        """Derived data that can be made again."""
        return self.root / "work"

    @property
    def ledger(self) -> Path:
        """The database of stages and events."""
        return self.root / "ledger.db"

    @property
    def catalogue(self) -> Path:
        """The database that searches use; made from the packages, to be deleted at any time."""
        return self.root / "catalogue.db"

    @property
    def lock(self) -> Path:
        """The file that a run holds locked."""
        return self.root / ".run.lock"

    @property
    def audit_lock(self) -> Path:
        """The file that an audit holds locked; it works beside a run."""
        return self.root / ".audit.lock"

    @property
    def jobs(self) -> int:
        """How many pages are read at once if nobody says otherwise."""
        return self.settings.jobs or len(os.sched_getaffinity(0))

    def with_codes(self, codes: Path) -> Workspace:
        """The same workspace, where stacks are to have the codes of a list.

        Raises:
            UsageProblem: there is no such file.

        """
        if not codes.is_file():
            raise UsageProblem("source_missing", path=str(codes))
        stacks = self.settings.stacks.model_copy(update={"codes": codes})
        return replace(self, settings=self.settings.model_copy(update={"stacks": stacks}))

    def require_rules(self) -> None:
        """Make sure that the profile and the office's own forms can be used.

        Raises:
            EnvironmentProblem: there is a mistake in one of them.

        """
        profile, templates = self.profile, self.templates
        wrong = unknown_default(profile.package)
        if wrong is not None:
            detail = str(getattr(profile.package, wrong))
            raise EnvironmentProblem(
                "profile_wrong", path=self.settings.profile, key=f"package.{wrong}", detail=detail
            )
        for name in profile.review.thresholds:
            if not _is_field(name, templates):
                raise EnvironmentProblem("threshold_unknown", profile=profile.id, name=name)
        kinds = {kind.value for kind in FieldType}
        for name in profile.review.second_look_of:
            if name not in kinds and not _is_field(name, templates):
                raise EnvironmentProblem("second_look_unknown", profile=profile.id, name=name)

    def require_folders(self) -> None:
        """Make the folders that a workspace needs, and let them belong to whom the settings say.

        Raises:
            EnvironmentProblem: they cannot be made or written to, the account or the group is wrong, or the
                ledger lies on a network share.

        """
        require_account(self.settings.access)
        require_local(self.ledger)
        give_to_group(self.settings.access, [self.root])
        for folder in self.own_folders:
            try:
                make_folder(folder)
            except OSError as error:
                raise EnvironmentProblem("folder_unusable", path=str(folder)) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise EnvironmentProblem("folder_unusable", path=str(folder))
        give_to_group(self.settings.access, self.own_folders)

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """The folders that the program alone writes to, ``superseded`` only where there is one."""
        always = (self.originals, self.archive, self.quarantine, self.work)
        return (*always, self.superseded) if self.superseded.is_dir() else always

    def require_archive(self) -> None:
        """Make sure that there is an archive: one that is not mounted has not lost everything.

        Raises:
            EnvironmentProblem: there is none.

        """
        if not self.archive.is_dir():
            raise EnvironmentProblem("folder_unusable", path=str(self.archive))

    def is_inside(self, path: Path) -> bool:
        """Whether a path is one of the folders that the program writes itself."""
        resolved = path.resolve()
        return any(resolved.is_relative_to(folder.resolve()) for folder in self.own_folders)

    def written(self, path: Path) -> str:
        """A path as the ledger keeps it: relative to the workspace if it lies in it.

        Not normalised: two names that look alike are two places all the same. Bytes that are no
        Unicode are written out.
        """
        # Links are not followed: the name under which something was found is what counts. Text, not paths:
        # a run asks for every file that lies in the inbox.
        absolute = os.path.join(Path.cwd(), path)  # noqa: PTH118
        written = absolute.removeprefix(f"{self.root}/")
        return os.fsencode(written).decode("utf-8", "backslashreplace")

    def require_outside(self, path: Path) -> None:
        """Make sure that a copy for others goes where the program neither keeps nor looks for anything.

        Raises:
            UsageProblem: it does; what lay in the inbox would be taken in again as scans.

        """
        looked_into = (self.inbox, self.superseded, self.forms)
        inside = any(path.resolve().is_relative_to(folder.resolve()) for folder in looked_into)
        if inside or self.is_inside(path):
            raise UsageProblem("export_into_own", path=str(path))


def _is_field(name: str, templates: Mapping[str, Template]) -> bool:
    """Whether a form has a field of a name: its key, or its form and its key."""
    form, _, key = name.rpartition(".")
    return any(key in one.field_keys for one in templates.values() if form in ("", one.id))


def own_forms(chosen: Path | None) -> Path | None:
    """The folder of an office's own templates, of a chosen workspace or the nearest one; None outside of any.

    Raises:
        UsageProblem: the chosen one is none.

    """
    try:
        return find_workspace(chosen) / FORMS
    except UsageProblem:
        if chosen is not None:
            raise
        return None


def find_workspace(chosen: Path | None) -> Path:
    """The folder of the chosen workspace, else of the nearest one upwards of the current folder.

    Raises:
        UsageProblem: there is none.

    """
    if chosen is not None:
        if (chosen / SETTINGS_NAME).is_file():
            return chosen.resolve()
        raise UsageProblem("workspace_missing_there", path=str(chosen))
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_NAME).is_file():
            return folder
    raise UsageProblem("workspace_missing")

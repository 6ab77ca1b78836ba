"""The review page as a process of its own, and browsers that look at it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from digitize.profiles import DEFAULT
from support.filled import EACH, filled_workspace
from support.program import start


@dataclass
class Served:
    """The review page of a workspace.

    Attributes:
        process: that serves it.
        address: where it lets somebody in, once.

    """

    process: Popen[str]
    address: str

    @property
    def origin(self) -> str:
        """The beginning of every address of it."""
        return self.address.partition("/open")[0]


def office_of_one(folder: Path, fields: int, *, each: int = EACH) -> Path:
    """A filled workspace in which nobody looks a second time."""
    root = filled_workspace(folder, fields, each=each)
    settings = root / "digitize.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(f'profile = "{DEFAULT}"', 'profile = "demo"'), "utf-8")
    return root


@contextmanager
def served(root: Path, *options: str, **extra: str) -> Iterator[Served]:
    """``digitize review`` in a process of its own, without a browser."""
    process = start("review", "-w", root, "--user", "lan", *options, cwd=None, **extra)
    assert process.stderr is not None
    told = ""
    for line in process.stderr:
        told += line
        if address := re.search(r"http://127\.0\.0\.1:\d+/open\?token=\S+", line):
            break
    else:
        raise AssertionError(told)
    try:
        yield Served(process, address[0])
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, without a screen; a test that needs it is skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium on this machine")
    rights = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=rights)
        yield browser
        browser.close()


def screen(browser: Browser, *, dark: bool = False, language: str = "vi-VN") -> BrowserContext:
    """A screen as clerks have it."""
    return browser.new_context(
        viewport={"width": 1366, "height": 768},
        color_scheme="dark" if dark else "light",
        locale=language,
        reduced_motion="reduce",
    )


def enter(context: BrowserContext, at: Served) -> Page:
    """A page that has been let in and shows the queue."""
    page = context.new_page()
    page.goto(at.address)
    page.wait_for_selector(".queue")
    return page

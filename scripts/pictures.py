"""Pictures of the review page for the documentation: a demo workspace, made up from end to end, in Chromium.

``python scripts/pictures.py`` writes them to docs/pictures/. It needs Debian's chromium.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1366, "height": 768}
_COLOURS = 160


def main() -> None:
    """Make the workspace, look at it, keep what is seen."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("there is no chromium on this machine")
    TARGET.mkdir(exist_ok=True)
    rights = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = Path(folder) / "ho-so"
        _digitize("init", str(demo), "--demo", "--samples", str(ROOT / "samples"))
        _digitize("run", "-w", str(demo))
        browser = playwright.chromium.launch(executable_path=program, args=rights)
        for scheme in ("light", "dark"):
            again = Path(folder) / scheme
            shutil.copytree(demo, again)
            with _served(again) as address:
                context = browser.new_context(
                    viewport=SIZE, color_scheme=scheme, locale="vi-VN", reduced_motion="reduce"
                )
                page = context.new_page()
                page.goto(address)
                _walk(page, "" if scheme == "light" else "-dark")
                context.close()
        browser.close()


def _walk(page: Page, suffix: str) -> None:
    """Through the desk as a clerk goes, with a picture at each place."""
    page.wait_for_selector(".queue")
    _keep(page, f"review-queue{suffix}")
    page.keyboard.press("Enter")
    page.wait_for_selector("#value")
    while "mẹ" not in page.locator("h1").inner_text():
        _press(page, "F4" if page.locator("#value").count() else "F9")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("LÒ NGỌC DƯNG")
    page.wait_for_function("() => document.querySelector('#check').textContent")
    _keep(page, f"review-field{suffix}")
    if suffix:
        return
    _press(page, "Alt+p")
    _keep(page, "review-pages")
    _press(page, "Enter")
    while page.locator("#value").count():
        if page.locator("h1").inner_text() == "Ngày sinh trẻ":
            _keep(page, "review-cross-check")
        _press(page, "Enter")
    _keep(page, "review-approve")


def _press(page: Page, key: str) -> None:
    before = page.locator("#desk").get_attribute("data-item")
    page.keyboard.press(key)
    page.wait_for_function("was => document.querySelector('#desk').dataset.item !== was", arg=before)


def _keep(page: Page, name: str) -> None:
    page.wait_for_function("() => [...document.images].every(one => one.complete)")
    data = page.screenshot(animations="disabled", caret="hide")
    few = (
        Image.open(io.BytesIO(data))
        .convert("RGB")
        .quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    )
    few.save(TARGET / f"{name}.png", optimize=True)
    print(name, (TARGET / f"{name}.png").stat().st_size // 1024, "KiB")


def _digitize(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "digitize", *arguments], check=True)


@contextmanager
def _served(workspace: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "digitize", "review", "-w", str(workspace), "--user", "lan"]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=_without_screen()
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if address := re.search(r"http://\S+token=\S+", line):
                yield address[0]
                break
    finally:
        process.terminate()
        process.wait()


def _without_screen() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}


if __name__ == "__main__":
    main()

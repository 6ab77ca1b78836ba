"""Saving on a disk that takes no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.papers import paper

_WRITERS = {
    "compose": "compose(pages, PROVENANCE, target)",
    "copy": 'write_copy(source, target, mark, "0" * 64, dt.datetime.now(dt.UTC))',
}
_PROGRAM = """
import datetime as dt
import resource
from pathlib import Path
from digitize.fonts import Face, find_font
from digitize.pdf.compose import compose
from digitize.pdf.copies import Mark, write_copy
from support.papers import LINES, PROVENANCE, page
source, target = Path({source!r}), Path({target!r})
pages = [page(source.with_suffix(".jpg"), LINES)]
mark = Mark("BẢN SAO", find_font(Face.TIMES), 14, every_page=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
try:
    {writer}
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.parametrize("writer", _WRITERS.values(), ids=_WRITERS)
def test_a_disk_that_takes_no_more_is_an_error_and_leaves_nothing(writer: str, tmp_path: Path) -> None:
    source = paper(tmp_path / "source.pdf")
    assert source.stat().st_size > 6000
    folder = tmp_path / "full"
    folder.mkdir()
    program = _PROGRAM.format(source=str(source), target=str(folder / "a.pdf"), writer=writer)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        # Compiled modules would be cut off as well.
        env={
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(folder),
        },
    )
    assert (done.returncode, done.stdout) == (0, "File too large\n"), done.stderr
    assert list(folder.iterdir()) == []

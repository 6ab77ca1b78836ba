"""The program with a stand-in for the OCR engine alone; everything else is real.

For benchmarks that look at what goes on around the reading of a page:

    python benchmarks/stand_in.py run -w OFFICE

The program itself knows nothing of it: the worker's opener of engines is replaced here, task by task.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.engine import EngineName, Layout
from digitize.pipeline import operation, tasks
from digitize.pipeline.pool import LocalPool

T = TypeVar("T")

IDENTITY = "stand-in"
"""What the ledger tells of the engine, so that nobody takes its readings for real ones."""

_TEXT = (
    "Danh", "sách", "niêm", "yết", "tại", "trụ", "sở", "Ủy", "ban", "nhân", "dân", "phường", "thông", "báo",
    "công", "khai", "kết", "quả", "giải", "quyết", "thủ", "tục", "hành", "chính", "tháng", "năm", "ngày",
    "người", "nộp", "hồ", "đơn", "vị", "nhận", "phòng", "tư", "pháp", "đất", "đai", "xây", "dựng", "văn",
    "bản", "số", "trang", "ghi", "chú", "lưu", "trữ",
)  # fmt: skip
_WORDS, _PER_LINE = 12, 4


class StandIn:
    """Reads words of its own on each picture, at once; the same on the same picture."""

    identity = IDENTITY
    second = None

    def read(
        self,
        grey: Pixels,
        dpi: float,  # noqa: ARG002 - the protocol's
        layout: Layout = Layout.PAGE,
        *,
        only: str = "",  # noqa: ARG002
    ) -> tuple[Word, ...]:
        """Some words in lines over a page; one word over anything smaller."""
        height, width = grey.shape[:2]
        if layout is not Layout.PAGE:
            return (Word(_TEXT[0], (0, 0, width, height), 0.96, 0),)
        across, down = width // (_PER_LINE + 1), height // (_WORDS // _PER_LINE + 1)
        words = random.Random(zlib.crc32(grey.tobytes())).choices(_TEXT, k=_WORDS)
        return tuple(
            Word(text, (left, top, left + across // 2, top + down // 2), 0.96, number // _PER_LINE)
            for number, text in enumerate(words)
            for left, top in [((number % _PER_LINE) * across, (number // _PER_LINE) * down)]
        )


@cache
def _engine() -> StandIn:
    return StandIn()


def _open(_name: EngineName, _tessdata: Path | None) -> StandIn:
    return _engine()


def with_stand_in(function: Callable[..., T], *args: Any) -> T:
    """Do a task in a worker whose engine is the stand-in."""
    tasks.open_engine = _open  # type: ignore[assignment,attr-defined]
    return function(*args)


class StandInPool(LocalPool):
    """The pool of the program, whose tasks find the stand-in."""

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Start a task."""
        return super().submit(with_stand_in, function, *args)


if __name__ == "__main__":
    # Workers import this module by its name, not as the main one.
    import stand_in

    from digitize.cli.entry import main

    operation.LocalPool = stand_in.StandInPool  # type: ignore[attr-defined]
    main()

"""The one hand that writes: a ledger belongs to the thread that opened it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, Self, TypeVar

Tool = TypeVar("Tool")
Made = TypeVar("Made")


class Hand(Generic[Tool]):
    """Does one thing after the other, with a tool that lives in its own thread.

    Two windows that answer at once are served in turn, so that neither sees half of what the other did.
    """

    def __init__(self, take_up: Callable[[], AbstractContextManager[Tool]]) -> None:
        self._thread = ThreadPoolExecutor(1, "desk")
        self._take_up = take_up
        self._holding = ExitStack()
        self._tool: Tool

    def __enter__(self) -> Self:
        """Take up the tool; whatever hinders that is raised here."""
        try:
            self._tool = self._thread.submit(self._holding.enter_context, self._take_up()).result()
        except BaseException:
            self._thread.shutdown()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.submit(self._holding.close).result()
        self._thread.shutdown()

    async def do(self, work: Callable[[Tool], Made]) -> Made:
        """Do something, and give what came of it."""
        return await asyncio.wrap_future(self._thread.submit(work, self._tool))

    def soon(self, work: Callable[[Tool], object]) -> None:
        """Do something when its turn comes; nobody waits for it."""
        self._thread.submit(work, self._tool)

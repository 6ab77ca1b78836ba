"""Memory of a process that reads pages.

A page is worked on in pictures of some megabytes, one after the other. The allocator of the GNU C library
gives each of them back to the system as soon as it is free and asks for the next one anew, and the system
hands it out zeroed, 4 KiB at a time: 26,000 times for a page. Kept, the same memory serves again, 400 times
are left, and the peak stays as it was.
"""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of ``mallopt(3)``."""

_KEPT = 1 << 30
_LARGEST_PIECE = 32 << 20
"""Bytes; the library takes no more. It is a page of A4 at 300 dpi in colour; larger pictures go back."""


def keep_freed_memory() -> None:
    """Let this process use memory again that it has freed, where its C library can."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_PIECE)
        mallopt(_TRIM_THRESHOLD, _KEPT)

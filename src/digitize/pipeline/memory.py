"""What the allocator of the GNU C library does with memory that is free again."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of ``mallopt(3)``."""

_KEPT = 1 << 30
_LARGEST_PIECE = 32 << 20
"""Bytes; the library takes no more. It is a page of A4 at 300 dpi in colour; larger pictures go back."""


_LARGEST_OF_MANY = 128 << 10
"""Bytes; what is larger comes from the system by itself. It is what the library begins with (mallopt(3))."""


def keep_freed_memory() -> None:
    """Let this process use memory again that it has freed, where its C library can.

    For one that reads pages. A page is worked on in pictures of some megabytes, one after the other. The
    allocator gives each of them back to the system as soon as it is free and asks for the next one anew,
    and the system hands it out zeroed, 4 KiB at a time: 26,000 times for a page. Kept, the same memory
    serves again, 400 times are left, and the peak stays as it was.
    """
    _set(_LARGEST_PIECE, _KEPT)


def return_freed_memory() -> None:
    """Let this process give large pieces of memory back as soon as they are free, where its C library can.

    For one that lives for weeks. Left to itself the allocator takes all but pieces larger than the largest
    that was ever freed from one heap. What is small and stays comes to lie between them, so that the next
    large one finds no room, and the heap grows though nothing more is in it.
    """
    _set(_LARGEST_OF_MANY, _LARGEST_OF_MANY)


def _set(largest_piece: int, kept: int) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, largest_piece)
        mallopt(_TRIM_THRESHOLD, kept)

"""Memory between two parts of an answer: the C library keeps some of what is let go of.

Each part of an answer takes and frees the same few megabytes. By its own measure the library gives
them back to the system each time, and has them zeroed page by page the next: a fifth of the time
that writing rows takes. mallopt(3) has the two limits; what is kept is bounded for each thread that
allocates.
"""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT = 16 * 1024 * 1024
_APART = 32 * 1024 * 1024  # bytes from which memory is always taken and given back by itself


def keep_freed() -> None:
    """For the rest of this process. Does nothing where the C library has no such limits."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # musl, macOS, Windows
        return
    mallopt(_TRIM_THRESHOLD, _KEPT)
    mallopt(_MMAP_THRESHOLD, _APART)

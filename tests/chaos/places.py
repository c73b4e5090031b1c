"""Where a data directory of a seed lives: in memory where there is such a place, as it is fast."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  (a directory of its own is made below it)


@contextmanager
def somewhere() -> Iterator[Path]:
    """A data directory that is not there yet, and is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder) / "home"

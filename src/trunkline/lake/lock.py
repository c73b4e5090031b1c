"""One process at a time writes to a data directory; a crash lets go of the lock."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline import private
from trunkline.clock import Clock
from trunkline.errors import ConfigError

RETRY_SECONDS = 0.5
HOLDER = "writer.pid"


@asynccontextmanager
async def writing(
    home: Path, clock: Clock, waiting: Callable[[int | None], None]
) -> AsyncIterator[None]:
    """Hold the lock of a data directory.

    ``waiting`` is told once if another process has it: which, where that can be read.
    """
    lock = _lock(home)
    holder = home / HOLDER
    told = False
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            if not told:
                waiting(holder_of(home))
                told = True
            await clock.sleep(RETRY_SECONDS)
    try:
        with suppress(OSError, ConfigError):  # it is there to be told of, nothing more
            private.file(holder)
            holder.write_text(str(os.getpid()))
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def is_held(home: Path) -> bool:
    """Whether somebody has the lock at this moment."""
    lock = _lock(home)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def holder_of(home: Path) -> int | None:
    """The process that has the lock; None where there is none or it cannot be read."""
    try:
        return int((home / HOLDER).read_text())
    except (OSError, ValueError):
        return None


def _lock(home: Path) -> FileLock:
    return FileLock(home / "writer.lock", mode=0o600)

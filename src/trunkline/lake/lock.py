"""One process at a time writes to a data directory; a crash lets go of the lock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline.clock import Clock

RETRY_SECONDS = 0.5


@asynccontextmanager
async def writing(home: Path, clock: Clock, waiting: Callable[[], None]) -> AsyncIterator[None]:
    """Hold the lock of a data directory; ``waiting`` is told once if another process has it."""
    lock = FileLock(home / "writer.lock", mode=0o600)
    told = False
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            if not told:
                waiting()
                told = True
            await clock.sleep(RETRY_SECONDS)
    try:
        yield
    finally:
        lock.release()

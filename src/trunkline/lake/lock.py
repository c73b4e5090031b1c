"""One process at a time writes to a data directory; a crash lets go of the lock."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline.clock import Clock

RETRY_SECONDS = 0.5
HOLDER = "writer.pid"


class WriterLock:
    """The lock of one data directory, as the tasks of one process share it.

    The first of them takes it and the last lets go of it: what they publish are transactions that
    nothing is awaited in, so they are no more in one another's way than the jobs of one task.
    """

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._lock = _lock(home)
        self._holders = 0

    @asynccontextmanager
    async def held(
        self, waiting: Callable[[int | None], None], begin: Callable[[], object] = lambda: None
    ) -> AsyncIterator[None]:
        """Hold it; whoever takes it for the process does what is to be done first.

        ``waiting`` is told once if another process has it: which, where that can be read.
        """
        await self._joined(waiting)
        try:
            if self._holders == 1:
                with suppress(OSError):  # it is there to be told of, nothing more
                    (self._home / HOLDER).write_text(str(os.getpid()))
                begin()
            yield
        finally:
            self._left()

    async def _joined(self, waiting: Callable[[int | None], None]) -> None:
        told = False
        while not self._holders:
            try:
                self._lock.acquire(timeout=0)
                break
            except Timeout:
                if not told:
                    waiting(holder_of(self._home))
                    told = True
                await self._clock.sleep(RETRY_SECONDS)
        self._holders += 1

    def _left(self) -> None:
        self._holders -= 1
        if not self._holders:
            with suppress(OSError):
                (self._home / HOLDER).unlink()
            self._lock.release()


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

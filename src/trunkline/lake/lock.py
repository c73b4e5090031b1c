"""One process at a time writes to a data directory, and one follows; a crash lets go of both.

The lock is the system's and goes with the process, however it ends. Beside it stands a note with
the number of the process, to be told to those who wait; it may be left behind by a kill.
"""

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
WRITER = "writer"
SERVICE = "service"

Waiting = Callable[[int | None], None]


@asynccontextmanager
async def writing(home: Path, clock: Clock, waiting: Waiting) -> AsyncIterator[None]:
    """Hold the lock of a data directory.

    ``waiting`` is told once if another process has it: which, where that can be read.
    """
    async with _holding(home, WRITER, clock, waiting):
        yield


@asynccontextmanager
async def serving(home: Path, clock: Clock, waiting: Waiting) -> AsyncIterator[None]:
    """Be the one process that follows in a data directory, for as long as it does."""
    async with _holding(home, SERVICE, clock, waiting):
        yield


@asynccontextmanager
async def _holding(home: Path, name: str, clock: Clock, waiting: Waiting) -> AsyncIterator[None]:
    lock, note = _lock(home, name), _note(home, name)
    told = False
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            if not told:
                waiting(holder_of(home, name))
                told = True
            await clock.sleep(RETRY_SECONDS)
    try:
        with suppress(OSError, ConfigError):  # it is there to be told of, nothing more
            private.file(note)
            note.write_text(str(os.getpid()))
        yield
    finally:
        with suppress(OSError):
            note.unlink()
        lock.release()


def is_held(home: Path, name: str = WRITER) -> bool:
    """Whether somebody has the lock at this moment."""
    lock = _lock(home, name)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def holder_of(home: Path, name: str = WRITER) -> int | None:
    """The process that has the lock; None where it cannot be read, or is that of a dead one."""
    try:
        process = int(_note(home, name).read_text())
    except (OSError, ValueError):
        return None
    return process if _is_alive(process) else None


def _is_alive(process: int) -> bool:
    if process <= 0 or os.name == "nt":  # where signal 0 is Ctrl-C
        return process > 0
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _note(home: Path, name: str) -> Path:
    return home / f"{name}.pid"


def _lock(home: Path, name: str) -> FileLock:
    return FileLock(home / f"{name}.lock", mode=0o600)

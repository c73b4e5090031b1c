"""One process at a time writes to a data directory, and one follows; a crash lets go of both.

The lock is the system's and goes with the process, however it ends. Beside it stands a note with
the number of the process, to be told to those who wait; it may be left behind by a kill.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline import private
from trunkline.clock import Clock
from trunkline.errors import ConfigError

RETRY_SECONDS = 0.5
WRITER = "writer"
SERVICE = "service"

Waiting = Callable[[int | None], None]


class WriterLock:
    """The lock of one data directory, as the tasks of one process share it.

    The first of them takes it and the last lets go of it: what they publish are transactions that
    nothing is awaited in, so they are no more in one another's way than the jobs of one task. Those
    of one organisation come one after the other: two would take the same job in hand.
    """

    def __init__(self, home: Path, clock: Clock) -> None:
        self._lock = _Lock(home, WRITER, clock)
        self._holders = 0
        self._turns: dict[str, _Turn] = {}

    @asynccontextmanager
    async def held_for(
        self, organization: str, waiting: Waiting, begin: Callable[[], object]
    ) -> AsyncIterator[None]:
        """Hold it as the one task of the process that is at work for an organisation."""
        turn = self._turns.setdefault(organization, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock, self.held(waiting, begin):
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:  # a lock belongs to the event loop that it was waited for in
                del self._turns[organization]

    @asynccontextmanager
    async def held(
        self, waiting: Waiting, begin: Callable[[], object] = lambda: None
    ) -> AsyncIterator[None]:
        """Hold it; whoever takes it for the process does what is to be done first.

        ``waiting`` is told once if another process has it: which, where that can be read.
        """
        await self._lock.taken(waiting, lambda: self._holders > 0)
        self._holders += 1
        try:
            if self._holders == 1:
                begin()
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._lock.let_go()


@asynccontextmanager
async def serving(home: Path, clock: Clock, waiting: Waiting) -> AsyncIterator[None]:
    """Be the one process that follows in a data directory, for as long as it does."""
    lock = _Lock(home, SERVICE, clock)
    await lock.taken(waiting)
    try:
        yield
    finally:
        lock.let_go()


@dataclass(slots=True)
class _Turn:
    """Whose turn it is among the tasks of one organisation, and how many want it or have it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class _Lock:
    """The system's lock and the note beside it."""

    def __init__(self, home: Path, name: str, clock: Clock) -> None:
        self._home = home
        self._name = name
        self._clock = clock
        self._lock = _lock(home, name)

    async def taken(self, waiting: Waiting, is_ours: Callable[[], bool] = lambda: False) -> None:
        """Take it, unless the process has come to have it meanwhile; then its number is noted."""
        told = False
        while not is_ours():
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                if not told:
                    waiting(holder_of(self._home, self._name))
                    told = True
                await self._clock.sleep(RETRY_SECONDS)
                continue
            note = _note(self._home, self._name)
            with suppress(OSError, ConfigError):  # it is there to be told of, nothing more
                private.file(note)
                note.write_text(str(os.getpid()))
            return

    def let_go(self) -> None:
        """Let another process have it."""
        with suppress(OSError):
            _note(self._home, self._name).unlink()
        self._lock.release()


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

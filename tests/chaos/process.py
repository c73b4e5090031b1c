"""One process of the gateway, and the places at which it can be killed or find its disk full.

A kill point is a request before it is sent or when it was answered, a wait, a piece of work away
from the event loop, a statement of either database, and a file that is written, renamed or deleted.
Once a process is dead, every such place kills again: it can clean nothing up behind itself.

Files have no seam of their own: the interpreter's audit events tell of them. A file that is cut
off by a kill or by a full disk is left behind half written.
"""

from __future__ import annotations

import errno
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes import VirtualClock
from trunkline.database import BUSY_SECONDS
from trunkline.engine.events import Event, LockWait

POINTS = ("request", "answer", "wait", "work", "statement", "file", "rename", "delete", "merge")
MERGED = re.compile(r"[0-9a-f]{32}-\d{4}-\d{2}\.(parquet|partial)$")  # a month's, merged
_CHANGES = re.compile(r"(?:--[^\n]*\n|\s)*(?:INSERT|UPDATE|DELETE|COMMIT)")
_NO_SPACE = "database or disk is full"  # sqlite3_errstr(SQLITE_FULL)


class Killed(BaseException):
    """What a process does not survive."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The place a process dies at: the ``nth`` time it comes to ``point``."""

    point: str
    nth: int


@dataclass(slots=True)
class Process:
    """What one process has passed, and where it ends. ``full_after`` counts what it can write.

    ``merging``: only what merges a month is counted, and finds the disk full.
    ``skew`` is how wrong its clock is; ``waited`` whether it waited for another process.
    """

    home: Path
    kill: Kill | None = None
    full_after: int | None = None
    skew: timedelta = timedelta(0)
    merging: bool = False
    passed: Counter[str] = field(default_factory=Counter)
    written: int = 0
    commits: int = 0
    dead: bool = False
    full_at: str = ""
    waited: bool = False

    @property
    def disk_was_full(self) -> bool:
        """Whether something could not be written."""
        return bool(self.full_at)

    def hear(self, event: Event) -> None:
        """What a command is told while it works."""
        self.waited |= isinstance(event, LockWait)

    def at(self, point: str) -> None:
        """Come to a kill point."""
        if self.dead:
            raise Killed(point)
        self.passed[point] += 1
        if self.kill == Kill(point, self.passed[point]):
            self.dead = True
            raise Killed(point)

    def has_space(self, what: str, *, merges: bool = False) -> bool:
        """Whether one more thing can be written."""
        if self.merging and not merges:
            return True
        self.written += 1
        full = self.full_after is not None and self.written > self.full_after
        if full:
            self.full_at = self.full_at or what
        return not full


_RUNNING: ContextVar[Process | None] = ContextVar("running", default=None)


@contextmanager
def running(process: Process) -> Iterator[None]:
    """Files that the block touches below the process's directory are the process's."""
    _listen()
    before = _RUNNING.set(process)
    try:
        yield
    finally:
        _RUNNING.reset(before)


_listening: list[bool] = []


def _listen() -> None:
    """Once for the interpreter: an audit hook cannot be taken away again."""
    if not _listening:
        _listening.append(True)
        sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("open", "os.rename", "os.remove"):
        return
    process = _RUNNING.get()
    if process is None or not _is_below(process.home, arguments[0]):
        return
    if event == "os.rename":
        process.at("rename")
        if MERGED.search(str(arguments[0])):
            process.at("merge")
    elif event == "os.remove":
        process.at("delete")
    elif "w" in str(arguments[1] or ""):
        _writes(process, Path(arguments[0]))


def _is_below(home: Path, path: object) -> bool:
    """Whether it is one of ours; the lock is the system's, which lets go of it for the dead."""
    text = str(path) if isinstance(path, str | Path) else ""
    return text.startswith(f"{home}/") and not text.startswith(f"{home}/writer.")


def _writes(process: Process, path: Path) -> None:
    merges = MERGED.search(path.name) is not None
    try:
        process.at("file")
        if merges:
            process.at("merge")
    except Killed:
        _cut_off(path)
        raise
    if not process.has_space("file", merges=merges):
        _cut_off(path)
        raise OSError(errno.ENOSPC, "No space left on device", str(path))


def _cut_off(path: Path) -> None:
    before = _RUNNING.set(None)
    if path.parent.is_dir():
        path.write_bytes(b"PAR1 and no more")
    _RUNNING.reset(before)


class _Connection(sqlite3.Connection):
    """SQLite's own, with a kill point before every statement."""

    process: Process

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.process.at("statement")
        if _CHANGES.match(sql) and not self.process.has_space("statement"):
            raise sqlite3.OperationalError(_NO_SPACE)
        done = super().execute(sql, *values)
        self.process.commits += sql == "COMMIT"
        return done

    def executemany(self, sql: str, values: Any) -> sqlite3.Cursor:
        self.process.at("statement")
        if values and not self.process.has_space("statement"):
            raise sqlite3.OperationalError(_NO_SPACE)
        return super().executemany(sql, values)


def connecting(process: Process) -> Callable[[Path], sqlite3.Connection]:
    """How a process opens its databases."""

    def connect(path: Path) -> sqlite3.Connection:
        made = sqlite3.connect(
            path, isolation_level=None, timeout=BUSY_SECONDS, factory=_Connection
        )
        made.process = process
        return made

    return connect


@dataclass(frozen=True, slots=True)
class ProcessClock:
    """The world's clock as one process sees it: its own may be wrong."""

    world: VirtualClock
    process: Process

    def now(self) -> datetime:
        """The instant, as this machine has it."""
        return self.world.now() + self.process.skew

    def monotonic(self) -> float:
        """Seconds that passed in the world."""
        return self.world.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; the process may die before or after."""
        self.process.at("wait")
        await self.world.sleep(seconds)
        self.process.at("wait")


def offloading(process: Process) -> Callable[..., Any]:
    """Runs work where it stands; the process may die when it is done."""

    async def offload(function: Callable[..., Any], *arguments: Any) -> Any:
        result = function(*arguments)
        process.at("work")
        return result

    return offload

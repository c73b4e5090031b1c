"""Work of DuckDB on a thread of its own, within the time and memory of a query, or given up.

On the main thread no signal is heard until it is done. Elsewhere neither: an interrupt is heard
between two batches of rows, so one call of a function (``levenshtein`` of two long texts), or the
binder over a chain of views, goes on for as long as it likes. Such work is asked to stop, and after
``PATIENCE`` seconds left to itself: whoever asked has an error, and the process lives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

import duckdb

from trunkline.errors import Interrupted, LimitExceeded
from trunkline.lake.ceiling import ceiling, start
from trunkline.leaving import LEFT

INTERRUPT_EVERY = 0.05
PATIENCE = 3.0
_NAME = "trunkline-duckdb"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stop:
    """Asked for by any thread, once: work of DuckDB is given up wherever it is."""

    asked: Future[None] = field(default_factory=Future, repr=False)

    def ask(self) -> None:
        """Let it end now."""
        with suppress(InvalidStateError):
            self.asked.set_result(None)


@dataclass(slots=True)
class Beside:
    """The thread of one connection, which it closes in the end."""

    connection: duckdb.DuckDBPyConnection
    memory: str
    _waiting: SimpleQueue[Callable[[], object] | None] = field(default_factory=SimpleQueue)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name=_NAME, daemon=True)
        start(self._thread)

    def do(self, work: Callable[[], T], limit: Deadline) -> T:
        """What the work returns; LimitExceeded once the time is up, Interrupted if stopped."""
        limit.check()
        future = self._begin(work)
        try:
            limit.wait(future)
        finally:
            self._stop(future)
        if not future.done() or future.exception() is not None:
            limit.check()
        if not future.done():
            raise too_long(limit.seconds)
        return future.result()

    def end(self, work: Callable[[], object]) -> None:
        """Do what ends what it does; nobody waits for that."""
        self._stop(self._begin(work))

    @property
    def is_lost(self) -> bool:
        """Whether the thread was left to itself, with its connection."""
        return self._thread.name == LEFT

    def close(self) -> None:
        """Close the connection, now or once the thread is done with what it is left with."""
        self._waiting.put(self.connection.close)
        self._waiting.put(None)
        if self._thread.name != LEFT:
            self._thread.join()

    def leave(self) -> None:
        """End the thread, which is done; the connection goes on."""
        self._waiting.put(None)
        self._thread.join()

    def _begin(self, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            try:
                with ceiling(self.memory):
                    future.set_result(work())
            except BaseException as error:  # noqa: BLE001 (it is raised where it is waited for)
                future.set_exception(error)

        self._waiting.put(run)
        return future

    def _stop(self, future: Future[Any]) -> None:
        """Again and again: an interrupt between two statements is forgotten by the next one."""
        until = time.monotonic() + PATIENCE
        while not future.done() and self._thread.name != LEFT:
            self.connection.interrupt()
            wait((future,), INTERRUPT_EVERY)
            if time.monotonic() > until:
                self._thread.name = LEFT

    def _work(self) -> None:
        while (work := self._waiting.get()) is not None:
            work()


@dataclass(slots=True)
class Deadline:
    """When the time of a query is up, how long it had, and what may end it before.

    Where it ``rests``, time counts while DuckDB works and not while somebody reads its rows.
    """

    seconds: float
    stop: Stop | None = None
    rests: bool = False
    _began: float = field(default_factory=time.monotonic)
    _spent: float = 0.0

    @property
    def left(self) -> float:
        """Seconds; none or fewer once it is up."""
        spent = self._spent if self.rests else time.monotonic() - self._began
        return self.seconds - spent

    def check(self) -> None:
        """Interrupted where it was stopped, LimitExceeded where the time is up."""
        if self.stop and self.stop.asked.done():
            raise Interrupted("stopped on request")
        if self.left <= 0:
            raise too_long(self.seconds)

    def wait(self, future: Future[Any]) -> None:
        """Wait until it is done, the time is up or it is stopped."""
        began, ends = time.monotonic(), [future]
        if self.stop:
            ends.append(self.stop.asked)
        try:
            wait(ends, self.left, FIRST_COMPLETED)
        finally:
            self._spent += time.monotonic() - began


@contextmanager
def beside(connection: duckdb.DuckDBPyConnection, memory: str) -> Iterator[Beside]:
    """A thread for a connection, which is closed at the end: at once, or when it can be."""
    found = Beside(connection, memory)
    try:
        yield found
    finally:
        found.close()


def too_long(seconds: float) -> LimitExceeded:
    """The error of a query whose time is up."""
    return LimitExceeded(
        f"the query ran longer than {seconds:g} s and was stopped",
        hint="Narrow it, or raise the setting query_seconds.",
    )

"""The first Ctrl-C or SIGTERM ends things in order, the second one ends the process at once.

The first lets what runs end in order: jobs are left resumable, DuckDB is interrupted. An operator
of DuckDB that cannot be interrupted, or a disk that does not answer, would keep even a second one
waiting, since Python hears signals between two steps of its own. A thread of ours hears them from
the system itself. What was committed is on the disk, and the lock goes with the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from trunkline.errors import Interrupted

TOGETHER = 0.3  # seconds: a terminal and a supervisor may both send the first one
_STOPS = frozenset({signal.SIGINT, signal.SIGTERM})


def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """``asyncio.run``, in which SIGTERM cancels the work as Ctrl-C does.

    It is heard between two steps of the event loop and never within one, be Ctrl-C ignored or not,
    as it is for what a shell starts in the background.
    """

    async def cancelled_by_sigterm() -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if task is None:
            raise AssertionError("a coroutine runs in a task")
        with _on_sigterm(lambda: loop.call_soon_threadsafe(task.cancel)):
            await work

    try:
        asyncio.run(cancelled_by_sigterm())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


@contextmanager
def _on_sigterm(stop: Callable[[], object]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals
        return

    def hear(_signum: int, _frame: FrameType | None) -> None:
        stop()

    before = signal.signal(signal.SIGTERM, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def watch() -> None:
    """Listen for the second signal, from the main thread, until the process ends."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_listen, args=(reading,), name="stopping", daemon=True).start()


def _listen(reading: int) -> None:
    first: float | None = None
    while numbers := os.read(reading, 1):
        if numbers[0] not in _STOPS:
            continue
        now = time.monotonic()
        if first is None:
            first = now
        elif now - first > TOGETHER:
            _end()


def _end() -> None:
    """Leave without any cleaning up, but with a cursor in the terminal."""
    shown = b"\x1b[?25h" if sys.stderr is not None and sys.stderr.isatty() else b""
    os.write(2, shown + b"\ntrunkline: stopped at once\n")
    os._exit(Interrupted.exit_status)

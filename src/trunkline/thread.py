"""One thread with one event loop: callers block, and may have a loop of their own running."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, ParamSpec, TypeVar

from trunkline.errors import UsageError

T = TypeVar("T")
P = ParamSpec("P")
NewLoop = Callable[[], asyncio.AbstractEventLoop]


class WorkThread:
    """Runs one thing at a time, in the order it is given them. Safe to call from any thread."""

    def __init__(self, new_loop: NewLoop | None = None) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="trunkline")
        self._runner = asyncio.Runner(loop_factory=new_loop)
        self._identity = self._pool.submit(threading.get_ident).result()
        self._under_way: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self.closed = False

    def call(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call a function there. UsageError once the thread is closed."""
        if threading.get_ident() == self._identity:
            # A garbage collection may end an iteration here; waiting for oneself never ends.
            return function(*arguments, **named)
        if self.closed:
            raise UsageError("the gateway is closed", hint="Open another: trunkline.connect().")
        future = self._pool.submit(function, *arguments, **named)
        try:
            return future.result()
        except KeyboardInterrupt:
            self._stop(future)
            raise

    def run(self, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine there to its end; Ctrl-C cancels it, and waits until it has ended."""
        return self.call(lambda: self._runner.run(self._watched(begin)))

    def close(self) -> None:
        """End the loop and the thread. Does nothing the second time."""
        if not self.closed:
            self.call(self._runner.close)
            self.closed = True
            self._pool.shutdown()

    async def _watched(self, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._under_way = asyncio.get_running_loop(), task
        try:
            return await begin()
        finally:
            self._under_way = None

    def _stop(self, future: Future[T]) -> None:
        if future.cancel() or future.done():
            return
        if self._under_way:
            loop, task = self._under_way
            loop.call_soon_threadsafe(task.cancel)
        wait([future])

"""The engine for many who ask at once; see design/0048.

Planning reads SQLite and takes tens of milliseconds: each desk is a thread with an engine, and so
connections, of its own, and whoever asks has one for as long as that takes. What has to be fetched
is fetched by one more, whose event loop runs all fetches side by side: they share its lock, so that
two that want the same days fetch them once. Rows are read by threads that hold no desk.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyarrow as pa

from trunkline.engine import Engine, Options, Prepared
from trunkline.engine.events import Observe
from trunkline.errors import LimitExceeded, UnboundedScan
from trunkline.lake.ceiling import start
from trunkline.lake.crew import crew
from trunkline.servers.allocator import keep_freed

T = TypeVar("T")
P = ParamSpec("P")
NewEngine = Callable[[], Engine]

DESKS = 4
ASKERS = 8
ASIDE = 2  # threads of an event loop for what it has no other: names of hosts, for example


class Desk:
    """A thread with an engine of its own."""

    def __init__(self, new: NewEngine, name: str) -> None:
        self._pool = crew(1, name)
        self._runner = asyncio.Runner()
        self._engine = self._pool.submit(new).result()

    async def do(
        self, work: Callable[Concatenate[Engine, P], T], *given: P.args, **named: P.kwargs
    ) -> T:
        """Work with the engine on its thread; whoever gives up waits for the end of it."""
        return await waited(self._pool, lambda: work(self._engine, *given, **named))

    def run(self, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Of work on the thread: a coroutine to its end."""
        return self._runner.run(begin())

    def close(self) -> None:
        """Close the engine and end the thread."""
        self._pool.submit(self._engine.close).result()
        self._pool.submit(self._runner.close).result()
        self._pool.shutdown()


class Fetching:
    """A thread whose event loop fetches, for as long as the server runs."""

    def __init__(self, new: NewEngine) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(crew(ASIDE, "trunkline-fetching-aside"))
        self._thread = threading.Thread(target=self._loop.run_forever, name="trunkline-fetching")
        start(self._thread)
        self.engine = asyncio.run_coroutine_threadsafe(_made(new), self._loop).result()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine comes to there; whoever gives up cancels it."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """Cancel what runs, close the engine and end the thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.engine.close()


async def _made(new: NewEngine) -> Engine:
    return new()


async def waited(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """Work of a thread. It cannot be stopped: whoever gives up waits until it has ended."""
    future = asyncio.get_running_loop().run_in_executor(pool, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        future.exception()  # whatever it was, nobody is there to be told
        raise


@dataclass(slots=True, eq=False)
class Opened:
    """An answer that is open: rows to read, by any thread, and what they rest on.

    ``close`` it, whatever becomes of it: it has a place among the queries that may run at once.
    """

    prepared: Prepared
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    _desk: Desk
    _stack: ExitStack
    _let_go: Callable[[], None]
    _closed: bool = False

    async def close(self, error: BaseException | None = None) -> None:
        """Let go of it, for an error or at its end. Does nothing the second time."""
        if self._closed:
            return
        self._closed = True
        try:
            await self._desk.do(lambda _: _left(self._stack, error))
        finally:
            self._let_go()


class Desks:
    """Plans, fetches and answers for many at once. Close it when done.

    ``most`` queries may have an answer open; another one waits ``patience`` seconds for its place.
    """

    def __init__(self, new: NewEngine, most: int, patience: float) -> None:
        keep_freed()
        self._most, self._patience = most, patience
        self._desks = [Desk(new, f"trunkline-desk-{number}") for number in range(DESKS)]
        self._free: asyncio.Queue[Desk] = asyncio.Queue()
        for desk in self._desks:
            self._free.put_nowait(desk)
        self._places = asyncio.Semaphore(most)
        self._readers = crew(most, "trunkline-rows")
        self._askers = crew(ASKERS, "trunkline-system")
        self._writers = crew(os.cpu_count() or 1, "trunkline-bytes")
        self.fetching = Fetching(new)

    async def close(self) -> None:
        """End all threads; answers must have been closed."""
        await asyncio.to_thread(self.fetching.close)
        for desk in self._desks:
            await asyncio.to_thread(desk.close)
        self._readers.shutdown()
        self._askers.shutdown()
        self._writers.shutdown()

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[Desk]:
        desk = await self._free.get()
        try:
            yield desk
        finally:
            self._free.put_nowait(desk)

    async def do(
        self, work: Callable[Concatenate[Engine, P], T], *given: P.args, **named: P.kwargs
    ) -> T:
        """Work with an engine that does not fetch: describe, explain, tell of its catalogue."""
        async with self._one() as desk:
            return await desk.do(work, *given, **named)

    async def read(self, work: Callable[[], T]) -> T:
        """Read rows, which may take as long as the query."""
        return await waited(self._readers, work)

    async def ask(self, work: Callable[[], T]) -> T:
        """Ask what needs no engine: the system catalogue."""
        return await waited(self._askers, work)

    async def write(self, work: Callable[[], T]) -> T:
        """Write rows as they are to be sent, which waits for nothing."""
        return await waited(self._writers, work)

    async def prepare(self, sql: str, options: Options, observe: Observe) -> Prepared:
        """Plan, and fetch what is not held unless nothing may be requested.

        A query without bounds is answered from what is held. Raises what ``Engine.prepare`` does.
        """
        async with self._one() as desk:
            options, fetches, why_not = await desk.do(_asked, sql, options)
            if not fetches:
                prepared = await desk.do(_prepared, desk, sql, options, observe)
                return replace(prepared, notices=(*why_not, *prepared.notices))
        return await self.fetching.run(self.fetching.engine.prepare(sql, options, observe))

    async def open(self, prepared: Prepared) -> Opened:
        """The answer, once there is a place for it. LimitExceeded where none gets free."""
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise LimitExceeded(
                f"{self._most} queries are under way, and none came to its end",
                hint="Try again; close cursors that are not read to their end.",
            ) from None
        stack, desk = ExitStack(), self._desks[0]
        try:
            async with self._one() as desk:
                answer = await desk.do(lambda engine: stack.enter_context(engine.answer(prepared)))
        except BaseException:
            await desk.do(lambda _: _left(stack, None))  # it may have been opened all the same
            self._places.release()
            raise
        return Opened(prepared, answer.schema, answer.batches, desk, stack, self._places.release)


def _left(stack: ExitStack, error: BaseException | None) -> None:
    """The error is told to whoever is asked elsewhere; here it is noted."""
    with suppress(BaseException):
        stack.__exit__(type(error) if error else None, error, None)


def _asked(engine: Engine, sql: str, options: Options) -> tuple[Options, bool, tuple[str, ...]]:
    """The options that a query can be answered with; whether it is fetched for, or why not."""
    if options.held_only:
        return options, False, ()
    try:
        return options, engine.explain(sql, options).requests > 0, ()
    except UnboundedScan as error:
        why = f"{error.message}; what is held answers it"
        return replace(options, covered=True), False, (why,)


def _prepared(engine: Engine, desk: Desk, sql: str, options: Options, observe: Observe) -> Prepared:
    return desk.run(lambda: engine.prepare(sql, options, observe))

"""Rows of an answer on their way to a client, a part of a batch at a time.

Parts are taken one after another and written side by side, while the one before is sent. Of an
answer that rests, because a client has as many rows as it asked for, as many are made ahead:
whoever reads by portions asks for the next one the same way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

import pyarrow as pa

from trunkline.lake.beside import Stop
from trunkline.servers.postgres.session.work import Stoppable

T = TypeVar("T")
CHUNK = 16_384  # rows that are written at once
ABREAST = 2  # parts of an answer that are made while one is sent
Bytes = bytes | memoryview
Send = Callable[[Bytes], Awaitable[None]]
Close = Callable[[BaseException | None], Awaitable[None]]


class Encode(Protocol):
    """How rows are written; two that are equal write the same. Called by several threads."""

    def __call__(self, batch: pa.RecordBatch, *, first: bool) -> Iterator[Bytes]:
        """Messages of a batch, in pieces of bounded size; of the ``first`` of the answer or not."""
        ...


class Does(Protocol):
    """Does work of a thread, which is waited for without a thread."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """What the work comes to."""
        ...


@dataclass(slots=True, eq=False)
class _Part:
    """Some rows. The first piece of their messages is made, others are as they are asked for."""

    batch: pa.RecordBatch | None = None
    pieces: Iterator[Bytes] = field(default_factory=lambda: iter(()))
    piece: Bytes | None = None


@dataclass(slots=True, eq=False)
class _Portion:
    """What is asked for at once: so many rows, or all where ``most`` is 0."""

    most: int
    encode: Encode
    taken: int = 0
    parts: deque[tuple[_Part, asyncio.Task[None]]] = field(default_factory=deque)

    @property
    def wanted(self) -> int:
        """Rows of the next part; 0 where no more are asked for."""
        return min(CHUNK, self.most - self.taken) if self.most else CHUNK


@dataclass(slots=True, eq=False)
class Rows:
    """What is left of an answer. ``read`` waits for rows, ``write`` only computes.

    ``let_go`` closes the answer. With ``ahead`` a portion is made before it is asked for.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    read: Does
    write: Does
    let_go: Close
    stop: Stoppable = field(default_factory=Stop)
    ahead: bool = False
    sent: int = 0
    _rest: deque[pa.RecordBatch] = field(default_factory=deque)
    _begun: bool = False
    _over: bool = False
    _failure: Exception | None = None  # of reading, which is done once
    _portion: _Portion | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def give(self, most: int, encode: Encode, send: Send) -> int:
        """Send so many rows, or all where ``most`` is 0; how many there were."""
        given = 0
        try:
            portion = self._portion = await self._asked(most, encode)
            while (part := await self._next(portion)).batch is not None:
                given += part.batch.num_rows
                while part.piece is not None:
                    await send(part.piece)
                    part.piece = await self.write(partial(next, part.pieces, None))
                self.sent += part.batch.num_rows
        except BaseException:
            await self._dropped(stop=True)
            raise
        self._portion = None
        await asyncio.gather(*(task for _, task in portion.parts))  # which have no rows
        if self.ahead and given == most:
            self._portion = _Portion(most, encode)
            self._fill(self._portion)
        return given

    async def close(self, error: BaseException | None = None) -> None:
        """Let go of the answer, for an error or at its end."""
        await self._dropped(stop=False)
        await self.let_go(error)

    async def _asked(self, most: int, encode: Encode) -> _Portion:
        """The portion that is asked for, which may have been made by now."""
        ahead = self._portion
        if ahead is None:
            return _Portion(most, encode)
        if (ahead.most, ahead.encode) == (most, encode):
            return ahead
        # What came of it is told when it is met again.
        await asyncio.gather(*(task for _, task in ahead.parts), return_exceptions=True)
        found = [part.batch for part, _ in ahead.parts if part.batch is not None]
        self._rest.extendleft(reversed(found))
        return _Portion(most, encode)

    async def _next(self, portion: _Portion) -> _Part:
        """The next part; those after it are begun. Without rows where there are no more."""
        self._fill(portion)
        part, task = portion.parts[0]
        await task
        portion.parts.popleft()
        if part.batch is not None:
            self._fill(portion)
        return part

    def _fill(self, portion: _Portion) -> None:
        while len(portion.parts) < ABREAST:
            part = _Part()
            portion.parts.append((part, asyncio.create_task(self._make(portion, part))))

    async def _make(self, portion: _Portion, part: _Part) -> None:
        async with self._turn:
            part.batch = await self._taken(portion.wanted)
            if part.batch is None:
                return
            portion.taken += part.batch.num_rows
            first, self._begun = not self._begun, True
        await self.write(partial(_write, part, portion.encode, first=first))

    async def _taken(self, most: int) -> pa.RecordBatch | None:
        """Up to so many rows; None where there are no more, or none are wanted."""
        while most and not self._rest and not self._over:
            await self._more()
        if not most or not self._rest:
            return None
        batch = self._rest.popleft()
        if batch.num_rows > most:
            self._rest.appendleft(batch.slice(most))
        return batch.slice(0, most)

    async def _more(self) -> None:
        if self._failure:
            raise self._failure
        try:
            batch = await self.read(partial(next, self.batches, None))
        except Exception as error:
            self._failure = error
            raise
        self._over = batch is None
        if batch is not None and batch.num_rows:
            self._rest.append(batch)

    async def _dropped(self, *, stop: bool) -> None:
        """Nobody waits for what is being made; a thread may be at work."""
        portion, self._portion = self._portion, None
        tasks = [task for _, task in portion.parts] if portion else []
        if stop or not all(task.done() for task in tasks):
            self.stop.ask()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _write(part: _Part, encode: Encode, *, first: bool) -> None:
    part.pieces = iter(encode(part.batch, first=first))
    part.piece = next(part.pieces, None)


async def at_once(work: Callable[[], T]) -> T:
    """What is in memory needs no thread."""
    return work()


async def nothing(_: BaseException | None) -> None:
    """There is nothing to let go of."""


def rows_of(table: pa.Table) -> Rows:
    """Rows that are in memory."""
    return Rows(table.schema, iter(table.to_batches()), at_once, at_once, nothing)


def none(batch: pa.RecordBatch, *, first: bool) -> Iterator[Bytes]:
    """Rows that are passed over: nothing is sent of them."""
    del batch, first
    return iter(())

"""Rows of an answer on their way to a client, a part of a batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from trunkline.lake.beside import Stop
from trunkline.servers.postgres.session.work import Stoppable

T = TypeVar("T")
CHUNK = 8_192  # rows that are encoded at once
Bytes = bytes | memoryview
Encode = Callable[[pa.RecordBatch], Iterator[Bytes]]
"""Messages of a batch, in pieces of bounded size."""
Send = Callable[[Bytes], Awaitable[None]]
Made = tuple[int, Iterator[Bytes], Bytes | None]
"""How many rows, and their pieces, of which the first is made."""


class Read(Protocol):
    """Does work of a thread, which is waited for without a thread."""

    def __call__(self, work: Callable[[], T]) -> Coroutine[Any, Any, T]:
        """What the work comes to."""
        ...


Close = Callable[[BaseException | None], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Rows:
    """What is left of an answer. ``read`` does work of a thread; ``close`` lets go of it."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    read: Read
    close: Close
    stop: Stoppable = field(default_factory=Stop)
    sent: int = 0
    _rest: pa.RecordBatch | None = None

    async def give(self, most: int, encode: Encode, send: Send) -> int:
        """Send so many rows, or all where ``most`` is 0; how many there were.

        While a part is sent the next one is made: the client reads as the server writes.
        """
        given = 0
        ahead = self._made(most, encode)
        try:
            while True:
                count, pieces, piece = await ahead
                given += count
                self.sent += count
                is_last = not count or (most and given >= most)
                if not is_last:
                    ahead = self._made(most and most - given, encode)
                while piece is not None:
                    await send(piece)
                    piece = await self.read(partial(next, pieces, None))
                if is_last:
                    return given
        finally:
            await _dropped(ahead)

    def _made(self, most: int, encode: Encode) -> asyncio.Task[Made]:
        wanted = min(CHUNK, most) if most else CHUNK
        work = partial(self._next, wanted, encode)
        return asyncio.create_task(self.read(work))

    def _next(self, most: int, encode: Encode) -> Made:
        batch = self._taken(most)
        if batch is None:
            return 0, iter(()), None
        pieces = iter(encode(batch))
        return batch.num_rows, pieces, next(pieces, None)

    def _taken(self, most: int) -> pa.RecordBatch | None:
        """Up to so many rows; None where there are no more."""
        while self._rest is None or not self._rest.num_rows:
            self._rest = next(self.batches, None)
            if self._rest is None:
                return None
        taken, self._rest = self._rest.slice(0, most), self._rest.slice(most)
        return taken


async def _dropped(ahead: asyncio.Task[Made]) -> None:
    """Nobody wants it any more; it is waited for, since it reads what is closed next."""
    if not ahead.done():
        ahead.cancel()
        await asyncio.wait([ahead])
    if not ahead.cancelled():
        ahead.exception()


async def at_once(work: Callable[[], T]) -> T:
    """What is in memory needs no thread."""
    return work()


async def nothing(_: BaseException | None) -> None:
    """There is nothing to let go of."""


def rows_of(table: pa.Table) -> Rows:
    """Rows that are in memory."""
    return Rows(table.schema, iter(table.to_batches()), at_once, nothing)


def none(batch: pa.RecordBatch) -> Iterator[Bytes]:
    """Rows that are passed over: nothing is sent of them."""
    del batch
    return iter(())

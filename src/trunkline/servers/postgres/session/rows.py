"""Rows of an answer on their way to a client, a part of a batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

import pyarrow as pa

from trunkline.lake.beside import Stop
from trunkline.servers.postgres.session.work import Stoppable

T = TypeVar("T")
CHUNK = 16_384  # rows that are encoded at once
Bytes = bytes | memoryview
Encode = Callable[[pa.RecordBatch], Iterator[Bytes]]
"""Messages of a batch, in pieces of bounded size."""
Send = Callable[[Bytes], Awaitable[None]]
Made = tuple[int, Iterator[Bytes], Bytes | None]
"""How many rows, and their messages: the first piece is made, the others are as they are asked for.
"""


class Read(Protocol):
    """Does work of a thread, which is waited for without a thread."""

    async def __call__(self, work: Callable[[], T]) -> T:
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

        While some are sent the next ones are made, and no more than those.
        """
        given = 0
        ahead = self._begun(most, given, encode)
        try:
            while ahead is not None:
                count, pieces, piece = await ahead
                given += count
                ahead = self._begun(most, given, encode) if count else None
                while piece is not None:
                    await send(piece)
                    piece = await self.read(partial(next, pieces, None))
                self.sent += count
        except BaseException:
            self.stop.ask()
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)  # a thread may be at work
            raise
        return given

    def _begun(self, most: int, given: int, encode: Encode) -> asyncio.Task[Made] | None:
        """The next rows being made; None where no more are wanted."""
        wanted = min(CHUNK, most - given) if most else CHUNK
        if not wanted:
            return None
        return asyncio.create_task(self.read(partial(self._next, wanted, encode)))

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

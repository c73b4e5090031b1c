"""Rows on their way to a client: in order, made ahead, and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pyarrow as pa
import pytest

from trunkline.servers.postgres.session.rows import CHUNK, Bytes, Rows, none

T = TypeVar("T")
SIZES = (CHUNK * 2 + 5, 0, 1, 20_000, 7)
ALL = sum(SIZES)


@dataclass(frozen=True)
class Numbered:
    """Rows as their numbers, after a mark."""

    mark: bytes = b""

    def __call__(self, batch: pa.RecordBatch, *, first: bool) -> Iterator[Bytes]:
        numbers = batch.column(0).to_numpy().astype("<i8").tobytes()
        yield (b"F" if first else b"N") + self.mark
        yield numbers


@dataclass
class Client:
    """What was sent."""

    numbers: bytes = b""
    marks: list[bytes] = field(default_factory=list)

    async def take(self, piece: Bytes) -> None:
        await asyncio.sleep(0)
        if len(piece) % 8:
            self.marks.append(bytes(piece))
        else:
            self.numbers += bytes(piece)

    def seen(self) -> list[int]:
        return memoryview(self.numbers).cast("q").tolist()


@dataclass
class Source:
    """Batches of consecutive numbers, read in threads; ``fails`` in the place of one of them."""

    fails: int | None = None
    read: int = 0
    closed: list[BaseException | None] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def batches(self) -> Iterator[pa.RecordBatch]:
        start = 0
        for place, size in enumerate(SIZES):
            if place == self.fails:
                raise ValueError(f"batch {place}")
            self.read += 1
            yield pa.record_batch([pa.array(range(start, start + size), pa.int64())], ["n"])
            start += size

    def ask(self) -> None:
        self.asked.set()

    async def close(self, error: BaseException | None) -> None:
        self.closed.append(error)

    def rows(self, *, ahead: bool = True) -> Rows:
        schema = pa.schema([("n", pa.int64())])
        return Rows(schema, self.batches(), thread, thread, self.close, self, ahead=ahead)


async def thread(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)


async def portions(source: Source, sizes: Sequence[int], client: Client) -> list[int]:
    rows = source.rows()
    counts = [await rows.give(most, Numbered(), client.take) for most in sizes]
    await rows.close()
    return counts


@pytest.mark.parametrize("sizes", [
    (0,), (ALL, 1), (10_000,) * 6, (1, 1, 3, 0), (CHUNK, CHUNK, 0), (5, 40_000, 1, 20_000),
])  # fmt: skip
def test_portions_of_any_size_give_every_row_once_and_in_order(sizes: tuple[int, ...]) -> None:
    client, left, expected = Client(), ALL, []
    for most in sizes:
        expected.append(min(most or left, left))
        left -= expected[-1]
    assert asyncio.run(portions(Source(), sizes, client)) == expected
    assert client.seen() == list(range(ALL - left))
    assert [mark[:1] for mark in client.marks][:2] == [b"F", b"N"][: len(client.marks)]
    assert sum(mark == b"F" for mark in client.marks) == 1


def test_what_was_made_ahead_is_made_again_for_whoever_wants_it_otherwise() -> None:
    async def story(client: Client) -> None:
        rows = Source().rows()
        await rows.give(3, Numbered(), client.take)
        await rows.give(3, Numbered(b"12345678"), client.take)
        await rows.give(2, none, client.take)
        await rows.give(4, Numbered(), client.take)
        await rows.close()

    client = Client()
    asyncio.run(story(client))
    assert client.seen() == [0, 1, 2, 3, 4, 5, 8, 9, 10, 11]


@pytest.mark.parametrize("sizes", [(0,), (CHUNK * 2 + 5, 1), (10_000, 25_000)])
def test_an_error_is_told_to_whoever_asks_for_the_rows_it_stands_for(
    sizes: tuple[int, ...],
) -> None:
    async def story() -> Client:
        client, source = Client(), Source(fails=3)
        rows = source.rows()
        for most in sizes[:-1]:
            assert await rows.give(most, Numbered(), client.take) == most
        await rows.give(1, Numbered(b"1"), client.take)  # which there are still
        with pytest.raises(ValueError, match="batch 3"):
            await rows.give(sizes[-1] and ALL, Numbered(), client.take)
        await rows.close(None)
        assert source.closed == [None]
        return client

    client = asyncio.run(story())
    assert client.seen() == list(range(CHUNK * 2 + 6))


def test_who_closes_waits_for_what_is_made_ahead_and_stops_it() -> None:
    async def story() -> Source:
        source, began, may_end = Source(), asyncio.Event(), asyncio.Event()

        async def slow(work: Callable[[], T]) -> T:
            if source.read:
                began.set()
                await may_end.wait()
            return await asyncio.to_thread(work)

        rows = source.rows()
        rows.read = slow
        await rows.give(CHUNK * 2 + 5, Numbered(), Client().take)
        await began.wait()
        closing = asyncio.create_task(rows.close())
        await source.asked.wait()
        may_end.set()
        await closing
        return source

    assert asyncio.run(story()).closed == [None]


def test_nothing_is_made_ahead_of_what_may_not_be() -> None:
    async def story(source: Source) -> None:
        rows = source.rows(ahead=False)
        await rows.give(CHUNK * 2 + 5, Numbered(), Client().take)
        await asyncio.sleep(0.01)
        await rows.close()

    source = Source()
    asyncio.run(story(source))
    assert source.read == 1

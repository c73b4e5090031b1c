"""Many at once over the wire: slow readers, clients that vanish, places that run out."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import psycopg
import pytest
from psycopg import errors

from tests import postgres_client as client
from tests.acceptance.commands import PATIENCE, desk
from tests.acceptance.test_serve import ENDLESS
from tests.acceptance.wire import COUNT_MARCH, MARCH, Served, served, wait_until

LARGE = 2 * 1024**3  # bytes of the answer that nobody reads
LONG = f"SELECT repeat('x', 1000) FROM conversations, range({LARGE // 1000}) WHERE {MARCH}"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two places that has March."""
    with (
        desk(tmp_path_factory.mktemp("load")) as found,
        served(found, "--queries", "2", "--memory", "1GB") as server,
    ):
        server.rows(COUNT_MARCH)
        yield server


class Raw:
    """A client of our own making, that reads when it likes."""

    def __init__(self, at: Served) -> None:
        self.socket = socket.create_connection(("127.0.0.1", at.port), PATIENCE)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.socket.sendall(client.startup(user="raw"))
        self.until(b"Z")

    def until(self, letter: bytes) -> bytes:
        """Read on, up to a message with a letter; its body."""
        while True:
            kind, size = struct.unpack("!ci", self._exactly(5))
            body = self._exactly(size - 4)
            if kind == letter:
                return body

    def ask(self, sql: str) -> None:
        self.socket.sendall(client.query(sql))

    def vanish(self) -> None:
        """Without a word: what is unread becomes a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            some = self.socket.recv(size - len(data))
            assert some, "the server hung up"
            data += some
        return data


def test_who_reads_slowly_is_waited_for_and_not_buffered(at: Served) -> None:
    before = at.memory
    slow = Raw(at)
    slow.ask(LONG)
    slow.until(b"D")
    time.sleep(3.0)
    assert at.memory - before < 400 * 1024**2
    assert at.rows("SELECT 1") == [(1,)]
    assert at.rows(COUNT_MARCH)
    slow.vanish()


@pytest.mark.parametrize("sql", [LONG, ENDLESS])
def test_what_a_client_that_vanishes_held_is_free_again(at: Served, sql: str) -> None:
    for _ in range(3):  # with two places
        gone = Raw(at)
        gone.ask(sql)
        time.sleep(0.5)
        gone.vanish()
    assert at.rows(COUNT_MARCH)


def test_sixty_four_at_once_have_their_own_answers(at: Served) -> None:
    async def one(number: int) -> int:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=at.port, user="ann", database="lake", timeout=PATIENCE
        )
        try:
            found = await connection.fetchrow(
                f"SELECT count(*), $1::int FROM conversations WHERE {MARCH}", number
            )
            assert found is not None
            assert found[0] > 0
            return int(found[1])
        finally:
            await connection.close()

    async def many() -> list[int]:
        return await asyncio.gather(*map(one, range(64)))

    assert asyncio.run(many()) == list(range(64))


def test_cursors_that_are_open_have_places(at: Served) -> None:
    every = f"SELECT conversation_id FROM conversations WHERE {MARCH}"
    with psycopg.connect(at.conninfo()) as connection:
        for name in ("a", "b"):
            connection.execute(f"DECLARE {name} CURSOR FOR {every}")
            assert len(connection.execute(f"FETCH 2 FROM {name}").fetchall()) == 2
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(at.rows, COUNT_MARCH)
            time.sleep(0.5)
            assert not waiting.done()
            connection.execute("CLOSE a")
            assert waiting.result(PATIENCE)


def test_a_portal_is_suspended_and_run_on(at: Served) -> None:
    async def story() -> tuple[int, list[int]]:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=at.port, user="ann", database="lake"
        )
        try:
            async with connection.transaction():
                cursor = await connection.cursor(
                    f"SELECT conversation_id FROM conversations WHERE {MARCH}"
                )
                parts = [len(await cursor.fetch(50)) for _ in range(5)]
            whole = await connection.fetchval(COUNT_MARCH)
        finally:
            await connection.close()
        return whole, parts

    whole, parts = asyncio.run(story())
    assert sum(parts) == whole
    assert parts[0] == 50


GREEDY = (
    f"SELECT array_agg(i) FROM range(1000000000) t(i), conversations WHERE {MARCH}",
    "SELECT len(list_transform(range(5000), lambda x: repeat('x', 1000000)))",
    "SELECT length(repeat('x', 2000000 + i::INT)) FROM range(2048) t(i)",
)


@pytest.mark.parametrize("sql", GREEDY)
def test_a_query_that_needs_too_much_memory_ends_alone(at: Served, sql: str) -> None:
    with at.connect() as connection:
        with pytest.raises((errors.OutOfMemory, errors.InsufficientResources)):
            connection.execute(sql)
        # Twice what the queries have together, and what the process has without them.
        assert at.peak < 3 * 1024**3
        for _ in range(3):
            assert at.rows(COUNT_MARCH)
    assert at.process.poll() is None


def test_pipelined_messages_are_answered_in_turn(at: Served) -> None:
    with at.connect() as connection, connection.pipeline():
        found = [connection.execute("SELECT %s::int", (number,)) for number in range(50)]
        assert [cursor.fetchall() for cursor in found] == [[(number,)] for number in range(50)]


def test_no_thread_and_no_file_is_left_behind(at: Served) -> None:
    def files() -> int:
        import os  # noqa: PLC0415

        return len(os.listdir(f"/proc/{at.process.pid}/fd"))  # noqa: PTH208

    at.rows(COUNT_MARCH)
    before = files()
    for _ in range(20):
        at.rows(COUNT_MARCH)
    wait_until(lambda: files() <= before + 2)
    assert list((at.at.home / "spill").glob("*")) == []

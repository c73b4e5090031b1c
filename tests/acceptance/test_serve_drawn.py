"""Messages in any order, drawn from seeds: every Sync is answered, and nothing is a defect."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests import postgres_client as client
from tests.acceptance.commands import PATIENCE, desk
from tests.acceptance.wire import COUNT_MARCH, MARCH, Served, served

HELD = f"SELECT conversation_id, n_offered FROM sessions WHERE {MARCH}"
TEXTS = (
    "", ";", "SELECT 1", "SELECT $1::int + 1", "SELECT $1", HELD, COUNT_MARCH, "BEGIN", "COMMIT",
    "ROLLBACK", "SAVEPOINT a", "ROLLBACK TO a", "RELEASE a", "DECLARE c CURSOR FOR " + HELD,
    "DECLARE h CURSOR WITH HOLD FOR SELECT * FROM pg_type", "FETCH 3 FROM c", "FETCH ALL FROM h",
    "MOVE 2 IN c", "CLOSE c", "CLOSE ALL", "PREPARE s AS SELECT $1::int", "EXECUTE s(1)",
    "EXECUTE s", "DEALLOCATE s", "DEALLOCATE ALL", "SHOW ALL", "SHOW TimeZone",
    "SET TimeZone = 'Asia/Tokyo'", "SET LOCAL TimeZone = 'UTC'", "RESET ALL", "DISCARD ALL",
    "EXPLAIN " + COUNT_MARCH, f"COPY ({HELD} LIMIT 3) TO STDOUT",
    "COPY pg_am TO STDOUT (FORMAT csv)", "CREATE TEMP TABLE t AS SELECT 1 AS a", "SELECT * FROM t",
    "INSERT INTO t VALUES (2)",
    "DROP TABLE t", "TRUNCATE t", "SELECT 1/0", "SELECT * FROM nothing", "SELEC",
    "SELECT 1; SELECT 2",
    "SELECT relname, oid::regclass FROM pg_class LIMIT 3", "LISTEN x", "SELECT 'a", "SELECT now()",
)  # fmt: skip
NAMES = ("", "c", "h", "s", "p")


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with desk(tmp_path_factory.mktemp("drawn")) as found, served(found) as server:
        server.rows(COUNT_MARCH)
        yield server


@dataclass
class Session:
    """A client that sends what is drawn, and reads up to each ReadyForQuery."""

    at: Served
    drawn: random.Random
    socket: socket.socket = field(init=False)
    said: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.at.port), PATIENCE)
        self.socket.sendall(client.startup(user="drawn"))
        self.ready()

    def group(self) -> None:
        """A simple query, or messages up to a Sync."""
        if self.drawn.random() < 0.3:
            self.say(client.query(self.drawn.choice(TEXTS)))
        else:
            for _ in range(self.drawn.randrange(1, 8)):
                self.say(self.message())
            self.say(client.SYNC)
        self.ready()

    def message(self) -> bytes:
        drawn, name = self.drawn, self.drawn.choice(NAMES)
        oids = drawn.choice(([], [23], [25], [0], [1114], [999_999]))
        values = drawn.choice(([], [], [b"5"], [None], [b"x"], [b"1", b"2"]))
        target = drawn.choice((b"S", b"P"))
        return drawn.choice(
            (
                client.parse(drawn.choice(TEXTS), name, oids),
                client.bind(values, drawn.choice(NAMES), name, [], drawn.choice(([], [1], [0, 1]))),
                client.execute(name, drawn.choice((0, 0, 1, 7))),
                client.describe(target, name),
                client.close(target, name),
                client.FLUSH,
            )
        )

    def say(self, data: bytes) -> None:
        self.said.append(data)
        self.socket.sendall(data)

    def ready(self) -> None:
        while True:
            letter, size = struct.unpack("!ci", self.exactly(5))
            body = self.exactly(size - 4)
            if letter == b"E":
                told = client.fields(body)
                assert not told["C"].startswith("XX"), (told, self.said)
                assert told["S"] == "ERROR", (told, self.said)
            if letter == b"Z":
                return

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            some = self.socket.recv(size - len(data))
            assert some, ("the server hung up", self.said)
            data += some
        return data


@pytest.mark.parametrize("seed", range(8))
def test_messages_in_any_order_are_answered(at: Served, seed: int) -> None:
    session = Session(at, random.Random(seed))  # noqa: S311
    for _ in range(25):
        session.group()
    session.socket.close()
    assert at.rows("SELECT 1") == [(1,)]

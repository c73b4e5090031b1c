"""Hostile bytes for a PostgreSQL port, drawn from a seed, and what a server of them must keep.

    python -m tests.acceptance.clients.hostile PORT --user ana --password … --first 0 --count 1000

A story is one connection. Half of them never come to a session: their bytes stand where a startup
packet is wanted. The others are let in by libpq first, and then send messages that are valid,
broken, truncated, out of order or huge, and leave in one of three ways.
"""

from __future__ import annotations

import argparse
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg

from tests import postgres_client as wire

PATIENCE = 20.0
QUERIES = (
    "select 1", "", ";", ";;;", "select 1; selec 2", "select $1::int + $2", "begin", "rollback",
    "select * from conversations limit 3", "declare c cursor for select * from conversations",
    "fetch 2 from c", "move backward all in c", "close c", "savepoint s", "rollback to s",
    "release nothing", "copy (select 1) to stdout", "copy conversations from stdin",
    "copy (select * from conversations limit 9) to stdout (format binary)",
    "prepare p as select $1",
    "execute p(1)", "execute nothing", "deallocate all", "discard all", "select '", "select \"",
    "select $$", "/* /* */", "select E'\\", "select U&'\\", "--", "set x.y = 1", "set role nobody",
    "show nothing", "reset all", "select 1/0", "select 'x'::int",
    "select \ufffd", "select '\U0001f4a5'",
    "(" * 3000, "select " + "1+" * 8000 + "1", "select " + "(" * 2000 + "1" + ")" * 2000,
    "select " + "not " * 3000 + "true", "select '" + "x" * 200_000 + "'", "explain select 1",
    "select " + ",".join(f"1 a{place}" for place in range(1700)), "listen x", "lock conversations",
    "select * from " + "a" * 10_000, "with recursive r as (select 1 union all select 1) select 1",
    "select array[" * 40 + "1" + "]" * 40, "set statement_timeout = '-1'", "end; end; end",
)  # fmt: skip
NAMES = ("", "s", "p", "c", "x" * 300, "\u00e9", "no such")
OIDS = (0, 16, 17, 20, 23, 25, 114, 700, 1009, 1114, 1184, 1700, 2950, 705, 999_999, 2**32 - 1)


@dataclass(frozen=True)
class Door:
    """Where a server listens, and who is let in."""

    port: int
    user: str
    password: str
    database: str

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def session(self) -> socket.socket:
        """The socket of a session that libpq has opened."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=self.user, password=self.password,
            dbname=self.database, sslmode="disable", connect_timeout=20, autocommit=True,
        ) as opened:  # fmt: skip
            taken = socket.socket(fileno=os.dup(opened.pgconn.socket))
            with Path(os.devnull).open("r+b") as nothing:  # so that it does not say goodbye
                os.dup2(nothing.fileno(), opened.pgconn.socket)
        taken.settimeout(PATIENCE)
        return taken


def noise(random: Random, most: int = 400) -> bytes:
    return random.randbytes(random.randrange(most))


def start(random: Random) -> bytes:
    """What stands where a startup packet is wanted."""
    length = random.choice((0, 3, 4, 7, 8, 9, 10_001, 2**31 - 1, -1, -(2**31)))
    odd = struct.pack("!iI", length, random.choice((196_608, 80_877_103, 80_877_102, 0, 131_072)))
    drawn: tuple[Callable[[], bytes], ...] = (
        lambda: noise(random, 5000),
        lambda: odd + noise(random),
        lambda: struct.pack("!iI", 8, 80_877_103) + noise(random),
        lambda: struct.pack("!iI", 8, 80_877_104) * random.randrange(1, 50),
        lambda: struct.pack(
            "!iIII", 16, 80_877_102, random.getrandbits(31), random.getrandbits(32)
        ),
        lambda: struct.pack("!iI", 8, 80_877_102),
        lambda: wire.startup((3, random.randrange(70_000) % 65_536), user="x" * 60_000),
        lambda: wire.startup((random.randrange(5), 0), user="ana", database="\0\0"),
        lambda: wire.startup((3, 0), **{f"_pq_.{n}": "1" for n in range(500)}),
        lambda: wire.startup(user="ana", database="lake", options="-c " * 5000),
        lambda: wire.startup(user="ana") + wire.message(b"p", noise(random)),
        lambda: wire.startup(user="ana") + wire.message(b"p", b"SCRAM-SHA-256\0", noise(random)),
        lambda: (
            wire.startup(user="ana")
            + wire.message(
                b"p", b"SCRAM-SHA-256\0", struct.pack("!i", 24), b"n,,n=ana,r=" + b"x" * 13
            )
            + wire.message(b"p", noise(random))
        ),
        lambda: wire.startup(user="ana") + wire.query("select 1"),
        lambda: wire.startup(user="no'one\"; --", database="../../etc/passwd"),
        lambda: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + noise(random),
        lambda: b"",
    )
    return random.choice(drawn)()


def valid(random: Random) -> bytes:
    """One message as the protocol has it, though perhaps out of place."""
    name, sql = random.choice(NAMES), random.choice(QUERIES)
    given = [
        random.choice((None, b"", b"1", b"\0\0\0\1", noise(random)))
        for _ in range(random.randrange(4))
    ]
    formats = [random.choice((0, 1, 1, 2, -1)) for _ in range(random.choice((0, 1, len(given))))]
    drawn: tuple[Callable[[], bytes], ...] = (
        lambda: wire.query(sql),
        lambda: wire.parse(sql, name, random.choices(OIDS, k=random.randrange(4))),
        lambda: wire.bind(
            given,
            name,
            random.choice(NAMES),
            formats,
            random.choices((0, 1, 7), k=random.randrange(3)),
        ),
        lambda: wire.describe(random.choice((b"S", b"P", b"?")), name),
        lambda: wire.execute(name, random.choice((0, 1, 5, -1, 2**31 - 1))),
        lambda: wire.close(random.choice((b"S", b"P", b"?")), name),
        lambda: wire.SYNC,
        lambda: wire.FLUSH,
        lambda: wire.message(b"d", noise(random)),
        lambda: wire.message(random.choice((b"c", b"f")), b"why\0"),
        lambda: wire.message(b"F", struct.pack("!IHH", 1, 0, 0), noise(random)),
        lambda: wire.message(b"p", noise(random)),
    )
    return random.choice(drawn)()


def sized(whole: bytes, length: int) -> bytes:
    """A message that says it is so long."""
    return whole[:1] + struct.pack("!i", length) + whole[5:]


def broken(random: Random) -> bytes:
    """One message whose length, counts, letter or text are not what they say."""
    whole = valid(random)
    huge = random.choice((0xFFFF, 0x7FFF, 0x8000))
    drawn: tuple[Callable[[], bytes], ...] = (
        lambda: sized(whole, random.choice((0, 1, 3, -1, -(2**31)))),
        lambda: sized(whole, len(whole) + random.choice((-3, -2, 0, 1, 7, 1000))),
        lambda: sized(whole, random.choice((2**31 - 1, 2**30, 2**28))),
        lambda: random.randbytes(1) + whole[1:],
        lambda: whole[: random.randrange(len(whole))],
        lambda: bytes(b ^ (random.random() < 0.05) * random.randrange(256) for b in whole),
        lambda: wire.message(b"B", b"\0\0", struct.pack("!H", huge)),
        lambda: wire.message(b"B", b"\0\0", struct.pack("!HHi", 0, 1, 2**31 - 1)),
        lambda: wire.message(b"B", b"\0\0", struct.pack("!HHi", 0, 1, -2)),
        lambda: wire.message(b"B", b"\0\0", struct.pack("!HHH", 0, 0, huge)),
        lambda: wire.message(b"P", b"\0select 1\0", struct.pack("!H", huge)),
        lambda: wire.message(b"P", b"no end"),
        lambda: wire.message(b"Q", noise(random)),
        lambda: wire.message(b"Q", b"select '\xff\xfe\xc0\x80'\0"),
        lambda: wire.message(b"Q", b"select 1\0 and more\0"),
        lambda: wire.message(b"E", noise(random, 9)),
        lambda: noise(random, 3000),
    )  # fmt: skip
    return random.choice(drawn)()


def session(random: Random) -> bytes:
    """What a client sends once it is let in."""
    wrong = random.random() * 0.5
    return b"".join(
        broken(random) if random.random() < wrong else valid(random)
        for _ in range(random.randrange(1, 25))
    )


def leave(random: Random, there: socket.socket) -> bytes:
    """Say goodbye, stop sending and read to the end, or vanish."""
    way = random.randrange(4)
    if way == 0:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return b""
    if way == 1:
        there.sendall(wire.TERMINATE)
    with suppress(OSError):  # it has hung up
        there.shutdown(socket.SHUT_WR)
    read = b""
    while part := there.recv(65_536):
        read = (read + part)[-100_000:]
    return read


def story(door: Door, seed: int) -> bytes:
    """Live through one story; gives the end of what the server said.

    It raises ``TimeoutError`` where the server neither answers nor hangs up.
    """
    random = Random(seed)  # noqa: S311 a seed is no secret
    early = random.random() < 0.4
    with door.open() if early else door.session() as there:
        said = start(random) if early else session(random)
        with suppress(ConnectionError):  # it hung up, which is a good answer
            there.sendall(said)
            return leave(random, there)
    return b""


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("port", type=int)
    for name, usual in (("--user", "ana"), ("--password", "secret"), ("--database", "lake")):
        asked.add_argument(name, default=usual)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--count", type=int, default=1000)
    given = asked.parse_args()
    door = Door(given.port, given.user, given.password, given.database)
    for seed in range(given.first, given.first + given.count):
        try:
            story(door, seed)
        except Exception as error:  # noqa: BLE001 every seed is told
            print(f"seed {seed}: {error!r}")  # noqa: T201 its report


if __name__ == "__main__":
    main()

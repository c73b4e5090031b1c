"""Clients that are slow, vanish, flood, guess or send anything: the server stays as it was."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import postgres_client as wire
from tests.acceptance.clients import serving
from tests.acceptance.clients.data import TABLE
from tests.acceptance.clients.hostile import Door, story
from tests.acceptance.clients.targets import DATABASE, PASSWORD, USER, Target
from tests.acceptance.clients.vitals import Vitals, measured, settled

pytestmark = [
    pytest.mark.xdist_group("wire-hostile"),
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc"),
]
WIDE = f"select a.* from {TABLE} a, generate_series(1, 100000) b"  # 400 GB of rows
POOLED = 8  # threads by which its pools may still grow, however many clients there were
ROOM = 150.0  # megabytes that a server may take for one result, however long


@pytest.fixture(scope="module")
def served() -> Iterator[serving.Served]:
    """A server of its own, warm: every thread it keeps is there."""
    with serving.served(20_000) as started:
        list(many(started.target, 64))
        yield started


def counted(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
    row = connection.execute(f"select count(*) from {TABLE} where n_transfers >= 0").fetchone()
    assert row is not None
    return int(row[0])


def many(target: Target, number: int) -> Iterator[int]:
    """That many connections, open at once, each with an answer."""
    opened = [target.connect() for _ in range(number)]
    try:
        with ThreadPoolExecutor(number) as threads:
            answers = [threads.submit(counted, connection) for connection in opened]
            yield from (answer.result() for answer in answers)
    finally:
        for connection in opened:
            connection.close()


def now(served: serving.Served) -> Vitals:
    return measured(served.pid, served.temporary)


def back_to(served: serving.Served, before: Vitals) -> None:
    """Assert that it holds no more open files and files than before, nor threads for clients."""

    def enough(found: Vitals) -> bool:
        return (
            found.open_files <= before.open_files
            and found.threads <= before.threads + POOLED
            and found.left <= before.left
        )

    found = settled(served.pid, served.temporary, enough)
    assert enough(found), (before, found)


def test_sixty_four_connections_at_once(served: serving.Served) -> None:
    before = now(served)
    assert list(many(served.target, 64)) == [20_000] * 64
    back_to(served, before)


def test_one_connection_too_many_is_told_so(served: serving.Served) -> None:
    before = now(served)
    opened: list[psycopg.Connection[tuple[object, ...]]] = []
    try:
        opened += [served.target.connect() for _ in range(100)]  # as many as it takes
        with pytest.raises(psycopg.OperationalError, match="too many"):
            served.target.connect()
        assert opened[0].execute("select 1").fetchone() == (1,)
    finally:
        for connection in opened:
            connection.close()
    back_to(served, before)  # a place is given back when the server has seen the end


def session(served: serving.Served) -> socket.socket:
    return Door(served.target.port, USER, PASSWORD, DATABASE).session()


def vanish(there: socket.socket) -> None:
    """End it without a word, as a machine does that loses its power."""
    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    there.close()


@pytest.mark.parametrize("way", ["simple", "extended", "copy"])
def test_a_slow_reader_costs_no_memory(served: serving.Served, way: str) -> None:
    before = now(served)
    asked = {
        "simple": wire.query(WIDE),
        "extended": wire.parse(WIDE) + wire.bind() + wire.execute() + wire.SYNC,
        "copy": wire.query(f"copy ({WIDE}) to stdout"),
    }
    there = session(served)
    there.sendall(asked[way])
    most = 0.0
    for _ in range(40):
        assert there.recv(4096)
        time.sleep(0.05)
        most = max(most, now(served).megabytes)
    vanish(there)
    assert most - before.megabytes < ROOM
    back_to(served, before)


def test_a_client_that_vanishes_leaves_nothing_running(served: serving.Served) -> None:
    before = now(served)
    endless = served.target.endless
    for asked in (
        wire.query(WIDE),
        wire.query(endless),
        wire.parse(endless) + wire.bind() + wire.execute() + wire.SYNC,
        wire.query(f"begin; declare c cursor for {WIDE}; fetch 10 from c"),
        wire.parse(WIDE) + wire.bind(portal="p") + wire.execute("p", 10) + wire.FLUSH,
        wire.query(f"copy ({WIDE}) to stdout (format binary)"),
    ):  # fmt: skip
        there = session(served)
        there.sendall(asked)
        if endless.encode() in asked:
            time.sleep(0.2)  # it says nothing, and is being run
        else:
            there.recv(1)
        vanish(there)
    back_to(served, before)
    idle(served)


def idle(served: serving.Served) -> None:
    """Assert that it comes to rest: whatever it ran for others has been stopped."""
    path = Path(f"/proc/{served.pid}/stat")

    def ticks() -> int:
        fields = path.read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    for _ in range(60):
        used = ticks()
        time.sleep(0.5)
        if ticks() - used <= 5:  # a tenth of one processor
            return
    pytest.fail("it still works for a client that is gone")


def test_hostile_stories_leave_it_as_it_was(served: serving.Served) -> None:
    door = Door(served.target.port, USER, PASSWORD, DATABASE)
    for seed in range(30):  # what its libraries keep once they have been used
        story(door, seed)
    before = now(served)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda seed: story(door, seed), range(120)))
    with served.target.connect() as connection:
        assert connection.execute(f"select count(*) from {TABLE}").fetchone() == (20_000,)
    back_to(served, before)
    assert now(served).megabytes - before.megabytes < ROOM


def test_a_flood_of_bytes_without_an_end_is_cut(served: serving.Served) -> None:
    before = now(served)
    there = session(served)
    there.sendall(b"Q" + struct.pack("!i", 2**30))
    sent = 0
    try:
        while sent < 2**28:
            sent += there.send(b"x" * 65_536)
    except (ConnectionError, TimeoutError):
        pass
    finally:
        vanish(there)
    assert settled(
        served.pid, served.temporary, lambda v: v.megabytes - before.megabytes < ROOM
    ).megabytes < before.megabytes + ROOM  # fmt: skip
    back_to(served, before)


def test_statements_that_are_kept_are_bounded(served: serving.Served) -> None:
    before = now(served)
    big = ("select '" + "x" * 2**20 + "'").encode()
    with served.target.connect() as connection:
        for number in range(600):
            connection.pgconn.prepare(f"s{number}".encode(), big)
            if connection.pgconn.status != psycopg.pq.ConnStatus.OK:
                break
        assert now(served).megabytes - before.megabytes < 2 * ROOM
    back_to(served, before)


def test_half_open_sessions_do_not_keep_others_out(served: serving.Served) -> None:
    waiting = [socket.create_connection(("127.0.0.1", served.target.port)) for _ in range(32)]
    try:
        with served.target.connect() as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        for there in waiting:
            there.close()


def test_guessing_is_slowed() -> None:
    """A server of its own, since whoever comes from the same address waits with the guesser."""
    with serving.served(10) as started:
        began = time.monotonic()
        for number in range(6):  # by libpq each is two, with TLS and without, unless it is told
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                started.target.connect(user="nobody", password=str(number), sslmode="disable")
        assert time.monotonic() - began > 1.0
        with started.target.connect() as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_cancel_with_a_wrong_key_stops_nobody(served: serving.Served) -> None:
    with served.target.connect() as connection:
        pid = connection.info.backend_pid
        stop = threading.Event()

        def pester() -> None:
            while not stop.is_set():
                with socket.create_connection(("127.0.0.1", served.target.port)) as there:
                    there.sendall(struct.pack("!iIII", 16, 80_877_102, pid, 1))
                    there.recv(1)

        pestering = threading.Thread(target=pester)
        pestering.start()
        try:
            asked = f"select count(*) from {TABLE} a, generate_series(1, 2000) b"
            assert connection.execute(asked).fetchone() == (40_000_000,)
        finally:
            stop.set()
            pestering.join()


def test_nothing_of_all_this_is_an_error_of_the_server(served: serving.Served) -> None:
    """The last of this file: what the server has said of itself."""
    assert "Traceback" not in (served.folder / "serve.log").read_text()

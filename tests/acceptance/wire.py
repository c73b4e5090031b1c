"""``trunkline serve`` as clients meet it: a process of its own, real clients on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tests.acceptance.commands import PATIENCE, Desk

LISTENING = re.compile(r"listening on (\S+):(\d+) ")
MARCH = "conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'"
YEAR = "conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'"
COUNT_MARCH = f"SELECT count(*) FROM conversations WHERE {MARCH}"


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs, and how to reach it."""

    at: Desk
    process: subprocess.Popen[str]
    port: int
    first_line: str

    def conninfo(self, **more: Any) -> str:
        """Where it is, as libpq reads it."""
        words: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "ann",
            "dbname": "lake",
        } | more
        return make_conninfo(**words)

    def connect(self, **more: Any) -> psycopg.Connection[Any]:
        """A session of its own transactions."""
        return psycopg.connect(self.conninfo(**more), autocommit=True, connect_timeout=20)

    def rows(self, sql: str, *values: Any, **more: Any) -> list[Any]:
        """The rows of a query in a session of its own."""
        with self.connect(**more) as connection:
            return connection.execute(sql, values or None).fetchall()

    def psql(self, *statements: str, **more: object) -> subprocess.CompletedProcess[str]:
        """Run statements one after another in psql, unaligned and without headings."""
        commands = [part for statement in statements for part in ("-c", statement)]
        return subprocess.run(
            ["psql", "-X", "-A", "-t", *commands, self.conninfo(**more)],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    @property
    def memory(self) -> int:
        """Bytes that the server has in memory."""
        return self._status("VmRSS")

    @property
    def peak(self) -> int:
        """The most bytes that it had in memory."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024


@contextmanager
def served(at: Desk, *arguments: str) -> Iterator[Served]:
    """A server beside a desk, on a port that is free; it is ended in order."""
    process = at.start("serve", "--port", "0", *arguments)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = LISTENING.match(line)
        assert found, (line, process.communicate())
        yield Served(at, process, int(found[2]), line)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


def wait_until(reached: Callable[[], bool]) -> None:
    """Until something is so."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)

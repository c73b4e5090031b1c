"""Each way of reading a whole table over the wire, in a process of its own.

    PGHOST=… PGPORT=… python -m benchmarks.wire_clients "asyncpg cursor"

Prints how many rows came and the seconds they took, from the question to the last row.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
from psycopg.pq import ExecStatus

from tests.acceptance.clients.fetched import FOLDER

ASKED = "select * from conversations"
ODBC = Path("/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so")
JDBC = Path("/usr/share/java/postgresql.jar")
JAVA = Path(__file__).parent / "Reading.java"
AT_ONCE = 10_000
Read = Callable[[], int]


def timed(read: Read) -> tuple[int, float]:
    began = time.perf_counter()
    return read(), time.perf_counter() - began


def psql(*arguments: str) -> tuple[int, float]:
    def read() -> int:
        with subprocess.Popen(["psql", "-Xq", *arguments], stdout=subprocess.PIPE) as running:
            assert running.stdout
            lines = 0
            while part := running.stdout.read(1 << 20):
                lines += part.count(b"\n")
        assert running.returncode == 0
        return lines

    return timed(read)


def libpq(format_: int) -> tuple[int, float]:
    connection = psycopg.connect().pgconn

    def read() -> int:
        result = connection.exec_params(ASKED.encode(), None, result_format=format_)
        assert result.status == ExecStatus.TUPLES_OK
        return result.ntuples

    return timed(read)


def by_parts(cursor: Any) -> int:
    """The rows of the query, read as drivers of Python read them."""
    cursor.execute(ASKED)
    rows = 0
    while part := cursor.fetchmany(AT_ONCE):
        rows += len(part)
    return rows


def psycopg_fetchmany() -> tuple[int, float]:
    cursor = psycopg.connect().cursor(binary=True)

    return timed(partial(by_parts, cursor))


def asyncpg_cursor() -> tuple[int, float]:
    async def read() -> tuple[int, float]:
        connection = await asyncpg.connect(ssl=False)
        rows, began = 0, time.perf_counter()
        async with connection.transaction():
            async for _ in connection.cursor(ASKED, prefetch=20_000):
                rows += 1
        return rows, time.perf_counter() - began

    return asyncio.run(read())


def jdbc() -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["javac", "-cp", JDBC, "-d", place, JAVA], check=True)
        command = ["java", "-Xmx512m", "-cp", f"{place}:{JDBC}", "Reading", ASKED, str(AT_ONCE)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    rows, seconds = done.stdout.split()
    return int(rows), float(seconds)


def psqlodbc() -> tuple[int, float]:
    import pyodbc  # noqa: PLC0415 it needs unixODBC

    given = os.environ
    words = f"Driver={ODBC};Server=127.0.0.1;Port={given['PGPORT']};Database={given['PGDATABASE']}"
    who = f"Uid={given['PGUSER']};Pwd={given['PGPASSWORD']}"
    cursor = pyodbc.connect(
        f"{words};{who};UseDeclareFetch=1;Fetch={AT_ONCE};BoolsAsChar=0", autocommit=True
    ).cursor()

    return timed(partial(by_parts, cursor))


def npgsql() -> tuple[int, float]:
    given = os.environ | {
        "LD_LIBRARY_PATH": str(FOLDER / "openssl"), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
    }  # fmt: skip
    program = Path(__file__).parent / "reading_npgsql.py"
    command = [sys.executable, str(program), str(FOLDER), ASKED]
    done = subprocess.run(command, env=given, check=True, stdout=subprocess.PIPE, text=True)
    rows, seconds = done.stdout.split()
    return int(rows), float(seconds)


def first_row() -> tuple[int, float]:
    """Of the whole table, asked for a row at a time."""
    connection = psycopg.connect(autocommit=True)
    connection.execute("select 1")

    def read() -> int:
        rows: Any = connection.cursor().stream(ASKED)
        assert next(iter(rows))
        return 1

    found = timed(read)
    connection.cancel()
    return found


WAYS: dict[str, Callable[[], tuple[int, float]]] = {
    "psql COPY": lambda: psql("-c", f"copy ({ASKED}) to stdout"),
    "psql -At": lambda: psql("-At", "-c", ASKED),
    "libpq text": lambda: libpq(0),
    "libpq binary": lambda: libpq(1),
    "psycopg fetchmany, binary": psycopg_fetchmany,
    "asyncpg cursor": asyncpg_cursor,
    "JDBC, 10,000 at a time": jdbc,
    "psqlodbc, 10,000 at a time": psqlodbc,
    "Npgsql 4.0.9 reader": npgsql,
    "first row": first_row,
}
NEEDED: dict[str, Callable[[], object]] = {
    "psql COPY": lambda: shutil.which("psql"),
    "psql -At": lambda: shutil.which("psql"),
    "JDBC, 10,000 at a time": lambda: shutil.which("javac") and JDBC.exists(),
    "psqlodbc, 10,000 at a time": ODBC.exists,
    "Npgsql 4.0.9 reader": (FOLDER / "runtimeconfig.json").exists,
}


def installed(name: str) -> bool:
    return name not in NEEDED or bool(NEEDED[name]())


if __name__ == "__main__":
    print(*WAYS[sys.argv[1]]())
    sys.stdout.flush()
    os._exit(0)  # without clearing up what was read

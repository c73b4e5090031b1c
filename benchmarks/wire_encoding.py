"""A million rows of twenty columns as bytes of PostgreSQL's protocol: ours, and a real PostgreSQL.

    python -m benchmarks.wire_encoding --rows 1000000 --rounds 3

Ours is from Arrow batches of 20,000 rows, as DuckDB streams them, to the bytes that go to a socket.
PostgreSQL 15, where it is installed, has the same table in memory: COPY writes it to /dev/null, and
SELECT sends it over a Unix socket to a reader that throws it away. Its time includes the scan, so
ours is also given with DuckDB's. The third is a row at a time in Python, over a tenth of the rows.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from tests.postgres_client import SYNC, bind, execute, parse, query, startup
from tests.postgres_server import BINARIES, INSTALLED, PORT, running
from trunkline.servers.postgres.encoding import (
    CopyFormat,
    CopyOptions,
    columns_of,
    copy_rows,
    data_rows,
)
from trunkline.servers.postgres.encoding.style import UTC

BATCH = 20_000
TABLE = """
SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid AS conversation_id,
  'tenant_' || (i % 7) AS tenant,
  timestamp '2026-01-01' + to_seconds(i * 7) + to_milliseconds(i % 1000) AS conversation_start,
  CASE WHEN i % 11 > 0 THEN timestamp '2026-01-01 00:05:00' + to_seconds(i * 7)
    + to_milliseconds((i * 3) % 1000) END AS conversation_end,
  date '2026-01-01' + (i // 12000)::int AS day,
  ['voice', 'chat', 'email', 'message', 'callback'][i % 5 + 1] AS media_type,
  CASE WHEN i % 2 = 0 THEN 'inbound' ELSE 'outbound' END AS direction,
  CASE WHEN i % 13 > 0 THEN 'queue_' || (i % 200) END AS queue_name,
  CASE WHEN i % 17 > 0
    THEN ('00000000-0000-4000-9000-' || lpad(to_hex(i % 3000), 12, '0'))::uuid END AS agent_id,
  'Agent Ñame ' || (i % 3000) AS agent_name,
  (i * 37 % 100000)::bigint AS t_handle_ms,
  CASE WHEN i % 3 > 0 THEN (i * 13 % 60000)::bigint END AS t_hold_ms,
  (i % 300)::integer AS n_transfers,
  (i % 9)::smallint AS n_segments,
  (i * 0.001)::double AS mos,
  CASE WHEN i % 19 > 0 THEN ((i % 1000) / 7.0)::double END AS sentiment,
  ((i % 100000)::decimal(18,4) / 100)::decimal(18,4) AS cost,
  i % 2 = 0 AS abandoned,
  CASE WHEN i % 23 > 0 THEN i % 3 = 0 END AS sl_met,
  timestamptz '2026-01-01 00:00:00+00' + to_seconds(i) AS ingested_at
FROM range({rows}) r(i)
"""
POSTGRES = [
    "uuid",
    "text",
    "timestamp",
    "timestamp",
    "date",
    "text",
    "text",
    "text",
    "uuid",
    "text",
    "bigint",
    "bigint",
    "integer",
    "smallint",
    "float8",
    "float8",
    "numeric(18,4)",
    "boolean",
    "boolean",
    "timestamptz",
]
COPIES = {
    "text": CopyOptions(),
    "csv": CopyOptions.csv(),
    "binary": CopyOptions(CopyFormat.BINARY),
}
Work = Callable[[], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'; SET arrow_lossless_conversion = true")
    connection.execute(f"CREATE TABLE t AS {TABLE.format(rows=asked.rows)}")
    held = list(connection.sql("FROM t").to_arrow_reader(BATCH))
    work = {f"ours {name}": part for name, part in _ours(lambda: iter(held)).items()}
    streamed = _ours(lambda: connection.sql("FROM t").to_arrow_reader(BATCH))
    work |= {f"DuckDB + ours {name}": part for name, part in streamed.items()}
    work["Python, a row at a time, text (of a tenth)"] = lambda: _by_row(held[: len(held) // 10])
    if not INSTALLED:
        _table(work, asked.rows, asked.rounds)
        return
    with running() as directory:
        _load(directory, held)
        work |= {f"PostgreSQL {name}": part for name, part in _postgres(directory).items()}
        _table(work, asked.rows, asked.rounds)


def _ours(batches: Callable[[], Iterator[pa.RecordBatch]]) -> dict[str, Work]:
    def rows(code: int) -> int:
        return sum(
            len(piece)
            for batch in batches()
            for piece in data_rows(batch, columns_of(batch.schema), [code] * 20, UTC)
        )

    def copied(options: CopyOptions) -> int:
        return sum(
            len(piece)
            for batch in batches()
            for piece in copy_rows(batch, columns_of(batch.schema), options, UTC, first=False)
        )

    made: dict[str, Work] = {"rows text": lambda: rows(0), "rows binary": lambda: rows(1)}
    for name, options in COPIES.items():
        made[f"COPY {name}"] = lambda options=options: copied(options)  # type: ignore[misc]
    return made


def _by_row(batches: list[pa.RecordBatch]) -> int:
    size = 0
    for batch in batches:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            parts = [struct.pack("!H", len(row))]
            for value in row:
                if value is None:
                    parts.append(b"\xff\xff\xff\xff")
                else:
                    written = str(value).encode()
                    parts.append(struct.pack("!i", len(written)) + written)
            body = b"".join(parts)
            size += len(b"D" + struct.pack("!i", len(body) + 4) + body)
    return size * 10


def _load(directory: Path, held: list[pa.RecordBatch]) -> None:
    """Our own COPY text, read by PostgreSQL."""
    columns = columns_of(held[0].schema)
    names = ", ".join(f"{c.name} {t}" for c, t in zip(columns, POSTGRES, strict=True))
    psql = [f"{BINARIES}/psql", "-qX", "-h", str(directory), "-p", str(PORT), "-U", "postgres"]
    subprocess.run([*psql, "-c", f"CREATE UNLOGGED TABLE t ({names})"], check=True)
    with subprocess.Popen([*psql, "-c", "COPY t FROM STDIN"], stdin=subprocess.PIPE) as loading:
        assert loading.stdin
        for batch in held:
            for piece in copy_rows(batch, columns, CopyOptions(), UTC, first=False):
                loading.stdin.write(b"".join(_bodies(bytes(piece))))
    subprocess.run([*psql, "-c", "VACUUM ANALYZE t"], check=True)


def _bodies(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 5])
        yield data[at + 5 : at + 1 + size]
        at += 1 + size


def _postgres(directory: Path) -> dict[str, Work]:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(f"{directory}/.s.PGSQL.{PORT}")

    def ask(asked: bytes) -> int:
        connection.sendall(asked)
        size, tail = 0, b""
        while not tail.endswith(b"Z\0\0\0\5I"):
            data = connection.recv(1 << 20)
            size += len(data)
            tail = (tail + data[-6:])[-6:]
        return size

    ask(startup(user="postgres"))
    select = parse("SELECT * FROM t")
    made: dict[str, Work] = {
        "rows text": lambda: ask(select + bind(results=[0]) + execute() + SYNC),
        "rows binary": lambda: ask(select + bind(results=[1]) + execute() + SYNC),
    }
    for name in COPIES:
        sql = f"COPY t TO '/dev/null' (FORMAT {name})"
        made[f"COPY {name}, to /dev/null"] = lambda sql=sql: ask(query(sql))  # type: ignore[misc]
    return made


def _table(work: dict[str, Work], rows: int, rounds: int) -> None:
    best: dict[str, tuple[float, int]] = {}
    for _ in range(rounds):
        for name, part in work.items():
            began = time.perf_counter()
            size = part()
            took = time.perf_counter() - began
            took *= 10 if "tenth" in name else 1
            best[name] = min(best.get(name, (took, size)), (took, size))
    print(f"{rows:,} rows of 20 columns, best of {rounds} rounds, {os.cpu_count()} processors")
    for name, (took, size) in best.items():
        print(f"{name:44} {took:7.2f} s {rows / took / 1000:9,.0f}k rows/s {size / 1e6:8,.0f} MB")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of this process, its table included: {peak:,.0f} MB")


if __name__ == "__main__":
    main()

"""The tables that clients read: every type the gateway serves, with NULLs, in known numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import psycopg

TABLE = "conversations"
COLUMNS = {
    "conversation_id": "uuid", "tenant": "text", "conversation_start": "timestamp",
    "conversation_end": "timestamp", "day": "date", "media_type": "text", "direction": "text",
    "queue_name": "text", "agent_id": "uuid", "agent_name": "text", "t_handle_ms": "bigint",
    "t_hold_ms": "bigint", "n_transfers": "integer", "n_segments": "smallint",
    "mos": "double precision", "sentiment": "double precision", "cost": "numeric(18,4)",
    "abandoned": "boolean", "sl_met": "boolean", "ingested_at": "timestamptz",
}  # fmt: skip
"""Name and PostgreSQL type of each column of ``conversations``."""

CONVERSATIONS = """
SELECT
    ('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::UUID AS conversation_id,
    'tenant_' || (i % 7) AS tenant,
    TIMESTAMP '2026-01-01' + to_seconds(i * 7) + to_milliseconds(i % 1000) AS conversation_start,
    CASE WHEN i % 11 > 0 THEN
        TIMESTAMP '2026-01-01 00:05:00' + to_seconds(i * 7) + to_milliseconds(i * 3 % 1000)
    END AS conversation_end,
    DATE '2026-01-01' + (i // 12000)::INTEGER AS day,
    ['voice', 'chat', 'email', 'message', 'callback'][i % 5 + 1] AS media_type,
    CASE WHEN i % 2 = 0 THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE WHEN i % 13 > 0 THEN 'queue_' || (i % 200) END AS queue_name,
    CASE WHEN i % 17 > 0 THEN
        ('00000000-0000-4000-9000-' || lpad(to_hex(i % 3000), 12, '0'))::UUID
    END AS agent_id,
    'Agent Ñame ' || (i % 3000) AS agent_name,
    (i * 37 % 100000)::BIGINT AS t_handle_ms,
    CASE WHEN i % 3 > 0 THEN (i * 13 % 60000)::BIGINT END AS t_hold_ms,
    (i % 300)::INTEGER AS n_transfers,
    (i % 9)::SMALLINT AS n_segments,
    (i * 0.001)::DOUBLE AS mos,
    CASE WHEN i % 19 > 0 THEN ((i % 1000) / 7.0)::DOUBLE END AS sentiment,
    ((i % 100000)::DECIMAL(18, 4) / 100)::DECIMAL(18, 4) AS cost,
    i % 2 = 0 AS abandoned,
    CASE WHEN i % 23 > 0 THEN i % 3 = 0 END AS sl_met,
    TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i) AS ingested_at
FROM range(?) numbers (i)
"""
DAILY = "day, media_type, count(*) AS n, avg(t_handle_ms)::FLOAT8 AS aht FROM conversations"

KEY = UUID("00000000-0000-4000-8000-000000000001")
NULLS_KEY = UUID("00000000-0000-4000-8000-000000000000")
ROW = (
    KEY, "tenant_1", datetime(2026, 1, 1, 0, 0, 7, 1000), datetime(2026, 1, 1, 0, 5, 7, 3000),  # noqa: DTZ001
    date(2026, 1, 1), "chat", "outbound", "queue_1", UUID("00000000-0000-4000-9000-000000000001"),
    "Agent Ñame 1", 37, 13, 1, 1, 0.001, 1 / 7.0, Decimal("0.0100"), False, False,
    datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC),
)  # fmt: skip
"""The row of ``KEY``, as Python has it."""
NULLS = (3, 7, 8, 11, 15, 18)
"""The places of the columns that are NULL in the row of ``NULLS_KEY``."""


def write(folder: Path, rows: int, format_: str = "parquet") -> None:
    """Write conversations, agents and v_daily as files."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'")
        made.execute(f"CREATE TABLE conversations AS {CONVERSATIONS}", [rows])
        made.execute(
            "CREATE TABLE agents AS SELECT i::INTEGER AS id, 'Agent ' || i AS name "
            "FROM range(3000) numbers (i)"
        )
        made.execute(f"CREATE VIEW v_daily AS SELECT {DAILY} GROUP BY ALL")
        for name in (TABLE, "agents", "v_daily"):
            made.execute(f"COPY {name} TO '{folder / name}.{format_}' (FORMAT {format_})")


def load(folder: Path, schema: str, connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Bring the same rows, written as csv, into tables of a PostgreSQL."""
    columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
    connection.execute(f"CREATE SCHEMA {schema}")
    connection.execute(f"SET search_path = {schema}")
    connection.execute(f"CREATE TABLE conversations ({columns})")
    connection.execute("CREATE TABLE agents (id integer, name text)")
    connection.execute(f"CREATE VIEW v_daily AS SELECT {DAILY} GROUP BY day, media_type")
    for name in (TABLE, "agents"):
        asked = f"COPY {name} FROM STDIN (FORMAT csv, HEADER true)"
        with connection.cursor() as cursor, cursor.copy(asked) as copy:
            copy.write((folder / f"{name}.csv").read_bytes())
    connection.execute("ANALYZE")

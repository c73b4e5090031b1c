"""Rows to run queries over: whole, or only those that a plan says can matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

import duckdb

from tests.unit.planner.world import CATALOG
from trunkline.catalog import Table
from trunkline.interval import Interval
from trunkline.planner.plan import Plan

# Nothing is later than the variable "now". A row every 109 minutes and some milliseconds, for more
# than a year, and some around Samoa's lost day.
_ROWS = """
CREATE SCHEMA genesys;
SET search_path = 'genesys';
CREATE TABLE every_moment AS
  SELECT row_number() OVER (ORDER BY moment) AS n, moment FROM (
    SELECT unnest(range(TIMESTAMPTZ '2024-12-20 00:00:00+00', TIMESTAMPTZ '2026-01-10 00:00:00+00',
                        INTERVAL '109 minutes 3 seconds 17 milliseconds')) AS moment
    UNION ALL
    SELECT unnest(range(TIMESTAMPTZ '2011-12-29 00:00:00+00', TIMESTAMPTZ '2012-01-03 00:00:00+00',
                        INTERVAL '47 minutes')));
CREATE VIEW moments AS FROM every_moment WHERE moment < getvariable('now');
-- One in twelve lasts for two months and more, one in thirteen is still open.
CREATE VIEW lives AS
  SELECT n, moment, md5(n::varchar) AS conversation_id,
         CASE WHEN n % 13 = 0 THEN NULL
              WHEN n % 12 = 0 THEN moment + to_hours((1500 + n % 100)::INTEGER)
              ELSE moment + to_minutes((n % 50)::INTEGER) END AS ended
  FROM moments;
CREATE VIEW conversations AS
  SELECT md5(n::varchar) AS conversation_id, moment AS conversation_start,
         CASE n % 3 WHEN 0 THEN 'inbound' ELSE 'outbound' END AS direction,
         CASE WHEN ended < getvariable('now') THEN ended END AS conversation_end
  FROM lives;
CREATE VIEW interactions AS FROM conversations;
CREATE VIEW segments AS
  SELECT md5(n::varchar) AS conversation_id, moment AS conversation_start,
         'queue ' || (n * 7 + place) % 5 AS queue_id,
         CASE place WHEN 0 THEN 'agent' ELSE 'customer' END AS purpose,
         moment + (coalesce(ended, moment + INTERVAL 80 DAY) - moment) * (place / 3.0)
           - to_milliseconds((n % 2 * 20)::INTEGER) AS segment_start,
         CASE WHEN ended < getvariable('now') AND place < 2 THEN ended END AS segment_end
  FROM lives, range(3) p(place) WHERE place < n % 4;
CREATE VIEW user_presence AS
  SELECT 'user ' || n % 7 AS user_id, moment AS presence_start, 'presence ' || n AS presence
  FROM moments WHERE n % 5 = 0;
"""


def filled() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET VARIABLE now = TIMESTAMPTZ '2026-01-01'")
    connection.execute(_ROWS)
    connection.execute("CREATE SCHEMA pruned")
    return connection


def session(connection: duckdb.DuckDBPyConnection, now: datetime) -> duckdb.DuckDBPyConnection:
    """A session over the rows up to an instant."""
    opened = connection.cursor()
    opened.execute(f"SET VARIABLE now = TIMESTAMPTZ '{now.isoformat()}'")
    opened.execute("SET search_path = 'genesys'")
    return opened


Rows = Counter[tuple[object, ...]]


def answer(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> Rows:
    return Counter(
        connection.execute(f"SELECT hash(q) FROM ({sql}) q", parameters or []).fetchall()
    )


def days_only(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Shadow each table by its rows of the days that the plan wants."""
    for table in CATALOG.tables:
        wanted = [str(day) for day in plan.wanted.get(table.dataset.name, ())]
        opened = plan.opened.get(table.dataset.name, ())
        still = "".join(f" OR {_open(table, day)}" for day in opened)
        for name in (table.name, *table.views):
            connection.execute(
                f"CREATE OR REPLACE TABLE pruned.{name} AS SELECT * FROM genesys.{table.name} "
                f"WHERE CAST({table.time_column} AT TIME ZONE 'UTC' AS DATE) IN "
                f"(SELECT unnest(?::DATE[])){still}",
                [wanted],
            )


def by_scan(connection: duckdb.DuckDBPyConnection, plan: Plan) -> str:
    """The query where each table is only what its own scan names, to the millisecond."""
    sql = plan.sql
    tables = {table.name: table for table in CATALOG.tables}
    for number, scan in reversed(list(enumerate(plan.scans))):
        assert scan.position is not None
        written = sql[scan.position :].split()[0].rstrip("),;")
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE scan_{number} AS FROM genesys.{scan.table} "
            f"WHERE {_inside(scan.time_column, scan.intervals)}"
            + (f" OR {_open(tables[scan.table], scan.open_at.day)}" if scan.open_at else "")
        )
        rest = sql[scan.position + len(written) :]
        alias = f" AS {written}" if scan.alias == written else ""
        before = sql[: scan.position].removesuffix("genesys.")
        sql = f"{before}scan_{number}{alias}{rest}"
    return sql


def _open(table: Table, day: date) -> str:
    """Started before a UTC day, and not ended when it began."""
    began = f"TIMESTAMPTZ '{day} 00:00:00+00'"
    return (
        f"({table.time_column} < {began} AND {table.dataset.key} IN (SELECT conversation_id FROM "
        f"genesys.lives WHERE ended IS NULL OR ended >= {began}))"
    )


def _inside(column: str, intervals: Iterable[Interval]) -> str:
    parts = [
        f"({column} >= TIMESTAMPTZ '{i.start:%F %T.%f}+00' "
        f"AND {column} < TIMESTAMPTZ '{i.end:%F %T.%f}+00')"
        for i in intervals
    ]
    return " OR ".join(parts) or "false"

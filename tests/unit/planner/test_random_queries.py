"""Random joins, derived tables, sets and subqueries: each table's own scan holds all that matters.

The rows are few, and many of them lack their counterpart in the other table, so that a row that is
left out wrongly shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.planner.rows import answer, by_scan
from tests.unit.planner.world import CATALOG, context
from trunkline.errors import UnboundedScan
from trunkline.planner import plan
from trunkline.planner.plan import Holdings

# Sixteen conversations, two a day; a third of each table's rows is missing.
_ROWS = """
CREATE SCHEMA genesys;
SET search_path = 'genesys';
-- Some last for days, some have not ended; the lookback is of one day.
CREATE TABLE lives AS
  SELECT 'k' || n AS conversation_id,
         CASE WHEN n % 7 > 0 THEN TIMESTAMPTZ '2025-01-01 06:00:00+00'
           + to_hours((12 * n + n % 5 * 40)::INTEGER) END AS ended
  FROM range(16) r(n);
CREATE TABLE conversations AS
  SELECT conversation_id,
         TIMESTAMPTZ '2025-01-01 06:00:00+00' + to_hours(12 * n::INTEGER) AS conversation_start,
         CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'inbound' ELSE 'outbound' END AS direction,
         ended AS conversation_end
  FROM range(16) r(n) JOIN lives ON conversation_id = 'k' || n WHERE n % 3 <> 0;
CREATE TABLE segments AS
  SELECT conversation_id,
         TIMESTAMPTZ '2025-01-01 06:00:00+00' + to_hours(12 * n::INTEGER) AS conversation_start,
         'q' || (n + place) % 3 AS queue_id, 'p' || place AS purpose,
         conversation_start - INTERVAL 5 MILLISECOND AS segment_start,
         CASE place WHEN 0 THEN conversation_start + INTERVAL 1 HOUR ELSE ended END AS segment_end
  FROM range(16) r(n) JOIN lives ON conversation_id = 'k' || n, range(2) p(place)
  WHERE n % 3 <> 1;
CREATE TABLE user_presence AS
  SELECT 'k' || n AS user_id,
         TIMESTAMPTZ '2025-01-01 06:00:00+00' + to_hours(12 * n::INTEGER) AS presence_start,
         'p' || n % 2 AS presence
  FROM range(16) r(n) WHERE n % 5 <> 0;
"""
DAYS = tuple(f"2025-01-0{n}" for n in range(1, 9))
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN")

LOOKING_BACK = replace(context(), lookback=timedelta(days=1))

days = st.sampled_from(DAYS)


def bounded(column: str) -> st.SearchStrategy[str]:
    """A predicate on a time column; a few of them bound nothing."""
    return (
        st.builds(lambda a, b: f"{column} BETWEEN '{min(a, b)}' AND '{max(a, b)}'", days, days)
        | days.map(lambda day: f"{column}::date = '{day}'")
        | st.builds(lambda a, b: f"({column}::date = '{a}' OR {column}::date = '{b}')", days, days)
        | days.map(lambda day: f"{column} >= '{day}'")
        | days.map(lambda day: f"({column} < '{day}' OR {column} IS NULL)")
        | days.map(lambda day: f"NOT {column} < '{day}'")
    )


TABLES = (
    "(SELECT conversation_id AS k, conversation_start AS t, direction AS x FROM conversations{})",
    "(SELECT conversation_id AS k, conversation_start AS t, queue_id AS x FROM segments{})",
    "(SELECT user_id AS k, presence_start AS t, presence AS x FROM user_presence{})",
    "(SELECT conversation_id AS k, conversation_end AS t, direction AS x FROM conversations{})",
    "(SELECT conversation_id AS k, segment_end AS t, queue_id AS x FROM segments{})",
    "(SELECT conversation_id AS k, segment_start AS t, queue_id AS x FROM segments{})",
)
TIMES = (
    "conversation_start",
    "conversation_start",
    "presence_start",
    "conversation_end",
    "segment_end",
    "segment_start",
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A table as columns k, t, x; often with a bound of its own."""
    place = draw(st.sampled_from((0, 0, 1, 1, 2, 3, 4, 5)))
    where = draw(st.none() | st.none() | bounded(TIMES[place]))
    return TABLES[place].format(f" WHERE {where}" if where else "")


# What may stand around one relation; the places are named by what is drawn for them.
AROUND_ONE = (
    "(SELECT k, t, max(x) AS x FROM {a} a WHERE {where} GROUP BY k, t)",
    "(SELECT max(k) AS k, t::date AS t, min(x) AS x FROM {a} a WHERE {where} GROUP BY 2)",
    "(SELECT k, t, x FROM {a} a WHERE {where} ORDER BY ALL LIMIT 3)",
    """(SELECT k, t, (row_number() OVER (PARTITION BY {by} ORDER BY k, t, x))::varchar AS x
        FROM {a} a WHERE {where})""",
    "(SELECT DISTINCT ON ({by}) k, t, x FROM {a} a WHERE {where} ORDER BY ALL)",
    """(SELECT k, u AS t, x FROM (SELECT DISTINCT ON (t) min(k) AS k, t AS u, x AS t, x FROM {a} a
        WHERE {where} GROUP BY t, x ORDER BY k, u, t))""",
    # Projections that hide the time column: HAVING means them, WHERE and QUALIFY do not.
    """(SELECT count(*)::varchar AS k, {worst}(t) AS t, x FROM {a} a
        WHERE {where} GROUP BY {keys} HAVING {own})""",
    """(SELECT count(*)::varchar AS k, {worst}(COLUMNS('^t$')), x FROM {a} a
        WHERE {where} GROUP BY x HAVING {own})""",
    """(SELECT k, t + INTERVAL 2 DAY AS t, max(x) AS x FROM {a} a
        WHERE {where} GROUP BY {alone} HAVING {own})""",
    """(SELECT k, {worst}(t) OVER (PARTITION BY x) AS t, x FROM {a} a
        WHERE {where} QUALIFY {own})""",
    "(SELECT k, t + INTERVAL 2 DAY AS t, x FROM {a} a WHERE {where})",
)
AROUND_TWO = (
    "(SELECT k, t, x FROM {a} a WHERE {where} {kind} SELECT k, t, x FROM {b} b)",
    "(SELECT k, t, x FROM {a} a WHERE {where} AND k {no} IN (SELECT k FROM {b} b))",
    """(SELECT k, t, x FROM {a} a WHERE {where} AND {no} EXISTS
        (SELECT 1 FROM {b} b WHERE b.{key} = a.{key} AND {inside}))""",
)


@st.composite
def wrapped(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """A relation of columns k, t, x around others of the same columns."""
    if not draw(st.integers(0, 2)):
        return str(draw(joined(draw(inner), draw(inner))))
    around: str = draw(st.sampled_from(AROUND_ONE + AROUND_TWO))
    return around.format(
        a=draw(inner),
        b=draw(inner),
        where=draw(st.just("true") | bounded("t")),
        inside=draw(st.just("true") | bounded("b.t")),
        own=draw(bounded("t")),
        worst=draw(st.sampled_from(("min", "max"))),
        keys=draw(st.sampled_from(("x", "ALL", "x, t", "x, t::date"))),
        alone=draw(st.sampled_from(("ALL", "k, 2", "k, a.t"))),
        by=draw(st.sampled_from(("k", "t", "t::date", "x"))),
        key=draw(st.sampled_from(("k", "t"))),
        no=draw(st.sampled_from(("", "NOT"))),
        kind=draw(st.sampled_from(("UNION", "UNION ALL", "INTERSECT", "EXCEPT"))),
    )


@st.composite
def joined(draw: st.DrawFn, a: str, b: str) -> str:
    kind = draw(st.sampled_from(JOINS))
    shown = draw(st.sampled_from(("a", "b"))) if kind not in JOINS[4:] else "a"
    extra = draw(st.just("true") | bounded("a.t") | bounded("b.t"))
    where = draw(st.just("true") | bounded(f"{shown}.t"))
    by = draw(st.sampled_from(("a.k = b.k", "a.t = b.t", "a.k = b.k AND a.t = b.t", "a.x = b.x")))
    if draw(st.booleans()):
        on, shown_columns = "USING (k)", "k"
    else:
        on, shown_columns = f"ON {by} AND {extra}", f"{shown}.k"
    return (
        f"(SELECT {shown_columns}, {shown}.t, {shown}.x FROM {a} a {kind} {b} b {on} WHERE {where})"
    )


@st.composite
def queries(draw: st.DrawFn) -> str:
    once = wrapped(tables())
    relation = draw(once | wrapped(tables() | once))
    where = draw(bounded("q.t"))
    if draw(st.integers(0, 3)):
        return f"SELECT * FROM {relation} q WHERE {where}"
    other = draw(st.just("true") | bounded("p.t"))
    return (
        f"WITH w AS {relation} SELECT q.k, q.t, q.x FROM w q WHERE {where} "
        f"UNION ALL SELECT p.k, p.t, p.x FROM w p WHERE {other}"
    )


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(_ROWS)
        yield connection


@settings(max_examples=250, deadline=None, derandomize=True)
@given(sql=queries())
def test_what_is_not_scanned_does_not_matter(rows: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        whole = answer(rows, sql)
        pruned = by_scan(rows, plan(sql, CATALOG, Holdings(), LOOKING_BACK))
    except UnboundedScan:
        return
    assert answer(rows, pruned) == whole, pruned

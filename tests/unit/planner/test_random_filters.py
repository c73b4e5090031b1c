"""Random queries: what a filter of the provider would leave out does not change the answer.

DuckDB is the oracle. A record passes a filter as the vendor's do: by any of its rows, each
condition by a row of its own. Several records begin at one instant, some have no rows in one of the
tables, and some values are NULL, so that a record that is left out wrongly shows.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.planner.rows import answer
from tests.unit.planner.world import context
from trunkline.catalog import Catalog, Column, Dataset, Level, Pushdown, Table
from trunkline.catalogs import Catalogs
from trunkline.planner.binder import bind
from trunkline.planner.demands import needed
from trunkline.planner.filters.conditions import Filter
from trunkline.planner.filters.demands import filters_needed
from trunkline.planner.parsing import parsed
from trunkline.planner.pushdown import filters_of
from trunkline.types import Type

DETAILS = Dataset(
    "conversation_details", "genesys", "For tests.",
    (Level("conversation", None, "conversations"), Level("segment", "conversation", "segments")),
    "conversation_id", "conversation_start", "cursor", "watermark", filter_level="segment",
    noun="conversation",
)  # fmt: skip
OTHERS = Dataset(
    "others", "genesys", "For tests.", (Level("other", None, "others"),),
    "other_id", "conversation_start", "cursor", "watermark",
)  # fmt: skip


def guid(kind: int, number: int) -> str:
    return f"0000000{kind}-0000-4000-8000-00000000000{number:x}"


WORDS = {
    "x": [guid(2, n) for n in range(3)],
    "y": ["acd", "agent", "customer"],
    "k": [guid(1, n) for n in range(12)],
}


def _table(name: str, dataset: Dataset) -> Table:
    level, root = dataset.levels[-1].name, dataset.levels[0].name
    if name == "conversations":
        level = root
    columns = {dataset.key: root, "conversation_start": root, "x": level, "y": level}
    types = {"conversation_start": Type.TIMESTAMP}
    return Table(
        name, "For tests.", dataset, level, "one row", dataset.key, (dataset.key,),
        tuple(Column(c, types.get(c, Type.TEXT), f"{at}.{c}", "T.") for c, at in columns.items()),
        (
            Pushdown(dataset.key, ("=", "IN")),
            Pushdown("x", ("=", "IN")),
            Pushdown("y", ("=", "IN"), values=frozenset(WORDS["y"])),
        ),
    )  # fmt: skip


# The tables share their columns, as queue_id is one thing wherever it stands.
CATALOG = Catalog(
    "genesys",
    (_table("conversations", DETAILS), _table("segments", DETAILS), _table("others", OTHERS)),
)
KEYS = {"conversations": "conversation_id", "segments": "conversation_id", "others": "other_id"}
_ROWS = """
CREATE SCHEMA genesys;
SET search_path = 'genesys';
CREATE MACRO guid(kind, n) AS '0000000' || kind || '-0000-4000-8000-00000000000' || printf('%x', n);
CREATE MACRO moment(n) AS TIMESTAMPTZ '2025-01-01 06:00:00+00' + to_hours(8 * (n // 3)::INTEGER);
CREATE MACRO word(n) AS CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'acd' WHEN 2 THEN 'agent'
  ELSE 'customer' END;
CREATE MACRO queue(n) AS CASE WHEN n % 4 < 3 THEN guid(2, n % 4) END;
CREATE TABLE conversations AS
  SELECT guid(1, n) AS conversation_id, moment(n) AS conversation_start, queue(n) AS x, word(n) AS y
  FROM range(12) r(n) WHERE n % 5 <> 0;
CREATE TABLE segments AS
  SELECT guid(1, n) AS conversation_id, moment(n) AS conversation_start,
         queue(n * n + place) AS x, word(n + place * place) AS y
  FROM range(12) r(n), range(3) p(place) WHERE n % 4 <> 1 AND place <= n % 3;
CREATE TABLE others AS
  SELECT guid(1, n) AS other_id, moment(n) AS conversation_start, queue(n) AS x, word(n) AS y
  FROM range(12) r(n) WHERE n % 3 <> 0;
"""


def one(column: str) -> st.SearchStrategy[str]:
    return st.sampled_from(WORDS[column[-1]])


def said(column: str) -> st.SearchStrategy[str]:
    """A predicate on a column; half of them are conditions."""
    a, b = one(column), one(column)
    return (
        a.map(lambda v: f"'{v}' = ({column})")
        | st.builds(lambda v, w: f"{column} IN ('{v}', '{w}')", a, b)
        | st.builds(lambda v, w: f"{column} IN ('{v}', '{w}')", a, b)
        | st.builds(lambda v, w: f"({column} = '{v}' OR {column} = '{w}')", a, b)
        | a.map(lambda v: f"({column} = '{v}' OR {column} IS NULL)")
        | a.map(lambda v: f"{column} <> '{v}'")
        | a.map(lambda v: f"NOT {column} IN ('{v}')")
        | a.map(lambda v: f"coalesce({column}, '{v}') = '{v}'")
        | st.just(f"{column} IS NOT NULL")
    )


def predicate(*sources: str) -> st.SearchStrategy[str]:
    """On any column of the sources; two of them joined by AND or OR, or none at all."""
    columns = [f"{source}{column}" for source in sources for column in "xxxxyyyk"]
    single = st.sampled_from(columns).flatmap(said)
    return (
        st.just("true")
        | st.just("true")
        | st.just("true")
        | single
        | single
        | st.builds("({} AND {})".format, single, single)
        | st.builds("({} OR {})".format, single, single)
    )


BEFORE = "conversation_start >= '2025-01-01' AND conversation_start < '2025-02-01'"
TABLES = tuple(
    f"(SELECT {key} AS k, conversation_start AS t, x, y FROM {table} WHERE {BEFORE} AND {{where}})"
    for table, key in KEYS.items()
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A table as columns k, t, x, y; often with a predicate of its own."""
    table = draw(st.sampled_from((TABLES[0], TABLES[1], TABLES[1], TABLES[1], TABLES[2])))
    where = draw(st.just("true") | predicate(""))
    return table.format(where=where)


AROUND_ONE = (
    "(SELECT k, t, max(x) AS x, max(y) AS y FROM {a} a WHERE {where} GROUP BY k, t)",
    "(SELECT max(k) AS k, t, min(x) AS x, y FROM {a} a WHERE {where} GROUP BY t, y)",
    "(SELECT k, min(t) AS t, x, y FROM {a} a WHERE {where} GROUP BY k, x, y HAVING {where})",
    "(SELECT k, max(t) AS t, x, min(y) AS y FROM {a} a GROUP BY ROLLUP (k, x) HAVING {having})",
    "(SELECT k, t, x, y FROM {a} a WHERE {where} ORDER BY ALL LIMIT 3)",
    """(SELECT k, t, x, CASE row_number() OVER (PARTITION BY {by} ORDER BY k, t, x, y)
        WHEN 1 THEN 'acd' ELSE 'agent' END AS y FROM {a} a WHERE {where})""",
    "(SELECT DISTINCT ON ({by}) k, t, x, y FROM {a} a WHERE {where} ORDER BY ALL)",
    "(SELECT DISTINCT k, t, x, NULL::varchar AS y FROM {a} a WHERE {where})",
    "(SELECT * FROM {a} a WHERE {where})",
    "(SELECT * REPLACE (y AS x) FROM {a} a WHERE {where})",
    "(SELECT k, t, y AS x, x AS y FROM {a} a WHERE {where})",
    "(SELECT k, t, x, y FROM {a} a WHERE {where} QUALIFY count(*) OVER (PARTITION BY {by}) > 1)",
)
AROUND_TWO = (
    "(SELECT k, t, x, y FROM {a} a WHERE {where} {kind} SELECT k, t, x, y FROM {b} b)",
    """(SELECT NULL::varchar AS k, t, {shown} FROM {a} a WHERE {where}
        {kind} SELECT NULL, t, {shown} FROM {b} b WHERE {inside})""",
    "(SELECT k, t, x, y FROM {a} a WHERE {where} AND k {no} IN (SELECT k FROM {b} b))",
    "(SELECT k, t, x, y FROM {a} a WHERE {where} AND t {no} IN (SELECT t FROM {b} b))",
    """(SELECT k, t, x, y FROM {a} a WHERE {where} AND {no} EXISTS
        (SELECT 1 FROM {b} b WHERE b.{key} = a.{key} AND {inside}))""",
    """(SELECT k, t, x, (SELECT max(b.y) FROM {b} b WHERE b.{key} = a.{key} AND {inside}) AS y
        FROM {a} a WHERE {where})""",
)


@st.composite
def wrapped(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """A relation of columns k, t, x, y around others of the same columns."""
    if not draw(st.integers(0, 2)):
        return str(draw(joined(draw(inner), draw(inner))))
    around: str = draw(st.sampled_from(AROUND_ONE + AROUND_TWO))
    return around.format(
        a=draw(inner),
        b=draw(inner),
        where=draw(predicate("")),
        having=draw(said("x") | said("k")),
        inside=draw(predicate("b.")),
        shown=draw(st.sampled_from(("x, y", "x, NULL AS y", "NULL AS x, NULL AS y"))),
        by=draw(st.sampled_from(("k", "t", "k, x", "t, y", "x"))),
        key=draw(st.sampled_from(("k", "t", "x"))),
        no=draw(st.sampled_from(("", "NOT"))),
        kind=draw(st.sampled_from(("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL"))),
    )


JOINS = ("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN")


@st.composite
def joined(draw: st.DrawFn, a: str, b: str) -> str:
    kind = draw(st.sampled_from(JOINS))
    shown = draw(st.sampled_from(("a", "b"))) if kind not in JOINS[5:] else "a"
    where = draw(predicate("a.", f"{shown}."))
    by = draw(st.sampled_from(("a.k = b.k", "a.k = b.k", "a.t = b.t", "a.x = b.x")))
    if draw(st.booleans()):
        on = draw(st.sampled_from(("USING (k)", "USING (k)", "USING (x)", "USING (k, x)")))
        x = "x" if "x" in on else f"{shown}.x"
        k = "k" if "k" in on else f"{shown}.k"
    else:
        on, x, k = f"ON {by} AND {draw(predicate('a.', 'b.'))}", f"{shown}.x", f"{shown}.k"
    return f"(SELECT {k}, {shown}.t, {x}, {shown}.y FROM {a} a {kind} {b} b {on} WHERE {where})"


@st.composite
def queries(draw: st.DrawFn) -> str:
    once = wrapped(tables())
    relation = draw(once | wrapped(tables() | once))
    where = draw(predicate("q."))
    if draw(st.integers(0, 3)):
        return f"SELECT * FROM {relation} q WHERE {where}"
    other = draw(predicate("p."))
    return (
        f"WITH w AS {relation} SELECT q.k, q.t, q.x, q.y FROM w q WHERE {where} "
        f"UNION ALL SELECT p.k, p.t, p.x, p.y FROM w p WHERE {other}"
    )


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(_ROWS)
        yield connection


def passes(filter_: Filter, key: str) -> str:
    """That a record passes: for each condition, it has a row of its dataset that meets it."""
    tables_ = [name for name, of in KEYS.items() if of == key]
    parts = []
    for has in filter_:
        column = key if has.column == key else has.column
        values = ", ".join(f"'{value}'" for value in sorted(has.values))
        found = " UNION ALL ".join(
            f"SELECT {key} FROM genesys.{table} WHERE {column} IN ({values})" for table in tables_
        )
        parts.append(f"{key} IN ({found})")
    return " AND ".join(parts) or "true"


def pruned(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, str, int]:
    """The query where each scan has what its own filter lets through; the same by dataset."""
    query = bind(parsed(sql), Catalogs((CATALOG,)), context().constant)
    bounded = needed(query)
    own, of_dataset = filters_needed(query), filters_of(query, bounded, context())
    by_scan = by_dataset = sql
    conditions = 0
    for number, (node, _) in reversed(list(enumerate(bounded))):
        assert node.position is not None
        key = node.table.dataset.key
        # A table that is not needed may as well be empty.
        where = passes(own[node.number], key) if node.number in own else "false"
        wider = frozenset(of_dataset.get(node.table.dataset.name, ()))
        conditions += len(wider)
        for name, condition in (("scan", where), ("whole", passes(wider, key))):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {name}_{number} AS "
                f"FROM genesys.{node.table.name} WHERE {condition}"
            )
        rest = node.position + len(node.table.name)
        by_scan = f"{by_scan[: node.position]}scan_{number}{by_scan[rest:]}"
        by_dataset = f"{by_dataset[: node.position]}whole_{number}{by_dataset[rest:]}"
    return by_scan, by_dataset, conditions


@settings(max_examples=250, deadline=None, derandomize=True)
@given(sql=queries())
def test_what_a_filter_leaves_out_does_not_matter(
    rows: duckdb.DuckDBPyConnection, sql: str
) -> None:
    whole = answer(rows, sql)
    by_scan, by_dataset, _ = pruned(rows, sql)
    assert answer(rows, by_scan) == whole, by_scan
    assert answer(rows, by_dataset) == whole, by_dataset


def test_filters_were_found(rows: duckdb.DuckDBPyConnection) -> None:
    """What the queries above are made of has a filter, or has none."""
    sql = f"SELECT * FROM segments WHERE {BEFORE} AND x = '{WORDS['x'][0]}'"
    assert pruned(rows, sql)[2] == 1
    wrong = sql.replace("x = ", "x <> ")
    assert pruned(rows, wrong)[2] == 0

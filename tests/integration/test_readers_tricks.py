"""A closed column and a closed table, asked for in every way SQL has: no value of them comes out.

Neither as a row nor in an error. The values are ids, which are in no other open place.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gateway import Site
from trunkline.engine import Options
from trunkline.engine.reader import Reader
from trunkline.errors import TrunklineError
from trunkline.roles import Grants, Role

DAY = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-13'"
ANALYST = Reader("ann", Role.ANALYST)
CLOSED = ("sessions.protocol_call_id", "conversation_evaluations")
READER = replace(ANALYST, grants=Grants(revoked=frozenset(CLOSED)))

HIDDEN = "protocol_call_id"

# Of a hidden column {c} of the table {t}.
COLUMN = """
SELECT {c} FROM {t}
SELECT s.{c} FROM {t} s
SELECT genesys.{t}.{c} FROM genesys.{t}
SELECT "{C}" FROM {t}
SELECT * FROM {t}
SELECT s FROM {t} s
SELECT s.* FROM {t} s
SELECT to_json(s) FROM {t} s
SELECT CAST(s AS VARCHAR) FROM {t} s
SELECT list(s) FROM {t} s
SELECT struct_extract(s, '{c}') FROM {t} s
SELECT s['{c}'] FROM {t} s
SELECT (s).{c} FROM {t} s
SELECT row(s.*) FROM {t} s
SELECT struct_pack(x := {c}) FROM {t}
SELECT COLUMNS('.*') FROM {t}
SELECT COLUMNS('{c}') FROM {t}
SELECT COLUMNS(x -> x LIKE '%_id') FROM {t}
SELECT * REPLACE (upper({c}) AS media_type) FROM {t}
SELECT * RENAME ({c} AS other) FROM {t}
SELECT * EXCLUDE ({c}) FROM {t}
SELECT * LIKE '%_id' FROM {t}
SELECT max({c}) FROM {t}
SELECT count(DISTINCT {c}) FROM {t}
SELECT string_agg({c}, ',') FROM {t}
SELECT arg_max({c}, conversation_start) FROM {t}
SELECT arg_max(s, conversation_start) FROM {t} s
SELECT first_value({c}) OVER (ORDER BY conversation_start) FROM {t}
SELECT media_type FROM {t} GROUP BY ALL ORDER BY {c}
SELECT media_type FROM {t} QUALIFY row_number() OVER (PARTITION BY {c}) = 1
SELECT {c}::INTEGER FROM {t}
SELECT ('x' || {c})::DATE FROM {t}
SELECT CAST({c} AS UUID) FROM {t}
SELECT strptime({c}, '%Y') FROM {t}
SELECT error({c}) FROM {t}
SELECT CASE WHEN {c} LIKE 'a%' THEN 1/0 END FROM {t}
SELECT regexp_extract({c}, '.*') FROM {t}
SELECT 1 FROM {t} WHERE {c} > 'a'
SELECT x FROM (SELECT {c} AS x, conversation_start FROM {t})
WITH w AS (SELECT *, conversation_start FROM {t}) SELECT {c} FROM w
WITH w AS MATERIALIZED (SELECT * FROM {t}) SELECT w FROM w
WITH RECURSIVE w AS (SELECT {c} AS x FROM {t} UNION SELECT x FROM w) SELECT x FROM w
WITH {t} AS (SELECT * FROM genesys.{t}) SELECT {c} FROM {t}
SELECT (SELECT max({c}) FROM {t} WHERE {day})
SELECT unnest(list({c})) FROM {t}
SELECT unnest(s) FROM {t} s
SELECT a.media_type, b.{c} FROM {t} a JOIN {t} b USING (conversation_id, conversation_start)
SELECT 1 FROM {t} a JOIN {t} b USING (conversation_start, {c})
SELECT * FROM {t} a NATURAL JOIN {t} b
SELECT * FROM {t} a POSITIONAL JOIN {t} b
SELECT * FROM {t} a, LATERAL (SELECT a.{c} AS x)
SELECT * FROM (FROM {t} UNPIVOT (v FOR n IN ({c})))
SELECT * FROM (FROM {t} PIVOT (count(*) FOR {c} IN ('a')))
SELECT v FROM (UNPIVOT (SELECT {c} FROM {t}) ON COLUMNS(*))
SELECT {c} FROM {t} AS s(a, b, c, d)
SELECT b FROM {t} AS s(a, b, c, d)
SELECT media_type FROM {t} UNION ALL SELECT {c} FROM {t}
SELECT * FROM {t} UNION ALL BY NAME SELECT * FROM {t}
SELECT * FROM {t} TABLESAMPLE 10%
SELECT current_setting('{c}') FROM {t}
DESCRIBE {t}
SHOW {t}
SUMMARIZE {t}
FROM (DESCRIBE {t})
SELECT * FROM (SUMMARIZE {t})
SELECT * FROM duckdb_columns()
SELECT * FROM information_schema.columns
SELECT * FROM pragma_table_info('{t}')
SELECT sql FROM duckdb_views()
SELECT * FROM query('SELECT {c} FROM {t}')
SELECT * FROM query_table('{t}')
EXPLAIN ANALYZE SELECT {c} FROM {t}
"""

# Of a closed table {t}.
TABLE = """
SELECT * FROM {t}
FROM {t}
TABLE {t}
SELECT 1 FROM sessions WHERE EXISTS (SELECT 1 FROM {t})
SELECT (SELECT max({c}) FROM {t})
WITH w AS (FROM {t}) SELECT * FROM w
WITH {t} AS (SELECT * FROM {t}) SELECT * FROM {t}
WITH {t} AS (SELECT * FROM genesys.{t}) SELECT * FROM {t}
WITH RECURSIVE {t} AS (SELECT * FROM {t} UNION SELECT * FROM {t}) SELECT * FROM {t}
SELECT * FROM "{T}"
SELECT * FROM Genesys."{t}"
SELECT * FROM memory.genesys.{t}
SELECT * FROM memory.main.{t}
SELECT * FROM main.{t}
SELECT * FROM sessions JOIN {t} USING (conversation_id, conversation_start)
SELECT * FROM sessions LEFT JOIN {t} ON true
SELECT * FROM sessions, LATERAL (SELECT * FROM {t})
SELECT * FROM sessions SEMI JOIN {t} USING (conversation_id)
SELECT 1 UNION ALL SELECT count(*) FROM {t}
SELECT * FROM (PIVOT {t} ON {c})
SELECT * FROM (UNPIVOT {t} ON COLUMNS(*))
SELECT * FROM query_table('{t}')
SELECT * FROM query_table(['{t}'])
SELECT * FROM (DESCRIBE {t})
SELECT '{t}'::regclass
SELECT * FROM {t} AT (VERSION => 1)
SELECT [x FOR x IN (SELECT list({c}) FROM {t})]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A directory in which the days are held."""
    found = Site(tmp_path_factory.mktemp("tricks") / "data")
    found.prepare(f"SELECT count(*) FROM conversations WHERE {DAY}")
    return found


def planted(site: Site, table: str, column: str) -> set[str]:
    rows = site.query(f"SELECT DISTINCT {column} AS v FROM {table} WHERE {DAY}")
    return {str(row["v"]) for row in rows if row["v"]}


@pytest.fixture(scope="module")
def calls(site: Site) -> frozenset[str]:
    """The values of the hidden column."""
    return frozenset(planted(site, "sessions", HIDDEN))


def heard(site: Site, sql: str, reader: Reader) -> str:
    """All that a reader is told: rows, notices or the error."""
    options = Options(reader=reader, covered=True)
    try:
        return str((site.query(sql, options), site.prepare(sql, options).notices))
    except TrunklineError as error:
        return f"{error.message} {error.hint}"


def tricks(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize("trick", tricks(COLUMN))
def test_no_value_of_a_hidden_column_is_told(site: Site, calls: frozenset[str], trick: str) -> None:
    sql = trick.format(t="sessions", c=HIDDEN, C=HIDDEN.upper(), day=DAY)
    values = calls
    assert len(values) > 20
    told = heard(site, sql, READER)
    assert not [value for value in values if value in told]


@pytest.mark.parametrize("trick", tricks(TABLE))
def test_no_value_of_a_closed_table_is_told(site: Site, trick: str) -> None:
    table, column = "conversation_evaluations", "evaluation_id"
    sql = trick.format(t=table, T=table.upper(), c=column)
    values = planted(site, table, column)
    assert values
    told = heard(site, sql, READER)
    assert not [value for value in values if value in told]


def test_the_tricks_would_tell_whoever_may_read_it(site: Site, calls: frozenset[str]) -> None:
    """Most of them: else the tests above would hold for want of a question."""
    told = 0
    for trick in tricks(COLUMN):
        sql = trick.format(t="sessions", c=HIDDEN, C=HIDDEN.upper(), day=DAY)
        said = heard(site, sql, replace(READER, role=Role.ADMINISTRATOR))
        told += any(value in said for value in calls)
    assert told > 25

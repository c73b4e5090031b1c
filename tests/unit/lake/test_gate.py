"""Which statements pass the gate, and what is said of those that do not."""

from __future__ import annotations

import pytest

from tests.unit.lake.asking import RELATIONS, SCHEMA, describe
from trunkline.errors import SqlError, UnknownRelation
from trunkline.lake import gate

ALLOWED = [
    "SELECT 1",
    "select 1;",
    "select 1 -- and no more",
    "select 1; -- and no more",
    "/* a /* nested */ comment */ select 1",
    "(select 1)",
    "VALUES (1), (2)",
    "TABLE conversations",
    "FROM conversations",
    "FROM conversations SELECT count(*)",
    "SELECT * FROM genesys.conversations",
    "SELECT * FROM GENESYS.Conversations",
    'SELECT * FROM "genesys"."conversations"',
    "SELECT * FROM trunkline.jobs",
    "SELECT c.* EXCLUDE (n_transferred) FROM conversations AS c",
    "SELECT COLUMNS('conversation_.*') FROM conversations",
    "WITH a AS (SELECT 1 AS x) SELECT * FROM a",
    "WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM a) SELECT * FROM b, a",
    "WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT * FROM a",
    'WITH "Ä" AS (SELECT 1 AS x) SELECT * FROM "Ä"',
    "WITH A AS (SELECT 1 AS x) SELECT * FROM a",
    "WITH conversations AS (SELECT * FROM conversations) SELECT * FROM conversations",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "WITH RECURSIVE conversations AS (SELECT * FROM conversations) SELECT * FROM conversations",
    "SELECT (WITH a AS (SELECT 1 AS x) SELECT x FROM a)",
    "SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3 INTERSECT SELECT 4 ORDER BY 1 LIMIT 1",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM conversations))",
    "SELECT * FROM conversations WHERE conversation_id IN (SELECT conversation_id FROM segments)",
    (
        "SELECT * FROM conversations c WHERE EXISTS (FROM segments s "
        "WHERE s.conversation_id = c.conversation_id)"
    ),
    "SELECT * FROM conversations JOIN segments USING (conversation_id)",
    (
        "SELECT * FROM conversations c ASOF JOIN conversations d "
        "ON c.conversation_start >= d.conversation_start"
    ),
    "SELECT * FROM conversations c, LATERAL (SELECT c.n_transferred + 1 AS more)",
    "SELECT * FROM conversations POSITIONAL JOIN segments",
    "SELECT * FROM conversations TABLESAMPLE 10 PERCENT",
    "FROM (PIVOT conversations ON n_transferred IN (0, 1) USING count(*))",
    "FROM conversations PIVOT (count(*) FOR n_transferred IN (0, 1))",
    "FROM (UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b)",
    (
        "SELECT row_number() OVER (PARTITION BY n_transferred ORDER BY conversation_start) "
        "FROM conversations"
    ),
    "SELECT sum(n_transferred) OVER w FROM conversations WINDOW w AS (ORDER BY conversation_id)",
    "SELECT conversation_id FROM conversations QUALIFY row_number() OVER () = 1",
    "SELECT count(*) FROM conversations GROUP BY GROUPING SETS ((n_transferred), ())",
    "SELECT list_transform([1, 2], lambda x: x + 1), [x + 1 FOR x IN [1, 2] IF x > 1]",
    "SELECT unnest([1, 2])",
    "SELECT * FROM unnest([1, 2]) AS t(x)",
    "SELECT * FROM range(3)",
    "SELECT * FROM generate_series(DATE '2025-01-01', DATE '2025-01-31', INTERVAL 1 DAY)",
    "SELECT * FROM conversations, range(n_transferred)",
    """SELECT * FROM json_each('{"a": 1}')""",
    "SELECT $$one; COPY two TO 'three'$$",
    "SELECT 'COPY conversations TO ''x''; DROP TABLE conversations'",
    "SELECT 1 AS query, 2 AS getenv, 3 AS read_csv",
    (
        "SELECT count(*) FILTER (WHERE n_transferred > 0), list(conversation_id ORDER BY 1), "
        "approx_quantile(n_transferred, 0.9) FROM conversations"
    ),
    "SELECT conversation_start AT TIME ZONE 'Europe/Berlin' FROM conversations",
    "SELECT CASE WHEN n_transferred BETWEEN 1 AND 2 THEN 'a' ELSE 'b' END FROM conversations",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_one_select_in_any_shape_passes_and_binds(sql: str) -> None:
    gate.check(sql, RELATIONS, SCHEMA)
    assert describe(sql, RELATIONS, SCHEMA, "UTC")


@pytest.mark.parametrize(
    ("sql", "error", "at"),
    [
        ("SELEC 1", "SqlError", "SELEC"),
        ("SELECT 'é' FROM FROM", "SqlError", "FROM"),
        ("SELECT 1 FROM nowhere", "UnknownRelation", "nowhere"),
        ("SELECT '😀', 'ü' FROM nowhere", "UnknownRelation", "nowhere"),
        ("SELECT 1\nFROM segments,\n  nowhere", "UnknownRelation", "nowhere"),
        ('SELECT 1 FROM "no where"', "UnknownRelation", '"no where"'),
        ("SELECT 1 FROM other.conversations", "UnknownRelation", "other."),
        ("SELECT 1 FROM '/etc/passwd'", "UnknownRelation", "'/etc"),
        ("SELECT 1 FROM memory.genesys.segments", "ForbiddenSql", "memory"),
        ("SELECT 'é', getenv('HOME')", "ForbiddenSql", "getenv"),
        ("SELECT main.now()", "ForbiddenSql", "main.now"),
        ("SELECT system.main.today()", "ForbiddenSql", "system.main.today"),
        ("SELECT 'ä', nonesuch(1)", "ForbiddenSql", "nonesuch"),
        ("SELECT 1 FROM read_csv('x.csv')", "ForbiddenSql", "read_csv"),
    ],
)
def test_an_error_points_at_its_place_in_characters(sql: str, error: str, at: str) -> None:
    with pytest.raises(SqlError) as raised:
        gate.check(sql, RELATIONS, SCHEMA)
    assert type(raised.value).__name__ == error
    assert raised.value.position == sql.rindex(at)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("conversatons", "conversations"),
        ("genesy.conversations", "genesys.conversations"),
        ("jobs", "trunkline.jobs"),
        ("trunkline.job", "trunkline.jobs"),
    ],
)
def test_a_misspelt_relation_is_answered_with_the_one_that_was_meant(name: str, meant: str) -> None:
    with pytest.raises(UnknownRelation, match=f"there is no table {name}") as raised:
        gate.check(f"SELECT * FROM {name}", RELATIONS, SCHEMA)
    assert f"Did you mean {meant}?" in (raised.value.hint or "")


@pytest.mark.parametrize("depth", [700, 3_000])
@pytest.mark.parametrize(("before", "after"), [("[", "]"), ("1 + ", ""), ("NOT ", "")])
def test_a_statement_that_nests_too_deeply_is_the_users_error(
    depth: int, before: str, after: str
) -> None:
    with pytest.raises(SqlError):
        gate.check(f"SELECT {before * depth}1{after * depth}", RELATIONS, SCHEMA)


def test_a_union_of_a_thousand_is_no_nesting() -> None:
    gate.check(" UNION ALL ".join(["SELECT 1"] * 1_000), RELATIONS, SCHEMA)

"""Attempts to read, write or learn what is not in the catalogue; each must be refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.unit.lake.asking import RELATIONS, SCHEMA, ask
from trunkline.errors import ForbiddenSql, RelationClosed, SqlError
from trunkline.lake import gate
from trunkline.lake.functions import FUNCTIONS, TABLE_FUNCTIONS
from trunkline.lake.relation import Closed, Relation
from trunkline.types import Type

FILE = Path(__file__).parents[2] / "fixtures" / "gate" / "attempts.txt"

# Scalars of DuckDB 2.0 that are not let in, for what they do; what is internal or a collation, by
# how it begins.
KEPT_OUT = {
    "reads settings, variables or the environment": "current_setting getvariable in_search_path",
    "keeps state, waits or writes": "currval nextval setval setseed pg_sleep sleep_ms write_log",
    "looks into the catalogue": (
        "format_type get_block_size index_key pg_get_constraintdef pg_get_viewdef stats"
    ),
    "reads, makes or runs SQL": (
        "current_query json_deserialize_sql json_serialize_plan json_serialize_sql"
    ),
    "serves DuckDB itself": (
        "bitstring_byte_comparable cast_to_type create_sort_key get_type hive_partition_component "
        "icu_sort_key json_copy_strftime_if_date json_copy_strftime_if_timestamp make_type "
        "parse_duckdb_log_message remap_struct replace_type timetz_byte_comparable "
        "variant_bytes_to_variant variant_comparator variant_normalize variant_to_parquet_variant "
        "vector_type"
    ),
}
INTERNAL = ("__", "!__", "collate_", "icu_collate_")


def attempts() -> Iterator[tuple[str, str]]:
    """Each with the error that must refuse it."""
    error = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            error = line.removeprefix("## ").partition(":")[0]
        elif line and not line.startswith("#"):
            yield line, error


def functions(kinds: str) -> set[str]:
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
            f"WHERE function_type IN ({kinds})"
        )
        return {name for (name,) in found.fetchall()}


@pytest.mark.parametrize(("sql", "error"), [*attempts()])
def test_an_attempt_is_refused(sql: str, error: str) -> None:
    with pytest.raises(SqlError) as raised:
        gate.check(sql, RELATIONS, SCHEMA)
    assert type(raised.value).__name__ == error


def test_there_are_attempts_of_every_kind_and_each_once() -> None:
    counted = Counter(sql for sql, _ in attempts())
    assert len(counted) > 400
    assert [sql for sql, times in counted.items() if times > 1] == []
    assert {error for _, error in attempts()} == {"ForbiddenSql", "SqlError", "UnknownRelation"}


@pytest.mark.parametrize("sql", ["", " ", "\n", "SELECT 1\0; DROP TABLE x"])
def test_what_no_line_can_hold_is_refused_too(sql: str) -> None:
    with pytest.raises(ForbiddenSql):
        gate.check(sql, RELATIONS, SCHEMA)


def test_a_statement_of_a_megabyte_is_not_read() -> None:
    with pytest.raises(SqlError, match="has 1,000,001 characters; 1,000,000 are the most"):
        gate.check("SELECT '" + "x" * 999_992 + "'", RELATIONS, SCHEMA)
    gate.check("SELECT '" + "x" * 999_991 + "'", RELATIONS, SCHEMA)


def test_every_function_of_duckdb_is_let_in_or_kept_out_by_hand() -> None:
    """A new version fails here until somebody has read what it brings; until then it is refused."""
    kept_out = {name for names in KEPT_OUT.values() for name in names.split()}
    found = functions("'scalar', 'macro', 'aggregate', 'window'")
    unjudged = {name for name in found - FUNCTIONS - kept_out if not name.startswith(INTERNAL)}
    assert unjudged == {"is distinct from", "is not distinct from"}  # operators, never called so
    assert kept_out <= found
    assert not kept_out & FUNCTIONS
    assert found | functions("'table'") >= FUNCTIONS


def test_what_is_let_in_is_no_macro_over_what_is_kept_out() -> None:
    kept_out = {name for names in KEPT_OUT.values() for name in names.split()}
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT lower(function_name), lower(macro_definition) FROM duckdb_functions() "
            "WHERE function_type = 'macro'"
        ).fetchall()
    for name, body in found:
        if name in FUNCTIONS and name not in {"current_query", "json"}:
            assert "select " not in body, name
            assert not [one for one in kept_out if f"{one}(" in body.replace('"', "")], name


@pytest.mark.parametrize("name", sorted(KEPT_OUT))
def test_what_is_kept_out_is_refused(name: str) -> None:
    for function in KEPT_OUT[name].split():
        with pytest.raises(ForbiddenSql, match=rf"the function {function}\(\) is not available"):
            gate.check(f"SELECT {function}('x')", RELATIONS, SCHEMA)


def test_no_table_function_of_duckdb_passes_but_those_that_are_named() -> None:
    found = functions("'table', 'table_macro', 'pragma'")
    assert {"read_parquet", "read_text", "glob", "duckdb_settings", "query_table"} <= found
    for name in sorted(found - TABLE_FUNCTIONS):
        with pytest.raises(ForbiddenSql):
            gate.check(f'SELECT * FROM "{name}"(1)', RELATIONS, SCHEMA)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM finance.legs",
        'SELECT * FROM FINANCE."LEGS"',
        "TABLE finance.legs",
        "FROM finance.legs SELECT 1",
        "SELECT 1 FROM segments, finance.legs",
        "SELECT 1 FROM segments JOIN finance.legs USING (segment_key)",
        "SELECT (SELECT count(*) FROM finance.legs)",
        "SELECT 1 WHERE EXISTS (FROM finance.legs)",
        "SELECT 1 FROM segments WHERE segment_key IN (SELECT ani FROM finance.legs)",
        "WITH a AS (SELECT * FROM finance.legs) SELECT 1",
        "WITH legs AS (SELECT 1) SELECT * FROM finance.legs",
        "SELECT 1 UNION ALL SELECT 2 FROM finance.legs",
        "FROM (PIVOT finance.legs ON ani IN ('1') USING count(*))",
        "FROM finance.legs UNPIVOT (x FOR y IN (ani))",
        "SELECT 1 ORDER BY (SELECT max(ani) FROM finance.legs)",
        "SELECT * FROM (VALUES ((SELECT max(ani) FROM finance.legs)))",
        "SELECT list_transform([1], lambda x: (SELECT max(ani) FROM finance.legs))",
        "SELECT * FROM range((SELECT count(*) FROM finance.legs))",
        "SELECT finance.legs FROM segments, finance.legs",
    ],
)
def test_a_relation_that_is_closed_to_the_role_is_closed_at_every_door(sql: str) -> None:
    closed = Relation("finance", "legs", (("ani", Type.TEXT),), closed=Closed("only X may read it"))
    with pytest.raises(RelationClosed):
        gate.check(sql, (*RELATIONS, closed), SCHEMA)
    with pytest.raises(RelationClosed):
        ask(sql, relations=(*RELATIONS, closed))


def test_an_answer_asks_the_gate_first() -> None:
    with pytest.raises(ForbiddenSql):
        ask("WITH a AS (DELETE FROM jobs RETURNING *) SELECT * FROM a")

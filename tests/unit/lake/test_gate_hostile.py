"""Attempts to read, write or learn what is not in the catalogue; each must be refused."""

from __future__ import annotations

import pytest

from tests.unit.lake.asking import RELATIONS, SCHEMA, ask
from trunkline.errors import ForbiddenSql, SqlError, UnknownRelation
from trunkline.lake import gate

KELVIN = "\N{KELVIN SIGN}"  # str.lower makes a k of it, DuckDB does not

NOT_ONE_SELECT = [
    "",
    ";",
    "-- nothing",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE conversations",
    "SELECT 1;;SELECT 2",
    "SELECT 1; ATTACH 'x.db'",
    "COPY conversations TO 'out.csv'",
    "COPY (SELECT 1) TO 'out.parquet' (FORMAT parquet)",
    "COPY conversations FROM 'in.csv'",
    "COPY FROM DATABASE memory TO other",
    "ATTACH 'catalogue.sqlite' AS c",
    "DETACH memory",
    "USE trunkline",
    "PRAGMA database_list",
    "PRAGMA disable_optimizer",
    "CALL pragma_version()",
    "SET memory_limit = '100GB'",
    "SET GLOBAL lock_configuration = false",
    "SET VARIABLE x = 1",
    "RESET memory_limit",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP VIEW v AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "CREATE MACRO t() AS TABLE SELECT * FROM read_csv('x')",
    "CREATE SECRET s (TYPE s3)",
    "CREATE TYPE t AS ENUM ('a')",
    "CREATE SEQUENCE s",
    "ALTER TABLE conversations ADD COLUMN x INTEGER",
    "DROP TABLE conversations",
    "TRUNCATE conversations",
    "INSERT INTO conversations VALUES ('a', now(), 1)",
    "UPDATE conversations SET n_transferred = 0",
    "DELETE FROM conversations",
    "MERGE INTO conversations USING segments USING (conversation_id) WHEN MATCHED THEN DELETE",
    "WITH a AS (INSERT INTO conversations VALUES ('a', now(), 1) RETURNING *) SELECT * FROM a",
    "WITH a AS (UPDATE conversations SET n_transferred = 1 RETURNING *) SELECT * FROM a",
    "WITH a AS (DELETE FROM conversations RETURNING *) SELECT * FROM a",
    "WITH a AS (COPY (SELECT 1) TO 'out.csv') SELECT * FROM a",
    "SELECT * FROM (WITH a AS (DELETE FROM jobs RETURNING *) SELECT * FROM a)",
    "INSTALL httpfs",
    "LOAD httpfs",
    "UPDATE EXTENSIONS",
    "EXPORT DATABASE 'out'",
    "IMPORT DATABASE 'in'",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "BEGIN",
    "COMMIT",
    "VACUUM",
    "ANALYZE",
    "CHECKPOINT",
    "COMMENT ON TABLE conversations IS 'x'",
    "PIVOT conversations ON conversation_id USING count(*)",
    "DESCRIBE conversations",
    "DESCRIBE SELECT 1",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "SUMMARIZE conversations",
    "SELECT * FROM (DESCRIBE conversations)",
    "SELECT * FROM (SHOW TABLES)",
    "SELECT * FROM (SUMMARIZE conversations)",
    "WITH a AS (FROM (SHOW ALL TABLES)) SELECT * FROM a",
]

FORBIDDEN_FUNCTION = [
    "SELECT * FROM read_parquet('files/*/*.parquet')",
    "SELECT * FROM parquet_scan('x.parquet')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM read_json('x.json')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_duckdb('x.db')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM parquet_metadata('x.parquet')",
    "SELECT * FROM parquet_file_metadata('x.parquet')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM DUCKDB_VIEWS()",
    'SELECT * FROM "duckdb_views"()',
    "SELECT * FROM system.main.duckdb_views()",
    "SELECT * FROM main.duckdb_views()",
    "SELECT * FROM pragma_storage_info('conversations')",
    "SELECT * FROM pragma_table_info('conversations')",
    "SELECT * FROM json_execute_serialized_sql('{}')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('conversations')",
    "SELECT * FROM query_table(['conversations', 'segments'])",
    "SELECT * FROM histogram('conversations', 'n_transferred')",
    "SELECT * FROM enable_logging()",
    "SELECT * FROM python_map_function()",
    "SELECT * FROM seq_scan('conversations')",
    "SELECT * FROM repeat(1, 2)",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM conversations, LATERAL (SELECT * FROM read_text(conversation_id))",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT 1 WHERE EXISTS (FROM glob('/*'))",
    "SELECT 1 ORDER BY (SELECT count(*) FROM glob('/*'))",
    "SELECT 1 LIMIT (SELECT count(*) FROM glob('/*'))",
    "SELECT * FROM range((SELECT count(*) FROM glob('/*')))",
    "SELECT sum(1) FILTER (WHERE (SELECT count(*) FROM glob('/*')) > 0)",
    "SELECT list_transform([1], lambda x: (SELECT count(*) FROM glob('/*')))",
    "VALUES ((SELECT count(*) FROM glob('/*')))",
    "FROM (PIVOT (FROM glob('/*')) ON file IN ('a') USING count(*))",
    "SELECT 1 UNION SELECT count(*) FROM glob('/*')",
    "WITH a AS (SELECT * FROM glob('/*')) SELECT 1",
    "WITH read_text AS (SELECT 1) SELECT * FROM read_text('/etc/passwd')",
    "SELECT 1 /* /* */ FROM read_text('x') /* */ */ FROM glob('/*')",
    "SELECT $x$ -- $x$, * FROM glob('/*')",
    "SELECT getenv('HOME')",
    "SELECT GetEnv('HOME')",
    "SELECT \"getenv\"('HOME')",
    "SELECT ('HOME').getenv()",
    "SELECT system.main.current_setting('allowed_paths')",
    "SELECT current_setting('allowed_paths')",
    "SELECT current_query()",
    "SELECT getvariable('x')",
    "SELECT json_serialize_plan('SELECT current_setting(''allowed_paths'')')",
    "SELECT nextval('s')",
    "SELECT setseed(0.5)",
    "SELECT sleep_ms(1000)",
    "SELECT write_log('x')",
    "SELECT stats(conversation_id) FROM conversations",
    "SELECT pg_get_viewdef(0)",
    "SELECT get_block_size('memory')",
    "SELECT __internal_compress_string_ubigint('x')",
    "SELECT max(getenv('HOME')) OVER ()",
    "SELECT CASE WHEN true THEN getenv('HOME') END",
]

UNKNOWN_RELATION = [
    "SELECT * FROM 'conversations.parquet'",
    "SELECT * FROM 'files/conversations/*.parquet'",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'https://example.org/x.csv'",
    'SELECT * FROM "x.db".t',
    "SELECT * FROM duckdb_settings",
    "SELECT * FROM duckdb_views",
    "SELECT * FROM pg_tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM main.sqlite_master",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM temp.sqlite_temp_master",
    "TABLE duckdb_tables",
    "SELECT * FROM segments, duckdb_tables",
    "SELECT * FROM segments JOIN duckdb_tables ON true",
    "SELECT (SELECT count(*) FROM duckdb_tables)",
    # A common table expression is not in scope where it is written, before it, or outside.
    "WITH duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables",
    "WITH RECURSIVE duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables",
    "WITH a AS (SELECT * FROM duckdb_tables), duckdb_tables AS (SELECT 1) SELECT * FROM a",
    "SELECT * FROM (WITH duckdb_tables AS (SELECT 1) SELECT 1) JOIN duckdb_tables ON true",
    "WITH duckdb_tables AS (SELECT 1) SELECT * FROM main.duckdb_tables",
    (
        "WITH RECURSIVE duckdb_tables AS (SELECT table_name FROM duckdb_tables UNION ALL "
        "SELECT table_name FROM duckdb_tables WHERE false) SELECT * FROM duckdb_tables"
    ),
    f'WITH "duc{KELVIN}db_tables" AS (SELECT 1) SELECT * FROM duckdb_tables',
    f'SELECT * FROM "duc{KELVIN}db_tables"',
    'SELECT * FROM "conversations; DROP TABLE conversations"',
    "SELECT * FROM ünïcode",
]


def refused(sql: str, error: type[SqlError]) -> None:
    with pytest.raises(SqlError) as raised:
        gate.check(sql, RELATIONS, SCHEMA)
    assert type(raised.value) is error


@pytest.mark.parametrize("sql", NOT_ONE_SELECT)
def test_anything_but_one_query_is_refused(sql: str) -> None:
    refused(sql, ForbiddenSql)


@pytest.mark.parametrize("sql", FORBIDDEN_FUNCTION)
def test_functions_that_reach_out_are_refused_wherever_they_stand(sql: str) -> None:
    refused(sql, ForbiddenSql)


@pytest.mark.parametrize("sql", UNKNOWN_RELATION)
def test_what_is_not_in_the_catalogue_does_not_exist(sql: str) -> None:
    refused(sql, UnknownRelation)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM conversations AT (VERSION => 1)",
        "SELECT * FROM conversations AT (TIMESTAMP => now())",
        "SELECT * FROM memory.genesys.conversations",
        "SELECT * FROM system.information_schema.tables",
    ],
)
def test_versions_and_databases_are_no_relations(sql: str) -> None:
    refused(sql, ForbiddenSql)


def test_an_answer_asks_the_gate_first() -> None:
    with pytest.raises(ForbiddenSql):
        ask("WITH a AS (DELETE FROM jobs RETURNING *) SELECT * FROM a")

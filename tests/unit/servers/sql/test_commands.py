"""What a statement is, and what may not run."""

from __future__ import annotations

import pytest

from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql import command_of, split
from trunkline.servers.postgres.sql.commands import values
from trunkline.servers.postgres.sql.commands.values import Command, Towards
from trunkline.servers.postgres.types import INT4, TEXT

FORWARD, BACKWARD, ABSOLUTE = Towards.FORWARD, Towards.BACKWARD, Towards.ABSOLUTE
RECOGNISED: list[tuple[str, Command]] = [
    ("SET DateStyle='ISO'", values.SetTo("datestyle", "ISO")),
    ('set search_path to a, "B"', values.SetTo("search_path", "a, B")),
    ("set local x.y = -1", values.SetTo("x.y", "-1", local=True)),
    ("SET SESSION AUTHORIZATION DEFAULT", values.SetTo("session_authorization", None)),
    ("set time zone 'Europe/Amsterdam'", values.SetTo("timezone", "Europe/Amsterdam")),
    ("set time zone interval '+01:00' hour to minute", values.SetTo("timezone", "1")),
    ("set time zone interval '-08:30'", values.SetTo("timezone", "-8.5")),
    ("set time zone -7", values.SetTo("timezone", "-7")),
    ("set names 'UTF8'", values.SetTo("client_encoding", "UTF8")),
    ("set role analyst", values.SetTo("role", "analyst")),
    ("set statement_timeout = 10000", values.SetTo("statement_timeout", "10000")),
    ("set trunkline.fetch to off", values.SetTo("trunkline.fetch", "off")),
    ("set application_name = 'it''s; x'", values.SetTo("application_name", "it's; x")),
    (
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        values.SetTransaction({"transaction_read_only": "on"}, session=True),
    ),
    (
        "set transaction isolation level repeatable read, read write",
        values.SetTransaction(
            {"transaction_isolation": "repeatable read", "transaction_read_only": "off"}
        ),
    ),
    ("show transaction isolation level", values.Show("transaction_isolation")),
    ("SHOW ALL", values.Show("all")),
    ("show TimeZone", values.Show("timezone")),
    ("reset all", values.Reset("all")),
    ("discard all", values.Discard("all")),
    ("begin", values.Begin()),
    (
        "START TRANSACTION READ ONLY",
        values.Begin({"transaction_read_only": "on"}, "START TRANSACTION"),
    ),
    ("commit and chain", values.Commit(chain=True)),
    ("end", values.Commit()),
    ("abort work", values.Rollback()),
    ("rollback to savepoint a", values.RollbackTo("a")),
    ("rollback transaction to a", values.RollbackTo("a")),
    ('savepoint "A b"', values.Savepoint("A b")),
    ("release a", values.ReleaseSavepoint("a")),
    ("fetch c", values.FetchFrom("c")),
    ("fetch next from c", values.FetchFrom("c")),
    ("fetch 100 in c", values.FetchFrom("c", FORWARD, 100)),
    ("fetch all c", values.FetchFrom("c", FORWARD, None)),
    ("fetch forward all from c", values.FetchFrom("c", FORWARD, None)),
    ("fetch backward 2 from c", values.FetchFrom("c", BACKWARD, 2)),
    ("fetch -2 from c", values.FetchFrom("c", BACKWARD, 2)),
    ("fetch last from c", values.FetchFrom("c", ABSOLUTE, -1)),
    ("move absolute 0 in c", values.MoveIn("c", ABSOLUTE, 0)),
    ("close all", values.CloseCursor(None)),
    ('close "C"', values.CloseCursor("C")),
    ("deallocate prepare p", values.Deallocate("p")),
    ("deallocate all", values.Deallocate(None)),
    ("unlisten *", values.Ignored("UNLISTEN")),
    ("lock table a in access share mode", values.Ignored("LOCK TABLE")),
    ("set constraints all deferred", values.Ignored("SET CONSTRAINTS")),
    ('drop table if exists a, b."C" cascade', values.DropTable((("a",), ("b", "C")), True)),
    ("truncate table a", values.Truncate((("a",),))),
]


@pytest.mark.parametrize(("text", "command"), RECOGNISED, ids=[text for text, _ in RECOGNISED])
def test_a_statement_is_recognised(text: str, command: Command) -> None:
    (statement,) = split(text)
    assert command_of(statement) == command


def _command(text: str) -> Command:
    (statement,) = split(text)
    return command_of(statement)


def test_a_cursor_has_its_query_with_its_place() -> None:
    text = "select 1; declare c binary no scroll cursor with hold for select 'a;b' as x"
    found = command_of(split(text)[1])
    assert isinstance(found, values.DeclareCursor)
    assert (found.hold, found.scroll, found.binary) == (True, False, True)
    assert found.query.text == "select 'a;b' as x"
    assert text[found.query.offset :] == found.query.text


def test_a_copy_has_a_query_or_a_relation_and_options() -> None:
    found = _command("copy (select 1, ')') to stdout (format csv, header, force_quote (a, \"B\"))")
    assert isinstance(found, values.Copy)
    assert found.query is not None
    assert found.query.text == "select 1, ')'"
    assert found.options == {"format": "csv", "header": "true", "force_quote": ("a", "B")}
    old = _command("COPY a.b (c) TO STDOUT CSV HEADER DELIMITER AS ';' NULL 'x'")
    assert old == values.Copy(
        None, ("a", "b"), ("c",), {"format": "csv", "header": "true", "delimiter": ";", "null": "x"}
    )


def test_what_is_prepared_and_what_it_is_given() -> None:
    found = _command("prepare p (int, text) as select $1, $2")
    assert isinstance(found, values.PrepareAs)
    assert found.types == (INT4, TEXT)
    run = _command("execute p (f(1, 2), 'a,b')")
    assert isinstance(run, values.ExecutePrepared)
    assert [one.text for one in run.arguments] == ["f(1, 2)", "'a,b'"]


def test_temporary_tables_are_made_of_columns_or_of_a_query() -> None:
    made = _command(
        'CREATE LOCAL TEMPORARY TABLE "#T" ("COL" INTEGER NOT NULL, b varchar(3), '
        "c numeric(10,2)[], primary key (b)) ON COMMIT PRESERVE ROWS"
    )
    assert isinstance(made, values.CreateTemporary)
    assert made.name == ("#T",)
    declared = [(one.name, one.type.name, one.declared, one.not_null) for one in made.columns]
    assert declared == [
        ("COL", "integer", "integer", True),
        ("b", "character varying", "varchar", False),
        ("c", "numeric[]", "decimal(10, 2)[]", False),
    ]
    filled = _command("create temp table t (x) on commit drop as select 1 with no data")
    assert isinstance(filled, values.CreateTemporary)
    assert filled.query is not None
    assert (filled.query.text, filled.names, filled.with_data) == ("select 1", ("x",), False)
    assert filled.on_commit == "drop"
    into = _command("insert into t (a, b) values (1, 2), (3, 4)")
    assert isinstance(into, values.InsertInto)
    assert into.query is not None
    assert (into.relation, into.columns) == (("t",), ("a", "b"))
    assert into.query.text == "values (1, 2), (3, 4)"


def test_explain_has_options_and_a_statement() -> None:
    found = _command("explain (analyze, format json) select 1")
    assert isinstance(found, values.Explain)
    assert found.options == {"analyze": "true", "format": "json"}
    assert found.statement.text == "select 1"
    assert _command("explain analyze verbose (select 1)").options == {  # type: ignore[union-attr]
        "analyze": "true",
        "verbose": "true",
    }


@pytest.mark.parametrize(
    ("text", "sqlstate", "position"),
    [
        ("update t set a = 1", "25006", 1),
        ("delete from t", "25006", 1),
        ("with x as (delete from t returning 1) select * from x", "25006", 12),
        ("select 1 into t", "25006", 10),
        ("create table t (a int)", "25006", 1),
        ("create index on t (a)", "25006", 1),
        ("drop view v", "25006", 1),
        ("alter table t add a int", "25006", 1),
        ("grant select on t to u", "25006", 1),
        ("copy t from stdin", "25006", 8),
        ("copy (select 1) to '/tmp/x'", "42501", 20),
        ("copy (select 1) to program 'rm'", "42501", 20),
        ("do $$ begin end $$", "0A000", 1),
        ("call f()", "0A000", 1),
        ("commit prepared 'x'", "0A000", 8),
        ("frobnicate", "42601", 1),
        ("set x 1", "42601", 7),
        ("fetch sideways c", "42601", 16),
        ("declare c cursor", "42601", 17),
        ("create temp table t (a frob)", "42704", 24),
        ("begin isolation level frob", "42601", 23),
        ("attach 'x.db'", "42601", 1),
        ("pragma version", "42601", 1),
        ("install httpfs", "42601", 1),
        ("load 'x'", "0A000", 1),
        ("insert into t values (1) returning a", "0A000", 26),
    ],
)
def test_what_may_not_run_is_refused_at_its_place(text: str, sqlstate: str, position: int) -> None:
    with pytest.raises(Refused) as refused:
        _command(text)
    assert (refused.value.report.sqlstate, refused.value.report.position) == (sqlstate, position)

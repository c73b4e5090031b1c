"""The system catalogue: who sees what, numbers that stay, tables of a session, several answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pytest

from tests import catalogue_world as world
from tests.catalogue_asking import FACTS, Asking, asking
from trunkline.engine.registry import catalog
from trunkline.errors import (
    LimitExceeded,
    SqlError,
    TrunklineError,
    UnknownColumn,
    UnknownFunction,
    UnknownRelation,
)
from trunkline.lake.locked import Limits
from trunkline.lake.system import Session, SystemDatabase
from trunkline.lake.system.pristine import pristine
from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.catalogue import ForeignKey, RelationShown, SystemCatalogue
from trunkline.servers.postgres.catalogue.declared import foreign_keys_of
from trunkline.servers.postgres.catalogue.oids import FIRST, oids_of
from trunkline.servers.postgres.parameters import decoded
from trunkline.servers.postgres.sql import Translated, translated

NAMED = "SELECT oid, relname FROM pg_class WHERE oid >= 16384"


@pytest.fixture(scope="module")
def catalogue() -> SystemCatalogue:
    return SystemCatalogue(
        world.RELATIONS, world.DATABASE, roles=world.ROLES, schemas=world.SCHEMAS
    )


@pytest.fixture
def ours(catalogue: SystemCatalogue) -> Iterator[Asking]:
    session = catalogue.session(FACTS)
    yield Asking(session)
    session.close()


@pytest.fixture(scope="module")
def database() -> SystemDatabase:
    return SystemDatabase({})


def said(ours: Asking, sql: str) -> Translated:
    return translated(sql, ours.session.facts())


# Who sees what.

AGENTS_BY_ID = replace(world.AGENTS, columns=world.AGENTS.columns[:1])
EVERYWHERE = (
    "SELECT relname FROM pg_class",
    "SELECT attname FROM pg_attribute",
    "SELECT typname FROM pg_type",
    "SELECT conname FROM pg_constraint",
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint",
    "SELECT description FROM pg_description",
    "SELECT tablename FROM pg_tables",
    "SELECT viewname FROM pg_views",
    "SELECT indexdef FROM pg_indexes",
    "SELECT table_name || '.' || column_name FROM information_schema.columns",
    "SELECT table_name FROM information_schema.tables",
    "SELECT table_name FROM information_schema.table_privileges",
    "SELECT table_name FROM information_schema.column_privileges",
    "SELECT constraint_name FROM information_schema.table_constraints",
    "SELECT check_clause FROM information_schema.check_constraints",
)


@pytest.fixture(scope="module")
def analyst() -> Iterator[Asking]:
    with asking(world.RELATIONS, [AGENTS_BY_ID]) as found:
        yield found


@pytest.mark.parametrize("sql", EVERYWHERE)
def test_what_a_role_may_not_read_is_nowhere(ours: Asking, analyst: Asking, sql: str) -> None:
    everything = {row[0] for row in ours.rows(sql) if row[0]}
    seen = {row[0] for row in analyst.rows(sql) if row[0]}
    words = ("conversation", "v_daily", "As it is shown", "notes")
    assert not [one for one in seen if any(word in one for word in words)]
    assert "segments" not in seen
    assert seen < everything


def test_a_column_that_a_role_may_not_read_is_none(analyst: Asking) -> None:
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'agents'::regclass AND attnum > 0"
    assert analyst.rows(columns) == [("id",)]
    with pytest.raises(UnknownRelation):
        analyst.rows("SELECT 'conversations'::regclass")


def test_a_foreign_key_to_what_is_not_seen_is_left_out() -> None:
    segments = replace(world.SEGMENTS)
    hidden_key = replace(world.CONVERSATIONS, key=(), columns=world.CONVERSATIONS.columns[1:])
    hidden_key = replace(hidden_key, foreign_keys=())
    keys = "SELECT conname FROM pg_constraint WHERE contype = 'f'"
    with asking(world.RELATIONS, [segments]) as one:
        assert one.rows(keys) == []
    with asking(world.RELATIONS, [segments, hidden_key]) as other:
        assert other.rows(keys) == []


def test_a_foreign_key_points_at_a_key() -> None:
    wrong = ForeignKey(("id",), world.SCHEMA, "agents", ("name",))
    odd = RelationShown(world.SCHEMA, "odd", world.AGENTS.columns, foreign_keys=(wrong,))
    with pytest.raises(ValueError, match=r"genesys\.odd: .* is not the key of genesys\.agents"):
        SystemCatalogue([world.AGENTS, odd], "lake")


# Numbers that stay.


def numbers_of(ours: Asking) -> dict[str | None, str | None]:
    return {name: oid for oid, name in ours.rows(NAMED)}


def test_an_object_has_the_same_number_for_every_role_and_beside_any_other() -> None:
    with asking(world.RELATIONS) as one:
        everything = numbers_of(one)
    with asking(world.RELATIONS, [world.AGENTS]) as other:
        some = numbers_of(other)
    with asking([world.AGENTS]) as alone:
        assert numbers_of(alone) == some
    assert some.items() < everything.items()


def test_numbers_are_distinct_and_fit_a_signed_integer() -> None:
    names = [f"class genesys.t{n}" for n in range(200_000)]  # some twenty of them draw one twice
    numbers = oids_of(names)
    assert len(set(numbers.values())) == len(names)
    assert min(numbers.values()) >= FIRST
    assert max(numbers.values()) < 2**31


# What may run: DuckDB's SQL, whatever translated it.

REFUSED = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT getenv('HOME')",
    "SELECT getvariable('user')",
    "SELECT k_found('class', 'pg_class')",
    "SELECT * FROM pg.k_class",
    "SELECT * FROM k_class",
    "SELECT * FROM info.k_typed",
    "SELECT * FROM temp.main.x",
    "SELECT * FROM system.information_schema.tables",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM query('SELECT 1')",
    "SELECT query_table('x')",
    "SELECT system.main.getenv('HOME')",
    "SELECT main.version()",
    "SELECT sleep_ms(1000)",
    "SELECT repeat('x', 1000000000)",
    "WITH x AS (DELETE FROM pg_class RETURNING *) SELECT * FROM x",
    "INSERT INTO pg_class SELECT * FROM pg_class",
    "COPY pg_class TO '/tmp/x'",
    "ATTACH '/tmp/x.db'",
    "SET memory_limit = '1TB'",
    "PRAGMA database_list",
    "CREATE TABLE x(a int)",
    "DESCRIBE pg_class",
    "SELECT 1; SELECT 2",
    "",
)


@pytest.mark.parametrize("sql", REFUSED)
def test_what_reaches_out_or_changes_is_refused(database: SystemDatabase, sql: str) -> None:
    with pytest.raises(TrunklineError):
        database.compiled(sql, frozenset())


@pytest.mark.parametrize(
    ("sql", "error", "position"),
    [
        ("SELECT 1 FROM nope", UnknownRelation, 14),
        ("SELECT 1 FROM pg_class c JOIN pg_catalog.nope n ON true", UnknownRelation, 30),
        ("SELECT nope(1)", UnknownFunction, 7),
        ("SELECT 1 FROM", SqlError, None),
    ],
)
def test_an_error_says_where(
    database: SystemDatabase, sql: str, error: type[SqlError], position: int | None
) -> None:
    with pytest.raises(error) as raised:
        database.compiled(sql, frozenset())
    if position is not None:
        assert raised.value.position == position


@pytest.mark.parametrize(
    ("sql", "sqlstate", "words"),
    [
        ("SELECT 'nope'::regclass", "42P01", 'relation "nope" does not exist'),
        ("SELECT 'nope'::regproc", "42883", 'function "nope" does not exist'),
        ("SELECT 'nope'::regtype", "42704", 'type "nope" does not exist'),
        ("SELECT 'nope'::regrole", "42704", 'role "nope" does not exist'),
        ("SELECT current_setting('no.pe')", "42704",
         'unrecognized configuration parameter "no.pe"'),
    ],
)  # fmt: skip
def test_a_name_that_means_nothing(ours: Asking, sql: str, sqlstate: str, words: str) -> None:
    with pytest.raises(SqlError) as raised:
        ours.rows(sql)
    assert (raised.value.sqlstate, raised.value.message) == (sqlstate, words)


def test_a_column_that_there_is_none(ours: Asking) -> None:
    with pytest.raises(UnknownColumn):
        ours.session.describe(said(ours, "SELECT c.nope FROM (SELECT * FROM pg_class) c"))


# Temporary tables.


def test_a_temporary_table_is_the_sessions_own(catalogue: SystemCatalogue, ours: Asking) -> None:
    ours.session.create("#T 1", [("COL", pg.INT4), ("name", pg.NAME)])
    assert ours.session.insert("#T 1", ["COL"], said(ours, "SELECT 1 UNION SELECT 2")) == 2
    asked = 'SELECT "COL", name FROM "#T 1" ORDER BY 1'
    assert ours.ask(asked) == (["COL", "name"], [23, 19], [("1", None), ("2", None)])
    other = Asking(catalogue.session(FACTS))
    assert "#T 1" not in other.session.scratch
    with pytest.raises(UnknownRelation):
        other.session.insert("#T 1", (), said(other, "SELECT 1"))
    other.session.close()
    assert ours.session.drop("#T 1")
    assert not ours.session.drop("#T 1")


def test_a_temporary_table_of_an_answer_and_of_rows(ours: Asking) -> None:
    asked = said(ours, "SELECT oid, relname FROM pg_class WHERE relname = 'pg_proc'")
    assert ours.session.create_as("mine", asked) == 1
    assert ours.session.fill("ours", pa.table({"n": pa.array([1, 2], pa.int64())})) == 2
    both = "SELECT m.relname, sum(n) FROM mine m, pg_temp.ours o GROUP BY 1"
    assert ours.rows(both) == [("pg_proc", "3")]


def test_temporary_tables_are_bounded(ours: Asking) -> None:
    session, many = ours.session, "SELECT generate_series(1, 60000) AS n"
    session.create_as("first", said(ours, many))
    with pytest.raises(LimitExceeded, match="100,000 rows"):
        session.create_as("second", said(ours, many))
    with pytest.raises(LimitExceeded, match="100,000 rows"):
        session.insert("first", (), said(ours, many))
    assert ours.rows("SELECT count(*) FROM first") == [("60000",)]
    wide = "SELECT repeat('x', 900000) AS words FROM generate_series(1, 40) s"
    with pytest.raises(LimitExceeded, match="32 MiB"):
        session.create_as("wide", said(ours, wide))
    for number in range(99):
        session.create(f"t{number}", [("a", pg.INT4)])
    with pytest.raises(LimitExceeded, match="100 temporary tables"):
        session.create("one more", [("a", pg.INT4)])
    with pytest.raises(SqlError, match="already exists"):
        session.create("t1", [("a", pg.INT4)])


# Several answers, and ends.


def test_answers_are_read_in_turn_and_end_apart(ours: Asking) -> None:
    long = said(ours, "SELECT n FROM generate_series(1, 50000) s(n)")
    one, other = (ours.session.query(long) for _ in range(2))
    begun = next(one.batches).num_rows
    assert next(other.batches).num_rows == begun
    third = ours.session.query(long)
    ours.session.forget(third)
    ours.session.forget(one)
    assert list(one.batches) == []
    assert begun + sum(batch.num_rows for batch in other.batches) == 50_000


def test_what_is_stopped_from_elsewhere_ends(ours: Asking) -> None:
    endless = said(ours, "SELECT count(*) FROM pg_proc a, pg_proc b, pg_proc c, pg_proc d")
    stop = threading.Event()

    def interrupt() -> None:
        while not stop.wait(0.01):
            ours.session.interrupt()

    beside = threading.Thread(target=interrupt)
    beside.start()
    try:
        with pytest.raises(LimitExceeded):
            list(ours.session.query(endless).batches)
    finally:
        stop.set()
        beside.join()
    assert ours.rows("SELECT 1") == [("1",)]


def test_time_and_rows_have_an_end(database: SystemDatabase) -> None:
    variables = {"search_path": "['pg_catalog']"}
    hasty = Session(database, dict(variables), Limits(seconds=0.2))
    with pytest.raises(LimitExceeded):
        list(hasty.answer(hasty.compiled("SELECT count(*) FROM range(100000000000)")).batches)
    hasty.close()
    brief = Session(database, dict(variables), Limits(rows=10))
    with pytest.raises(LimitExceeded, match="10 rows"):
        list(brief.answer(brief.compiled("SELECT * FROM range(100)")).batches)
    brief.close()


def test_who_asks_may_change(ours: Asking) -> None:
    visible = (
        "SELECT pg_table_is_visible('genesys.agents'::regclass), current_setting('search_path')"
    )
    assert ours.rows(visible) == [("t", world.SCHEMA)]
    ours.session.change(replace(FACTS, search_path=("local",), settings={"search_path": "local"}))
    assert ours.rows(visible) == [("f", "local")]
    assert ours.rows("SELECT 'genesys.agents'::regclass") == [("genesys.agents",)]


@pytest.mark.parametrize(
    ("sent", "wire_format", "value"),
    [(b"pg_catalog.pg_class", 0, "pg_catalog.pg_class"), (b"\0\0\4\xeb", 1, 1259)],
)
def test_a_parameter_may_be_an_object(
    ours: Asking, sent: bytes, wire_format: int, value: object
) -> None:
    asked = said(ours, "SELECT relname FROM pg_class WHERE oid = $1::regclass")
    (type_,) = asked.parameter_types
    assert type_.name == "regclass"
    given = decoded(sent, type_, wire_format, 1)
    assert given == value
    (batch,) = ours.session.query(asked, [given]).batches
    assert batch.column(0).to_pylist() == ["pg_class"]


def test_sessions_compile_and_ask_side_by_side(catalogue: SystemCatalogue) -> None:
    def ask(number: int) -> list[world.Row]:
        one = Asking(catalogue.session(replace(FACTS, user=f"user{number}")))
        try:
            found = [
                one.rows(f"SELECT current_user, {n % 7} + count(*) FROM pg_am") for n in range(20)
            ]
        finally:
            one.session.close()
        return [rows[0] for rows in found]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    wanted = [str(n % 7 + 7) for n in range(20)]
    assert answers == [[(f"user{k}", count) for count in wanted] for k in range(16)]


# What is declared and what was recorded.


def test_foreign_keys_are_those_of_the_levels_above() -> None:
    known = catalog()
    keys = {t.name: foreign_keys_of(known, t) for t in known.tables if t.schema is None}
    pointed = {name: [key.relation for key in found] for name, found in keys.items()}
    assert pointed["conversations"] == []
    assert pointed["participants"] == ["conversations"]
    assert pointed["sessions"] == ["conversations", "participants"]
    assert pointed["segments"] == ["conversations", "sessions"]
    assert keys["segments"][1] == ForeignKey(
        ("session_key",), known.schema, "sessions", ("session_key",)
    )


def test_nothing_of_the_machine_that_was_asked_is_recorded() -> None:
    settings = pristine()["pg_settings"].to_pylist()
    assert {row["sourcefile"] for row in settings} == {None}
    assert not [row["name"] for row in settings if "/data" in str(row["setting"])]

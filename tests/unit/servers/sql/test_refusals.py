"""What DuckDB cannot mean as PostgreSQL means it is refused, and errors have their place."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

import duckdb
import pytest

from tests.dialect_rows import Catalogue, asked, database
from trunkline.lake.messages import sql_error
from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql import Known, Where, translated
from trunkline.servers.postgres.types import INT4, NAME, NUMERIC, OID, TEXT


@pytest.mark.parametrize(
    ("text", "sqlstate", "near"),
    [
        ("select to_char(1.5, '9D9')", "0A000", "1.5"),
        ("select to_char(started, queue) from calls", "0A000", "queue"),
        ("select to_char(started, 'YYYY J') from calls", "0A000", "'YYYY J'"),
        ("select to_date(queue, 'Q') from calls", "0A000", "'Q'"),
        ("select 'a' similar to queue from calls", "0A000", "queue"),
        ("select 'a' ~ '(a)\\1'", "0A000", "'(a)\\1'"),
        ("select 'a' ~ 'a(?=b)'", "0A000", "'a(?=b)'"),
        ("select regexp_match('a', queue) from calls", "0A000", "queue"),
        ("select regexp_replace('a', 'b', 'c', 'n')", "0A000", "'n'"),
        ("select substring(queue from queue) from calls", "0A000", "queue) from calls"),
        ("select substring(queue from $1 for $2) from calls", "0A000", "substring"),
        ("select format('%I', 'a')", "0A000", "'%I'"),
        ("select encode('a'::bytea, 'escape')", "0A000", "'escape'"),
        ("select date_trunc('day', landed, 'Europe/Paris') from calls", "0A000", "date_trunc"),
        ('select queue collate "de_DE" from calls', "0A000", "collate"),
        ("select '{\"a\": 1}'::jsonb @> '{}'::jsonb", "0A000", "@>"),
        ("  -- a comment\n select 'a' ~ '(a)\\1'", "0A000", "'(a)\\1'"),
        ("select 'maybe'::bool", "22P02", "'maybe'"),
        ("select '{1,2'::int[]", "22P02", "'{1,2'"),
        ("select interval '1 fortnight'", "22007", "interval"),
        ("select '12.5'::int", "22P02", "'12.5'"),
        (
            "select started + interval '30 days', calls.started + interval '1 month' from calls",
            "0A000",
            "interval '1 month'",
        ),
        (
            "select landed - interval '24 hours', landed - interval '1 day' from calls",
            "0A000",
            "interval '1 day'",
        ),
        ("select landed at time zone 'Nowhere/Land' from calls", "22023", "'Nowhere/Land'"),
        ("select landed at time zone '+200' from calls", "22023", "'+200'"),
        ("select landed at time zone 'UTC+25' from calls", "0A000", "'UTC+25'"),
        ("select landed at time zone 'CET-1CEST' from calls", "0A000", "'CET-1CEST'"),
        ("select landed at time zone 'MSK' from calls", "0A000", "'MSK'"),
        ("select landed at time zone interval '1 day' from calls", "22023", "interval"),
        ("select landed at time zone (started - started) from calls", "0A000", "(started"),
        ("select date '44-03-15 BC'", "22008", "date"),
        ("select date '0000-01-01'", "22008", "date"),
        ("select '4714-11-23 BC'::date", "22008", "'4714"),
        ("select timestamp '294277-01-01'", "22008", "timestamp"),
        ("select '15 Mar 44 BC'::date", "0A000", "'15 Mar"),
        ("select div(1.5::float8, 2)", "42883", "div"),
        ("select '99999'::smallint", "22003", "'99999'"),
        ("select 1e400", "22003", "1e400"),
        ("select 1::money", "42704", "money"),
        ("select pg_typeof($0)", "42P02", ""),
        ("select 1; select 2", "42601", ""),
        ("select 1 from other.public.calls", "0A000", "other.public"),
        ("select " + "(" * 500 + "1" + ")" * 500, "54001", ""),
        ("select " + " + ".join(["1"] * 2000), "54001", ""),
        ("select " + "case when true then " * 400 + "1" + " end" * 400, "54001", ""),
        ("select " + "+-" * 5000 + "1", "54001", ""),
    ],
    ids=lambda value: value[:60],
)
def test_what_cannot_be_meant_is_refused_at_its_place(text: str, sqlstate: str, near: str) -> None:
    with pytest.raises(Refused) as refused:
        translated(text, Catalogue())
    report = refused.value.report
    assert report.sqlstate == sqlstate
    if near:
        assert report.position is not None
        assert text[report.position - 1 :].startswith(near)


@pytest.mark.parametrize(
    "nested",
    ["((select {} ) + 1)", "substring({}, 1)", "coalesce({}, 1)", "width_bucket({}, 0, 9, 3)",
     "overlay({} placing 'a' from 1)", "(date '2026-01-01' - {})", "trim({})", "({} || 'a')",
     "(({}) = any (array[1]))", "extract(day from {})", "(1 in ({}))"],
)  # fmt: skip
def test_what_is_nested_is_read_once(nested: str) -> None:
    """Twice for each level would be a million times for twenty: the test would not end."""
    text = "1"
    for _ in range(30):
        text = nested.format(text)
    with suppress(Refused):  # too deep, or too long where a value is said several times
        translated(f"select {text}", Catalogue())


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("select id, nope from calls", "nope"),
        ("select count(*), /* a comment */ sum(id) / 2, nope(id) from calls", "nope"),
        ("select 'it''s', E'\\x41', queue from calls where day >= nopé", "nopé"),
        ('with a as (select 1 as x) select x, "Nope" from a order by x desc', '"Nope"'),
        ("select id from calls where media = 'voice' and id = any(array[1]) and nope > 1", "nope"),
    ],
)
def test_an_error_is_where_the_text_has_it(text: str, near: str) -> None:
    found = translated(text, Catalogue())
    with pytest.raises(duckdb.Error, match=near.strip('"')):
        database().sql(found.sql)
    assert found.position(found.sql.index(near)) == text.index(near)


OWN = [
    ("select media, count(*) from calls group by all order by all limit 1", ["media", "count"]),
    ("from agents select name order by id limit 1", ["name"]),
    ("from agents order by id limit 1", ["id", "name", "hired"]),
    ("select * exclude (id) from agents limit 1", ["name", "hired"]),
    ("select columns('i.*') from agents limit 1", ["id", "hired"]),
    ("select id, row_number() over (partition by media) r from calls qualify r = 1", ["id", "r"]),
    ("select list_sum([1, 2]), list_transform([1], lambda x: x + 1)",
     ["list_sum", "list_transform"]),
    ("select {'a': 1}.a, unnest({'b': 1, 'c': 2})", ["a", "b", "c"]),
    ("select * from range(3) t(i)", ["i"]),
    ("select 7 // 2, 2 ** 3 as p", ["?column?", "p"]),
    ("select x: 1, y: 2", ["x", "y"]),
    ("select [x for x in [1, 2] if x > 1] as l", ["l"]),
    ("pivot agents on name using count(*) group by id", ["id", "Ana", "bob", "Ñandú"]),
    ("select id from calls asof join agents using (id) limit 1", ["id"]),
    ("select * from agents semi join calls using (id)", ["id", "name", "hired"]),
    ("select id from calls using sample 2", ["id"]),
    ("select map {'a': 1} as m, interval 1 day as d", ["m", "d"]),
    ("select struct_pack(a := 1), try_cast('x' as integer)", ["struct_pack", "int4"]),
    ("select max_by(id, cost), count_if(abandoned), median(id) from calls",
     ["max_by", "count_if", "median"]),
    ("select day.year(), strftime(day, '%Y') from calls limit 1", ["year", "strftime"]),
    ("select 1 as a union all by name select 2 as b", ["a", "b"]),
    ("select id from agents order by id limit 50%", ["id"]),
    ("select lead(id ignore nulls) over (order by id) from agents", ["lead"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names"), OWN, ids=[text for text, _ in OWN])
def test_duckdbs_own_sql_runs(text: str, names: list[str]) -> None:
    found = translated(text, Catalogue())
    columns = asked(found.sql).column_names
    assert columns == names
    assert found.names in ((), tuple(names))


def test_a_query_goes_where_its_relations_are() -> None:
    found = translated("select * from calls, public.agents, nowhere.x", Catalogue())
    assert found.relations == {(None, "calls"), ("public", "agents"), ("nowhere", "x")}
    assert found.where is Where.DATA
    assert translated("select 1", Catalogue()).where is Where.SYSTEM
    common = translated("with calls as (select 1) select * from calls", Catalogue())
    assert (common.relations, common.where) == (frozenset(), Where.SYSTEM)


class Classes:
    """A relation of the system catalogue."""

    said: Mapping[str, str] = MappingProxyType({})

    def relation(self, schema: str | None, name: str) -> Known | None:
        columns = (("oid", OID), ("relname", NAME))
        known = Known("pg_catalog", "pg_class", columns, system=True, target="pg.classes")
        return known if (schema, name) in ((None, "pg_class"), ("pg_catalog", "pg_class")) else None


def test_the_system_catalogue_has_hidden_columns_and_names_of_its_own() -> None:
    text = "select c.oid::regclass, c.tableoid, c.xmin, 'pg_class'::regclass from pg_class c"
    found = translated(text, Classes())
    assert found.where is Where.SYSTEM
    assert found.names == ("oid", "tableoid", "xmin", "regclass")
    assert [one.name for one in found.types if one] == ["regclass", "oid", "xid", "regclass"]
    assert "regclass_in('pg_catalog.pg_class')" in found.sql
    assert found.sql.endswith('from pg.classes AS "c"')
    of_parameter = translated("select relname from pg_class where oid = $1::regclass", Classes())
    assert [one.name for one in of_parameter.parameter_types] == ["regclass"]
    assert "regclass_in($1)" in of_parameter.sql


def test_types_that_are_given_win() -> None:
    found = translated("select id from calls where id = $1 and $2 = 'a'", Catalogue(), [1700, 0])
    assert found.parameter_types == (NUMERIC, TEXT)
    assert translated("select $2", Catalogue(), [23]).parameter_types == (INT4, TEXT)


def test_what_is_inserted_is_of_its_columns_types() -> None:
    found = translated("values ($1, $2), (1, $3)", Catalogue(), targets=(INT4, TEXT))
    assert found.parameter_types == (INT4, TEXT, TEXT)
    selected = translated("select $1, $2 || 'x'", Catalogue(), targets=(INT4, TEXT))
    assert selected.parameter_types == (INT4, TEXT)


def test_a_text_grows_with_what_is_rounded_and_not_faster() -> None:
    rounded = "cost"
    for _ in range(25):
        rounded = f"({rounded} + cost)::numeric(12, 2)"
    found = translated(f"select {rounded}, avg(1.5) over () from calls", Catalogue())
    assert len(found.sql) < 50 * len(rounded)
    assert asked(found.sql).num_rows


WIDE = "12345678901234.57::numeric(20, 2)"


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        (f"select {WIDE} / 1", "22003"),
        (f"select avg(x) from (values ({WIDE}), ({WIDE})) v (x)", "22003"),
        (f"select round(avg(x) over (), 2) from (values ({WIDE})) v (x)", "22003"),
        ("select (10.0 / 4) * 1e13::numeric", "22003"),
        (
            "select a * 10000000000000 from (select cost / 0.5 a from calls where cost = 12.5) v",
            "22003",
        ),
        ("select sum(x / 1.0) from (values (9e12::numeric), (9e12::numeric)) v (x)", "22003"),
        ("select avg(x) from (values (9007199254740993), (9007199254740993)) v (x)", "22003"),
        ("select (id::text || '.5')::int from calls", "22P02"),
        ("select (queue || '')::bigint from calls where id = 1", "22P02"),
        ("select ('1e3' || '')::smallint", "22P02"),
        ("select make_timestamptz(2026, 13, 1, 0, 0, 0)", "22008"),
        ("select date '2026-02-30'", "22008"),
        ("select timestamp '2026-01-01 25:00'", "22008"),
        ("select x::date from (values ('2026-02-30')) v (x)", "22008"),
        ("select date '2026-01-01' + 2147483647", "22008"),
        ("select timestamptz '294276-12-31' + interval '1 year'", "22008"),
        ("select interval '1 year' * 1e12", "22008"),
        ("select to_timestamp(1e18)", "22008"),
        ("select make_date(0 + 0, 1, 1)", "22008"),
        ("select date 'foo'", "22007"),
        ("select landed at time zone x from calls, (values ('UTC+2')) v (x)", "22023"),
        ("select x::timestamp from (values ('0044-03-15 10:00 BC')) v (x)", "22007"),
        ("select div(99999999999999999999.99, 0.01)", "22003"),
        ("select div(12345678901234567890123456789012345678, 3.5)", "22003"),
        ("select make_timestamptz(2026, 2, 30, 0, 0, 0, 'Asia/Tokyo')", "22008"),
        ("select make_timestamptz(2026, 2, 3, 25, 0, 0)", "22008"),
    ],
)
def test_a_value_that_would_be_another_is_an_error(sql: str, sqlstate: str) -> None:
    found = translated(sql, Catalogue()).sql
    with pytest.raises(duckdb.Error) as raised:
        asked(found)
    assert sql_error(str(raised.value), found, ()).sqlstate == sqlstate


@pytest.mark.parametrize(
    "sql",
    [
        f"select {WIDE} / 10, {WIDE}::float8 / 1, {WIDE} * 2 + 1, sum({WIDE}), max({WIDE})",
        "select avg(x), sum(x) from (values (900719925474099), (900719925474099)) v (x)",
        f"select avg(x::float8) from (values ({WIDE})) v (x)",
        "select (' +12 ' || '')::int, (null::text)::int, ('-7' || '')::bigint, ('0' || '9')::int2",
        "select id::text::int + 1 from calls group by id::text::int order by id::text::int",
    ],
)
def test_what_has_its_digits_is_answered(sql: str) -> None:
    assert asked(translated(sql, Catalogue()).sql).num_rows
